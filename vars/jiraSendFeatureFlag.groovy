/** Sends the state of feature flags to Jira. Parameters and returned values: jiraSendFeatureFlag.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendFeatureFlag', sends: true, arguments: arguments)
}
