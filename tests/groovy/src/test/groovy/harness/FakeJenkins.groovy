package harness

import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

/** One run of a pipeline: its environment, credentials, workspace (real directories), steps, and all they were asked. */
class FakeJenkins {
    static final List<String> BODY_STEPS = ['withEnv', 'withCredentials', 'dir', 'node', 'timeout', 'retry', 'waitUntil', 'stage', 'script',
        'catchError', 'warnError']
    static final List<String> DESCRIPTIONS = ['usernamePassword', 'string']
    static final List<String> STEPS = ['beginWithEnv', 'beginWithCredentials', 'beginDir', 'beginNode', 'beginTimeout', 'beginStage', 'endBlock',
        'deleteDir', 'echo', 'error', 'isUnix', 'library', 'libraryResource', 'bat', 'pwd', 'sh', 'writeFile', 'sleep', 'milestone', 'keep', 'unstable',
        'markResult', 'parallel', 'junit', 'archiveArtifacts']
    static final List<String> NEED_AGENT = ['isUnix', 'bat', 'pwd', 'sh', 'writeFile', 'beginDir', 'deleteDir']
    static final String SECRET = 'S3cret+with/odd=chars'
    private final FakeSteps steps = new FakeSteps(this)
    private static final ThreadLocal<FakeJenkins> CURRENT = new ThreadLocal<FakeJenkins>()

    final Library library
    /** The one machine of this Jenkins. */
    final FakeAgent machine
    final List<StepCall> calls = []
    /** Runs in place of the launcher and the program, unless a test says otherwise. */
    final CannedLauncher launcher
    final Map<String, String> global = [JOB_NAME: 'shop', BUILD_NUMBER: '7']
    final Map<String, Map<String, String>> credentials = ['jira-oauth': [kind: 'usernamePassword', user: 'client-1', password: SECRET]]
    final Set<String> missingSteps = []
    /** What the sandbox rejected; Jenkins would show each in the log, also those that were caught. */
    final List<String> rejections = []
    final FakeEnv env = new FakeEnv()
    FakeBuild build = new FakeBuild()
    /** Around the branch of the pipeline that runs now. */
    Blocks blocks = new Blocks()
    /** What checkout scm gives: as variables where a Declarative pipeline has an agent, else as the value of checkout alone. */
    Map<String, String> checkout = [:]
    /** What the pipeline handed out to be looked at: keep(value). */
    final List kept = []
    /** Seconds that the pipeline slept. */
    long slept = 0
    /** Name of a step, and what it throws instead of running. */
    Map<String, Throwable> failing = [:]
    /** What sh does with a command of the pipeline itself: gets the command and the call, gives the exit code. */
    Closure<Integer> command = { String script, StepCall call -> 0 }
    /** Name of a step, and the milliseconds that it takes. */
    Map<String, Integer> slow = [:]
    /** Whether the program is saved and read back at every step, or at fewer. */
    boolean readBack = true
    /** Files of the library in place of, or besides, those of the project, such as a release carries them. */
    final Map<String, byte[]> resources = [:]
    /** Further libraries by name and version, with the files that each of them carries. */
    final Map<String, Map<String, byte[]>> libraries = [:]
    /** What sh and bat do for the launcher: gets the call (with its environment), gives its standard output. */
    Closure<String> shell

    FakeJenkins(File folder, Library library) {
        this.library = library
        this.machine = new FakeAgent(new File(folder, 'shop'))
        this.launcher = new CannedLauncher(this)
    }

    static FakeJenkins current() {
        return CURRENT.get()
    }

    File getWorkspace() {
        return machine.workspace
    }

    File getTemporary() {
        return machine.temporary
    }

    boolean isUnix() {
        return machine.unix
    }

    void setUnix(boolean unix) {
        machine.unix = unix
    }

    boolean isAgent() {
        return blocks.agent
    }

    void setAgent(boolean agent) {
        blocks.agent = agent
    }

    /** Runs a pipeline to its end; gives its value, throws what it failed with. */
    Object pipeline(String text, Map<String, Object> variables = [:]) {
        CpsMachine machine = start(text, variables).finish()
        if (machine.failure != null) {
            throw machine.failure
        }
        return machine.value
    }

    CpsMachine start(String text, Map<String, Object> variables = [:]) {
        Script script = library.pipeline(text)
        variables.each { name, value -> script.getBinding().setVariable(name, value) }
        return new CpsMachine(this, script)
    }

    Object inside(Closure action) {
        CURRENT.set(this)
        SandboxRules rules = library.sandboxed ? new SandboxRules(rejections) : null
        rules?.register()
        try {
            return action()
        } finally {
            rules?.unregister()
            CURRENT.remove()
        }
    }

    Map<String, String> environment() {
        return machine.environment([agent ? machine.variables : [:], global] + blocks.variables)
    }

    boolean hasStep(String name) {
        return STEPS.contains(name) && !missingSteps.contains(name)
    }

    Object run(StepCall call) {
        call.environment = environment()
        calls << call
        Thread.sleep(slow[call.name] ?: 0)
        if (failing[call.name] != null) {
            throw failing[call.name]
        }
        if (!agent && NEED_AGENT.contains(call.name)) {
            throw new MissingContextVariableException('class hudson.FilePath')
        }
        return steps."${call.name}Step"(*call.args)
    }

    /** What a build would end with that ends here, or a stage. */
    String resultOf(Throwable error, boolean ofStage) {
        String soFar = ofStage ? FakeBuild.worse(build.currentResult, blocks.stageResult) : build.currentResult
        return FakeBuild.worse(soFar, error == null ? null : error instanceof FlowInterruptedException ? 'ABORTED' : 'FAILURE')
    }

    /** What NAME = credentials('id') of a Declarative pipeline binds. */
    List<Map> bindings(String name, String id) {
        return FakeCredentials.bindings(name, id, credentials[id])
    }

    List<StepCall> calls(String name) {
        return calls.findAll { it.name == name }
    }

    List<String> getEchoes() {
        return calls('echo')*.args.collect { it[0].toString() }
    }
}
