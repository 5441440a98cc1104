/** Explains which issue keys are found, and which are not. Parameters and returned values: jiraSendKeys.txt. */
def call(Object first = null, Object second = null, Object third = null) {
    return jiraSendRunner(name: 'jiraSendKeys', credential: false, arguments: [first, second, third])
}
