import harness.EndToEndCase
import org.junit.Test

/** The gate of a deployment, with the real binary and the local Jira. */
class GateEndToEndTest extends EndToEndCase {
    private static final String GATED = '''
        def environment = 'EU prod \u00e9 $(id) "x"'
        jiraSendDeploymentInfo(environmentId: environment, state: 'pending', serviceIds: ['svc-1'], enableGating: true, issueKeys: 'ABC-1', failOnError: true)
    '''

    @Test
    void 'a run asks whether its own deployment may go on'() {
        [allowed: true, awaiting: false, ALLOWED: true, 'something else': false].each { word, open ->
            jira.gate(word)
            assert jenkins.pipeline(GATED + 'return checkGatingStatus(environmentId: environment)') == open
            assert jenkins.echoes.last().startsWith('checkGatingStatus: the gate of ')
            assert jenkins.echoes.last().contains('(ABC-1 https://sandbox.atlassian.net/browse/ABC-1)')
            environment('multibranch-declarative-feature-slash-first')
        }
    }

    @Test
    void 'a deployment that is prevented ends the run'() {
        ['prevented', 'expired'].each { word ->
            jira.gate(word)
            Throwable thrown = thrownBy { jenkins.pipeline(GATED + 'checkGatingStatus(environmentId: environment)') }
            assert thrown instanceof hudson.AbortException
            assert thrown.message.startsWith('checkGatingStatus: The deployment was prevented by Jira Service Management: the gate of ')
            assert jenkins.build.result == 'ABORTED'
            environment('multibranch-declarative-feature-slash-first')
        }
    }

    @Test
    void 'a gate that does not exist, cannot decide, or may not be read'() {
        Throwable thrown = thrownBy { jenkins.pipeline("checkGatingStatus(environmentId: 'eu-prod', budget: 2)") }
        assert thrown.message.contains('Jira knows no gate of') && thrown.message.contains('with enableGating, serviceIds and the same environmentId')
        environment('multibranch-declarative-feature-slash-first')
        jira.gate('invalid')
        thrown = thrownBy { jenkins.pipeline(GATED + 'checkGatingStatus(environmentId: environment)') }
        assert thrown.message.contains('invalid') && thrown.message.contains('check the services of the deployment (serviceIds)')
        environment('multibranch-declarative-feature-slash-first')
        jenkins.credentials['jira-oauth'].password = 'wrong-secret-value'
        thrown = thrownBy { jenkins.pipeline("checkGatingStatus(environmentId: 'eu-prod')") }
        assert thrown.message.contains('so the deployment may not go on') && !(thrown.message + log).contains('wrong-secret-value')
        assert jenkins.build.result == null
    }

    @Test
    void 'a wait outlives trouble and ends with the decision'() {
        jira.gate('404', '503', 'awaiting', 'awaiting', 'allowed')
        Map gate = (Map) jenkins.pipeline(GATED + "return jiraAwaitGate(environmentId: environment, budget: 1, timeout: '20 min')")
        assert [gate.outcome, gate.exitCode, gate.gatingStatus] == ['allowed', 0, 'allowed']
        assert gate.changeRequests == [[issueKey: 'ABC-1', issueLink: 'https://sandbox.atlassian.net/browse/ABC-1']]
        assert gate.gatingUpdated =~ /^\d{4}-\d\d-\d\dT/
        assert jenkins.echoes.count { it.contains(': awaiting (') } == 1 && jenkins.echoes.last().contains(': allowed (')
    }

    @Test
    void 'a wait does not hold an agent, whatever else is set for the binary'() {
        jenkins.global.putAll([JIRA_SEND_WAIT: 'true', JIRA_SEND_TIMEOUT: '2 min'])
        jira.gate('awaiting')
        long before = System.currentTimeMillis()
        Throwable thrown = thrownBy { jenkins.pipeline(GATED + 'jiraAwaitGate(environmentId: environment)') }
        assert thrown.message.startsWith('jiraAwaitGate: Nobody has decided within 120 seconds: the gate of ')
        assert System.currentTimeMillis() - before < 60_000
        assert jenkins.build.result == 'ABORTED'
    }
}
