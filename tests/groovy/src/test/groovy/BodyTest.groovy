import groovy.json.JsonSlurper
import harness.CpsMachine
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** Steps around a body: the beginning, the body, its end. */
class BodyTest extends PipelineCase {
    private List<Map> getSent() {
        return jenkins.calls('sh').findAll { it.environment.JIRA_SEND_COMMAND }.collect { StepCall call ->
            (Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)
        }
    }

    @Test
    void 'a body is sent as in progress, then as successful'() {
        Map result = (Map) jenkins.pipeline('''
            return jiraSendDeploymentInfo(environmentId: 'eu-prod', serviceIds: ['svc-1']) { echo 'deploying' }
        ''')
        assert result.outcome == 'accepted'
        assert sent*.state == ['in_progress', 'successful']
        assert sent*.environmentId == ['eu-prod', 'eu-prod']
        assert sent*.serviceIds == [['svc-1'], ['svc-1']]
        assert sent[1].eventTime > sent[0].eventTime
        assert sent*.duration == [null, 0]
        String line = 'jiraSendDeploymentInfo: build 7: sent for ABC-1'
        assert jenkins.echoes == [line, 'deploying', line]
    }

    @Test
    void 'only the end is read back'() {
        jenkins.pipeline("jiraSendBuildInfo(verify: true) { echo 'building' }")
        assert sent*.verify == [false, true]
    }

    @Test
    void 'a build with a body alone has no duration'() {
        jenkins.pipeline("jiraSendBuildInfo { echo 'building' }")
        assert sent*.state == ['in_progress', 'successful']
        assert sent.every { !it.containsKey('duration') }
    }

    @Test
    void 'the report files of another run are not counted at the beginning'() {
        jenkins.global.JIRA_SEND_TEST_REPORTS = '*.trx'
        jenkins.pipeline("jiraSendBuildInfo(testReports: 'a b/*.xml, c/*.xml') { }")
        assert sent*.testReports == [null, ['a b/*.xml, c/*.xml']]
        assert jenkins.calls('sh')*.environment*.JIRA_SEND_TEST_REPORTS*.trim() == ['', '*.trx']
        fresh()
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'e') { }")
        assert sent.every { !it.containsKey('testReports') }
        assert jenkins.echoes.every { !it.contains('unknown') }
    }

    @Test
    void 'the end repeats the issues of the beginning and finds further ones'() {
        jenkins.pipeline('jiraSendBuildInfo { }')
        assert sent*.issueKeys == [null, ['ABC-1']]
        assert sent*.onlyIssueKeys == [null, false]

        fresh().pipeline("jiraSendBuildInfo(issueKeys: 'ABC-1 ABC-7') { }")
        assert sent*.onlyIssueKeys == [true, true]
    }

    @Test
    void 'what the body throws goes on unchanged, as failed'() {
        jenkins.failing.writeFile = new AbortException('script returned exit code 7')
        Throwable thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo(failOnError: true) { writeFile(file: "x", text: "", encoding: "UTF-8") }') }
        assert thrown instanceof AbortException && thrown.message == 'script returned exit code 7'
        assert sent*.state == ['in_progress', 'failed']
    }

    @Test
    void 'a stop, a timeout and a failFast are cancelled and go on'() {
        jenkins.failing.writeFile = new FlowInterruptedException()
        Throwable thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo { writeFile(file: "x", text: "", encoding: "UTF-8") }') }
        assert thrown instanceof FlowInterruptedException
        assert sent*.state == ['in_progress', 'cancelled']
    }

    @Test
    void 'a body that makes the run unstable is sent as unstable'() {
        [UNSTABLE: 'UNSTABLE', FAILURE: 'FAILURE'].each { result, state ->
            fresh()
            FakeJenkins run = jenkins
            run.shell = { StepCall call ->
                if (call.named.script == 'tests') {
                    run.build.result = result
                }
                return FakeJenkins.ACCEPTED
            }
            run.pipeline('''jiraSendBuildInfo {
                sh(script: 'tests', returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
            }''')
            assert sent*.state == ['in_progress', state]
        }
    }

    @Test
    void 'a run that was unstable before does not spoil the body'() {
        jenkins.build.result = 'UNSTABLE'
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'x') { }")
        assert sent*.state == ['in_progress', 'successful']
    }

    @Test
    void 'a given state is the state of a good end only'() {
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'x', state: 'rolled_back') { }")
        assert sent*.state == ['in_progress', 'rolled_back']
        fresh().failing.writeFile = new AbortException('no')
        thrownBy { jenkins.pipeline('''jiraSendDeploymentInfo(environmentId: "x", state: "rolled_back") {
            writeFile(file: "x", text: "", encoding: "UTF-8")
        }''') }
        assert sent*.state == ['in_progress', 'failed']
    }

    @Test
    void 'trouble with Jira does not reach the body'() {
        jenkins.credentials.clear()
        jenkins.pipeline("jiraSendBuildInfo { echo 'built' }")
        assert jenkins.echoes[1] == 'built' && jenkins.calls('sh').empty
    }

    @Test
    void 'failOnError speaks after the body, and only when the body went through'() {
        jenkins.credentials.clear()
        Throwable thrown = thrownBy { jenkins.pipeline("jiraSendBuildInfo(failOnError: true) { echo 'built' }") }
        assert jenkins.echoes.contains('built')
        assert thrown.message.contains("there is no credential 'jira-oauth'")
    }

    @Test
    void 'bodies inside bodies keep apart'() {
        jenkins.pipeline('''
            jiraSendBuildInfo {
                jiraSendDeploymentInfo(environmentId: 'a') { echo 'a' }
                jiraSendDeploymentInfo(environmentId: 'b') { echo 'b' }
            }
        ''')
        assert sent*.environmentId == [null, 'a', 'a', 'b', 'b', null]
        assert sent*.state == ['in_progress', 'in_progress', 'successful', 'in_progress', 'successful', 'successful']
    }

    private static final String IGNORED = ' ignored around a body: beginning and end must differ in them.'

    @Test
    void 'numbers that order updates are left out of both'() {
        [
            // parameters                                              variables                                named in the log
            ['updateSequenceNumber: 7',                                [:],                                     'updateSequenceNumber'],
            ["lastUpdated: '2026-01-01T00:00:00Z'",                    [:],                                     'lastUpdated'],
            ['updateSequenceNumber: 7, lastUpdated: 1700000000123',    [:],                                     'lastUpdated, updateSequenceNumber'],
            ['failOnError: true, updateSequenceNumber: "7"',           [:],                                     'updateSequenceNumber'],
            ['updateSequenceNumber: null, lastUpdated: ""',            [:],                                     null],
            ['site: "x"',                                              [JIRA_SEND_LAST_UPDATED: '1'],           'JIRA_SEND_LAST_UPDATED'],
            ['updateSequenceNumber: 7',                                [JIRA_SEND_UPDATE_SEQUENCE_NUMBER: '1'], 'updateSequenceNumber, JIRA_SEND_UPDATE_SEQUENCE_NUMBER'],
        ].each { List row ->
            fresh().global.putAll(row[1])
            jenkins.pipeline("jiraSendBuildInfo(${row[0]}) { }")
            assert sent.size() == 2 && sent.every { !it.containsKey('updateSequenceNumber') && !it.containsKey('lastUpdated') }
            // Blank variables count as not set.
            assert jenkins.calls('sh').every { !it.environment.JIRA_SEND_UPDATE_SEQUENCE_NUMBER?.trim() && !it.environment.JIRA_SEND_LAST_UPDATED?.trim() }
            assert jenkins.echoes.size() == (row[2] ? 3 : 2)
            assert row[2] == null || jenkins.echoes[0] == 'jiraSendBuildInfo: ' + row[2] + IGNORED
        }
    }

    @Test
    void 'without a body they are sent'() {
        jenkins.global.JIRA_SEND_LAST_UPDATED = '1700000000123'
        step('jiraSendBuildInfo', [updateSequenceNumber: 7])
        assert jenkins.options.updateSequenceNumber == 7
        assert jenkins.shellCall.environment.JIRA_SEND_LAST_UPDATED == '1700000000123'
    }

    @Test
    void 'a given time of the event is the beginning, the end is later'() {
        long future = System.currentTimeMillis() + 86_400_000L
        String day = new Date(future).format("yyyy-MM-dd'T'HH:mm:ss", TimeZone.getTimeZone('UTC'))
        String shifted = new Date(future + 7_200_000L).format("yyyy-MM-dd HH:mm:ss", TimeZone.getTimeZone('UTC'))
        [
            // eventTime                      the end is later than
            [1700000000123L,                  System.currentTimeMillis() - 1],
            ['1700000000123',                 System.currentTimeMillis() - 1],
            ['2026-01-01T00:00:00Z',          System.currentTimeMillis() - 1],
            ['tomorrow',                      System.currentTimeMillis() - 1],
            [future,                          future],
            [" ${future} ".toString(),        future],
            [day + 'Z',                       future],
            [day + '.999Z',                   future],
            [shifted + '.5+02:00',            future],
            [day.toLowerCase() + 'z',         future],
        ].each { List row ->
            fresh().pipeline('jiraSendDeploymentInfo(eventTime: time) { }', [time: row[0]])
            assert sent[0].eventTime == row[0]
            assert sent[1].eventTime > row[1] && sent[1].eventTime < row[1] + 60_000L
            assert sent[1].duration == 0
        }
    }

    @Test
    void 'an Error of the body goes on, as failed'() {
        Throwable thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo { nope() }') }
        assert thrown instanceof NoSuchMethodError && thrown.message.startsWith("No such DSL method 'nope'")
        assert sent*.state == ['in_progress', 'failed']

        [new StackOverflowError('deep'), new AssertionError((Object) 'x'), new OutOfMemoryError('heap')].each { Throwable own ->
            fresh().failing.milestone = own
            thrown = thrownBy { jenkins.pipeline('jiraSendBuildInfo { milestone 1 }') }
            assert thrown.getClass() == own.getClass() && thrown.message == own.message
            assert sent*.state == ['in_progress', 'failed']
        }
    }

    /** Steps of the end fail from here on. */
    private void failAtTheEnd(Map<String, Throwable> failing) {
        FakeJenkins run = jenkins
        run.shell = { StepCall call ->
            if (call.named.script == 'body') {
                run.failing.putAll(failing)
                throw new AbortException('script returned exit code 7')
            }
            return FakeJenkins.ACCEPTED
        }
    }

    private static final String FAILING_BODY = """jiraSendBuildInfo(failOnError: true) {
        sh(script: 'body', returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
    }"""

    @Test
    void 'an interruption of the end goes on'() {
        ['isUnix', 'pwd', 'beginWithCredentials', 'beginWithEnv', 'sh', 'echo'].each { name ->
            fresh()
            failAtTheEnd([(name): new FlowInterruptedException()])
            assert thrownBy { jenkins.pipeline(FAILING_BODY) } instanceof FlowInterruptedException
            // After a good body, too.
            FakeJenkins run = fresh()
            CpsMachine machine = run.start('jiraSendBuildInfo { milestone 1 }')
            while (machine.waiting.name != 'milestone') {
                machine.step()
            }
            machine.step()
            run.failing[name] = new FlowInterruptedException()
            assert machine.finish().failure instanceof FlowInterruptedException
        }
    }

    @Test
    void 'trouble at the end does not hide what the body threw'() {
        ['isUnix', 'pwd', 'beginWithCredentials', 'sh', 'echo'].each { name ->
            [new AbortException('no'), new IOException('agent is gone'), new IllegalStateException('no')].each { Throwable trouble ->
                fresh()
                failAtTheEnd([(name): trouble])
                Throwable thrown = thrownBy { jenkins.pipeline(FAILING_BODY) }
                assert thrown instanceof AbortException && thrown.message == 'script returned exit code 7'
            }
        }
    }

    @Test
    void 'trouble at the end after a good body is told as ever'() {
        FakeJenkins run = jenkins
        run.shell = { StepCall call ->
            call.environment.JIRA_SEND_PARAMETERS.contains('in_progress') ? FakeJenkins.ACCEPTED :
                '{"outcome":"rejected","exit_code":1,"message":"no","issue_keys":[],"sites":[]}'
        }
        assert thrownBy { run.pipeline('jiraSendBuildInfo(failOnError: true) { }') }.message == 'jiraSendBuildInfo: no'
    }

    @Test
    void 'after an interruption the end has little time'() {
        [
            // parameter   variable   budget of the end
            [null,         null,      5],
            [60,           null,      5],
            [3,            null,      3],
            ['2',          '60',      2],
            ['',           '4',       4],
            [60,           '4',       5],
            ['soon',       null,      5],
            [0,            null,      5],
        ].each { List row ->
            fresh().failing.milestone = new FlowInterruptedException()
            if (row[1] != null) {
                jenkins.global.JIRA_SEND_BUDGET = row[1]
            }
            thrownBy { jenkins.pipeline('jiraSendBuildInfo(budget: budget) { milestone 1 }', [budget: row[0]]) }
            assert sent*.budget == [row[0] == '' ? null : row[0], row[2]]
        }
        fresh().failing.milestone = new AbortException('no')
        thrownBy { jenkins.pipeline('jiraSendBuildInfo(budget: 60) { milestone 1 }') }
        assert sent*.budget == [60, 60]
    }

    @Test
    void 'two bodies at the same time keep apart'() {
        List<FakeJenkins> runs = [1, 2].collect { int number ->
            FakeJenkins run = fresh()
            run.build.with([[commit(number), 'ABC-' + number + ' one']])
            run.shell = { FakeJenkins.ACCEPTED.replace('"issue_keys":["ABC-1"]', '"issue_keys":["ABC-' + number + '"]') }
            return run
        }
        List<CpsMachine> machines = [
            runs[0].start("return jiraSendDeploymentInfo(environmentId: 'a', state: 'rolled_back') { echo 'a'; milestone 1 }"),
            runs[1].start("return jiraSendDeploymentInfo(environmentId: 'b') { milestone 1; echo 'b'; error 'no' }"),
        ]
        while (machines.any { it.running }) {
            machines.findAll { it.running }*.step()
        }

        assert machines[0].failure == null && machines[0].value.issueKeys == ['ABC-1']
        assert machines[1].failure.message == 'no'
        List<List<Map>> all = runs.collect { jenkins = it; sent }
        assert all*.environmentId == [['a', 'a'], ['b', 'b']]
        assert all*.state == [['in_progress', 'rolled_back'], ['in_progress', 'failed']]
        assert all*.issueKeys == [[null, ['ABC-1']], [null, ['ABC-2']]]
        List<String> directories = runs.collectMany { it.calls('sh')*.environment*.JIRA_SEND_TMP }
        assert directories.unique().size() == 4
    }

    @Test
    void 'a stop while the beginning is being sent still has its end'() {
        FakeJenkins run = jenkins
        int calls = 0
        run.shell = { StepCall call ->
            calls++
            if (calls == 1) {
                throw new FlowInterruptedException()
            }
            return FakeJenkins.ACCEPTED
        }
        Throwable thrown = thrownBy { jenkins.pipeline("jiraSendBuildInfo { echo 'never' }") }
        assert thrown instanceof FlowInterruptedException
        assert !jenkins.echoes.contains('never')
        assert sent*.state == ['in_progress', 'cancelled']
        assert sent[1].eventTime > sent[0].eventTime
    }

    @Test
    void 'a time of the clock is told from one that the user gave'() {
        jenkins.pipeline("""
            jiraSendBuildInfo()
            jiraSendBuildInfo(eventTime: 1700000000123)
            jiraSendBuildInfo { }
            jiraSendBuildInfo(eventTime: 1700000000123) { }
        """)
        assert jenkins.calls('sh')*.environment*.JIRA_SEND_EVENT_TIME_BY_CONTROLLER ==
            ['true', 'false', 'true', 'true', 'false', 'false']
    }
}
