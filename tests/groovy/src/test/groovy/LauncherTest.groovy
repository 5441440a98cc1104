import groovy.json.JsonSlurper
import harness.Launcher
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.junit.runners.Parameterized

import java.util.concurrent.TimeUnit

/** The launcher alone, in every POSIX shell of the machine, with scripts in place of the binary. */
@RunWith(Parameterized)
class LauncherTest {
    private static final String ANSWER = '{"outcome":"accepted","exit_code":0,"message":"\\u00fc ok"}'

    @Parameterized.Parameters(name = '{0}')
    static List<Object[]> shells() {
        assert Launcher.SHELLS.size() >= 1
        return Launcher.SHELLS.collect { [it] as Object[] }
    }

    @Parameterized.Parameter
    public List<String> shell

    @Rule
    public TemporaryFolder folder = new TemporaryFolder()
    private File root

    @Before
    void start() {
        root = folder.root
    }

    private Launcher run(Map<String, String> environment) {
        return Launcher.run([JIRA_SEND_COMMAND: 'build'] + environment, root, shell)
    }

    private File program(String path, String text) {
        return Launcher.program(new File(root, path), text)
    }

    private static Map json(Launcher launcher) {
        assert launcher.status == 0
        assert launcher.output.count('\n') == 1 && launcher.output.endsWith('\n')
        return (Map) new JsonSlurper().parseText(launcher.output)
    }

    @Test
    void 'the answer is passed on and the exit code of the binary is not'() {
        [0, 1, 2, 3, 4, 5, 126, 127].each { int code ->
            File binary = program('bin', "#!/bin/sh\necho 'for people' >&2\nprintf '%s\\n' '${ANSWER}'\nexit ${code}\n")
            Launcher launcher = run(JIRA_SEND_BIN: binary.path)
            assert [launcher.status, launcher.output, launcher.errors] == [0, ANSWER + '\n', 'for people\n']
        }
    }

    @Test
    void 'the binary runs once, with the command as its only argument'() {
        File binary = program('bin', "#!/bin/sh\nprintf '%s,' \"\$#\" \"\$@\" >> '${root}/seen'\nprintf '%s\\n' '${ANSWER}'\n")
        run(JIRA_SEND_BIN: binary.path, JIRA_SEND_COMMAND: 'deployment')
        assert new File(root, 'seen').text == '1,deployment,'
    }

    @Test
    void 'JIRA_SEND_BIN can have spaces, quotes, a dash in front, or no slash'() {
        ['with space/jira send', 'quo"te\'s/$(x)', '-dash', 'plain', '*'].each { String path ->
            program(path, "#!/bin/sh\nprintf '%s\\n' '${ANSWER}'\n")
            [path, new File(root, path).path].each { assert run(JIRA_SEND_BIN: it).output == ANSWER + '\n' }
        }
    }

    @Test
    void 'without JIRA_SEND_BIN the binary comes from PATH'() {
        program('some path/jira-send', "#!/bin/sh\nprintf '%s\\n' '${ANSWER}'\n")
        ['', null].each { String bin ->
            Map<String, String> environment = [PATH: "${root}/some path:/usr/bin:/bin".toString()]
            assert run(bin == null ? environment : environment + [JIRA_SEND_BIN: bin]).output == ANSWER + '\n'
        }
    }

    @Test
    void 'what cannot be started gives an answer with the next thing to do'() {
        program('text', 'hello\n')
        program('no interpreter', '#!/nowhere/sh\n')
        program('empty', '')
        new File(root, 'directory').mkdir()
        new File(root, 'not executable').text = '#!/bin/sh\n'
        byte[] foreign = new File('/bin/true').bytes
        // The ELF machine type: a processor that nobody has.
        foreign[18] = (byte) 0xfe
        foreign[19] = (byte) 0xca
        program('foreign', '').bytes = foreign
        [
            // JIRA_SEND_BIN    exit codes    part of the message
            ['missing',         [127],        'JIRA_SEND_BIN names no file'],
            ['directory',       [127],        'JIRA_SEND_BIN names no file'],
            ['not executable',  [126],        'is not executable; run chmod +x'],
            ['no interpreter',  [126, 127],   'could not be started'],
            ['foreign',         [126, 127, 2], 'the log above has the reason'],
            ['text',            [127],        'could not be started'],
            ['empty',           [1],          'ended without an answer'],
            [null,              [127],        'jira-send was not found on this agent; put the binary into a directory of PATH'],
        ].each { List row ->
            Map answer = json(run(row[0] == null ? [:] : [JIRA_SEND_BIN: row[0]]))
            assert answer.outcome == 'invalid' && answer.exit_code in row[1]
            assert answer.message.contains(row[2])
            assert answer.issue_keys == [] && answer.sites == []
        }
    }

    @Test
    void 'a binary that dies without an answer is told by its exit code'() {
        ['exit 101': 101, 'kill -9 $$': 137, 'exit 2': 2, 'exit 0': 1].each { String end, int code ->
            File binary = program('bin', "#!/bin/sh\n${end}\n")
            Map answer = json(run(JIRA_SEND_BIN: binary.path))
            assert [answer.outcome, answer.exit_code] == ['invalid', code]
            assert answer.message.startsWith('jira-send ended without an answer')
        }
    }

    @Test
    void 'without a command it says who should call it'() {
        assert json(run(JIRA_SEND_COMMAND: '')).message.startsWith('JIRA_SEND_COMMAND is not set')
    }

    @Test
    void 'the files of the call are removed, and nothing else'() {
        File binary = program('bin', "#!/bin/sh\ncat \"\$JIRA_SEND_TMP\"/changes.jsonl >&2\nprintf '%s\\n' '${ANSWER}'\n")
        File temporary = new File(root, 'tmp dir/jira-send-1')
        [binary.path, 'missing'].each { String bin ->
            temporary.mkdirs()
            new File(temporary, 'changes.jsonl').text = 'x\n'
            new File(temporary, 'parameters.json').text = '{}'
            run(JIRA_SEND_BIN: bin, JIRA_SEND_TMP: temporary.path)
            assert !temporary.exists() && temporary.parentFile.directory
        }
        // A stranger's file keeps the directory.
        temporary.mkdirs()
        new File(temporary, 'other').text = 'x'
        run(JIRA_SEND_BIN: binary.path, JIRA_SEND_TMP: temporary.path)
        assert temporary.list() == ['other']
        // No directory was made.
        assert run(JIRA_SEND_BIN: binary.path, JIRA_SEND_TMP: root.path + '/never').output == ANSWER + '\n'
    }

    @Test
    void 'a signal cleans up and is not turned into a success'() {
        File binary = program('bin', "#!/bin/sh\n: > '${root}/started'\nsleep 1\nprintf '%s\\n' '${ANSWER}'\n")
        File temporary = new File(root, 'jira-send-2')
        temporary.mkdirs()
        new File(temporary, 'changes.jsonl').text = 'x\n'
        Process process = Launcher.start([JIRA_SEND_COMMAND: 'build', JIRA_SEND_BIN: binary.path,
                                          JIRA_SEND_TMP: temporary.path], root, shell)
        while (!new File(root, 'started').exists()) {
            Thread.sleep(10)
        }
        // What Jenkins sends. HUP and INT cannot be tested everywhere: under nohup a shell cannot catch them.
        process.destroy()
        assert process.waitFor(20, TimeUnit.SECONDS)
        assert process.exitValue() == 143
        assert !temporary.exists()
    }

    @Test
    void 'no variable is printed, and no file of the workspace is written'() {
        String secret = 'S3cret-value'
        ['missing', null].each { String bin ->
            Launcher launcher = run([JIRA_CLIENT_SECRET: secret, JIRA_SEND_PARAMETERS: secret] + (bin ? [JIRA_SEND_BIN: bin] : [:]))
            assert !(launcher.output + launcher.errors).contains(secret)
            assert root.list().length == 0
        }
    }

    @Test
    void 'it costs next to nothing'() {
        File binary = program('bin', '#!/bin/sh\necho x\n')
        Closure<Long> median = { List<String> command, Map<String, String> environment ->
            List<Long> times = (1..15).collect {
                long before = System.nanoTime()
                ProcessBuilder builder = new ProcessBuilder(command).directory(root)
                builder.environment().putAll(environment)
                Process process = builder.start()
                process.inputStream.text
                process.waitFor()
                System.nanoTime() - before
            }
            return times.sort()[7]
        }
        long alone = median([binary.path], [:])
        long launched = median(shell + Launcher.SCRIPT.path, [JIRA_SEND_COMMAND: 'build', JIRA_SEND_BIN: binary.path])
        // 10 ms is the promise (measured: 1 to 3); the test leaves room for a busy machine.
        assert launched - alone < 40_000_000L
    }
}
