package harness

import groovy.json.JsonSlurper
import org.junit.Before
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.junit.runners.Parameterized

import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions
import java.security.MessageDigest

/** How the launcher comes by the program, in every POSIX shell of the machine: a home, a cache, calls. */
@RunWith(Parameterized)
abstract class DeliveryCase {
    public static final String ANSWER = '{"protocol":1,"returns":{"outcome":"accepted"}}'
    public static final String VERSION = '9.8.7'
    public static final String SYSTEM = System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'
    public static final String MACHINE = System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64'
    public static final String FILE = "jira-send-${VERSION}-${SYSTEM}-${MACHINE}"
    public static final String NEEDS = "{\"protocol\":1,\"needs\":\"${FILE}\"}\n"
    /** What the launcher needs of an agent, but for the tools that it can choose between. */
    public static final List<String> TOOLS = ['sh', 'uname', 'id', 'ls', 'cat', 'mkdir', 'chmod', 'mv', 'rm', 'rmdir', 'find', 'head', 'tr', 'printf']

    @Parameterized.Parameters(name = '{0}')
    static List<Object[]> shells() {
        return Launcher.SHELLS.collect { [it] as Object[] }
    }

    @Parameterized.Parameter
    public List<String> shell

    @Rule
    public TemporaryFolder folder = new TemporaryFolder()

    File root
    File home
    File cached
    int calls = 0

    @Before
    void start() {
        root = folder.root.canonicalFile
        home = new File(root, 'home dir')
        home.mkdir()
        cached = new File(home, ".cache/jira-send/${FILE}")
    }

    /** A program that has a version, and leaves a trace of every run. */
    String program(String version = VERSION, String run = "printf '%s\\n' '${ANSWER}'") {
        return "#!/bin/sh\n[ \"\$1\" != --version ] || { echo 'jira-send ${version}'; exit 0; }\necho \"\$0\" >> '${root}/ran'\n" +
            "[ \"\$1\" = step ] && [ -r \"\$2\" ] || exit 9\n${run}\n"
    }

    static String sha256(byte[] bytes) {
        return MessageDigest.getInstance('SHA-256').digest(bytes).encodeHex().toString()
    }

    static String manifest(String text) {
        return "jira-send ${VERSION} ${'0' * 64} jira-send-${VERSION}-plan9-x86_64 ${sha256(text.getBytes('UTF-8'))} ${FILE}"
    }

    /** The environment of one call, with a folder of its own that holds the request. */
    Map<String, String> environment(Map<String, String> further) {
        calls++
        File directory = new File(root, "shop@tmp/jira-send-${calls}")
        directory.mkdirs()
        new File(directory, 'request.json').text = '{"protocol":1}'
        Map<String, String> all = [(Launcher.MANIFEST): manifest(program()), HOME: home.path, WORKSPACE_TMP: "${root}/shop@tmp".toString(),
            JIRA_SEND_TMP: directory.path] + further
        return all.findAll { it.value != null }
    }

    /** A call, after which its folder is gone, unless the step is to put the program there. */
    Launcher run(Map<String, String> further) {
        Map<String, String> environment = environment(further)
        Launcher launcher = Launcher.run(environment, root, shell)
        File directory = new File(environment.JIRA_SEND_TMP)
        assert launcher.status == 0
        if (launcher.output == NEEDS) {
            assert directory.list() == ['request.json'] as String[]
            directory.deleteDir()
        }
        assert !directory.exists()
        return launcher
    }

    /** As the step does it when a library has this file. */
    Launcher handOver(String text, Map<String, String> further = [:]) {
        Map<String, String> environment = environment([JIRA_SEND_DELIVERED: 'file'] + further)
        File file = new File(environment.JIRA_SEND_TMP, FILE)
        file.setText(text, 'UTF-8')
        Launcher launcher = Launcher.run(environment, root, shell)
        assert launcher.status == 0 && !file.parentFile.exists()
        return launcher
    }

    /** The text of the problem, which must be the last line and need no escapes. */
    static String problem(Launcher launcher) {
        assert launcher.status == 0 && launcher.output.endsWith('\n')
        String line = launcher.output.readLines().last()
        Map json = (Map) new JsonSlurper().parseText(line)
        assert json.keySet() == ['protocol', 'problem'] as Set && json.protocol == 1
        assert line == "{\"protocol\":1,\"problem\":\"${json.problem}\"}"
        // What is said there is not said in the log as well.
        assert !launcher.errors.contains(json.problem.toString())
        return json.problem
    }

    List<String> getRan() {
        File trace = new File(root, 'ran')
        return trace.exists() ? trace.readLines() : []
    }

    static void permissions(File file, String text) {
        Files.setPosixFilePermissions(file.toPath(), PosixFilePermissions.fromString(text))
    }

    static String permissions(File file) {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file.toPath()))
    }

    File putInCache(String text, File file = cached) {
        Launcher.program(file, text)
        permissions(file, 'rwx------')
        permissions(file.parentFile, 'rwx------')
        return file
    }

    /** A PATH with these tools only; "wget=busybox" is that applet. */
    String tools(List<String> further, List<String> all = TOOLS) {
        File directory = Files.createTempDirectory(root.toPath(), 'tools').toFile()
        (all + further).each { String tool ->
            String name = tool.split('=')[0]
            String target = tool.contains('=') ? tool.split('=')[1] : name
            File found = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].collect { new File(it, target) }.find { it.exists() }
            if (found != null) {
                Files.createSymbolicLink(new File(directory, name).toPath(), found.toPath())
            }
        }
        return directory.path
    }

    /** Whether this shell runs tools of its own that are not in PATH, as some builds of busybox do. */
    boolean hasTool(String tool) {
        ProcessBuilder builder = new ProcessBuilder(shell + ['-c', "command -v ${tool}".toString()])
        builder.environment().put('PATH', '/nowhere')
        return builder.start().waitFor() == 0
    }

    static boolean has(String tool) {
        return ['/usr/bin', '/bin'].any { new File(it, tool).canExecute() }
    }
}
