import groovy.json.JsonOutput
import harness.EndToEndCase
import harness.FakeBuild
import org.junit.Test

/** Deployments, with the real binary and the local Jira. */
class DeploymentsEndToEndTest extends EndToEndCase {
    @Test
    void 'a deployment as written for the plugin'() {
        Map result = (Map) jenkins.pipeline('''
            return jiraSendDeploymentInfo(environmentId: 'eu-prod', environmentName: "EU 'prod' \\$(touch pwned)",
                environmentType: 'production', state: 'successful', serviceIds: [''], enableGating: null,
                issueKeys: ['ABC-1', 'ABC-2'], site: null)
        ''')
        assert [result.outcome, result.exitCode] == ['accepted', 0]
        Map deployment = jira.requests('deployments')[0].json.deployments[0]
        assert deployment.state == 'successful'
        assert deployment.environment == [id: 'eu-prod', displayName: "EU 'prod' \$(touch pwned)", type: 'production']
        assert !JsonOutput.toJson(deployment).contains('""')
        assert deployment.associations.find { it.associationType.startsWith('issue') }.values as Set == ['ABC-1', 'ABC-2'] as Set
    }

    @Test
    void 'a stage names the environment of both ends'() {
        jenkins.global.STAGE_NAME = 'deploy to eu prod'
        Map result = (Map) jenkins.pipeline("return jiraSendDeploymentInfo { echo 'now' }")
        assert [result.outcome, result.issueKeys] == ['accepted', ['PROJ-2']]
        List<Map> sent = jira.requests('deployments')*.json*.deployments*.getAt(0)
        assert sent*.environment == [[id: 'eu~20prod', displayName: 'eu prod', type: 'production']] * 2
        assert sent*.state == ['in_progress', 'successful']
    }

    @Test
    void 'a deployment around its body is in progress and then successful'() {
        Map result = (Map) jenkins.pipeline("return jiraSendDeploymentInfo(environmentName: 'EU production') { echo 'now' }")
        assert [result.outcome, result.issueKeys] == ['accepted', ['PROJ-2']]
        List<Map> sent = jira.requests('deployments')*.json*.deployments*.getAt(0)
        assert sent*.state == ['in_progress', 'successful']
        // In seconds, on a machine that may be busy.
        assert sent[0].duration == null && sent[1].duration in 0..60
        assert sent[0].associations == sent[1].associations
        assert sent[0].updateSequenceNumber < sent[1].updateSequenceNumber
    }

    @Test
    void 'parameters by file'() {
        List<String> unknown = (1..12000).collect { "key ${it} ".toString() }
        Map result = step('jiraSendDeploymentInfo', [environmentId: 'e', environmentName: 'E', state: 'successful',
                                                     issueKeys: ['ABC-1'], description: unknown.join('')])
        assert jenkins.shellCall.environment.JIRA_SEND_PARAMETERS_FILE != null
        assert result.outcome == 'accepted'
        assert jira.requests('deployments')[0].json.deployments[0].description.startsWith('key 1 key 2 ')
    }

    private int runs

    /** A run that deploys one of the commits of the repository; what the runs before it left is known. */
    private Map deployRun(File repository, String commit, FakeBuild before, String step) {
        environment('pipeline-scm-declarative-second')
        runs++
        jenkins.global.putAll([GIT_COMMIT: commit, JIRA_SEND_REPOSITORY_DIR: repository.path, BUILD_NUMBER: runs.toString()])
        // The run before this one built it already: nothing is new since then.
        jenkins.global.GIT_PREVIOUS_SUCCESSFUL_COMMIT = commit
        jenkins.build.after(before)
        return (Map) jenkins.pipeline("return ${step}")
    }

    @Test
    void 'a deployment brings everything since the last one, and an older commit takes it back'() {
        File repository = folder.newFolder()
        git(repository, 'init', '--quiet')
        List<String> commits = ['ABC-1', 'ABC-2', 'ABC-3', 'ABC-4'].collect {
            git(repository, 'commit', '--quiet', '--allow-empty', '--message', it)
            git(repository, 'rev-parse', 'HEAD')
        }
        String deploy = "jiraSendDeploymentInfo(environmentId: 'eu-prod') { echo 'deploying' }"

        assert deployRun(repository, commits[0], null, deploy).issueKeys == ['ABC-1']
        FakeBuild first = jenkins.build
        FakeBuild silent = new FakeBuild().after(first)
        thrownBy { deployRun(repository, commits[1], silent, "jiraSendDeploymentInfo(environmentId: 'eu-prod') { error('no') }") }
        FakeBuild failed = jenkins.build
        assert deployRun(repository, commits[3], failed, deploy).issueKeys as Set == ['ABC-2', 'ABC-3', 'ABC-4'] as Set
        FakeBuild last = jenkins.build
        // Another environment has a history of its own.
        assert deployRun(repository, commits[3], last, "jiraSendDeploymentInfo(environmentId: 'qa', state: 'successful')").issueKeys == ['ABC-4']
        FakeBuild other = jenkins.build
        assert deployRun(repository, commits[1], other, deploy).issueKeys as Set == ['ABC-3', 'ABC-4'] as Set

        List<Map> sent = jira.requests('deployments')*.json*.deployments*.getAt(0)
        assert sent*.state == ['in_progress', 'successful', 'in_progress', 'failed', 'in_progress', 'successful', 'successful',
                               'in_progress', 'rolled_back']
    }

    @Test
    void 'what a killed run left in progress is cancelled by the next one'() {
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod') { env.LEFT = env.JIRA_SEND_UNFINISHED }")
        String left = jenkins.build.buildVariables.LEFT
        Map begun = (Map) jira.requests('deployments')[0].json.deployments[0]
        jira.reset()

        FakeBuild killed = new FakeBuild(result: 'ABORTED', buildVariables: [JIRA_SEND_UNFINISHED: left])
        environment('multibranch-declarative-feature-slash-second')
        jenkins.build = new FakeBuild(result: 'SUCCESS').after(killed)
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        Map ended = (Map) jira.requests('deployments')[0].json.deployments[0]
        List<String> changing = ['state', 'lastUpdated', 'updateSequenceNumber']
        assert ended.findAll { !(it.key in changing) } == begun.findAll { !(it.key in changing) }
        assert [begun.state, ended.state] == ['in_progress', 'cancelled']
        assert ended.updateSequenceNumber > begun.updateSequenceNumber
        assert jira.requests('builds')[0].json.builds[0].buildNumber == 2
    }
}
