/**
 * Sends a deployment to Jira. Parameters and returned values: jiraSendDeploymentInfo.txt.
 *
 *     jiraSendDeploymentInfo(environmentId: 'eu-prod', environmentName: 'EU production', environmentType: 'production')
 */
def call(Map parameters = [:]) {
    return jiraSendRunner(step: 'jiraSendDeploymentInfo', command: 'deployment', parameters: parameters)
}
