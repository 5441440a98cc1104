// Runs what DeclarativeSyntax read from pipeline { }, in continuation-passing style as Declarative's own interpreter does.
//
// It stands on what was measured on a real Jenkins (results in stages and post, conditions of post, GIT_ variables where
// an agent has checked out, STAGE_NAME of post, credentials in environment), and for the order of agent, variables, time
// and conditions on Jenkins' documentation of the pipeline syntax. What an agent is besides a name, tools, input,
// parameters, triggers, and the conditions that compare with the run before are not there.

def execute(Map pipeline) {
    harness.FakeJenkins.current().agent = false
    Map ended = [error: null, posted: false]
    try {
        inAgent(pipeline.agent) {
            inEnvironment(pipeline.environment) {
                inTime(pipeline.options) {
                    ended.error = allStages(pipeline.stages, pipeline.options ?: [:], null)
                    ended.posted = true
                    ended.error = postOfAll(pipeline.post, ended.error)
                    if (ended.error != null) {
                        throw ended.error
                    }
                }
            }
        }
    } catch (Throwable problem) {
        ended.error = ended.error ?: problem
    }
    if (!ended.posted) {
        ended.error = postOfAll(pipeline.post, ended.error)
    }
    if (ended.error != null) {
        throw ended.error
    }
}

/** Runs stages one after the other, or passes them over after an error. Gives the first error. */
def allStages(List stages, Map options, Throwable error) {
    Throwable first = error
    for (int i = 0; i < stages.size(); i++) {
        try {
            oneStage(stages[i], options, first)
        } catch (Throwable problem) {
            first = first ?: problem
        }
    }
    return first
}

def oneStage(Map stage, Map options, Throwable error) {
    Map ended = [error: error, run: false]
    beginStage(stage.name)
    try {
        if (error == null && !(options.skipStagesAfterUnstable && currentBuild.result == 'UNSTABLE')) {
            inValues(stage.axes ?: [:]) {
                inTime(stage.options) {
                    if (stage.when == null || !stage.when.beforeAgent || passes(stage.when)) {
                        inAgent(stage.agent) {
                            if (stage.when == null || stage.when.beforeAgent || passes(stage.when)) {
                                inEnvironment(stage.environment) {
                                    ended.run = true
                                    contents(stage, options)
                                }
                            }
                        }
                    }
                }
            }
        }
    } catch (Throwable problem) {
        ended.error = ended.error ?: problem
    } finally {
        if (ended.run && (stage.parallel != null || stage.matrix != null)) {
            ended.error = post(stage.post, ended.error, true)
        }
        endBlock()
    }
    if (ended.error != null) {
        throw ended.error
    }
}

/** What a stage is made of. The post part of steps and of nested stages runs on the agent of the stage. */
def contents(Map stage, Map options) {
    if (stage.parallel != null || stage.matrix != null) {
        List all = stage.parallel ?: cells(stage.matrix)
        Map branches = [:]
        for (int i = 0; i < all.size(); i++) {
            Map branch = all[i]
            branches.put(branch.name, { oneStage(branch, options, null) })
        }
        if (stage.failFast || options.parallelsAlwaysFailFast) {
            branches.put('failFast', true)
        }
        parallel(branches)
        return
    }
    Throwable first = null
    try {
        if (stage.stages != null) {
            first = allStages(stage.stages, options, null)
        } else {
            stage.steps.call()
        }
    } catch (Throwable problem) {
        first = problem
    }
    first = post(stage.post, first, true)
    if (first != null) {
        throw first
    }
}

/** Every combination of the axes, as a stage. */
def cells(Map matrix) {
    List all = [[:]]
    for (int a = 0; a < matrix.axes.size(); a++) {
        List longer = []
        for (int i = 0; i < all.size(); i++) {
            for (int v = 0; v < matrix.axes[a].values.size(); v++) {
                Map next = [:] + all[i]
                next.put(matrix.axes[a].name, matrix.axes[a].values[v])
                longer.add(next)
            }
        }
        all = longer
    }
    List stages = []
    for (int i = 0; i < all.size(); i++) {
        String name = 'Matrix - ' + all[i].toString()
        stages.add([name: name, axes: all[i], agent: matrix.agent, environment: matrix.environment, stages: matrix.stages, post: matrix.post])
    }
    return stages
}

def postOfAll(Map conditions, Throwable error) {
    if (conditions == null) {
        return error
    }
    beginStage('Declarative: Post Actions')
    try {
        return post(conditions, error, false)
    } finally {
        endBlock()
    }
}

/** While a condition runs, the result of the build is what it would be if it ended here; a condition that fails ends no other. */
def post(Map conditions, Throwable error, boolean ofStage) {
    List order = ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'notBuilt', 'cleanup']
    Throwable first = error
    for (int i = 0; i < order.size() && conditions != null; i++) {
        String before = currentBuild.result
        String result = harness.FakeJenkins.current().resultOf(first, ofStage)
        Map results = [always: true, aborted: result == 'ABORTED', failure: result == 'FAILURE', success: result == 'SUCCESS',
                       unstable: result == 'UNSTABLE', unsuccessful: result != 'SUCCESS', notBuilt: result == 'NOT_BUILT', cleanup: true]
        if (conditions[order[i]] != null && results[order[i]]) {
            currentBuild.force(result)
            try {
                conditions[order[i]].call()
            } catch (Throwable problem) {
                first = first ?: problem
            }
            if (currentBuild.result == result) {
                currentBuild.force(before)
            }
        }
    }
    return first
}

def passes(Map condition) {
    boolean passed = true
    if (condition.expression != null) {
        passed = passed && condition.expression.call()
    }
    if (condition.branch != null) {
        passed = passed && env.BRANCH_NAME == condition.branch
    }
    return passed
}

/** Where there is an agent, the repository is checked out, and what that gives are variables. */
def inAgent(Object agent, Closure body) {
    if (agent == null || agent == 'none') {
        body()
        return
    }
    node(agent == 'any' ? '' : agent.label) {
        inValues(harness.FakeJenkins.current().checkout) {
            body()
        }
    }
}

def inEnvironment(List entries, Closure body) {
    Map values = [:]
    List bindings = []
    for (int i = 0; entries != null && i < entries.size(); i++) {
        Object value = entries[i].value.call()
        if (entries[i].credentials) {
            bindings.addAll(harness.FakeJenkins.current().bindings(entries[i].name, value.toString()))
        } else {
            values.put(entries[i].name, value)
        }
    }
    if (bindings.isEmpty()) {
        inValues(values, body)
        return
    }
    withCredentials(bindings) {
        inValues(values, body)
    }
}

def inValues(Map values, Closure body) {
    List lines = []
    List names = new ArrayList(values.keySet())
    for (int i = 0; i < names.size(); i++) {
        lines.add(names[i] + '=' + values.get(names[i]))
    }
    if (lines.isEmpty()) {
        body()
        return
    }
    withEnv(lines) {
        body()
    }
}

def inTime(Map options, Closure body) {
    if (options?.timeout == null) {
        body()
        return
    }
    timeout(options.timeout) {
        body()
    }
}
