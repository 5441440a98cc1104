import harness.FakeJenkins
import harness.PipelineCase
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Before
import org.junit.Test

import static harness.CannedLauncher.RESULT

/** Where the pipeline has no agent: agent none, its post part, scripted code outside node. */
class NoAgentTest extends PipelineCase {
    private static final List<String> BLOCKS = ['beginTimeout', 'beginNode', 'beginWithCredentials', 'beginWithEnv']
    private static final String KEPT = '; kept for the next step that can send it'

    @Before
    void withoutAgent() {
        jenkins.agent = false
    }

    @Test
    void 'one is taken for the moment, with the credential inside'() {
        assert step('jiraSendBuildInfo') == RESULT
        assert jenkins.calls*.name.findAll { it in BLOCKS } == BLOCKS
        assert jenkins.calls('beginTimeout')[0].named == [time: 120, unit: 'SECONDS']
        assert jenkins.calls('beginNode')[0].args == ['']
        assert jenkins.calls('sh')[0].environment.JIRA_CLIENT_SECRET == FakeJenkins.SECRET
        assert jenkins.launcher.requests*.ownAgent == [true]
        assert !jenkins.agent
    }

    @Test
    void 'inside node none is taken'() {
        jenkins.pipeline("node('linux') { jiraSendBuildInfo(agentLabel: 'other'); jiraSendBuildInfo { echo 'x' } }")
        assert jenkins.calls('beginNode')*.args == [['linux']]
        assert jenkins.calls('beginTimeout') == []
        assert jenkins.launcher.requests*.ownAgent == [false] * 3
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
        ].each { List cell ->
            row().agent = false
            jenkins.global.putAll(cell[1])
            assert step('jiraSendBuildInfo', cell[0]) == RESULT
            assert jenkins.calls('beginNode')[0].args == [cell[2]]
            assert jenkins.calls('beginTimeout')[0].named.time == cell[3]
        }
    }

    @Test
    void 'when none is free in time it says what to do, keeps the request, and the build goes on'() {
        jenkins.slow.beginNode = 1100
        jenkins.failing.beginNode = new FlowInterruptedException()
        Map result = step('jiraSendBuildInfo', [agentLabel: 'linux', agentTimeout: 1])
        assert [result.outcome, result.exitCode] == ['unreachable', 4]
        assert result.message == 'not sent: no agent with the label linux was free within 1 seconds; call the step inside node { }, choose other ' +
            'agents with agentLabel, or allow more time with agentTimeout' + KEPT
        assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message] && jenkins.calls('sh') == []
        assert jenkins.build.buildVariables.JIRA_SEND_MEMORY.contains('"step":"jiraSendBuildInfo"')
        assert thrownBy { step('jiraSendBuildInfo', [agentTimeout: 1, failOnError: true]) }.message.contains('no agent was free within 1 seconds')
        assert jenkins.build.buildVariables.JIRA_SEND_MEMORY.readLines().size() == 2
    }

    @Test
    void 'when the sending takes too long it says so'() {
        jenkins.slow.sh = 1100
        jenkins.failing.sh = new FlowInterruptedException()
        assert step('jiraSendBuildInfo', [agentTimeout: 1]).message ==
            'not sent: the step took longer than 1 seconds on its own agent; allow more time with agentTimeout' + KEPT
    }

    @Test
    void 'a stop of the run goes on, while it waits and while it sends'() {
        ['beginTimeout', 'beginNode', 'sh'].each { String name ->
            row().agent = false
            jenkins.failing[name] = new FlowInterruptedException()
            assert thrownBy { step('jiraSendBuildInfo') } instanceof FlowInterruptedException
            assert !jenkins.agent && jenkins.build.buildVariables.JIRA_SEND_MEMORY.startsWith('request:')
        }
    }

    @Test
    void 'an agent that fails is told'() {
        jenkins.failing.beginNode = new AbortException('Queue task was cancelled')
        assert step('jiraSendBuildInfo').message == 'not sent: Queue task was cancelled' + KEPT
    }

    @Test
    void 'a body whose agent is removed leaves its end for a step on another'() {
        jenkins.launcher.answer([begun: 'token'], { Map request -> new IOException('agent-7 was removed') }, [:])
        jenkins.pipeline("""
            node('a') { jiraSendDeploymentInfo(environmentId: 'eu') { echo 'deployed' } }
            node('b') { jiraSendBuildInfo() }
        """)
        List<Map> sent = jenkins.launcher.requests
        assert sent*.step == ['jiraSendDeploymentInfo', 'jiraSendDeploymentInfo', 'jiraSendBuildInfo']
        assert sent[2].run.memory.startsWith("request:${sent[0].id} ") && sent[2].run.memory.contains('"begun":"token"')
    }
}
