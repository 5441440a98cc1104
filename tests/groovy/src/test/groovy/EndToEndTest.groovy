import groovy.json.JsonOutput
import harness.EndToEndCase
import harness.FakeBuild
import harness.Library
import harness.StandIn
import org.junit.Test

import java.security.MessageDigest

/** Step, launcher, program and local Jira: what only all of them together can show. */
class EndToEndTest extends EndToEndCase {
    private static final String HOSTILE = '\u00fc \ud83d\ude00 $(touch pwned) `x` "y" \'z\' %PATH% \\ \u202egnp'

    private List<Map> sent(String kind) {
        return (List<Map>) jira.requests(kind)*.json*.getAt(kind).flatten()
    }

    private static Set<String> keysOf(Map sent) {
        return sent.associations.find { it.associationType == 'issueIdOrKeys' }.values as Set
    }

    @Test
    void 'a build of a feature branch, with the commits of the run and its tests'() {
        jenkins.build.result = 'FAILURE'
        jenkins.build.with([[commit(1), 'ABC-7 ' + HOSTILE], [commit(2), 'nothing']])
        Map result = (Map) jenkins.pipeline("return jiraSendBuildInfo(testResults: junit(testResults: '*.xml'), description: text)", [text: HOSTILE])
        assert [result.outcome, result.exitCode] == ['accepted', 0]
        assert result.issueKeys as Set == ['PROJ-2', 'ABC-7'] as Set
        List<Map> builds = sent('builds')
        assert builds.size() == 1
        assert [builds[0].state, builds[0].buildNumber, builds[0].updateSequenceNumber] == ['failed', 1, requests[0].run.now]
        assert builds[0].testInfo == [totalNumber: 5, numberPassed: 3, numberFailed: 1, numberSkipped: 1]
        // Jira takes no characters outside the basic plane.
        assert builds[0].description.startsWith('\u00fc $(touch pwned) `x` "y" \'z\' %PATH% \\ ')
        assert keysOf(builds[0]) == ['PROJ-2', 'ABC-7'] as Set
        assert jenkins.echoes.size() == 1 && jenkins.echoes[0].startsWith('jiraSendBuildInfo: ')
        assert !(log + result + jenkins.build.buildVariables).contains('sandbox-secret')
    }

    @Test
    void 'a deployment around its body'() {
        Map result = (Map) jenkins.pipeline("return jiraSendDeploymentInfo(environmentId: 'eu-prod', serviceIds: [''], enableGating: null) { echo 'now' }")
        assert [result.outcome, result.issueKeys] == ['accepted', ['PROJ-2']]
        List<Map> deployments = sent('deployments')
        assert deployments*.state == ['in_progress', 'successful']
        assert deployments[0].associations == deployments[1].associations
        assert deployments[0].updateSequenceNumber < deployments[1].updateSequenceNumber
        environment('multibranch-declarative-feature-slash-first')
        assert thrownBy { jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'us') { error 'own' }") }.message == 'own'
        assert sent('deployments')*.state.last() == 'failed'
    }

    @Test
    void 'every step reaches the program, and what it says of keys and settings is printed'() {
        jenkins.build.with([[commit(1), 'ABC-7 now on']])
        assert step('jiraSendFeatureFlag', [flagKey: 'new-cart', enabled: true, environmentName: 'EU production']).outcome == 'accepted'
        assert jira.requests('featureflags')[0].json.flags[0].key == 'new-cart'
        jenkins.credentials.clear()
        Map keys = step('jiraSendKeys')
        assert keys.toString().contains('PROJ-2') && jenkins.echoes.last().contains('ABC-7')
        assert step('jiraSendCheck').exitCode != 0 && jenkins.echoes.last().contains('jira-oauth')
        assert step('jiraSendBuildInfo').outcome == 'unauthorized'
        assert jenkins.pipeline("return jiraSendBuildInfo('ABC-1')").outcome in ['unauthorized', 'invalid']
        assert jenkins.build.result == null
    }

    @Test
    void 'development information, with what checkout returned'() {
        environment('multibranch-scripted-feature-slash')
        File repository = folder.newFolder()
        git(repository, 'init', '-q', '.')
        ['PROJ-5 first $(touch pwned)', 'ABC-6 second\n\nand PROJ-7'].each { git(repository, 'commit', '-q', '--allow-empty', '-m', it) }
        Map checkout = [GIT_URL: 'https://git.example.com/acme/shop.git', GIT_COMMIT: git(repository, 'rev-parse', 'HEAD'),
                        GIT_PREVIOUS_SUCCESSFUL_COMMIT: git(repository, 'rev-parse', 'HEAD~1'), GIT_BRANCH: 'feature/PROJ-2-login']
        Map result = step('jiraSendDevInfo', [scm: checkout, repositoryDir: repository.path, repositoryKind: 'gitlab'])
        assert [result.outcome, result.exitCode] == ['accepted', 0]
        assert jira.requests('devinfo')[0].json.repositories[0].commits*.id == [checkout.GIT_COMMIT]
        assert result.issueKeys as Set == ['ABC-6', 'PROJ-7', 'PROJ-2'] as Set
    }

    @Test
    void 'credentials that the user bound around the step'() {
        jenkins.credentials['site'] = jenkins.credentials.remove('jira-oauth')
        String ending = jira.url.replaceFirst('http://', '').replaceAll('[^0-9A-Za-z]', '_')
        Map result = (Map) jenkins.pipeline("""
            return withCredentials([usernamePassword(credentialsId: 'site', usernameVariable: 'JIRA_CLIENT_ID__${ending}',
                passwordVariable: 'JIRA_CLIENT_SECRET__${ending}')]) { jiraSendBuildInfo(credentialsId: false) }""")
        assert [result.outcome, result.exitCode] == ['accepted', 0]
    }

    @Test
    void 'a gate that opens, one that is prevented, and the wait for it'() {
        String gated = "jiraSendDeploymentInfo(environmentId: 'eu', state: 'pending', serviceIds: ['svc-1'], enableGating: true, issueKeys: 'ABC-1'); "
        jira.gate('awaiting', 'allowed')
        assert jenkins.pipeline(gated + "return [checkGatingStatus('eu'), checkGatingStatus(environmentId: 'eu')]") == [false, true]
        environment('multibranch-declarative-feature-slash-first')
        jira.gate('awaiting', 'awaiting', 'allowed')
        assert jenkins.pipeline(gated + "return jiraAwaitGate(environmentId: 'eu', timeout: '20 min')").outcome == 'allowed'
        assert requests*.waiting.takeRight(3).collect { it != null } == [false, true, true]
        environment('multibranch-declarative-feature-slash-first')
        jira.gate('prevented')
        assert thrownBy { jenkins.pipeline(gated + "checkGatingStatus(environmentId: 'eu')") } instanceof hudson.AbortException
        assert jenkins.build.result == 'ABORTED'
    }

    @Test
    void 'what could not be called or delivered is sent by a later step, and by the next run from another agent'() {
        Closure<String> launcher = jenkins.shell
        jenkins.shell = { throw new hudson.AbortException('agent-7 was removed') }
        assert step('jiraSendBuildInfo', [state: 'failed', description: 'first']).outcome == 'unreachable'
        jenkins.shell = launcher
        assert step('jiraSendDeploymentInfo', [environmentId: 'eu', state: 'successful']).outcome == 'accepted'
        assert [jenkins.echoes, sent('builds')*.subMap(['state', 'description'])] == [jenkins.echoes, [[state: 'failed', description: 'first']]]
        jira.reset()
        assert step('jiraSendBuildInfo', [state: 'failed']).outcome == 'accepted' && sent('builds').size() == 1

        jira.reset()
        jira.fault([endpoint: 'builds', status: 503, times: 1000])
        assert step('jiraSendBuildInfo', [state: 'failed', budget: 2, description: 'second']).sites*.queued == [true]
        FakeBuild left = jenkins.build
        left.result = 'FAILURE'
        assert left.buildVariables.JIRA_SEND_MEMORY ==~ /[ -~\n]+/ && !left.buildVariables.JIRA_SEND_MEMORY.contains('sandbox-secret')
        jira.reset()
        environment('multibranch-declarative-feature-slash-second')
        jenkins.build.after(left)
        jenkins.global.JIRA_SEND_OUTBOX = folder.root.path + '/outbox of another agent'
        assert step('jiraSendBuildInfo', [state: 'successful']).outcome == 'accepted'
        assert sent('builds')*.buildNumber.sort() == [1, 2]
        assert sent('builds').find { it.buildNumber == 1 }.description == 'second'
    }

    @Test
    void 'what runs in an environment is known to the next run'() {
        File repository = folder.newFolder()
        git(repository, 'init', '--quiet')
        List<String> commits = ['ABC-1', 'ABC-2', 'ABC-3'].collect {
            git(repository, 'commit', '--quiet', '--allow-empty', '--message', it)
            git(repository, 'rev-parse', 'HEAD')
        }
        FakeBuild before = null
        List<List<String>> keys = [[0, 1], [2, 2], [1, 3]].collect { int number, int run ->
            environment('pipeline-scm-declarative-second')
            jenkins.global.putAll([GIT_COMMIT: commits[number], GIT_PREVIOUS_SUCCESSFUL_COMMIT: commits[number], JIRA_SEND_REPOSITORY_DIR: repository.path,
                                   BUILD_NUMBER: run.toString()])
            jenkins.build.after(before)
            Map result = (Map) jenkins.pipeline("return jiraSendDeploymentInfo(environmentId: 'eu') { echo 'deploying' }")
            before = jenkins.build
            before.result = 'SUCCESS'
            return result.issueKeys
        }
        assert keys*.toSet() == [['ABC-1'], ['ABC-2', 'ABC-3'], ['ABC-3']]*.toSet()
        assert sent('deployments')*.state == ['in_progress', 'successful', 'in_progress', 'successful', 'in_progress', 'rolled_back']
    }

    @Test
    void 'an agent without the program gets it from the second library, the first time'() {
        byte[] program = new File(StandIn.BINARY).bytes
        String launcher = new String(Library.resource('jira-send/run.sh'), 'UTF-8')
        String version = (launcher =~ /(?m)^manifest='jira-send (.*)'$/)[0][1]
        String system = System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'
        String file = "jira-send-${version}-${system}-${System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64'}"
        String sha256 = MessageDigest.getInstance('SHA-256').digest(program).encodeHex().toString()
        jenkins.resources['jira-send/run.sh'] = launcher.replace("jira-send ${version}'", "jira-send ${version} ${sha256} ${file}'").getBytes('UTF-8')
        jenkins.libraries["jira-send-program@program/v${version}".toString()] = [('jira-send/' + file): program]
        jenkins.global.remove('JIRA_SEND_BIN')
        jenkins.global.JIRA_SEND_CACHE = folder.root.path + '/cache'
        assert step('jiraSendBuildInfo', [description: 'x' * 120000]).outcome == 'accepted'
        assert step('jiraSendDeploymentInfo', [environmentId: 'eu-prod']).outcome == 'accepted'
        assert jenkins.calls('sh').size() == 3 && jenkins.calls('library').size() == 1
    }

    @Test
    void 'every kind of job can send'() {
        List<String> kinds = new File(Library.ROOT, 'tests/data/jenkins-env').list().collect { it - '.json' }.sort()
        assert kinds.size() > 30
        // Every other one in each mode, to be quick.
        kinds = kinds.findAll { (kinds.indexOf(it) % 2 == 0) == (mode == 'trusted') }
        kinds.each { String kind ->
            environment(kind)
            jenkins.readBack = false
            Map result = step('jiraSendBuildInfo', [issueKeys: 'ABC-1', state: 'SUCCESS'])
            assert [kind, result.outcome, result.message] == [kind, 'accepted', result.message]
        }
        assert sent('builds').size() == kinds.size()
    }
}
