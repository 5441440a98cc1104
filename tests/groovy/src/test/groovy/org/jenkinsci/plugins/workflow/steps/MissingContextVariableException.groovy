package org.jenkinsci.plugins.workflow.steps

/** Stands for Jenkins' class of this name: a step that needs an agent was called without one. */
class MissingContextVariableException extends Exception {
    MissingContextVariableException(String type) {
        super('Required context ' + type + ' is missing\nPerhaps you forgot to surround the step with a step that provides this, such as: node')
    }
}
