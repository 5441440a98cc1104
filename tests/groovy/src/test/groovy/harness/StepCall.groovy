package harness

/** One call of a pipeline step: what the program hands out when it suspends, and what the tests look at later. */
class StepCall {
    final String name
    final List args
    /** The environment the step saw; set when it is run. */
    Map<String, String> environment

    StepCall(String name, Object[] args) {
        this.name = name
        this.args = args as List
    }

    /** The named arguments, or an empty map. */
    Map getNamed() {
        return args && args[0] instanceof Map ? args[0] as Map : [:]
    }

    String toString() {
        return name + args
    }
}
