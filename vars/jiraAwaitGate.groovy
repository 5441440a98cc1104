/**
 * Waits until Jira Service Management has decided on this run's deployment. Parameters and returned values:
 * jiraAwaitGate.txt.
 *
 *     jiraAwaitGate(environmentId: 'eu-prod', timeout: '2 h')
 */
def call(Map parameters = [:]) {
    return jiraSendGate.await('jiraAwaitGate', parameters)
}
