import harness.DeliveryCase
import harness.Launcher
import org.junit.Test

/** The order of the places, the library, and the tools of the agent. */
class DeliveryTest extends DeliveryCase {
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
}
