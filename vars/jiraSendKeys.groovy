/** Explains which issue keys are found, and which are not. Parameters and returned values: jiraSendKeys.txt. */
def call(Object... arguments) {
    return jiraSendRunner(name: 'jiraSendKeys', credential: false, arguments: arguments)
}
