import harness.CpsMachine
import harness.FakeJenkins
import harness.Library
import harness.PipelineCase
import org.junit.Test

import static harness.CannedLauncher.RESULT

/** What the steps hand to the program, and what they do with its answer, when all is well. */
class StepsTest extends PipelineCase {
    private static final List<String> STEPS = ['jiraSendBuildInfo', 'jiraSendDeploymentInfo', 'jiraSendDevInfo', 'jiraSendFeatureFlag', 'checkGatingStatus',
                                               'jiraAwaitGate', 'jiraSendKeys', 'jiraSendCheck']

    private Map getRequest() {
        assert jenkins.launcher.requests.size() == 1
        return jenkins.launcher.requests[0]
    }

    @Test
    void 'every step is one call of the launcher with one request'() {
        STEPS.each { String name ->
            row()
            assert jenkins.pipeline("def result = ${name}(site: 'acme'); echo 'after'; return result") == RESULT
            assert request.id ==~ /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/
            assert request.findAll { !(it.key in ['id', 'run']) } == [
                protocol: 1, step: name, misused: null, parameters: [site: 'acme'], ownAgent: false, body: null, waiting: null,
                credential: [id: name == 'jiraSendKeys' ? false : 'jira-oauth', problem: null],
            ]
            assert request.run.keySet() == ['number', 'result', 'now', 'memory', 'changes', 'changesProblem', 'others', 'upstream'] as Set
            assert jenkins.echoes == [name + ': sent', 'after']
            assert jenkins.calls('sh')*.named == [[script: new String(Library.resource('jira-send/run.sh'), 'UTF-8'), returnStdout: true, encoding: 'UTF-8',
                                                   label: 'jira-send']]
            Map seen = jenkins.calls('sh')[0].environment
            assert seen.JIRA_SEND_TMP == "${jenkins.temporary}/jira-send-${request.id}".toString()
            assert seen.JIRA_SEND_DELIVERED == null
            assert seen.JIRA_CLIENT_SECRET == (name == 'jiraSendKeys' ? null : FakeJenkins.SECRET)
            assert jenkins.temporary.list() as List == [] && !jenkins.workspace.list()
        }
    }

    @Test
    void 'a call costs few steps'() {
        step('jiraSendBuildInfo')
        assert jenkins.calls*.name == ['beginWithCredentials', 'writeFile', 'beginWithEnv', 'libraryResource', 'sh', 'endBlock', 'endBlock', 'echo']
    }

    @Test
    void 'an agent whose workspace has no variable for its temporary folder is asked'() {
        jenkins.global.WORKSPACE_TMP = ''
        step('jiraSendBuildInfo')
        assert jenkins.calls*.name.take(3) == ['beginWithCredentials', 'pwd', 'writeFile']
        assert request.step == 'jiraSendBuildInfo'
    }

    @Test
    void 'parameters arrive as they were given'() {
        Map given = [
            text: 'a', gstring: "${'b'}c", number: 7, long: 12345678901L, decimal: 1.5, yes: true, none: null, blank: ' ', list: ['a', 1, [2]], array: ['x', 'y'] as String[],
            set: ['s'] as Set, map: [a: [b: null]], 7: 'key', other: new StringBuilder('own'), nan: Double.NaN, type: new Locale('de', 'AT'),
        ]
        step('jiraSendBuildInfo', given)
        assert request.parameters == [
            text: 'a', gstring: 'bc', number: 7, long: 12345678901L, decimal: 1.5, yes: true, none: null, blank: ' ', list: ['a', 1, [2]], array: ['x', 'y'],
            set: ['s'], map: [a: [b: null]], '7': 'key', other: 'own', nan: 'NaN', type: 'de_AT',
        ]
    }

    @Test
    void 'test results are those of the junit step, or whatever was given'() {
        jenkins.pipeline("jiraSendBuildInfo(testResults: junit(testResults: '*.xml'))")
        assert request.parameters == [testResults: [totalCount: 5, passCount: 3, failCount: 1, skipCount: 1]]
        [[totalCount: 3], 'x', 7, true, [1, 2], null].each { Object results ->
            row()
            step('jiraSendBuildInfo', [testResults: results])
            assert request.parameters == [testResults: results]
        }
    }

    @Test
    void 'test results that are none reach the program as a text'() {
        if (mode == 'trusted') {
            // Sandboxed, the attempt is in the log.
            [(new StringBuilder('x')): 'x', (Double.NaN): 'NaN', (Locale.GERMANY): 'de_DE'].each { Object results, String text ->
                row()
                step('jiraSendBuildInfo', [testResults: results])
                assert request.parameters == [testResults: text]
            }
        }
    }

    @Test
    void 'what is no named parameter reaches the program as misused, and the body still runs'() {
        [
            // call, misused, parameters, body
            ['jiraSendBuildInfo()',                                 null,              [:],            false],
            ['jiraSendBuildInfo([:])',                              null,              [:],            false],
            ['jiraSendBuildInfo(null)',                             null,              [:],            false],
            ['jiraSendBuildInfo.call()',                            null,              [:],            false],
            ["jiraSendBuildInfo('ABC-1')",                          'ABC-1',           [:],            false],
            ["jiraSendBuildInfo(\"ABC-\${1}\")",                    'ABC-1',           [:],            false],
            ["jiraSendBuildInfo(['ABC-1', 'ABC-2'])",               '[ABC-1, ABC-2]',  [:],            false],
            ["jiraSendBuildInfo('ABC-1', 'ABC-2')",                 'ABC-1, ABC-2',    [:],            false],
            ["jiraSendBuildInfo('ABC-1', null, 3, 'd', 'e')",       'ABC-1, 3, d, e',  [:],            false],
            ["jiraSendBuildInfo('ABC-1', 'b', 'c', 'd', site: 'acme') { echo 'built' }", 'ABC-1, b, c, d', [site: 'acme'], true],
            ["jiraSendBuildInfo({ echo 'built' }, 'ABC-1', [site: 'acme'])", 'ABC-1',  [site: 'acme'], true],
            ['jiraSendBuildInfo(null, null)',                       null,              [:],            false],
            ["jiraSendBuildInfo(['ABC-1', 'ABC-2'] as String[])",   'ABC-1, ABC-2',    [:],            false],
            ['jiraSendBuildInfo(7)',                                '7',               [:],            false],
            ["jiraSendBuildInfo('ABC-1', site: 'acme')",            'ABC-1',           [site: 'acme'], false],
            ["jiraSendBuildInfo('ABC-1') { echo 'built' }",         'ABC-1',           [:],            true],
            ["jiraSendBuildInfo('ABC-1', site: 'acme') { echo 'built' }", 'ABC-1',     [site: 'acme'], true],
            ["jiraSendBuildInfo(['ABC-1']) { echo 'built' }",       '[ABC-1]',         [:],            true],
            ["jiraSendBuildInfo(null) { echo 'built' }",            null,              [:],            true],
            ["jiraSendBuildInfo({ echo 'built' })",                 null,              [:],            true],
            ["jiraSendDevInfo('ABC-1') { echo 'built' }",           'ABC-1',           [:],            true],
            ["jiraSendKeys('ABC-1')",                               'ABC-1',           [:],            false],
            ["checkGatingStatus('eu-prod')",                        null,              [environmentId: 'eu-prod'], false],
            ["checkGatingStatus(\"eu-\${'prod'}\")",                null,              [environmentId: 'eu-prod'], false],
            ["checkGatingStatus('eu', 'us')",                       'us',              [environmentId: 'eu'], false],
            ["checkGatingStatus('eu', environmentId: 'us')",        'eu',              [environmentId: 'us'], false],
            ["checkGatingStatus(['eu'])",                           '[eu]',            [:],            false],
        ].each { List cell ->
            row().pipeline(cell[0])
            assert [cell, jenkins.launcher.requests*.misused.unique(), jenkins.launcher.requests*.parameters.unique()] == [cell, [cell[1]], [cell[2]]]
            assert jenkins.echoes.contains('built') == cell[3] && jenkins.launcher.requests.size() == (cell[3] ? 2 : 1)
        }
    }

    @Test
    void 'the credential is the parameter, else the variable, else jira-oauth'() {
        [
            // parameter,       variable,  id in the request, client id
            [null,              null,      'jira-oauth',      'client-1'],
            [null,              'folder',  'folder',          'folder-client'],
            ['',                'folder',  'folder',          'folder-client'],
            ["${'te'}am",       'folder',  'team',            'team-client'],
            [' team ',          null,      'team',            'team-client'],
            [false,             'folder',  false,             null],
            [null,              'false',   false,             null],
        ].each { List cell ->
            row()
            ['team', 'folder'].each { jenkins.credentials[it] = [kind: 'usernamePassword', user: it + '-client', password: 'x'] }
            cell[1] != null && jenkins.global.put('JIRA_SEND_CREDENTIALS_ID', cell[1])
            step('jiraSendBuildInfo', [credentialsId: cell[0]])
            assert [cell, request.credential, jenkins.calls('sh')[0].environment.JIRA_CLIENT_ID] == [cell, [id: cell[2], problem: null], cell[3]]
        }
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
        ].each { List cell ->
            row().credentials['jira-oauth'] = [kind: 'string', password: FakeJenkins.SECRET]
            cell[0] != null && jenkins.global.put('JIRA_SEND_CLIENT_ID', cell[0])
            assert step('jiraSendBuildInfo', [clientId: cell[1]]) == RESULT
            Map seen = jenkins.calls('sh')[0].environment
            assert [seen.JIRA_CLIENT_ID, seen.JIRA_CLIENT_SECRET] == [cell[2], FakeJenkins.SECRET]
            assert jenkins.calls.every { !it.args.toString().contains(FakeJenkins.SECRET) }
        }
    }

    @Test
    void 'a credential that cannot be bound is a problem that the program hears of'() {
        [
            'not there'            : [{ it.credentials.clear() }, "org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException: Could not find credentials entry with ID 'jira-oauth'"],
            'of the wrong kind'    : [{ it.credentials['jira-oauth'].kind = 'string' }, "is of type 'Secret text' where 'com.cloudbees"],
            'a pair with clientId' : [{ it.global.JIRA_SEND_CLIENT_ID = 'x' }, "is of type 'Username with password' where 'org.jenkinsci"],
            'without the plugin'   : [{ it.missingSteps << 'withCredentials' }, "java.lang.NoSuchMethodError: No such DSL method 'withCredentials'"],
            'nor its descriptions' : [{ it.missingSteps << 'usernamePassword' }, "No such DSL method 'usernamePassword'"],
        ].each { String what, List cell ->
            ['jiraSendBuildInfo', 'checkGatingStatus', 'jiraSendCheck'].each { String name ->
                cell[0].call(row())
                assert step(name) == RESULT
                assert [what, request.credential.id] == [what, 'jira-oauth']
                assert request.credential.problem.contains(cell[1]) && !request.credential.problem.contains('found among')
                assert jenkins.calls('sh')[0].environment.JIRA_CLIENT_ID == null
            }
            // Nothing is bound, and nothing asked for.
            cell[0].call(row())
            step('jiraSendKeys')
            assert request.credential == [id: false, problem: null]
        }
    }

    @Test
    void 'the credential is bound for the shell step only'() {
        jenkins.pipeline('jiraSendBuildInfo(); echo "${env.JIRA_CLIENT_ID}"')
        assert jenkins.echoes.last() == 'null'
        assert jenkins.calls('echo').every { it.environment.JIRA_CLIENT_SECRET == null }
    }

    @Test
    void 'the answer decides what is returned, printed, and whether the build fails'() {
        [
            // answer, returned, printed, result, failure
            [[returns: [a: [1, null], b: 1.5]],             [a: [1, null], b: 1.5],  ['jiraSendBuildInfo: sent'], null, null],
            [[returns: true, echo: []],                     true,                    [],                          null, null],
            [[returns: null, echo: null],                   null,                    [],                          null, null],
            [[returns: false, echo: ['one', 'two']],        false,                   ['one\ntwo'],                null, null],
            [[fail: 'it is so', echo: ['one']],             null,                    ['one'],                     null, 'it is so'],
            [[setResult: 'ABORTED'],                        RESULT,                  ['jiraSendBuildInfo: sent'], 'ABORTED', null],
            [[setResult: 'ABORTED', fail: 'no', echo: []],  null,                    [],                          'ABORTED', 'no'],
            [[again: null, begun: null, interrupt: false, memory: null, fail: '', setResult: ''], RESULT, ['jiraSendBuildInfo: sent'], null, null],
        ].each { List cell ->
            row().launcher.answer(cell[0])
            CpsMachine machine = jenkins.start('def result = jiraSendBuildInfo(); sleep 1; return result').finish()
            assert [cell, machine.value, jenkins.echoes, jenkins.build.result, machine.failure?.message] == [cell, cell[1], cell[2], cell[3], cell[4]]
        }
    }

    @Test
    void 'the answer is the last line of the output that begins like one'() {
        [
            'C:\\ws> @echo off\r\n{"protocol":1,"returns":7}\r\n',
            '{"a":1}\n{"protocol":1,"returns":7}\nbye\n',
            'x {"protocol":1,"returns":8}\n{"protocol":1,"returns":7}',
        ].each { String output ->
            row().launcher.answer(output)
            assert jenkins.pipeline('return jiraSendKeys()') == 7
        }
    }

    @Test
    void 'what is returned is plain and may be held over steps'() {
        Map result = (Map) jenkins.pipeline('def result = jiraSendBuildInfo(); sleep 1; return result')
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(result)
        assert [result, result.issueKeys, result.sites, result.sites[0]].every { it.getClass().name.startsWith('java.util.') }
    }

    @Test
    void 'on Windows the launcher is run by bat'() {
        jenkins.unix = false
        jenkins.resources['jira-send/run.bat'] = '@rem'.bytes
        assert step('jiraSendDeploymentInfo', [environmentId: 'é & "x" %PATH%']) == RESULT
        assert request.parameters == [environmentId: 'é & "x" %PATH%']
        assert jenkins.calls('bat')*.named == [[script: '@rem', returnStdout: true, encoding: 'UTF-8', label: 'jira-send']]
        assert jenkins.calls('sh') == [] && jenkins.temporary.list() as List == []
    }

    @Test
    void 'a step goes on after a restart while the launcher runs'() {
        CpsMachine machine = jenkins.start('def result = jiraSendBuildInfo(); return result')
        while (machine.waiting.name != 'sh') {
            machine.step()
        }
        machine = machine.restarted().finish()
        assert [machine.value, machine.failure] == [RESULT, null]
    }
}
