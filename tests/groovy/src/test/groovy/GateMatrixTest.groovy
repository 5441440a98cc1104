import groovy.json.JsonOutput
import harness.MatrixCase
import harness.MatrixStep
import hudson.AbortException
import org.junit.Test
import org.junit.runners.Parameterized

/** What Jira Service Management says, in every cell of the two steps that ask it. */
class GateMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.GATES)
    }

    private static final String PREVENTED = 'The deployment was prevented by Jira Service Management: '
    private static final String NO_DECISION = 'There is no decision of Jira Service Management, so the deployment may not go on: '
    private static final Map<String, List> ANSWERS = [
        // cell               outcome, code, status      result of a question, of a wait    how the error begins
        allowed           : [['allowed', 0, 'allowed'],         'SUCCESS', 'SUCCESS',  null],
        'not decided'     : [['awaiting', 7, 'awaiting'],       'SUCCESS', 'ABORTED',  'Nobody has decided within 20 seconds: '],
        'a new word'      : [['awaiting', 7, 'frozen'],         'SUCCESS', 'ABORTED',  'Nobody has decided within 20 seconds: '],
        declined          : [['prevented', 6, 'prevented'],     'ABORTED', 'ABORTED',  PREVENTED],
        expired           : [['prevented', 6, 'expired'],       'ABORTED', 'ABORTED',  PREVENTED],
        'cannot decide'   : [['invalid_gate', 8, 'invalid'],    'FAILURE', 'FAILURE',  NO_DECISION],
        'no such gate'    : [['rejected', 1, null],             'FAILURE', 'FAILURE',  NO_DECISION],
        'no permission'   : [['unauthorized', 3, null],         'FAILURE', 'FAILURE',  NO_DECISION],
        'not reached'     : [['unreachable', 4, null],          'FAILURE', 'FAILURE',  NO_DECISION],
        'called wrongly'  : [['invalid', 2, null],              'FAILURE', 'FAILURE',  NO_DECISION],
        'allowed, but not': [['allowed', 1, 'allowed'],         'FAILURE', 'FAILURE',  NO_DECISION],
    ]

    private static String json(List answer) {
        Map all = [outcome: answer[0], exit_code: answer[1], message: 'the gate of shop #7 (CHG-1)', issue_keys: [], sites: []]
        return JsonOutput.toJson(answer[2] == null ? all : all + [gating_status: answer[2], gating_updated: '2026-01-01T00:00:00Z',
                                                                  change_requests: [[issue_key: 'CHG-1', issue_link: 'https://acme/CHG-1']]])
    }

    @Test
    void 'nothing goes on without a word of Jira'() {
        ANSWERS.each { String answer, List row ->
            cell(answer, [json(row[0])]) {
                perform()
                boolean waits = tested.step == 'jiraAwaitGate'
                String result = waits ? row[2] : row[1]
                assert machine.result == result
                assert sent.every { it == tested.sent } && !sent.empty
                assert jenkins.kept.contains('after') == (result == 'SUCCESS')
                if (result == 'SUCCESS') {
                    assert machine.failure == null
                    assert waits ? returned.subMap('outcome', 'exitCode', 'gatingStatus', 'waited', 'changeRequests') ==
                        [outcome: 'allowed', exitCode: 0, gatingStatus: 'allowed', waited: 0, changeRequests: [[issueKey: 'CHG-1', issueLink: 'https://acme/CHG-1']]] :
                        returned == (answer == 'allowed')
                    assert jenkins.echoes == ["${tested.step}: the gate of shop #7 (CHG-1)".toString()]
                } else {
                    assert machine.failure instanceof AbortException && machine.failure.message.startsWith("${tested.step}: ${row[3]}the gate of shop #7 (CHG-1)")
                }
                // A wait goes on while that can help: twenty seconds here, a gate that is not there yet for two minutes at most.
                boolean again = waits && answer in ['not decided', 'a new word', 'no such gate', 'not reached']
                assert launcher.calls.size() == (again ? 3 : 1)
                assert jenkins.slept == (again ? 20 : 0)
            }
        }
    }

    @Test
    void 'who wants to decide alone gets the answer'() {
        ANSWERS.each { String answer, List row ->
            cell([answer, 'failOnError: false'], [json(row[0])]) {
                if (tested.step == 'jiraAwaitGate') {
                    perform([failOnError: false])
                    assert [machine.failure, machine.result, jenkins.build.result] == [null, 'SUCCESS', null]
                    assert [returned.outcome, returned.exitCode, returned.gatingStatus] == row[0]
                    assert returned.message.startsWith(row[3] ?: 'the gate of')
                    assert jenkins.kept.contains('after')
                }
                machine = machine ?: jenkins.start('return 1').finish()
            }
        }
    }

    @Test
    void 'a gate that opens late is waited for, without an agent or a credential in between'() {
        if (tested.step == 'jiraAwaitGate') {
            cell('opens late', [json(['rejected', 1, null]), json(['awaiting', 7, 'awaiting']), json(['unreachable', 4, null]), json(['allowed', 0, 'allowed'])]) {
                perform([timeout: '2 h'])
                assert [machine.result, returned.outcome, returned.waited] == ['SUCCESS', 'allowed', 30]
                assert jenkins.calls('sleep').every { it.environment.JIRA_CLIENT_ID == null && it.environment.JIRA_SEND_COMMAND == null }
            }
        }
    }
}
