import harness.CpsMachine
import harness.EndToEndCase
import harness.FakeBuild
import harness.Library
import harness.StepCall
import org.junit.Test

/**
 * The pipelines that "make jenkins-test" runs on a real Jenkins, in the harness: what their first lines promise must hold
 * here as well, or the harness is not like Jenkins.
 */
class JobsEndToEndTest extends EndToEndCase {
    private static final List<File> JOBS = new File(Library.ROOT, 'tests/jenkins/jobs').listFiles().findAll { it.name.endsWith('.Jenkinsfile') }.sort()
    private static final List<String> PROMISES = ['result', 'builds', 'deployments', 'deployments-unordered', 'issues', 'log', 'runs', 'kill-at', 'gate',
                                                  'restart-at']

    @Test
    void 'every pipeline keeps in the harness what it promises for a real Jenkins'() {
        assert JOBS.size() >= 22
        Map<String, Throwable> broken = [:]
        JOBS.each { File job ->
            try {
                keepsItsPromises(job.getText('UTF-8'))
            } catch (Throwable problem) {
                broken[job.name] = problem
                jenkins.workspace.listFiles()*.deleteDir()
            }
        }
        assert broken == [:]
    }

    private void keepsItsPromises(String text) {
        Map<String, List<String>> promised = text.readLines().findAll { it.startsWith('// ') }*.substring(3).groupBy { it.takeWhile { it != ':' } }
            .collectEntries { name, lines -> [name, lines*.substring(name.length() + 2)] }
        assert promised.keySet() - PROMISES == [] as Set
        jira.reset()
        promised.gate?.each { jira.gate(*it.split(' ')) }
        File home = folder.newFolder()
        FakeBuild before = null
        CpsMachine machine = null
        int runs = (promised.runs ?: ['1'])[0] as int
        (1..runs).each { int number ->
            machine = runOf(text, home, number, before, number == 1 ? promised['restart-at'] : null, number == 1 ? promised['kill-at'] : null)
            before = jenkins.build
            before.result = machine == null ? 'ABORTED' : machine.result
        }
        assert [machine.result, machine.failure] == [promised.result[0], machine.failure]
        List<Map> sent = []
        ['builds', 'deployments'].each { String kind ->
            List<Map> items = (List<Map>) jira.requests(kind)*.json*.getAt(kind).flatten()
            sent.addAll(items)
            List<String> unordered = promised[kind + '-unordered']
            List<String> states = (unordered ?: promised[kind] ?: ['']).first().tokenize(' ')
            assert [kind, unordered ? items*.state.sort() : items*.state] == [kind, unordered ? states.sort() : states]
        }
        assert promised.issues == null || sent.last().associations[0].values as Set == promised.issues[0].split(' ') as Set
        String told = (jenkins.echoes + [machine.failure?.message]).join('\n')
        promised.log?.each { assert told.contains(it) }
        jenkins.workspace.deleteDir()
        jenkins.workspace.mkdir()
    }

    /** One run to its end; null when it was killed. */
    private CpsMachine runOf(String text, File home, int number, FakeBuild before, List<String> restartAt, List<String> killAt) {
        environment('pipeline-inline-declarative', home)
        jenkins.agent = false
        jenkins.global.putAll([BUILD_NUMBER: number.toString(), JIRA_SEND_OUTBOX: home.path + '/outbox'])
        jenkins.build.after(before)
        jenkins.credentials['jira-secret'] = [kind: 'string', password: 'sandbox-secret']
        jenkins.command = { String script, StepCall call -> run(script, call.environment) }
        // The library is loaded here in any case. In a closure, groovy-cps 1.31 takes sleep for Groovy's own; nobody waits for a shell.
        CpsMachine machine = jenkins.start(text.replace("@Library('jira-send') _\n", '')
            .replaceAll(/(?m)^( *)sleep (\d+)$/, "\$1sleep time: \$2, unit: 'SECONDS'")
            .replaceAll(/sh 'sleep (\d+)(?:; )?(.*)'/, "sleep time: \$1, unit: 'SECONDS'; sh '\$2'"))
        List<String> restarts = (restartAt ?: []).collect()
        while (machine.running) {
            machine.step()
            if (restarts && machine.running && jenkins.echoes.any { it.contains(restarts[0]) }) {
                machine = machine.restarted()
                restarts.clear()
            }
            if (killAt && jenkins.echoes.any { it.contains(killAt[0]) }) {
                return null
            }
        }
        assert restarts == [] && !killAt
        return machine
    }

    private int run(String script, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder('/bin/sh', '-e', '-c', script).directory(jenkins.workspace).redirectErrorStream(true)
        builder.environment().clear()
        builder.environment().putAll(environment + [PATH: '/usr/bin:/bin', HOME: folder.root.path])
        Process process = builder.start()
        String said = process.inputStream.text
        return process.waitFor()
    }
}
