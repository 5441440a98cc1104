import harness.FakeJenkins
import harness.MatrixCase
import harness.MatrixStep
import org.junit.Test
import org.junit.runners.Parameterized

/** What became of the run, or of the body: what is sent of it, and that the run ends as it would have without the step. */
class ResultsMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.SENDING + MatrixStep.AROUND)
    }

    private static final String TIMEOUT = "timeout(time: 1, unit: 'MINUTES') { sleep time: 2, unit: 'MINUTES' }"
    private static final String CAUGHT = "catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error 'no' }"
    private static final Map<String, List> WORK = [
        // cell                    the work                                               state sent: Declarative, scripted, around    result
        'goes well'             : ["echo 'working'",                                      'SUCCESS',   null,        'successful',     'SUCCESS'],
        'is unstable'           : ["unstable 'x'",                                        'UNSTABLE',  'UNSTABLE',  'UNSTABLE',       'UNSTABLE'],
        'warns of an error'     : ["warnError('x') { error 'no' }",                       'UNSTABLE',  'UNSTABLE',  'UNSTABLE',       'UNSTABLE'],
        'fails'                 : ["error 'no'",                                          'FAILURE',   null,        'failed',         'FAILURE'],
        'has no such step'      : ["nope()",                                              'FAILURE',   null,        'failed',         'FAILURE'],
        'fails, and is caught'  : [CAUGHT,                                                'SUCCESS',   null,        'successful',     'SUCCESS'],
        'takes too long'        : [TIMEOUT,                                               'ABORTED',   null,        'cancelled',      'ABORTED'],
        'is stopped'            : ['milestone 7',                                         'ABORTED',   null,        'cancelled',      'ABORTED'],
        'is stopped, and caught': ["catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') { milestone 7 }",
                                                                                          'ABORTED',   'ABORTED',   'ABORTED',        'ABORTED'],
        'is set to a failure'   : ["script { currentBuild.result = 'FAILURE' }",          'FAILURE',   'FAILURE',   'FAILURE',        'FAILURE'],
        'is set to not built'   : ["script { currentBuild.result = 'NOT_BUILT' }",        'NOT_BUILT', 'NOT_BUILT', 'NOT_BUILT',      'NOT_BUILT'],
        'is set to aborted, and fails': ["script { currentBuild.result = 'ABORTED' }; error 'no'",
                                                                                          'ABORTED',   'ABORTED',   'cancelled',      'ABORTED'],
    ]

    /** Runs the work; a user stops the run where the work waits for it. */
    private void performOrStop(Map further, String work) {
        begin(further, work)
        while (machine.running && machine.waiting.args != [7]) {
            machine.step()
        }
        if (machine.running) {
            machine.stop()
            machine.finish()
        }
    }

    @Test
    void 'the state that is sent is what became of the run or of the body'() {
        WORK.each { String work, List row ->
            cell(work, [FakeJenkins.ACCEPTED]) {
                performOrStop([:], row[0])
                assert machine.result == row[4]
                boolean hasState = tested.command in ['build', 'deployment']
                List<String> states = tested.around ? ['in_progress', row[3]] : [hasState ? declarative ? row[1] : row[2] : null]
                assert sent*.state == states
                boolean unknown = leftInProgress && row[2] == null
                assert jenkins.echoes - 'working' == ["${tested.step}: build 7: sent for ABC-1${unknown ? FakeJenkins.NO_RESULT : ''}".toString()] * tested.calls
                // An end that is sent while a stop is on its way has little time.
                assert sent*.budget == (row[3] == 'cancelled' && tested.around && row[0] in [TIMEOUT, 'milestone 7'] ? [null, 5] : [null] * tested.calls)
                // The issues of the end are those of the beginning.
                assert !tested.around || sent*.issueKeys == [['ABC-1', 'ABC-2'], ['ABC-1']]
                assert jenkins.kept.contains('after') == (tested.around && machine.failure == null)
                assert (machine.failure == null) == !(work in ['fails', 'has no such step', 'takes too long', 'is stopped', 'is set to aborted, and fails'])
            }
        }
    }

    @Test
    void 'what the work threw goes on, whatever Jira says'() {
        String rejected = '{"outcome":"rejected","exit_code":1,"message":"refused","issue_keys":[],"sites":[]}'
        [true, false].each { boolean strict ->
            cell(['fails', strict], [rejected]) {
                perform([failOnError: strict], "error 'no'")
                assert [machine.result, launcher.calls.size()] == ['FAILURE', tested.calls]
                // A scripted finally that throws hides what came before, as Java has it; Declarative keeps the first.
                assert machine.failure.message == (strict && !declarative && !tested.around ? "${tested.step}: refused".toString() : 'no')
            }
        }
        cell('is stopped', [rejected]) {
            performOrStop([failOnError: true], 'milestone 7')
            assert [machine.result, launcher.calls.size()] == ['ABORTED', tested.calls]
        }
    }

    @Test
    void 'the issues of the change log go along, and in a state that is given'() {
        cell('state is given', [FakeJenkins.ACCEPTED]) {
            boolean hasState = tested.command in ['build', 'deployment']
            perform(hasState ? [state: 'rolled_back'] : [:])
            assert sent*.state == (tested.around ? ['in_progress', 'rolled_back'] : [hasState ? 'rolled_back' : null])
            // Commits of git alone make development information.
            assert launcher.calls*.changes*.message == (tested.command == 'dev-info' ? [[]] : [['ABC-7 one']] * tested.calls)
        }
    }
}
