/**
 * Sends the state of feature flags to Jira. Parameters and returned values: jiraSendFeatureFlag.txt.
 *
 *     jiraSendFeatureFlag(flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: 'production')
 *     jiraSendFeatureFlag(flags: [[key: 'new-cart', enabled: true, issueKeys: ['ABC-1']]])
 */
def call(Map parameters = [:]) {
    return jiraSendRunner(step: 'jiraSendFeatureFlag', command: 'feature-flag', parameters: parameters)
}
