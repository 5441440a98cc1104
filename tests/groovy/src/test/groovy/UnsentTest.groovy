import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.FakeJenkins
import harness.Library
import harness.PipelineCase
import hudson.AbortException
import org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** Whatever keeps the program from being called: the update is kept for a later step, and the build goes on. */
class UnsentTest extends PipelineCase {
    private static final String NO_ANSWER = 'jira-send gave no answer that this library understands; the log above may have the reason'
    /** What is broken, and the reason that is given. */
    private static final Map<String, List> CASES = [
        'launcher dies'        : [{ it.launcher.answer(new AbortException('script returned exit code 137')) }, 'script returned exit code 137'],
        'agent is gone'        : [{ it.failing.writeFile = new IOException('Unable to create live FilePath for agent-7\n\u001b[31mred') },
                                  'Unable to create live FilePath for agent-7 [31mred'],
        'folder is gone'       : [{ it.failing.writeFile = new java.nio.file.NoSuchFileException('/proc/nowhere@tmp') }, 'NoSuchFileException: /proc/nowhere@tmp'],
        'no agent after all'   : [{ it.agent = false; it.global.NODE_NAME = 'of the user' }, 'MissingContextVariableException: Required context class hudson.FilePath is missing Perhaps you forgot to surround the step with a step that provides this, such as: node'],
        'no shell plugin'      : [{ it.missingSteps << 'sh' }, "NoSuchMethodError: No such DSL method 'sh'"],
        'no node step'         : [{ it.agent = false; it.missingSteps << 'node' }, "NoSuchMethodError: No such DSL method 'node'"],
        'no resources'         : [{ it.failing.libraryResource = new AbortException('No such library resource jira-send/run.sh could be found.') },
                                  'No such library resource jira-send/run.sh could be found.'],
        'sandbox'              : [{ it.failing.writeFile = new RejectedAccessException('Scripts not permitted to use method a.B c') },
                                  'RejectedAccessException: Scripts not permitted to use method a.B c'],
        'problem of the launcher': [{ it.launcher.answer([problem: 'JIRA_SEND_BIN names no file on this agent']) }, 'JIRA_SEND_BIN names no file on this agent'],
        'problem after an answer': [{ it.launcher.answer('{"protocol":1,"returns":7}\n{"protocol":1,"problem":"it ended with 101"}\n') }, 'it ended with 101'],
        'empty output'         : [{ it.launcher.answer('') }, NO_ANSWER],
        'no output'            : [{ it.launcher.answers = [null] }, NO_ANSWER],
        'junk'                 : [{ it.launcher.answer('Segmentation fault ' + FakeJenkins.SECRET) }, NO_ANSWER],
        'cut JSON'             : [{ it.launcher.answer('{"protocol":1,"returns":{"a"') }, NO_ANSWER],
        'a list'               : [{ it.launcher.answer('[{"protocol":1}]') }, NO_ANSWER],
        'another protocol'     : [{ it.launcher.answer('{"protocol":2,"returns":7}') }, NO_ANSWER],
        'no protocol'          : [{ it.launcher.answer('{"returns":7}') }, NO_ANSWER],
    ]

    private String getMemory() {
        return jenkins.build.buildVariables.JIRA_SEND_MEMORY
    }

    /** The one request that is kept. */
    private Map getKept() {
        List<String> lines = memory.readLines()
        assert lines.size() == 1 && lines[0] ==~ /request:[-0-9a-f]{36} \{.*\}/ && lines[0] ==~ /[ -~]*/
        Map line = (Map) new JsonSlurper().parseText(lines[0].substring(lines[0].indexOf(' ')))
        assert line.keySet() == ['request', 'variables'] as Set && lines[0].startsWith("request:${line.request.id} ")
        return line.request + [variables: line.variables]
    }

    @Test
    void 'a step that sends keeps its request, says so in one line and goes on'() {
        CASES.each { String name, List cell ->
            cell[0].call(row())
            jenkins.global.putAll([GIT_COMMIT: commit(1), UNRELATED: 'x'])
            Map result = (Map) jenkins.pipeline("def result = jiraSendDeploymentInfo(environmentId: 'eu'); echo 'after'; return result")
            String message = "not sent: ${cell[1]}; kept for the next step that can send it"
            assert [name, result] == [name, [outcome: 'unreachable', exitCode: 4, message: message, issueKeys: [], sites: []]]
            assert jenkins.echoes == ['jiraSendDeploymentInfo: ' + message, 'after']
            assert [kept.step, kept.parameters, kept.protocol, kept.body] == ['jiraSendDeploymentInfo', [environmentId: 'eu'], 1, null]
            // A library without resources has no list of the variables either.
            assert kept.variables == (name == 'no resources' ? [:] : [JOB_NAME: 'shop', BUILD_NUMBER: '7', GIT_COMMIT: commit(1)])
            assert jenkins.build.result == null && !jenkins.temporary.list() && !memory.contains(FakeJenkins.SECRET)
        }
    }

    @Test
    void 'what is no update is not kept, and a gate stays shut'() {
        CASES.each { String name, List cell ->
            cell[0].call(row())
            assert step('jiraSendKeys') == [outcome: 'unreachable', exitCode: 4, message: 'could not be run: ' + cell[1], issueKeys: [], sites: []]
            assert jenkins.echoes == ['jiraSendKeys: could not be run: ' + cell[1]] && memory == 'none'
            cell[0].call(row())
            // Not even where failures are to be let pass everywhere else.
            jenkins.global.JIRA_SEND_FAIL_ON_ERROR = 'false'
            assert thrownBy { step('checkGatingStatus') }.message == 'checkGatingStatus: could not be run: ' + cell[1]
            assert jenkins.echoes == [] && memory == 'none'
        }
        fresh().launcher.answer('')
        assert jenkins.pipeline('return checkGatingStatus(failOnError: false)') == false
        assert jenkins.pipeline('return jiraAwaitGate(failOnError: false)').outcome == 'unreachable'
        assert thrownBy { jenkins.pipeline("return jiraAwaitGate(failOnError: 'maybe')") } != null
    }

    @Test
    void 'failOnError is the parameter, else the variable'() {
        [
            // variable, parameter, fails
            [null,     null,    false],
            ['true',   null,    true],
            ['TRUE',   null,    true],
            ['false',  null,    false],
            ['yes',    '',      true],
            ['1',      null,    true],
            ['no',     null,    false],
            ['maybe',  null,    false],
            ['true',   false,   false],
            ['true',   'false', false],
            [null,     'true',  true],
            ['false',  true,    true],
        ].each { List cell ->
            row().launcher.answer(new AbortException('no'))
            cell[0] != null && jenkins.global.put('JIRA_SEND_FAIL_ON_ERROR', cell[0])
            Closure call = { step('jiraSendBuildInfo', [failOnError: cell[1]]) }
            if (cell[2]) {
                assert thrownBy(call).message == 'jiraSendBuildInfo: not sent: no; kept for the next step that can send it'
                assert jenkins.echoes == []
            } else {
                assert call().outcome == 'unreachable'
            }
            assert kept.step == 'jiraSendBuildInfo'
        }
    }

    @Test
    void 'the kept request has the run, but nothing of other runs and of what waits'() {
        jenkins.global.JIRA_SEND_MEMORY = 'none'
        jenkins.build.with([[commit(1), 'ABC-1 one']]).result = 'UNSTABLE'
        jenkins.launcher.answer(new AbortException('no'))
        step('jiraSendBuildInfo', [site: 'acme'])
        assert kept.run.findAll { it.key != 'now' } == [number: 7, result: 'UNSTABLE', changesProblem: null,
                                                        changes: [[commit: commit(1), message: 'ABC-1 one', system: 'git']]]
        Map sent = jenkins.launcher.requests[0]
        assert kept.run.now == sent.run.now
        assert kept.findAll { !(it.key in ['run', 'variables']) } == sent.findAll { it.key != 'run' }
    }

    @Test
    void 'the end of a body takes the place of its beginning'() {
        jenkins.launcher.answer(new IOException('agent is gone'))
        jenkins.global.JIRA_SEND_MEMORY = 'a 1'
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu') { echo 'deployed' }")
        List<String> lines = memory.readLines()
        assert lines.size() == 2 && lines[0] == 'a 1'
        Map request = (Map) new JsonSlurper().parseText(lines[1].substring(lines[1].indexOf(' '))).request
        assert [request.body.phase, request.body.threw, request.body.begun] == ['end', false, null]
    }

    @Test
    void 'a call that is interrupted is kept as well'() {
        ['beginWithCredentials', 'writeFile', 'beginWithEnv', 'sh'].each { String name ->
            [new FlowInterruptedException(), new InterruptedException('stopped')].each { Throwable stop ->
                fresh().failing[name] = stop
                Throwable thrown = thrownBy { step('jiraSendBuildInfo', [failOnError: true]) }
                assert thrown.getClass() == stop.getClass() && thrown.message == stop.message
                assert [name, kept.step] == [name, 'jiraSendBuildInfo']
                assert jenkins.echoes == [] && !jenkins.temporary.list()
            }
        }
        fresh().failing.sh = new FlowInterruptedException()
        assert thrownBy { step('jiraAwaitGate') } instanceof FlowInterruptedException
        assert memory == 'none'
    }

    @Test
    void 'a password in an address is not kept'() {
        jenkins.global.putAll([GIT_URL: 'https://ada:p@ss"w\u00f6rd@git.example.com/shop.git', JIRA_SITE: 'https://me:token@acme.atlassian.net',
                               CHANGE_URL: 'https://git.example.com/pull/7'])
        jenkins.launcher.answer(new AbortException('no'))
        step('jiraSendBuildInfo', [scm: [GIT_URL: 'https://x-token:ghp_1@git.example.com/a.git', GIT_BRANCH: 'origin/a@b']])
        assert kept.variables.subMap(['GIT_URL', 'JIRA_SITE', 'CHANGE_URL']) == [GIT_URL: 'https://git.example.com/shop.git',
            JIRA_SITE: 'https://acme.atlassian.net', CHANGE_URL: 'https://git.example.com/pull/7']
        assert kept.parameters.scm == [GIT_URL: 'https://git.example.com/a.git', GIT_BRANCH: 'origin/a@b']
        assert !(memory =~ /p@ss|rd@|token|ghp_1/)
    }

    @Test
    void 'a long request keeps its newest changes, and one that is too long is not kept'() {
        jenkins.build.with((1..500).collect { [commit(it), "ABC-${it} ${'\u00e9' * (it % 7)}".toString()] })
        jenkins.launcher.answer(new AbortException('no'))
        step('jiraSendBuildInfo')
        assert memory.length() < 8000 && JsonOutput.toJson(kept.run.changes).length() in 1300..1500
        assert kept.run.changes*.commit == (500..(501 - kept.run.changes.size())).collect { commit(it) }

        fresh().launcher.answer(new AbortException('no'))
        assert step('jiraSendBuildInfo', [description: 'x' * 8000]).message == 'not sent: no; not kept, because it is too long'
        assert memory == 'none'
    }

    @Test
    void 'however long the changes are, the update is kept'() {
        (0..100).each { int length ->
            fresh().build.with((1..200).collect { [commit(it), "ABC-${it} ${'x' * length}".toString()] })
            jenkins.launcher.answer(new AbortException('no'))
            assert step('jiraSendBuildInfo').message == 'not sent: no; kept for the next step that can send it'
        }
    }

    @Test
    void 'a long address of a stranger breaks nothing'() {
        ['x' * 20000, '\u00e9' * 5000, 'user:' + '"' * 100 + 'p@ss' + '@host'].each { String address ->
            fresh().build.with([[commit(1), 'ABC-1 x://' + address]])
            jenkins.launcher.answer(new AbortException('no'))
            assert step('jiraSendBuildInfo').message == 'not sent: no; kept for the next step that can send it'
            assert !memory.contains('p@ss')
        }
    }

    @Test
    void 'the list of variables has what a later send needs'() {
        List<String> names = new String(Library.resource('jira-send/variables'), 'UTF-8').readLines()
        assert names.size() == names.unique(false).size() && names.every { it ==~ /[A-Za-z0-9_]+/ }
        assert names.containsAll(['JOB_NAME', 'JOB_URL', 'BUILD_NUMBER', 'BUILD_URL', 'BUILD_DISPLAY_NAME', 'STAGE_NAME', 'BRANCH_NAME', 'TAG_NAME', 'CHANGE_ID',
                                  'GIT_URL', 'GIT_BRANCH', 'GIT_LOCAL_BRANCH', 'GIT_COMMIT', 'GIT_PREVIOUS_SUCCESSFUL_COMMIT', 'GIT_PREVIOUS_COMMIT', 'JIRA_SITE',
                                  'JENKINS_URL', 'ghprbPullId', 'gitlabSourceBranch', 'GERRIT_TOPIC'])
        assert !names.any { it =~ /SECRET|PASSWORD|TOKEN|CLIENT/ }
    }

    @Test
    void 'trouble with the removal of the files does not hide what went wrong, a stop does'() {
        ['beginDir', 'deleteDir'].each { String name ->
            fresh().failing.putAll([sh: new AbortException('script returned exit code 137'), (name): new IOException('agent is gone')])
            assert step('jiraSendBuildInfo').message.contains('script returned exit code 137')
            fresh().failing.putAll([sh: new FlowInterruptedException(), (name): new IOException('agent is gone')])
            assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
            fresh().failing.putAll([sh: new AbortException('no'), (name): new FlowInterruptedException()])
            assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
        }
        fresh()
        step('jiraSendBuildInfo')
        assert jenkins.calls('beginDir') == []
    }

    @Test
    void 'an error of the virtual machine is not swallowed'() {
        jenkins.failing.sh = new OutOfMemoryError('heap')
        assert thrownBy { step('jiraSendBuildInfo') } instanceof OutOfMemoryError
        assert !jenkins.temporary.list()
    }

    @Test
    void 'hostile text of an exception is one line'() {
        jenkins.failing.sh = new AbortException('a\nb\u001b[31mc\u202ed\u0085e\u2028f' + 'x' * 100000)
        step('jiraSendBuildInfo')
        assert jenkins.echoes[0].startsWith('jiraSendBuildInfo: not sent: a b [31mc d e fx') && jenkins.echoes[0].length() < 2200
        assert JsonOutput.toJson(kept).length() < 8000
    }
}
