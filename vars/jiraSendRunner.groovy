import java.text.SimpleDateFormat

/**
 * The one runner behind the public steps; private, may change at any time.
 *
 * jiraSendParameters reads what the user gave, jiraSendChanges the change log; jiraSendLauncher binds the credential and
 * hands everything to the binary by environment variables and files, and jiraSendAnswer turns its JSON answer into a plain
 * Map. jiraSendDeployed, jiraSendWaiting and jiraSendUnfinished keep with the run what later steps and runs need.
 * Strangers' text (branch names, commit messages) never becomes script text.
 * The code keeps to what the script sandbox and the CPS transformation allow, so that it works the same in a global
 * (trusted) and in a folder-level (sandboxed) library.
 *
 * @param request step (the public step's name, for messages), command (of the binary), parameters (the user's),
 *                body (may be null): what to do between the beginning and the end, and silent (may be null): true leaves it
 *                to the caller to say what came of it, and to fail
 */
def call(Map request) {
    Map parameters = request.parameters ?: [:]
    if (request.body == null) {
        return report(request, parameters)
    }
    return around(request, parameters)
}

/**
 * The beginning, the body, its end. What the body throws goes on unchanged; trouble with Jira never reaches it, only an
 * interruption does.
 */
private Map around(Map request, Map parameters) {
    String ignored = orderGiven(parameters, env.JIRA_SEND_LAST_UPDATED, env.JIRA_SEND_UPDATE_SEQUENCE_NUMBER)
    if (ignored != '') {
        echo(request.step + ': ' + ignored + ' ignored around a body: beginning and end must differ in them.')
    }
    // With the same number in both, Jira would not take the end. null counts as not given.
    Map common = parameters + [lastUpdated: null, updateSequenceNumber: null]
    Map beginning = [:]
    Map timed = request + [byClock: textOf(parameters.eventTime).trim() == '']
    Closure body = request.body
    long started = System.currentTimeMillis()
    String before = currentBuild.result
    Map closing = [state: 'failed', failOnError: false]
    boolean through = false
    Map ended
    try {
        // failOnError waits for the end: a beginning that Jira refused must not keep the body from running. A stop that
        // falls into it needs an end as well.
        Object begun = textOf(parameters.eventTime).trim() == '' ? started : parameters.eventTime
        beginning = report(timed + [beginning: true], common + [state: 'in_progress', eventTime: begun, failOnError: false, verify: false])
        body()
        closing = [state: endOf(parameters, before, currentBuild.result)]
        through = true
    } catch (InterruptedException interruption) {
        // A user's stop, a timeout, or the failFast of another branch: the build is to end soon.
        closing.state = 'cancelled'
        closing.budget = shortBudget(parameters.budget, env.JIRA_SEND_BUDGET)
        throw interruption
    } finally {
        if (!through && (currentBuild.result == 'ABORTED' || currentBuild.result == 'NOT_BUILT')) {
            // Such as by a gate: the run ends with this result, whatever was thrown.
            closing.state = 'cancelled'
        }
        long now = System.currentTimeMillis()
        closing.eventTime = laterThan(started, parameters.eventTime, now)
        if (request.command == 'deployment' && parameters.duration == null) {
            closing.duration = now > started ? (now - started).intdiv(1000) : 0
        }
        if (beginning.issueKeys) {
            // What Jira has is replaced as a whole, so the end repeats the issues of the beginning.
            closing.issueKeys = beginning.issueKeys
            closing.onlyIssueKeys = jiraSendParameters.isOnlyIssueKeys(parameters)
        }
        try {
            ended = report(timed, common + closing)
        } catch (InterruptedException interruption) {
            throw interruption
        } catch (Exception trouble) {
            // What the body threw counts more.
            if (through) {
                throw trouble
            }
        }
    }
    return ended
}

/** What the user gave that would give beginning and end the same place in time; empty when there is nothing. */
@NonCPS
private String orderGiven(Map parameters, String lastUpdated, String updateSequenceNumber) {
    Map given = [
        lastUpdated: parameters.lastUpdated, updateSequenceNumber: parameters.updateSequenceNumber,
        JIRA_SEND_LAST_UPDATED: lastUpdated, JIRA_SEND_UPDATE_SEQUENCE_NUMBER: updateSequenceNumber,
    ]
    List names = []
    for (name in given.keySet()) {
        if (textOf(given.get(name)).trim() != '') {
            names.add(name)
        }
    }
    return names.join(', ')
}

/** The time of the end. Jira takes the end only when it is later than the beginning, which the user may have set. */
@NonCPS
private long laterThan(long started, Object givenTime, long now) {
    long given = millisecondsOf(givenTime)
    long latest = given > started ? given : started
    return now > latest ? now : latest + 1
}

/** A time as the binary takes it: milliseconds since 1970, or RFC 3339; 0 for anything else, which the binary refuses. */
@NonCPS
private long millisecondsOf(Object time) {
    String text = textOf(time).trim().toUpperCase()
    if (text.matches('[0-9]{1,16}')) {
        return text.toLong()
    }
    // A fraction counts as the whole second after it.
    String seconds = text.replaceFirst('[.,][0-9]+', '').replaceFirst('T', ' ')
    if (seconds.matches('[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}(Z|[+-][0-9]{2}:[0-9]{2})')) {
        return new SimpleDateFormat('yyyy-MM-dd HH:mm:ssXXX').parse(seconds).getTime() + 1000
    }
    return 0
}

/** Seconds for an end that is sent while the build is being stopped: five, or fewer where the user said so. */
@NonCPS
private int shortBudget(Object parameter, String variable) {
    String given = textOf(parameter).trim() ?: textOf(variable).trim()
    return given.matches('[1-4]') ? Integer.parseInt(given) : 5
}

/** The state given by the user, else what became of the run: a body may make it unstable and go through. */
@NonCPS
private String endOf(Map parameters, String before, String after) {
    String given = textOf(parameters.state)
    if (given.trim() != '') {
        return given
    }
    return after == null || after == before ? 'successful' : after
}

/** Sends once; whatever goes wrong becomes a message. */
private Map report(Map request, Map parameters) {
    String step = request.step
    boolean silent = request.silent == true
    boolean strict = !silent && jiraSendParameters.isTrue(
        parameters.failOnError == null ? env.JIRA_SEND_FAIL_ON_ERROR : parameters.failOnError)
    Map credential = [
        id: textOf(parameters.credentialsId) ?: env.JIRA_SEND_CREDENTIALS_ID ?: 'jira-oauth',
        clientId: textOf(parameters.clientId).trim() ?: textOf(env.JIRA_SEND_CLIENT_ID).trim(),
    ]
    Map result
    try {
        result = send(request, parameters, credential, strict)
    } catch (InterruptedException interruption) {
        // A user's stop or a timeout (FlowInterruptedException is one). Nothing of it may be read here: the sandbox
        // would put a rejection in its place, and the build would end as failed instead of aborted.
        throw interruption
    } catch (Exception problem) {
        result = jiraSendAnswer.explain(problem, credential)
    } catch (NoSuchMethodError problem) {
        // A step of a plugin that is not installed; an Error, not an Exception.
        result = jiraSendAnswer.explain(problem, credential)
    }
    if (silent) {
        return result
    }
    String line = step + ': ' + result.message
    if (strict && result.exitCode != 0) {
        error(line)
    }
    if (jiraSendAnswer.isAccepted(result) && isLeftInProgress(request, parameters)) {
        line += ' (in progress, as the run has no result yet: call the step in post { always { } } or with a body, or give a state)'
    }
    echo(result.request == null ? line : line + ': ' + jiraSendAnswer.shown(result.request))
    return result
}

/** Whether nothing but the lack of a result made it in_progress: most often the step stands in the wrong place. */
private boolean isLeftInProgress(Map request, Map parameters) {
    boolean ends = request.command == 'build' || request.command == 'deployment'
    String given = textOf(parameters.state) + textOf(parameters.runningAs) + textOf(env.JIRA_SEND_STATE) + textOf(env.JIRA_SEND_RUNNING_AS)
    return ends && currentBuild.result == null && given.trim() == ''
}

private Map send(Map request, Map parameters, Map credential, boolean strict) {
    String step = request.step
    String command = request.command
    Map given = jiraSendParameters.read(command, parameters)
    if (given.complaint) {
        if (strict) {
            return jiraSendAnswer.failure('invalid', 2, given.complaint + ' Nothing was sent.')
        }
        echo(step + ': ' + given.complaint + ' It is ignored.')
    }
    Map options = given.options
    Map known = given.known
    if (known.state != null && options.state == null && currentBuild.result != null) {
        options.state = currentBuild.result
    }
    if (options.issueKeys != null) {
        options.onlyIssueKeys = jiraSendParameters.isOnlyIssueKeys(parameters)
    }
    boolean byClock = request.byClock == true
    if (known.eventTime != null && options.eventTime == null) {
        // The controller's clock: agents' clocks differ, and Jira orders events by this time.
        options.eventTime = System.currentTimeMillis()
        byClock = true
    }
    String flags = given.flags
    // What stands in a file of many flags is not about this run.
    boolean searches = known.changes != null && options.changes == null && options.file == null && flags == ''
    Map files = [changes: searches ? jiraSendChanges.collect(step) : '', flags: flags]
    List further = given.checkout
    if (files.changes != '') {
        // Commits of libraries are among them, which the binary tells by the repositories of the workspace.
        further.add('JIRA_SEND_CHANGES_OF_JENKINS=true')
    }
    further.add('JIRA_SEND_EVENT_TIME_BY_CONTROLLER=' + byClock)
    if (request.body != null) {
        // A blank variable counts as not set.
        further.add('JIRA_SEND_LAST_UPDATED= ')
        further.add('JIRA_SEND_UPDATE_SEQUENCE_NUMBER= ')
    }
    if (request.beginning && options.testReports != null) {
        // The files are those of another run still.
        options.testReports = null
    }
    if (request.beginning) {
        further.add('JIRA_SEND_TEST_REPORTS= ')
    }
    String deployed = ''
    if (command == 'deployment') {
        deployed = jiraSendDeployed.known(env.JIRA_SEND_DEPLOYED, currentBuild)
        further.add('JIRA_SEND_DEPLOYED=' + deployed)
        boolean mayRollBack = deployed != '{}' || options.deployedCommit != null
        if (mayRollBack && options.rollbackAs == null && textOf(request.parameters?.state).trim() != '') {
            // A state that the user gives stands.
            options.rollbackAs = 'successful'
        }
    }
    boolean dry = known.dryRun != null && jiraSendParameters.isTrue(options.dryRun == null ? env.JIRA_SEND_DRY_RUN : options.dryRun)
    // A dry run needs no credential; with false the user bound what the binary reads, such as one for each site.
    boolean bound = credential.id == 'false' || dry
    boolean ends = (command == 'build' || command == 'deployment') && !dry
    Map update = ends ? jiraSendUnfinished.update(command, options, further, credential, files.changes) : [:]
    Map done = jiraSendLauncher.start(command: command, options: options, files: files, further: further,
        waiting: known.outbox == null ? '' : jiraSendWaiting.known(), parameters: parameters, credential: credential, bound: bound)
    if (done.trouble) {
        if (ends) {
            jiraSendUnfinished.keep(update)
        }
        return jiraSendAnswer.failure('unreachable', 4, done.trouble + (ends ? ' It is kept for the next step that has an agent.' : ''))
    }
    jiraSendWaiting.keep(step, done.brought, done.output)
    if (command == 'deployment') {
        // Read anew: parallel branches may have deployed meanwhile.
        String now = jiraSendDeployed.remembered(env.JIRA_SEND_DEPLOYED ?: deployed, done.output)
        if (now != null) {
            env.JIRA_SEND_DEPLOYED = now
        }
    }
    Map answer = jiraSendAnswer.read(done.output)
    if (ends) {
        jiraSendUnfinished.settle(update, answer, request.beginning == true || isLeftInProgress(request, parameters))
        if (request.body == null || request.beginning) {
            // At the end of a body there may be little time left.
            jiraSendUnfinished.finish(step, parameters, answer)
        }
    }
    return answer
}

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
