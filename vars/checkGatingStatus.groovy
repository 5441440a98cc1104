/** Asks once whether this run's deployment may go on, as the step of Atlassian's plugin does. Parameters and returned values: checkGatingStatus.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'checkGatingStatus', strict: true, otherwise: false, positional: 'environmentId', arguments: [first, second, third])
}
