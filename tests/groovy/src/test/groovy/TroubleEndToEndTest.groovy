import harness.EndToEndCase
import harness.FakeBuild
import harness.Library
import harness.StandIn
import org.junit.Test

import java.security.MessageDigest

/** What goes wrong between the step and Jira, with the real binary and the local Jira. */
class TroubleEndToEndTest extends EndToEndCase {
    @Test
    void 'credentials that the user bound around the step'() {
        jenkins.credentials['site'] = jenkins.credentials.remove('jira-oauth')
        String ending = jira.url.replaceFirst('http://', '').replaceAll('[^0-9A-Za-z]', '_')
        Map result = (Map) jenkins.pipeline("""
            return withCredentials([usernamePassword(credentialsId: 'site', usernameVariable: 'JIRA_CLIENT_ID__${ending}',
                passwordVariable: 'JIRA_CLIENT_SECRET__${ending}')]) { jiraSendBuildInfo(credentialsId: false) }""")
        assert [result.outcome, result.exitCode] == ['accepted', 0]

        environment('multibranch-declarative-feature-slash-first')
        jenkins.credentials.clear()
        result = step('jiraSendBuildInfo', [credentialsId: false])
        assert [result.outcome, result.exitCode] == ['unauthorized', 3]
        assert result.message.contains('JIRA_CLIENT_ID')
    }

    @Test
    void 'a wrong secret'() {
        jenkins.credentials['jira-oauth'].password = 'wrong-secret-value'
        Map result = step('jiraSendBuildInfo', [issueKeys: 'ABC-1'])
        assert [result.outcome, result.exitCode] == ['unauthorized', 3]
        assert !(result.toString() + log).contains('wrong-secret-value')
    }

    @Test
    void 'Jira is down'() {
        jira.fault([endpoint: 'builds', status: 503])
        Map result = step('jiraSendBuildInfo', [issueKeys: 'ABC-1', budget: 2])
        assert [result.outcome, result.exitCode] == ['unreachable', 4]
        assert jenkins.echoes == ['jiraSendBuildInfo: ' + result.message]
    }

    @Test
    void 'an option the binary does not take'() {
        Map result = step('jiraSendDeploymentInfo', [environmentId: 'e', environmentName: 'E', issueKeys: 'ABC-1', budget: 'soon'])
        assert [result.outcome, result.exitCode] == ['invalid', 2]
        assert result.message.contains('soon')
    }

    @Test
    void 'the binary is missing'() {
        jenkins.global.JIRA_SEND_BIN = '/nowhere/jira-send'
        jenkins.build.with([[commit(1), 'ABC-1']])
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode] == ['invalid', 127]
        assert jira.requests('builds') == []
    }

    @Test
    void 'an agent without the program gets it from the library, the first time'() {
        byte[] binary = new File(StandIn.BINARY).bytes
        String version = new String(Library.resource('jira-send/manifest'), 'UTF-8').split('\\s+')[1]
        String system = System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'
        String file = "jira-send-${version}-${system}-${System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64'}"
        String sha256 = MessageDigest.getInstance('SHA-256').digest(binary).encodeHex().toString()
        jenkins.resources.putAll([('jira-send/manifest'): "jira-send ${version}\n${sha256} ${file}\n".toString().getBytes('UTF-8'),
                                  ('jira-send/' + file) : binary])
        jenkins.global.remove('JIRA_SEND_BIN')
        jenkins.global.JIRA_SEND_CACHE = folder.root.path + '/cache'
        assert step('jiraSendBuildInfo', [description: 'x' * 120000]).outcome == 'accepted'
        assert step('jiraSendDeploymentInfo', [environmentId: 'eu-prod']).outcome == 'accepted'
        assert jenkins.calls('sh').size() == 3
        assert jira.requests('builds').size() == 1 && jira.requests('deployments').size() == 1
        assert new File(folder.root, 'cache').list() as List == [file]
    }

    @Test
    void 'what a vanished agent could not deliver is delivered by the next run from another agent'() {
        jira.fault([endpoint: 'builds', status: 503, times: 1000])
        Map first = step('jiraSendBuildInfo', [state: 'failed', budget: 2, description: 'é $(id) "x"'])
        assert first.sites*.queued == [true]
        FakeBuild left = jenkins.build
        assert left.buildVariables.JIRA_SEND_WAITING.matches('[ -~]+')
        assert !left.buildVariables.JIRA_SEND_WAITING.contains('sandbox-secret')
        jira.reset()

        environment('multibranch-declarative-feature-slash-second')
        jenkins.build = new FakeBuild().after(left)
        jenkins.global.JIRA_SEND_OUTBOX = folder.root.path + '/outbox of another agent'
        Map second = step('jiraSendBuildInfo', [state: 'successful'])
        assert second.outcome == 'accepted'
        List<Map> sent = jira.requests('builds')*.json*.builds.flatten()
        assert sent*.buildNumber == [2, 1]
        assert sent*.state == ['successful', 'failed']
        assert sent[1].description == 'é $(id) "x"'
        // The run before still carries it, so this one says that it waits no more.
        assert jenkins.build.buildVariables.JIRA_SEND_WAITING.matches('done [0-9a-f]{16}')

        jira.reset()
        jenkins.build = new FakeBuild().after(jenkins.build)
        step('jiraSendBuildInfo', [state: 'successful'])
        assert jira.requests('builds')*.json*.builds.flatten()*.buildNumber == [2]
    }
}
