import groovy.json.JsonSlurper
import harness.FakeTestResults
import harness.PipelineCase
import org.junit.Test

/** What users write, and what the binary gets of it. */
class ParametersTest extends PipelineCase {
    private Map optionsOf(String name, Map parameters) {
        fresh()
        Map result = step(name, parameters)
        assert result.outcome == 'accepted'
        return jenkins.options.findAll { it.key != 'eventTime' }
    }

    @Test
    void 'oddities of existing Jenkinsfiles'() {
        [
            // written                                              handed over
            [[serviceIds: ['']],                                    [:]],
            [[serviceIds: ['', null, ' ']],                         [:]],
            [[serviceIds: null],                                    [:]],
            [[branch: ''],                                          [:]],
            [[branch: 'DEMO-1'],                                    [branch: 'DEMO-1']],
            [[branch: '**'],                                        [branch: '**']],
            [[site: null],                                          [:]],
            [[site: ''],                                            [:]],
            [[issueKeys: null],                                     [:]],
            [[issueKeys: []],                                       [:]],
            [[issueKeys: 'ABC-1, ABC-2'],                           [issueKeys: ['ABC-1', 'ABC-2']]],
            [[issueKeys: 'ABC-1\nABC-2;ABC-3 '],                    [issueKeys: ['ABC-1', 'ABC-2', 'ABC-3']]],
            [[issueKeys: ['ABC-1 ABC-2', 'ABC-3']],                 [issueKeys: ['ABC-1', 'ABC-2', 'ABC-3']]],
            [[issueKeys: ['ABC-1'] as Set],                         [issueKeys: ['ABC-1']]],
            [[issueKeys: ['ABC-1', 'ABC-2'] as String[]],           [issueKeys: ['ABC-1', 'ABC-2']]],
            [[issueKeys: [["ABC-${1}"], "ABC-${2}"]],               [issueKeys: ['ABC-1', 'ABC-2']]],
            [[enableGating: null],                                  [:]],
            [[enableGating: false],                                 [enableGating: false]],
            [[enableGating: 'true'],                                [enableGating: true]],
            [[enableGating: 'maybe'],                               [enableGating: 'maybe']],
            [[environmentId: "eu-${1 + 1}", environmentType: 'QA'], [environmentId: 'eu-2', environmentType: 'QA']],
            [[("environment${'Name'}".toString()): 'EU'],           [environmentName: 'EU']],
            [[environmentId: 'a', environmentName: ''],             [environmentId: 'a']],
            [[property: 'team=a, b'],                               [property: ['team=a, b']]],
            [[property: ['team=a', "b=${2}"]],                      [property: ['team=a', 'b=2']]],
            [[property: [team: 'a', size: 2]],                      [property: ['team=a', 'size=2']]],
            [[projects: 'ABC,DEF', deny: ['UTF-8']],                [projects: ['ABC', 'DEF'], deny: ['UTF-8']]],
            [[budget: 5, requireIssueKeys: true, verbose: false],   [budget: 5, requireIssueKeys: true, verbose: false]],
            [[budget: '5', keyPattern: '[A-Z]+-\\d+'],              [budget: '5', keyPattern: '[A-Z]+-\\d+']],
            [[message: ['ABC-1: a, b', "ABC-${2}"]],                [message: ['ABC-1: a, b', 'ABC-2']]],
            [[issueKeys: 'ABC-1', onlyIssueKeys: false],            [issueKeys: ['ABC-1'], onlyIssueKeys: false]],
        ].each { List<Map> row ->
            // Given keys replace those that would be found, as in the plugin, unless it is said otherwise.
            Map implied = row[1].issueKeys && row[0].onlyIssueKeys == null ? [onlyIssueKeys: true] : [:]
            assert optionsOf('jiraSendDeploymentInfo', row[0]) == row[1] + implied
        }
    }

    @Test
    void 'the map of the caller stays as it was'() {
        Map parameters = [issueKeys: 'ABC-1, ABC-2', site: null, credentialsId: 'jira-oauth']
        step('jiraSendBuildInfo', parameters)
        assert parameters == [issueKeys: 'ABC-1, ABC-2', site: null, credentialsId: 'jira-oauth']
    }

    @Test
    void 'test results'() {
        Map all = [testsTotal: 10, testsPassed: 7, testsFailed: 2, testsSkipped: 1]
        [
            // testResults, other parameters                                                         handed over
            [new FakeTestResults(totalCount: 10, passCount: 7, failCount: 2, skipCount: 1), [:],     all],
            [[totalCount: 10, passCount: 7, failCount: 2, skipCount: 1], [:],                        all],
            [[totalCount: 10, failCount: 2], [:],                                                    [testsTotal: 10, testsFailed: 2]],
            [[totalCount: 10, passCount: 7, failCount: 2, skipCount: 1], [testsPassed: 8],           all + [testsPassed: 8]],
            [null, [testsTotal: 3],                                                                  [testsTotal: 3]],
            [null, [testReports: 'a b/*.xml, c.xml\nd.xml'],                                         [testReports: ['a b/*.xml, c.xml\nd.xml']]],
            [null, [testReports: ['a b/*.xml', '', "c${1}.xml"]],                                    [testReports: ['a b/*.xml', 'c1.xml']]],
            [[totalCount: 3], [testReports: '*.xml'],                                                [testReports: ['*.xml'], testsTotal: 3]],
        ].each { List row ->
            assert optionsOf('jiraSendBuildInfo', [testResults: row[0]] + row[1]) == row[2]
        }
    }

    @Test
    void 'test results that are none are told and the rest is sent'() {
        ['all green', 5, true, [1], [:]].each { Object wrong ->
            fresh()
            assert step('jiraSendBuildInfo', [testResults: wrong, branch: 'x']).outcome == 'accepted'
            assert jenkins.options.branch == 'x'
            assert jenkins.echoes[0] == 'jiraSendBuildInfo: testResults must be what the junit step returns, or a Map with ' +
                'totalCount, passCount, failCount and skipCount. It is ignored.'
        }
    }

    @Test
    void 'test results that the binary would refuse are told, and the rest is sent'() {
        String partial = 'testResults needs totalCount or passCount.'
        String negative = 'testResults must have numbers from 0 to 4294967295.'
        String more = 'testResults has more passed, failed and skipped tests than totalCount.'
        [
            [[failCount: 2],                                                          partial],
            [[skipCount: 1L, failCount: null],                                        partial],
            [['failCount': 2, 'other': 'x'] as TreeMap,                                   partial],
            [[totalCount: -1],                                                        negative],
            [[totalCount: 3, failCount: -1],                                          negative],
            [[totalCount: 4294967296L],                                               negative],
            [[totalCount: 3, passCount: 2, failCount: 2],                             more],
            [[totalCount: 1, failCount: 2],                                           more],
            [[totalCount: 10, passCount: 7, failCount: 3, skipCount: 1],              more],
        ].each { List row ->
            fresh()
            assert step('jiraSendBuildInfo', [testResults: row[0], branch: 'x']).outcome == 'accepted'
            assert jenkins.options.findAll { it.key != 'eventTime' } == [branch: 'x']
            assert jenkins.echoes.size() == 2 && jenkins.echoes[0] == 'jiraSendBuildInfo: ' + row[1] + ' It is ignored.'
        }
    }

    @Test
    void 'test results with gaps and long numbers'() {
        [
            // testResults, other parameters                                       handed over
            [[passCount: 7L, failCount: 2G], [:],                                  [testsPassed: 7, testsFailed: 2]],
            [[totalCount: 3000000000L], [:],                                       [testsTotal: 3000000000L]],
            [[totalCount: 3, passCount: null, failCount: null], [:],               [testsTotal: 3]],
            [[totalCount: 0, passCount: 0, failCount: 0, skipCount: 0], [:],       [testsTotal: 0, testsPassed: 0, testsFailed: 0, testsSkipped: 0]],
            // What is missing may be given one by one.
            [[failCount: 2], [testsPassed: 7],                                     [testsPassed: 7, testsFailed: 2]],
            [[failCount: 2], [testsTotal: '9'],                                    [testsTotal: '9', testsFailed: 2]],
            [[failCount: 2], [testsTotal: ''],                                     [:]],
            [[totalCount: 1, failCount: 2], [testsTotal: 4],                       [testsTotal: 4, testsFailed: 2]],
        ].each { List row ->
            assert optionsOf('jiraSendBuildInfo', [testResults: row[0]] + row[1]) == row[2]
        }
    }

    @Test
    void 'an unknown parameter is named with the known ones, and the rest is sent'() {
        Map result = step('jiraSendBuildInfo', [another: 'x', ("bad\nname".toString()): 1, branch: 'y'])
        assert result.outcome == 'accepted'
        assert jenkins.options.findAll { it.key != 'eventTime' } == [branch: 'y']
        assert jenkins.echoes.size() == 2
        assert jenkins.echoes[0].startsWith('jiraSendBuildInfo: unknown parameter another, bad name; known are: testResults, ')
        assert jenkins.echoes[0].contains(', issueKeys, ')
        assert jenkins.echoes[0].endsWith(' failOnError. It is ignored.')
    }

    @Test
    void 'what was meant by an unknown parameter'() {
        [
            ['jiraSendBuildInfo', 'testresults', 'testResults'],
            ['jiraSendBuildInfo', 'test-results', 'testResults'],
            ['jiraSendBuildInfo', 'brnach', 'branch'],
            ['jiraSendBuildInfo', 'issuekey', 'issueKeys'],
            ['jiraSendBuildInfo', 'issues', 'issueKeys'],
            ['jiraSendBuildInfo', 'status', 'state'],
            ['jiraSendDeploymentInfo', 'idOrKey', 'issueKeys'],
            ['jiraSendDeploymentInfo', 'environment', 'environmentId'],
            ['jiraSendDeploymentInfo', 'enviromentType', 'environmentType'],
            ['jiraSendDeploymentInfo', 'enableGate', 'enableGating'],
            ['jiraSendDeploymentInfo', 'serviceId', 'serviceIds'],
            ['jiraSendDeploymentInfo', 'versionName', 'label'],
            ['jiraSendDeploymentInfo', 'changeSet', 'message'],
            ['jiraSendDevInfo', 'repository', 'repositoryId'],
            ['jiraSendDevInfo', 'status', ''],
            ['jiraSendBuildInfo', 'x', ''],
            ['jiraSendBuildInfo', '\u00e9\u00e9', ''],
            ['jiraSendBuildInfo', 'x' * 5000, ''],
        ].each { String name, String given, String meant ->
            fresh()
            step(name, [(given): 'v'])
            String told = jenkins.echoes[0]
            assert told.contains('(did you mean ' + meant + '?)') == (meant != '')
            assert told.contains('; known are: ') == (meant == '') || given.length() > 1000
        }
    }

    @Test
    void 'parameters of one step are unknown to the other'() {
        step('jiraSendBuildInfo', [environmentId: 'x'])
        assert jenkins.echoes[0].contains('unknown parameter environmentId;')
        fresh()
        step('jiraSendDeploymentInfo', [testResults: 'x'])
        assert jenkins.echoes[0].contains('unknown parameter testResults;')
    }

    @Test
    void 'an unknown parameter fails the build with failOnError, before anything is sent'() {
        Throwable thrown = thrownBy { step('jiraSendBuildInfo', [another: 'x', failOnError: true]) }
        assert thrown instanceof hudson.AbortException
        assert thrown.message.startsWith('jiraSendBuildInfo: unknown parameter another; known are: ')
        assert thrown.message.endsWith(' Nothing was sent.')
        assert jenkins.calls('sh') == []
    }

    @Test
    void 'more parameters than a variable may hold go through a file'() {
        List<String> keys = (1..3000).collect { 'ABC-' + '1' * 30 + it }
        step('jiraSendBuildInfo', [issueKeys: keys])
        Map seen = jenkins.shellCall.environment
        assert seen.JIRA_SEND_PARAMETERS == null
        assert seen.JIRA_SEND_PARAMETERS_FILE == seen.JIRA_SEND_TMP + '/parameters.json'
        assert ((Map) new JsonSlurper().parse(new File(seen.JIRA_SEND_PARAMETERS_FILE))).issueKeys == keys
        // What Linux takes: less than 128 KiB in one variable.
        assert seen.every { name, value -> name.length() + value.length() < 131000 }
    }
}
