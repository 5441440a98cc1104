package harness

/**
 * The machine of an agent, as far as a pipeline and the launcher can tell a Unix from Windows: paths, the rules of its
 * environment, and how long a variable may be. Real directories stand for those of either.
 *
 * Linux' limit was measured on a real Jenkins; Windows' names and limit are those that Microsoft documents
 * (learn.microsoft.com: Environment Variables, CreateProcess).
 */
class FakeAgent {
    /** Where the folder of the workspaces is on Windows. */
    static final String WINDOWS_FOLDER = 'C:\\Jenkins\\workspace'

    final File workspace
    boolean unix = true

    FakeAgent(File workspace) {
        this.workspace = workspace
        workspace.mkdirs()
    }

    File getTemporary() {
        return new File(workspace.path + '@tmp')
    }

    /** A path as the pipeline and the processes of this agent see it. */
    String pathOf(File file) {
        if (unix) {
            return file.path
        }
        assert file.path.startsWith(workspace.parent)
        return WINDOWS_FOLDER + file.path.substring(workspace.parent.length()).replace('/', '\\')
    }

    /** The real file behind such a path. Windows takes both kinds of slashes, and any letter case. */
    File fileOf(String path) {
        if (unix) {
            return new File(path)
        }
        String folder = path.replace('/', '\\')
        assert folder.toLowerCase().startsWith(WINDOWS_FOLDER.toLowerCase()), "not in the workspaces of the agent: ${path}"
        return new File(workspace.parent + folder.substring(WINDOWS_FOLDER.length()).replace('\\', '/'))
    }

    /** The variables that Jenkins sets where there is an agent. */
    Map<String, String> getVariables() {
        return [NODE_NAME: 'built-in', EXECUTOR_NUMBER: '0', WORKSPACE: pathOf(workspace), WORKSPACE_TMP: pathOf(temporary)]
    }

    /** An environment: on Windows, names that differ in letter case only are one variable. */
    Map<String, String> environment(List<Map<String, String>> layers) {
        Map<String, String> all = unix ? [:] : new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER)
        layers.each { all.putAll(it) }
        return all
    }

    /** Starting a process with this environment fails as it does there. */
    void start(Map<String, String> environment) {
        environment.each { String name, String value ->
            if (unix && "${name}=${value}".toString().getBytes('UTF-8').length >= 131072) {
                throw new IOException('Cannot run program "nohup": error=7, Argument list too long')
            }
            if (!unix && value.length() > 32767) {
                throw new IOException('Cannot run program "cmd.exe": CreateProcess error=87, The parameter is incorrect')
            }
        }
    }
}
