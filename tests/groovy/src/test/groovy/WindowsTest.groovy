import groovy.json.JsonOutput
import harness.CannedLauncher
import harness.FakeBuild
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import harness.WindowsLauncher
import hudson.AbortException
import org.junit.Before
import org.junit.Test

/** Agents with Windows. run.ps1 is played (see WindowsLauncher). */
class WindowsTest extends PipelineCase {
    @Before
    void windows() {
        jenkins.unix = false
    }

    @Test
    void 'paths and environment are those of Windows'() {
        jenkins.global.Path = 'a'
        List seen = (List) jenkins.pipeline("""
            withEnv(['PATH=b']) { return [isUnix(), pwd(tmp: true), env.WORKSPACE, env.path, env.PATH] }
        """)
        assert seen == [false, 'C:\\Jenkins\\workspace\\shop@tmp', 'C:\\Jenkins\\workspace\\shop', 'b', 'b']
        assert jenkins.environment().findAll { it.key.equalsIgnoreCase('path') } == [Path: 'a']
        assert jenkins.machine.fileOf('c:/jenkins\\workspace/shop@tmp/x') == new File(jenkins.temporary, 'x')
    }

    @Test
    void 'no process starts with a variable that is too long'() {
        [[false, 32767, 32768], [true, 131072 - 'BIG='.length() - 1, 131072 - 'BIG='.length()]].each { List row ->
            fresh().unix = row[0]
            String call = row[0] ? 'sh' : 'powershell'
            String step = "withEnv(['BIG=' + value]) { ${call}(script: 'x', returnStdout: true, encoding: 'UTF-8', label: 'jira-send') }"
            jenkins.pipeline(step, [value: 'x' * row[1]])
            assert thrownBy { jenkins.pipeline(step, [value: 'x' * row[2]]) } instanceof IOException
        }
    }

    @Test
    void 'the answer is read whatever PowerShell puts around it'() {
        String answer = FakeJenkins.ACCEPTED.replace('sent for', 'gesendet f\\u00fcr')
        [answer, answer + '\r\n', '\r\n' + answer, '\ufeff' + answer + '\r\n', '\ufeff\r\n' + answer + '\r\n\r\n'].each { String output ->
            fresh().unix = false
            jenkins.shell = { output }
            assert step('jiraSendBuildInfo').outcome == 'accepted'
            assert jenkins.echoes == ['jiraSendBuildInfo: build 7: gesendet f\u00fcr ABC-1' + FakeJenkins.NO_RESULT]
        }
        // Also what asks for the program, and what waits or was deployed.
        fresh().unix = false
        jenkins.resources['jira-send/jira-send-9.8.7-windows-x86_64.exe'] = [0] as byte[]
        Map deployed = [outcome: 'accepted', exit_code: 0, message: 'm', waiting: ['{"a":1}'], waiting_left_out: 0,
                        deployed: [place: 'p', commit: commit(1), state: 'successful']]
        List<String> answers = [JsonOutput.toJson([outcome: 'needs_binary', exit_code: 127, message: 'jira-send-9.8.7-windows-x86_64.exe']), JsonOutput.toJson(deployed)]
        jenkins.shell = { StepCall call -> '\ufeff' + answers[call.environment.JIRA_SEND_FROM_LIBRARY == 'file' ? 1 : 0] + '\r\n' }
        assert step('jiraSendDeploymentInfo', [environmentId: 'e', state: 'successful']).outcome == 'accepted'
        assert jenkins.build.buildVariables == [JIRA_SEND_WAITING: '{"a":1}', JIRA_SEND_DEPLOYED: JsonOutput.toJson([p: commit(1)])]
    }

    @Test
    void 'files reach the launcher, and nothing of them is left'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        CannedLauncher launcher = new CannedLauncher(jenkins, [FakeJenkins.ACCEPTED])
        assert step('jiraSendBuildInfo', [description: 'x' * 40000]).outcome == 'accepted'
        assert launcher.calls[0].environment.JIRA_SEND_PARAMETERS_FILE.startsWith('C:\\Jenkins\\workspace\\shop@tmp/jira-send-')
        assert launcher.calls[0].parameters.description == 'x' * 40000
        assert launcher.calls[0].changes == [[commit: commit(1), message: 'ABC-1 one']]
        assert jenkins.temporary.list() as List == [] && jenkins.workspace.list() as List == []
    }

    @Test
    void 'what the runs before left is brought as far as a process there can hold it'() {
        // Five runs of an agent with Linux, each with what fits there alone.
        FakeBuild before = null
        List<String> lines = []
        5.times { int number ->
            List<String> own = (1..19).collect { "{\"run\":${number},\"item\":${it},\"text\":\"${'x' * 960}\"}".toString() }
            Map deployed = (1..number * 60).collectEntries { [('shop/' + 'place' * 10 + it): commit(it)] }
            before = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: own.join('\n'), JIRA_SEND_DEPLOYED: JsonOutput.toJson(deployed)]).after(before)
            lines.addAll(own)
        }
        [false, true].each { boolean unix ->
            fresh().unix = unix
            jenkins.build = new FakeBuild().after(before)
            List<String> still = unix ? lines : lines.takeRight(3)
            CannedLauncher launcher = new CannedLauncher(jenkins, [JsonOutput.toJson([
                outcome: 'accepted', exit_code: 0, message: 'm', waiting: still, waiting_left_out: 0, deployed: [place: 'new', commit: commit(9), state: 'successful']])])
            assert step('jiraSendDeploymentInfo', [environmentId: 'e']).outcome == 'accepted'
            List<String> brought = launcher.calls[0].environment.JIRA_SEND_WAITING.readLines()
            assert brought == lines.takeRight(unix ? 95 : 30)
            // What the run keeps is in the environment of all that it starts later, on whichever agent.
            assert jenkins.build.buildVariables.JIRA_SEND_WAITING.readLines() == still.takeRight(30)
            // The next step, with what this run keeps itself.
            assert step('jiraSendBuildInfo').outcome == 'accepted'
            assert launcher.calls[1].environment.JIRA_SEND_WAITING.readLines().takeRight(2) == still.takeRight(2)
            assert jenkins.build.buildVariables.JIRA_SEND_DEPLOYED.length() < 30000
        }
    }

    @Test
    void 'what keeps PowerShell from running is told'() {
        [
            // what powershell throws, or null when there is no such step                                outcome, code, part of the message
            [null,                                                                                       'invalid', 2,
             "Jenkins has no step 'powershell'; install the plugin Pipeline: Nodes and Processes"],
            [new IOException('Cannot run program "powershell" (in directory "C:\\Jenkins\\workspace\\shop"): CreateProcess error=2, ' +
                'The system cannot find the file specified'),                                            'invalid', 127,
             'the agent has no PowerShell in its PATH, which jira-send needs on Windows (5.1 or later)'],
            [new AbortException('script returned exit code 1'),                                          'unreachable', 4,
             'script returned exit code 1'],
            [new AbortException('script returned exit code -196608'),                                    'unreachable', 4,
             'script returned exit code -196608'],
        ].each { List row ->
            fresh().unix = false
            jenkins.build.with([[commit(1), 'ABC-1 one']])
            if (row[0] == null) {
                jenkins.missingSteps << 'powershell'
            } else {
                jenkins.failing.powershell = row[0]
            }
            Map result = step('jiraSendBuildInfo', [description: 'x' * 40000])
            assert [row[0], result.outcome, result.exitCode] == [row[0], row[1], row[2]]
            assert result.message.contains(row[3])
            assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message]
            assert jenkins.temporary.list() as List == []
        }
    }

    @Test
    void 'the launcher that is played gives the answers of the real one'() {
        jenkins.shell = { StepCall call -> new WindowsLauncher(jenkins, call).run() }
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode] == ['invalid', 127]
        assert result.message.startsWith('jira-send was not found on this agent; put jira-send.exe into a directory of PATH')
        jenkins.global.JIRA_SEND_BIN = 'C:\\Jenkins\\workspace\\none.exe'
        assert step('jiraSendBuildInfo').message == 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.'
        // Every text of it is one of run.ps1.
        String real = new String(harness.Library.resource('jira-send/run.ps1'), 'UTF-8')
        String played = new File(harness.Library.ROOT, 'tests/groovy/src/test/groovy/harness/WindowsLauncher.groovy').getText('UTF-8')
        ['JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.', 'the library carries no files, and JIRA_SEND_MIRROR is not set',
         'the file in the library is not the one of its manifest', 'jira-send ended without an answer; the log above has the reason.',
         'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.'].each { String text ->
            assert real.contains(text) && played.contains(text)
        }
    }
}
