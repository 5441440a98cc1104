import harness.DeliveryCase
import harness.Launcher
import org.junit.Test

import java.nio.file.Files

/** The cache of an agent, good and bad. */
class CacheTest extends DeliveryCase {
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
            assert run(row[0]).output == NEEDS
            assert handOver(program(), row[0]).output == ANSWER + '\n'
            assert ran.last() == row[1].path
            assert run(row[0]).output == ANSWER + '\n'
            assert row[1].parentFile.list() == [FILE] as String[]
            assert permissions(row[1]) == 'rwx------'
            assert permissions(row[1].parentFile) == 'rwx------'
        }
        assert (root.list() as Set) == ['home dir', 'my cache', 'xdg', 'shop@tmp', 'ran'] as Set
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'a cached file that was damaged or changed never runs, and is replaced'() {
        ['#!/bin/sh\necho pwned\n', '', program() + '\n', program()[0..20]].each { String text ->
            putInCache(text)
            Launcher launcher = run([:])
            assert launcher.output == NEEDS
            assert launcher.errors.startsWith("jira-send: the cached file ${cached} was damaged or changed (SHA-256 ${sha256(text.bytes)}); it is replaced")
            // Once.
            assert handOver('x').errors == ''
            assert handOver(program()).output == ANSWER + '\n'
            assert cached.text == program()
        }
        assert ran == [cached.path] * 4
    }

    @Test
    void 'in a cache that others can write to, a folder of its own is used'() {
        String user = 'id -u'.execute().text.trim()
        ['rwxrwxrwx', 'rwxrwxr-x', 'rwx-w----', 'rwx----w-'].each { String open ->
            // What is there is not trusted.
            putInCache(program())
            permissions(cached.parentFile, open)
            File own = new File(cached.parentFile, "${user}/${FILE}")
            [[:], [JIRA_SEND_CACHE: cached.parent, WORKSPACE_TMP: null]].each { Map<String, String> further ->
                assert run(further).output == NEEDS
                Launcher launcher = handOver(program(), further)
                assert [launcher.output, launcher.errors, ran.last()] == [ANSWER + '\n', '', own.path]
                assert permissions(own.parentFile) == 'rwx------'
                assert run(further).output == ANSWER + '\n'
                assert ran.last() == own.path
                own.parentFile.deleteDir()
            }
            // A folder that another user has made there, or that leads elsewhere, is not used.
            own.parentFile.mkdir()
            permissions(own.parentFile, 'rwxrwxrwx')
            assert handOver(program()).output == ANSWER + '\n'
            assert ran.last().startsWith("${root}/shop@tmp/jira-send-cache/")
            own.parentFile.deleteDir()
            File elsewhere = putInCache(program(), new File(root, "elsewhere/${FILE}")).parentFile
            Files.createSymbolicLink(own.parentFile.toPath(), elsewhere.toPath())
            new File(root, 'shop@tmp').deleteDir()
            assert run([:]).output == NEEDS
            Files.delete(own.parentFile.toPath())
            permissions(cached.parentFile, 'rwx------')
        }
    }

    @Test
    void 'a cached file that others can write to is not trusted'() {
        ['rwxrwxrwx', 'rwx-w----', 'rwx----w-'].each { String open ->
            permissions(putInCache(program()), open)
            assert run(TIME_STYLE: 'long-iso').output == NEEDS
            assert handOver(program()).output == ANSWER + '\n'
            assert permissions(cached) == 'rwx------' && ran.last() == cached.path
        }
    }

    @Test
    void 'the cache of another user is not trusted, but that of root is'() {
        boolean isRoot = System.getProperty('user.name') == 'root'
        putInCache(program())
        assert run(TIME_STYLE: 'long-iso', LS_COLORS: 'x', LC_ALL: 'de_DE.UTF-8').output == ANSWER + '\n'
        if (isRoot) {
            Files.setAttribute(cached.parentFile.toPath(), 'unix:uid', 12345)
            assert run([:]).output == NEEDS
            Files.setAttribute(cached.parentFile.toPath(), 'unix:uid', 0)
            Files.setAttribute(cached.toPath(), 'unix:uid', 12345)
            assert run([:]).output == NEEDS
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
        assert run([:]).output == NEEDS
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
            assert run(HOME: none).output == NEEDS
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
        assert launcher.errors == 'jira-send: JIRA_SEND_CACHE is not used: it must be the absolute path of a folder to which this user can write ' +
            'and from which programs can run\n'
        assert !new File(root, 'relative').exists()
    }

    @Test
    void 'where no program can be started, the next place is taken'() {
        // As a file system with noexec does it.
        String starts = program().replace('#!/bin/sh\n', "#!/bin/sh\ncase \$0 in */.cache/*) exit 126 ;; esac\n")
        String manifest = manifest(starts)
        assert handOver(starts, [manifest: manifest]).output == ANSWER + '\n'
        assert ran.last().startsWith("${root}/shop@tmp/jira-send-cache/")
        assert cached.parentFile.list().length == 0
        String never = '#!/bin/sh\necho "Permission denied" >&2\nexit 126\n'
        Launcher launcher = handOver(never, [manifest: this.manifest(never)])
        assert problem(launcher) == "${FILE} cannot run on this agent: Permission denied. If its file systems do not allow execution (noexec), " +
            'set JIRA_SEND_CACHE to a folder that does'
        assert launcher.errors == ''
        // One that is in the cache, and has lost its right to be run.
        putInCache(program())
        permissions(cached, 'rw-------')
        assert run([:]).output == NEEDS
        assert handOver(program()).output == ANSWER + '\n'
        assert ran.last() == cached.path
    }

    @Test
    void 'twenty builds that start at once on a new agent do not disturb each other'() {
        List<Map<String, String>> environments = (1..20).collect { environment([JIRA_SEND_DELIVERED: 'file']) }
        environments.each {
            new File(it.JIRA_SEND_TMP, FILE).setText(program(), 'UTF-8')
        }
        List<Process> processes = environments.collect { Launcher.start(it, root, shell) }
        processes.each { Process process ->
            assert process.inputStream.text == ANSWER + '\n'
            assert !process.errorStream.text.contains('jira-send')
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

    @Test
    void 'a stop while the binary is being put into the cache leaves nothing behind'() {
        String slow = program().replace('#!/bin/sh\n', "#!/bin/sh\n: > '${root}/checked'\ncase \$0 in */.jira-send-*) sleep 2 ;; esac\n")
        Map<String, String> environment = environment([JIRA_SEND_DELIVERED: 'file', manifest: manifest(slow)])
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
}
