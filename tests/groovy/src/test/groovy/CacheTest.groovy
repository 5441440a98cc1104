import harness.DeliveryCase
import harness.Launcher
import org.junit.Test

import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions

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
