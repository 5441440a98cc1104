package harness

import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * In place of the launcher and the program: gives answers that the test sets, notes every request, and removes the files
 * of the call as the launchers do. On Windows, lines end with CRLF.
 */
class CannedLauncher {
    /** What a step returns when the test does not care. */
    static final Map RESULT = [outcome: 'accepted', exitCode: 0, message: 'sent', issueKeys: ['ABC-1'], sites: [[site: 'acme', outcome: 'accepted']]]

    private final FakeJenkins jenkins
    /**
     * In turn, the last one again and again: a Map is an answer, a text the whole output, a Throwable is thrown by the step,
     * and a Closure gets the request and gives one of these.
     */
    List<Object> answers = [[:]]
    final List<Map> requests = []
    final List<StepCall> calls = []

    CannedLauncher(FakeJenkins jenkins) {
        this.jenkins = jenkins
        jenkins.shell = { StepCall call -> run(call) }
    }

    void answer(Object... inTurn) {
        answers = inTurn.toList()
    }

    /** An answer with what every answer has. */
    static Map answerOf(Map request, Map further) {
        return [protocol: 1, returns: RESULT, echo: [request.step + ': sent']] + further
    }

    private String run(StepCall call) {
        File folder = jenkins.machine.fileOf(call.environment.JIRA_SEND_TMP)
        Map request = (Map) new JsonSlurper().parse(new File(folder, 'request.json'), 'UTF-8')
        requests << request
        calls << call
        Object next = answers.size() > 1 ? answers.remove(0) : answers[0]
        Object answer = next instanceof Closure ? next(request) : next
        if (answer instanceof Throwable) {
            throw answer
        }
        if (!(answer instanceof Map && answer.needs)) {
            folder.listFiles().findAll { it.name == 'request.json' || it.name.startsWith('jira-send-') }*.delete()
            folder.delete()
        }
        String output = answer instanceof Map ? JsonOutput.toJson(answer.needs || answer.problem ? [protocol: 1] + answer : answerOf(request, answer)) + '\n' : answer
        return jenkins.unix ? output : output?.replace('\n', '\r\n')
    }

    /** The calls: of which step, for which environment, and where the run or the body stood. */
    List<String> getSent() {
        return requests.collect { Map request ->
            Map body = request.body
            String stood = body == null ? request.run.result : body.phase == 'begin' ? 'begin' :
                body.interrupted ? 'interrupted' : body.threw ? 'threw' : 'end'
            [request.step - 'jiraSend', request.parameters.environmentId, stood].findAll { it != null }.join(' ')
        }
    }
}
