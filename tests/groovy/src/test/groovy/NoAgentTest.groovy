import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Before
import org.junit.Test

/** Where the pipeline has no agent: agent none, its post part, scripted code outside node. */
class NoAgentTest extends PipelineCase {
    private static final List<String> BLOCKS = ['beginTimeout', 'beginNode', 'beginWithCredentials', 'beginWithEnv']

    @Before
    void withoutAgent() {
        jenkins.agent = false
    }

    @Test
    void 'one is taken for the moment, with the credential inside'() {
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        assert jenkins.calls*.name.findAll { it in BLOCKS } == ['beginTimeout', 'beginNode', 'beginWithCredentials', 'beginWithEnv']
        assert jenkins.calls('beginTimeout')[0].named == [time: 120, unit: 'SECONDS']
        assert jenkins.calls('beginNode')[0].args == ['']
        assert jenkins.shellCall.environment.JIRA_CLIENT_SECRET == FakeJenkins.SECRET
        assert !jenkins.agent
        assert jenkins.echoes == ['jiraSendBuildInfo: build 7: sent for ABC-1' + FakeJenkins.NO_RESULT]
    }

    @Test
    void 'inside node none is taken'() {
        jenkins.pipeline("node('linux') { jiraSendBuildInfo(agentLabel: 'other'); jiraSendBuildInfo { echo 'x' } }")
        assert jenkins.calls('beginNode')*.args == [['linux']]
        assert jenkins.calls('beginTimeout') == []
        assert jenkins.calls('sh').size() == 3
    }

    @Test
    void 'around a body, one is taken for each end and none for the body'() {
        jenkins.pipeline("jiraSendBuildInfo(agentLabel: 'a') { node('b') { echo 'x' } }")
        assert jenkins.calls('beginNode')*.args == [['a'], ['b'], ['a']]
        assert jenkins.calls('beginTimeout').size() == 2
    }

    @Test
    void 'label and time are the parameters, else the variables'() {
        [
            // parameters, variables, label, seconds
            [[agentLabel: 'linux && small', agentTimeout: 30], [:], 'linux && small', 30],
            [[agentTimeout: '45'], [JIRA_SEND_AGENT_LABEL: 'linux', JIRA_SEND_AGENT_TIMEOUT: '60'], 'linux', 45],
            [[agentLabel: 'a'], [JIRA_SEND_AGENT_LABEL: 'linux', JIRA_SEND_AGENT_TIMEOUT: '60'], 'a', 60],
            [[agentLabel: '', agentTimeout: null], [:], '', 120],
            [[agentTimeout: 0], [:], '', 120],
            [[agentTimeout: 'soon'], [:], '', 120],
            [[agentTimeout: -5], [:], '', 120],
        ].each { List row ->
            fresh().agent = false
            jenkins.global.putAll(row[1])
            assert step('jiraSendBuildInfo', row[0]).outcome == 'accepted'
            assert jenkins.calls('beginNode')[0].args == [row[2]]
            assert jenkins.calls('beginTimeout')[0].named.time == row[3]
            assert !jenkins.options.keySet().any { it.startsWith('agent') }
        }
    }

    @Test
    void 'when none is free in time it says what to do, and the build goes on'() {
        jenkins.slow.beginNode = 1100
        jenkins.failing.beginNode = new FlowInterruptedException()
        Map result = step('jiraSendBuildInfo', [agentLabel: 'linux', agentTimeout: 1])
        assert [result.outcome, result.exitCode] == ['unreachable', 4]
        assert result.message == 'no agent with the label linux was free within 1 seconds; call the step inside node { }, name other ' +
            'agents with agentLabel, or give it more time with agentTimeout. It is kept for the next step that has an agent.'
        assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message]
        assert jenkins.calls('sh') == []
        assert thrownBy { step('jiraSendBuildInfo', [agentTimeout: 1, failOnError: true]) }.message.contains('no agent was free within 1 seconds')
    }

    @Test
    void 'when the sending takes too long it says so'() {
        jenkins.slow.sh = 1100
        jenkins.failing.sh = new FlowInterruptedException()
        Map result = step('jiraSendBuildInfo', [agentTimeout: 1])
        assert [result.outcome, result.exitCode] == ['unreachable', 4]
        assert result.message == 'the step took longer than 1 seconds on an agent of its own; give it more time with agentTimeout. It is kept for the next step that has an agent.'
    }

    @Test
    void 'a stop of the run goes on, while it waits and while it sends'() {
        ['beginTimeout', 'beginNode', 'sh'].each { String name ->
            fresh().agent = false
            jenkins.failing[name] = new FlowInterruptedException()
            assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
            assert !jenkins.agent
        }
    }

    @Test
    void 'an agent that fails is told'() {
        jenkins.failing.beginNode = new AbortException('Queue task was cancelled')
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode] == ['unreachable', 4]
        assert result.message.contains('Queue task was cancelled')
    }

    @Test
    void 'the change log of the run goes along'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        jenkins.shell = { StepCall call ->
            assert new File(call.environment.JIRA_SEND_CHANGES).text.contains('ABC-1 one')
            FakeJenkins.ACCEPTED
        }
        assert step('jiraSendDeploymentInfo', [environmentId: 'eu']).outcome == 'accepted'
    }
}
