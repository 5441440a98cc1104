package harness

import groovy.json.JsonSlurper

/**
 * A launcher whose binary gives answers that the test sets, for outcomes that are hard to come by. It notes what the
 * binary would have got, and removes the files of the call as both launchers do. On Windows, its text comes as it comes
 * there: with CRLF, in ASCII, and after a byte order mark.
 */
class CannedLauncher {
    private final FakeJenkins jenkins
    /** In turn, the last one again and again; a Throwable is thrown by the step, and a Closure runs a real binary. */
    private final List<Object> answers
    final List<Call> calls = []

    CannedLauncher(FakeJenkins jenkins, List<Object> answers) {
        this.jenkins = jenkins
        this.answers = answers.collect()
        jenkins.shell = { StepCall call -> run(call) }
    }

    private String run(StepCall call) {
        calls << new Call(jenkins, call)
        Object answer = answers.size() > 1 ? answers.remove(0) : answers[0]
        if (answer instanceof Throwable) {
            throw answer
        }
        if (answer instanceof Closure) {
            return answer(call)
        }
        WindowsLauncher.clean(jenkins, call.environment)
        return jenkins.unix || answer == null ? answer : '\ufeff' + WindowsLauncher.escaped(answer.toString()) + '\r\n'
    }

    /** What the binary got in one call. */
    static class Call {
        final Map<String, String> environment
        final String command
        final Map parameters
        final List<Map> changes
        final Object flags

        Call(FakeJenkins jenkins, StepCall call) {
            environment = call.environment
            command = environment.JIRA_SEND_COMMAND
            Closure<String> file = { String name ->
                environment[name] == null ? null : jenkins.machine.fileOf(environment[name]).getText('UTF-8')
            }
            String json = environment.JIRA_SEND_PARAMETERS ?: file('JIRA_SEND_PARAMETERS_FILE')
            parameters = (Map) new JsonSlurper().parseText(json)
            changes = (file('JIRA_SEND_CHANGES') ?: '').readLines().collect { (Map) new JsonSlurper().parseText(it) }
            String text = file('JIRA_SEND_FILE')
            flags = text == null ? null : new JsonSlurper().parseText(text)
        }
    }
}
