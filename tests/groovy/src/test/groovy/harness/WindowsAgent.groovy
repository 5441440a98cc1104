package harness

import java.nio.file.Files

/** A Windows agent by Wine: run.bat as the bat step runs it, with stand-ins (resources/windows/tool.c) for the programs. */
class WindowsAgent {
    static final String FILE = 'jira-send-9.8.7-windows-x86_64.exe'
    private static final File TOOLS = new File(Library.ROOT, 'tests/groovy/target/windows')
    private static Boolean available

    private final File root = Files.createTempDirectory('jira-send-windows').toFile().canonicalFile
    private final File directory
    private final File call
    final byte[] program
    String path = ''
    List<String> errors

    WindowsAgent(String name) {
        directory = new File(root, name)
        call = new File(directory, 'workspace@tmp/jira-send-1')
        new File(directory, 'workspace').mkdirs()
        program = new File(TOOLS, 'curl.exe').bytes
    }

    /** Whether cmd runs here. The first call compiles the stand-ins and lets Wine make its folder. */
    static synchronized boolean available() {
        if (available == null) {
            TOOLS.mkdirs()
            File source = new File(Library.ROOT, 'tests/groovy/src/test/resources/windows/tool.c')
            available = ['wine', 'x86_64-w64-mingw32-gcc'].every { new File('/usr/bin', it).canExecute() } &&
                ['certutil', 'curl'].every {
                    ['x86_64-w64-mingw32-gcc', '-O1', '-s', '-o', new File(TOOLS, it + '.exe').path, source.path, '-ladvapi32', '-lshell32'].execute().waitFor() == 0
                } && wine([:], TOOLS, 'cmd', '/c', 'echo ready').outputText.contains('ready')
        }
        return available
    }

    private static Map wine(Map<String, String> environment, File workspace, String... words) {
        ProcessBuilder builder = new ProcessBuilder((['/usr/bin/wine'] + (words as List)) as List<String>).directory(workspace)
        builder.environment().clear()
        builder.environment().putAll([PATH: '/usr/bin:/bin', HOME: TOOLS.path, WINEPREFIX: new File(TOOLS, 'wine').path, WINEDEBUG: '-all', LANG: 'C.UTF-8'] + environment)
        // Files, for Wine's own services hold a pipe open for seconds after the end.
        List<File> written = ['output', 'errors'].collect { Files.createTempFile('jira-send-windows', it).toFile() }
        Process process = builder.redirectOutput(written[0]).redirectError(written[1]).start()
        process.outputStream.close()
        int status = process.waitFor()
        Map done = [status: status, outputText: written[0].getText('UTF-8'), errorText: written[1].getText('UTF-8')]
        written*.delete()
        return done
    }

    private static String pathOf(File file) {
        return 'Z:' + file.path.replace('/', '\\')
    }

    String windows(String name) {
        return pathOf(new File(directory, name))
    }

    File file(String name) {
        return new File(directory, name)
    }

    /** Writes a file, and gives its path for Windows. */
    String put(String name, byte[] bytes) {
        file(name).parentFile.mkdirs()
        file(name).bytes = bytes
        return windows(name)
    }

    void deliver(byte[] bytes) {
        put("workspace@tmp/jira-send-1/${FILE}", bytes)
    }

    String getCached() {
        return windows("cache (1)/${FILE}")
    }

    List<String> getCache() {
        return (file('cache (1)').list() ?: []) as List
    }

    void damage() {
        file("cache (1)/${FILE}").append('x')
    }

    void empty() {
        file('cache (1)').deleteDir()
    }

    /** What is left of the folder of the call; null when it is gone. */
    List<String> getFiles() {
        return call.list() as List
    }

    /** The lines of stdout; those of stderr are in errors. */
    List<String> call(Map<String, String> further = [:]) {
        call.mkdirs()
        new File(call, 'request.json').text = '{}'
        String manifest = further.manifest ?: "jira-send 9.8.7 ${'0' * 64} jira-send-9.8.7-linux-x86_64 ${DeliveryCase.sha256(program)} ${FILE}"
        String script = new String(Library.resource('jira-send/run.bat'), 'US-ASCII')
        String released = script.replaceFirst(/(?m)^set "js_rest=jira-send [^"]*"/, "set \"js_rest=${manifest}\"")
        assert released != script
        new File(root, 'main.bat').setText(released, 'US-ASCII')
        Map<String, String> environment = [JIRA_SEND_TMP: pathOf(directory) + '\\workspace@tmp/jira-send-1', JIRA_SEND_CACHE: windows('cache (1)'),
            WINEPATH: pathOf(TOOLS) + (path ? ';' + path : '')] + further
        Map done = wine(environment.findAll { it.value != null && it.key != 'manifest' }, file('workspace'), 'cmd', '/c', pathOf(new File(root, 'main.bat')))
        assert done.status == 0
        errors = done.errorText.readLines()
        return done.outputText.readLines()
    }

    /** What the stand-in prints: its path, its arguments, whether it could read the request, and an answer. */
    List<String> ran(String path, String secret = '') {
        return [path, 'step', windows('workspace@tmp\\jira-send-1\\request.json'), 'read', "{\"protocol\":1,\"returns\":{\"secret\":\"${secret}\"}}".toString()]
    }

    void remove() {
        root.deleteDir()
    }
}
