/** Sends this run to Jira as a build. Parameters and returned values: jiraSendBuildInfo.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendBuildInfo', sends: true, arguments: [first, second, third])
}
