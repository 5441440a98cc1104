import groovy.json.JsonSlurper
import harness.EndToEndCase
import org.junit.After
import org.junit.Before
import org.junit.Test

/** Several checkouts in one run, from the step to what Jira gets. */
class CheckoutsEndToEndTest extends EndToEndCase {
    /** Name of a repository in the workspace, and its commits: of the last success, after it, and the newest with a body. */
    private final Map<String, List<String>> commits = [:]
    /** What checkout returned. */
    private final Map<String, Object> sources = [:]

    @Before
    void checkOut() {
        environment('pipeline-scm-scripted-first')
        ['app', 'lib'].each { name ->
            File repository = new File(jenkins.workspace, name)
            repository.mkdirs()
            git(repository, 'init', '--quiet')
            String key = name.toUpperCase()
            commits[name] = [key + '-1', key + '-2', key + '-3\n\nbody ' + key + '-4'].collect {
                git(repository, 'commit', '--quiet', '--allow-empty', '--message', it)
                git(repository, 'rev-parse', 'HEAD')
            }
            sources[name] = [GIT_COMMIT: commits[name][2], GIT_PREVIOUS_SUCCESSFUL_COMMIT: commits[name][0], GIT_BRANCH: 'origin/main',
                             GIT_URL: "https://git.example.com/acme/${name}.git".toString()]
        }
    }

    @After
    void clear() {
        jenkins.workspace.listFiles()*.deleteDir()
    }

    private List<Set<String>> keysThatJiraGot(String kind) {
        return jira.requests(kind)*.json*.getAt(kind)*.getAt(0).collect { it.associations.find { it.associationType == 'issueIdOrKeys' }.values as Set }
    }

    @Test
    void 'each is read since its last success, and the commits of a library are not'() {
        jenkins.build.with([[commits.app[2], 'APP-3']]).with([[commit(1), 'ABC-1 library']])
        Map result = (Map) jenkins.pipeline("return jiraSendBuildInfo(scm: [app, lib], state: 'SUCCESS')", sources)
        Set<String> all = ['APP-2', 'APP-3', 'APP-4', 'LIB-2', 'LIB-3', 'LIB-4'] as Set
        assert result.issueKeys as Set == all
        assert keysThatJiraGot('builds') == [all]
        assert log.contains('warning: not linked: ABC-1 (') && log.contains('or take all with allChanges;')
    }

    @Test
    void 'all of the change log is taken where the user says so'() {
        jenkins.build.with([[commits.lib[2], 'LIB-3']]).with([[commit(1), 'ABC-1 library']])
        jenkins.pipeline("jiraSendBuildInfo(scm: app, allChanges: true, state: 'SUCCESS') { echo 'building' }", sources)
        Set<String> all = ['APP-2', 'APP-3', 'APP-4', 'LIB-3', 'LIB-4', 'ABC-1'] as Set
        assert keysThatJiraGot('builds') == [all, all]
        assert !log.contains('not linked')
    }

    @Test
    void 'a deployment brings what is new in each since the last one'() {
        String deploy = "return jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'successful', scm: [app, lib])"
        jenkins.pipeline(deploy, sources)
        Map kept = (Map) new JsonSlurper().parseText(jenkins.build.buildVariables.JIRA_SEND_DEPLOYED)
        assert kept.values()*.commit == [commits.app[2]]
        assert kept.values()*.repositories == [['git.example.com~2Facme~2Fapp': commits.app[2], 'git.example.com~2Facme~2Flib': commits.lib[2]]]
        // What is deployed is the newest, so that the next run has nothing but the commit that was built.
        jenkins.global.BUILD_NUMBER = '2'
        jenkins.pipeline(deploy, sources)
        assert keysThatJiraGot('deployments') == [
            ['APP-2', 'APP-3', 'APP-4', 'LIB-2', 'LIB-3', 'LIB-4'] as Set, ['APP-3', 'APP-4'] as Set]
    }
}
