import groovy.json.JsonOutput
import java.text.SimpleDateFormat

/**
 * The one runner behind the public steps; private, may change at any time.
 *
 * It binds the credential and hands everything to the launcher by environment variables and files; jiraSendParameters
 * reads what the user gave, jiraSendAnswer turns the binary's JSON answer into a plain Map. Strangers' text (branch
 * names, commit messages) never becomes script text.
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
    echo(result.request == null ? line : line + ': ' + jiraSendAnswer.shown(result.request))
    return result
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
    Map files = [changes: searches ? changesOf(step) : '', flags: flags]
    List further = given.checkout
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
    // What this run kept is the newest, and comes last: the binary lets later lines say what became of earlier ones.
    String kept = env.JIRA_SEND_WAITING ?: ''
    String brought = known.outbox == null ? '' : (waitingBefore(currentBuild, 100000 - kept.length()) + '\n' + kept).trim()
    further.add('JIRA_SEND_WAITING=' + (brought ?: 'none'))
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
    // A dry run needs no credential; with false the user bound what the binary reads, such as one for each site.
    boolean bound = credential.id == 'false' ||
        known.dryRun != null && jiraSendParameters.isTrue(options.dryRun == null ? env.JIRA_SEND_DRY_RUN : options.dryRun)
    Map done = onAgent(parameters) {
        bound ? launch(command, options, files, further) : launchWith(credential, command, options, files, further)
    }
    if (done.trouble) {
        return jiraSendAnswer.failure('unreachable', 4, done.trouble)
    }
    keepWaiting(step, brought, jiraSendAnswer.waiting(done.output), mostIn(done.unix))
    if (command == 'deployment') {
        // Read anew: parallel branches may have deployed meanwhile.
        String now = jiraSendDeployed.remembered(env.JIRA_SEND_DEPLOYED ?: deployed, done.output)
        if (now != null) {
            env.JIRA_SEND_DEPLOYED = now
        }
    }
    return jiraSendAnswer.read(done.output)
}

/**
 * Acts on the agent of the pipeline. Where there is none (agent none, code outside node), one is taken for this moment,
 * in a bounded time: Jira must not hold up the build. Gives what launch gives, or trouble.
 */
private Map onAgent(Map parameters, Closure action) {
    if (env.NODE_NAME != null || env.WORKSPACE != null) {
        return action()
    }
    String label = textOf(parameters.agentLabel).trim() ?: textOf(env.JIRA_SEND_AGENT_LABEL).trim()
    int seconds = secondsOf(parameters.agentTimeout, env.JIRA_SEND_AGENT_TIMEOUT)
    long end = System.currentTimeMillis() + seconds * 1000
    Map reached = [agent: false]
    try {
        return timeout(time: seconds, unit: 'SECONDS') {
            node(label) {
                reached.agent = true
                action()
            }
        }
    } catch (InterruptedException interruption) {
        // By the time alone can it be told from a stop of the run: the sandbox lets nothing else be read.
        if (System.currentTimeMillis() < end) {
            throw interruption
        }
    }
    return [trouble: reached.agent ?
        'the step took longer than ' + seconds + ' seconds on an agent of its own; give it more time with agentTimeout.' :
        'no agent' + (label == '' ? '' : ' with the label ' + label) + ' was free within ' + seconds + ' seconds; call the' +
            ' step inside node { }, name other agents with agentLabel, or give it more time with agentTimeout. Nothing was sent.']
}

/** Seconds that an agent may take, in all; two minutes when nothing sensible is given. */
@NonCPS
private int secondsOf(Object parameter, String variable) {
    String given = textOf(parameter).trim() ?: textOf(variable).trim()
    return given.matches('[1-9][0-9]{0,4}') ? Integer.parseInt(given) : 120
}

private Map launchWith(Map credential, String command, Map options, Map files, List further) {
    if (credential.clientId == '') {
        return withCredentials([usernamePassword(
                credentialsId: credential.id, usernameVariable: 'JIRA_CLIENT_ID', passwordVariable: 'JIRA_CLIENT_SECRET')]) {
            launch(command, options, files, further)
        }
    }
    further.add('JIRA_CLIENT_ID=' + credential.clientId)
    return withCredentials([string(credentialsId: credential.id, variable: 'JIRA_CLIENT_SECRET')]) {
        launch(command, options, files, further)
    }
}

/**
 * An agent that vanishes takes its outbox with it, so what waits goes along with the run: env.X is there for every later
 * step, on whichever agent, and for the next runs. It is set only when something waits or was delivered at last.
 */
private void keepWaiting(String step, String brought, Map waiting, int limit) {
    if (waiting == null) {
        return
    }
    if (waiting.leftOut > 0) {
        echo(step + ': ' + waiting.leftOut + ' more that could not be delivered wait in the outbox of this agent only;' +
            ' the run has no room for them.')
    }
    // Read anew: parallel branches may have changed it meanwhile, and what they could not deliver must stay.
    String kept = env.JIRA_SEND_WAITING
    String now = jiraSendAnswer.merged(kept ?: '', brought, waiting.lines, limit) ?: 'none'
    if (now != (kept ?: 'none')) {
        env.JIRA_SEND_WAITING = now
    }
}

/**
 * What the last runs left behind, the oldest first, without those for which there is no room. Runs overlap, so that none
 * of them knows what all of them left. Runs without a step say nothing.
 */
@NonCPS
private String waitingBefore(Object build, int room) {
    String all = ''
    try {
        Object run = build.previousBuild
        for (int runs = 0; run != null && runs < 5; runs++) {
            String waiting = textOf(run.buildVariables?.get('JIRA_SEND_WAITING'))
            if (waiting != '' && waiting != 'none' && all.length() + waiting.length() < room) {
                all = waiting + '\n' + all
            }
            run = run.previousBuild
        }
    } catch (Exception problem) {
        // Without the runs before, this run sends its own.
    }
    return all.trim()
}

/**
 * The characters that go into one variable: from 128 KiB on, Linux starts no process any more, and Windows none with more
 * than 32767 characters.
 */
private int mostIn(boolean unix) {
    return unix ? 100000 : 30000
}

/** Runs the launcher: its output, and whether the agent is a Unix. */
private Map launch(String command, Map options, Map files, List further) {
    // Outside the checkout and new for each call: parallel stages can share a workspace. The launcher removes it.
    String directory = pwd(tmp: true) + '/jira-send-' + UUID.randomUUID().toString()
    List environment = [
        'JIRA_SEND_COMMAND=' + command,
        'JIRA_SEND_FORMAT=json',
        // The exit code must tell the truth; what becomes of it is decided by failOnError.
        'JIRA_SEND_ON_ERROR=fail',
        // The step says it all in one line; where verbose is asked for, the binary lets that win.
        'JIRA_SEND_QUIET=true',
        'JIRA_SEND_TMP=' + directory,
    ]
    environment.addAll(further)
    String json = JsonOutput.toJson(options)
    boolean unix = isUnix()
    boolean large = json.length() > mostIn(unix)
    boolean ended = false
    boolean handedOver = false
    try {
        if (files.changes != '') {
            writeFile(file: directory + '/changes.jsonl', text: files.changes, encoding: 'UTF-8')
            environment.add('JIRA_SEND_CHANGES=' + directory + '/changes.jsonl')
        }
        if (files.flags != '') {
            writeFile(file: directory + '/flags.json', text: files.flags, encoding: 'UTF-8')
            environment.add('JIRA_SEND_FILE=' + directory + '/flags.json')
        }
        if (large) {
            writeFile(file: directory + '/parameters.json', text: json, encoding: 'UTF-8')
            environment.add('JIRA_SEND_PARAMETERS_FILE=' + directory + '/parameters.json')
        } else {
            environment.add('JIRA_SEND_PARAMETERS=' + json)
        }
        // The version of the library, and the SHA-256 of what may run on the agent.
        environment.add('JIRA_SEND_MANIFEST=' + libraryResource('jira-send/manifest'))
        String output = withEnv(environment) {
            start(unix)
        }
        String file = jiraSendAnswer.neededFile(output)
        if (file != '') {
            handedOver = true
            // The first time on this agent: the launcher checks the file and keeps it in the user's cache.
            environment.add('JIRA_SEND_FROM_LIBRARY=' + (handOver(file, directory) ? 'file' : 'none'))
            output = withEnv(environment) {
                start(unix)
            }
        }
        ended = true
        return [output: output, unix: unix]
    } finally {
        if (!ended && (large || files.changes != '' || files.flags != '' || handedOver)) {
            remove(directory)
        }
    }
}

private String start(boolean unix) {
    if (unix) {
        return sh(script: libraryResource('jira-send/run.sh'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
    }
    return powershell(script: libraryResource('jira-send/run.ps1'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
}

/** Writes a file that a release of the library carries into the folder of the call. False when it carries none. */
private boolean handOver(String file, String directory) {
    String reason
    try {
        // In no variable: it would be saved with the program of the run.
        writeFile(file: directory + '/' + file, encoding: 'Base64',
            text: libraryResource(resource: 'jira-send/' + file, encoding: 'Base64'))
        return true
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception problem) {
        reason = problem.toString()
    }
    if (!reason.contains('No such library resource')) {
        echo('jira-send: ' + jiraSendAnswer.oneLine(file + ' could not be written on the agent: ' + reason))
    }
    return false
}

/** The files of a launcher that never started or was lost. Where this fails, too, they stay: the first trouble counts. */
private void remove(String directory) {
    try {
        dir(directory) {
            deleteDir()
        }
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception problem) {
        // The agent is gone.
    }
}

private String changesOf(String step) {
    String reason
    try {
        return collectChanges(currentBuild)
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception problem) {
        // Only its text may live over the next step: what an exception holds need not be serialisable.
        reason = jiraSendAnswer.oneLine(problem.toString())
    }
    echo(step + ': the change log of this run could not be read (' + reason + '); issue keys are taken from the' +
        ' other sources only.')
    return ''
}

/**
 * The commits of this run and of the runs before it back to the last success, newest first, as JSON lines.
 * A failed run's issues are in no later change set, but they are in the next good build.
 *
 * Change sets cannot be serialised: they must not leave this method. Only the first line of a message (msg) is taken:
 * the sandbox rejects the full text (comment), and even a caught rejection leaves a "Scripts not permitted" line in
 * the user's log. The binary reads the full messages from git.
 */
@NonCPS
private String collectChanges(Object build) {
    List lines = []
    Object run = build
    for (int runs = 0; run != null && runs < 50; runs++) {
        List sets = run.changeSets
        for (int s = sets.size() - 1; s >= 0; s--) {
            def items = sets[s].items
            for (int i = items.length - 1; i >= 0 && lines.size() < 1000; i--) {
                Map entry = [commit: textOf(items[i].commitId), message: textOf(items[i].msg)]
                lines.add(JsonOutput.toJson(entry) + '\n')
            }
        }
        run = run.previousBuild
        if (run != null && run.result == 'SUCCESS') {
            run = null
        }
    }
    return lines.join('')
}

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
