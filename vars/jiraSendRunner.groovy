/**
 * The runner behind the public steps: the body, the agent, the credential and the call of the program; private, may change
 * at any time. The program decides everything else. jiraSendRun has what needs no step.
 *
 * The code keeps to what the script sandbox and the CPS transformation allow. Strangers' text never becomes script text.
 *
 * @param step name and arguments of the public step; sends: true when an update that could not be sent is kept;
 *             positional: the parameter that a lone text stands for; strict: true when trouble fails the build unless failOnError is false; credential: false when none is needed;
 *             otherwise: what the step returns, in place of a Map, when the program could not be called
 */
def call(Map step) {
    Map task = jiraSendRun.task(step, env)
    return task.body == null ? finish(ask(task)) : around(task)
}

/** The beginning, the body, the end. What the body throws is rethrown unchanged. */
private Object around(Map task) {
    Closure body = task.body
    Map answer = null
    Map end = [phase: 'end', begun: null, started: System.currentTimeMillis(), threw: true, interrupted: false, resultBefore: currentBuild.result]
    try {
        task.request.body = [phase: 'begin']
        end.begun = ask(task).begun
        body()
        end.threw = false
    } catch (InterruptedException interruption) {
        // A user's stop, a timeout, or the failFast of another branch; FlowInterruptedException is one.
        end.interrupted = true
        throw interruption
    } finally {
        try {
            task.request.body = end
            answer = ask(task)
        } catch (InterruptedException interruption) {
            throw interruption
        } catch (Exception trouble) {
            // What the body threw counts more.
            if (!end.threw) {
                throw trouble
            }
        }
    }
    return finish(answer)
}

/** What the answer asks for after all else. */
private Object finish(Map answer) {
    if (answer.setResult == 'ABORTED') {
        currentBuild.result = 'ABORTED'
    }
    if (answer.interrupt == true) {
        echo(answer.fail)
        interrupt()
    }
    if (answer.fail) {
        error(answer.fail)
    }
    return answer.returns
}

/** The sandbox lets nobody create an interruption, so it is the one of a timeout, thrown when the timeout is over. */
private void interrupt() {
    Throwable caught = null
    timeout(time: 1, unit: 'SECONDS') {
        try {
            sleep(time: 1, unit: 'MINUTES')
        } catch (InterruptedException interruption) {
            caught = interruption
        }
    }
    if (caught != null) {
        throw caught
    }
}

/** Calls the program, again as long as it says so, and does what every answer asks for. */
private Map ask(Map task) {
    Map again = null
    int failures = 0
    task.request.waiting = null
    while (true) {
        Map answer = once(task)
        // While it waits, the agent may be away for some time.
        failures = answer.undelivered == true ? failures + 1 : 0
        boolean patient = failures > 0 && failures < 10 && again != null
        String lines = jiraSendRun.conclude(answer, env, patient, failures)
        if (lines != '') {
            echo(lines)
        }
        again = patient ? again : answer.again
        if (again == null) {
            return answer
        }
        sleep(time: again.seconds.intValue(), unit: 'SECONDS')
        task.request.waiting = again.token
    }
}

/** One call of the program. Whatever keeps it from being made becomes an answer, too; only an interruption is rethrown. */
private Map once(Map task) {
    String reason
    task.now = System.currentTimeMillis()
    task.ownAgent = false
    task.problem = null
    try {
        Map answer = task.agent == null ? bound(task) : onOwnAgent(task)
        if (answer.problem == null) {
            return answer
        }
        reason = answer.problem
    } catch (InterruptedException interruption) {
        // Nothing of it may be read: the sandbox would throw a rejection in its place.
        jiraSendRun.remember(undelivered(task, 'interrupted').memory, env)
        throw interruption
    } catch (Exception | NoSuchMethodError problem) {
        // The Error is a step of a plugin that is not installed.
        reason = problem.toString()
    }
    return undelivered(task, reason)
}

private Map undelivered(Map task, String reason) {
    String names = ''
    try {
        names = task.sends ? libraryResource('jira-send/variables') : ''
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception missing) {
        // The reason says it already: the launcher is missing as well.
    }
    return jiraSendRun.undelivered(task, names, reason, currentBuild, env)
}

/** Allocates an agent for this call, in bounded time: Jira must not hold up the build. */
private Map onOwnAgent(Map task) {
    long end = task.now + task.agent.seconds * 1000
    try {
        return timeout(time: task.agent.seconds, unit: 'SECONDS') {
            node(task.agent.label) {
                task.ownAgent = true
                bound(task)
            }
        }
    } catch (InterruptedException interruption) {
        // Only the time tells a timeout from a stop of the run: the sandbox lets nothing else be read.
        if (System.currentTimeMillis() < end) {
            throw interruption
        }
    }
    return [problem: jiraSendRun.late(task)]
}

/** Binds the credential. Without it, the program is called all the same, and decides. */
private Map bound(Map task) {
    Object id = task.credential
    if (id == false) {
        return launched(task, [])
    }
    String clientId = task.clientId
    boolean isBound = false
    try {
        List bindings = clientId == '' ? [usernamePassword(credentialsId: id, usernameVariable: 'JIRA_CLIENT_ID', passwordVariable: 'JIRA_CLIENT_SECRET')] :
            [string(credentialsId: id, variable: 'JIRA_CLIENT_SECRET')]
        return withCredentials(bindings) {
            isBound = true
            launched(task, clientId == '' ? [] : ['JIRA_CLIENT_ID=' + clientId])
        }
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception | NoSuchMethodError problem) {
        if (isBound) {
            throw problem
        }
        task.problem = jiraSendRun.reason(problem.toString())
    }
    return launched(task, [])
}

/** Writes the request and runs the launcher; once more when the agent has no program yet. */
private Map launched(Map task, List environment) {
    // Outside the checkout, and one for each call: parallel stages can share a workspace. The launcher removes it.
    // Each step costs 5 ms, so the path, which the variable has too, also tells the system.
    String folder = (env.WORKSPACE_TMP ?: pwd(tmp: true)) + '/jira-send-' + task.id
    boolean unix = folder.startsWith('/')
    environment.add('JIRA_SEND_TMP=' + folder)
    boolean ended = false
    try {
        writeFile(file: folder + '/request.json', text: jiraSendRun.request(task, currentBuild, env), encoding: 'UTF-8')
        Map answer = launch(environment, unix)
        if (answer.needs != null) {
            environment.add('JIRA_SEND_DELIVERED=' + (delivered(answer.needs, folder) ? 'file' : 'none'))
            answer = launch(environment, unix)
            answer = answer.needs == null ? answer : [problem: 'the launcher still needs ' + answer.needs]
        }
        ended = true
        return answer
    } finally {
        if (!ended) {
            remove(folder)
        }
    }
}

private Map launch(List environment, boolean unix) {
    String output = withEnv(environment) {
        unix ? sh(script: libraryResource('jira-send/run.sh'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send') :
            bat(script: libraryResource('jira-send/run.bat'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
    }
    return jiraSendRun.answer(output)
}

/** Writes the program's file into the folder of the call: from this library, else from the one that carries the programs. */
private boolean delivered(String file, String folder) {
    String version = file.replaceFirst('^jira-send-', '').replaceFirst('-[a-z0-9]+-[^-]+$', '')
    String reason = ''
    for (int source = 0; source < 2; source++) {
        try {
            if (source == 1) {
                library((env.JIRA_SEND_PROGRAM_LIBRARY ?: 'jira-send-program') + '@program/v' + version)
            }
            // In no variable: it would be saved with the state of the run.
            writeFile(file: folder + '/' + file, encoding: 'Base64',
                text: libraryResource(resource: 'jira-send/' + file, encoding: 'Base64'))
            return true
        } catch (InterruptedException interruption) {
            throw interruption
        } catch (Exception | NoSuchMethodError problem) {
            reason = jiraSendRun.unexpected(problem.toString())
        }
    }
    if (reason != '') {
        echo('jira-send: could not deliver ' + file + ': ' + reason)
    }
    return false
}

/** The files of a call whose launcher never started or was lost. */
private void remove(String folder) {
    try {
        dir(folder) {
            deleteDir()
        }
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception problem) {
        // The agent is gone; the first trouble counts.
    }
}
