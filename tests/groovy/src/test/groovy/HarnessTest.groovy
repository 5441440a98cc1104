import harness.CpsMachine
import harness.PipelineCase
import org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.After
import org.junit.Test

/** The harness itself must catch what a real Jenkins was seen to refuse; else the other tests show nothing. */
class HarnessTest extends PipelineCase {
    @After
    @Override
    void nothingWasRejected() {
        // Here rejections are wanted.
    }

    @Test
    void 'what cannot be serialised may not be held over a step'() {
        [
            // held                                                  class in the message
            ["new groovy.json.JsonSlurper().parseText('{\"a\":1}')", 'groovy.json.internal.LazyMap'],
            ['currentBuild.changeSets',                              'harness.FakeChangeSet'],
            ['currentBuild.changeSets[0].items',                     'harness.FakeChange'],
        ].each { List<String> row ->
            fresh().build.with([[commit(1), 'ABC-1']])
            Throwable thrown = thrownBy { jenkins.pipeline("def held = ${row[0]}; sleep 1; return held") }
            assert thrown instanceof AssertionError
            assert thrown.message == "held over the step 'sleep' and not serialisable: ${row[1]}"
        }
    }

    @Test
    void 'the program really goes through bytes'() {
        // After a step every object is a copy; two names of one object still are.
        assert jenkins.pipeline('def a = [1]; def b = a; sleep 1; b.add(2); return a') == [1, 2]
        Map given = [a: [1]]
        Map back = (Map) jenkins.pipeline('sleep 1; return given', [given: given])
        assert back == given && !back.is(given)
    }

    @Test
    void 'steps, library variables and environment variables are found as in Jenkins'() {
        jenkins.global.BRANCH_NAME = 'main'
        assert jenkins.pipeline('return [BRANCH_NAME, env.BRANCH_NAME, env.NOPE]') == ['main', 'main', null]
        assert thrownBy { jenkins.pipeline('NOPE') } instanceof MissingPropertyException
        Throwable thrown = thrownBy { jenkins.pipeline('nope()') }
        assert thrown instanceof NoSuchMethodError && thrown.message.startsWith("No such DSL method 'nope' found among steps [")
    }

    @Test
    void 'blocks end when their body fails'() {
        assert jenkins.pipeline('''
            try {
                withEnv(['X=1']) { error 'x' }
            } catch (Exception e) {
                return env.X
            }
        ''') == null
    }

    @Test
    void 'branches of parallel take turns, and are saved together'() {
        assert jenkins.pipeline('''
            def seen = []
            def results = parallel(
                a: { seen.add('a1'); milestone 1; seen.add('a2'); withEnv(['X=a']) { milestone 1; seen.add(env.X) }; return 1 },
                b: { seen.add('b1'); milestone 1; seen.add('b2'); milestone 1; seen.add(env.X); return 2 },
            )
            milestone 1
            return [seen, results]
        ''') == [['a1', 'b1', 'a2', 'b2', null, 'a'], [a: 1, b: 2]]
        assert thrownBy { jenkins.pipeline("parallel(a: { milestone 1; keep 'a' }, b: { error 'no' })") }.message == 'no'
        assert jenkins.kept == ['a']
        assert thrownBy { jenkins.pipeline("parallel(failFast: true, a: { try { milestone 1; milestone 1; keep 'b' } finally { keep 'end' } }, b: { error 'no' })") }
            .message == 'no'
        assert jenkins.kept == ['a', 'end']
    }

    @Test
    void 'a branch that sleeps longer has its turn later'() {
        Closure<String> sleep = { int seconds -> "sleep time: ${seconds}, unit: 'SECONDS'" }
        jenkins.pipeline("parallel(a: { ${sleep(10)}; keep 'a' }, b: { ${sleep(5)}; keep 'b'; ${sleep(10)}; keep 'b later' }, c: { keep 'c' }); keep 'end'")
        assert jenkins.kept == ['c', 'b', 'a', 'b later', 'end']
    }

    @Test
    void 'a stop interrupts every branch, and the run is aborted whatever becomes of it'() {
        CpsMachine machine = jenkins.start('''
            parallel(a: { try { milestone 1 } catch (InterruptedException e) { keep 'a' } }, b: { try { milestone 1 } finally { keep 'b' } })
        ''')
        machine.step()
        assert machine.waiting.name == 'milestone'
        machine.stop()
        assert machine.finish().result == 'ABORTED'
        assert jenkins.kept as Set == ['a', 'b'] as Set
        assert machine.failure instanceof FlowInterruptedException
        machine = jenkins.start('try { milestone 1 } catch (Throwable swallowed) { }')
        machine.stop()
        assert [machine.finish().failure, machine.result, jenkins.build.result] == [null, 'ABORTED', null]
    }

    @Test
    void 'the sandbox rejects what Jenkins rejects, in pipeline code and in methods without CPS'() {
        [
            'env["X"]', 'new LinkedHashMap()', 'new LinkedHashMap([a: 1])', 'groovy.json.JsonOutput.toJson([1])',
            'currentBuild.rawBuild', 'currentBuild.changeSets[0].items[0].comment', 'new File("/tmp")', 'System.getenv()',
            'new groovy.json.JsonSlurperClassic()', '"x".execute()', 'System.getProperty("x")', 'Long.parseLong("1")',
            'new IllegalArgumentException("x")', 'new Exception("x").stackTrace', '"a".findAll("b")', 'Thread.sleep(1)',
            '[1].withIndex()', '[1].asImmutable()', 'env.getEnvironment()', 'System.nanoTime()',
        ].each { String code ->
            ["return ${code}", "@NonCPS def f(env, currentBuild) { return ${code} }\nreturn f(env, currentBuild)"].each { String script ->
                fresh().build.with([[commit(1), 'ABC-1']])
                Throwable thrown = null
                try {
                    jenkins.pipeline(script)
                } catch (Throwable any) {
                    thrown = any
                }
                assert (thrown instanceof RejectedAccessException) == (mode == 'sandboxed')
            }
        }
    }

    @Test
    void 'a caught rejection is still noticed'() {
        jenkins.pipeline('try { new File("/tmp") } catch (Exception e) { }')
        assert (jenkins.rejections == []) == (mode == 'trusted')
    }
}
