import groovy.json.JsonSlurper
import harness.FakeJenkins
import harness.PipelineCase
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** jiraSendDevInfo and jiraSendFeatureFlag, and the checkout of a scripted pipeline. */
class DevInfoAndFlagsTest extends PipelineCase {
    private static final List<String> SENDING = ['jiraSendBuildInfo', 'jiraSendDeploymentInfo', 'jiraSendDevInfo', 'jiraSendFeatureFlag']

    private Map optionsOf(String name, Map parameters) {
        fresh()
        assert step(name, parameters).outcome == 'accepted'
        return jenkins.options.findAll { it.key != 'eventTime' }
    }

    /** The file of flags as the binary would read it. */
    private Object getFlags() {
        String path = jenkins.shellCall.environment.JIRA_SEND_FILE
        assert path == jenkins.shellCall.environment.JIRA_SEND_TMP + '/flags.json'
        return new JsonSlurper().parse(new File(path), 'UTF-8')
    }

    @Test
    void 'development information is sent with one shell step, and is made of the commits of git alone'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']]).result = 'FAILURE'
        Map result = (Map) jenkins.pipeline('def result = jiraSendDevInfo(); sleep 1; return result')
        assert [result.outcome, result.exitCode, result.issueKeys] == ['accepted', 0, ['ABC-1']]
        Map seen = jenkins.shellCall.environment
        assert [seen.JIRA_SEND_COMMAND, seen.JIRA_SEND_FORMAT, seen.JIRA_CLIENT_SECRET] == ['dev-info', 'json', FakeJenkins.SECRET]
        assert seen.JIRA_SEND_CHANGES == null && seen.JIRA_SEND_FILE == null
        assert jenkins.options.keySet() == ['eventTime'] as Set
        assert jenkins.echoes == ['jiraSendDevInfo: build 7: sent for ABC-1']
    }

    @Test
    void 'parameters of development information'() {
        [
            // written                                                  handed over
            [[pullRequest: 7, pullRequestStatus: 'merged'],             [pullRequest: 7, pullRequestStatus: 'merged']],
            [[commitUrl: '{repository}/show/{commit}', fileUrl: ''],    [commitUrl: '{repository}/show/{commit}']],
            [[smartCommits: 'true', allEntities: false],                [smartCommits: true, allEntities: false]],
            [[all: true, branches: ['release/*', '']],                  [all: true, branches: ['release/*']]],
            [[issueKeys: 'ABC-1', property: [team: 'a']],               [issueKeys: ['ABC-1'], onlyIssueKeys: true, property: ['team=a']]],
            [[branch: "feature/ABC-${1}", repositoryId: 'r'],           [branch: 'feature/ABC-1', repositoryId: 'r']],
        ].each { List<Map> row ->
            assert optionsOf('jiraSendDevInfo', row[0]) == row[1]
        }
        ['changes', 'message', 'state', 'testResults', 'flags', 'flagKey'].each { name ->
            assert optionsOf('jiraSendDevInfo', [(name): 'x']) == [:]
            assert jenkins.echoes[0].startsWith("jiraSendDevInfo: unknown parameter ${name}")
        }
    }

    @Test
    void 'a flag is sent with its options, and belongs to the issues of the run'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']]).result = 'FAILURE'
        assert step('jiraSendFeatureFlag', [flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: ['production', 'EU 2']]).outcome == 'accepted'
        assert jenkins.shellCall.environment.JIRA_SEND_COMMAND == 'feature-flag'
        assert jenkins.options.findAll { it.key != 'eventTime' } == [
            flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: ['production', 'EU 2']]
        assert jenkins.changes*.message == ['ABC-1 one']
        assert jenkins.echoes == ['jiraSendFeatureFlag: build 7: sent for ABC-1']
    }

    @Test
    void 'flags of the pipeline go through a file of the call'() {
        List<Map> flags = [[key: "new-${'cart'}", enabled: true, rollout: 25, issueKeys: ['ABC-1'], environments: [[name: 'production']]],
                           [key: 'old', enabled: false, rollout: [rules: 3], description: null]]
        List<Map> plain = [[key: 'new-cart', enabled: true, rollout: 25, issueKeys: ['ABC-1'], environments: [[name: 'production']]],
                           [key: 'old', enabled: false, rollout: [rules: 3], description: null]]
        [
            // written                                      file
            [flags,                                         [flags: plain]],
            [flags as Map[],                                [flags: plain]],
            [flags[0],                                      [flags: [plain[0]]]],
            [[flags: flags, properties: [team: 'a']],       [flags: plain, properties: [team: 'a']]],
            [[],                                            [flags: []]],
        ].each { List row ->
            fresh().build.with([[commit(1), 'ABC-9 not about the flags']])
            assert step('jiraSendFeatureFlag', [flags: row[0]]).outcome == 'accepted'
            assert this.flags == row[1]
            assert jenkins.options.keySet() == ['eventTime'] as Set
            // Many flags are not about this run.
            assert jenkins.shellCall.environment.JIRA_SEND_CHANGES == null
        }
    }

    @Test
    void 'flags from a file in the workspace'() {
        jenkins.build.with([[commit(1), 'ABC-9 not about the flags']])
        step('jiraSendFeatureFlag', [file: 'flags.json', issueKeys: 'ABC-1', onlyIssueKeys: false])
        assert jenkins.options.findAll { it.key != 'eventTime' } == [file: 'flags.json', issueKeys: ['ABC-1'], onlyIssueKeys: false]
        assert jenkins.shellCall.environment.JIRA_SEND_CHANGES == null && jenkins.shellCall.environment.JIRA_SEND_FILE == null
    }

    @Test
    void 'flags that are none, or are said twice, are told'() {
        [[flags: 'new-cart'], [flags: 5], [flags: true]].each { Map wrong ->
            fresh()
            step('jiraSendFeatureFlag', wrong + [flagKey: 'x'])
            assert jenkins.echoes[0] == 'jiraSendFeatureFlag: flags must be a list of maps, one for each flag. It is ignored.'
            assert jenkins.options.flagKey == 'x' && jenkins.shellCall.environment.JIRA_SEND_FILE == null
        }
        fresh()
        step('jiraSendFeatureFlag', [flags: [[key: 'x']], file: 'flags.json'])
        assert jenkins.echoes[0].startsWith('jiraSendFeatureFlag: flags and file cannot be given both; file is taken.')
        assert jenkins.options.file == 'flags.json' && jenkins.shellCall.environment.JIRA_SEND_FILE == null
        [[flags: null], [flags: '']].each { Map none ->
            fresh()
            step('jiraSendFeatureFlag', none + [flagKey: 'x'])
            assert jenkins.echoes.size() == 1
        }
        fresh()
        assert thrownBy { step('jiraSendFeatureFlag', [flags: 5, failOnError: true]) }.message ==
            'jiraSendFeatureFlag: flags must be a list of maps, one for each flag. Nothing was sent.'
    }

    @Test
    void 'hostile flags stay data'() {
        List<Map> flags = HostileTextTest.TEXTS.collect { [key: it, (it): it, environments: [[name: it]]] }
        step('jiraSendFeatureFlag', [flags: flags])
        assert this.flags == [flags: flags]
        assert new File(jenkins.shellCall.environment.JIRA_SEND_FILE).text ==~ /[ -~]*/
        assert jenkins.shellCall.environment.every { name, value -> !value.contains('touch pwned') }
    }

    @Test
    void 'the file of flags is not left when the launcher did not run to its end'() {
        [new AbortException('script returned exit code 137'), new FlowInterruptedException()].each { Throwable problem ->
            fresh().failing.sh = problem
            try {
                step('jiraSendFeatureFlag', [flags: [[key: 'x']]])
            } catch (FlowInterruptedException stop) {
                assert problem instanceof FlowInterruptedException
            }
            assert jenkins.calls('writeFile').size() == 1
            assert (jenkins.temporary.list() as List) == []
        }
    }

    @Test
    void 'what checkout returned takes the place of the variables that a scripted pipeline does not have'() {
        Map checkout = [GIT_URL: 'https://git.example.com/acme/shop.git', GIT_COMMIT: commit(7), GIT_BRANCH: 'origin/feature/ABC-1',
                        GIT_PREVIOUS_SUCCESSFUL_COMMIT: commit(6), GIT_LOCAL_BRANCH: null, GIT_URL_1: "a${1}", PATH: '/evil', SVN_REVISION: '5',
                        'GIT_X=1\nY': 'z']
        SENDING.each { name ->
            fresh().global.GIT_COMMIT = commit(1)
            step(name, [scm: checkout])
            assert jenkins.shellCall.environment.findAll { it.key.startsWith('GIT') } == [
                GIT_URL: 'https://git.example.com/acme/shop.git', GIT_COMMIT: commit(7), GIT_BRANCH: 'origin/feature/ABC-1',
                GIT_PREVIOUS_SUCCESSFUL_COMMIT: commit(6), GIT_URL_1: 'a1']
            assert jenkins.shellCall.environment.PATH == null
            assert !jenkins.options.containsKey('scm') && jenkins.echoes.size() == 1
        }
        HostileTextTest.TEXTS.each { String text ->
            fresh()
            step('jiraSendDevInfo', [scm: [GIT_BRANCH: text]])
            assert jenkins.shellCall.environment.GIT_BRANCH == text
        }
    }

    @Test
    void 'a checkout around a body is that of both ends'() {
        jenkins.pipeline("jiraSendBuildInfo(scm: [GIT_BRANCH: 'origin/ABC-1']) { echo 'x' }")
        assert jenkins.calls('sh')*.environment*.GIT_BRANCH == ['origin/ABC-1', 'origin/ABC-1']
    }

    @Test
    void 'a checkout that is none is told'() {
        ['hudson.plugins.git.GitSCM@1', 5, [1], true].each { Object wrong ->
            fresh()
            assert step('jiraSendDevInfo', [scm: wrong]).outcome == 'accepted'
            assert jenkins.echoes[0] == 'jiraSendDevInfo: scm must be what checkout returns, as in scm: checkout(scm), or a list of that. It is ignored.'
        }
        [null, '', [:]].each { Object none ->
            fresh()
            step('jiraSendDevInfo', [scm: none])
            assert jenkins.echoes.size() == 1
        }
    }

    @Test
    void 'failures are told or fail the build, as everywhere'() {
        ['jiraSendDevInfo', 'jiraSendFeatureFlag'].each { name ->
            fresh().credentials.clear()
            Map result = step(name)
            assert [result.outcome, result.exitCode] == ['unauthorized', 3]
            assert jenkins.echoes == [name + ': ' + result.message]
            fresh().global.JIRA_SEND_FAIL_ON_ERROR = 'true'
            jenkins.credentials.clear()
            assert thrownBy { step(name) } instanceof AbortException
            fresh().failing.sh = new FlowInterruptedException()
            assert thrownBy { step(name, [failOnError: true]) } instanceof FlowInterruptedException
        }
    }
}
