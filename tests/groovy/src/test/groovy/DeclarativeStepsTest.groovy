import harness.PipelineCase
import harness.StepCall
import org.junit.Test

/** The steps in what only a Declarative pipeline has: agents of stages, post, when, parallel stages, options, environment. */
class DeclarativeStepsTest extends PipelineCase {
    private String run(String text) {
        return jenkins.start(text).finish().result
    }

    private List<String> getSent() {
        return jenkins.launcher.sent
    }

    private List<StepCall> getCalls() {
        return jenkins.launcher.calls
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
        assert sent == ['DeploymentInfo eu begin', 'DeploymentInfo eu end', 'DevInfo SUCCESS', 'BuildInfo SUCCESS']
        assert jenkins.calls('beginNode')*.args == [['linux'], ['small']]
        assert calls*.environment*.GIT_BRANCH == ['origin/main', 'origin/main', 'origin/main', null]
        assert calls*.environment*.STAGE_NAME == ['deploy', 'deploy', 'deploy', 'Declarative: Post Actions']
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
        assert sent == ['BuildInfo SUCCESS']
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
        assert sent.take(4) as Set == ['DeploymentInfo eu begin', 'DeploymentInfo us begin', 'DeploymentInfo eu end', 'DeploymentInfo us end'] as Set
        assert sent.drop(4) == ['FeatureFlag', 'BuildInfo SUCCESS']
        assert calls*.environment*.JIRA_SEND_TMP.unique().size() == 4
        assert [calls*.environment*.STAGE_NAME, jenkins.launcher.requests*.parameters*.environmentId].transpose().every { !it[1] || it[0] == it[1] }
    }

    @Test
    void 'a stage that fails leaves the other one alone, or ends it where that is wanted'() {
        assert run(both('', 'milestone 1; milestone 2; milestone 3', "error 'no'")) == 'FAILURE'
        assert sent.findAll { it.contains(' eu ') || it.contains(' us ') } as Set ==
            ['DeploymentInfo eu begin', 'DeploymentInfo us begin', 'DeploymentInfo us threw', 'DeploymentInfo eu end'] as Set
        assert sent.last() == 'BuildInfo FAILURE' && !sent.contains('FeatureFlag')
        fresh()
        assert run(both('failFast true', 'milestone 1; milestone 2; milestone 3; ' * 20, "error 'no'")) == 'FAILURE'
        assert sent.findAll { it.contains(' eu ') || it.contains(' us ') } as Set ==
            ['DeploymentInfo eu begin', 'DeploymentInfo us begin', 'DeploymentInfo us threw', 'DeploymentInfo eu interrupted'] as Set
        assert sent.last() == 'BuildInfo FAILURE'
    }

    @Test
    void 'what stages side by side have to remember is kept of all'() {
        jenkins.launcher.answer({ Map request ->
            [memory: [keep: ["${request.parameters.environmentId ?: request.step}:${request.body?.phase} {}".toString()]]]
        })
        assert run(both('', 'milestone 1; milestone 2', 'milestone 1; milestone 2')) == 'SUCCESS'
        assert jenkins.build.buildVariables.JIRA_SEND_MEMORY.readLines() as Set ==
            ['eu:begin {}', 'us:begin {}', 'eu:end {}', 'us:end {}', 'jiraSendFeatureFlag:null {}', 'jiraSendBuildInfo:null {}'] as Set
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
        assert sent as Set == ['eu', 'us', 'ap'].collectMany { ["DeploymentInfo ${it} begin".toString(), "DeploymentInfo ${it} end".toString()] } as Set
        assert calls*.environment*.PLACE == jenkins.launcher.requests*.parameters*.environmentId
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
        assert sent == ['DeploymentInfo eu begin', 'DeploymentInfo eu interrupted', 'BuildInfo ABORTED']
    }

    @Test
    void 'a gate that is not opened ends the run, and post shows the deployment as cancelled'() {
        jenkins.launcher.answer([:], [setResult: 'ABORTED', fail: 'declined'], [:])
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
        assert sent == ['DeploymentInfo eu', 'jiraAwaitGate eu', 'BuildInfo ABORTED', 'DeploymentInfo eu ABORTED']
        assert !jenkins.echoes.contains('deploying')
    }

    @Test
    void 'variables of environment are those of the step'() {
        jenkins.launcher.answer(new IOException('no'))
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
        assert sent == ['DevInfo', 'BuildInfo UNSTABLE']
        assert calls*.environment*.JIRA_CLIENT_ID == ['team-client', 'team-client']
        assert calls*.environment*.JIRA_SITE == ['acme', 'acme']
        assert jenkins.echoes == ['jiraSendBuildInfo: not sent: no; kept for the next step that can send it']
    }

    @Test
    void 'a step in post that is to fail fails the run, and the other conditions run'() {
        jenkins.launcher.answer([fail: 'no'], [:])
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
        assert sent == ['BuildInfo SUCCESS', 'DevInfo FAILURE', 'FeatureFlag FAILURE']
        assert jenkins.kept == []
    }
}
