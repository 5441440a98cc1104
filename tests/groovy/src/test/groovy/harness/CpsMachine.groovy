package harness

import com.cloudbees.groovy.cps.Block
import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Envs
import com.cloudbees.groovy.cps.Outcome
import com.cloudbees.groovy.cps.impl.ConstantBlock
import com.cloudbees.groovy.cps.impl.FunctionCallBlock
import com.cloudbees.groovy.cps.impl.SourceLocation
import com.cloudbees.groovy.cps.sandbox.DefaultInvoker
import com.cloudbees.groovy.cps.sandbox.SandboxInvoker
import com.cloudbees.groovy.cps.sandbox.Trusted
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * Runs a pipeline as Jenkins does: the program suspends at every step, is written to disk, read back and resumed with
 * the step's result. What cannot be serialised fails here, at the step over which it was held. The branches of parallel
 * take turns, one step each, and are written together; a branch that sleeps has its turn when the others have slept as
 * long.
 *
 * Not as in Jenkins: groovy-cps 1.31 is older than the one in today's workflow-cps, serialisation is Java's and not
 * JBoss Marshalling with Jenkins' special cases (iterators of lists, persisted steps), and bodies of steps run in the
 * same continuation instead of in a thread of their own.
 */
class CpsMachine {
    private final FakeJenkins jenkins
    /** All branches that have not ended, the one whose turn it is first. The first one of all is the pipeline itself. */
    private List<Branch> branches = []
    Object value
    Throwable failure
    /** Whether a user stopped the run. Its result is ABORTED then, whatever the pipeline makes of it. */
    boolean stopped

    CpsMachine(FakeJenkins jenkins, Script script) {
        this.jenkins = jenkins
        Branch main = new Branch(program: new Continuable(script, environment()), blocks: jenkins.blocks)
        branches << main
        resume(main, new Outcome(null, null))
    }

    boolean isRunning() {
        return !branches.empty
    }

    /** The step the program waits for, of the branch whose turn it is; null when it has ended. */
    StepCall getWaiting() {
        return branches ? turn().waiting : null
    }

    /** Runs the step the program waits for, then that branch up to the next one. */
    void step() {
        Branch branch = turn()
        if (branch.waiting.name == 'sleep' && branch.parent != null && !branch.asleep) {
            branch.asleep = true
            branch.slept += FakeSteps.seconds(branch.waiting.args[0])
            return
        }
        branch.asleep = false
        save(branch)
        jenkins.blocks = branch.blocks
        if (branch.waiting.name == 'parallel') {
            begin(branch, branch.waiting.args.last() as Map)
            return
        }
        Outcome outcome
        try {
            outcome = new Outcome(jenkins.run(branch.waiting), null)
        } catch (Throwable thrown) {
            outcome = new Outcome(null, thrown)
        }
        branches.remove(branch)
        branches.add(branch)
        resume(branch, outcome)
    }

    /** A user stops the run: every step that is waited for is interrupted. */
    void stop() {
        stopped = true
        interrupt(branches)
    }

    CpsMachine finish() {
        while (running) {
            step()
        }
        return this
    }

    /** What the run ends with, as Jenkins decides it from the pipeline's end and the result so far. */
    String getResult() {
        assert !running
        return FakeBuild.worse(jenkins.resultOf(failure, false), stopped ? 'ABORTED' : null)
    }

    /** The same program as after a restart of the controller: from its bytes, at the step it waits for. */
    CpsMachine restarted() {
        CpsMachine other = new CpsMachine(jenkins)
        save(turn())
        other.branches = branches
        return other
    }

    private CpsMachine(FakeJenkins jenkins) {
        this.jenkins = jenkins
    }

    private Branch turn() {
        return branches.findAll { it.running == 0 }.min { it.slept }
    }

    private Object environment() {
        return Envs.empty(jenkins.library.sandboxed ? new SandboxInvoker() : new DefaultInvoker())
    }

    private void interrupt(List<Branch> all) {
        all.findAll { it.running == 0 }.each { Branch branch -> resume(branch, new Outcome(null, new FlowInterruptedException())) }
    }

    private void begin(Branch parent, Map<String, Object> arguments) {
        Map<String, Object> closures = arguments.findAll { it.value instanceof Closure }
        assert closures && arguments.keySet() - closures.keySet() - ['failFast'] == [] as Set
        parent.failFast = arguments.failFast == true
        parent.running = closures.size()
        parent.results = [:]
        closures.collect { String name, Object body ->
            Block call = new FunctionCallBlock(SourceLocation.UNKNOWN, [Trusted.INSTANCE], new ConstantBlock(body), new ConstantBlock('call'), false, [] as Block[])
            Branch branch = new Branch(program: new Continuable(call, environment()), blocks: new Blocks(parent.blocks), parent: parent, name: name,
                slept: parent.slept)
            branches << branch
            return branch
        }.each { Branch branch -> resume(branch, new Outcome(null, null)) }
    }

    private void resume(Branch branch, Outcome next) {
        jenkins.blocks = branch.blocks
        Outcome outcome = jenkins.inside { branch.program.run0(next, Continuable.categories) }
        if (branch.program.resumable) {
            branch.waiting = (StepCall) outcome.normal
            return
        }
        branches.remove(branch)
        if (branch.parent == null) {
            value = outcome.normal
            failure = outcome.abnormal
        } else {
            ended(branch.parent, branch.name, branch.slept, outcome)
        }
    }

    private void ended(Branch parent, String name, long slept, Outcome outcome) {
        parent.running--
        parent.results[name] = outcome.normal
        parent.slept = Math.max(parent.slept, slept)
        if (outcome.abnormal != null && parent.problem == null) {
            parent.problem = outcome.abnormal
            if (parent.failFast) {
                interrupt(branches.findAll { it.parents.contains(parent) })
            }
        }
        // The last one may have ended in that interruption already.
        if (parent.running == 0 && parent.results != null) {
            Outcome all = parent.problem == null ? new Outcome(parent.results, null) : new Outcome(null, parent.problem)
            parent.results = null
            parent.problem = null
            resume(parent, all)
        }
    }

    /**
     * Writes all branches and reads them back; with them what the step holds that is to run now, for it may share objects.
     * Where time is short, they are read back at the steps of the launcher only, and not written where a block ends.
     */
    private void save(Branch branch) {
        if (!jenkins.readBack && branch.waiting.name == 'endBlock') {
            return
        }
        List programs = branches*.program
        List held = branch.waiting.name == 'parallel' ? branch.waiting.args : []
        ByteArrayOutputStream bytes = new ByteArrayOutputStream()
        try {
            new ObjectOutputStream(bytes).withStream { it.writeObject([programs, held]) }
        } catch (NotSerializableException problem) {
            throw new AssertionError((Object) "held over the step '${branch.waiting.name}' and not serialisable: ${problem.message}")
        }
        if (!jenkins.readBack && !(branch.waiting.name in ['sh', 'bat', 'parallel'])) {
            return
        }
        ClassLoader loader = jenkins.library.loader
        ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
            @Override
            protected Class resolveClass(ObjectStreamClass description) {
                return Class.forName(description.name, false, loader)
            }
        }
        List read = (List) input.readObject()
        branches.eachWithIndex { Branch each, int number -> each.program = (Continuable) read[0][number] }
        if (held) {
            branch.waiting = new StepCall('parallel', read[1] as Object[])
        }
    }

    private static class Branch {
        Continuable program
        /** The step that it waits for. */
        StepCall waiting
        Blocks blocks
        Branch parent
        String name
        /** Seconds that it has slept, with the sleep that it is in. */
        long slept
        boolean asleep
        /** Its own branches that have not ended, and what came of those that have. */
        int running
        boolean failFast
        Map<String, Object> results
        Throwable problem

        List<Branch> getParents() {
            return parent == null ? [] : [parent] + parent.parents
        }
    }
}
