package harness

/** resources/jira-send/run.sh, run for real as the sh step would do it. */
class Launcher {
    static final File SCRIPT = new File(Library.ROOT, 'resources/jira-send/run.sh')
    /** In place of a variable: the manifest in the script, which a release writes there. */
    static final String MANIFEST = 'manifest'
    /** Every POSIX shell of this machine, by path; some need to be told that they are one. */
    static final List<List<String>> SHELLS = [['/bin/dash'], ['/bin/bash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh'], ['/bin/ksh'],
        ['/bin/mksh'], ['/bin/zsh', '--emulate', 'sh'], ['/bin/yash'], ['/bin/sh']]
        .findAll { new File(it[0]).canExecute() }.unique { [new File(it[0]).canonicalPath] + it.drop(1) }

    String output
    String errors
    int status

    /** As Jenkins starts a script without an interpreter line. Only the given environment, nothing of the machine's own but a PATH. */
    static Process start(Map<String, String> environment, File directory, List<String> shell = ['/bin/sh'], List<String> options = ['-xe']) {
        ProcessBuilder builder = new ProcessBuilder(shell + options + script(environment[MANIFEST]).path).directory(directory)
        builder.environment().clear()
        builder.environment().put('PATH', '/usr/bin:/bin')
        builder.environment().putAll(environment.findAll { it.key != MANIFEST })
        return builder.start()
    }

    private static File script(String manifest) {
        if (manifest == null) {
            return SCRIPT
        }
        String text = SCRIPT.getText('UTF-8')
        String released = text.replaceFirst(/(?m)^manifest='[^']*'$/, "manifest='${manifest}'")
        assert released.contains("manifest='${manifest}'\n")
        File file = File.createTempFile('run', '.sh')
        file.deleteOnExit()
        file.setText(released, 'UTF-8')
        return file
    }

    static Launcher run(Map<String, String> environment, File directory, List<String> shell = ['/bin/sh'], List<String> options = ['-xe']) {
        Process process = start(environment, directory, shell, options)
        process.outputStream.close()
        ByteArrayOutputStream output = new ByteArrayOutputStream()
        ByteArrayOutputStream errors = new ByteArrayOutputStream()
        process.waitForProcessOutput(output, errors)
        // The Korn shells trace the redirection of the first line before it takes effect.
        String untraced = errors.toString('UTF-8').replaceFirst(/^\+ 2> ?\/dev\/null ?\n(\+ set \+ex\n)?/, '')
        return new Launcher(output: output.toString('UTF-8'), errors: untraced, status: process.exitValue())
    }

    static File program(File file, String text) {
        file.parentFile.mkdirs()
        file.setText(text, 'UTF-8')
        file.setExecutable(true)
        return file
    }
}
