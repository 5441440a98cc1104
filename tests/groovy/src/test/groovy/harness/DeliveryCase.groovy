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

/** How the launcher comes by the binary, in every POSIX shell of the machine: a home, a cache, calls. */
@RunWith(Parameterized)
abstract class DeliveryCase {
    public static final String ANSWER = '{"outcome":"accepted","exit_code":0,"message":"ok"}'
    public static final String VERSION = '9.8.7'
    public static final String SYSTEM = System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'
    public static final String MACHINE = System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64'
    public static final String FILE = "jira-send-${VERSION}-${SYSTEM}-${MACHINE}"
    /** What the launcher needs of an agent, but for the tools that it can choose between. */
    public static final List<String> TOOLS = ['sh', 'uname', 'id', 'ls', 'cat', 'mkdir', 'chmod', 'mv', 'rm', 'rmdir', 'find', 'head', 'tr']

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

    /** A program that tells a version, and leaves a trace of every run. */
    String program(String version = VERSION, String run = "printf '%s\\n' '${ANSWER}'") {
        return "#!/bin/sh\n[ \"\$1\" != --version ] || { echo 'jira-send ${version}'; exit 0; }\necho \"\$0\" >> '${root}/ran'\n${run}\n"
    }

    static String sha256(byte[] bytes) {
        return MessageDigest.getInstance('SHA-256').digest(bytes).encodeHex().toString()
    }

    static String manifest(String text) {
        return "jira-send ${VERSION}\n${'0' * 64} jira-send-${VERSION}-plan9-x86_64\n${sha256(text.getBytes('UTF-8'))} ${FILE}\n"
    }

    /** The environment of one call, with a folder of its own. */
    Map<String, String> environment(Map<String, String> further) {
        calls++
        Map<String, String> all = [JIRA_SEND_COMMAND: 'build', JIRA_SEND_MANIFEST: manifest(program()), HOME: home.path,
            WORKSPACE_TMP: "${root}/shop@tmp".toString(), JIRA_SEND_TMP: "${root}/shop@tmp/jira-send-${calls}".toString()] + further
        return all.findAll { it.value != null }
    }

    Launcher run(Map<String, String> further) {
        return Launcher.run(environment(further), root, shell)
    }

    /** As the step does it when the library carries this file. */
    Launcher handOver(String text, Map<String, String> further = [:]) {
        Map<String, String> environment = environment([JIRA_SEND_FROM_LIBRARY: 'file'] + further)
        File file = new File(environment.JIRA_SEND_TMP, FILE)
        file.parentFile.mkdirs()
        file.setText(text, 'UTF-8')
        Launcher launcher = Launcher.run(environment, root, shell)
        assert !file.parentFile.exists()
        return launcher
    }

    static Map json(Launcher launcher) {
        assert launcher.status == 0
        assert launcher.output.count('\n') == 1 && launcher.output.endsWith('\n')
        return (Map) new JsonSlurper().parseText(launcher.output)
    }

    List<String> getRan() {
        File trace = new File(root, 'ran')
        return trace.exists() ? trace.readLines() : []
    }

    static void permissions(File file, String text) {
        Files.setPosixFilePermissions(file.toPath(), PosixFilePermissions.fromString(text))
    }

    File putInCache(String text, File file = cached) {
        Launcher.program(file, text)
        permissions(file, 'rwx------')
        permissions(file.parentFile, 'rwx------')
        return file
    }

    /** A PATH with these tools only. */
    String tools(List<String> further, List<String> all = TOOLS) {
        File directory = new File(root, 'tools' + calls)
        directory.mkdir()
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

    static boolean has(String tool) {
        return ['/usr/bin', '/bin'].any { new File(it, tool).canExecute() }
    }
}
