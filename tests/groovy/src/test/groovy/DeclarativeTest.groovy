import harness.CpsMachine
import harness.PipelineCase
import org.codehaus.groovy.control.MultipleCompilationErrorsException
import org.junit.Test

/** The harness itself: a Declarative pipeline in it does what was measured on a real Jenkins. */
class DeclarativeTest extends PipelineCase {
    /** Runs it, and gives what it ended with. */
    private String run(String text, Map<String, Object> variables = [:]) {
        return jenkins.start(text, variables).finish().result
    }

    private static String twoStages(String steps) {
        return """
            pipeline {
                agent any
                stages {
                    stage('A') {
                        steps { ${steps} }
                        post { always { script { keep('stage ' + currentBuild.result) } } }
                    }
                    stage('B') { steps { script { keep('next ' + currentBuild.result) } } }
                }
                post {
                    cleanup { script { keep('cleanup ' + currentBuild.result) } }
                    aborted { keep 'aborted' }
                    failure { keep 'failure' }
                    success { keep 'success' }
                    unstable { keep 'unstable' }
                    unsuccessful { keep 'unsuccessful' }
                    notBuilt { keep 'notBuilt' }
                    always { script { keep('always ' + currentBuild.result + ' ' + currentBuild.currentResult) } }
                }
            }
        """
    }

    @Test
    void 'results in stages, in post and at the end are those that were measured'() {
        [
            // steps of stage A                                   its post     the next stage  post       conditions                     final
            ["echo 'x'",                                          'SUCCESS',   'null',        'SUCCESS',   ['success'],                   'SUCCESS'],
            ["error 'no'",                                        'FAILURE',   null,          'FAILURE',   ['failure', 'unsuccessful'],   'FAILURE'],
            ["unstable 'x'",                                      'UNSTABLE',  'UNSTABLE',    'UNSTABLE',  ['unstable', 'unsuccessful'],  'UNSTABLE'],
            ["script { currentBuild.result = 'UNSTABLE' }",       'UNSTABLE',  'UNSTABLE',    'UNSTABLE',  ['unstable', 'unsuccessful'],  'UNSTABLE'],
            ["warnError('x') { error 'no' }",                     'UNSTABLE',  'UNSTABLE',    'UNSTABLE',  ['unstable', 'unsuccessful'],  'UNSTABLE'],
            ["script { currentBuild.result = 'NOT_BUILT' }",      'NOT_BUILT', 'NOT_BUILT',   'NOT_BUILT', ['unsuccessful', 'notBuilt'],  'NOT_BUILT'],
            ["script { currentBuild.result = 'NOT_BUILT' }; error 'no'", 'NOT_BUILT', null,   'NOT_BUILT', ['unsuccessful', 'notBuilt'],  'NOT_BUILT'],
            ["script { currentBuild.result = 'ABORTED' }",        'ABORTED',   'ABORTED',     'ABORTED',   ['aborted', 'unsuccessful'],   'ABORTED'],
            ["timeout(time: 1, unit: 'MINUTES') { sleep time: 90, unit: 'SECONDS' }",    'ABORTED',   null,          'ABORTED',   ['aborted', 'unsuccessful'],   'ABORTED'],
            ["catchError(buildResult: 'UNSTABLE', stageResult: 'FAILURE') { error 'no' }",
                                                                  'FAILURE',   'UNSTABLE',    'UNSTABLE',  ['unstable', 'unsuccessful'],  'UNSTABLE'],
            ["catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error 'no' }",
                                                                  'FAILURE',   'null',        'SUCCESS',   ['success'],                   'SUCCESS'],
            ["catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') { timeout(time: 1, unit: 'MINUTES') { sleep time: 90, unit: 'SECONDS' } }",
                                                                  'ABORTED',   'ABORTED',     'ABORTED',   ['aborted', 'unsuccessful'],   'ABORTED'],
            ["catchError(buildResult: 'UNSTABLE', stageResult: 'UNSTABLE', catchInterruptions: false) { timeout(time: 1, unit: 'MINUTES') { sleep time: 90, unit: 'SECONDS' } }",
                                                                  'ABORTED',   null,          'ABORTED',   ['aborted', 'unsuccessful'],   'ABORTED'],
        ].each { List row ->
            fresh()
            String result = run(twoStages(row[0]))
            List<String> next = row[2] == null ? [] : ['next ' + row[2]]
            assert [row[0], jenkins.kept] == [row[0], ['stage ' + row[1]] + next + ["always ${row[3]} ${row[3]}".toString()] + row[4] + ['cleanup ' + row[3]]]
            assert [row[0], result] == [row[0], row[5]]
        }
    }

    @Test
    void 'a stop of the run skips the stages that are left, and post runs'() {
        CpsMachine machine = jenkins.start(twoStages('milestone 1'))
        while (machine.waiting.name != 'milestone') {
            machine.step()
        }
        machine.stop()
        assert machine.finish().result == 'ABORTED'
        assert jenkins.kept == ['stage ABORTED', 'always ABORTED ABORTED', 'aborted', 'unsuccessful', 'cleanup ABORTED']
    }

    @Test
    void 'what the agent, the environment and the stage set is there, and where it is'() {
        jenkins.checkout = [GIT_BRANCH: 'main', GIT_COMMIT: commit(1)]
        jenkins.credentials.text = [kind: 'string', password: 'hidden']
        String look = "script { keep([env.STAGE_NAME, env.NODE_NAME, env.GIT_BRANCH, env.A, env.B, env.PAIR_USR, env.TEXT]) }"
        String text = """
            pipeline {
                agent AGENT
                environment { A = 'a' + 1; PAIR = credentials('jira-oauth'); TEXT = credentials('text') }
                stages {
                    stage('one') { environment { B = "\${A}b" }\n steps { ${look} } }
                    stage('two') {
                        agent { label 'linux' }
                        steps { ${look} }
                    }
                }
                post { always { ${look} } }
            }
        """
        run(text.replace('AGENT', 'any'))
        assert jenkins.kept == [['one', 'built-in', 'main', 'a1', 'a1b', 'client-1', 'hidden'], ['two', 'built-in', 'main', 'a1', null, 'client-1', 'hidden'],
                                ['Declarative: Post Actions', 'built-in', 'main', 'a1', null, 'client-1', 'hidden']]
        jenkins.kept.clear()
        run(text.replace('AGENT', 'none'))
        assert jenkins.kept*.getAt(1) == [null, 'built-in', null]
        assert jenkins.kept*.getAt(2) == [null, 'main', null]
        // Variables of environment are no variables of the build.
        assert jenkins.build.buildVariables == [:]
    }

    @Test
    void 'a stage whose condition does not hold is passed over, its post as well'() {
        jenkins.global.BRANCH_NAME = 'main'
        String result = run('''
            pipeline {
                agent any
                stages {
                    stage('no') { when { branch 'other' }
                        steps { keep 'no' }
                        post { always { keep 'no post' } } }
                    stage('neither') { when { beforeAgent true; expression { return false } }
                        agent { label 'x' }
                        steps { keep 'no' } }
                    stage('yes') { when { branch 'main'; expression { true } }
                        steps { keep 'yes' } }
                }
            }
        ''')
        assert jenkins.kept == ['yes'] && result == 'SUCCESS'
        assert jenkins.calls('beginNode')*.args == [['']]
    }

    @Test
    void 'options of the whole pipeline'() {
        assert run('''
            pipeline {
                agent any
                options { timeout(time: 1, unit: 'MINUTES') }
                stages { stage('A') { steps { sleep time: 90, unit: 'SECONDS' } } }
                post { always { script { keep currentBuild.result } } }
            }
        ''') == 'ABORTED'
        assert jenkins.kept == ['ABORTED']
        fresh()
        assert run('''
            pipeline {
                agent any
                options { skipStagesAfterUnstable() }
                stages { stage('A') { steps { unstable 'x' } }
                    stage('B') { steps { keep 'no' } } }
            }
        ''') == 'UNSTABLE'
        assert jenkins.kept == []
    }

    @Test
    void 'branches take turns, and a branch that fails ends the others only where that is wanted'() {
        ['', 'failFast true'].each { String option ->
            fresh()
            String result = run("""
                pipeline {
                    agent any
                    stages {
                        stage('all') {
                            ${option}
                            parallel {
                                stage('a') {
                                    steps { script { keep('a ' + env.STAGE_NAME) }\n milestone 1\n milestone 2\n milestone 3\n keep 'a end' }
                                    post { aborted { keep 'a aborted' } }
                                }
                                stage('b') { steps { keep 'b'\n error 'no' } }
                            }
                            post { always { script { keep currentBuild.result } } }
                        }
                        stage('last') { steps { keep 'last' } }
                    }
                }
            """)
            assert result == 'FAILURE'
            assert jenkins.kept == ['a a', 'b'] + (option ? ['a aborted'] : ['a end']) + ['FAILURE']
        }
    }

    @Test
    void 'a matrix runs its stages for every combination'() {
        run('''
            pipeline {
                agent any
                stages {
                    stage('all') {
                        matrix {
                            axes { axis { name 'SYSTEM'; values 'linux', 'windows' }
                                axis { name 'JDK'; values '17' } }
                            stages { stage('test') { steps { script { keep([env.SYSTEM, env.JDK, env.STAGE_NAME]) } } } }
                        }
                    }
                }
            }
        ''')
        assert jenkins.kept == [['linux', '17', 'test'], ['windows', '17', 'test']]
    }

    @Test
    void 'a condition of post that fails ends no other, and fails the run'() {
        assert run('''
            pipeline {
                agent any
                stages { stage('A') { steps { echo 'x' } } }
                post { always { error 'no' }
                    success { keep 'success' }
                    cleanup { script { keep currentBuild.result } } }
            }
        ''') == 'FAILURE'
        assert jenkins.kept == ['FAILURE']
    }

    @Test
    void 'what Declarative does not take does not compile'() {
        [
            // in steps                                        message
            ["steps { def a = 1 }",                            'Expected a step'],
            ["steps { a = 1 }",                                'Expected a step'],
            ["steps { if (true) { echo 'x' } }",               'Expected a step'],
            ["steps { def r = jiraSendBuildInfo { echo 'x' } }", 'Expected a step'],
            ["steps { jiraSendBuildInfo { def a = 1 } }",      'Expected a step'],
            ["steps { timeout(time: 1, unit: 'HOURS') { echo 'a' } echo 'c' }", 'Expected a step'],
            ["steps { echo 'a' } post { always { echo 'b' } }", 'Expected a symbol'],
            ["step { echo 'a' }",                              'Unknown section'],
        ].each { List<String> row ->
            Throwable thrown = thrownBy { run("pipeline { agent any; stages { stage('A') { ${row[0]} } } }") }
            assert [row[0], thrown.getClass(), thrown.message.contains(row[1])] == [row[0], MultipleCompilationErrorsException, true]
        }
        // With script, or a semicolon between two blocks, all is well.
        assert run("pipeline { agent any; stages { stage('A') { steps { script { def a = 1; if (a == 1) { echo 'x' } } }; post { always { echo 'b' } } } } }") == 'SUCCESS'
        assert jenkins.echoes == ['x', 'b']
    }

    @Test
    void 'the body of a step has no value'() {
        assert thrownBy { jenkins.pipeline("pipeline { agent any; stages { stage('A') { steps { waitUntil { isUnix() } } } } }") }
            .message == 'body return value null is not boolean'
    }
}
