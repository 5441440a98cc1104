import groovy.json.JsonOutput
import harness.EndToEndCase
import harness.Launcher
import harness.MatrixCase
import harness.MatrixStep
import harness.StandIn
import harness.StepCall
import harness.WindowsLauncher
import org.junit.AfterClass
import org.junit.Assume
import org.junit.Before
import org.junit.BeforeClass
import org.junit.Test
import org.junit.runners.Parameterized

import java.nio.file.Files

/** The cells once more with the real binary and the local Jira: on Linux by the real launcher, on Windows by the played one. */
class EndToEndMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.ALL)
    }

    private static final String HOSTILE = '"\'`id` $(touch pwned) ${PATH} %PATH% "&calc& \\ caf\u00e9 \ud83d\ude00 end'
    /** Jira takes no emoji; the binary leaves them out, and in titles the blank after it. */
    private static final String STORED_TITLE = HOSTILE.replace('\ud83d\ude00 ', '')
    private static final String STORED_TEXT = HOSTILE.replace('\ud83d\ude00', '')
    /** What is found in git, in the environment of the job, and given: all in projects that the local Jira has. */
    private static final Map GIVEN = [issueKeys: ['ABC-1', 'ABC-2'], site: null]
    /** In words of Jira: where each kind of data goes, how it is called there, and what it says of a run that goes well. */
    private static final Map<String, List> STORED = [
        // step                          endpoint        list           states: Declarative, scripted
        'jiraSendBuildInfo'         : ['builds',       'builds',       ['successful'],                ['in_progress']],
        'jiraSendDeploymentInfo'    : ['deployments',  'deployments',  ['successful'],                ['in_progress']],
        'jiraSendDevInfo'           : ['devinfo',      'repositories', [null],                        [null]],
        'jiraSendFeatureFlag'       : ['featureflags', 'flags',        [null],                        [null]],
        'jiraSendBuildInfo { }'     : ['builds',       'builds',       ['in_progress', 'successful'], ['in_progress', 'successful']],
        'jiraSendDeploymentInfo { }': ['deployments',  'deployments',  ['in_progress', 'successful'], ['in_progress', 'successful']],
    ]

    private static StandIn jira
    private static File repository
    private static String head

    @BeforeClass
    static void startJira() {
        Assume.assumeFalse('skipped with -DskipEndToEnd', StandIn.SKIPPED)
        jira = StandIn.shared()
        repository = Files.createTempDirectory('jira-send-matrix').toFile()
        git('init', '-q', '.')
        git('commit', '-q', '--allow-empty', '-m', 'ABC-1 first')
        git('commit', '-q', '--allow-empty', '-m', 'ABC-2 ' + HOSTILE)
        head = git('rev-parse', 'HEAD')
    }

    @AfterClass
    static void removeRepository() {
        repository?.deleteDir()
    }

    private static String git(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(['git', '-c', 'user.name=A', '-c', 'user.email=a@example.com'] + (arguments as List))
        Process process = builder.directory(repository).redirectErrorStream(true).start()
        String said = process.inputStream.text.trim()
        assert process.waitFor() == 0, said
        return said
    }

    private String log = ''

    @Before
    void prepare() {
        jira.reset()
        log = ''
    }

    /** A run with the environment of a real job of this style; what its agent and its checkout set is theirs to set. */
    private void real(String outcome, String branch = 'feature', Closure check) {
        Closure<String> binary = { StepCall call ->
            if (windows) {
                WindowsLauncher played = new WindowsLauncher(jenkins, call)
                String output = played.run()
                log += played.errors
                return output
            }
            Launcher launched = Launcher.run(call.environment, jenkins.workspace)
            assert launched.status == 0
            log += launched.errors
            return launched.output
        }
        cell(outcome, [binary]) {
            Map<String, List<String>> kinds = [feature: ['multibranch-declarative-feature-slash-first', 'multibranch-scripted-feature-slash'],
                                               main   : ['multibranch-declarative-main-first', 'multibranch-scripted-main']]
            String kind = kinds[branch][declarative ? 0 : 1]
            jenkins.global.clear()
            jenkins.global.putAll(EndToEndCase.recorded(kind).findAll { !(it.key =~ /^(GIT_|STAGE_NAME$)/) })
            File tools = new File(jenkins.workspace.parentFile, 'tools')
            tools.mkdirs()
            File bin = new File(tools, 'jira-send.exe')
            Files.createSymbolicLink(bin.toPath(), new File(StandIn.BINARY).toPath())
            jenkins.global.putAll([JIRA_SEND_BIN: jenkins.machine.pathOf(bin), JIRA_SEND_OUTBOX: jenkins.machine.pathOf(new File(tools, 'outbox')),
                                   JIRA_SITE: jira.url, JIRA_API_URL: jira.url, JIRA_SEND_REPOSITORY_DIR: repository.path])
            jenkins.checkout = [GIT_URL: 'https://git.example.com/acme/shop.git', GIT_BRANCH: 'feature/PROJ-2-login', GIT_COMMIT: head]
            jenkins.credentials['jira-oauth'] = [kind: 'usernamePassword', user: 'sandbox-client', password: 'sandbox-secret']
            check()
            assert jenkins.credentials.values().every { !log.contains(it.password) }
        }
    }

    private Map given() {
        Map all = [
            build: [displayName: HOSTILE], deployment: [environmentId: 'eu-prod', environmentName: HOSTILE],
            // A scripted pipeline says what checkout gave.
            'dev-info': [repositoryName: HOSTILE] + (declarative ? [:] : [scm: jenkins.checkout]), 'feature-flag': [flagKey: 'cart', displayName: HOSTILE],
            gate: [environmentId: 'eu-prod'],
        ]
        return all[tested.command] + (tested.gate || tested.command == 'dev-info' ? [site: null] : GIVEN)
    }

    private List<Map> stored() {
        return tested.gate ? [] : (List<Map>) jira.requests(STORED[name][0])*.json*.getAt(STORED[name][1]).flatten()
    }

    @Test
    void 'what is sent is stored as it was given'() {
        if (tested.gate) {
            return
        }
        real('accepted') {
            perform(given())
            assert [machine.failure, machine.result] == [null, 'SUCCESS']
            List<Map> stored = stored()
            assert stored*.state == STORED[name][declarative ? 2 : 3]
            Closure<String> named = { Map item -> [build: item.displayName, deployment: item.environment?.displayName, 'dev-info': item.name,
                                                   'feature-flag': item.displayName][tested.command] }
            assert stored.collect(named) == [STORED_TITLE] * tested.calls
            assert stored.every { JsonOutput.toJson(it).contains('ABC-2') }
            assert !returnedSeen || [returned.outcome, returned.exitCode] == ['accepted', 0]
            if (tested.command == 'dev-info') {
                assert stored[0].commits.find { it.id == head }.message == 'ABC-2 ' + STORED_TEXT
            }
            assert jenkins.echoes.size() == tested.calls && jenkins.echoes.every { it.startsWith(tested.step + ': ') }
            assert log == ''
        }
    }

    @Test
    void 'what goes wrong is told, and nothing is stored'() {
        Map<String, List> rows = [
            // cell                what is done to Jenkins,                                            outcome, code
            'wrong secret'      : [{ it.credentials['jira-oauth'].password = 'not-the-secret' },       'unauthorized', 3],
            'no binary'         : [{ it.global.JIRA_SEND_BIN = it.machine.pathOf(new File(it.workspace.parentFile, 'tools/none')) }, 'invalid', 127],
            'options are wrong' : [{ it.global.JIRA_SEND_BUDGET = 'soon' },                            'invalid', 2],
        ]
        rows.each { String outcome, List row ->
            real(outcome) {
                row[0].call(jenkins)
                perform(given())
                assert machine.result == (tested.gate ? 'FAILURE' : 'SUCCESS')
                assert stored() == []
                assert tested.gate || !returnedSeen || [returned.outcome, returned.exitCode] == [row[1], row[2]]
                assert tested.gate || jenkins.echoes.size() == tested.calls
            }
        }
    }

    @Test
    void 'without an issue there is nothing to send'() {
        if (tested.gate || tested.command == 'dev-info') {
            return
        }
        real('nothing to send', 'main') {
            jenkins.global.remove('JIRA_SEND_REPOSITORY_DIR')
            jenkins.checkout = [GIT_BRANCH: 'main']
            jenkins.build.changeSets.clear()
            perform(given() + [issueKeys: null])
            assert machine.result == 'SUCCESS' && stored() == []
            assert !returnedSeen || [returned.outcome, returned.exitCode, returned.issueKeys] == ['nothing_to_send', 0, []]
        }
    }

    @Test
    void 'what cannot be delivered waits, and the next step delivers it'() {
        // It takes a second for each call.
        if (!([name, style, system] in [['jiraSendBuildInfo', 'scripted', 'Linux'], ['jiraSendDeploymentInfo { }', DECLARATIVE, WINDOWS]])) {
            return
        }
        real('waits') {
            jira.fault([endpoint: STORED[name][0], status: 503, times: 1000])
            perform(given() + [budget: 1])
            assert machine.result == 'SUCCESS'
            assert jenkins.build.buildVariables.JIRA_SEND_WAITING.readLines().size() == tested.calls
            assert !returnedSeen || [returned.outcome, returned.sites*.queued] == ['unreachable', [true]]
            jira.reset()
            jenkins.agent = true
            assert jenkins.pipeline('return jiraSendBuildInfo(issueKeys: "ABC-3", pipelineId: "next")').outcome == 'accepted'
            launcher.calls.removeAll { it.parameters.pipelineId == 'next' }
            // Of a beginning and its end, the end is enough.
            assert stored()*.state.count(STORED[name][declarative ? 2 : 3].last()) >= 1
        }
    }

    @Test
    void 'a gate that is asked for a deployment of this run'() {
        if (!tested.gate) {
            return
        }
        [allowed: 'SUCCESS', prevented: 'ABORTED', invalid: 'FAILURE'].each { String word, String result ->
            jira.reset()
            real(word) {
                jira.gate(word)
                jenkins.agent = true
                jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'pending', serviceIds: ['svc-1'], enableGating: true, issueKeys: 'ABC-1')")
                jenkins.agent = false
                launcher.calls.clear()
                jenkins.calls.clear()
                perform(given())
                assert machine.result == result
                assert jenkins.kept.contains('after') == (result == 'SUCCESS')
                assert (jenkins.echoes + [machine.failure?.message ?: '']).join(' ').contains(': ' + word + ' (')
            }
        }
    }
}
