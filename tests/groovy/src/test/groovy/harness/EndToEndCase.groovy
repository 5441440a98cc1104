package harness

import groovy.json.JsonSlurper
import org.junit.After
import org.junit.Assume
import org.junit.Before
import org.junit.BeforeClass

/**
 * Step, launcher, binary and the local Jira together: the recorded shell step runs for real, in the environment that a
 * real Jenkins was seen to give. Needs both programs (see README.md); without them it fails, because a skipped proof
 * looks like a proof.
 */
abstract class EndToEndCase extends PipelineCase {
    public static StandIn jira
    /** What the launcher and the binary wrote to the log in the last call. */
    String log
    /** What the program was asked, in all runs. */
    final List<Map> requests = []

    @BeforeClass
    static void startJira() {
        Assume.assumeFalse('skipped with -DskipEndToEnd', StandIn.SKIPPED)
        jira = StandIn.shared()
    }

    @Before
    void prepare() {
        jira.reset()
        environment('multibranch-declarative-feature-slash-first')
    }

    @After
    void nothingIsLeft() {
        assert (jenkins.temporary.list() ?: []) as List == []
        assert jenkins.workspace.list() as List == []
    }

    /** What a shell step of this kind of job had, but for what its agent sets. */
    static Map<String, String> recorded(String kind) {
        Map<String, String> seen = (Map<String, String>) new JsonSlurper().parse(new File(Library.ROOT, "tests/data/jenkins-env/${kind}.json"))
        return seen.findAll { !(it.key =~ /^(JIRA|PATH$|HOME$|WORKSPACE|NODE_NAME$|EXECUTOR_NUMBER$)/) }
    }

    /** The run gets what a shell step of this kind of job had. */
    void environment(String kind, File home = folder.newFolder()) {
        fresh(home)
        jenkins.global.clear()
        jenkins.global.putAll(recorded(kind))
        jenkins.global.putAll([JIRA_SEND_BIN: StandIn.BINARY, JIRA_SEND_OUTBOX: folder.root.path + '/outbox', JIRA_SITE: jira.url, JIRA_API_URL: jira.url])
        jenkins.credentials['jira-oauth'] = [kind: 'usernamePassword', user: 'sandbox-client', password: 'sandbox-secret']
        jenkins.shell = { StepCall call ->
            requests << (Map) new JsonSlurper().parse(new File(call.environment.JIRA_SEND_TMP, 'request.json'), 'UTF-8')
            String manifest = (call.named.script =~ /(?m)^manifest='(.*)'$/)[0][1]
            Launcher launcher = Launcher.run(call.environment + [(Launcher.MANIFEST): manifest], jenkins.workspace)
            log = launcher.errors
            assert launcher.status == 0
            return launcher.output
        }
    }

    /** What git says in this folder. */
    static String git(File folder, String... arguments) {
        List<String> command = ['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', *arguments]
        Process process = new ProcessBuilder(command).directory(folder).redirectErrorStream(true).start()
        String text = process.inputStream.text.trim()
        assert process.waitFor() == 0, text
        return text
    }
}
