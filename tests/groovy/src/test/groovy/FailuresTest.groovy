import harness.FakeJenkins
import harness.PipelineCase
import hudson.AbortException
import org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** What goes wrong never harms the build, unless the user asked for it; a stop of the build always goes through. */
class FailuresTest extends PipelineCase {
    /** What is broken; outcome, exit code and a part of the message that says what to do. */
    private static final Map<String, List> CASES = [
        'missing credential'  : [{ it.credentials.clear() }, 'unauthorized', 3, "no credential 'jira-oauth' that this job can use; add one"],
        'wrong kind'          : [{ it.credentials['jira-oauth'].kind = 'string' }, 'unauthorized', 3,
                                 'it must be "Username with password": the client id as user name, the client secret as password; ' +
                                 'for a "Secret text" give its client id with clientId.'],
        'wrong kind for clientId': [{ it.global.JIRA_SEND_CLIENT_ID = 'x' }, 'unauthorized', 3,
                                    'it must be "Secret text" (the client secret), because clientId is given; ' +
                                    'for a "Username with password" leave out clientId and the variable JIRA_SEND_CLIENT_ID.'],
        'no secret text'      : [{ it.global.JIRA_SEND_CLIENT_ID = 'x'; it.credentials.clear() }, 'unauthorized', 3,
                                 'add one of the kind "Secret text" (client secret) with this id'],
        'no agent after all'  : [{ it.agent = false; it.global.NODE_NAME = 'of the user' }, 'invalid', 2, 'call it inside node { }'],
        'no credentials plugin': [{ it.missingSteps << 'withCredentials' }, 'invalid', 2,
                                  "no step 'withCredentials'; install the plugin Credentials Binding"],
        'no usernamePassword' : [{ it.missingSteps << 'usernamePassword' }, 'invalid', 2, 'install the plugin Credentials Binding'],
        'no shell plugin'     : [{ it.missingSteps << 'sh' }, 'invalid', 2, 'install the plugin Pipeline: Nodes and Processes'],
        'no PowerShell step'  : [{ it.unix = false; it.missingSteps << 'powershell' }, 'invalid', 2,
                                 'install the plugin Pipeline: Nodes and Processes'],
        'no node step'        : [{ it.agent = false; it.missingSteps << 'node' }, 'invalid', 2,
                                 "no step 'node'; install the plugin Pipeline: Nodes and Processes"],
        'unknown step'        : [{ it.failing.pwd = new NoSuchMethodError("No such DSL method 'foo' found among steps [a, b]") },
                                 'invalid', 2, "no step 'foo'; install the plugin that brings it"],
        'resource missing'    : [{ it.failing.libraryResource = new AbortException('No such library resource jira-send/run.sh could be found.') },
                                 'invalid', 2, 'load the whole repository as library'],
        'sandbox rejection'   : [{ it.failing.pwd = new RejectedAccessException('Scripts not permitted to use method a.B c') },
                                 'invalid', 2, 'not permitted to use method a.B c. Load the library as a global trusted one'],
        'sh fails'            : [{ it.failing.sh = new AbortException('script returned exit code 137') },
                                 'unreachable', 4, 'script returned exit code 137'],
        'agent lost'          : [{ it.failing.sh = new IOException('Unable to create live FilePath for agent-7\n\u001b[31mred') },
                                 'unreachable', 4, 'Unable to create live FilePath for agent-7 [31mred'],
        'empty answer'        : [{ it.shell = { '' } }, 'invalid', 2, 'install the version that belongs to this library'],
        'no answer'           : [{ it.shell = { null } }, 'invalid', 2, 'install the version that belongs to this library'],
        'junk'                : [{ it.shell = { 'Segmentation fault ' + FakeJenkins.SECRET } }, 'invalid', 2, 'run "jira-send --version"'],
        'cut JSON'            : [{ it.shell = { FakeJenkins.ACCEPTED[0..80] } }, 'invalid', 2, 'run "jira-send --version"'],
        'other JSON'          : [{ it.shell = { '[1, 2]' } }, 'invalid', 2, 'run "jira-send --version"'],
        'JSON without code'   : [{ it.shell = { '{"outcome":"accepted"}' } }, 'invalid', 2, 'run "jira-send --version"'],
        'code as text'        : [{ it.shell = { '{"outcome":"accepted","exit_code":"0"}' } }, 'invalid', 2, 'run "jira-send --version"'],
        'binary missing'      : [{ it.shell = { '{"outcome":"invalid","exit_code":127,"message":"not found","issue_keys":[],"sites":[]}' } },
                                 'invalid', 127, 'not found'],
        'refused'             : [{ it.shell = { '{"outcome":"rejected","exit_code":1,"message":"refused\\nby Jira\\u001b[8mha:x"}' } },
                                 'rejected', 1, 'refused by Jira [8mha:x'],
    ]

    @Test
    void 'a failure becomes a returned value and one line'() {
        CASES.each { name, row ->
            row[0].call(fresh())
            Map result = (Map) jenkins.pipeline('def result = jiraSendBuildInfo(); echo "after"; return result')
            assert [name, result.outcome, result.exitCode] == [name, row[1], row[2]]
            assert result.message.contains(row[3])
            assert result.issueKeys == [] && result.sites == []
            assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message, 'after']
            assert !result.toString().contains(FakeJenkins.SECRET) && !(result.message =~ /\p{Cntrl}/)
            assert jenkins.build.result == null
        }
    }

    @Test
    void 'with failOnError it fails the build, with the same text'() {
        CASES.each { name, row ->
            row[0].call(fresh())
            Throwable thrown = thrownBy { step('jiraSendDeploymentInfo', [failOnError: true]) }
            assert [name, thrown.getClass()] == [name, AbortException]
            assert thrown.message.startsWith('jiraSendDeploymentInfo: ') && thrown.message.contains(row[3])
            assert jenkins.echoes == []
        }
    }

    @Test
    void 'failOnError is the parameter, else the variable'() {
        [
            // variable, parameter, fails
            [null,     null,    false],
            ['true',   null,    true],
            ['TRUE',   null,    true],
            ['false',  null,    false],
            // The words of the binary.
            ['yes',    null,    true],
            ['1',      null,    true],
            ['no',     null,    false],
            ['maybe',  null,    false],
            ['true',   false,   false],
            ['true',   'false', false],
            [null,     'true',  true],
            ['false',  true,    true],
        ].each { List row ->
            fresh().credentials.clear()
            if (row[0] != null) {
                jenkins.global.JIRA_SEND_FAIL_ON_ERROR = row[0]
            }
            Closure call = { step('jiraSendBuildInfo', [failOnError: row[1]]) }
            assert row[2] ? thrownBy(call) instanceof AbortException : call().outcome == 'unauthorized'
        }
    }

    @Test
    void 'with failOnError a success is a success'() {
        assert step('jiraSendBuildInfo', [failOnError: true]).outcome == 'accepted'
        fresh().shell = { '{"outcome":"nothing_to_send","exit_code":0,"message":"no issue keys","issue_keys":[],"sites":[]}' }
        assert step('jiraSendBuildInfo', [failOnError: true]).outcome == 'nothing_to_send'
    }

    @Test
    void 'a stop or a timeout goes on unchanged, whatever step it hits'() {
        ['isUnix', 'beginWithCredentials', 'pwd', 'writeFile', 'beginWithEnv', 'libraryResource', 'sh', 'echo'].each { name ->
            [[new FlowInterruptedException(), false], [new FlowInterruptedException(), true],
             [new InterruptedException('stopped'), false]].each { List row ->
                fresh().build.with([[commit(1), 'ABC-1 one']])
                jenkins.failing[name] = row[0]
                // Inside a block it is a copy: the end of the block is a step, too.
                Throwable thrown = thrownBy { step('jiraSendBuildInfo', [failOnError: row[1]]) }
                assert thrown.getClass() == row[0].getClass() && thrown.message == row[0].message
                assert jenkins.calls.last().name in [name, 'endBlock']
            }
        }
    }

    /** A run whose step needs both files. */
    private Map stepWithFiles() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        return step('jiraSendBuildInfo', [description: 'x' * 120000])
    }

    @Test
    void 'files are not left when the launcher did not run to its end'() {
        [
            // fails, with what
            ['sh',              new AbortException('script returned exit code 137')],
            ['sh',              new IOException('Unable to create live FilePath for agent-7')],
            ['sh',              new NoSuchMethodError("No such DSL method 'sh' found among steps []")],
            ['beginWithEnv',    new AbortException('no')],
            ['libraryResource', new AbortException('no')],
        ].each { List row ->
            fresh().failing[row[0]] = row[1]
            assert stepWithFiles().exitCode != 0
            assert jenkins.calls('writeFile').size() == 2
            assert (jenkins.temporary.list() as List) == []
        }
        [new FlowInterruptedException(), new OutOfMemoryError('heap')].each { Throwable thrown ->
            fresh().failing.sh = thrown
            assert thrownBy { stepWithFiles() }.getClass() == thrown.getClass()
            assert (jenkins.temporary.list() as List) == []
        }
    }

    @Test
    void 'nothing is removed by the step when the launcher did it, or when there was nothing'() {
        stepWithFiles()
        assert jenkins.calls('beginDir') == [] && jenkins.calls('sh').size() == 1
        fresh().failing.sh = new AbortException('no')
        step('jiraSendBuildInfo')
        assert jenkins.calls('beginDir') == []
    }

    @Test
    void 'trouble with the removal does not hide what went wrong, a stop does'() {
        ['beginDir', 'deleteDir'].each { name ->
            fresh().failing.putAll([sh: new AbortException('script returned exit code 137'), (name): new IOException('agent is gone')])
            assert stepWithFiles().message.contains('script returned exit code 137')
            fresh().failing.putAll([sh: new FlowInterruptedException(), (name): new IOException('agent is gone')])
            assert thrownBy { stepWithFiles() } instanceof FlowInterruptedException
            fresh().failing.putAll([sh: new AbortException('no'), (name): new FlowInterruptedException()])
            assert thrownBy { stepWithFiles() } instanceof FlowInterruptedException
        }
    }

    @Test
    void 'an error of the virtual machine is not swallowed'() {
        jenkins.failing.sh = new OutOfMemoryError('heap')
        assert thrownBy { step('jiraSendBuildInfo') } instanceof OutOfMemoryError
    }
}
