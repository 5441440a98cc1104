package harness

import groovy.json.JsonSlurper
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

import java.util.concurrent.TimeUnit

/** One run of a pipeline: its environment, credentials, workspace (real directories), steps, and all they were asked. */
class FakeJenkins {
    static final List<String> BODY_STEPS = ['withEnv', 'withCredentials', 'dir', 'node', 'timeout', 'retry', 'waitUntil', 'stage', 'script',
        'catchError', 'warnError']
    static final List<String> DESCRIPTIONS = ['usernamePassword', 'string']
    static final List<String> STEPS = ['beginWithEnv', 'beginWithCredentials', 'beginDir', 'beginNode', 'beginTimeout', 'beginStage', 'endBlock',
        'deleteDir', 'echo', 'error', 'isUnix', 'libraryResource', 'powershell', 'pwd', 'sh', 'writeFile', 'sleep', 'milestone', 'keep', 'unstable',
        'markResult', 'parallel']
    static final List<String> NEED_AGENT = ['isUnix', 'powershell', 'pwd', 'sh', 'writeFile', 'beginDir', 'deleteDir']
    static final String SECRET = 'S3cret+with/odd=chars'
    /** What a step adds where nobody said how the run stands. */
    static final String NO_RESULT = ' (in progress, as the run has no result yet: call the step in post { always { } } or with a body, or give a state)'
    static final String ACCEPTED = '{"outcome":"accepted","exit_code":0,"message":"build 7: sent for ABC-1","issue_keys":["ABC-1"],' +
        '"sites":[{"site":"acme.atlassian.net","outcome":"accepted","accepted":[{"pipelineId":"shop","buildNumber":7}],' +
        '"rejected":[],"unknown_issue_keys":["ABC-2"],"unknown_associations":[],"message":"accepted"}]}'

    private static final ThreadLocal<FakeJenkins> CURRENT = new ThreadLocal<FakeJenkins>()

    final Library library
    /** The one machine of this Jenkins. */
    final FakeAgent machine
    final List<StepCall> calls = []
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
    /** Name of a step, and the milliseconds that it takes. */
    Map<String, Integer> slow = [:]
    /** Whether the program is saved and read back at every step, or at fewer. */
    boolean readBack = true
    /** Files of the library in place of, or besides, those of the project, such as a release carries them. */
    final Map<String, byte[]> resources = [:]
    /** What sh and powershell do: gets the call (with its environment), gives its standard output. */
    Closure<String> shell = { StepCall call -> ACCEPTED + '\n' }

    FakeJenkins(File folder, Library library) {
        this.library = library
        this.machine = new FakeAgent(new File(folder, 'shop'))
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
        return this."${call.name}Step"(*call.args)
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

    StepCall getShellCall() {
        assert calls('sh').size() == 1
        return calls('sh')[0]
    }

    /** The options as the binary would read them. */
    Map getOptions() {
        return (Map) new JsonSlurper().parseText(shellCall.environment.JIRA_SEND_PARAMETERS)
    }

    /** The change file as the binary would read it; empty when there was none. */
    List<Map> getChanges() {
        String path = shellCall.environment.JIRA_SEND_CHANGES
        return path == null ? [] : machine.fileOf(path).readLines('UTF-8').collect { (Map) new JsonSlurper().parseText(it) }
    }

    private Object beginWithEnvStep(List values) {
        blocks.begin(values.collectEntries { Object value ->
            assert value instanceof String && value.contains('=')
            [(value.substring(0, value.indexOf('='))): value.substring(value.indexOf('=') + 1)]
        })
        return null
    }

    private Object beginWithCredentialsStep(List bindings) {
        blocks.begin(FakeCredentials.bind(bindings, credentials))
        return null
    }

    private Object beginDirStep(String path) {
        blocks.begin([:], machine.fileOf(path))
        return null
    }

    private Object beginNodeStep(String label) {
        blocks.begin()
        agent = true
        return null
    }

    private Object endBlockStep() {
        blocks.end()
        return null
    }

    private Object deleteDirStep() {
        assert blocks.directory?.path?.startsWith(temporary.path + '/')
        blocks.directory.deleteDir()
        return null
    }

    private Object echoStep(Object message) {
        return null
    }

    private Object errorStep(Object message) {
        throw new AbortException(message.toString())
    }

    private Object isUnixStep() {
        return unix
    }

    private Object libraryResourceStep(String path) {
        return new String(resource(path), 'UTF-8')
    }

    private Object libraryResourceStep(Map arguments) {
        assert arguments.encoding == 'Base64'
        return resource(arguments.resource.toString()).encodeBase64().toString()
    }

    private byte[] resource(String path) {
        return resources[path] ?: Library.resource(path)
    }

    private Object pwdStep(Map arguments) {
        return machine.pathOf(arguments.tmp ? temporary : workspace)
    }

    /** What the pipeline itself runs: all goes well but "exit 7". */
    private Object shStep(String script) {
        def code = (script =~ /^exit (\d+)$/)
        if (code) {
            throw new AbortException('script returned exit code ' + code[0][1])
        }
        return null
    }

    private Object shStep(Map arguments) {
        assert unix
        return shellStep(arguments)
    }

    private Object powershellStep(Map arguments) {
        assert !unix
        return shellStep(arguments)
    }

    private Object shellStep(Map arguments) {
        assert arguments.keySet() == ['script', 'returnStdout', 'encoding', 'label'] as Set
        assert arguments.returnStdout == true && arguments.encoding == 'UTF-8' && arguments.label == 'jira-send'
        StepCall call = calls.last()
        machine.start(call.environment)
        return shell.call(call)
    }

    private Object writeFileStep(Map arguments) {
        File file = machine.fileOf(arguments.file.toString())
        assert file.absolute
        file.parentFile.mkdirs()
        if (arguments.encoding == 'Base64') {
            file.bytes = arguments.text.toString().decodeBase64()
        } else {
            file.setText(arguments.text.toString(), arguments.encoding.toString())
        }
        return null
    }

    private Object keepStep(Object value) {
        kept << value
        return null
    }

    private Object beginStageStep(String name) {
        blocks.beginStage(name)
        return null
    }

    private Object unstableStep(Object message) {
        return markResultStep('UNSTABLE', 'UNSTABLE')
    }

    private Object markResultStep(String ofBuild, String ofStage) {
        // A build that goes on well is given no result.
        build.result = ofBuild == 'SUCCESS' ? build.result : ofBuild
        blocks.worsenStage(ofStage)
        return null
    }

    /** For bodies: a step that the library itself does not use. */
    private Object milestoneStep(Object number) {
        return null
    }

    private Object beginTimeoutStep(Map limit) {
        blocks.begin()
        blocks.limit(seconds(limit))
        return null
    }

    /** Nobody waits in a test, but for how long is known. */
    private Object sleepStep(Object time) {
        long wanted = time instanceof Map ? seconds(time) : (long) time
        slept += Math.min(wanted, blocks.limit)
        if (wanted > blocks.limit) {
            throw new FlowInterruptedException()
        }
        return null
    }

    private static long seconds(Map time) {
        assert time.time instanceof Integer
        return TimeUnit.valueOf(time.unit.toString()).toSeconds((long) time.time)
    }
}
