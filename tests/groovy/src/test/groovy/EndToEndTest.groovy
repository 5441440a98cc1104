import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.FakeJenkins
import harness.FakeBuild
import harness.Launcher
import harness.Library
import harness.PipelineCase
import harness.StandIn
import harness.StepCall
import org.junit.After
import org.junit.Assume
import org.junit.Before
import org.junit.BeforeClass
import org.junit.AfterClass
import org.junit.Test

import java.security.MessageDigest

/**
 * Step, launcher, binary and the local Jira together: the recorded shell step runs for real, in the environment that a
 * real Jenkins was seen to give. Needs both programs (see README.md); without them it fails, because a skipped proof
 * looks like a proof.
 */
class EndToEndTest extends PipelineCase {
    private static StandIn jira

    @BeforeClass
    static void startJira() {
        Assume.assumeFalse('skipped with -DskipEndToEnd', StandIn.SKIPPED)
        jira = new StandIn()
    }

    @AfterClass
    static void stopJira() {
        jira?.close()
    }

    @Before
    void prepare() {
        jira.reset()
        environment('multibranch-declarative-feature-slash-first')
    }

    @After
    void nothingIsLeft() {
        assert (jenkins.temporary.list() ?: []) as List == []
        assert jenkins.workspace.list() as List == []
    }

    /** The run gets what a shell step of this kind of job had, but for the directories of that machine. */
    private void environment(String kind) {
        fresh()
        Map<String, String> seen = (Map<String, String>) new JsonSlurper().parse(new File(Library.ROOT, "tests/data/jenkins-env/${kind}.json"))
        jenkins.global.clear()
        jenkins.global.putAll(seen.findAll { !it.key.startsWith('JIRA') && it.key != 'PATH' })
        jenkins.global.putAll([WORKSPACE: jenkins.workspace.path, WORKSPACE_TMP: jenkins.temporary.path,
                               JIRA_SEND_BIN: StandIn.BINARY, JIRA_SEND_OUTBOX: folder.root.path + '/outbox', JIRA_SITE: jira.url, JIRA_API_URL: jira.url])
        jenkins.credentials['jira-oauth'] = [kind: 'usernamePassword', user: 'sandbox-client', password: 'sandbox-secret']
        jenkins.shell = { StepCall call ->
            Launcher launcher = Launcher.run(call.environment, jenkins.workspace)
            log = launcher.errors
            assert launcher.status == 0
            return launcher.output
        }
    }

    private String log

    @Test
    void 'a build of a feature branch'() {
        jenkins.build.result = 'FAILURE'
        jenkins.build.with([[commit(1), 'ABC-7 \u00fc \ud83d\ude00 $(touch pwned)'], [commit(2), 'nothing']])
        Map result = step('jiraSendBuildInfo', [testResults: [totalCount: 5, passCount: 3, failCount: 1, skipCount: 1]])

        assert [result.outcome, result.exitCode] == ['accepted', 0]
        assert result.issueKeys as Set == ['PROJ-2', 'ABC-7'] as Set
        assert result.sites.size() == 1 && result.sites[0].outcome == 'accepted'
        List<Map> sent = jira.requests('builds')
        assert sent.size() == 1
        Map build = sent[0].json.builds[0]
        assert build.state == 'failed'
        assert build.buildNumber == 1
        assert build.testInfo == [totalNumber: 5, numberPassed: 3, numberFailed: 1, numberSkipped: 1]
        assert build.updateSequenceNumber == jenkins.options.eventTime
        assert JsonOutput.toJson(build).contains('ABC-7') && JsonOutput.toJson(build).contains('PROJ-2')
        assert jenkins.echoes.size() == 1 && jenkins.echoes[0].startsWith('jiraSendBuildInfo: ')
        assert !log.contains('sandbox-secret')
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
        Closure<String> git = { List<String> arguments ->
            List<String> command = ['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'] + arguments
            Process process = new ProcessBuilder(command).directory(repository).redirectErrorStream(true).start()
            String text = process.inputStream.text.trim()
            assert process.waitFor() == 0, text
            return text
        }
        git(['init', '--quiet'])
        List<String> commits = ['ABC-1', 'ABC-2', 'ABC-3', 'ABC-4'].collect {
            git(['commit', '--quiet', '--allow-empty', '--message', it])
            git(['rev-parse', 'HEAD'])
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
    void 'fixed numbers around a body do not keep Jira from the end'() {
        jenkins.global.JIRA_SEND_LAST_UPDATED = '2026-01-01T00:00:00Z'
        jenkins.global.JIRA_SEND_UPDATE_SEQUENCE_NUMBER = '5'
        jenkins.pipeline("jiraSendBuildInfo(updateSequenceNumber: 7, lastUpdated: '2026-01-01T00:00:00Z', eventTime: 1700000000123) { }")
        List<Map> sent = jira.requests('builds')*.json*.builds*.getAt(0)
        assert sent*.state == ['in_progress', 'successful']
        assert sent[0].updateSequenceNumber == 1700000000123L
        assert sent[0].updateSequenceNumber < sent[1].updateSequenceNumber
        assert sent[0].lastUpdated < sent[1].lastUpdated
    }

    @Test
    void 'the parameters of the steps are the options of the binary'() {
        Script parameters = (Script) Library.TRUSTED.load('jiraSendParameters').newInstance()
        ['build', 'deployment', 'dev-info', 'feature-flag', 'gate'].each { command ->
            Set<String> options = [StandIn.BINARY, command, '--help'].execute().text.readLines()
                .findAll { it ==~ /\s+(-\w, )?--[a-z].*/ }.collect { it.replaceAll(/^.*?--([a-z-]+).*$/, '$1') }
                .collect { it.replaceAll(/-([a-z])/) { all, letter -> letter.toUpperCase() } } as Set
            // Refused there: development information is made of the commits of git alone.
            options.removeAll(command == 'dev-info' ? ['changes', 'message'] : [])
            // These belong to the runner or to the command line.
            options.removeAll(['wait', 'timeout', 'format', 'quiet', 'onError', 'resultFile', 'keepCredentials', 'help', 'version'])
            assert parameters.knownParameters(command).findAll { it.value != 'step' }.keySet() == options
        }
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

    @Test
    void 'every kind of job can send'() {
        List<String> kinds = new File(Library.ROOT, 'tests/data/jenkins-env').list().collect { it - '.json' }.sort()
        assert kinds.size() > 30
        kinds.each { String kind ->
            environment(kind)
            Map result = step('jiraSendBuildInfo', [issueKeys: 'ABC-1', state: 'SUCCESS'])
            assert [kind, result.outcome, result.message] == [kind, 'accepted', result.message]
        }
        assert jira.requests('builds').size() == kinds.size()
    }

    @Test
    void 'no issue keys'() {
        environment('pipeline-inline-declarative')
        Map result = step('jiraSendBuildInfo')
        assert [result.outcome, result.exitCode, result.issueKeys] == ['nothing_to_send', 0, []]
        environment('pipeline-inline-declarative')
        assert thrownBy { step('jiraSendBuildInfo', [requireIssueKeys: true, failOnError: true]) } instanceof hudson.AbortException
        assert jira.requests('builds') == []
    }

    @Test
    void 'a key that Jira does not know'() {
        Map result = step('jiraSendBuildInfo', [issueKeys: ['ABC-1', 'NOPE-1']])
        assert result.sites[0].unknownIssueKeys.contains('NOPE-1') || JsonOutput.toJson(result.sites[0].unknownAssociations).contains('NOPE-1')
    }

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
    void 'test counts that are none do not keep the build back'() {
        [
            [[failCount: 2],                                            null],
            [[totalCount: -1, passCount: 1],                            null],
            [[totalCount: 1, passCount: 1, failCount: 1],               null],
            [[totalCount: 4294967296L],                                 null],
            [[totalCount: 4294967295L],                                 [totalNumber: 4294967295L, numberPassed: 4294967295L, numberFailed: 0, numberSkipped: 0]],
            [[passCount: 4L, failCount: 1, skipCount: null],            [totalNumber: 5, numberPassed: 4, numberFailed: 1, numberSkipped: 0]],
        ].each { List<Map> row ->
            environment('multibranch-declarative-feature-slash-first')
            jira.reset()
            assert step('jiraSendBuildInfo', [issueKeys: 'ABC-1', testResults: row[0]]).outcome == 'accepted'
            assert jira.requests('builds')[0].json.builds[0].testInfo == row[1]
        }
    }

    @Test
    void 'report files in the workspace are counted'() {
        File report = new File(jenkins.workspace, 'TEST a.xml')
        report.text = '<testsuite><testcase/><testcase><failure/></testcase><testcase><skipped/></testcase></testsuite>'
        try {
            step('jiraSendBuildInfo', [issueKeys: 'ABC-1', testReports: ['no/*.xml', '**/TEST *.xml']])
            jenkins.pipeline("jiraSendBuildInfo(issueKeys: 'ABC-1', testReports: '*.xml') { }")
            Map counts = [totalNumber: 3, numberPassed: 1, numberFailed: 1, numberSkipped: 1]
            assert jira.requests('builds')*.json*.builds.flatten()*.testInfo == [counts, null, counts]
        } finally {
            report.delete()
        }
    }

    @Test
    void 'a dry run shows the request and needs no credential'() {
        jenkins.credentials.clear()
        Map result = step('jiraSendBuildInfo', [dryRun: true, issueKeys: 'ABC-1', description: 'Gr\u00fc\u00dfe\nzwei'])
        assert [result.outcome, result.exitCode, result.issueKeys] == ['dry_run', 0, ['ABC-1']]
        assert result.request.method == 'POST' && result.request.url.endsWith('/bulk')
        assert result.request.body.builds[0].associations[0].values == ['ABC-1']
        assert jenkins.echoes.size() == 1 && jenkins.echoes[0].contains(' POST ' + result.request.url + ' {"builds":[{"associations":')
        assert jira.requests('builds') == []
    }

    @Test
    void 'only who asks for it gets every exchange in the log'() {
        [
            // variable, parameter, loud
            [null,       null,      false],
            ['false',    null,      false],
            ['true',     null,      true],
            ['true',     false,     false],
            ['false',    'true',    true],
        ].each { List row ->
            environment('multibranch-declarative-feature-slash-first')
            if (row[0] != null) {
                jenkins.global.JIRA_SEND_VERBOSE = row[0]
            }
            step('jiraSendBuildInfo', [issueKeys: 'ABC-1', verbose: row[1]])
            assert [row, log.contains('POST'), log.contains('accepted by')] == [row, row[2], row[2]]
        }
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

    private void git(File directory, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(['git', '-c', 'user.name=A', '-c', 'user.email=a@example.com'] + (arguments as List))
        Process process = builder.directory(directory).redirectErrorStream(true).start()
        String said = process.inputStream.text
        assert process.waitFor() == 0, said
    }

    @Test
    void 'development information of a scripted pipeline, with what checkout returned'() {
        environment('multibranch-scripted-feature-slash')
        jenkins.global.findAll { it.key.startsWith('GIT_') }.each { jenkins.global.remove(it.key) }
        File repository = folder.newFolder()
        git(repository, 'init', '-q', '.')
        new File(repository, 'a').text = 'a'
        git(repository, 'add', 'a')
        git(repository, 'commit', '-q', '-m', 'PROJ-5 first $(touch pwned)')
        git(repository, 'commit', '-q', '--allow-empty', '-m', 'ABC-6 second\n\nand PROJ-7')
        String head = ['git', '-C', repository.path, 'rev-parse', 'HEAD'].execute().text.trim()
        String before = ['git', '-C', repository.path, 'rev-parse', 'HEAD~1'].execute().text.trim()
        jenkins.build.with([[commit(1), 'ABC-9 of the change log, with its first line only']])

        Map checkout = [GIT_URL: 'https://git.example.com/acme/shop.git', GIT_COMMIT: head, GIT_PREVIOUS_SUCCESSFUL_COMMIT: before,
                        GIT_BRANCH: 'feature/PROJ-2-login']
        Map result = step('jiraSendDevInfo', [scm: checkout, repositoryDir: repository.path, repositoryKind: 'gitlab'])

        assert [result.outcome, result.exitCode, result.message] == ['accepted', 0, result.message]
        Map sent = jira.requests('devinfo')[0].json.repositories[0]
        assert sent.url == 'https://git.example.com/acme/shop'
        assert sent.commits*.id == [head]
        assert sent.commits[0].message == 'ABC-6 second\n\nand PROJ-7'
        assert sent.branches*.name == ['feature/PROJ-2-login']
        assert !JsonOutput.toJson(sent).contains('ABC-9')
        assert result.issueKeys as Set == ['ABC-6', 'PROJ-7', 'PROJ-2'] as Set
    }

    @Test
    void 'one flag belongs to the issues of the run'() {
        jenkins.build.with([[commit(1), 'ABC-7 now on']])
        Map result = step('jiraSendFeatureFlag', [flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: 'EU production'])
        assert [result.outcome, result.exitCode, result.message] == ['accepted', 0, result.message]
        assert result.issueKeys as Set == ['PROJ-2', 'ABC-7'] as Set
        Map flag = jira.requests('featureflags')[0].json.flags[0]
        assert [flag.key, flag.summary.status.enabled, flag.summary.status.rollout.percentage] == ['new-cart', true, 25]
        assert flag.details*.environment == [[name: 'EU production', type: 'production']]
        assert flag.updateSequenceId == jenkins.options.eventTime
    }

    @Test
    void 'flags of the pipeline, and flags of a file in the workspace'() {
        jenkins.build.with([[commit(1), 'ABC-7 not about them']])
        String name = 'caf\u00e9 $(touch pwned) "x"'
        List<Map> flags = [[key: 'new-cart', displayName: name, enabled: true, issueKeys: ['ABC-1']], [key: 'old', description: 'Goes with ABC-2', enabled: false],
                           [key: 'alone', enabled: false]]
        [[flags: flags], [file: 'flags.json']].each { Map parameters ->
            jira.reset()
            File file = new File(jenkins.workspace, 'flags.json')
            if (parameters.file) {
                file.setText(JsonOutput.toJson([flags: flags]), 'UTF-8')
            }
            Map result = step('jiraSendFeatureFlag', parameters)
            file.delete()
            assert [result.outcome, result.exitCode, result.issueKeys] == ['accepted', 0, ['ABC-1', 'ABC-2']]
            List<Map> sent = jira.requests('featureflags')*.json*.flags.flatten()
            assert sent*.key == ['new-cart', 'old']
            assert sent[0].displayName == name
            environment('multibranch-declarative-feature-slash-first')
        }
    }

    @Test
    void 'flags with something wrong in them'() {
        Map result = step('jiraSendFeatureFlag', [flags: [[enabled: true, issueKeys: ['ABC-1']]]])
        assert [result.outcome, result.exitCode] == ['invalid', 2]
        environment('multibranch-declarative-feature-slash-first')
        result = step('jiraSendFeatureFlag', [flags: []])
        assert result.outcome in ['invalid', 'nothing_to_send']
        environment('multibranch-declarative-feature-slash-first')
        assert step('jiraSendFeatureFlag').outcome == 'invalid'
        assert jira.requests('featureflags') == []
    }
}
