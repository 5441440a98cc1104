/** Sends the state of feature flags to Jira. Parameters and returned values: jiraSendFeatureFlag.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendFeatureFlag', sends: true, arguments: [first, second, third])
}
