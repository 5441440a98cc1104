import harness.CpsMachine
import harness.PipelineCase
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

/** A wait: the program is called again as long as it says so; and how a run ends that may not go on. */
class GateTest extends PipelineCase {
    private static Map later(int seconds, String token, List<String> lines = []) {
        return [again: [seconds: seconds, token: token], returns: null, echo: lines]
    }

    private static final Map OPEN = [returns: [gatingStatus: 'allowed'], echo: ['jiraAwaitGate: open']]

    @Test
    void 'the program is called again with its token after the pause, and its lines are printed'() {
        jenkins.launcher.answer(later(5, 'a', ['jiraAwaitGate: waiting']), later(60, 'b'), OPEN)
        assert step('jiraAwaitGate', [environmentId: 'eu']) == [gatingStatus: 'allowed']
        assert jenkins.launcher.requests*.waiting == [null, 'a', 'b']
        assert jenkins.launcher.requests*.id.unique().size() == 1
        assert jenkins.calls('sleep')*.named == [[time: 5, unit: 'SECONDS'], [time: 60, unit: 'SECONDS']]
        assert jenkins.echoes == ['jiraAwaitGate: waiting', 'jiraAwaitGate: open']
        // Nothing is bound and no block is open while it sleeps.
        assert jenkins.calls('sleep').every { it.environment == jenkins.environment() - [JIRA_SEND_MEMORY: 'none'] + [JIRA_SEND_MEMORY: it.environment.JIRA_SEND_MEMORY] }
    }

    @Test
    void 'without an agent each question takes one for its moment, and the wait none'() {
        jenkins.agent = false
        jenkins.launcher.answer(later(5, 'a'), later(5, 'b'), OPEN)
        step('jiraAwaitGate', [agentLabel: 'linux'])
        assert jenkins.calls('beginNode')*.args == [['linux']] * 3
        assert jenkins.calls('sleep').every { it.environment.NODE_NAME == null }
    }

    @Test
    void 'a wait goes on after a restart in its middle'() {
        jenkins.launcher.answer(later(5, 'a'), later(5, 'b'), OPEN)
        CpsMachine machine = jenkins.start("def gate = jiraAwaitGate(environmentId: 'eu'); return gate.gatingStatus")
        while (machine.waiting.name != 'sleep' || jenkins.calls('sleep').size() < 1) {
            machine.step()
        }
        machine = machine.restarted().finish()
        assert [machine.value, machine.failure] == ['allowed', null]
        assert jenkins.launcher.requests*.waiting == [null, 'a', 'b']
    }

    @Test
    void 'an agent that is away while it waits does not end the wait, one that stays away does'() {
        jenkins.launcher.answer(later(5, 'a'), new IOException('agent-7 is gone'), new IOException('agent-7 is gone'), later(5, 'b'), new AbortException('x'), OPEN)
        assert step('jiraAwaitGate') == [gatingStatus: 'allowed']
        assert jenkins.launcher.requests*.waiting == [null, 'a', 'a', 'a', 'b', 'b']
        assert jenkins.echoes == ['jiraAwaitGate: could not be run: agent-7 is gone; trying again', 'jiraAwaitGate: could not be run: x; trying again',
                                  'jiraAwaitGate: open']
        fresh().launcher.answer(later(5, 'a'), new IOException('agent-7 is gone'))
        assert thrownBy { step('jiraAwaitGate') }.message == 'jiraAwaitGate: could not be run: agent-7 is gone'
        assert jenkins.launcher.requests.size() == 11
        fresh().launcher.answer(new IOException('agent-7 is gone'))
        assert thrownBy { step('jiraAwaitGate') } instanceof AbortException
        assert jenkins.launcher.requests.size() == 1
    }

    @Test
    void 'a stop goes through, while it asks and while it sleeps'() {
        ['sh', 'sleep'].each { String hit ->
            fresh().launcher.answer(later(5, 'a'))
            jenkins.failing[hit] = new FlowInterruptedException()
            assert thrownBy { step('jiraAwaitGate') } instanceof FlowInterruptedException
            assert jenkins.build.result == null
        }
    }

    @Test
    void 'the loop that everybody wrote for the plugin'() {
        String loop = """
            retry(20) {
                waitUntil {
                    sleep time: 30, unit: 'SECONDS'
                    checkGatingStatus(environmentId: 'eu-prod', site: 'acme')
                }
            }
            echo 'deploying'
        """
        Map declined = [setResult: 'ABORTED', fail: 'declined', echo: []]
        Map stopped = [setResult: 'ABORTED', interrupt: true, fail: 'declined again', echo: []]
        [
            // answers, thrown, result, calls
            [[[returns: false], [returns: false], [returns: true]],               null,                      null,      3],
            [[[fail: 'trouble'], [fail: 'trouble'], [returns: false], [returns: true]], null,                null,      4],
            [[[returns: false], declined, stopped],                               FlowInterruptedException,  'ABORTED', 3],
        ].each { List row ->
            fresh().launcher.answer(*row[0])
            CpsMachine machine = jenkins.start(loop).finish()
            assert [machine.failure?.getClass(), jenkins.build.result, jenkins.launcher.requests.size()] == row.drop(1)
            assert jenkins.echoes.contains('deploying') == (row[1] == null)
            assert jenkins.echoes.contains('declined again') == (row[1] != null)
        }
    }
}
