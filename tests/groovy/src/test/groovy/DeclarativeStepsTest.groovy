import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import harness.CannedLauncher
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import harness.WindowsLauncher
import org.junit.Before
import org.junit.Test

/** The steps in what only a Declarative pipeline has: agents of stages, post, when, parallel stages, options, environment. */
class DeclarativeStepsTest extends PipelineCase {
    private CannedLauncher launcher

    @Before
    void canned() {
        answers(FakeJenkins.ACCEPTED)
    }

    private void answers(Object... texts) {
        launcher = new CannedLauncher(jenkins, texts as List)
    }

    private String run(String text) {
        return jenkins.start(text).finish().result
    }

    private List<String> getSent() {
        return launcher.calls.collect { "${it.command} ${it.parameters.environmentId ?: ''} ${it.parameters.state}".toString().replaceAll(' +', ' ') }
    }

    @Test
    void 'without an agent of the pipeline, post takes one, which has no clone'() {
        jenkins.checkout = [GIT_BRANCH: 'origin/main']
        assert run('''
            pipeline {
                agent none
                stages {
                    stage('deploy') {
                        agent { label 'linux' }
                        steps { jiraSendDeploymentInfo(environmentId: 'eu') { sh './deploy.sh' } }
                        post { success { jiraSendDevInfo() } }
                    }
                }
                post { always { jiraSendBuildInfo(agentLabel: 'small') } }
            }
        ''') == 'SUCCESS'
        assert sent == ['deployment eu in_progress', 'deployment eu successful', 'dev-info null', 'build SUCCESS']
        assert jenkins.calls('beginNode')*.args == [['linux'], ['small']]
        assert launcher.calls*.environment*.GIT_BRANCH == ['origin/main', 'origin/main', 'origin/main', null]
        assert launcher.calls*.environment*.STAGE_NAME == ['deploy', 'deploy', 'deploy', 'Declarative: Post Actions']
    }

    @Test
    void 'a stage that is passed over sends nothing'() {
        jenkins.global.BRANCH_NAME = 'topic'
        assert run('''
            pipeline {
                agent any
                stages {
                    stage('deploy to eu') {
                        when { branch 'main' }
                        steps { jiraSendDeploymentInfo { echo 'deploying' } }
                        post { always { jiraSendDeploymentInfo() } }
                    }
                }
                post { always { jiraSendBuildInfo() } }
            }
        ''') == 'SUCCESS'
        assert sent == ['build SUCCESS']
    }

    private static String both(String option, String eu, String us) {
        return """
            pipeline {
                agent any
                stages {
                    stage('all') {
                        ${option}
                        parallel {
                            stage('eu') { steps { jiraSendDeploymentInfo(environmentId: 'eu') { ${eu} } } }
                            stage('us') { steps { jiraSendDeploymentInfo(environmentId: 'us') { ${us} } } }
                        }
                    }
                    stage('last') { steps { jiraSendFeatureFlag(flagKey: 'x', enabled: true) } }
                }
                post { always { jiraSendBuildInfo() } }
            }
        """
    }

    @Test
    void 'stages side by side keep apart'() {
        assert run(both('', "echo 'a'; milestone 1; milestone 2", "echo 'b'")) == 'SUCCESS'
        assert sent.take(4) as Set == ['deployment eu in_progress', 'deployment us in_progress', 'deployment eu successful', 'deployment us successful'] as Set
        assert sent.drop(4) == ['feature-flag null', 'build SUCCESS']
        assert launcher.calls*.environment*.JIRA_SEND_TMP.unique().size() == 6
        assert launcher.calls.every { call -> call.command != 'deployment' || call.environment.STAGE_NAME == call.parameters.environmentId }
    }

    @Test
    void 'a stage that fails leaves the other one alone, or ends it where that is wanted'() {
        assert run(both('', 'milestone 1; milestone 2; milestone 3', "error 'no'")) == 'FAILURE'
        assert sent.findAll { it.contains(' eu ') || it.contains(' us ') } as Set ==
            ['deployment eu in_progress', 'deployment us in_progress', 'deployment us failed', 'deployment eu successful'] as Set
        assert sent.last() == 'build FAILURE' && !sent.contains('feature-flag null')
        fresh()
        canned()
        assert run(both('failFast true', 'milestone 1; milestone 2; milestone 3; ' * 20, "error 'no'")) == 'FAILURE'
        assert sent.findAll { it.contains(' eu ') || it.contains(' us ') } as Set ==
            ['deployment eu in_progress', 'deployment us in_progress', 'deployment us failed', 'deployment eu cancelled'] as Set
        assert launcher.calls.find { it.parameters.state == 'cancelled' }.parameters.budget == 5
        assert sent.last() == 'build FAILURE'
    }

    @Test
    void 'what stages side by side could not deliver, and what they deployed, is kept of both'() {
        jenkins.shell = { StepCall call ->
            Map given = (Map) new JsonSlurper().parseText(call.environment.JIRA_SEND_PARAMETERS)
            WindowsLauncher.clean(jenkins, call.environment)
            // As the binary: what it was brought and could not deliver either, it gives back.
            List<String> brought = call.environment.JIRA_SEND_WAITING.readLines() - 'none'
            String own = "{\"${given.environmentId ?: given.flagKey ?: 'build'}\":\"${given.state ?: ''}\"}"
            return JsonOutput.toJson([outcome: 'unreachable', exit_code: 4, message: 'later', waiting: (brought + own).unique(), waiting_left_out: 0,
                                      deployed: [place: 'shop/' + given.environmentId, commit: commit(1), state: given.state]])
        }
        assert run(both('', 'milestone 1; milestone 2', 'milestone 1; milestone 2')) == 'SUCCESS'
        List<String> kept = jenkins.build.buildVariables.JIRA_SEND_WAITING.readLines()
        assert kept as Set == ['{"eu":"in_progress"}', '{"us":"in_progress"}', '{"eu":"successful"}', '{"us":"successful"}', '{"x":""}', '{"build":"SUCCESS"}'] as Set
        assert kept.size() == 6
        assert new JsonSlurper().parseText(jenkins.build.buildVariables.JIRA_SEND_DEPLOYED) == ['shop/eu': commit(1), 'shop/us': commit(1)]
    }

    @Test
    void 'a matrix of deployments'() {
        assert run('''
            pipeline {
                agent none
                stages {
                    stage('deploy') {
                        matrix {
                            axes { axis { name 'PLACE'; values 'eu', 'us', 'ap' } }
                            agent { label 'linux' }
                            stages {
                                stage('deploy it') { steps { jiraSendDeploymentInfo(environmentId: "${PLACE}") { echo 'now' } } }
                            }
                        }
                    }
                }
            }
        ''') == 'SUCCESS'
        assert sent as Set == ['eu', 'us', 'ap'].collectMany { ["deployment ${it} in_progress".toString(), "deployment ${it} successful".toString()] } as Set
        assert launcher.calls.every { call -> call.environment.PLACE == call.parameters.environmentId }
    }

    @Test
    void 'the time of the whole pipeline ends a body, and post tells of it'() {
        assert run('''
            pipeline {
                agent any
                options { timeout(time: 1, unit: 'HOURS') }
                stages { stage('deploy') { steps { jiraSendDeploymentInfo(environmentId: 'eu') { sleep time: 2, unit: 'HOURS' } } } }
                post { aborted { jiraSendBuildInfo() }
                    failure { jiraSendFeatureFlag(flagKey: 'x', disabled: true) } }
            }
        ''') == 'ABORTED'
        assert sent == ['deployment eu in_progress', 'deployment eu cancelled', 'build ABORTED']
    }

    @Test
    void 'a gate that is not opened ends the run, and post shows the deployment as cancelled'() {
        answers(FakeJenkins.ACCEPTED, '{"outcome":"prevented","exit_code":6,"message":"declined","gating_status":"prevented"}', FakeJenkins.ACCEPTED)
        assert run('''
            pipeline {
                agent none
                stages {
                    stage('ask') {
                        steps {
                            jiraSendDeploymentInfo(environmentId: 'eu', state: 'pending', serviceIds: ['svc-1'], enableGating: true)
                            jiraAwaitGate(environmentId: 'eu', timeout: '2 h')
                        }
                    }
                    stage('deploy') { agent any
                        steps { jiraSendDeploymentInfo(environmentId: 'eu') { echo 'deploying' } } }
                }
                post { aborted { jiraSendDeploymentInfo(environmentId: 'eu') }
                    always { jiraSendBuildInfo() } }
            }
        ''') == 'ABORTED'
        assert sent == ['deployment eu pending', 'gate eu null', 'build ABORTED', 'deployment eu ABORTED']
        assert !jenkins.echoes.contains('deploying')
    }

    @Test
    void 'variables of environment are those of the step'() {
        answers('{"outcome":"rejected","exit_code":1,"message":"no","issue_keys":[],"sites":[]}')
        jenkins.credentials['team'] = [kind: 'usernamePassword', user: 'team-client', password: 'team-secret']
        assert run('''
            pipeline {
                agent any
                environment { JIRA_SITE = 'acme'; JIRA_SEND_CREDENTIALS_ID = 'team' }
                stages { stage('A') { environment { JIRA_SEND_FAIL_ON_ERROR = 'true' }
                    steps { catchError(buildResult: 'UNSTABLE', stageResult: 'FAILURE') { jiraSendDevInfo() } } } }
                post { always { jiraSendBuildInfo() } }
            }
        ''') == 'UNSTABLE'
        assert sent == ['dev-info null', 'build UNSTABLE']
        assert launcher.calls*.environment*.JIRA_CLIENT_ID == ['team-client', 'team-client']
        assert launcher.calls*.environment*.JIRA_SITE == ['acme', 'acme']
        assert jenkins.echoes == ['jiraSendBuildInfo: no']
    }

    @Test
    void 'a step in post that is to fail fails the run, and the other conditions run'() {
        answers('{"outcome":"rejected","exit_code":1,"message":"no","issue_keys":[],"sites":[]}')
        assert run('''
            pipeline {
                agent any
                stages { stage('A') { steps { echo 'x' } } }
                post { always { jiraSendBuildInfo(failOnError: true) }
                    success { keep 'success' }
                    failure { jiraSendDevInfo() }
                    cleanup { jiraSendFeatureFlag(flagKey: 'x', enabled: true) } }
            }
        ''') == 'FAILURE'
        assert sent == ['build SUCCESS', 'dev-info null', 'feature-flag null']
        assert jenkins.kept == []
    }
}
