import harness.CannedLauncher
import harness.PipelineCase
import org.junit.Test

/** What stands in public Jenkinsfiles that were written for Atlassian's plugin, with other names: each call reaches the program as it was given. */
class PluginCallsTest extends PipelineCase {
    private static final Map PRODUCTION = [environmentId: 'us-prod-1', environmentName: 'us-prod-1', environmentType: 'production']
    private static final String PLACE = "environmentId: 'us-prod-1', environmentName: 'us-prod-1', environmentType: 'production'"

    private static final List<List> CALLS = [
        ["jiraSendBuildInfo site: SITE",                                         [site: 'acme']],
        ["jiraSendBuildInfo(site: SITE)",                                        [site: 'acme']],
        ["jiraSendBuildInfo([site: SITE, branch: env.BRANCH_NAME])",             [site: 'acme', branch: 'main']],
        ["jiraSendBuildInfo()",                                                  [:]],
        ["jiraSendBuildInfo site: '', branch: ''",                               [site: '', branch: '']],
        ["jiraSendBuildInfo site: null, branch: null",                           [site: null, branch: null]],
        ["jiraSendBuildInfo branch: 'ABC-1', site: SITE",                        [branch: 'ABC-1', site: 'acme']],
        ["jiraSendBuildInfo branch: 'ABC-1-awesome-feature'",                    [branch: 'ABC-1-awesome-feature']],
        ["jiraSendBuildInfo branch: \"*/feature/ABC-1-\${env.BUILD_NUMBER}\"",   [branch: '*/feature/ABC-1-7']],
        ["jiraSendBuildInfo issueKeys: ['ABC-1'], site: SITE",                   [issueKeys: ['ABC-1'], site: 'acme']],
        ["jiraSendBuildInfo issueKeys: ['']",                                    [issueKeys: ['']]],
        ["jiraSendBuildInfo buildNumber: env.BUILD_NUMBER, branch: env.BRANCH_NAME", [buildNumber: '7', branch: 'main']],
        ["jiraSendBuildInfo site: 'our_first_connection'",                       [site: 'our_first_connection']],
        ["jiraSendBuildInfo site: '<your site>'",                                [site: '<your site>']],
        ["jiraSendBuildInfo branch: '**'",                                       [branch: '**']],
        ["jiraSendDeploymentInfo site: SITE, ${PLACE}",                          [site: 'acme'] + PRODUCTION],
        ["jiraSendDeploymentInfo([site: SITE, ${PLACE}, state: 'failed'])",      [site: 'acme'] + PRODUCTION + [state: 'failed']],
        ["jiraSendDeploymentInfo environmentId: 'qa-1', environmentName: 'QA-1', environmentType: 'QA'",
                                                                                 [environmentId: 'qa-1', environmentName: 'QA-1', environmentType: 'QA']],
        ["jiraSendDeploymentInfo environmentId: 'p', environmentName: 'Asia (Seoul) prod-1', environmentType: 'prod', enableGating: false",
                                                       [environmentId: 'p', environmentName: 'Asia (Seoul) prod-1', environmentType: 'prod', enableGating: false]],
        ["jiraSendDeploymentInfo environmentId: 'd', environmentName: 'd', environmentType: null, state: ''",
                                                                                 [environmentId: 'd', environmentName: 'd', environmentType: null, state: '']],
        ["jiraSendDeploymentInfo(${PLACE}, state: 'pending', serviceIds: [''], issueKeys: ['ABC-1;ABC-2'])",
                                                                                 PRODUCTION + [state: 'pending', serviceIds: [''], issueKeys: ['ABC-1;ABC-2']]],
        ["jiraSendDeploymentInfo(${PLACE}, state: \"\${'unknown'}\", issueKeys: [\"\${'ABC'}-1\"])", PRODUCTION + [state: 'unknown', issueKeys: ['ABC-1']]],
        ["jiraSendDeploymentInfo(${PLACE}, issueKeys: 'ABC-1, ABC-2', serviceIds: null)", PRODUCTION + [issueKeys: 'ABC-1, ABC-2', serviceIds: null]],
        ["jiraSendDeploymentInfo(${PLACE}, issueKeys: ['ABC-1'] as Set)",        PRODUCTION + [issueKeys: ['ABC-1']]],
        ["jiraSendDeploymentInfo(${PLACE}, state: 'pending', enableGating: true, serviceIds: ['SVC-1'])",
                                                                                 PRODUCTION + [state: 'pending', enableGating: true, serviceIds: ['SVC-1']]],
        ["jiraSendDeploymentInfo(branch: 'ABC-1-x')",                            [branch: 'ABC-1-x']],
        ["jiraSendDeploymentInfo([environmentId: null, environmentName: null])", [environmentId: null, environmentName: null]],
        ["jiraSendDeploymentInfo idOrKey: 'ABC-1', environment: 'Production'",   [idOrKey: 'ABC-1', environment: 'Production']],
        ["jiraSendDeploymentInfo environmentId: 'x', changeSet: ['fix ABC-2']",  [environmentId: 'x', changeSet: ['fix ABC-2']]],
        ["checkGatingStatus environmentId: 'us-prod-1', site: SITE",             [environmentId: 'us-prod-1', site: 'acme']],
        ["checkGatingStatus(site: SITE, environmentId: 'us-prod-1')",            [site: 'acme', environmentId: 'us-prod-1']],
    ]

    @Test
    void 'in a scripted pipeline'() {
        CALLS.each { CharSequence call, Map parameters ->
            row().global.BRANCH_NAME = 'main'
            jenkins.pipeline("def answer = ${call}\nkeep(answer)", [SITE: 'acme'])
            check(call, parameters)
            assert jenkins.kept == [CannedLauncher.RESULT]
        }
    }

    @Test
    void 'in a Declarative pipeline'() {
        CALLS.findAll { !it[0].contains(' as Set') }.each { CharSequence call, Map parameters ->
            row().global.putAll([BRANCH_NAME: 'main', SITE: 'acme'])
            jenkins.agent = false
            assert jenkins.start("pipeline { agent any; stages { stage('A') { steps { ${call} } } } }").finish().failure == null
            check(call, parameters)
        }
    }

    private void check(CharSequence call, Map parameters) {
        assert jenkins.launcher.requests.size() == 1
        Map request = jenkins.launcher.requests[0]
        assert [call, request.step, request.parameters, request.misused] == [call, call.takeWhile { Character.isLetter(it as char) }, parameters, null]
    }
}
