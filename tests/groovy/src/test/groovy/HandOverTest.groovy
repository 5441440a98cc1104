import harness.FakeJenkins
import harness.Library
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

import static harness.CannedLauncher.RESULT

/** An agent that has no program yet: the step brings it from a library, once. */
class HandOverTest extends PipelineCase {
    private static final String FILE = 'jira-send-9.8.7-linux-x86_64'
    /** Bytes that are no text. */
    private static final byte[] PROGRAM = [0x7f, 0x45, 0x4c, 0x46, 0, -1, -2, 13, 10] as byte[]
    private static final Map NEEDS = [needs: FILE]

    /** What was delivered with the second call. */
    private byte[] delivered

    private void release(Map<String, byte[]> own, String library, Object... answers) {
        fresh().resources.putAll(own)
        library == null || jenkins.libraries.put(library, [('jira-send/' + FILE): PROGRAM])
        delivered = null
        jenkins.launcher.answer(answers)
        Closure<String> launcher = jenkins.shell
        FakeJenkins run = jenkins
        jenkins.shell = { StepCall call ->
            File file = new File(run.machine.fileOf(call.environment.JIRA_SEND_TMP), FILE)
            delivered = file.exists() ? file.bytes : null
            return launcher(call)
        }
    }

    private List<String> getSaid() {
        return jenkins.calls('sh')*.environment*.JIRA_SEND_DELIVERED
    }

    @Test
    void 'the file comes from the library itself, else from the one that carries the programs'() {
        [
            // own file, second library, variable, delivered, libraries that were loaded
            [true,  null,                                null,    'file', []],
            [true,  'jira-send-program@program/v9.8.7',  null,    'file', []],
            [false, 'jira-send-program@program/v9.8.7',  null,    'file', ['jira-send-program@program/v9.8.7']],
            [false, 'ours@program/v9.8.7',               'ours',  'file', ['ours@program/v9.8.7']],
            [false, null,                                null,    'none', ['jira-send-program@program/v9.8.7']],
            [false, null,                                '',      'none', ['jira-send-program@program/v9.8.7']],
        ].each { List row ->
            release(row[0] ? [('jira-send/' + FILE): PROGRAM] : [:], row[1], NEEDS, [:])
            row[2] == null || jenkins.global.put('JIRA_SEND_PROGRAM_LIBRARY', row[2])
            assert step('jiraSendBuildInfo') == RESULT
            assert [row, said, jenkins.calls('library')*.args.flatten()] == [row, [null, row[3]], row[4]]
            assert delivered == (row[3] == 'file' ? PROGRAM : null)
            List<StepCall> calls = jenkins.calls('sh')
            assert calls*.named == [calls[0].named] * 2
            assert calls[1].environment - [JIRA_SEND_DELIVERED: row[3]] == calls[0].environment
            assert jenkins.launcher.requests[0] == jenkins.launcher.requests[1]
            assert jenkins.echoes == ['jiraSendBuildInfo: sent'] && !jenkins.temporary.list()
        }
    }

    @Test
    void 'an agent that has the program is asked once, and no library is loaded'() {
        release([:], 'jira-send-program@program/v9.8.7', [:])
        step('jiraSendBuildInfo')
        assert said == [null] && jenkins.calls('library') == []
    }

    @Test
    void 'what cannot be delivered is told with its reason, and the launcher has the last word'() {
        [
            // fails, with what, printed
            ['writeFile', new IOException('No space left on device'), 'java.io.IOException: No space left on device'],
            ['library', new AbortException('No version program/v9.8.7 found'), 'hudson.AbortException: No version program/v9.8.7 found'],
            ['library', new NoSuchMethodError("No such DSL method 'library' found among steps [a, b]"), "java.lang.NoSuchMethodError: No such DSL method 'library'"],
        ].each { List row ->
            release([:], 'jira-send-program@program/v9.8.7', { Map request -> jenkins.failing[row[0]] = row[1]; NEEDS }, [problem: 'no program for this agent'])
            assert step('jiraSendBuildInfo').message == 'not sent: no program for this agent; kept for the next step that can send it'
            assert said == [null, 'none']
            assert jenkins.echoes == ["jira-send: could not deliver ${FILE}: ${row[2]}".toString(),
                                      'jiraSendBuildInfo: not sent: no program for this agent; kept for the next step that can send it']
        }
    }

    @Test
    void 'it asks once at most, and for nothing that is no file of a release'() {
        release([('jira-send/' + FILE): PROGRAM], null, NEEDS)
        assert step('jiraSendBuildInfo').message == "not sent: the launcher still needs ${FILE}; kept for the next step that can send it"
        assert said == [null, 'file']
        ['../../etc/passwd', 'jira-send-9/../../x', 'jira-send-9 x', 'jira-send-9\\nx', 'run.sh', ''].each { String name ->
            fresh().launcher.answer("{\"protocol\":1,\"needs\":\"${name}\"}".toString())
            assert step('jiraSendBuildInfo').message.contains('gave no answer that this library understands')
            assert jenkins.calls('sh').size() == 1 && jenkins.calls('writeFile').size() == 1
        }
    }

    @Test
    void 'what was handed over is removed when the launcher does not run again'() {
        [new AbortException('script returned exit code 137'), new FlowInterruptedException()].each { Throwable thrown ->
            release([('jira-send/' + FILE): PROGRAM], null, NEEDS, thrown)
            Closure action = { step('jiraSendBuildInfo') }
            assert thrown instanceof FlowInterruptedException ? thrownBy(action) instanceof FlowInterruptedException : action().outcome == 'unreachable'
            assert delivered == PROGRAM && jenkins.temporary.list() as List == []
        }
        ['library', 'writeFile'].each { String name ->
            release(name == 'library' ? [:] : [('jira-send/' + FILE): PROGRAM], null, { Map request -> jenkins.failing[name] = new FlowInterruptedException(); NEEDS })
            assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
        }
    }

    @Test
    void 'on Windows the same'() {
        release([('jira-send/' + FILE): PROGRAM, 'jira-send/run.bat': '@rem'.bytes], null, NEEDS, [:])
        jenkins.unix = false
        assert step('jiraSendBuildInfo') == RESULT
        assert jenkins.calls('bat')*.environment*.JIRA_SEND_DELIVERED == [null, 'file'] && delivered == PROGRAM
        assert jenkins.temporary.list() as List == []
    }
}
