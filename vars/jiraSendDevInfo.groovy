/** Sends the commits, the branch and the pull request of this run to Jira. Parameters and returned values: jiraSendDevInfo.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendDevInfo', sends: true, arguments: [first, second, third])
}
