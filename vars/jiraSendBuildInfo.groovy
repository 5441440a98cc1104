/**
 * Sends this run to Jira as a build. Parameters and returned values: jiraSendBuildInfo.txt.
 *
 *     post { always { jiraSendBuildInfo() } }
 *     jiraSendBuildInfo { sh 'make' }
 */
def call(Map parameters = [:], Closure body = null) {
    return jiraSendRunner(step: 'jiraSendBuildInfo', command: 'build', parameters: parameters, body: body)
}

def call(Closure body) {
    return call([:], body)
}
