/** Waits until Jira Service Management has decided on this run's deployment. Parameters and returned values: jiraAwaitGate.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraAwaitGate', strict: true, arguments: arguments)
}
