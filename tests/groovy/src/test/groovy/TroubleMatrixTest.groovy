import groovy.json.JsonOutput
import harness.FakeJenkins
import harness.MatrixCase
import harness.MatrixStep
import hudson.AbortException
import org.junit.Test
import org.junit.runners.Parameterized

/** What goes wrong around the binary, in every cell of every step. */
class TroubleMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.ALL)
    }

    private static final String UNREADABLE = 'jira-send gave no answer that this library understands; run "jira-send --version" on the agent and ' +
        'install the version that belongs to this library.'
    private static final String NOT_FOUND = 'jira-send was not found on this agent; set JIRA_SEND_BIN.'
    private static final Map<String, List> TROUBLE = [
        // cell                     what the launcher gives or throws, what is done to Jenkins, outcome, code, message
        'no credential'          : [FakeJenkins.ACCEPTED, { it.credentials.clear() }, 'unauthorized', 3,
                                    "there is no credential 'jira-oauth' that this job can use; add one of the kind \"Username with password\" (client id, " +
                                        'client secret) with this id to the folder or to Jenkins, or name another with credentialsId.'],
        'credential of the wrong kind': [FakeJenkins.ACCEPTED, { it.credentials['jira-oauth'].kind = 'string' }, 'unauthorized', 3,
                                    "the credential 'jira-oauth' is of the wrong kind; it must be \"Username with password\": the client id as user name, " +
                                        'the client secret as password; for a "Secret text" give its client id with clientId.'],
        'no binary'              : [JsonOutput.toJson([outcome: 'invalid', exit_code: 127, message: NOT_FOUND, issue_keys: [], sites: []]), { },
                                    'invalid', 127, NOT_FOUND],
        'launcher dies'          : [new AbortException('script returned exit code 137'), { }, 'unreachable', 4,
                                    'jira-send could not be run on the agent: hudson.AbortException: script returned exit code 137'],
        'agent is lost'          : [new IOException('Unable to create live FilePath for agent-7\n\u001b[31m'), { }, 'unreachable', 4,
                                    'jira-send could not be run on the agent: java.io.IOException: Unable to create live FilePath for agent-7 [31m'],
        'garbage'                : ['Segmentation fault ' + FakeJenkins.SECRET, { }, 'invalid', 2, UNREADABLE],
        'no output'              : ['', { }, 'invalid', 2, UNREADABLE],
        'nothing returned'       : [null, { }, 'invalid', 2, UNREADABLE],
        'no step for the shell'  : [FakeJenkins.ACCEPTED, { it.missingSteps.addAll(['sh', 'powershell']) }, 'invalid', 2,
                                    "Jenkins has no step 'SHELL'; install the plugin Pipeline: Nodes and Processes. Nothing was sent."],
        'no plugin of credentials': [FakeJenkins.ACCEPTED, { it.missingSteps.addAll(['withCredentials', 'usernamePassword']) }, 'invalid', 2,
                                    "Jenkins has no step 'usernamePassword'; install the plugin Credentials Binding. Nothing was sent."],
        'half a library'         : [FakeJenkins.ACCEPTED,
                                    { it.failing.libraryResource = new AbortException('No such library resource jira-send/run.sh could be found.') },
                                    'invalid', 2, 'the library has no resources/jira-send; load the whole repository as library, not only vars/.'],
        'disk is full'           : [FakeJenkins.ACCEPTED, { it.failing.pwd = new IOException('No space left on device') }, 'unreachable', 4,
                                    'jira-send could not be run on the agent: java.io.IOException: No space left on device'],
    ]
    private static final String NO_PERMISSION = 'There is no decision of Jira Service Management, so the deployment may not go on: '
    private static final Map<String, String> NEXT = [
        unauthorized: ' It needs the permission "Deployments"; jira-send check on the agent tells more.',
        unreachable : ' Ask again later; jiraAwaitGate does so by itself.',
        invalid     : '',
    ]

    /** Where the launcher does not come to its end, parameters of this size, which go into a file; gates have none. */
    private Map large(List row) {
        return tested.gate || !(row[0] instanceof Throwable) ? [:] : [title: 'x' * 120000]
    }

    private Map<String, List> rows() {
        return TROUBLE + (windows ? ['no PowerShell': [
            new IOException('Cannot run program "powershell" (in directory "C:\\Jenkins\\workspace\\shop"): CreateProcess error=2, The system cannot find ' +
                'the file specified'), { }, 'invalid', 127, 'the agent has no PowerShell in its PATH, which jira-send needs on Windows (5.1 or later). ' +
                'Nothing was sent.']] : [:])
    }

    /** The line of the log, or of the error, that ends the run. */
    private String line(List row) {
        String message = row[4].toString().replace('SHELL', shell)
        String dot = message.endsWith('.') ? '' : '.'
        return tested.step + ': ' + (tested.gate ? NO_PERMISSION + message + dot + NEXT[row[2]] : message)
    }

    @Test
    void 'trouble becomes one line and a Map, and a gate stays shut'() {
        rows().each { String trouble, List row ->
            cell(trouble, [row[0]]) {
                row[1].call(jenkins)
                perform(large(row))
                if (tested.gate) {
                    assert machine.result == 'FAILURE'
                    assert machine.failure instanceof AbortException && machine.failure.message == line(row)
                    assert !jenkins.kept.contains('after')
                    // It asked again until the time was up, where asking again can help.
                    boolean again = tested.step == 'jiraAwaitGate' && row[3] == 4
                    assert jenkins.echoes == (again ? ["jiraAwaitGate: ${row[4]}; asking again until the time is up.".toString()] : [])
                    return
                }
                assert [machine.failure, machine.result] == [null, 'SUCCESS']
                assert jenkins.echoes == [line(row)] * tested.calls
                assert !returnedSeen || returned == [outcome: row[2], exitCode: row[3], message: line(row) - "${tested.step}: ", issueKeys: [], sites: []]
                assert jenkins.kept.contains('after') == tested.around
            }
        }
    }

    @Test
    void 'where it is wanted, trouble fails the run, but never a gate that was told to go on'() {
        rows().findAll { it.key in ['no credential', 'no binary', 'launcher dies', 'garbage', 'no step for the shell', 'no PowerShell'] }.each { String trouble, List row ->
            cell([trouble, 'failOnError'], [row[0]]) {
                row[1].call(jenkins)
                perform(large(row) + [failOnError: tested.step != 'jiraAwaitGate'])
                if (tested.step == 'jiraAwaitGate') {
                    // false: whatever the end is, it is handed over.
                    assert [machine.failure, machine.result] == [null, 'SUCCESS']
                    assert [returned.outcome, returned.exitCode, returned.gatingStatus] == [row[2], row[3], null]
                    assert jenkins.echoes.last() == line(row)
                    return
                }
                assert machine.result == 'FAILURE'
                assert machine.failure instanceof AbortException && machine.failure.message == line(row)
                assert !jenkins.kept.contains('after')
                String ignored = 'checkGatingStatus: unknown parameter failOnError; known are: '
                assert tested.gate ? jenkins.echoes.every { it.startsWith(ignored) } : jenkins.echoes == [line(row)] * (tested.calls - 1)
            }
        }
    }

    @Test
    void 'what is wrong in the call is told once a call, and the rest is sent'() {
        cell('unknown parameter', [tested.gate ? '{"outcome":"allowed","exit_code":0,"message":"open","gating_status":"allowed"}' : FakeJenkins.ACCEPTED]) {
            perform([('qqqq\n\u202e'): 'red', site: null, budget: ''])
            assert machine.result == 'SUCCESS'
            List<String> told = jenkins.echoes.findAll { it.contains('unknown parameter') }
            assert told.size() == tested.calls && told.every { it.startsWith("${tested.step}: unknown parameter qqqq ; known are: ") }
            Map without = tested.sent.findAll { it.key != 'site' }
            assert sent.every { Map all -> without.every { it.key == 'issueKeys' || all[it.key] == it.value } && !all.containsKey('site') }
            assert launcher.calls.size() == tested.calls
        }
    }
}
