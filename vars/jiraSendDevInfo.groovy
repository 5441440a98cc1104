/** Sends the commits, the branch and the pull request of this run to Jira. Parameters and returned values: jiraSendDevInfo.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendDevInfo', sends: true, arguments: arguments)
}
