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
        assert sent*.duration == [null, 0]
        assert sent[0].associations == sent[1].associations
        assert sent[0].updateSequenceNumber < sent[1].updateSequenceNumber
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
        ['build', 'deployment'].each { command ->
            Set<String> options = [StandIn.BINARY, command, '--help'].execute().text.readLines()
                .findAll { it ==~ /\s+(-\w, )?--[a-z].*/ }.collect { it.replaceAll(/^.*?--([a-z-]+).*$/, '$1') }
                .collect { it.replaceAll(/-([a-z])/) { all, letter -> letter.toUpperCase() } } as Set
            // These belong to the runner or to the command line.
            options.removeAll(['format', 'quiet', 'onError', 'resultFile', 'keepCredentials', 'help', 'version'])
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
        assert jenkins.build.buildVariables.JIRA_SEND_WAITING == 'none'
    }
}
