/** Waits until Jira Service Management has decided on this run's deployment. Parameters and returned values: jiraAwaitGate.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraAwaitGate', strict: true, arguments: [first, second, third])
}
