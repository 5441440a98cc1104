package harness

import java.security.MessageDigest

/**
 * Plays run.ps1, for there is no PowerShell here: the same places, answers and cleaning up as in that file, as far as a
 * step can see them, around the real binary of this machine. It has no PATH, no cache and no mirror, and what PowerShell
 * and Windows themselves do to a process is not shown by it.
 */
class WindowsLauncher {
    private static final List<String> FILES = ['changes.jsonl', 'flags.json', 'parameters.json']

    private final FakeJenkins jenkins
    private final Map<String, String> environment
    /** What the launcher and the binary wrote to the log. */
    String errors = ''
    private String file = ''
    private boolean keep = false

    WindowsLauncher(FakeJenkins jenkins, StepCall call) {
        this.jenkins = jenkins
        this.environment = call.environment
    }

    String run() {
        try {
            return answer() + '\r\n'
        } finally {
            clean(jenkins, environment, keep ? [] : FILES + file)
        }
    }

    /** What both launchers do at their end: a stranger's file keeps the folder. */
    static void clean(FakeJenkins jenkins, Map<String, String> environment, List<String> files = FILES) {
        File directory = environment.JIRA_SEND_TMP ? jenkins.machine.fileOf(environment.JIRA_SEND_TMP) : null
        if (directory != null && files) {
            files.findAll { it }.each { new File(directory, it).delete() }
            directory.delete()
        }
    }

    /** ASCII, as the step gets it whatever the code page of the agent is. */
    static String escaped(String text) {
        return text.replaceAll(/[^\x20-\x7e]/) { String character -> String.format('\\u%04x', (int) (character as char)) }
    }

    private String answer() {
        if (!environment.JIRA_SEND_COMMAND) {
            return fail(2, 'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.')
        }
        File binary = environment.JIRA_SEND_BIN ? jenkins.machine.fileOf(environment.JIRA_SEND_BIN) : null
        if (binary != null && !binary.file) {
            return fail(127, 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.')
        }
        if (binary == null) {
            String trouble = delivered()
            if (trouble != null) {
                return trouble
            }
            binary = new File(jenkins.machine.fileOf(environment.JIRA_SEND_TMP), file)
            binary.setExecutable(true)
        }
        return started(binary)
    }

    /** Null when the file is there and the right one, else what the launcher answers. */
    private String delivered() {
        List<String> manifest = (environment.JIRA_SEND_MANIFEST ?: '').tokenize()
        if (manifest.size() <= 2) {
            return fail(127, 'jira-send was not found on this agent; put jira-send.exe into a directory of PATH, or set JIRA_SEND_BIN to its ' +
                'path. This copy of the library is not a release, which would bring it along.')
        }
        file = "jira-send-${manifest[1]}-windows-x86_64.exe"
        if (!environment.JIRA_SEND_FROM_LIBRARY) {
            keep = true
            return line('needs_binary', 127, file)
        }
        File source = new File(jenkins.machine.fileOf(environment.JIRA_SEND_TMP), file)
        String why = environment.JIRA_SEND_FROM_LIBRARY != 'file' ? 'the library carries no files, and JIRA_SEND_MIRROR is not set' :
            MessageDigest.getInstance('SHA-256').digest(source.bytes).encodeHex().toString() == manifest[manifest.indexOf(file) - 1] ? null :
            'the file in the library is not the one of its manifest'
        return why == null ? null : fail(127, "${file} could not be had: ${why}. Put jira-send ${manifest[1]} into a directory of PATH, " +
            'or set JIRA_SEND_BIN to its path.')
    }

    private String started(File binary) {
        ProcessBuilder builder = new ProcessBuilder(binary.path, environment.JIRA_SEND_COMMAND).directory(jenkins.workspace)
        builder.environment().clear()
        builder.environment().put('PATH', '/usr/bin:/bin')
        environment.each { String name, String value ->
            // The binary asks for upper case, and Windows finds what is written in any.
            boolean isPath = value.toLowerCase().startsWith(FakeAgent.WINDOWS_FOLDER.toLowerCase())
            builder.environment().put(name.toUpperCase(), isPath ? jenkins.machine.fileOf(value).path : value)
        }
        Process process = builder.start()
        process.outputStream.close()
        ByteArrayOutputStream output = new ByteArrayOutputStream()
        ByteArrayOutputStream told = new ByteArrayOutputStream()
        process.waitForProcessOutput(output, told)
        errors = told.toString('UTF-8')
        String text = output.toString('UTF-8').trim()
        return text == '' ? fail(process.exitValue(), 'jira-send ended without an answer; the log above has the reason.') : escaped(text)
    }

    private static String fail(int code, String message) {
        return line('invalid', code, message)
    }

    private static String line(String outcome, int code, String message) {
        return "{\"outcome\":\"${outcome}\",\"exit_code\":${code},\"message\":\"${message}\",\"issue_keys\":[],\"sites\":[]}"
    }
}
