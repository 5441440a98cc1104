import groovy.json.JsonOutput
import harness.FakeJenkins
import harness.Launcher
import harness.Library
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

import java.security.MessageDigest

/** The step and the launcher together, on an agent that has no binary: once, the step brings it from the library. */
class HandOverTest extends PipelineCase {
    private static final String FILE = "jira-send-9.8.7-${System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'}-" +
        (System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64')
    private static final String NEEDS = JsonOutput.toJson([outcome: 'needs_binary', exit_code: 127, message: FILE, issue_keys: [], sites: []])
    /** Bytes that are no text, behind a program that does not read so far. */
    private static final byte[] BINARY = (("#!/bin/sh\n[ \"\$1\" != --version ] || { echo 'jira-send 9.8.7'; exit; }\n" +
        "cat <<'E'\n${FakeJenkins.ACCEPTED}\nE\nexit\n").getBytes('UTF-8') as List) + [0, -1, -2, 127, 13, 10] as byte[]

    private File home

    /** A release of the library, and an agent that is new or not. */
    private void release(boolean carried = true) {
        fresh()
        home = folder.newFolder()
        jenkins.global.putAll([HOME: home.path, WORKSPACE_TMP: jenkins.temporary.path])
        String sha256 = MessageDigest.getInstance('SHA-256').digest(BINARY).encodeHex().toString()
        jenkins.resources['jira-send/manifest'] = "jira-send 9.8.7\n${sha256} ${FILE}\n".toString().getBytes('UTF-8')
        if (carried) {
            jenkins.resources['jira-send/' + FILE] = BINARY
        }
        jenkins.shell = { StepCall call -> Launcher.run(call.environment, jenkins.workspace).output }
    }

    @Test
    void 'the first call on an agent takes two shell steps, all others one'() {
        release()
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        assert step('jiraSendBuildInfo', [description: 'x' * 120000]).outcome == 'accepted'
        List<StepCall> first = jenkins.calls('sh')
        assert first.size() == 2
        assert first*.named == [first[0].named] * 2
        assert first[0].named.script == new String(Library.resource('jira-send/run.sh'), 'UTF-8')
        assert first*.environment*.JIRA_SEND_FROM_LIBRARY == [null, 'file']
        assert first[1].environment - [JIRA_SEND_FROM_LIBRARY: 'file'] == first[0].environment
        assert new File(home, '.cache/jira-send/' + FILE).bytes == BINARY
        assert step('jiraSendDeploymentInfo', [environmentId: 'eu']).outcome == 'accepted'
        assert jenkins.calls('sh').size() == 3
        assert jenkins.calls('libraryResource').findAll { it.named }.size() == 1
        assert jenkins.temporary.list() as List == [] && jenkins.workspace.list() as List == []
        assert jenkins.echoes == ['jiraSendBuildInfo', 'jiraSendDeploymentInfo'].collect { it + ': build 7: sent for ABC-1' + FakeJenkins.NO_RESULT }
    }

    @Test
    void 'a library without the file says so to the launcher, which asks the mirror'() {
        release(false)
        File mirror = folder.newFolder()
        new File(mirror, FILE).bytes = BINARY
        jenkins.global.JIRA_SEND_MIRROR = mirror.path
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        assert jenkins.calls('sh')*.environment*.JIRA_SEND_FROM_LIBRARY == [null, 'none']
        release(false)
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode] == ['invalid', 127]
        assert result.message.contains('the library carries no files, and JIRA_SEND_MIRROR is not set')
        assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message]
        assert !jenkins.temporary.exists() || jenkins.temporary.list() as List == []
    }

    @Test
    void 'a file that cannot be written on the agent is told, and the mirror is still asked'() {
        release()
        jenkins.failing.writeFile = new IOException('No space left on device')
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode] == ['invalid', 127]
        assert jenkins.echoes[0] == "jira-send: ${FILE} could not be written on the agent: java.io.IOException: No space left on device"
        assert jenkins.calls('sh')*.environment*.JIRA_SEND_FROM_LIBRARY == [null, 'none']
    }

    @Test
    void 'the name that is asked for can be no other path'() {
        ['../../etc/passwd', 'jira-send-9/../../x', 'jira-send-9 x', 'jira-send-9\nx', 'run.sh', '', null, 7, ['jira-send-9']].each { Object name ->
            fresh().shell = { JsonOutput.toJson([outcome: 'needs_binary', exit_code: 127, message: name]) }
            assert step('jiraSendBuildInfo').outcome == 'needs_binary'
            assert jenkins.calls('sh').size() == 1 && jenkins.calls('writeFile') == []
        }
        // Only the outcome counts, not a text that has the word in it.
        fresh().shell = { '{"outcome":"accepted","exit_code":0,"message":"\\"needs_binary\\" jira-send-9","issue_keys":[],"sites":[]}' }
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        assert jenkins.calls('sh').size() == 1
    }

    @Test
    void 'it asks once at most'() {
        release()
        jenkins.shell = { NEEDS }
        assert step('jiraSendBuildInfo').outcome == 'needs_binary'
        assert jenkins.calls('sh').size() == 2
    }

    @Test
    void 'what was handed over is removed when the launcher does not run again'() {
        [new AbortException('script returned exit code 137'), new FlowInterruptedException()].each { Throwable thrown ->
            release()
            jenkins.shell = { StepCall call ->
                if (call.environment.JIRA_SEND_FROM_LIBRARY == null) {
                    return NEEDS
                }
                throw thrown
            }
            Closure action = { step('jiraSendBuildInfo') }
            assert thrown instanceof FlowInterruptedException ? thrownBy(action).getClass() == thrown.getClass() : action().exitCode == 4
            assert jenkins.calls('writeFile').size() == 1
            assert jenkins.temporary.list() as List == []
        }
        release()
        jenkins.failing.writeFile = new FlowInterruptedException()
        assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
    }

    @Test
    void 'on Windows the launcher is run by PowerShell, with the same environment'() {
        fresh().unix = false
        jenkins.resources['jira-send/jira-send-9.8.7-windows-x86_64.exe'] = BINARY
        jenkins.shell = { StepCall call ->
            call.environment.JIRA_SEND_FROM_LIBRARY == null ? NEEDS.replace(FILE, 'jira-send-9.8.7-windows-x86_64.exe') : FakeJenkins.ACCEPTED
        }
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        List<StepCall> calls = jenkins.calls('powershell')
        assert calls.size() == 2 && jenkins.calls('sh') == []
        assert calls*.named*.script == [new String(Library.resource('jira-send/run.ps1'), 'UTF-8')] * 2
        assert calls[1].environment.JIRA_SEND_FROM_LIBRARY == 'file'
        assert calls[0].environment.keySet().containsAll(['JIRA_SEND_COMMAND', 'JIRA_SEND_TMP', 'JIRA_SEND_MANIFEST', 'JIRA_SEND_PARAMETERS'])
        assert new File(jenkins.machine.fileOf(calls[1].environment.JIRA_SEND_TMP), 'jira-send-9.8.7-windows-x86_64.exe').bytes == BINARY
    }

    @Test
    void 'on Windows no variable is longer than a process can have there'() {
        List<String> lines = (10..69).collect { it + 'x' * 1000 }
        [true, false].each { boolean unix ->
            fresh().unix = unix
            jenkins.shell = {
                JsonOutput.toJson([outcome: 'unreachable', exit_code: 4, message: 'later', issue_keys: [], sites: [], waiting: lines])
            }
            step('jiraSendBuildInfo', [description: 'x' * 40000])
            Map seen = jenkins.calls(unix ? 'sh' : 'powershell')[0].environment
            assert (seen.JIRA_SEND_PARAMETERS_FILE == null) == unix
            String waiting = jenkins.global.JIRA_SEND_WAITING
            // The next step may be on another agent.
            assert waiting.readLines() == lines.takeRight(29)
            assert waiting.length() < 32000 && (unix || seen.every { it.value.length() < 32000 })
        }
    }
}
