import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import groovy.json.JsonSlurper
import harness.Launcher
import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.junit.runners.Parameterized

import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions
import java.security.MessageDigest

/** How the launcher comes by the binary: each place, good and bad, in every POSIX shell of the machine. */
@RunWith(Parameterized)
class DeliveryTest {
    private static final String ANSWER = '{"outcome":"accepted","exit_code":0,"message":"ok"}'
    private static final String VERSION = '9.8.7'
    private static final String SYSTEM = System.getProperty('os.name').startsWith('Mac') ? 'macos' : 'linux'
    private static final String MACHINE = System.getProperty('os.arch') in ['amd64', 'x86_64'] ? 'x86_64' : 'aarch64'
    private static final String FILE = "jira-send-${VERSION}-${SYSTEM}-${MACHINE}"
    /** What the launcher needs of an agent, but for the tools that it can choose between. */
    private static final List<String> TOOLS = ['sh', 'uname', 'id', 'ls', 'cat', 'mkdir', 'chmod', 'mv', 'rm', 'rmdir', 'find', 'head', 'tr']

    @Parameterized.Parameters(name = '{0}')
    static List<Object[]> shells() {
        return Launcher.SHELLS.collect { [it] as Object[] }
    }

    @Parameterized.Parameter
    public List<String> shell

    @Rule
    public TemporaryFolder folder = new TemporaryFolder()
    private File root
    private File home
    private File cached
    private HttpServer mirror
    private int calls = 0

    @Before
    void start() {
        root = folder.root.canonicalFile
        home = new File(root, 'home dir')
        home.mkdir()
        cached = new File(home, ".cache/jira-send/${FILE}")
    }

    @After
    void stop() {
        mirror?.stop(0)
    }

    /** A program that tells a version, and leaves a trace of every run. */
    private String program(String version = VERSION, String run = "printf '%s\\n' '${ANSWER}'") {
        return "#!/bin/sh\n[ \"\$1\" != --version ] || { echo 'jira-send ${version}'; exit 0; }\necho \"\$0\" >> '${root}/ran'\n${run}\n"
    }

    private static String sha256(byte[] bytes) {
        return MessageDigest.getInstance('SHA-256').digest(bytes).encodeHex().toString()
    }

    private static String manifest(String text) {
        return "jira-send ${VERSION}\n${'0' * 64} jira-send-${VERSION}-plan9-x86_64\n${sha256(text.getBytes('UTF-8'))} ${FILE}\n"
    }

    /** The environment of one call, with a folder of its own. */
    private Map<String, String> environment(Map<String, String> further) {
        calls++
        Map<String, String> all = [JIRA_SEND_COMMAND: 'build', JIRA_SEND_MANIFEST: manifest(program()), HOME: home.path,
            WORKSPACE_TMP: "${root}/shop@tmp".toString(), JIRA_SEND_TMP: "${root}/shop@tmp/jira-send-${calls}".toString()] + further
        return all.findAll { it.value != null }
    }

    private Launcher run(Map<String, String> further) {
        return Launcher.run(environment(further), root, shell)
    }

    /** As the step does it when the library carries this file. */
    private Launcher handOver(String text, Map<String, String> further = [:]) {
        Map<String, String> environment = environment([JIRA_SEND_FROM_LIBRARY: 'file'] + further)
        File file = new File(environment.JIRA_SEND_TMP, FILE)
        file.parentFile.mkdirs()
        file.setText(text, 'UTF-8')
        Launcher launcher = Launcher.run(environment, root, shell)
        assert !file.parentFile.exists()
        return launcher
    }

    private static Map json(Launcher launcher) {
        assert launcher.status == 0
        assert launcher.output.count('\n') == 1 && launcher.output.endsWith('\n')
        return (Map) new JsonSlurper().parseText(launcher.output)
    }

    private List<String> getRan() {
        File trace = new File(root, 'ran')
        return trace.exists() ? trace.readLines() : []
    }

    private static void permissions(File file, String text) {
        Files.setPosixFilePermissions(file.toPath(), PosixFilePermissions.fromString(text))
    }

    private File putInCache(String text, File file = cached) {
        Launcher.program(file, text)
        permissions(file, 'rwx------')
        permissions(file.parentFile, 'rwx------')
        return file
    }

    /** A PATH with these tools only. */
    private String tools(List<String> further, List<String> all = TOOLS) {
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

    /** The tools for downloads. The wget of some static busyboxes cannot look up any name. */
    private static List<String> downloaders() {
        boolean busybox = has('busybox') && ['busybox', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:9/'].execute().waitFor() < 128
        return ['curl', 'wget'].findAll { has(it) } + (busybox ? ['wget=busybox'] : [])
    }

    private static boolean has(String tool) {
        return ['/usr/bin', '/bin'].any { new File(it, tool).canExecute() }
    }

    // The places, in their order.

    @Test
    void 'the first of the places that has it is taken'() {
        File bin = Launcher.program(new File(root, 'bin'), program())
        File path = Launcher.program(new File(root, 'path dir/jira-send'), program())
        putInCache(program())
        String search = path.parent + ':/usr/bin:/bin'
        assert run(JIRA_SEND_BIN: bin.path, PATH: search).output == ANSWER + '\n'
        assert run(PATH: search).output == ANSWER + '\n'
        assert run([:]).output == ANSWER + '\n'
        assert ran == [bin.path, path.path, cached.path]
    }

    @Test
    void 'JIRA_SEND_BIN is taken whatever its version is, and that is said'() {
        File bin = Launcher.program(new File(root, 'bin'), program('9.8.6'))
        Launcher launcher = run(JIRA_SEND_BIN: bin.path)
        assert launcher.output == ANSWER + '\n'
        assert launcher.errors == 'jira-send: JIRA_SEND_BIN names version 9.8.6, the library is version 9.8.7; take the same, ' +
            'or leave JIRA_SEND_BIN out.\n'
    }

    @Test
    void 'what PATH has is passed over when it has another version, and that is said'() {
        [(program('9.8.6')): '9.8.6', '#!/bin/sh\necho something else\n': 'unknown', '#!/bin/sh\nexit 1\n': 'unknown',
         '#!/nowhere\n'   : 'unknown', '#!/bin/sh\necho "jira-send \\"quoted\\""\n': 'unknown'].each { String text, String version ->
            File path = Launcher.program(new File(root, 'path/jira-send'), text)
            Map<String, String> environment = [PATH: path.parent + ':/usr/bin:/bin']
            putInCache(program())
            Launcher launcher = run(environment)
            assert launcher.output == ANSWER + '\n'
            assert launcher.errors.contains("the one in PATH is version ${version}, the library needs 9.8.7: it is passed over")
            cached.delete()
            Map answer = json(run(environment + [JIRA_SEND_FROM_LIBRARY: 'none']))
            assert [answer.outcome, answer.exit_code] == ['invalid', 127]
            assert answer.message.startsWith("The jira-send in PATH is version ${version}, the library needs 9.8.7. ${FILE} could not be had: ")
        }
        assert ran == [cached.path] * 5
    }

    // The cache.

    @Test
    void 'the cache is where the variables say'() {
        File named = new File(root, 'my cache')
        File xdg = new File(root, 'xdg')
        [
            [[JIRA_SEND_CACHE: named.path, XDG_CACHE_HOME: xdg.path], new File(named, FILE)],
            [[XDG_CACHE_HOME: xdg.path], new File(xdg, 'jira-send/' + FILE)],
            [[XDG_CACHE_HOME: 'relative'], cached],
            [[:], cached],
        ].each { List row ->
            row[1].delete()
            assert json(run(row[0])).outcome == 'needs_binary'
            assert handOver(program(), row[0]).output == ANSWER + '\n'
            assert ran.last() == row[1].path
            assert run(row[0]).output == ANSWER + '\n'
            assert row[1].parentFile.list() == [FILE] as String[]
            assert PosixFilePermissions.toString(Files.getPosixFilePermissions(row[1].toPath())) == 'rwx------'
            assert PosixFilePermissions.toString(Files.getPosixFilePermissions(row[1].parentFile.toPath())) == 'rwx------'
        }
        assert (root.list() as Set) == ['home dir', 'my cache', 'xdg', 'shop@tmp', 'ran'] as Set
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'a cached file that was damaged or changed never runs, and is replaced'() {
        ['#!/bin/sh\necho pwned\n', '', program() + '\n', program()[0..20]].each { String text ->
            putInCache(text)
            Launcher launcher = run([:])
            assert json(launcher).outcome == 'needs_binary'
            assert launcher.errors.contains('is damaged or was changed') && launcher.errors.contains('It is not run, and replaced.')
            assert handOver(program()).output == ANSWER + '\n'
            assert cached.text == program()
        }
        assert ran == [cached.path] * 4
    }

    @Test
    void 'a cache that others can write to is not trusted'() {
        ['rwxrwxrwx', 'rwx-w----', 'rwx----w-'].each { String open ->
            putInCache(program())
            permissions(cached.parentFile, open)
            assert json(run([:])).outcome == 'needs_binary'
            // Beside the workspace instead.
            assert handOver(program()).output == ANSWER + '\n'
            assert ran.last().startsWith("${root}/shop@tmp/jira-send-cache/")
            Launcher launcher = handOver(program(), [JIRA_SEND_CACHE: cached.parent, WORKSPACE_TMP: null])
            assert launcher.output == ANSWER + '\n'
            assert launcher.errors.contains('JIRA_SEND_CACHE is not used: it must be a folder that this user can write to')
            new File(root, 'shop@tmp').deleteDir()
            permissions(cached.parentFile, 'rwx------')
            permissions(cached, open)
            assert json(run([:])).outcome == 'needs_binary'
            assert handOver(program()).output == ANSWER + '\n'
            assert ran.last() == cached.path
        }
    }

    @Test
    void 'the cache of another user is not trusted, but that of root is'() {
        boolean isRoot = System.getProperty('user.name') == 'root'
        putInCache(program())
        assert run([:]).output == ANSWER + '\n'
        if (isRoot) {
            Files.setAttribute(cached.parentFile.toPath(), 'unix:uid', 12345)
            assert json(run([:])).outcome == 'needs_binary'
            Files.setAttribute(cached.parentFile.toPath(), 'unix:uid', 0)
            Files.setAttribute(cached.toPath(), 'unix:uid', 12345)
            assert json(run([:])).outcome == 'needs_binary'
        }
    }

    @Test
    void 'a folder behind a symbolic link is taken for what it is, a linked file is not'() {
        File real = new File(root, 'real/jira-send')
        putInCache(program(), new File(real, FILE))
        Files.createSymbolicLink(new File(home, '.cache').toPath(), real.parentFile.toPath())
        assert run([:]).output == ANSWER + '\n'
        assert ran == [real.path + '/' + FILE]
        File elsewhere = Launcher.program(new File(root, 'elsewhere'), program())
        new File(real, FILE).delete()
        Files.createSymbolicLink(new File(real, FILE).toPath(), elsewhere.toPath())
        assert json(run([:])).outcome == 'needs_binary'
        assert handOver(program()).output == ANSWER + '\n'
        assert !Files.isSymbolicLink(new File(real, FILE).toPath())
        // A folder in the place of the file is left alone.
        new File(real, FILE).delete()
        new File(real, FILE + '/x').mkdirs()
        assert handOver(program()).output == ANSWER + '\n'
        assert ran.last().startsWith("${root}/shop@tmp/jira-send-cache/")
    }

    @Test
    void 'without a home that can be written to, the cache is beside the workspace, else the binary serves one call'() {
        new File(root, 'a file').text = ''
        [null, '', '/', '/proc', root.path + '/a file', root.path + '/a file/home'].each { String none ->
            assert json(run(HOME: none)).outcome == 'needs_binary'
            assert handOver(program(), [HOME: none]).output == ANSWER + '\n'
            assert ran.last() == "${root}/shop@tmp/jira-send-cache/${FILE}"
            assert run(HOME: none).output == ANSWER + '\n'
            new File(root, 'shop@tmp').deleteDir()
            [null, root.path + '/a file', '/proc'].each { String temporary ->
                assert handOver(program(), [HOME: none, WORKSPACE_TMP: temporary]).output == ANSWER + '\n'
                assert ran.last() == "${root}/shop@tmp/jira-send-${calls}/${FILE}"
            }
        }
        Launcher launcher = handOver(program(), [JIRA_SEND_CACHE: 'relative'])
        assert launcher.output == ANSWER + '\n'
        assert launcher.errors.contains('JIRA_SEND_CACHE is not used: it must be an absolute path.')
        assert !new File(root, 'relative').exists()
    }

    @Test
    void 'where no program can be started, the next place is taken'() {
        // As a file system with noexec does it.
        String starts = program().replace('#!/bin/sh\n', "#!/bin/sh\ncase \$0 in */.cache/*) exit 126 ;; esac\n")
        String manifest = manifest(starts)
        assert handOver(starts, [JIRA_SEND_MANIFEST: manifest]).output == ANSWER + '\n'
        assert ran.last().startsWith("${root}/shop@tmp/jira-send-cache/")
        assert cached.parentFile.list().length == 0
        String never = '#!/bin/sh\necho "Permission denied" >&2\nexit 126\n'
        Launcher launcher = handOver(never, [JIRA_SEND_MANIFEST: this.manifest(never)])
        assert json(launcher).exit_code == 126
        assert json(launcher).message.startsWith("${FILE} was delivered but could not be started")
        assert launcher.errors.contains('Permission denied')
        // One that is in the cache, and has lost its right to be run.
        putInCache(program())
        permissions(cached, 'rw-------')
        assert json(run([:])).outcome == 'needs_binary'
        assert handOver(program()).output == ANSWER + '\n'
        assert ran.last() == cached.path
    }

    @Test
    void 'twenty builds that start at once on a new agent do not disturb each other'() {
        List<Map<String, String>> environments = (1..20).collect { environment([JIRA_SEND_FROM_LIBRARY: 'file']) }
        environments.each {
            new File(it.JIRA_SEND_TMP).mkdirs()
            new File(it.JIRA_SEND_TMP, FILE).setText(program(), 'UTF-8')
        }
        List<Process> processes = environments.collect { Launcher.start(it, root, shell) }
        processes.each { Process process ->
            assert process.inputStream.text == ANSWER + '\n'
            assert process.errorStream.text == ''
            assert process.waitFor() == 0
        }
        assert ran == [cached.path] * 20
        assert cached.parentFile.list() == [FILE] as String[]
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'versions that were put there long ago are removed, and nothing else'() {
        File cache = cached.parentFile
        String old = "jira-send-1.0.0-${SYSTEM}-${MACHINE}"
        long days = 24L * 60 * 60 * 1000
        [(old): 40, ("jira-send-1.0.1-${SYSTEM}-${MACHINE}".toString()): 10, 'jira-send-notes': 40, 'other': 40,
         ('.' + old + '.jira-send-x'): 3, ('.' + old + '.jira-send-y'): 0, ('folder/' + old): 40].each { String name, int age ->
            Launcher.program(new File(cache, name), 'x').setLastModified(System.currentTimeMillis() - age * days)
        }
        permissions(cache, 'rwx------')
        assert handOver(program()).output == ANSWER + '\n'
        assert (cache.list() as Set) == [FILE, "jira-send-1.0.1-${SYSTEM}-${MACHINE}".toString(), 'jira-send-notes', 'other',
                                         '.' + old + '.jira-send-y', 'folder'] as Set
        assert new File(cache, 'folder').list() == [old] as String[]
    }

    // The library.

    @Test
    void 'what the library hands over never runs when it is not the file of the manifest'() {
        ['', '<html>', program() + '#', program()[0..30]].each { String text ->
            Launcher launcher = handOver(text)
            assert json(launcher).exit_code == 127
            assert json(launcher).message == "${FILE} could not be had: the file in the library is not the one of its manifest. " +
                'Put jira-send 9.8.7 into a directory of PATH, or set JIRA_SEND_BIN to its path.'
            assert launcher.errors.contains("its SHA-256 is ${sha256(text.getBytes('UTF-8'))}, not ${sha256(program().getBytes('UTF-8'))}")
        }
        assert ran == [] && !cached.exists()
    }

    @Test
    void 'the files of the call wait for the second start'() {
        Map<String, String> environment = environment([:])
        File directory = new File(environment.JIRA_SEND_TMP)
        directory.mkdirs()
        new File(directory, 'changes.jsonl').text = 'x'
        Map answer = json(Launcher.run(environment, root, shell))
        assert answer == [outcome: 'needs_binary', exit_code: 127, message: FILE, issue_keys: [], sites: []]
        assert directory.list() == ['changes.jsonl'] as String[]
        new File(directory, FILE).text = program()
        assert Launcher.run(environment + [JIRA_SEND_FROM_LIBRARY: 'file'], root, shell).output == ANSWER + '\n'
        assert !directory.exists()
    }

    @Test
    void 'a library that is no release, or knows no file for the system, says what to do'() {
        ['jira-send 9.8.7\n', '', null].each { String manifest ->
            Map answer = json(run(JIRA_SEND_MANIFEST: manifest))
            assert [answer.outcome, answer.exit_code] == ['invalid', 127]
            assert answer.message == 'jira-send was not found on this agent; put the binary into a directory of PATH, or set ' +
                'JIRA_SEND_BIN to its path. This copy of the library is not a release, which would bring it along.'
        }
        [['Linux', 'riscv64', 'linux, riscv64'], ['FreeBSD', 'amd64', 'FreeBSD, x86_64'], ['Odd"OS', '$(x)', 'unknown, unknown'], ['', '', 'unknown, unknown']].each { List row ->
            Launcher.program(new File(root, 'odd/uname'), "#!/bin/sh\nprintf '%s\\n' '${row[0]} ${row[1]}'\n")
            Map answer = json(run(PATH: root.path + '/odd:/usr/bin:/bin'))
            assert answer.exit_code == 127
            assert answer.message.startsWith("The library has no jira-send for this agent (${row[2]}); build it")
        }
    }

    // The tools of the agent.

    @Test
    void 'any tool for SHA-256 will do, and without one nothing runs'() {
        putInCache(program())
        ['sha256sum', 'openssl', 'shasum', 'busybox'].findAll { has(it) }.each { String tool ->
            assert run(PATH: tools([tool])).output == ANSWER + '\n'
        }
        int before = ran.size()
        assert before >= 2
        [run(PATH: tools([])), handOver(program(), [PATH: tools([])])].each { Launcher launcher ->
            assert json(launcher).exit_code == 127
            assert json(launcher).message.startsWith('jira-send cannot be checked on this agent: it has none of sha256sum, openssl, shasum and busybox.')
        }
        // A tool that does not work.
        Launcher.program(new File(root, 'broken/sha256sum'), '#!/bin/sh\nexit 1\n')
        Launcher.program(new File(root, 'broken/openssl'), '#!/bin/sh\necho unsupported\n')
        assert json(run(PATH: root.path + '/broken:' + tools([]))).message.startsWith('jira-send cannot be checked')
        assert ran.size() == before
    }

    @Test
    void 'busybox alone is enough'() {
        if (!has('busybox')) {
            return
        }
        List<String> applets = (TOOLS + ['sha256sum']).collect { it + '=busybox' }
        assert handOver(program(), [PATH: tools(applets, [])]).output == ANSWER + '\n'
        assert run(PATH: tools(applets, [])).output == ANSWER + '\n'
        assert ran == [cached.path] * 2
    }

    // The mirror.

    private String mirror() {
        byte[] good = program().getBytes('UTF-8')
        Map<String, Closure> answers = [
            good     : { HttpExchange exchange -> reply(exchange, 200, good) },
            other    : { HttpExchange exchange -> reply(exchange, 200, program('1.2.3').getBytes('UTF-8')) },
            page     : { HttpExchange exchange -> reply(exchange, 200, '<!doctype html><title>Log in</title>'.getBytes('UTF-8')) },
            empty    : { HttpExchange exchange -> reply(exchange, 200, new byte[0]) },
            missing  : { HttpExchange exchange -> reply(exchange, 404, 'no'.getBytes('UTF-8')) },
            broken   : { HttpExchange exchange -> reply(exchange, 503, '<p>later'.getBytes('UTF-8')) },
            moved    : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', "http://127.0.0.1:${mirror.address.port}/good/${FILE}")
                reply(exchange, 302, new byte[0])
            },
            loop     : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', "http://127.0.0.1:${mirror.address.port}/loop/${FILE}")
                reply(exchange, 302, new byte[0])
            },
            cut      : { HttpExchange exchange ->
                exchange.sendResponseHeaders(200, good.length + 100)
                exchange.responseBody.write(good)
                exchange.responseBody.flush()
                exchange.close()
            },
        ]
        if (mirror == null) {
            mirror = HttpServer.create(new InetSocketAddress(InetAddress.getByName('127.0.0.1'), 0), 0)
            answers.each { String name, Closure answer -> mirror.createContext("/${name}/${FILE}") { HttpExchange exchange -> answer(exchange) } }
            mirror.start()
        }
        return "http://127.0.0.1:${mirror.address.port}/good/"
    }

    private static void reply(HttpExchange exchange, int status, byte[] body) {
        exchange.sendResponseHeaders(status, body.length ?: -1)
        exchange.responseBody.write(body)
        exchange.close()
    }

    @Test
    void 'a file of the mirror is taken when it is the one of the manifest'() {
        File share = new File(root, 'share dir')
        Launcher.program(new File(share, FILE), program())
        List<Map<String, String>> ways = [[JIRA_SEND_MIRROR: share.path], [JIRA_SEND_MIRROR: share.path + '/']]
        downloaders().each {
            ways << [JIRA_SEND_MIRROR: mirror(), PATH: tools([it, 'sha256sum', 'openssl', 'timeout'])]
            calls++
            ways << [JIRA_SEND_MIRROR: mirror().replace('/good/', '/moved'), PATH: tools([it, 'sha256sum', 'openssl'])]
            calls++
        }
        assert ways.size() >= 4
        ways.each { Map<String, String> way ->
            Launcher launcher = run([JIRA_SEND_FROM_LIBRARY: 'none'] + way)
            assert [launcher.output, launcher.errors] == [ANSWER + '\n', '']
            assert cached.delete()
            // Also where the library's own file is no good.
            assert handOver('x', way).output == ANSWER + '\n'
            assert cached.delete()
        }
        // Not asked for what is there.
        putInCache(program())
        assert run(JIRA_SEND_MIRROR: 'https://127.0.0.1:9/').output == ANSWER + '\n'
        assert json(run(JIRA_SEND_MIRROR: mirror())).outcome == 'accepted'
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'what else a mirror gives never runs, and it is said why'() {
        mirror()
        File share = new File(root, 'share')
        share.mkdir()
        Closure<String> at = { String name -> "http://127.0.0.1:${mirror.address.port}/${name}".toString() }
        ServerSocket unused = new ServerSocket(0)
        int nobody = unused.localPort
        unused.close()
        downloaders().each { String tool ->
            calls++
            String path = tools([tool, 'sha256sum', 'openssl', 'timeout'])
            [
                (at('other'))                     : 'what the mirror gave is not the file of the manifest (another one, or cut off)',
                (at('empty'))                     : 'what the mirror gave is not the file of the manifest',
                (at('page'))                      : 'the mirror gave a page instead of the file',
                (at('missing'))                   : 'the download from JIRA_SEND_MIRROR failed; the log above has the reason',
                (at('broken'))                    : 'the download from JIRA_SEND_MIRROR failed',
                (at('loop'))                      : 'the download from JIRA_SEND_MIRROR failed',
                (at('cut'))                       : tool == 'wget=busybox' ? 'could not be had: ' : 'the download from JIRA_SEND_MIRROR failed',
                ("http://127.0.0.1:${nobody}".toString()): 'the download from JIRA_SEND_MIRROR failed',
                (share.path)                      : 'the folder JIRA_SEND_MIRROR has no readable file of this name',
                '/nowhere'                        : 'the folder JIRA_SEND_MIRROR has no readable file of this name',
                'http://mirror.example.com/x'     : 'JIRA_SEND_MIRROR must be an address with https',
                'ftp://mirror.example.com/x'      : 'JIRA_SEND_MIRROR must be an address with https',
                'mirror.example.com'              : 'JIRA_SEND_MIRROR must be an address with https',
                'http://localhost.example.com/'   : 'JIRA_SEND_MIRROR must be an address with https',
                'https://me:S3cret@example.com/x' : 'JIRA_SEND_MIRROR must not hold a user or password',
            ].each { String address, String why ->
                Launcher launcher = run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: address, PATH: path)
                assert json(launcher).exit_code == 127
                assert json(launcher).message.startsWith("${FILE} could not be had: ") && json(launcher).message.contains(why), address
                assert why.contains('the download') == (launcher.errors != '' && !launcher.errors.contains('its SHA-256')) || address.endsWith('cut')
                assert !(launcher.output + launcher.errors).contains('S3cret')
            }
        }
        calls++
        String path = tools(['sha256sum', 'openssl'])
        assert json(run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: mirror(), PATH: path)).message
            .contains('this agent has neither curl nor wget for the download')
        assert json(run(JIRA_SEND_FROM_LIBRARY: 'none', PATH: path)).message
            .contains('the library carries no files, and JIRA_SEND_MIRROR is not set')
        assert ran == [] && !cached.exists()
        assert new File(root, 'shop@tmp').list() as List == []
    }

    @Test
    void 'the tool for the download does not get the credential'() {
        Launcher.program(new File(root, 'spy/curl'), "#!/bin/sh\nenv > '${root}/environment'\nprintf '%s\\n' \"\$*\" >> '${root}/environment'\nexit 7\n")
        run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: 'https://mirror.example.com', PATH: root.path + '/spy:/usr/bin:/bin',
            JIRA_CLIENT_ID: 'client-1', JIRA_CLIENT_SECRET: 'S3cret-value')
        String seen = new File(root, 'environment').text
        assert seen.contains("https://mirror.example.com/${FILE}")
        assert !seen.contains('S3cret-value') && !seen.contains('client-1')
    }

    @Test
    void 'a stop while the binary is being put into the cache leaves nothing behind'() {
        String slow = program().replace('#!/bin/sh\n', "#!/bin/sh\n: > '${root}/checked'\ncase \$0 in */.jira-send-*) sleep 2 ;; esac\n")
        Map<String, String> environment = environment([JIRA_SEND_FROM_LIBRARY: 'file', JIRA_SEND_MANIFEST: manifest(slow)])
        new File(environment.JIRA_SEND_TMP).mkdirs()
        new File(environment.JIRA_SEND_TMP, FILE).text = slow
        Process process = Launcher.start(environment, root, shell)
        while (!new File(root, 'checked').exists()) {
            Thread.sleep(10)
        }
        process.destroy()
        assert process.waitFor() == 143
        assert cached.parentFile.list().length == 0
        assert !new File(environment.JIRA_SEND_TMP).exists()
    }

    @Test
    void 'a warm cache costs little'() {
        // As large as the real one. What follows exit is not read.
        String large = program(VERSION, "printf '%s\\n' x; exit 0") + ('#' * 79 + '\n') * 54000
        putInCache(large)
        Map<String, String> environment = environment([JIRA_SEND_MANIFEST: manifest(large)])
        // The quickest of many, for the machine may be busy.
        Closure<Long> best = { List<String> command ->
            List<Long> times = (1..15).collect {
                long before = System.nanoTime()
                ProcessBuilder builder = new ProcessBuilder(command).directory(root)
                builder.environment().clear()
                builder.environment().putAll(environment + [PATH: '/usr/bin:/bin'])
                Process process = builder.start()
                assert process.inputStream.text == 'x\n'
                process.waitFor()
                System.nanoTime() - before
            }
            return times.min()
        }
        // The promise is 30 ms on a quiet machine. A busy one must not fail for it, but work done twice shows.
        assert best(shell + Launcher.SCRIPT.path) - best([cached.path]) < 250_000_000L
    }
}
