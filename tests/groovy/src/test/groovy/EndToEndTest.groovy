import groovy.json.JsonOutput
import harness.EndToEndCase
import harness.Library
import harness.StandIn
import org.junit.Test

/** Builds, with the real binary and the local Jira. */
class EndToEndTest extends EndToEndCase {
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
    void 'the parameters of the steps are the options of the binary'() {
        Script parameters = (Script) Library.TRUSTED.load('jiraSendParameters').newInstance()
        ['build', 'deployment', 'dev-info', 'feature-flag', 'gate'].each { command ->
            Set<String> options = [StandIn.BINARY, command, '--help'].execute().text.readLines()
                .findAll { it ==~ /\s+(-\w, )?--[a-z].*/ }.collect { it.replaceAll(/^.*?--([a-z-]+).*$/, '$1') }
                .collect { it.replaceAll(/-([a-z])/) { all, letter -> letter.toUpperCase() } } as Set
            // Refused there: development information is made of the commits of git alone.
            options.removeAll(command == 'dev-info' ? ['changes', 'allChanges', 'message'] : [])
            // These belong to the runner or to the command line.
            options.removeAll(['wait', 'timeout', 'format', 'quiet', 'onError', 'resultFile', 'keepCredentials', 'help', 'version'])
            assert parameters.knownParameters(command).findAll { it.value != 'step' }.keySet() == options
        }
    }
}
