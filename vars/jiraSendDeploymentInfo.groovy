/**
 * Sends a deployment to Jira. Parameters and returned values: jiraSendDeploymentInfo.txt.
 *
 *     jiraSendDeploymentInfo(environmentId: 'eu-prod', environmentName: 'EU production') { sh './deploy.sh' }
 */
def call(Map parameters = [:], Closure body = null) {
    return jiraSendRunner(step: 'jiraSendDeploymentInfo', command: 'deployment', parameters: parameters, body: body)
}

def call(Closure body) {
    return call([:], body)
}
