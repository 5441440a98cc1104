import harness.EndToEndCase
import org.junit.Test

/**
 * What stands in public Jenkinsfiles that were written for Atlassian's plugin, with other names: each call does what was
 * meant, or the line in the log says what to write instead. Up to the real program and the local Jira.
 */
class PluginCallsTest extends EndToEndCase {
    private static final String PRODUCTION = "environmentId: 'us-prod-1', environmentName: 'us-prod-1', environmentType: 'production'"

    @Test
    void 'builds'() {
        [
            // call, result of the run, state, keys
            ["jiraSendBuildInfo site: SITE",                                         'SUCCESS',  'successful', ['PROJ-2']],
            ["jiraSendBuildInfo(site: SITE)",                                        'FAILURE',  'failed',     ['PROJ-2']],
            ["jiraSendBuildInfo([site: SITE, branch: env.BRANCH_NAME])",             'ABORTED',  'cancelled',  ['PROJ-2']],
            ["jiraSendBuildInfo()",                                                  'UNSTABLE', 'failed',     ['PROJ-2']],
            ["jiraSendBuildInfo site: '', branch: ''",                               'SUCCESS',  'successful', ['PROJ-2']],
            ["jiraSendBuildInfo site: null, branch: null",                           'SUCCESS',  'successful', ['PROJ-2']],
            ["jiraSendBuildInfo branch: 'ABC-1', site: SITE",                        'SUCCESS',  'successful', ['ABC-1']],
            ["jiraSendBuildInfo branch: 'ABC-1-awesome-feature'",                    'SUCCESS',  'successful', ['ABC-1']],
            ["jiraSendBuildInfo branch: \"*/feature/ABC-1-\${env.BUILD_NUMBER}\"",   'SUCCESS',  'successful', ['ABC-1']],
            ["jiraSendBuildInfo issueKeys: ['ABC-1'], site: SITE",                   'SUCCESS',  'successful', ['ABC-1']],
            ["jiraSendBuildInfo issueKeys: ['']",                                    'SUCCESS',  'successful', ['PROJ-2']],
            ["jiraSendBuildInfo buildNumber: env.BUILD_NUMBER, branch: env.BRANCH_NAME", 'SUCCESS', 'successful', ['PROJ-2']],
        ].each { String call, String result, String state, List<String> keys ->
            Map sent = sentBy(call, result, 'builds')
            assert [sent.state, keysOf(sent)] == [state, keys], call
            // The issue links to the branch that was built, whatever was searched in its place.
            assert sent.references[0].ref.name == 'feature/PROJ-2-login', call
            assert jenkins.echoes.size() == 1, call
        }
    }

    @Test
    void 'deployments'() {
        [
            // call, state, environment, keys
            ["jiraSendDeploymentInfo site: SITE, ${PRODUCTION}",                    'successful', ['us-prod-1', 'us-prod-1', 'production'], ['PROJ-2']],
            ["jiraSendDeploymentInfo([site: SITE, ${PRODUCTION}, state: 'failed'])", 'failed',    ['us-prod-1', 'us-prod-1', 'production'], ['PROJ-2']],
            ["jiraSendDeploymentInfo environmentId: 'qa-1', environmentName: 'QA-1', environmentType: 'QA'",
                                                                                  'successful', ['qa-1', 'QA-1', 'testing'],             ['PROJ-2']],
            ["jiraSendDeploymentInfo environmentId: 'p', environmentName: 'Asia (Seoul) prod-1', environmentType: 'prod', enableGating: false",
                                                                                  'successful', ['p', 'Asia (Seoul) prod-1', 'production'], ['PROJ-2']],
            ["jiraSendDeploymentInfo environmentId: 'd', environmentName: 'd', environmentType: null, state: ''",
                                                                                  'successful', ['d', 'd', 'unmapped'],                  ['PROJ-2']],
            ["jiraSendDeploymentInfo(${PRODUCTION}, state: 'pending', serviceIds: [''], issueKeys: ['ABC-1;ABC-2'])",
                                                                                  'pending',    ['us-prod-1', 'us-prod-1', 'production'], ['ABC-1', 'ABC-2']],
            ["jiraSendDeploymentInfo(${PRODUCTION}, state: \"\${'unknown'}\", issueKeys: [\"\${'ABC'}-1\"])",
                                                                                  'unknown',    ['us-prod-1', 'us-prod-1', 'production'], ['ABC-1']],
            ["jiraSendDeploymentInfo(${PRODUCTION}, issueKeys: 'ABC-1, ABC-2', serviceIds: null)",
                                                                                  'successful', ['us-prod-1', 'us-prod-1', 'production'], ['ABC-1', 'ABC-2']],
            ["jiraSendDeploymentInfo(${PRODUCTION}, issueKeys: ['ABC-1'] as Set)",   'successful', ['us-prod-1', 'us-prod-1', 'production'], ['ABC-1']],
            ["jiraSendDeploymentInfo(${PRODUCTION}, branch: 'ABC-1-x')",             'successful', ['us-prod-1', 'us-prod-1', 'production'], ['ABC-1']],
        ].each { CharSequence call, String state, List<String> environment, List<String> keys ->
            Map sent = sentBy(call, 'SUCCESS', 'deployments')
            assert [sent.state, keysOf(sent)] == [state, keys], call
            assert sent.environment == [id: environment[0], displayName: environment[1], type: environment[2]], call
            assert sent.associations*.associationType == ['issueIdOrKeys'], call
            assert jenkins.echoes.size() == 1, call
        }
    }

    @Test
    void 'the sample with a gate'() {
        Map sent = sentBy("jiraSendDeploymentInfo(${PRODUCTION}, state: 'pending', enableGating: true, serviceIds: ['SVC-1'])", null, 'deployments')
        assert [sent.state, sent.commands] == ['pending', [[command: 'initiate_deployment_gating']]]
        assert sent.associations.find { it.associationType == 'serviceIdOrKeys' }.values == ['SVC-1']
    }

    @Test
    void 'in the middle of a run the log says why it stays in progress'() {
        ["jiraSendBuildInfo site: SITE", "jiraSendDeploymentInfo ${PRODUCTION}"].each { call ->
            Map sent = sentBy(call, null, call.contains('Build') ? 'builds' : 'deployments')
            assert sent.state == 'in_progress'
            assert jenkins.echoes[0].contains('in progress, as the run has no result yet: call the step in post')
            // What version 1.4.5 sent.
            environment('multibranch-declarative-feature-slash-first')
            jira.reset()
            jenkins.global.JIRA_SEND_RUNNING_AS = 'successful'
            sent = sentBy(call, null, call.contains('Build') ? 'builds' : 'deployments')
            assert sent.state == 'successful'
            assert jenkins.echoes.size() == 1 && !jenkins.echoes[0].contains('in progress')
            environment('multibranch-declarative-feature-slash-first')
        }
    }

    @Test
    void 'what cannot be sent is told in the words of a Jenkinsfile'() {
        [
            ["jiraSendBuildInfo site: 'our_first_connection'", '"our_first_connection" is not a Jira site: acme, acme.atlassian.net or https://acme.atlassian.net is wanted'],
            ["jiraSendBuildInfo site: 'JIRA_SITE_NAME'", '"JIRA_SITE_NAME" is not a Jira site'],
            ["jiraSendBuildInfo site: '<your site>'", 'is not a Jira site'],
            ["jiraSendBuildInfo issueKeys: ['feature/', 'null']", 'no issue key was found'],
            ["jiraSendBuildInfo branch: '**'", 'no issue key was found'],
            ["jiraSendDeploymentInfo environmentId: '', environmentName: '', environmentType: 'development', serviceIds: ['']", 'the environment: give it with environmentId, or a stage such as'],
            ["jiraSendDeploymentInfo(branch: 'ABC-1-x')", 'the environment: give it with environmentId'],
            ["jiraSendDeploymentInfo([environmentId: null, environmentName: null])", 'the environment: give it with environmentId'],
            ["jiraSendDeploymentInfo environmentId: 'x', environmentType: 'productdion'", "'environmentType <TYPE>': one of development, testing, staging, production, unmapped is wanted"],
            ["jiraSendDeploymentInfo environmentId: 'x', state: 'done'", "'state <STATE>': one of pending, in_progress, successful, failed, "],
            ["jiraSendDeploymentInfo idOrKey: 'ABC-1', environment: 'Production'", 'unknown parameter idOrKey (did you mean issueKeys?), environment (did you mean environmentId?). It is ignored.'],
            ["jiraSendDeploymentInfo environmentId: 'x', issueKeys: ['ABC-1'], enableGate: true", 'unknown parameter enableGate (did you mean enableGating?). It is ignored.'],
            ["jiraSendDeploymentInfo environmentId: 'x', issueKeys: ['ABC-1'], changeSet: ['fix ABC-2']", 'unknown parameter changeSet (did you mean message?). It is ignored.'],
        ].each { String call, String told ->
            environment('multibranch-declarative-feature-slash-first')
            run(call, 'SUCCESS')
            assert jenkins.echoes.any { it.contains(told) }, call
            assert !jenkins.echoes.any { it =~ /--[a-z]/ }, call
        }
    }

    private Map sentBy(CharSequence call, String result, String data) {
        jira.reset()
        if (jenkins.calls('sh')) {
            environment('multibranch-declarative-feature-slash-first')
        }
        Map answer = run(call, result)
        assert answer.outcome == 'accepted', call
        List<Map> requests = jira.requests(data)
        assert requests.size() == 1, call
        return (Map) requests[0].json[data][0]
    }

    private Map run(CharSequence call, String result) {
        // No run before it left keys on this agent.
        jenkins.global.JIRA_SEND_OUTBOX = folder.newFolder().path
        jenkins.build.result = result
        return (Map) jenkins.pipeline("def answer = ${call}\nreturn answer", [SITE: jira.url])
    }

    private static List<String> keysOf(Map sent) {
        return (List<String>) sent.associations.find { it.associationType == 'issueIdOrKeys' }.values
    }
}
