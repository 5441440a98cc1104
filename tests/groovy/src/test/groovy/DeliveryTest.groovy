import harness.DeliveryCase
import harness.Launcher
import org.junit.Test

/** The order of the places, the file that the step delivers, and the tools of the agent. */
class DeliveryTest extends DeliveryCase {
    @Test
    void 'the first of the places that has it is taken'() {
        File bin = Launcher.program(new File(root, 'bin'), program())
        File path = Launcher.program(new File(root, 'path dir/jira-send'), program())
        File mirror = Launcher.program(new File(root, "mirror/${FILE}"), program())
        putInCache(program())
        Map<String, String> all = [JIRA_SEND_BIN: bin.path, PATH: path.parent + ':/usr/bin:/bin', JIRA_SEND_MIRROR: mirror.parent]
        assert run(all).output == ANSWER + '\n'
        assert run(all - [JIRA_SEND_BIN: bin.path]).output == ANSWER + '\n'
        assert run([JIRA_SEND_MIRROR: mirror.parent]).output == ANSWER + '\n'
        assert ran == [bin.path, path.path, cached.path]
        // The mirror before the library, into the cache.
        cached.delete()
        assert run([JIRA_SEND_MIRROR: mirror.parent]).output == ANSWER + '\n'
        assert cached.delete()
        assert run([:]).output == NEEDS
    }

    @Test
    void 'JIRA_SEND_BIN is taken whatever its version is, and that is said'() {
        File bin = Launcher.program(new File(root, 'bin'), program('9.8.6'))
        Launcher launcher = run(JIRA_SEND_BIN: bin.path)
        assert [launcher.output, launcher.errors] == [ANSWER + '\n', 'jira-send: JIRA_SEND_BIN is version 9.8.6, and the library is 9.8.7: ' +
            'use the same, or unset JIRA_SEND_BIN\n']
    }

    @Test
    void 'what PATH has is not used when it has another version, and that is said once'() {
        [(program('9.8.6')): '9.8.6', '#!/bin/sh\necho something else\n': 'unknown', '#!/bin/sh\nexit 1\n': 'unknown',
         '#!/nowhere\n'   : 'unknown', '#!/bin/sh\necho "jira-send \\"quoted\\""\n': 'unknown'].each { String text, String version ->
            File path = Launcher.program(new File(root, 'path/jira-send'), text)
            Map<String, String> environment = [PATH: path.parent + ':/usr/bin:/bin']
            String skipped = "the jira-send in PATH is version ${version}, and the library needs 9.8.7; "
            putInCache(program())
            Launcher launcher = run(environment)
            assert [launcher.output, launcher.errors] == [ANSWER + '\n', "jira-send: ${skipped}it is not used\n".toString()]
            cached.delete()
            launcher = run(environment)
            assert [launcher.output, launcher.errors] == [NEEDS, '']
            launcher = run(environment + [JIRA_SEND_DELIVERED: 'none'])
            assert problem(launcher).startsWith(skipped + 'jira-send is not on this agent and could not be delivered: ')
            assert launcher.errors == ''
        }
        assert ran == [cached.path] * 5
    }

    @Test
    void 'what the step delivers never runs when it is not the file of the manifest'() {
        ['', '<html>', program() + '#', program()[0..30]].each { String text ->
            Launcher launcher = handOver(text)
            assert problem(launcher) == "the library jira-send-program has another ${FILE} than the manifest of the library jira-send " +
                "(SHA-256 ${sha256(text.getBytes('UTF-8'))}, not ${sha256(program().getBytes('UTF-8'))}): use the same release of both"
            assert launcher.errors == ''
        }
        assert ran == [] && !cached.exists()
    }

    @Test
    void 'the request waits for the second start'() {
        Map<String, String> environment = environment([:])
        File directory = new File(environment.JIRA_SEND_TMP)
        assert Launcher.run(environment, root, shell).output == NEEDS
        assert directory.list() == ['request.json'] as String[]
        new File(directory, FILE).text = program()
        assert Launcher.run(environment + [JIRA_SEND_DELIVERED: 'file'], root, shell).output == ANSWER + '\n'
        assert !directory.exists()
    }

    @Test
    void 'a library that is no release, or knows no file for the system, says what to do'() {
        [[:], [manifest: 'jira-send 9.8.7']].each { Map<String, String> environment ->
            assert problem(run([manifest: null] + environment)) == 'jira-send is not installed on this agent, and this branch of the library is not a ' +
                'release, which can deliver it: use a branch release/vVERSION, put the program in a directory of PATH, or set JIRA_SEND_BIN to its path'
        }
        [['Linux', 'riscv64', 'linux-riscv64'], ['FreeBSD', 'amd64', 'FreeBSD-x86_64'], ['Odd"OS', '$(x)', 'unknown-unknown'], ['', '', 'unknown-unknown']].each { List row ->
            Launcher.program(new File(root, 'odd/uname'), "#!/bin/sh\nprintf '%s\\n' '${row[0]} ${row[1]}'\n")
            assert hasTool('uname') ||
                problem(run(PATH: root.path + '/odd:/usr/bin:/bin')).startsWith("this release of the library has no jira-send for this agent (${row[2]}): build it")
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
        if (hasTool('sha256sum')) {
            return
        }
        // None, and some that do not work.
        Launcher.program(new File(root, 'broken/sha256sum'), '#!/bin/sh\nexit 1\n')
        Launcher.program(new File(root, 'broken/openssl'), '#!/bin/sh\necho unsupported\n')
        [run(PATH: tools([])), handOver(program(), [PATH: tools([])]), run(PATH: root.path + '/broken:' + tools([]))].each { Launcher launcher ->
            assert problem(launcher).startsWith('jira-send cannot be checked on this agent, which has none of openssl, sha256sum, shasum and busybox: ')
        }
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
