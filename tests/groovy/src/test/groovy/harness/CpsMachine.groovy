package harness

import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Envs
import com.cloudbees.groovy.cps.Outcome
import com.cloudbees.groovy.cps.sandbox.DefaultInvoker
import com.cloudbees.groovy.cps.sandbox.SandboxInvoker

/**
 * Runs a pipeline as Jenkins does: the program suspends at every step, is written to disk, read back and resumed with
 * the step's result. What cannot be serialised fails here, at the step over which it was held.
 *
 * Not as in Jenkins: groovy-cps 1.31 is older than the one in today's workflow-cps, serialisation is Java's and not
 * JBoss Marshalling with Jenkins' special cases (iterators of lists, persisted steps), and bodies of steps run in the
 * same continuation instead of in a thread of their own.
 */
class CpsMachine {
    private final FakeJenkins jenkins
    private Continuable program
    private Outcome next = new Outcome(null, null)
    /** The step the program waits for; null when it has ended. */
    StepCall waiting
    Object value
    Throwable failure

    CpsMachine(FakeJenkins jenkins, Script script) {
        this.jenkins = jenkins
        this.program = new Continuable(script, Envs.empty(jenkins.library.sandboxed ? new SandboxInvoker() : new DefaultInvoker()))
        resume()
    }

    boolean isRunning() {
        return waiting != null
    }

    /** Runs the step the program waits for, then the program up to the next one. */
    void step() {
        program = rewritten(program, waiting.name)
        try {
            next = new Outcome(jenkins.run(waiting), null)
        } catch (Throwable thrown) {
            next = new Outcome(null, thrown)
        }
        resume()
    }

    CpsMachine finish() {
        while (running) {
            step()
        }
        return this
    }

    /** The same program as after a restart of the controller: from its bytes, at the step it waits for. */
    CpsMachine restarted() {
        CpsMachine other = new CpsMachine(jenkins)
        other.program = rewritten(program, waiting.name)
        other.waiting = waiting
        return other
    }

    private CpsMachine(FakeJenkins jenkins) {
        this.jenkins = jenkins
    }

    private void resume() {
        Outcome outcome = jenkins.inside { program.run0(next, Continuable.categories) }
        waiting = null
        if (program.resumable) {
            waiting = (StepCall) outcome.normal
        } else {
            value = outcome.normal
            failure = outcome.abnormal
        }
    }

    private Continuable rewritten(Continuable held, String step) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream()
        try {
            new ObjectOutputStream(bytes).withStream { it.writeObject(held) }
        } catch (NotSerializableException problem) {
            throw new AssertionError((Object) "held over the step '${step}' and not serialisable: ${problem.message}")
        }
        ClassLoader loader = jenkins.library.loader
        ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
            @Override
            protected Class resolveClass(ObjectStreamClass description) {
                return Class.forName(description.name, false, loader)
            }
        }
        return (Continuable) input.readObject()
    }
}
