package harness

import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/** The project's local Jira as a running program, and where the binary under test is. */
class StandIn {
    static final String BINARY = setting('JIRA_SEND_BIN')
    static final boolean SKIPPED = System.getProperty('skipEndToEnd') in ['', 'true']

    final String url
    private static StandIn shared
    private final Process process

    /** One for all test classes: it ends with the tests, when its standard input closes. */
    static synchronized StandIn shared() {
        shared = shared ?: new StandIn()
        return shared
    }

    private StandIn() {
        [JIRA_SEND_BIN: BINARY, JIRA_SANDBOX_BIN: setting('JIRA_SANDBOX_BIN')].each { name, path ->
            if (!path || !new File(path).canExecute()) {
                throw new AssertionError((Object) ("The end-to-end tests need ${name}, the path of a built program (" +
                    "${path ? "'${path}' is none" : 'it is not set'}). Set it as variable or with -D${name}=..., or leave " +
                    'these tests out with -DskipEndToEnd.'))
            }
        }
        process = new ProcessBuilder(setting('JIRA_SANDBOX_BIN'), '--projects', 'ABC,PROJ', '--until-stdin-closes')
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()
        url = new BufferedReader(new InputStreamReader(process.inputStream)).readLine()?.trim()
        if (!url?.startsWith('http://127.0.0.1:')) {
            throw new AssertionError((Object) "The stand-in gave no address but: ${url}")
        }
    }

    /** What was asked of this endpoint, oldest first. */
    List<Map> requests(String endpoint) {
        List<Map> all = (List<Map>) new JsonSlurper().parse(new URL(url + '/_sandbox/requests'))
        return all.findAll { it.method == 'POST' && it.path.contains("/${endpoint}/") }
    }

    /** What Jira Service Management says of every deployment, question by question; the last word stays. */
    void gate(String... script) {
        send('POST', '/_sandbox/gating', JsonOutput.toJson([script: script]))
    }

    void fault(Map fault) {
        send('POST', '/_sandbox/faults', JsonOutput.toJson(fault))
    }

    void reset() {
        send('DELETE', '/_sandbox', null)
    }

    private void send(String method, String path, String body) {
        HttpURLConnection connection = (HttpURLConnection) new URL(url + path).openConnection()
        connection.requestMethod = method
        if (body != null) {
            connection.doOutput = true
            connection.setRequestProperty('Content-Type', 'application/json')
            connection.outputStream.withStream { it.write(body.getBytes('UTF-8')) }
        }
        assert connection.responseCode in 200..299
    }

    /** As system property or environment variable; relative paths are relative to the project. */
    private static String setting(String name) {
        String value = System.getProperty(name) ?: System.getenv(name)
        if (!value) {
            return null
        }
        return new File(value).absolute ? value : new File(Library.ROOT, value).path
    }
}
