import harness.FakeJenkins
import harness.MatrixCase
import harness.MatrixStep
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test
import org.junit.runners.Parameterized

/** A user stops the run while a step of the library runs: nothing is told, nothing is left, and a body still gets its end. */
class StopMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.ALL)
    }

    private static final String ALLOWED = '{"outcome":"allowed","exit_code":0,"message":"open","gating_status":"allowed"}'
    private static final String AWAITING = '{"outcome":"awaiting","exit_code":7,"message":"not yet","gating_status":"awaiting"}'
    private static final List<String> STEPS = ['beginWithCredentials', 'pwd', 'isUnix', 'writeFile', 'libraryResource', 'beginWithEnv', 'SHELL', 'echo']

    /** Runs until this step is about to run inside the step of the library for so many times, and stops the run there. */
    private boolean stopAt(String wanted, int times) {
        int seen = 0
        boolean inside = false
        while (machine.running) {
            inside = inside || machine.waiting.name in ['beginWithCredentials', 'beginTimeout'] || (tested.gate && machine.waiting.name == 'beginWithEnv')
            if (inside && machine.waiting.name == wanted) {
                seen++
                if (seen == times) {
                    machine.stop()
                    machine.finish()
                    return true
                }
            }
            machine.step()
        }
        return false
    }

    @Test
    void 'a stop goes through, at whatever step it hits'() {
        STEPS.each { String step ->
            String wanted = step.replace('SHELL', shell)
            cell(['a stop at', wanted], [tested.gate ? ALLOWED : FakeJenkins.ACCEPTED]) {
                begin(tested.gate ? [:] : [title: 'x' * 120000])
                boolean hit = stopAt(wanted, 1)
                // Gates have no files.
                assert hit == !(tested.gate && wanted == 'writeFile')
                assert machine.result == (hit ? 'ABORTED' : 'SUCCESS')
                if (!hit) {
                    return
                }
                assert machine.failure instanceof FlowInterruptedException
                assert !jenkins.kept.contains('after')
                // What was stopped is not told; the end of a body, which comes after, is.
                assert jenkins.echoes == (tested.around ? ["${tested.step}: build 7: sent for ABC-1".toString()] : [])
                if (tested.around) {
                    assert sent.last().state == 'cancelled' && sent.last().budget == 5
                    assert launcher.calls.size() == (wanted == 'echo' ? 2 : 1)
                } else {
                    assert launcher.calls.size() == (wanted == 'echo' ? 1 : 0)
                }
            }
        }
    }

    @Test
    void 'a stop of the end goes through as well'() {
        if (tested.around) {
            ['beginWithCredentials', 'pwd', 'SHELL', 'echo'].each { String step ->
                String wanted = step.replace('SHELL', shell)
                ["milestone 1", "error 'no'"].each { String work ->
                    cell(['a stop of the end at', wanted, work], [FakeJenkins.ACCEPTED]) {
                        begin([:], work)
                        assert stopAt(wanted, 2)
                        assert machine.result == 'ABORTED' && machine.failure instanceof FlowInterruptedException
                        assert launcher.calls.size() == (wanted == 'echo' ? 2 : 1)
                        assert !jenkins.kept.contains('after')
                    }
                }
            }
        }
    }

    @Test
    void 'a stop of a wait, between two questions'() {
        if (tested.step == 'jiraAwaitGate') {
            cell('a stop while it sleeps', [AWAITING]) {
                begin()
                assert stopAt('sleep', 1)
                assert machine.result == 'ABORTED' && machine.failure instanceof FlowInterruptedException
                assert launcher.calls.size() == 1 && jenkins.build.result == null
                assert jenkins.echoes == ['jiraAwaitGate: not yet']
            }
        }
    }
}
