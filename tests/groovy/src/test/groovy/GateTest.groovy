import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.CpsMachine
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** checkGatingStatus and jiraAwaitGate: nothing goes on without Jira's word. */
class GateTest extends PipelineCase {
    private static final Map<String, List> DECISIONS = [
        allowed: ['allowed', 0], awaiting: ['awaiting', 7], frozen: ['awaiting', 7], prevented: ['prevented', 6], expired: ['prevented', 6],
        invalid: ['invalid_gate', 8],
    ]
    private static final Map<String, List> NO_ANSWER = [
        '404': ['rejected', 1], '403': ['unauthorized', 3], lost: ['unreachable', 4], usage: ['invalid', 2], missing: ['invalid', 127],
    ]

    /** The binary's answers in turn, the last one again and again. */
    private void answers(String... words) {
        List<String> left = words as List
        jenkins.shell = { StepCall call ->
            String word = left.size() > 1 ? left.remove(0) : left[0]
            return word == 'junk' ? 'Segmentation fault' : answer(word)
        }
    }

    private static String answer(String word) {
        Map common = [issue_keys: [], sites: []]
        if (DECISIONS[word]) {
            return JsonOutput.toJson([outcome: DECISIONS[word][0], exit_code: DECISIONS[word][1],
                                      message: "the gate of shop #7 to eu-prod: ${word} (CHG-1 https://acme/CHG-1)".toString(),
                                      gating_status: word, gating_updated: '2026-01-01T00:00:00Z',
                                      change_requests: [[issue_key: 'CHG-1', issue_link: 'https://acme/CHG-1']]] + common)
        }
        return JsonOutput.toJson([outcome: NO_ANSWER[word][0], exit_code: NO_ANSWER[word][1], message: 'no answer: ' + word] + common)
    }

    private List<Long> getPauses() {
        return jenkins.calls('sleep')*.named.collect { (long) it.time }
    }

    private Object check(String parameters = "environmentId: 'eu-prod'") {
        return jenkins.pipeline("return checkGatingStatus(${parameters})")
    }

    @Test
    void 'a gate that is open is true, one that is not decided is false'() {
        [allowed: true, awaiting: false, frozen: false].each { word, open ->
            fresh()
            answers(word)
            assert check() == open
            assert jenkins.echoes == ["checkGatingStatus: the gate of shop #7 to eu-prod: ${word} (CHG-1 https://acme/CHG-1)".toString()]
            assert jenkins.build.result == null
        }
    }

    @Test
    void 'the question is one short call, with the credential and nothing of a deployment'() {
        jenkins.build.with([[commit(1), 'ABC-1']]).result = 'UNSTABLE'
        jenkins.global.putAll([JIRA_SEND_WAIT: 'true', JIRA_SEND_TIMEOUT: '2 h', JIRA_SEND_DRY_RUN: 'true', JIRA_SEND_WAITING: '{"a":1}'])
        answers('allowed')
        check("environmentId: \"eu-\${'prod'}\", site: 'acme', budget: 5, deploymentSequenceNumber: 9")
        assert jenkins.options == [environmentId: 'eu-prod', site: 'acme', budget: 5, deploymentSequenceNumber: 9]
        Map seen = jenkins.shellCall.environment
        assert [seen.JIRA_SEND_COMMAND, seen.JIRA_SEND_FORMAT] == ['gate', 'json']
        assert [seen.JIRA_SEND_WAIT, seen.JIRA_SEND_TIMEOUT] == [' ', ' ']
        assert [seen.JIRA_CLIENT_ID, seen.JIRA_CLIENT_SECRET] == ['client-1', FakeJenkins.SECRET]
        assert seen.JIRA_SEND_WAITING == 'none' && seen.JIRA_SEND_CHANGES == null
        assert jenkins.build.buildVariables == [:]
    }

    @Test
    void 'the ways to write the question'() {
        ["'eu-prod'", '"eu-${"prod"}"', "environmentId: 'eu-prod'", "[environmentId: 'eu-prod', site: null]", "environmentId: 'eu-prod', site: ''"].each { call ->
            fresh()
            answers('allowed')
            assert check(call) == true
            assert jenkins.options == [environmentId: 'eu-prod']
        }
        fresh()
        answers('allowed')
        assert check('') == true
        assert jenkins.options == [:]
    }

    @Test
    void 'a deployment that is prevented or expired ends the run as aborted'() {
        [prevented: 'The change request was declined; its issue has the reason.',
         expired: 'Nobody decided in time; run the deployment again to ask anew.'].each { word, next ->
            ['checkGatingStatus', 'jiraAwaitGate'].each { name ->
                fresh()
                answers(word)
                Throwable thrown = thrownBy { jenkins.pipeline("${name}(environmentId: 'eu-prod'); echo 'deploying'") }
                assert thrown instanceof AbortException
                assert thrown.message == "${name}: The deployment was prevented by Jira Service Management: " +
                    "the gate of shop #7 to eu-prod: ${word} (CHG-1 https://acme/CHG-1). ${next}"
                assert jenkins.build.result == 'ABORTED'
                assert !jenkins.echoes.contains('deploying')
            }
        }
    }

    @Test
    void 'without a decision the step fails and says what to do'() {
        [
            // answer    part of the message
            ['invalid',  'check the services of the deployment (serviceIds)'],
            ['404',      'Was the deployment sent before in this run, with enableGating, serviceIds and the same environmentId?'],
            ['403',      'It needs the permission "Deployments"'],
            ['lost',     'jiraAwaitGate does so by itself'],
            ['usage',    'no answer: usage.'],
            ['missing',  'no answer: missing.'],
            ['junk',     'install the version that belongs to this library.'],
        ].each { List<String> row ->
            fresh()
            answers(row[0])
            Throwable thrown = thrownBy { jenkins.pipeline("checkGatingStatus(environmentId: 'eu-prod'); echo 'deploying'") }
            assert thrown instanceof AbortException
            assert thrown.message.startsWith('checkGatingStatus: There is no decision of Jira Service Management, so the deployment may not go on: ')
            assert [row[0], thrown.message.contains(row[1])] == [row[0], true]
            assert !(thrown.message =~ /\.\.|\. $/)
            assert jenkins.build.result == null && !jenkins.echoes.contains('deploying')
        }
    }

    @Test
    void 'what goes wrong around the binary is no permission either'() {
        List<Closure> broken = [{ it.credentials.clear() }, { it.agent = false; it.failing.beginNode = new IOException('no') }, { it.missingSteps << 'withCredentials' },
                                { it.failing.sh = new AbortException('script returned exit code 137') },
                                { it.shell = { '{"outcome":"allowed","exit_code":1,"message":"m"}' } },
                                { it.shell = { '{"outcome":"accepted","exit_code":0,"message":"m"}' } },
                                { it.shell = { '{"outcome":"allowed","exit_code":"0","message":"m"}' } }]
        broken.each { Closure harm ->
            // Not even where failures are to be let pass everywhere else.
            fresh().global.JIRA_SEND_FAIL_ON_ERROR = 'false'
            harm(jenkins)
            assert thrownBy { check() } instanceof AbortException
        }
        broken.drop(4).each { Closure harm ->
            harm(fresh())
            assert thrownBy { step('jiraAwaitGate', [environmentId: 'eu-prod']) } instanceof AbortException
        }
    }

    @Test
    void 'a stop goes through'() {
        ['checkGatingStatus', 'jiraAwaitGate'].each { name ->
            ['sh', 'sleep'].each { hit ->
                fresh()
                answers('awaiting')
                jenkins.failing[hit] = new FlowInterruptedException()
                Closure run = { jenkins.pipeline("${name}(environmentId: 'eu-prod')") }
                if (name == 'checkGatingStatus' && hit == 'sleep') {
                    assert run() == false
                } else {
                    assert thrownBy(run) instanceof FlowInterruptedException
                    assert jenkins.build.result == null
                }
            }
        }
    }

    private static final String LOOP = """
        retry(20) {
            waitUntil {
                sleep time: 30, unit: 'SECONDS'
                checkGatingStatus(environmentId: 'eu-prod', site: 'acme')
            }
        }
        echo 'deploying'
    """

    @Test
    void 'the loop that everybody wrote for the plugin goes on when it may'() {
        answers('awaiting', 'awaiting', 'allowed')
        jenkins.pipeline(LOOP)
        assert jenkins.calls('sh').size() == 3
        assert jenkins.echoes.last() == 'deploying'
        assert jenkins.slept == 90
    }

    @Test
    void 'the loop asks again after trouble, because retry does'() {
        answers('404', 'lost', 'awaiting', 'allowed')
        jenkins.pipeline(LOOP)
        assert jenkins.calls('sh').size() == 4 && jenkins.build.result == null
        assert jenkins.echoes.last() == 'deploying'
    }

    @Test
    void 'the loop ends soon when the deployment is prevented, although retry begins again'() {
        answers('awaiting', 'prevented')
        assert thrownBy { jenkins.pipeline(LOOP) } instanceof FlowInterruptedException
        assert jenkins.calls('sh').size() == 3
        assert jenkins.build.result == 'ABORTED'
        assert jenkins.echoes.count { it.contains('The deployment was prevented by Jira Service Management') } == 1
        assert !jenkins.echoes.contains('deploying')
    }

    @Test
    void 'a wait asks on the controller, at growing intervals, and says every change once'() {
        answers(*(['awaiting'] * 9), 'frozen', 'allowed')
        Map result = step('jiraAwaitGate', [environmentId: 'eu-prod', timeout: 7200])
        assert result.findAll { it.key in ['outcome', 'exitCode', 'gatingStatus', 'gatingUpdated', 'changeRequests'] } == [
            outcome: 'allowed', exitCode: 0, gatingStatus: 'allowed', gatingUpdated: '2026-01-01T00:00:00Z',
            changeRequests: [[issueKey: 'CHG-1', issueLink: 'https://acme/CHG-1']]]
        assert pauses == [5, 7, 10, 15, 22, 33, 49, 60, 60, 60]
        assert result.waited == pauses.sum()
        assert jenkins.echoes == ['awaiting', 'frozen', 'allowed'].collect {
            "jiraAwaitGate: the gate of shop #7 to eu-prod: ${it} (CHG-1 https://acme/CHG-1)".toString() }
        assert jenkins.calls('sh').every { !it.environment.JIRA_SEND_PARAMETERS.contains('7200') }
        // Nothing is bound and no block is open while it sleeps.
        assert jenkins.calls('sleep').every { it.environment == jenkins.environment() }
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(result)
    }

    @Test
    void 'without an agent each question takes one for its moment, and the wait none'() {
        jenkins.agent = false
        answers('awaiting', 'awaiting', 'allowed')
        assert step('jiraAwaitGate', [environmentId: 'e', agentLabel: 'linux']).outcome == 'allowed'
        assert jenkins.calls('beginNode')*.args == [['linux']] * 3
        assert jenkins.calls('sh')*.environment*.NODE_NAME == ['built-in'] * 3
        assert jenkins.calls('sleep').every { it.environment.NODE_NAME == null }
    }

    @Test
    void 'a wait goes on after a restart in its middle'() {
        answers('awaiting', 'awaiting', 'allowed')
        CpsMachine machine = jenkins.start("def gate = jiraAwaitGate(environmentId: 'eu-prod'); return gate.outcome")
        while (machine.waiting.name != 'sleep' || jenkins.calls('sleep').size() < 1) {
            machine.step()
        }
        // The whole program as bytes, for another machine of the same run.
        CpsMachine resumed = machine.restarted()
        assert resumed.finish().failure == null
        assert resumed.value == 'allowed'
        assert jenkins.calls('sh').size() == 3
    }

    @Test
    void 'the pauses and the time can be chosen'() {
        [
            // timeout, pollInterval, pauses until the time is up
            [60,         20,        [20, 20, 20]],
            ['50',       '20 s',    [20, 20, 10]],
            ['1 min',    '1m',      [60]],
            ['1 M',      45L,       [45, 15]],
            ['30 Seconds', null,    [5, 7, 10, 8]],
            ['2h',       '1 hour',  [3600, 3600]],
            ['1 d',      '12 hours', [43200, 43200]],
            [1,          null,      [1]],
            ["${3}",     '',        [3]],
        ].each { List row ->
            fresh()
            answers('awaiting')
            Throwable thrown = thrownBy { step('jiraAwaitGate', [environmentId: 'e', timeout: row[0], pollInterval: row[1]]) }
            assert [row, pauses] == [row, row[2]]
            assert thrown.message == "jiraAwaitGate: Nobody has decided within ${row[2].sum()} seconds: the gate of shop #7 to eu-prod: " +
                'awaiting (CHG-1 https://acme/CHG-1). Ask whoever approves the change request, or wait longer with timeout.'
            assert jenkins.build.result == 'ABORTED'
        }
    }

    @Test
    void 'without a time it is an hour, or what the variable says'() {
        answers('awaiting')
        thrownBy { step('jiraAwaitGate', [environmentId: 'e', pollInterval: 600]) }
        assert jenkins.slept == 3600
        fresh().global.JIRA_SEND_TIMEOUT = '1200'
        answers('awaiting')
        thrownBy { step('jiraAwaitGate', [environmentId: 'e', pollInterval: 600]) }
        assert jenkins.slept == 1200
    }

    @Test
    void 'times that are none are told before anything is asked'() {
        [[timeout: 'soon'], [timeout: '5 weeks'], [timeout: 0], [timeout: -1], [timeout: '1.5 h'], [timeout: '31 d'], [timeout: '99999999'],
         [timeout: '$(touch pwned)'], [pollInterval: '0 s'], [pollInterval: '5 s\n6'], [timeout: [1]], [timeout: true]].each { Map wrong ->
            fresh()
            Throwable thrown = thrownBy { step('jiraAwaitGate', [environmentId: 'e'] + wrong) }
            assert thrown instanceof AbortException
            assert thrown.message.endsWith("${wrong.keySet()[0]} must be seconds or a text such as '90 s', '20 min', '2 h' or '1 d', " +
                'from 1 second to 30 days.')
            assert jenkins.calls('sh') == [] && jenkins.build.result == null
        }
    }

    @Test
    void 'trouble while it waits is said once, and it asks again'() {
        answers('awaiting', 'lost', 'lost', 'awaiting', 'lost', '404', 'allowed')
        assert step('jiraAwaitGate', [environmentId: 'e']).outcome == 'allowed'
        assert jenkins.echoes*.replaceAll(/ \(.*/, '') == [
            'jiraAwaitGate: the gate of shop #7 to eu-prod: awaiting', 'jiraAwaitGate: no answer: lost; asking again until the time is up.',
            'jiraAwaitGate: no answer: lost; asking again until the time is up.', 'jiraAwaitGate: the gate of shop #7 to eu-prod: allowed']
    }

    @Test
    void 'an agent that vanishes is such trouble'() {
        answers('allowed')
        Closure<String> binary = jenkins.shell
        int lost = 2
        jenkins.shell = { StepCall call ->
            if (lost-- > 0) {
                throw new IOException('Unable to create live FilePath for agent-7')
            }
            return binary(call)
        }
        assert step('jiraAwaitGate', [environmentId: 'e']).outcome == 'allowed'
        assert jenkins.echoes[0] == 'jiraAwaitGate: jira-send could not be run on the agent: java.io.IOException: ' +
            'Unable to create live FilePath for agent-7; asking again until the time is up.'
    }

    @Test
    void 'trouble to the end is what the end says'() {
        answers('lost')
        Throwable thrown = thrownBy { step('jiraAwaitGate', [environmentId: 'e', timeout: 60]) }
        assert thrown.message.contains('so the deployment may not go on: no answer: lost.')
        assert jenkins.build.result == null && jenkins.slept == 60
        // What Jira said before counts more.
        fresh()
        answers('awaiting', 'lost')
        thrown = thrownBy { step('jiraAwaitGate', [environmentId: 'e', timeout: 60]) }
        assert thrown.message.contains('Nobody has decided within 60 seconds: the gate of shop #7 to eu-prod: awaiting')
    }

    @Test
    void 'a gate that Jira does not know yet gets two minutes'() {
        answers('404', '404', 'allowed')
        assert step('jiraAwaitGate', [environmentId: 'e']).outcome == 'allowed'
        assert jenkins.echoes.size() == 1
        fresh()
        answers('404')
        assert thrownBy { step('jiraAwaitGate', [environmentId: 'e']) }.message.contains('Was the deployment sent before in this run')
        assert (120..180).contains((int) jenkins.slept)
    }

    @Test
    void 'what cannot become a decision ends the wait at once'() {
        ['invalid', '403', 'usage', 'missing', 'junk'].each { word ->
            fresh()
            answers('awaiting', word)
            assert thrownBy { step('jiraAwaitGate', [environmentId: 'e']) } instanceof AbortException
            assert jenkins.calls('sh').size() == 2 && jenkins.build.result == null
        }
    }

    @Test
    void 'failOnError false hands every end over'() {
        [prevented: 'prevented', expired: 'prevented', invalid: 'invalid_gate', '403': 'unauthorized', awaiting: 'awaiting', lost: 'unreachable',
         usage: 'invalid'].each { word, outcome ->
            [false, 'false', 'no'].each { value ->
                fresh()
                answers(word)
                Map result = step('jiraAwaitGate', [environmentId: 'e', timeout: 5, failOnError: value])
                assert result.outcome == outcome && result.exitCode != 0
                assert result.gatingStatus == (DECISIONS[word] ? word : null)
                assert result.changeRequests*.issueKey == (DECISIONS[word] ? ['CHG-1'] : [])
                assert jenkins.echoes.last() == 'jiraAwaitGate: ' + result.message
                assert jenkins.build.result == null
            }
        }
        // No variable of the whole job does.
        fresh().global.JIRA_SEND_FAIL_ON_ERROR = 'false'
        answers('prevented')
        assert thrownBy { step('jiraAwaitGate', [environmentId: 'e']) } instanceof AbortException
    }

    @Test
    void 'an unknown parameter is told once'() {
        answers('awaiting', 'awaiting', 'allowed')
        step('jiraAwaitGate', [environmentId: 'e', timeOut: 5])
        assert jenkins.echoes.count { it.startsWith('jiraAwaitGate: unknown parameter timeOut (did you mean timeout?). ') } == 1
        fresh()
        answers('allowed')
        check("environmentId: 'e', failOnError: false")
        assert jenkins.echoes[0].startsWith('checkGatingStatus: unknown parameter failOnError; known are: environmentId, ')
    }

    @Test
    void 'another credential, also for every question of a wait'() {
        jenkins.credentials['team'] = [kind: 'string', password: 'x']
        answers('awaiting', 'allowed')
        step('jiraAwaitGate', [environmentId: 'e', credentialsId: 'team', clientId: 'client-7'])
        assert jenkins.calls('sh')*.environment*.JIRA_CLIENT_ID == ['client-7', 'client-7']
        assert jenkins.calls('sh')*.environment*.JIRA_CLIENT_SECRET == ['x', 'x']
    }

    @Test
    void 'hostile text stays data'() {
        HostileTextTest.TEXTS.each { String text ->
            fresh()
            jenkins.shell = { JsonOutput.toJson([outcome: 'awaiting', exit_code: 7, message: text, gating_status: text,
                                                 change_requests: [[issue_key: text, issue_link: text], text, null]]) }
            assert jenkins.pipeline('return checkGatingStatus(environmentId: text, stagePattern: text)', [text: text]) == false
            assert jenkins.options == [environmentId: text, stagePattern: text]
            Map result = step('jiraAwaitGate', [environmentId: text, timeout: 1, failOnError: false])
            (jenkins.echoes + result.changeRequests.collectMany { it.values() } + [result.gatingStatus]).each {
                assert !(it =~ /[\p{Cc}\u202a-\u202e]/)
            }
            assert result.changeRequests.size() == 1
        }
    }

    @Test
    void 'a body around a gate that is shut ends as cancelled'() {
        List<String> states = []
        jenkins.shell = { StepCall call ->
            states << ((Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)).state
            return call.environment.JIRA_SEND_COMMAND == 'gate' ? answer('prevented') : FakeJenkins.ACCEPTED
        }
        assert thrownBy { jenkins.pipeline("jiraSendBuildInfo { jiraAwaitGate(environmentId: 'e') }") } instanceof AbortException
        assert states == ['in_progress', null, 'cancelled']
    }
}
