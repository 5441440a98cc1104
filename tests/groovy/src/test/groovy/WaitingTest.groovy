import groovy.json.JsonOutput
import harness.FakeBuild
import harness.PipelineCase
import harness.StepCall
import org.junit.Before
import org.junit.Test

/** What could not be delivered goes along with the run: to later steps, and to the next run. */
class WaitingTest extends PipelineCase {
    private static final String HOSTILE = JsonOutput.toJson([version: 1, name: '$(touch pwned)\' "; `id` \u202e é'])

    private List<String> waiting
    private int leftOut

    @Before
    void binary() {
        waiting = []
        leftOut = 0
        answers()
    }

    /** The binary says that these lines wait. */
    private void answers() {
        jenkins.shell = { StepCall call ->
            return JsonOutput.toJson([outcome: 'unreachable', exit_code: 4, message: 'm', issue_keys: [], sites: [],
                                      waiting: waiting, waiting_left_out: leftOut])
        }
    }

    /** The variable as each call of the binary got it. */
    private List<String> brought() {
        return jenkins.calls('sh')*.environment*.JIRA_SEND_WAITING
    }

    private String kept() {
        return jenkins.build.buildVariables.JIRA_SEND_WAITING
    }

    @Test
    void 'while nothing waits, the run has no such variable'() {
        jenkins.pipeline('jiraSendBuildInfo(); jiraSendBuildInfo()')
        assert brought() == ['none', 'none']
        assert jenkins.build.buildVariables == [:]
    }

    @Test
    void 'a later step brings what an earlier one could not deliver, until it is delivered'() {
        waiting = ['{"a":1}', HOSTILE.replaceAll(/[^ -~]/, '?')]
        jenkins.pipeline('jiraSendBuildInfo()')
        assert kept() == waiting.join('\n')
        waiting = []
        jenkins.pipeline('jiraSendBuildInfo(); jiraSendBuildInfo()')
        assert brought()[1].split('\n').length == 2
        assert brought()[2] == 'none'
        assert kept() == 'none'
    }

    @Test
    void 'the next run brings what the last ones left, past runs that say nothing'() {
        FakeBuild old = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: '{"older":1}\n{"older":2}'])
        // It began before the one above had left anything, and has delivered all its own.
        FakeBuild overlapping = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: 'none']).after(old)
        FakeBuild left = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: 'done 1\n{"a":1}']).after(overlapping)
        FakeBuild silent = new FakeBuild(buildVariables: [OTHER: 'x']).after(left)
        jenkins.build = new FakeBuild().after(silent)
        waiting = ['done 2']
        jenkins.pipeline('jiraSendBuildInfo(); jiraSendBuildInfo()')
        String all = '{"older":1}\n{"older":2}\ndone 1\n{"a":1}'
        // What the first step says of them counts for the second.
        assert brought() == [all, all + '\ndone 2']
        assert kept() == 'done 2'
    }

    @Test
    void 'what the newest runs left is brought when there is no room for all'() {
        FakeBuild old = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: 'a' * 60_000])
        FakeBuild next = new FakeBuild(buildVariables: [JIRA_SEND_WAITING: 'b' * 60_000]).after(old)
        jenkins.build = new FakeBuild().after(new FakeBuild(buildVariables: [JIRA_SEND_WAITING: 'c' * 20_000]).after(next))
        jenkins.pipeline('jiraSendBuildInfo()')
        assert brought() == ['b' * 60_000 + '\n' + 'c' * 20_000]
    }

    @Test
    void 'on Windows the newest that fit into a variable are brought, and what this run has left stays'() {
        List<String> old = ['a' * 14_000, 'b' * 14_000]
        jenkins.unix = false
        jenkins.build = new FakeBuild().after(new FakeBuild(buildVariables: [JIRA_SEND_WAITING: old.join('\n')]))
        jenkins.global.JIRA_SEND_WAITING = '{"first":1}\n' + 'c' * 15_000
        waiting = ['{"now":1}']
        jenkins.pipeline('jiraSendBuildInfo()')
        List<String> seen = jenkins.calls('powershell')*.environment*.JIRA_SEND_WAITING
        assert seen*.length() == [29_013] && seen[0] == old[1] + '\n{"first":1}\n' + 'c' * 15_000
        assert kept() == '{"now":1}'
        jenkins.global.JIRA_SEND_WAITING = '{"first":1}\n' + 'c' * 32_000
        jenkins.pipeline('jiraSendBuildInfo()')
        assert jenkins.calls('powershell')[1].environment.JIRA_SEND_WAITING == 'none'
        assert kept() == '{"first":1}\n{"now":1}'
    }

    @Test
    void 'runs before this one may have nothing to say'() {
        FakeBuild run = null
        8.times { run = new FakeBuild(buildVariables: it == 0 ? [JIRA_SEND_WAITING: '{"ancient":1}'] : null).after(run) }
        jenkins.build = run
        jenkins.pipeline('jiraSendBuildInfo()')
        assert brought() == ['none']
    }

    @Test
    void 'what another branch could not deliver meanwhile stays'() {
        jenkins.build = new FakeBuild().after(new FakeBuild(buildVariables: [JIRA_SEND_WAITING: '{"a":1}\n{"b":2}']))
        Closure<String> binary = jenkins.shell
        jenkins.shell = { StepCall call ->
            jenkins.global.JIRA_SEND_WAITING = '{"a":1}\n{"b":2}\n{"branch":3}'
            return binary(call)
        }
        waiting = ['{"b":2,"tries":2}']
        jenkins.pipeline('jiraSendBuildInfo()')
        assert kept() == '{"branch":3}\n{"b":2,"tries":2}'
    }

    @Test
    void 'without an answer of the binary everything stays as it was'() {
        for (output in ['', 'junk', '[]', '{"outcome":"invalid","exit_code":127,"message":"m","issue_keys":[],"sites":[]}',
                        '{"outcome":"invalid","exit_code":2,"message":"m","waiting":"x"}']) {
            fresh()
            jenkins.build = new FakeBuild().after(new FakeBuild(buildVariables: [JIRA_SEND_WAITING: '{"a":1}']))
            jenkins.shell = { StepCall call -> output }
            jenkins.pipeline('jiraSendBuildInfo()')
            assert brought() == ['{"a":1}']
            assert jenkins.build.buildVariables == [:]
        }
    }

    @Test
    void 'a line that is part of another one is kept, and an equal one once'() {
        waiting = ['{"a":1}', '{"a":1}', 'x {"a":1}', '{"a":1']
        jenkins.pipeline('jiraSendBuildInfo()')
        assert kept() == '{"a":1}\nx {"a":1}\n{"a":1'
    }

    @Test
    void 'too much, and what the binary did not write, is not kept'() {
        waiting = ['é' * 10, 'x' * 29_000, '{"y":1}\n{"z":1}', 'y' * 15_000]
        leftOut = 3
        jenkins.pipeline('jiraSendBuildInfo()')
        assert kept() == 'y' * 15_000
        assert jenkins.echoes.any { it.contains('3 more that could not be delivered wait in the outbox of this agent only') }
    }
}
