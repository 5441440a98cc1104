/** Sends a deployment to Jira. Parameters and returned values: jiraSendDeploymentInfo.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendDeploymentInfo', sends: true, arguments: arguments)
}
