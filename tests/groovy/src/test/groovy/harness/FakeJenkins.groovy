package harness

import groovy.json.JsonSlurper
import hudson.AbortException
import org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException

import java.util.concurrent.TimeUnit

/** One run of a pipeline: its environment, credentials, workspace (real directories), steps, and all they were asked. */
class FakeJenkins {
    static final List<String> BODY_STEPS = ['withEnv', 'withCredentials', 'dir', 'node', 'timeout', 'retry', 'waitUntil']
    static final List<String> DESCRIPTIONS = ['usernamePassword', 'string']
    static final List<String> STEPS = ['beginWithEnv', 'beginWithCredentials', 'beginDir', 'beginNode', 'beginTimeout', 'endBlock', 'deleteDir', 'echo', 'error', 'isUnix',
        'libraryResource', 'powershell', 'pwd', 'sh', 'writeFile', 'sleep', 'milestone']
    static final List<String> NEED_AGENT = ['isUnix', 'powershell', 'pwd', 'sh', 'writeFile', 'beginDir', 'deleteDir']
    static final String SECRET = 'S3cret+with/odd=chars'
    static final String ACCEPTED = '{"outcome":"accepted","exit_code":0,"message":"build 7: sent for ABC-1","issue_keys":["ABC-1"],' +
        '"sites":[{"site":"acme.atlassian.net","outcome":"accepted","accepted":[{"pipelineId":"shop","buildNumber":7}],' +
        '"rejected":[],"unknown_issue_keys":["ABC-2"],"unknown_associations":[],"message":"accepted"}]}'

    /** What Jenkins calls the kind, and the class that its binding wants. */
    private static final Map<String, List<String>> KINDS = [
        usernamePassword: ['Username with password', 'com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials'],
        string          : ['Secret text', 'org.jenkinsci.plugins.plaincredentials.StringCredentials'],
    ]
    private static final ThreadLocal<FakeJenkins> CURRENT = new ThreadLocal<FakeJenkins>()

    final Library library
    final File workspace
    final List<StepCall> calls = []
    final Map<String, String> global = [JOB_NAME: 'shop', BUILD_NUMBER: '7']
    final Map<String, Map<String, String>> credentials = ['jira-oauth': [kind: 'usernamePassword', user: 'client-1', password: SECRET]]
    final Set<String> missingSteps = []
    /** What the sandbox rejected; Jenkins would show each in the log, also those that were caught. */
    final List<String> rejections = []
    final FakeEnv env = new FakeEnv()
    FakeBuild build = new FakeBuild()
    boolean agent = true
    boolean unix = true
    /** Seconds that the pipeline slept. */
    long slept = 0
    /** Name of a step, and what it throws instead of running. */
    Map<String, Throwable> failing = [:]
    /** Name of a step, and the milliseconds that it takes. */
    Map<String, Integer> slow = [:]
    /** Files of the library in place of, or besides, those of the project, such as a release carries them. */
    final Map<String, byte[]> resources = [:]
    /** What sh and powershell do: gets the call (with its environment), gives its standard output. */
    Closure<String> shell = { StepCall call -> ACCEPTED + '\n' }

    private final List<Map<String, String>> blocks = []
    /** Seconds that the block at this depth may take. */
    private final Map<Integer, Long> limits = [:]
    /** The current directory of each block. */
    private final List<File> directories = []
    /** Whether there was an agent around each block. */
    private final List<Boolean> agents = []

    FakeJenkins(File folder, Library library) {
        this.library = library
        this.workspace = new File(folder, 'shop')
        workspace.mkdirs()
    }

    static FakeJenkins current() {
        return CURRENT.get()
    }

    File getTemporary() {
        return new File(workspace.path + '@tmp')
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
        Map<String, String> all = (agent ? [NODE_NAME: 'built-in'] : [:]) + global
        blocks.each { all.putAll(it) }
        return all
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
        return path == null ? [] : new File(path).readLines('UTF-8').collect { (Map) new JsonSlurper().parseText(it) }
    }

    private Object beginWithEnvStep(List values) {
        begin values.collectEntries { Object value ->
            assert value instanceof String && value.contains('=')
            [(value.substring(0, value.indexOf('='))): value.substring(value.indexOf('=') + 1)]
        }
        return null
    }

    private Object beginWithCredentialsStep(List bindings) {
        Map<String, String> bound = [:]
        bindings.each { Map binding ->
            Map<String, String> found = credentials[binding.credentialsId]
            if (found == null) {
                throw new CredentialNotFoundException("Could not find credentials entry with ID '${binding.credentialsId}'")
            }
            if (found.kind != binding.kind) {
                throw new CredentialNotFoundException("Credentials '${binding.credentialsId}' is of type '${KINDS[found.kind][0]}' where " +
                    "'${KINDS[binding.kind][1]}' was expected")
            }
            if (binding.kind == 'string') {
                bound[binding.variable] = found.password
            } else {
                bound[binding.usernameVariable] = found.user
                bound[binding.passwordVariable] = found.password
            }
        }
        begin(bound)
        return null
    }

    private Object beginDirStep(String path) {
        begin([:], new File(path))
        return null
    }

    private Object beginNodeStep(String label) {
        begin([:])
        agent = true
        return null
    }

    private void begin(Map<String, String> environment, File directory = directories ? directories.last() : workspace) {
        agents << agent
        blocks << environment
        directories << directory
    }

    private Object endBlockStep() {
        limits.remove(blocks.size())
        blocks.remove(blocks.size() - 1)
        directories.remove(directories.size() - 1)
        agent = agents.remove(agents.size() - 1)
        return null
    }

    private Object deleteDirStep() {
        assert directories && directories.last().path.startsWith(temporary.path + '/')
        directories.last().deleteDir()
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
        return (arguments.tmp ? temporary : workspace).path
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
        return shell.call(calls.last())
    }

    private Object writeFileStep(Map arguments) {
        File file = new File(arguments.file.toString())
        assert file.absolute
        file.parentFile.mkdirs()
        if (arguments.encoding == 'Base64') {
            file.bytes = arguments.text.toString().decodeBase64()
        } else {
            file.setText(arguments.text.toString(), arguments.encoding.toString())
        }
        return null
    }

    /** For bodies: a step that the library itself does not use. */
    private Object milestoneStep(Object number) {
        return null
    }

    private Object beginTimeoutStep(Map limit) {
        begin([:])
        limits[blocks.size()] = seconds(limit)
        return null
    }

    /** Nobody waits in a test, but for how long is known. */
    private Object sleepStep(Object time) {
        long wanted = time instanceof Map ? seconds(time) : (long) time
        long allowed = limits.findAll { depth, limit -> depth <= blocks.size() }*.value.min() ?: Long.MAX_VALUE
        slept += Math.min(wanted, allowed)
        if (wanted > allowed) {
            throw new FlowInterruptedException()
        }
        return null
    }

    private static long seconds(Map time) {
        assert time.time instanceof Integer
        return TimeUnit.valueOf(time.unit.toString()).toSeconds((long) time.time)
    }
}

/** env: properties and dots, no brackets (the sandbox rejects them). */
class FakeEnv implements Serializable {
    Object getProperty(String name) {
        return FakeJenkins.current().environment().get(name)
    }

    /** For the whole run, and for those who look at it later. */
    void setProperty(String name, Object value) {
        FakeJenkins jenkins = FakeJenkins.current()
        jenkins.global.put(name, value.toString())
        jenkins.build.buildVariables.put(name, value.toString())
    }
}
