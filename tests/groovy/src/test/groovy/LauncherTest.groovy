import harness.DeliveryCase
import harness.Launcher
import org.junit.Test

import java.util.concurrent.TimeUnit

/** How the launcher starts the program, with scripts in its place. */
class LauncherTest extends DeliveryCase {
    private File script(String path, String run) {
        return Launcher.program(new File(root, path), "#!/bin/sh\n[ \"\$1\" != --version ] || { echo 'jira-send ${VERSION}'; exit; }\n${run}\n")
    }

    @Test
    void 'what the program writes goes through untouched, whatever options the shell has'() {
        String text = 'a line\r\n\n  {"protocol":1,"returns":"\u00e9 \\u00fc $x `y` %s \\\\n"}\nafter\t'
        File data = new File(root, 'data')
        data.setText(text, 'UTF-8')
        File binary = script('bin', "echo 'for people' >&2\ncat '${data}'")
        [[], ['-e'], ['-xe'], ['-x'], ['-u']].each { List<String> options ->
            Launcher launcher = Launcher.run(environment([JIRA_SEND_BIN: binary.path]), root, shell, options)
            assert [options, launcher.status, launcher.output, launcher.errors] == [options, 0, text, 'for people\n']
        }
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'the program runs once, in the workspace, with the request as its argument'() {
        File binary = script('bin', "printf '%s,' \"\$#\" \"\$@\" \"\$PWD\" >> '${root}/seen'\ncat \"\$2\"")
        assert run(JIRA_SEND_BIN: binary.path).output == '{"protocol":1}'
        assert new File(root, 'seen').text == "2,step,${root}/shop@tmp/jira-send-1/request.json,${root},"
    }

    @Test
    void 'JIRA_SEND_BIN can have spaces, quotes, a dash in front, or no slash'() {
        ['with space/jira send', 'quo"te\'s/$(x)', '-dash', 'plain', '*'].each { String path ->
            script(path, "echo x")
            [path, new File(root, path).path].each { assert run(JIRA_SEND_BIN: it).output == 'x\n' }
        }
    }

    @Test
    void 'without JIRA_SEND_BIN the program comes from PATH'() {
        script('some path/jira-send', 'echo x')
        ['', null].each { assert run(JIRA_SEND_BIN: it, PATH: "${root}/some path:/usr/bin:/bin".toString()).output == 'x\n' }
    }

    @Test
    void 'what cannot be started is a problem with the next thing to do'() {
        Launcher.program(new File(root, 'text'), 'hello\n')
        Launcher.program(new File(root, 'no interpreter'), '#!/nowhere/sh\n')
        new File(root, 'directory').mkdir()
        new File(root, 'not executable').text = '#!/bin/sh\n'
        byte[] foreign = new File('/bin/true').bytes
        // The ELF machine type: a processor that nobody has.
        foreign[18] = (byte) 0xfe
        foreign[19] = (byte) 0xca
        Launcher.program(new File(root, 'foreign'), '').bytes = foreign
        [
            'missing'       : 'JIRA_SEND_BIN does not name a file on this agent: set it to the path',
            'directory'     : 'JIRA_SEND_BIN does not name a file',
            'not executable': 'is not executable: run chmod +x',
            'no interpreter': 'could not be started on this agent',
            'foreign'       : 'the log above has the reason',
            'text'          : 'could not be started on this agent',
        ].each { String bin, String part -> assert problem(run(JIRA_SEND_BIN: bin)).contains(part) }
    }

    @Test
    void 'a program that stops with another code than 0 is a problem, after what it printed'() {
        ['exit 101': 101, 'kill -9 $$': 137, 'printf half; exit 2': 2, 'echo \'{"protocol":1}\'; exit 1': 1].each { String end, int code ->
            Launcher launcher = run(JIRA_SEND_BIN: script('bin', end).path)
            assert problem(launcher).startsWith("jira-send stopped with exit code ${code}; the log above has the reason")
            assert !end.contains('half') || launcher.output.startsWith('half\n')
            assert !end.contains('echo') || launcher.output.startsWith('{"protocol":1}\n')
        }
        assert run(JIRA_SEND_BIN: script('bin', 'exit 0').path).output == ''
    }

    @Test
    void 'without a folder it says who should call it'() {
        ['', null].each { assert problem(Launcher.run(environment([JIRA_SEND_TMP: it]), root, shell)).startsWith('JIRA_SEND_TMP is not set') }
    }

    @Test
    void 'the files of the call are removed, and nothing else'() {
        File binary = script('bin', 'echo x')
        File temporary = new File(root, 'tmp dir/jira-send-1')
        [binary.path, 'missing'].each { String bin ->
            temporary.mkdirs()
            new File(temporary, 'request.json').text = '{}'
            run(JIRA_SEND_BIN: bin, JIRA_SEND_TMP: temporary.path)
            assert temporary.parentFile.directory
        }
        // A stranger's file keeps the directory.
        temporary.mkdirs()
        new File(temporary, 'other').text = 'x'
        Launcher.run(environment([JIRA_SEND_BIN: binary.path, JIRA_SEND_TMP: temporary.path]), root, shell)
        assert temporary.list() == ['other']
        // None is made.
        assert run(JIRA_SEND_BIN: binary.path, JIRA_SEND_TMP: root.path + '/never').output == 'x\n'
    }

    @Test
    void 'a signal cleans up and is not turned into a success'() {
        File binary = script('bin', ": > '${root}/started'\nsleep 1\necho x")
        Map<String, String> environment = environment([JIRA_SEND_BIN: binary.path])
        Process process = Launcher.start(environment, root, shell)
        while (!new File(root, 'started').exists()) {
            Thread.sleep(10)
        }
        // What Jenkins sends. HUP and INT cannot be tested everywhere: under nohup a shell cannot catch them.
        process.destroy()
        assert process.waitFor(20, TimeUnit.SECONDS)
        assert process.exitValue() == 143
        assert !new File(environment.JIRA_SEND_TMP).exists()
    }

    @Test
    void 'no variable is printed, and no file of the workspace is written'() {
        String secret = 'S3cret-value'
        ['missing', null].each { String bin ->
            Launcher launcher = run(JIRA_CLIENT_SECRET: secret, JIRA_SEND_BIN: bin)
            assert !(launcher.output + launcher.errors).contains(secret)
        }
        assert (root.list() as Set) == ['home dir', 'shop@tmp'] as Set
    }

    @Test
    void 'it is plain text for every shell, and needs no right to be executed'() {
        byte[] bytes = Launcher.SCRIPT.bytes
        String text = new String(bytes, 'US-ASCII')
        assert text.startsWith('{ set +ex; } 2>/dev/null\n') && !text.contains('\r') && bytes.every { it > 0 }
        assert !(text =~ /\[\[|\bfunction\b|\blocal\b|<<<|\$'|set -x|\beval\b/)
    }

    @Test
    void 'a warm cache costs few processes'() {
        // Each tool leaves its name, the shell itself and its forks do not.
        String path = tools(['openssl', 'sha256sum'])
        File counted = new File(root, 'counted')
        counted.mkdir()
        new File(path).list().each { Launcher.program(new File(counted, it), "#!/bin/sh\necho ${it} >> '${root}/count'\nexec '${path}/${it}' \"\$@\"\n") }
        putInCache(program())
        assert run(PATH: counted.path).output == ANSWER + '\n'
        List<String> used = new File(root, 'count').readLines() - ['sh']
        assert hasTool('uname') || used.size() == 5 : used
    }
}
