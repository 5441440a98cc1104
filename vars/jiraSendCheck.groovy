/** Finds problems with the settings. Parameters and returned values: jiraSendCheck.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendCheck', arguments: [first, second, third])
}
