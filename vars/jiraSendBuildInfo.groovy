/** Sends this run to Jira as a build. Parameters and returned values: jiraSendBuildInfo.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendBuildInfo', sends: true, arguments: arguments)
}
