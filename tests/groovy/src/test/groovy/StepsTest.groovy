import harness.CpsMachine
import harness.FakeJenkins
import harness.Library
import harness.PipelineCase
import org.junit.Test

/** What the steps do when all is well. */
class StepsTest extends PipelineCase {
    @Test
    void 'a scripted pipeline sends a build with one shell step'() {
        Map result = (Map) jenkins.pipeline('''
            def result = jiraSendBuildInfo()
            echo 'after'
            return result
        ''')

        assert result == [
            outcome: 'accepted', exitCode: 0, message: 'build 7: sent for ABC-1', issueKeys: ['ABC-1'],
            sites: [[site: 'acme.atlassian.net', outcome: 'accepted', queued: false, message: 'accepted',
                     accepted: [[pipelineId: 'shop', buildNumber: 7]], rejected: [],
                     unknownIssueKeys: ['ABC-2'], unknownAssociations: []]],
        ]
        Map seen = jenkins.shellCall.environment
        assert seen.JIRA_SEND_COMMAND == 'build'
        assert seen.JIRA_SEND_FORMAT == 'json'
        assert seen.JIRA_SEND_QUIET == 'true'
        assert seen.JIRA_SEND_ON_ERROR == 'fail'
        assert seen.JIRA_CLIENT_ID == 'client-1'
        assert seen.JIRA_CLIENT_SECRET == FakeJenkins.SECRET
        assert jenkins.shellCall.named == [script: new String(Library.resource('jira-send/run.sh'), 'UTF-8'), returnStdout: true,
                                           encoding: 'UTF-8', label: 'jira-send']
        assert jenkins.echoes == ['jiraSendBuildInfo: build 7: sent for ABC-1' + FakeJenkins.NO_RESULT, 'after']
    }

    @Test
    void 'a state that only the lack of a result made is told'() {
        jenkins.global.JIRA_SEND_STATE = ''
        [
            ['jiraSendBuildInfo()', null, [:], true],
            ["jiraSendDeploymentInfo(environmentId: 'e')", null, [:], true],
            ["jiraSendBuildInfo(state: '')", null, [:], true],
            ['jiraSendBuildInfo()', 'SUCCESS', [:], false],
            ["jiraSendBuildInfo(state: 'in_progress')", null, [:], false],
            ["jiraSendBuildInfo(runningAs: 'successful')", null, [:], false],
            ['jiraSendBuildInfo()', null, [JIRA_SEND_STATE: 'successful'], false],
            ['jiraSendBuildInfo()', null, [JIRA_SEND_RUNNING_AS: 'successful'], false],
            ['jiraSendBuildInfo { }', null, [:], false],
            ['jiraSendDevInfo()', null, [:], false],
        ].each { List row ->
            fresh().global.putAll((Map) row[2])
            jenkins.build.result = row[1]
            jenkins.pipeline(row[0])
            assert jenkins.echoes.any { it.endsWith(FakeJenkins.NO_RESULT) } == row[3], row
        }
        fresh().shell = { '{"outcome":"nothing_to_send","exit_code":0,"message":"no issue key was found","issue_keys":[],"sites":[]}' }
        step('jiraSendBuildInfo')
        assert jenkins.echoes == ['jiraSendBuildInfo: no issue key was found']
    }

    @Test
    void 'the ways to write a call without parameters are the same'() {
        ['jiraSendBuildInfo()', 'jiraSendBuildInfo([:])', 'jiraSendBuildInfo(null)', 'jiraSendBuildInfo.call()'].each { call ->
            fresh().pipeline(call)
            assert jenkins.options.keySet() == ['eventTime'] as Set
        }
    }

    @Test
    void 'a deployment hands over its parameters'() {
        jenkins.pipeline('''
            jiraSendDeploymentInfo environmentId: 'eu-prod', environmentName: 'EU production', environmentType: 'production',
                state: 'successful', site: 'acme.atlassian.net', serviceIds: ['svc-1', 'svc-2'], enableGating: true,
                issueKeys: ['ABC-1', 'ABC-2']
        ''')

        assert jenkins.shellCall.environment.JIRA_SEND_COMMAND == 'deployment'
        assert jenkins.options.findAll { it.key != 'eventTime' } == [
            environmentId: 'eu-prod', environmentName: 'EU production', environmentType: 'production', state: 'successful',
            site: ['acme.atlassian.net'], serviceIds: ['svc-1', 'svc-2'], enableGating: true, issueKeys: ['ABC-1', 'ABC-2'],
            onlyIssueKeys: true,
        ]
        assert jenkins.echoes == ['jiraSendDeploymentInfo: build 7: sent for ABC-1']
    }

    @Test
    void 'the time of the event is the time on the controller'() {
        long before = System.currentTimeMillis()
        step('jiraSendBuildInfo')
        assert (before..System.currentTimeMillis()).contains(jenkins.options.eventTime)

        fresh()
        step('jiraSendBuildInfo', [eventTime: 1700000000123L])
        assert jenkins.options.eventTime == 1700000000123L
    }

    @Test
    void 'the credential is the parameter, else the variable, else jira-oauth'() {
        jenkins.credentials['team'] = [kind: 'usernamePassword', user: 'team-client', password: 'x']
        jenkins.credentials['folder'] = [kind: 'usernamePassword', user: 'folder-client', password: 'y']
        jenkins.pipeline('''
            jiraSendBuildInfo()
            withEnv(['JIRA_SEND_CREDENTIALS_ID=folder']) {
                jiraSendBuildInfo()
                jiraSendBuildInfo(credentialsId: '')
                jiraSendBuildInfo(credentialsId: "${'te'}am")
            }
        ''')
        assert jenkins.calls('sh')*.environment*.JIRA_CLIENT_ID == ['client-1', 'folder-client', 'folder-client', 'team-client']
    }

    @Test
    void 'a secret text is the secret of the client id that is given'() {
        [
            // variable, parameter, client id
            [null,       'client-7',       'client-7'],
            [null,       "client-${7}",    'client-7'],
            [null,       ' client-7\n',    'client-7'],
            ['client-8', null,             'client-8'],
            ['client-8', '',               'client-8'],
            ['client-8', 'client-7',       'client-7'],
        ].each { List row ->
            ['jiraSendBuildInfo', 'jiraSendDeploymentInfo'].each { name ->
                fresh().credentials['jira-oauth'] = [kind: 'string', password: FakeJenkins.SECRET]
                if (row[0] != null) {
                    jenkins.global.JIRA_SEND_CLIENT_ID = row[0]
                }
                assert step(name, [clientId: row[1]]).outcome == 'accepted'
                Map seen = jenkins.shellCall.environment
                assert [seen.JIRA_CLIENT_ID, seen.JIRA_CLIENT_SECRET] == [row[2], FakeJenkins.SECRET]
                assert !jenkins.options.containsKey('clientId')
                assert jenkins.calls.every { !it.args.toString().contains(FakeJenkins.SECRET) }
            }
        }
    }

    @Test
    void 'a client id goes with any credential, and not into a dry run'() {
        jenkins.credentials['text'] = [kind: 'string', password: 'x']
        step('jiraSendBuildInfo', [clientId: 'client-7', credentialsId: 'text'])
        assert jenkins.shellCall.environment.JIRA_CLIENT_SECRET == 'x'
        fresh().credentials.clear()
        assert step('jiraSendBuildInfo', [clientId: 'client-7', dryRun: true]).exitCode == 0
    }

    @Test
    void 'the credential is bound for the shell step only'() {
        jenkins.pipeline('jiraSendBuildInfo(); echo "${env.JIRA_CLIENT_ID}"')
        assert jenkins.echoes.last() == 'null'
        assert jenkins.calls('echo').every { it.environment.JIRA_CLIENT_SECRET == null }
    }

    @Test
    void 'the binary is always asked to be quiet, because verbose wins there'() {
        [null, 'true', 'false'].each { String variable ->
            [null, true, 'false'].each { Object parameter ->
                fresh()
                if (variable != null) {
                    jenkins.global.JIRA_SEND_VERBOSE = variable
                }
                step('jiraSendBuildInfo', [verbose: parameter])
                assert jenkins.shellCall.environment.JIRA_SEND_QUIET == 'true'
                assert jenkins.shellCall.environment.JIRA_SEND_VERBOSE == variable
            }
        }
    }

    private static final String SHOWN = '{"outcome":"dry_run","exit_code":0,"message":"build 7 would be sent","issue_keys":["ABC-1"],' +
        '"sites":[],"request":{"method":"POST","url":"https://api.example.com/bulk","body":{"builds":[{"label":"a\\nb\\u202e",' +
        '"references":[],"testInfo":{"totalNumber":3},"updateSequenceNumber":1700000000123}],"properties":{}}}}'

    @Test
    void 'what was read back is told for each site, and only then'() {
        jenkins.shell = {
            '{"outcome":"unverified","exit_code":1,"message":"not stored","issue_keys":["ABC-1"],"sites":[' +
                '{"site":"a","outcome":"unverified","verified":false,"message":""},{"site":"b","outcome":"accepted","verified":true},' +
                '{"site":"c","outcome":"rejected"}]}'
        }
        Map result = step('jiraSendBuildInfo', [verify: true])
        assert jenkins.options.verify == true
        assert [result.outcome, result.exitCode] == ['unverified', 1]
        assert result.sites*.verified == [false, true, null]
        assert result.sites*.containsKey('verified') == [true, true, false]
    }

    @Test
    void 'a dry run returns the request and shows it in the one line'() {
        jenkins.shell = { SHOWN }
        Map result = (Map) jenkins.pipeline('def result = jiraSendBuildInfo(dryRun: true); sleep 1; return result')
        assert [result.outcome, result.exitCode] == ['dry_run', 0]
        assert result.request == [method: 'POST', url: 'https://api.example.com/bulk', body: [builds: [
            [label: 'a\nb\u202e', updateSequenceNumber: 1700000000123L, testInfo: [totalNumber: 3], references: []]], properties: [:]]]
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(result)
        assert jenkins.options.dryRun == true
        assert jenkins.echoes == ['jiraSendBuildInfo: build 7 would be sent: POST https://api.example.com/bulk ' +
            '{"builds":[{"label":"a\\nb\\u202e","references":[],"testInfo":{"totalNumber":3},"updateSequenceNumber":1700000000123}],"properties":{}}']
    }

    @Test
    void 'the line of a dry run is cut at a length that it tells'() {
        jenkins.shell = { SHOWN.replace('"label":"a', '"label":"' + 'x' * 50000) }
        Map result = step('jiraSendBuildInfo', [dryRun: true])
        assert jenkins.echoes.size() == 1 && jenkins.echoes[0].length() < 20200
        assert jenkins.echoes[0].endsWith('xxx ... (cut here, it has 50166 characters)')
        assert result.request.body.builds[0].label.length() == 50003
    }

    @Test
    void 'a dry run needs no credential'() {
        [
            // variable, parameter, bound
            [null,       true,      false],
            [null,       'true',    false],
            [null,       'yes',     false],
            [null,       false,     true],
            ['true',     null,      false],
            ['1',        '',        false],
            ['true',     false,     true],
            ['false',    null,      true],
            [null,       null,      true],
        ].each { List row ->
            fresh()
            if (row[0] != null) {
                jenkins.global.JIRA_SEND_DRY_RUN = row[0]
            }
            step('jiraSendDeploymentInfo', [dryRun: row[1]])
            assert [row, !jenkins.calls('beginWithCredentials').empty] == [row, row[2]]
            assert jenkins.shellCall.environment.containsKey('JIRA_CLIENT_SECRET') == row[2]
        }
        fresh().credentials.clear()
        jenkins.missingSteps.addAll(['withCredentials', 'usernamePassword'])
        jenkins.shell = { SHOWN }
        assert step('jiraSendBuildInfo', [dryRun: true]).outcome == 'dry_run'
    }

    @Test
    void 'the site can come from the environment'() {
        jenkins.global.JIRA_SITE = 'acme'
        step('jiraSendBuildInfo', [site: null])
        assert jenkins.shellCall.environment.JIRA_SITE == 'acme'
        assert !jenkins.options.containsKey('site')
    }

    @Test
    void 'the result is plain maps and lists and may be held over steps'() {
        Map result = (Map) jenkins.pipeline('''
            def result = jiraSendBuildInfo()
            sleep 1
            return result
        ''')
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(result)
        List<Object> nested = [result, result.issueKeys, result.sites, result.sites[0], result.sites[0].accepted[0]]
        assert nested.every { it.getClass() in [LinkedHashMap, HashMap, ArrayList] }
    }

    @Test
    void 'two calls at the same time use different files'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        FakeJenkins first = jenkins
        FakeJenkins second = new FakeJenkins(first.workspace.parentFile, first.library)
        second.build.with([[commit(2), 'ABC-2 two']])
        List<CpsMachine> machines = [first.start('jiraSendBuildInfo()'), second.start('jiraSendBuildInfo()')]
        while (machines.any { it.running }) {
            machines.findAll { it.running }*.step()
        }

        assert machines*.failure == [null, null]
        assert first.shellCall.environment.JIRA_SEND_TMP != second.shellCall.environment.JIRA_SEND_TMP
        assert first.changes*.message == ['ABC-1 one']
        assert second.changes*.message == ['ABC-2 two']
    }

    @Test
    void 'nothing is written into the workspace'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        step('jiraSendBuildInfo')
        assert jenkins.workspace.list().length == 0
        assert jenkins.shellCall.environment.JIRA_SEND_CHANGES.startsWith(jenkins.temporary.path + '/jira-send-')
    }

    @Test
    void 'variables of an earlier call do not reach the next one'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        jenkins.build.result = 'SUCCESS'
        jenkins.pipeline('jiraSendBuildInfo(); sh(script: "x", returnStdout: true, encoding: "UTF-8", label: "jira-send")')
        assert jenkins.calls('sh')[1].environment.keySet().every { !it.startsWith('JIRA_') }
    }
}
