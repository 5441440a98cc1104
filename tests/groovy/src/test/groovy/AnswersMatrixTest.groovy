import groovy.json.JsonOutput
import harness.FakeJenkins
import harness.MatrixCase
import harness.MatrixStep
import hudson.AbortException
import org.junit.Test
import org.junit.runners.Parameterized

/** What the binary answers, in every cell of the steps that send. */
class AnswersMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.SENDING + MatrixStep.AROUND)
    }

    private static final Map SITE = [site: 'acme.atlassian.net', outcome: 'accepted', queued: false, message: 'accepted', accepted: [[id: 7]],
                                     rejected: [], unknown_issue_keys: ['ABC-2'], unknown_associations: []]
    private static final Map<String, Map> ANSWERS = [
        accepted         : [outcome: 'accepted', exit_code: 0, message: 'sent for ABC-1', issue_keys: ['ABC-1'], sites: [SITE]],
        'not stored'     : [outcome: 'unverified', exit_code: 1, message: 'not stored', issue_keys: ['ABC-1'],
                            sites: [SITE + [outcome: 'unverified', verified: false]]],
        'accepted in part': [outcome: 'partly_accepted', exit_code: 1, message: 'beta refused', issue_keys: ['ABC-1'],
                            sites: [SITE, SITE + [site: 'beta.atlassian.net', outcome: 'rejected', accepted: [], rejected: [[id: 7, errors: ['no']]]]]],
        rejected         : [outcome: 'rejected', exit_code: 1, message: 'refused\nby Jira\u001b[8m \u202e', issue_keys: ['ABC-1'],
                            sites: [SITE + [outcome: 'rejected']]],
        'nothing to send': [outcome: 'nothing_to_send', exit_code: 0, message: 'no issue keys', issue_keys: [], sites: []],
        'keys required'  : [outcome: 'nothing_to_send', exit_code: 5, message: 'no issue keys', issue_keys: [], sites: []],
        unauthorized     : [outcome: 'unauthorized', exit_code: 3, message: 'wrong secret', issue_keys: ['ABC-1'],
                            sites: [SITE + [outcome: 'unauthorized', accepted: []]]],
        'waits for Jira' : [outcome: 'unreachable', exit_code: 4, message: 'later', issue_keys: ['ABC-1'],
                            sites: [SITE + [outcome: 'unreachable', queued: true, accepted: []]], waiting: ['{"a":1}'], waiting_left_out: 0],
        lost             : [outcome: 'unreachable', exit_code: 4, message: 'lost', issue_keys: ['ABC-1'], sites: []],
        invalid          : [outcome: 'invalid', exit_code: 2, message: 'budget must be a number, not \u00abgr\u00fcn\u00bb', issue_keys: [], sites: []],
        'no binary'      : [outcome: 'invalid', exit_code: 127, message: 'not found', issue_keys: [], sites: []],
        'does not start' : [outcome: 'invalid', exit_code: 126, message: 'not executable', issue_keys: [], sites: []],
        'dry run'        : [outcome: 'dry_run', exit_code: 0, message: 'would be sent', issue_keys: ['ABC-1'], sites: [],
                            request: [method: 'POST', url: 'https://api.example.com/bulk', body: [builds: [[label: 'a\nb']]]]],
    ]
    /** The same as the user sees it. */
    private static final Map<String, List> SEEN = [
        // cell               message of the Map                                    line of the log, but for the step
        accepted          : ['sent for ABC-1', 'sent for ABC-1'],
        'not stored'      : ['not stored', 'not stored'],
        'accepted in part': ['beta refused', 'beta refused'],
        rejected          : ['refused by Jira [8m', 'refused by Jira [8m'],
        'nothing to send' : ['no issue keys', 'no issue keys'],
        'keys required'   : ['no issue keys', 'no issue keys'],
        unauthorized      : ['wrong secret', 'wrong secret'],
        'waits for Jira'  : ['later', 'later'],
        lost              : ['lost', 'lost'],
        invalid           : ['budget must be a number, not \u00abgr\u00fcn\u00bb', 'budget must be a number, not \u00abgr\u00fcn\u00bb'],
        'no binary'       : ['not found', 'not found'],
        'does not start'  : ['not executable', 'not executable'],
        'dry run'         : ['would be sent', 'would be sent: POST https://api.example.com/bulk {"builds":[{"label":"a\\nb"}]}'],
    ]

    /** What a site becomes in the Map: names as Groovy writes them. */
    private static Map site(Map answered) {
        Map all = [site: answered.site, outcome: answered.outcome, queued: answered.queued, message: answered.message, accepted: answered.accepted,
                   rejected: answered.rejected, unknownIssueKeys: answered.unknown_issue_keys, unknownAssociations: answered.unknown_associations]
        return answered.containsKey('verified') ? all + [verified: answered.verified] : all
    }

    private String line(String outcome) {
        return tested.step + ': ' + SEEN[outcome][1] + (leftInProgress && outcome in ['accepted', 'accepted in part'] ? FakeJenkins.NO_RESULT : '')
    }

    /** Everything that is sent, in the order of the calls. */
    private List<Map> expected(Map answer) {
        // In a scripted pipeline, Jenkins knows no result before the end.
        Map state = tested.command in ['build', 'deployment'] && declarative ? [state: 'SUCCESS'] : [:]
        if (!tested.around) {
            return [tested.sent + state]
        }
        Map end = tested.sent + [state: 'successful']
        // The end repeats what the beginning was told.
        return [tested.sent + [state: 'in_progress', verify: false], end + (answer.issue_keys ? [issueKeys: ['ABC-1']] : [:])]
    }

    @Test
    void 'every answer is a Map and one line, and does the run no harm'() {
        ANSWERS.each { String outcome, Map answer ->
            cell(outcome, [JsonOutput.toJson(answer)]) {
                perform()
                assert [machine.failure, machine.result] == [null, 'SUCCESS']
                assert sent.collect { Map all -> all.findAll { it.key != 'duration' } } == expected(answer)
                // In seconds, on a machine that may be busy.
                assert tested.name == 'jiraSendDeploymentInfo { }' ? sent*.duration[0] == null && sent[1].duration in 0..60 : sent*.duration.every { it == null }
                assert launcher.calls*.environment*.JIRA_CLIENT_SECRET == [FakeJenkins.SECRET] * tested.calls
                assert jenkins.echoes == [line(outcome)] * tested.calls
                Map map = [outcome: answer.outcome, exitCode: answer.exit_code, message: SEEN[outcome][0], issueKeys: answer.issue_keys,
                           sites: answer.sites.collect { site(it) }] + (answer.request ? [request: answer.request] : [:])
                assert !returnedSeen || returned == map
                assert jenkins.kept.contains('after') == tested.around
                Map variables = jenkins.build.buildVariables
                assert variables.JIRA_SEND_WAITING == (answer.waiting ? '{"a":1}' : null)
                // What Jira has, or will have, as in progress is to be ended later; the end of a body ends it.
                boolean taken = outcome in ['accepted', 'not stored', 'accepted in part', 'waits for Jira']
                String unfinished = variables.JIRA_SEND_UNFINISHED
                assert tested.around ? unfinished == (taken ? 'none' : null) : (unfinished != null) == (taken && leftInProgress)
                assert variables.keySet() - ['JIRA_SEND_WAITING', 'JIRA_SEND_UNFINISHED'] == [] as Set
            }
        }
    }

    @Test
    void 'where it is wanted, what was not sent fails the run'() {
        ['accepted', 'accepted in part', 'nothing to send', 'keys required', 'waits for Jira', 'dry run'].each { String outcome ->
            Map answer = ANSWERS[outcome]
            cell([outcome, 'failOnError'], [JsonOutput.toJson(answer)]) {
                perform([failOnError: true])
                boolean fails = !(outcome in ['accepted', 'nothing to send', 'dry run'])
                assert machine.result == (fails ? 'FAILURE' : 'SUCCESS')
                if (fails) {
                    assert machine.failure instanceof AbortException && machine.failure.message == tested.step + ': ' + SEEN[outcome][1]
                    assert jenkins.kept == []
                    // The beginning does not keep the body from running, so it is told.
                    assert jenkins.echoes == (tested.around ? [line(outcome)] : [])
                } else {
                    assert jenkins.echoes == [line(outcome)] * tested.calls
                }
                assert launcher.calls.size() == tested.calls
            }
        }
    }
}
