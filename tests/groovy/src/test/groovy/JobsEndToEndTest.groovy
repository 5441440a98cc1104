import harness.CpsMachine
import harness.EndToEndCase
import harness.Library
import org.junit.Test

/**
 * The pipelines that "make jenkins-test" runs on a real Jenkins, in the harness: what their first lines promise must hold
 * here as well, or the harness is not like Jenkins.
 */
class JobsEndToEndTest extends EndToEndCase {
    private static final List<File> JOBS = new File(Library.ROOT, 'tests/jenkins/jobs').listFiles().findAll { it.name.endsWith('.Jenkinsfile') }.sort()

    private List<String> promised(String text, String name) {
        return text.readLines().findAll { it.startsWith("// ${name}: ") }.collect { it.substring("// ${name}: ".length()) }
    }

    @Test
    void 'every pipeline keeps in the harness what it promises for a real Jenkins'() {
        assert JOBS.size() >= 14
        JOBS.each { File job ->
            String text = job.getText('UTF-8')
            environment('pipeline-inline-declarative')
            jenkins.agent = false
            jenkins.credentials['jira-secret'] = [kind: 'string', password: 'sandbox-secret']
            jira.reset()
            promised(text, 'gate').each { jira.gate(*it.split(' ')) }
            // The library is loaded here in any case. In a closure, groovy-cps 1.31 takes sleep for Groovy's own.
            String script = text.replace("@Library('jira-send') _\n", '').replaceAll(/(?m)^( *)sleep (\d+)$/, "\$1sleep time: \$2, unit: 'SECONDS'")
            CpsMachine machine = jenkins.start(script)
            List<String> restarts = promised(text, 'restart-at')
            while (machine.running) {
                machine.step()
                if (restarts && machine.running && (jenkins.echoes.any { it.contains(restarts[0]) })) {
                    machine = machine.restarted()
                    restarts.clear()
                }
            }
            assert [job.name, jenkins.echoes, restarts] == [job.name, jenkins.echoes, []]
            assert [job.name, machine.result, machine.failure] == [job.name, promised(text, 'result')[0], machine.failure]
            ['builds', 'deployments'].each { String kind ->
                List<String> states = jira.requests(kind)*.json*.getAt(kind).flatten()*.state
                List<String> ordered = promised(text, kind)
                List<String> unordered = promised(text, kind + '-unordered')
                assert [job.name, kind, unordered ? states.sort() : states] == [job.name, kind, ((unordered ?: ordered).join(' ').split(' ') as List).findAll { it }
                    .with { unordered ? it.sort() : it }]
            }
            String told = (jenkins.echoes + [machine.failure?.message]).join('\n')
            promised(text, 'log').each { assert [job.name, told.contains(it)] == [job.name, true] }
        }
    }
}
