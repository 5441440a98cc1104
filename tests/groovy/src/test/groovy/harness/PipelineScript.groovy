package harness

import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.SerializableScript
import org.codehaus.groovy.runtime.InvokerHelper

/**
 * Base class of the pipeline script and of the vars scripts; resolves names in the order of Jenkins' CpsScript.
 * Methods: own, library variable, step. Properties: binding, library variable, environment variable.
 */
abstract class PipelineScript extends SerializableScript {
    @Override
    Object invokeMethod(String name, Object arguments) {
        Object[] args = arguments instanceof Object[] ? (Object[]) arguments : [arguments] as Object[]
        FakeJenkins jenkins = FakeJenkins.current()
        if (jenkins.library.names.contains(name)) {
            return InvokerHelper.invokeMethod(variable(jenkins, name), 'call', args)
        }
        if (name == 'pipeline') {
            return InvokerHelper.invokeMethod(variable(jenkins, 'declarative'), 'execute', args)
        }
        if (FakeJenkins.BODY_STEPS.contains(name) && !jenkins.missingSteps.contains(name)) {
            return InvokerHelper.invokeMethod(variable(jenkins, 'bodies'), name, args)
        }
        if (FakeJenkins.DESCRIPTIONS.contains(name) && !jenkins.missingSteps.contains(name)) {
            return [kind: name] + (args[0] as Map)
        }
        if (jenkins.hasStep(name)) {
            return Continuable.suspend(name, new StepCall(name, args))
        }
        throw new NoSuchMethodError("No such DSL method '" + name + "' found among steps " + FakeJenkins.STEPS)
    }

    /** Groovy has a method of this name for every object; Jenkins puts the step before it, too. */
    Object sleep(long seconds) {
        return invokeMethod('sleep', [seconds] as Object[])
    }

    @Override
    Object getProperty(String name) {
        FakeJenkins jenkins = FakeJenkins.current()
        if (name == 'env') {
            return jenkins.env
        }
        if (name == 'currentBuild') {
            return jenkins.build
        }
        if (getBinding().hasVariable(name)) {
            return getBinding().getVariable(name)
        }
        if (jenkins.library.names.contains(name)) {
            return variable(jenkins, name)
        }
        String value = jenkins.environment().get(name)
        return value == null ? super.getProperty(name) : value
    }

    /** One instance for each run, kept in the binding and so saved with the program. */
    protected Object variable(FakeJenkins jenkins, String name) {
        if (!getBinding().hasVariable(name)) {
            Script instance = (Script) jenkins.library.load(name).newInstance()
            instance.setBinding(getBinding())
            getBinding().setVariable(name, instance)
        }
        return getBinding().getVariable(name)
    }
}
