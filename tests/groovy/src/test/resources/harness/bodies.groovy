// Steps with a body, themselves in continuation-passing style so that the body can suspend. The begin and end parts
// are ordinary steps of FakeJenkins.

def withEnv(List values, Closure body) {
    beginWithEnv(values)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def withCredentials(List bindings, Closure body) {
    beginWithCredentials(bindings)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def node(String label, Closure body) {
    beginNode(label)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def node(Closure body) {
    return node('', body)
}

def dir(String path, Closure body) {
    beginDir(path)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def timeout(Map limit, Closure body) {
    beginTimeout(limit)
    try {
        return body()
    } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException interruption) {
        // Past the step that made it, it is no interruption for retry any more.
        interruption.actual = false
        throw interruption
    } finally {
        endBlock()
    }
}

def retry(int times, Closure body) {
    int left = times
    while (true) {
        try {
            return body()
        } catch (Exception problem) {
            left--
            boolean stopped = problem instanceof org.jenkinsci.plugins.workflow.steps.FlowInterruptedException && problem.actual
            if (stopped || left == 0) {
                throw problem
            }
        }
    }
}

def waitUntil(Closure body) {
    while (true) {
        def done = body()
        if (!(done instanceof Boolean)) {
            error('body return value ' + done + ' is not boolean')
        }
        if (done) {
            return
        }
    }
}

def stage(String name, Closure body) {
    beginStage(name)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def script(Closure body) {
    return body()
}

def warnError(String message, Closure body) {
    catchError(buildResult: 'UNSTABLE', stageResult: 'UNSTABLE', body)
}

/** With both results given, as they were measured. */
def catchError(Map results, Closure body) {
    try {
        body()
    } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException interruption) {
        if (results.catchInterruptions == false) {
            throw interruption
        }
        markResult('ABORTED', 'ABORTED')
    } catch (Exception problem) {
        markResult(results.buildResult, results.stageResult)
    }
}
