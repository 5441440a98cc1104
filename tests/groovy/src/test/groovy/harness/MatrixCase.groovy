package harness

import org.junit.runners.Parameterized

/**
 * Cells of the matrix: a step in a scripted or a Declarative pipeline, on Linux or on Windows, with a trusted or a
 * sandboxed library. Each test goes through its outcomes; what fails names its cell.
 */
abstract class MatrixCase extends PipelineCase {
    static final String WINDOWS = 'Windows'
    static final String DECLARATIVE = 'Declarative'

    @Parameterized.Parameter(1)
    public String name
    @Parameterized.Parameter(2)
    public String style
    @Parameterized.Parameter(3)
    public String system

    CannedLauncher launcher
    CpsMachine machine

    /** Each step with each kind of library, with each style and on each system; not all three together, to be quick. */
    static List<Object[]> cells(List<MatrixStep> steps) {
        return [steps*.name, ['scripted', DECLARATIVE], ['Linux', WINDOWS]].combinations().collect { List cell ->
            boolean sandboxed = (cell[1] == DECLARATIVE) != (cell[2] == WINDOWS)
            ([sandboxed ? 'sandboxed' : 'trusted'] + cell) as Object[]
        }
    }

    MatrixStep getTested() {
        return MatrixStep.ALL.find { it.name == name }
    }

    boolean isDeclarative() {
        return style == DECLARATIVE
    }

    boolean isWindows() {
        return system == WINDOWS
    }

    /** Whether the step says of a run that goes well that it is in progress, for a scripted pipeline has no result yet. */
    boolean isLeftInProgress() {
        return !declarative && !tested.around && tested.command in ['build', 'deployment']
    }

    /** The step that runs the launcher. */
    String getShell() {
        return windows ? 'powershell' : 'sh'
    }

    /** One cell: a fresh run outside any agent, with commits, and what the binary answers in it. */
    void cell(Object outcome, List<Object> answers, Closure check) {
        try {
            fresh()
            jenkins.unix = !windows
            jenkins.agent = false
            jenkins.readBack = false
            jenkins.build.with([[commit(1), 'ABC-7 one']])
            launcher = new CannedLauncher(jenkins, answers)
            check()
            nothingElse()
        } catch (Throwable problem) {
            throw new AssertionError("${mode}, ${name}, ${style}, ${system}, ${outcome}: ${problem}".toString(), problem)
        }
    }

    void perform(Map further = [:], String work = 'milestone 1') {
        begin(further, work)
        machine.finish()
    }

    void begin(Map further = [:], String work = 'milestone 1') {
        machine = jenkins.start(tested.pipeline(declarative, work), [parameters: tested.given + further])
    }

    /** What the step returned, if it can be had: the value of a step in the steps of a Declarative pipeline cannot. */
    Object getReturned() {
        return jenkins.kept.find { it != 'after' }
    }

    boolean isReturnedSeen() {
        return !(declarative && tested.around)
    }

    /** What the binary got in each call, without the time of the event. */
    List<Map> getSent() {
        return launcher.calls*.parameters.collect { Map all -> all.findAll { it.key != 'eventTime' } }
    }

    /** What holds in every cell: nothing is left, nothing is told that is secret, nothing is bound too long. */
    private void nothingElse() {
        assert !machine.running
        assert jenkins.workspace.list() as List == []
        assert (jenkins.temporary.list() ?: []) as List == []
        assert jenkins.rejections == []
        String told = [jenkins.calls*.args, jenkins.kept, machine.failure].toString()
        assert jenkins.credentials.values().every { !told.contains(it.password) }
        assert jenkins.calls.findAll { it.environment.JIRA_CLIENT_SECRET }.every { !(it.name in ['echo', 'error', 'keep', 'milestone']) }
        assert jenkins.echoes.every { !(it =~ /[\p{Cntrl}\u202a-\u202e\u2066-\u2069]/) }
        assert launcher.calls.every { it.command == tested.command && it.environment.JIRA_SEND_FORMAT == 'json' &&
            it.environment.JIRA_SEND_ON_ERROR == 'fail' && it.environment.JIRA_SEND_QUIET == 'true' }
        // The text of the launcher is the same whatever is sent.
        String script = new String(Library.resource(windows ? 'jira-send/run.ps1' : 'jira-send/run.sh'), 'UTF-8')
        assert jenkins.calls(shell).every { it.named.script == script }
        assert jenkins.calls(windows ? 'sh' : 'powershell') == []
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(jenkins.kept)
    }
}
