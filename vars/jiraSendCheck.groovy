/** Finds problems with the settings. Parameters and returned values: jiraSendCheck.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendCheck', arguments: arguments)
}
