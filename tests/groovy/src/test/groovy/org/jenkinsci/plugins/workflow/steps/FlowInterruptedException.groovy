package org.jenkinsci.plugins.workflow.steps

/** Stands for Jenkins' class of this name: a user's stop or a timeout. Its message is null there too. */
class FlowInterruptedException extends InterruptedException {
    /** False once it has gone past the timeout that made it: then retry begins again. */
    boolean actual = true
}
