/**
 * Sends this run to Jira as a build. Parameters and returned values: jiraSendBuildInfo.txt.
 *
 *     post { always { jiraSendBuildInfo() } }
 */
def call(Map parameters = [:]) {
    return jiraSendRunner(step: 'jiraSendBuildInfo', command: 'build', parameters: parameters)
}
