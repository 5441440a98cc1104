package org.jenkinsci.plugins.workflow.steps

/** Stands for Jenkins' class of this name: a user's stop or a timeout. Its message is null there too. */
class FlowInterruptedException extends InterruptedException {
}
