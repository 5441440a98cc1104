/**
 * Sends the commits, the branch and the pull request of this run to Jira. Parameters and returned values: jiraSendDevInfo.txt.
 *
 *     post { always { jiraSendDevInfo() } }
 *     jiraSendDevInfo(scm: checkout(scm))
 */
def call(Map parameters = [:]) {
    return jiraSendRunner(step: 'jiraSendDevInfo', command: 'dev-info', parameters: parameters)
}
