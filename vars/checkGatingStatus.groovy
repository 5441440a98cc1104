/** Asks once whether this run's deployment may go on, as the step of Atlassian's plugin does. Parameters and returned values: checkGatingStatus.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'checkGatingStatus', strict: true, otherwise: false, positional: 'environmentId', arguments: arguments)
}
