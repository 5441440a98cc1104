import harness.CpsMachine
import harness.FakeJenkins
import harness.PipelineCase
import harness.StepCall
import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException
import org.junit.Test

import static harness.CannedLauncher.RESULT

/** A step around a body: a call before it, a call after it, and what the body does goes on unchanged. */
class BodyTest extends PipelineCase {
    private List<Map> getRequests() {
        return jenkins.launcher.requests
    }

    private Map getEnd() {
        assert requests*.body*.phase == ['begin', 'end']
        return requests[1].body
    }

    /** What a step around this body throws. */
    private Throwable around(String body, String parameters = '') {
        return thrownBy { jenkins.pipeline("jiraSendBuildInfo(${parameters}) { ${body} }") }
    }

    @Test
    void 'the two calls are those of one step, and the second gets the token of the first'() {
        jenkins.launcher.answer([begun: 'token 7', returns: 'no'], [returns: [outcome: 'done']])
        long before = System.currentTimeMillis()
        assert jenkins.pipeline("def result = jiraSendDeploymentInfo(environmentId: 'eu') { milestone 1; 5 }; return result") == [outcome: 'done']
        assert requests*.id.unique().size() == 1 && requests*.parameters == [[environmentId: 'eu']] * 2
        assert requests[0].body == [phase: 'begin']
        assert end.findAll { it.key != 'started' } == [phase: 'end', begun: 'token 7', threw: false, interrupted: false, resultBefore: null]
        assert end.started >= before && end.started <= requests[1].run.now
        assert jenkins.calls*.name.findAll { it in ['sh', 'milestone'] } == ['sh', 'milestone', 'sh']
        assert jenkins.echoes == ['jiraSendDeploymentInfo: sent'] * 2
    }

    @Test
    void 'the ways to write a body'() {
        ['jiraSendBuildInfo { milestone 1 }', 'jiraSendBuildInfo() { milestone 1 }', 'jiraSendBuildInfo([:], { milestone 1 })', 'jiraSendBuildInfo({ milestone 1 })',
         'jiraSendBuildInfo([:]) { milestone 1 }'].each { String call ->
            fresh().pipeline(call)
            assert end.threw == false && jenkins.calls('milestone').size() == 1
        }
    }

    @Test
    void 'the end hears how the run stood before and after'() {
        [[null, 'UNSTABLE'], ['UNSTABLE', 'UNSTABLE'], [null, null], ['UNSTABLE', 'FAILURE']].each { String before, String after ->
            fresh().build.result = before
            jenkins.pipeline("jiraSendBuildInfo { if (after) { currentBuild.result = after } }", [after: after])
            assert [end.resultBefore, requests*.run*.result] == [before, [before, after]]
        }
    }

    @Test
    void 'what the body throws goes on unchanged'() {
        [new AbortException('script returned exit code 7'), new IOException('x'), new IllegalStateException('y'), new AssertionError((Object) 'z'),
         new StackOverflowError('deep'), new OutOfMemoryError('heap')].each { Throwable own ->
            fresh().failing.milestone = own
            Throwable thrown = around('milestone 1', 'failOnError: true')
            assert [thrown.getClass(), thrown.message] == [own.getClass(), own.message]
            assert [end.threw, end.interrupted] == [true, false]
        }
        fresh()
        assert around('nope()').message.startsWith("No such DSL method 'nope'")
        assert [end.threw, end.interrupted] == [true, false]
    }

    @Test
    void 'a stop, a timeout and a failFast are told apart from a failure, and go on'() {
        [new FlowInterruptedException(), new InterruptedException('x')].each { Throwable stop ->
            fresh().failing.milestone = stop
            assert around('milestone 1').getClass() == stop.getClass()
            assert [end.threw, end.interrupted] == [true, true]
        }
        fresh()
        CpsMachine machine = jenkins.start('jiraSendBuildInfo { milestone 1 }')
        while (machine.waiting.name != 'milestone') {
            machine.step()
        }
        machine.stop()
        assert machine.finish().result == 'ABORTED'
        assert [end.threw, end.interrupted] == [true, true]
    }

    @Test
    void 'failOnError waits for the end, and speaks only when the body went through'() {
        jenkins.launcher.answer([fail: 'first'], [fail: 'second'])
        assert around("echo 'built'").message == 'second'
        assert jenkins.echoes.contains('built')
        fresh().launcher.answer([fail: 'first', setResult: 'ABORTED'], [fail: 'second', setResult: 'ABORTED'])
        assert around("error 'own'").message == 'own'
        assert jenkins.build.result == null
    }

    @Test
    void 'a call that cannot be made keeps neither the body nor its end from running'() {
        jenkins.launcher.answer(new IOException('agent is gone'), new AbortException('still gone'))
        Map result = (Map) jenkins.pipeline("return jiraSendBuildInfo { echo 'built' }")
        assert result.outcome == 'unreachable' && result.message == 'not sent: still gone; kept for the next step that can send it'
        assert jenkins.echoes == ['agent is gone', null, 'still gone'].collect {
            it == null ? 'built' : "jiraSendBuildInfo: not sent: ${it}; kept for the next step that can send it".toString() }
        // With failOnError, the beginning is told and only the end fails.
        fresh().launcher.answer(new IOException('agent is gone'))
        assert around("echo 'built'", 'failOnError: true').message == 'jiraSendBuildInfo: not sent: agent is gone; kept for the next step that can send it'
        assert jenkins.echoes.size() == 2 && jenkins.echoes[1] == 'built'
        fresh().launcher.answer(new IOException('agent is gone'))
        assert around("error 'own'", 'failOnError: true').message == 'own'
        assert jenkins.echoes.size() == 2
    }

    @Test
    void 'bodies inside bodies, and side by side, keep apart'() {
        jenkins.launcher.answer({ Map request -> [begun: request.parameters.environmentId ?: 'outer'] })
        jenkins.pipeline('''
            jiraSendBuildInfo {
                parallel(
                    a: { jiraSendDeploymentInfo(environmentId: 'a') { milestone 1; milestone 2 } },
                    b: { jiraSendDeploymentInfo(environmentId: 'b') { milestone 1 } },
                    c: { try { jiraSendDeploymentInfo(environmentId: 'c') { milestone 1; error 'no' } } catch (Exception e) { } },
                )
            }
        ''')
        Map<String, List<Map>> all = requests.groupBy { it.parameters.environmentId ?: 'outer' }
        all.each { String name, List<Map> two ->
            assert two*.body*.phase == ['begin', 'end'] && two*.id.unique().size() == 1
            assert [two[1].body.begun, two[1].body.threw] == [name, name == 'c']
        }
        assert all.size() == 4 && jenkins.launcher.calls*.environment*.JIRA_SEND_TMP.unique().size() == 4
        assert [requests.first(), requests.last()]*.step == ['jiraSendBuildInfo'] * 2
    }

    @Test
    void 'a stop while the beginning is being sent still has its end'() {
        jenkins.launcher.answer(new FlowInterruptedException(), [:])
        assert around("echo 'never'") instanceof FlowInterruptedException
        assert !jenkins.echoes.contains('never')
        assert [end.threw, end.interrupted, end.begun] == [true, true, null]
    }

    @Test
    void 'an interruption of the end goes on, after a good body and a bad one'() {
        ['libraryResource', 'writeFile', 'beginWithCredentials', 'beginWithEnv', 'sh', 'echo'].each { String name ->
            ['milestone 1', "milestone 1; error 'no'"].each { String body ->
                FakeJenkins run = fresh()
                CpsMachine machine = run.start("jiraSendBuildInfo { ${body} }")
                while (machine.waiting.name != 'milestone') {
                    machine.step()
                }
                machine.step()
                run.failing[name] = new FlowInterruptedException()
                assert machine.finish().failure instanceof FlowInterruptedException
            }
        }
    }

    @Test
    void 'trouble at the end does not hide what the body threw'() {
        ['writeFile', 'beginWithCredentials', 'libraryResource', 'sh', 'echo'].each { String name ->
            [new AbortException('no'), new IOException('agent is gone'), new IllegalStateException('no')].each { Throwable trouble ->
                FakeJenkins run = fresh()
                run.command = { String script, StepCall call -> run.failing[name] = trouble; 7 }
                Throwable thrown = around("sh 'make'", 'failOnError: true')
                assert [name, thrown.getClass(), thrown.message] == [name, AbortException, name == 'sh' ? 'script returned exit code 7' : thrown.message]
                assert thrown.message == 'script returned exit code 7'
            }
        }
    }

    @Test
    void 'a body goes on after a restart in its middle'() {
        jenkins.launcher.answer([begun: 'token'])
        CpsMachine machine = jenkins.start('return jiraSendBuildInfo { milestone 1; milestone 2 }')
        while (machine.waiting.name != 'milestone') {
            machine.step()
        }
        machine = machine.restarted().finish()
        assert [machine.value, machine.failure, end.begun] == [RESULT, null, 'token']
    }
}
