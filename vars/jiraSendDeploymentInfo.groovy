/** Sends a deployment to Jira. Parameters and returned values: jiraSendDeploymentInfo.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendDeploymentInfo', sends: true, arguments: [first, second, third])
}
