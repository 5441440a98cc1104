import groovy.json.JsonSlurper
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** Steps around a body: the beginning, the body, its end. */
class BodyTest extends PipelineCase {
    private List<Map> getSent() {
        return jenkins.calls('sh').findAll { it.environment.JIRA_SEND_COMMAND }.collect { StepCall call ->
            (Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)
        }
    }

    @Test
    void 'a body is sent as in progress, then as successful'() {
        Map result = (Map) jenkins.pipeline('''
            return jiraSendDeploymentInfo(environmentId: 'eu-prod', serviceIds: ['svc-1']) { echo 'deploying' }
        ''')
        assert result.outcome == 'accepted'
        assert sent*.state == ['in_progress', 'successful']
        assert sent*.environmentId == ['eu-prod', 'eu-prod']
        assert sent*.serviceIds == [['svc-1'], ['svc-1']]
        assert sent[1].eventTime > sent[0].eventTime
        assert sent*.duration == [null, 0]
        String line = 'jiraSendDeploymentInfo: build 7: sent for ABC-1'
        assert jenkins.echoes == [line, 'deploying', line]
    }

    @Test
    void 'a build with a body alone has no duration'() {
        jenkins.pipeline("jiraSendBuildInfo { echo 'building' }")
        assert sent*.state == ['in_progress', 'successful']
        assert sent.every { !it.containsKey('duration') }
    }

    @Test
    void 'the end repeats the issues of the beginning and finds further ones'() {
        jenkins.pipeline('jiraSendBuildInfo { }')
        assert sent*.issueKeys == [null, ['ABC-1']]
        assert sent*.onlyIssueKeys == [null, false]

        fresh().pipeline("jiraSendBuildInfo(issueKeys: 'ABC-1 ABC-7') { }")
        assert sent*.onlyIssueKeys == [true, true]
    }

    @Test
    void 'what the body throws goes on unchanged, as failed'() {
        jenkins.failing.writeFile = new AbortException('script returned exit code 7')
        Throwable thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo(failOnError: true) { writeFile(file: "x", text: "", encoding: "UTF-8") }') }
        assert thrown instanceof AbortException && thrown.message == 'script returned exit code 7'
        assert sent*.state == ['in_progress', 'failed']
    }

    @Test
    void 'a stop, a timeout and a failFast are cancelled and go on'() {
        jenkins.failing.writeFile = new FlowInterruptedException()
        Throwable thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo { writeFile(file: "x", text: "", encoding: "UTF-8") }') }
        assert thrown instanceof FlowInterruptedException
        assert sent*.state == ['in_progress', 'cancelled']
    }

    @Test
    void 'a body that makes the run unstable is sent as unstable'() {
        [UNSTABLE: 'UNSTABLE', FAILURE: 'FAILURE'].each { result, state ->
            fresh()
            FakeJenkins run = jenkins
            run.shell = { StepCall call ->
                if (call.named.script == 'tests') {
                    run.build.result = result
                }
                return FakeJenkins.ACCEPTED
            }
            run.pipeline('''jiraSendBuildInfo {
                sh(script: 'tests', returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
            }''')
            assert sent*.state == ['in_progress', state]
        }
    }

    @Test
    void 'a run that was unstable before does not spoil the body'() {
        jenkins.build.result = 'UNSTABLE'
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'x') { }")
        assert sent*.state == ['in_progress', 'successful']
    }

    @Test
    void 'a given state is the state of a good end only'() {
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'x', state: 'rolled_back') { }")
        assert sent*.state == ['in_progress', 'rolled_back']
        fresh().failing.writeFile = new AbortException('no')
        thrownBy { jenkins.pipeline('''jiraSendDeploymentInfo(environmentId: "x", state: "rolled_back") {
            writeFile(file: "x", text: "", encoding: "UTF-8")
        }''') }
        assert sent*.state == ['in_progress', 'failed']
    }

    @Test
    void 'trouble with Jira does not reach the body'() {
        jenkins.credentials.clear()
        jenkins.pipeline("jiraSendBuildInfo { echo 'built' }")
        assert jenkins.echoes[1] == 'built' && jenkins.calls('sh').empty
    }

    @Test
    void 'failOnError speaks after the body, and only when the body went through'() {
        jenkins.credentials.clear()
        Throwable thrown = thrownBy { jenkins.pipeline("jiraSendBuildInfo(failOnError: true) { echo 'built' }") }
        assert jenkins.echoes.contains('built')
        assert thrown.message.contains("there is no credential 'jira-oauth'")
    }

    @Test
    void 'bodies inside bodies keep apart'() {
        jenkins.pipeline('''
            jiraSendBuildInfo {
                jiraSendDeploymentInfo(environmentId: 'a') { echo 'a' }
                jiraSendDeploymentInfo(environmentId: 'b') { echo 'b' }
            }
        ''')
        assert sent*.environmentId == [null, 'a', 'a', 'b', 'b', null]
        assert sent*.state == ['in_progress', 'in_progress', 'successful', 'in_progress', 'successful', 'successful']
    }
}
