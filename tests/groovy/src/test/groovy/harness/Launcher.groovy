package harness

/** resources/jira-send/run.sh, run for real as the sh step would do it. */
class Launcher {
    static final File SCRIPT = new File(Library.ROOT, 'resources/jira-send/run.sh')
    /** Every POSIX shell of this machine by path; busybox needs its applet's name. */
    static final List<List<String>> SHELLS = [['/bin/sh'], ['/bin/dash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh'], ['/bin/ksh']]
        .findAll { new File(it[0]).canExecute() }

    String output
    String errors
    int status

    /** Only the given environment, nothing of the machine's own but a PATH. */
    static Process start(Map<String, String> environment, File directory, List<String> shell = ['/bin/sh']) {
        ProcessBuilder builder = new ProcessBuilder(shell + SCRIPT.path).directory(directory)
        builder.environment().clear()
        builder.environment().put('PATH', '/usr/bin:/bin')
        builder.environment().putAll(environment)
        return builder.start()
    }

    static Launcher run(Map<String, String> environment, File directory, List<String> shell = ['/bin/sh']) {
        Process process = start(environment, directory, shell)
        process.outputStream.close()
        StringBuffer output = new StringBuffer()
        StringBuffer errors = new StringBuffer()
        process.waitForProcessOutput(output, errors)
        return new Launcher(output: output, errors: errors, status: process.exitValue())
    }

    static File program(File file, String text) {
        file.parentFile.mkdirs()
        file.setText(text, 'UTF-8')
        file.setExecutable(true)
        return file
    }
}
