import harness.CpsMachine
import harness.Library
import harness.PipelineCase
import harness.StepCall
import org.junit.Test

/** The examples of the README, of the pages of docs/ and the project's own Jenkinsfile call the steps as they are. */
class DocsTest extends PipelineCase {
    /** A call with its parameters, and the beginning of its body. */
    private static final String CALL = /(?:jiraSend\w+|jiraAwaitGate|checkGatingStatus)(?:\([^)]*\)(?: \{)?| \{)/

    /** How many calls the examples of each page have; all other pages have none. */
    private static final Map<String, Integer> CALLS = [
        'README.md': 6, 'docs/deployments.md': 2, 'docs/development-information.md': 1, 'docs/feature-flags.md': 3, 'docs/gates.md': 3,
        'docs/issue-keys.md': 2, 'docs/migration.md': 1, 'docs/setup.md': 1, 'docs/sites.md': 1, 'docs/steps.md': 8,
    ]

    @Test
    void 'every call in the examples of every page works'() {
        List<String> pages = ['README.md'] + new File(Library.ROOT, 'docs').list().findAll { it.endsWith('.md') }.collect { 'docs/' + it }
        Map<String, List<String>> calls = pages.collectEntries { [it, callsIn(it)] }.findAll { it.value }
        assert calls.collectEntries { [it.key, it.value.size()] } == CALLS
        calls.values().each { runAll(it) }
    }

    @Test
    void 'every call in the Jenkinsfile works'() {
        List<String> calls = new File(Library.ROOT, 'Jenkinsfile').getText('UTF-8').findAll(CALL)
        assert calls.size() >= 2
        runAll(calls)
    }

    @Test
    void 'every whole pipeline runs as it stands'() {
        [
            // page            branch     what fails       calls                                                        result
            ['README.md',      'main',    null,            ['DeploymentInfo eu-prod begin', 'DeploymentInfo eu-prod end', 'BuildInfo SUCCESS'], 'SUCCESS'],
            ['README.md',      'main',    'make',          ['BuildInfo FAILURE'],                                       'FAILURE'],
            ['README.md',      'main',    './deploy.sh',   ['DeploymentInfo eu-prod begin', 'DeploymentInfo eu-prod threw', 'BuildInfo FAILURE'], 'FAILURE'],
            ['docs/setup.md',  'main',    null,            ['BuildInfo SUCCESS'],                                       'SUCCESS'],
            ['docs/setup.md',  'main',    'make',          ['BuildInfo FAILURE'],                                       'FAILURE'],
            ['Jenkinsfile',    'main',    null,            ['DeploymentInfo snapshots SUCCESS', 'BuildInfo SUCCESS'],   'SUCCESS'],
            ['Jenkinsfile',    'topic',   null,            ['BuildInfo SUCCESS'],                                       'SUCCESS'],
            ['Jenkinsfile',    'main',    'make test',     ['BuildInfo FAILURE'],                                       'FAILURE'],
        ].each { List row ->
            String text = new File(Library.ROOT, row[0]).getText('UTF-8')
            String pipeline = row[0] == 'Jenkinsfile' ? text : examples(row[0]).find { it.contains('pipeline {') }
            this.row().agent = false
            jenkins.global.BRANCH_NAME = row[1]
            jenkins.checkout = [GIT_COMMIT: commit(1)]
            jenkins.command = { String script, StepCall call -> script == row[2] ? 2 : 0 }
            CpsMachine machine = jenkins.start(pipeline.replace("@Library('jira-send') _", '')).finish()
            assert [row, jenkins.launcher.sent, machine.result] == [row, row[3], row[4]]
            assert jenkins.launcher.calls*.environment*.GIT_COMMIT.unique() == [commit(1)]
            assert jenkins.launcher.requests.findAll { it.step == 'jiraSendBuildInfo' }.every {
                it.parameters.testResults?.totalCount == (row[0] == 'Jenkinsfile' ? 5 : null) }
        }
    }

    @Test
    void 'every example runs as it stands'() {
        List<List> rows = [
            // file                           variables              what fails            calls                                             result
            ['build',                [:],                   null,                 ['BuildInfo SUCCESS'],                            'SUCCESS'],
            ['build',                [:],                   'make test',          ['BuildInfo FAILURE'],                            'FAILURE'],
            ['deploy-with-gate',     [:],                   null,                 ['DeploymentInfo eu-prod', 'jiraAwaitGate eu-prod',
                                                                                   'DeploymentInfo eu-prod begin', 'DeploymentInfo eu-prod end'], 'SUCCESS'],
            ['monorepo',             [BRANCH_NAME: 'topic'], null,                ['BuildInfo begin', 'BuildInfo begin', 'BuildInfo end', 'BuildInfo end'], 'SUCCESS'],
            ['monorepo',             [BRANCH_NAME: 'main'], './deploy.sh billing', ['BuildInfo begin', 'BuildInfo begin', 'BuildInfo end', 'BuildInfo end',
                                                                                   'DeploymentInfo shop-staging begin', 'DeploymentInfo shop-staging end',
                                                                                   'DeploymentInfo billing-staging begin', 'DeploymentInfo billing-staging threw'], 'FAILURE'],
            ['multibranch-releases', [BRANCH_NAME: 'topic'], null,                ['BuildInfo SUCCESS', 'DevInfo SUCCESS'],         'SUCCESS'],
            ['multibranch-releases', [BRANCH_NAME: 'main'], null,                 ['DeploymentInfo staging begin', 'DeploymentInfo staging end',
                                                                                   'BuildInfo SUCCESS', 'DevInfo SUCCESS'],         'SUCCESS'],
            ['multibranch-releases', [BRANCH_NAME: 'v1.2.0', TAG_NAME: 'v1.2.0'], null, ['DeploymentInfo eu-prod begin', 'DeploymentInfo eu-prod end',
                                                                                   'BuildInfo SUCCESS', 'DevInfo SUCCESS'],         'SUCCESS'],
            ['kubernetes',           [BRANCH_NAME: 'main'], null,                 ['BuildInfo begin', 'BuildInfo end',
                                                                                   'DeploymentInfo eu-prod begin', 'DeploymentInfo eu-prod end'], 'SUCCESS'],
            ['kubernetes',           [BRANCH_NAME: 'main'], 'mvn -B verify',      ['BuildInfo begin', 'BuildInfo threw'],           'FAILURE'],
        ]
        Set<String> files = new File(Library.ROOT, 'examples').list().findAll { it.endsWith('.Jenkinsfile') }*.replace('.Jenkinsfile', '') as Set
        assert rows*.first() as Set == files
        rows.each { List row ->
            this.row().agent = false
            jenkins.global.putAll(POD_LABEL: 'pod', scm: 'the repository')
            row[1].each { name, value -> jenkins.global[name] = value }
            jenkins.checkout = [GIT_COMMIT: commit(1)]
            jenkins.command = { String script, StepCall call -> script == row[2] ? 2 : 0 }
            String pipeline = new File(Library.ROOT, "examples/${row[0]}.Jenkinsfile").getText('UTF-8')
            CpsMachine machine = jenkins.start(pipeline.replace("@Library('jira-send') _", row[0] == 'kubernetes' ? POD : '')).finish()
            assert [row, jenkins.launcher.sent, machine.result] == [row, row[3], row[4]]: machine.failure
            assert jenkins.launcher.requests*.misused.every { it == null }
            jenkins.launcher.requests.each(this.&checkParameters)
        }
    }

    /** Each parameter is one of its step. */
    private static void checkParameters(Map request) {
        String section = new File(Library.ROOT, 'docs/steps.md').getText('UTF-8').split("\n## ${request.step}\n", 2)[1].split('\n## ', 2)[0]
        request.parameters.keySet().each { assert section.contains("\n| `${it}` | "), request.step }
    }

    /** What the example needs of the plugin Kubernetes, and of a scripted pipeline. */
    private static final String POD = """
        def containerTemplate(Map settings) { return settings }
        def podTemplate(Map settings, Closure body) { body() }
        def container(String name, Closure body) { body() }
        def checkout(source) { return [GIT_COMMIT: '${commit(1)}', GIT_BRANCH: 'origin/main'] }
    """

    private List<String> examples(String page) {
        return new File(Library.ROOT, page).getText('UTF-8').split('\n```groovy\n').drop(1)*.split('\n```')*.getAt(0)
    }

    private List<String> callsIn(String page) {
        return examples(page).collectMany { it.findAll(CALL) }
    }

    private void runAll(List<String> calls) {
        calls.each { call ->
            boolean body = call.endsWith('{')
            String script = body ? call + ' }' : call
            row().build.result = 'SUCCESS'
            jenkins.pipeline("def results = [totalCount: 3, passCount: 3, failCount: 0, skipCount: 0]; " +
                "def source = [GIT_BRANCH: 'origin/main']; def app = source; def lib = source; ${script}")
            String step = call.takeWhile { Character.isLetter(it as char) }
            assert jenkins.launcher.requests*.step == [step] * (body ? 2 : 1) && jenkins.launcher.requests*.misused.every { it == null }
            jenkins.launcher.requests.each(this.&checkParameters)
            assert jenkins.echoes as Set == [step + ': sent'] as Set
        }
    }
}
