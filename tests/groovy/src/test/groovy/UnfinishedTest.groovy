import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.FakeBuild
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** What a run left in progress, and what found no agent, is sent by a later step or run. */
class UnfinishedTest extends PipelineCase {
    private String kept() {
        return jenkins.build.buildVariables.JIRA_SEND_UNFINISHED
    }

    private List<Map> updates(String text = kept()) {
        return text == null || text == 'none' ? [] : text.readLines().collect { (Map) new JsonSlurper().parseText(it) }
    }

    /** A run after the one that has just been, which ended like this. */
    private void nextRun(String result, Map<String, String> variables = [:]) {
        FakeBuild before = jenkins.build
        before.force(result)
        Map<String, String> global = jenkins.global.findAll { it.key != 'JIRA_SEND_UNFINISHED' }
        fresh()
        jenkins.global.putAll(global + [BUILD_NUMBER: '8', BUILD_URL: 'https://ci.example.com/8/'] + variables)
        jenkins.build.after(before)
    }

    private List<Map> sent() {
        return jenkins.calls('sh').collect { StepCall call ->
            Map options = (Map) new JsonSlurper().parseText((String) call.environment.JIRA_SEND_PARAMETERS)
            [command: call.environment.JIRA_SEND_COMMAND, options: options.findAll { it.key != 'eventTime' }, environment: call.environment]
        }
    }

    @Test
    void 'a run that ends as it should leaves nothing'() {
        jenkins.build.result = 'SUCCESS'
        step('jiraSendBuildInfo')
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu') { }")
        assert updates() == []
        nextRun('SUCCESS')
        jenkins.build.result = 'SUCCESS'
        step('jiraSendBuildInfo')
        assert jenkins.calls('sh').size() == 1
    }

    @Test
    void 'what a killed run left in progress is ended by the next one'() {
        jenkins.global.putAll([BUILD_URL: 'https://ci.example.com/7/', GIT_COMMIT: commit(7), BRANCH_NAME: 'feature/ABC-1', STAGE_NAME: 'deploy'])
        // The controller is killed while the body runs.
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu', serviceIds: ['S'], verify: true) { env.LEFT = env.JIRA_SEND_UNFINISHED }")
        String left = jenkins.build.buildVariables.LEFT
        assert updates() == [] && updates(left).size() == 1
        jenkins.build.buildVariables.JIRA_SEND_UNFINISHED = left
        nextRun('ABORTED', [GIT_COMMIT: commit(8)])
        jenkins.build.result = 'SUCCESS'
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        assert sent()*.command == ['build', 'deployment']
        Map end = sent()[1]
        assert end.options == [environmentId: 'eu', serviceIds: ['S'], state: 'ABORTED', issueKeys: ['ABC-1'], onlyIssueKeys: true,
                               jobName: 'shop', buildNumber: '7', url: 'https://ci.example.com/7/', budget: 5]
        assert end.environment.subMap(['BUILD_NUMBER', 'GIT_COMMIT', 'BRANCH_NAME', 'STAGE_NAME', 'TAG_NAME', 'CHANGE_ID']) ==
            [BUILD_NUMBER: '7', GIT_COMMIT: commit(7), BRANCH_NAME: 'feature/ABC-1', STAGE_NAME: 'deploy', TAG_NAME: ' ', CHANGE_ID: ' ']
        assert end.environment.JIRA_CLIENT_SECRET == FakeJenkins.SECRET
        assert jenkins.echoes == ['jiraSendBuildInfo: left by an earlier run: build 7: sent for ABC-1', 'jiraSendBuildInfo: build 7: sent for ABC-1']
        assert updates().collect { it.done } == [true]
        // Neither this run nor the next one does it again.
        assert step('jiraSendBuildInfo').outcome == 'accepted'
        assert jenkins.calls('sh').size() == 3
        nextRun('SUCCESS')
        step('jiraSendBuildInfo')
        assert jenkins.calls('sh').size() == 1
    }

    @Test
    void 'a scripted pipeline is ended by the next run, when it did not do so itself'() {
        step('jiraSendBuildInfo', [description: 'x'])
        assert updates()*.options*.state == [null]
        nextRun('FAILURE')
        step('jiraSendBuildInfo', [state: 'successful'])
        assert sent()*.options*.state == ['successful', 'FAILURE']
        assert sent()[1].options == [description: 'x', state: 'FAILURE', issueKeys: ['ABC-1'], onlyIssueKeys: true, jobName: 'shop', buildNumber: '7',
                                     repositoryDir: '/no-repository', budget: 5]
        fresh()
        step('jiraSendBuildInfo')
        step('jiraSendBuildInfo', [state: 'successful'])
        assert updates() == []
    }

    @Test
    void 'what is not in progress in Jira needs no end'() {
        [
            ['{"outcome":"nothing_to_send","exit_code":0,"message":"m","issue_keys":[],"sites":[]}', 0],
            ['{"outcome":"rejected","exit_code":1,"message":"m","issue_keys":[],"sites":[{"site":"s","outcome":"rejected","message":"m"}]}', 0],
            ['{"outcome":"unreachable","exit_code":4,"message":"m","issue_keys":["ABC-1"],"sites":[{"site":"s","outcome":"unreachable","queued":true,"message":"m"}]}', 1],
            ['junk', 0],
        ].each { String answer, int count ->
            fresh().shell = { answer }
            step('jiraSendBuildInfo')
            assert updates().size() == count
        }
        fresh()
        step('jiraSendBuildInfo', [dryRun: true])
        step('jiraSendDevInfo')
        assert kept() == null
    }

    @Test
    void 'a run that is still going on is left alone'() {
        step('jiraSendBuildInfo')
        jenkins.build.building = true
        nextRun(null)
        step('jiraSendBuildInfo', [state: 'successful'])
        assert jenkins.calls('sh').size() == 1
    }

    @Test
    void 'what found no agent is sent by the next step that has one'() {
        jenkins.agent = false
        jenkins.failing.beginNode = new FlowInterruptedException()
        jenkins.slow.beginNode = 1100
        jenkins.global.AGENT = 'x'
        jenkins.build.with([[commit(1), 'ABC-9 one']])
        Map result = step('jiraSendBuildInfo', [state: 'failed', agentTimeout: 1, repositories: ['app', 'lib']])
        assert result.outcome == 'unreachable' && result.message.endsWith(' It is kept for the next step that has an agent.')
        assert updates()*.options*.state == ['failed']
        jenkins.agent = true
        jenkins.build.changeSets.clear()
        step('jiraSendDeploymentInfo', [environmentId: 'eu', state: 'successful'])
        assert sent()*.command == ['deployment', 'build']
        assert sent()[1].options.state == 'failed' && sent()[1].environment.JIRA_SEND_CHANGES.endsWith('/changes.jsonl')
        // The repositories of the workspace may have other commits by then; the change log is the same.
        assert sent()[1].options.repositories == null && sent()[1].environment.JIRA_SEND_CHANGES_OF_JENKINS == 'true'
        assert jenkins.calls('writeFile')[0].named.text == JsonOutput.toJson([commit: commit(1), message: 'ABC-9 one']) + '\n'
        assert jenkins.echoes[1] == 'jiraSendDeploymentInfo: left by an earlier step: build 7: sent for ABC-1'
        assert updates() == []
    }

    @Test
    void 'while it cannot be sent, it is tried again by later runs'() {
        ['{"outcome":"unreachable","exit_code":4,"message":"no answer","issue_keys":[],"sites":[]}',
         '{"outcome":"unauthorized","exit_code":3,"message":"no answer","issue_keys":[],"sites":[]}',
         '{"outcome":"invalid","exit_code":127,"message":"no answer","issue_keys":[],"sites":[]}'].each { String answer ->
            fresh()
            step('jiraSendBuildInfo')
            nextRun('FAILURE')
            jenkins.shell = { StepCall call -> call.environment.BUILD_NUMBER == '8' ? FakeJenkins.ACCEPTED : answer }
            step('jiraSendBuildInfo', [state: 'successful'])
            assert jenkins.echoes[0] == 'jiraSendBuildInfo: left by an earlier run: no answer'
            nextRun('SUCCESS', [BUILD_NUMBER: '9'])
            step('jiraSendBuildInfo', [state: 'successful'])
            assert sent()*.environment*.BUILD_NUMBER == ['9', '7']
        }
    }

    @Test
    void 'what Jira does not take now costs the step no more time'() {
        (1..3).each { step('jiraSendBuildInfo', [buildNumber: it]) }
        nextRun('FAILURE')
        String unreachable = '{"outcome":"unreachable","exit_code":4,"message":"no answer","issue_keys":[],"sites":[]}'
        jenkins.shell = { unreachable }
        step('jiraSendBuildInfo', [state: 'successful'])
        assert jenkins.calls('sh').size() == 1
        // Each has a few seconds, and the first that fails is the last that is tried.
        int calls = 0
        jenkins.shell = { ++calls == 1 ? FakeJenkins.ACCEPTED : unreachable }
        step('jiraSendBuildInfo', [state: 'successful', budget: 30])
        assert sent().drop(1)*.options*.budget == [30, 5]
        assert jenkins.echoes.count { it.contains('left by an earlier run: no answer') } == 1
    }

    @Test
    void 'an end that Jira does not get leaves the update to the next run'() {
        ['{"outcome":"rejected","exit_code":1,"message":"m","issue_keys":[],"sites":[]}', 'junk',
         '{"outcome":"unreachable","exit_code":4,"message":"m","issue_keys":["ABC-1"],"sites":[{"site":"s","outcome":"unreachable","queued":false,"message":"m"}]}'].each { String end ->
            fresh()
            int calls = 0
            jenkins.shell = { ++calls == 1 ? FakeJenkins.ACCEPTED : end }
            jenkins.pipeline('jiraSendBuildInfo { }')
            assert updates()*.options*.issueKeys == [['ABC-1']], end
        }
    }

    @Test
    void 'the password of a clone address does not stay with the run'() {
        jenkins.global.putAll([GIT_URL: 'https://ada:hunter2@git.example.com/acme/shop.git', GIT_COMMIT: commit(7)])
        step('jiraSendBuildInfo')
        step('jiraSendDeploymentInfo', [environmentId: 'e', scm: [GIT_URL: 'https://hunter2@git.example.com/acme/lib.git']])
        assert updates()*.variables*.GIT_URL == ['https://git.example.com/acme/shop.git', 'https://git.example.com/acme/lib.git']
        assert !kept().contains('hunter2')
    }

    @Test
    void 'trouble with it does not touch the step, a stop does'() {
        String left = JsonOutput.toJson([name: 'n', command: 'build', options: [state: 'failed'], variables: [:], credential: [id: 'gone', clientId: '']])
        jenkins.build.after(new FakeBuild(result: 'FAILURE', buildVariables: [JIRA_SEND_UNFINISHED: left]))
        assert step('jiraSendBuildInfo', [state: 'successful', failOnError: true]).outcome == 'accepted'
        assert jenkins.echoes[0].startsWith('jiraSendBuildInfo: left by an earlier run: ') && jenkins.echoes[0].contains('gone')

        fresh().build.after(new FakeBuild(result: 'FAILURE', buildVariables: [JIRA_SEND_UNFINISHED: left.replace('gone', 'jira-oauth')]))
        int calls = 0
        jenkins.shell = { if (++calls == 2) { throw new FlowInterruptedException() }; FakeJenkins.ACCEPTED }
        assert thrownBy { step('jiraSendBuildInfo', [state: 'successful']) } instanceof FlowInterruptedException
        fresh().build.after(new FakeBuild(result: 'FAILURE', buildVariables: [JIRA_SEND_UNFINISHED: left.replace('gone', 'jira-oauth')]))
        calls = 0
        jenkins.shell = { if (++calls == 2) { throw new AbortException('script returned exit code 137') }; FakeJenkins.ACCEPTED }
        assert step('jiraSendBuildInfo', [state: 'successful']).outcome == 'accepted'
    }

    @Test
    void 'what somebody else put there is passed over'() {
        ['', 'none', 'junk', '{}', '{"name":1}', '{"name":"n"}', '[1]', '{"name":"n","command":"delete","options":{},"credential":{}}',
         '{"name":"n","command":"build","options":[],"credential":{}}', '{"name":"n","command":"build","options":{}}', '{"name":"n","done":true}',
         '{"name":"n","command":"build"', 'x' * 100_000].each { String text ->
            fresh().build.after(new FakeBuild(result: 'FAILURE', buildVariables: [JIRA_SEND_UNFINISHED: text]))
            jenkins.build.buildVariables.JIRA_SEND_UNFINISHED = text
            assert step('jiraSendBuildInfo', [state: 'successful']).outcome == 'accepted'
            assert jenkins.calls('sh').size() == 1
        }
    }

    @Test
    void 'there is room for so much, and the newest stay'() {
        (1..30).each { step('jiraSendBuildInfo', [buildNumber: it, description: '$(touch pwned)" \u202e\n' + 'x' * 2000]) }
        assert kept().length() < 20_000 && updates()*.options*.buildNumber.last() == 30
        assert updates()*.options*.description.every { it.startsWith('$(touch pwned)" \u202e\n') }
        String before = kept()
        step('jiraSendBuildInfo', [buildNumber: 99, description: 'x' * 15_000])
        assert kept() == before
    }

    @Test
    void 'three are sent at once'() {
        (1..5).each { step('jiraSendBuildInfo', [buildNumber: it]) }
        nextRun('UNSTABLE')
        step('jiraSendBuildInfo', [state: 'successful'])
        assert sent().drop(1)*.options*.buildNumber == [1, 2, 3]
        step('jiraSendBuildInfo', [state: 'successful'])
        assert sent().drop(5)*.options*.buildNumber == [4, 5]
    }
}
