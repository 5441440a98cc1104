import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.FakeBuild
import harness.PipelineCase
import harness.StepCall
import org.junit.Before
import org.junit.Test

/** Which commit runs where is remembered from run to run. */
class DeployedTest extends PipelineCase {
    private Map answer

    @Before
    void binary() {
        answer = [outcome: 'accepted', exit_code: 0, message: 'm', issue_keys: [], sites: [],
                  deployed: [place: 'shop/eu-prod', commit: commit(2), state: 'successful', is_rollback: false]]
        answers()
    }

    private void answers() {
        jenkins.shell = { StepCall call -> JsonOutput.toJson(answer) }
    }

    private static FakeBuild run(Map deployed, FakeBuild previous = null) {
        Map variables = deployed == null ? [:] : [JIRA_SEND_DEPLOYED: JsonOutput.toJson(deployed)]
        return new FakeBuild(buildVariables: variables).after(previous)
    }

    /** What each call of the binary got to know. */
    private List brought() {
        return jenkins.calls('sh').collect { new JsonSlurper().parseText(it.environment.JIRA_SEND_DEPLOYED) }
    }

    private Object kept() {
        String text = jenkins.build.buildVariables.JIRA_SEND_DEPLOYED
        return text == null ? null : new JsonSlurper().parseText(text)
    }

    private List<Map> parameters() {
        return jenkins.calls('sh').collect { (Map) new JsonSlurper().parseText(it.environment.JIRA_SEND_PARAMETERS) }
    }

    @Test
    void 'the first deployment knows of none before it'() {
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'successful')")
        assert brought() == [[:]]
        assert kept() == ['shop/eu-prod': commit(2)]
    }

    @Test
    void 'the next run knows, past runs that did not deploy'() {
        FakeBuild old = run(['shop/eu-prod': commit(1), 'shop/qa': commit(7)])
        jenkins.build = run(null, run(null, run(null, old)))
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod')")
        assert brought() == [['shop/eu-prod': commit(1), 'shop/qa': commit(7)]]
        // What is remembered of other environments goes along.
        assert kept() == ['shop/eu-prod': commit(2), 'shop/qa': commit(7)]
    }

    @Test
    void 'a later step of the run knows what an earlier one deployed'() {
        jenkins.build = run(null, run(['shop/qa': commit(7)]))
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'a'); jiraSendDeploymentInfo(environmentId: 'b')")
        assert brought()[1] == ['shop/eu-prod': commit(2), 'shop/qa': commit(7)]
    }

    @Test
    void 'only what went well and is not lost is remembered'() {
        Map waits = [sites: [[site: 's', outcome: 'unreachable', queued: true]]]
        List cases = [
            [[outcome: 'accepted'], 'successful', true],
            [[outcome: 'partly_accepted'], 'successful', true],
            [[outcome: 'rejected'], 'successful', true],
            [[outcome: 'nothing_to_send'], 'successful', true],
            [[outcome: 'accepted'], 'rolled_back', true],
            [[outcome: 'unreachable'] + waits, 'successful', true],
            [[outcome: 'unauthorized', waiting: ['{}'], waiting_left_out: 0], 'successful', true],
            [[outcome: 'unreachable'], 'successful', false],
            [[outcome: 'unauthorized'], 'successful', false],
            [[outcome: 'invalid', exit_code: 2], 'successful', false],
            [[outcome: 'dry_run'], 'successful', false],
            [[outcome: 'accepted'], 'in_progress', false],
            [[outcome: 'accepted'], 'failed', false],
            [[outcome: 'accepted'], 'cancelled', false],
        ]
        for (row in cases) {
            fresh()
            binary()
            answer += row[0]
            answer.deployed.state = row[1]
            jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod')")
            assert (kept() != null) == row[2], row
        }
    }

    @Test
    void 'around a body only the end counts'() {
        jenkins.shell = { StepCall call ->
            Map given = (Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)
            return JsonOutput.toJson(answer + [deployed: answer.deployed + [state: given.state]])
        }
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod') { echo 'deploying' }")
        assert brought() == [[:], [:]]
        assert kept() == ['shop/eu-prod': commit(2)]

        fresh()
        jenkins.shell = { StepCall call ->
            Map given = (Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)
            return JsonOutput.toJson(answer + [deployed: answer.deployed + [state: given.state]])
        }
        thrownBy { jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod') { error('no') }") }
        assert kept() == null
    }

    @Test
    void 'a state that the user gives is no rollback'() {
        jenkins.build = run(null, run(['shop/a': commit(1)]))
        jenkins.pipeline("""
            jiraSendDeploymentInfo(environmentId: 'a', state: 'successful')
            jiraSendDeploymentInfo(environmentId: 'a', state: 'successful', rollbackAs: 'rolled_back')
            jiraSendDeploymentInfo(environmentId: 'a') { echo 'x' }
            jiraSendDeploymentInfo(environmentId: 'a', state: '')
        """)
        assert parameters()*.rollbackAs == ['successful', 'rolled_back', null, null, null]
    }

    @Test
    void 'several repositories are remembered together, and those that were not there stay'() {
        answer.deployed.repositories = [app: commit(2), lib: commit(3)]
        jenkins.build = run(null, run(['shop/eu-prod': commit(1), 'shop/qa': [commit: commit(7), repositories: [app: commit(7)]]]))
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'successful')")
        Map both = [commit: commit(2), repositories: [app: commit(2), lib: commit(3)]]
        Map ofOther = ['shop/qa': [commit: commit(7), repositories: [app: commit(7)]]]
        assert kept() == ['shop/eu-prod': both] + ofOther

        // The next run knows, has no lib, and knows not which repository was built.
        FakeBuild last = jenkins.build
        fresh()
        answer.deployed = [place: 'shop/eu-prod', repositories: [app: commit(4)], state: 'successful', is_rollback: false]
        answers()
        jenkins.build.after(last)
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'successful')")
        assert brought() == [['shop/eu-prod': both] + ofOther]
        assert kept() == ['shop/eu-prod': [repositories: [app: commit(4), lib: commit(3)]]] + ofOther

        // One alone is remembered beside them.
        last = jenkins.build
        fresh()
        binary()
        jenkins.build.after(last)
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod', state: 'successful')")
        assert kept() == ['shop/eu-prod': [commit: commit(2), repositories: [app: commit(4), lib: commit(3)]]] + ofOther
    }

    @Test
    void 'builds do not ask for it'() {
        jenkins.pipeline('jiraSendBuildInfo()')
        assert jenkins.calls('sh')[0].environment.JIRA_SEND_DEPLOYED == null
        assert kept() == null
    }

    @Test
    void 'junk is handed on or left out, and ends nothing'() {
        for (text in ['', 'none', '[1]', '{"a":5,"b":null}', '{"a":{"repositories":[1]},"b":{"repositories":{"x":5}}}', '{"$(touch pwned)\\" ;": "x"}']) {
            fresh()
            answers()
            jenkins.build = new FakeBuild().after(new FakeBuild(buildVariables: [JIRA_SEND_DEPLOYED: text]))
            jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod')")
            assert ((Map) kept())['shop/eu-prod'] == commit(2)
        }
        for (deployed in [null, 'x', [:], [place: 5, commit: 'c', state: 'successful'], [place: 'p', state: 'successful'],
                         [place: 'p', state: 'successful', repositories: 5], [place: 'p', state: 'successful', repositories: [a: 5]]]) {
            fresh()
            answer.deployed = deployed
            answers()
            jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod')")
            assert kept() == null
        }
    }

    @Test
    void 'it never grows beyond what an environment can hold'() {
        Map many = (1..700).collectEntries { [('p' * 80 + it): commit(it)] }
        jenkins.build = run(null, run(many))
        jenkins.pipeline("jiraSendDeploymentInfo(environmentId: 'eu-prod')")
        assert kept() == ['shop/eu-prod': commit(2)]
    }
}
