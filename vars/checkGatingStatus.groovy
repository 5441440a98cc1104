/**
 * Asks once whether Jira Service Management lets this run's deployment go on. Parameters and returned values:
 * checkGatingStatus.txt.
 *
 *     waitUntil { sleep 30; checkGatingStatus(environmentId: 'eu-prod') }
 */
def call(Map parameters = [:]) {
    return jiraSendGate.isOpen('checkGatingStatus', parameters)
}

/** As the plugin's step takes it, with the environment alone. */
def call(CharSequence environmentId) {
    return call(environmentId: environmentId)
}
