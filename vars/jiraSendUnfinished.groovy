import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * Updates that somebody has to send later: the end of what a run left in progress, when it was killed or knew no result,
 * and what found no agent; private, may change at any time.
 *
 * They are JSON, one a line, in the variable JIRA_SEND_UNFINISHED of the run, which later runs of the job can read. What
 * they have sent of earlier runs stands in their own variable as done.
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** What is needed to send the update later; from code with CPS. */
Map update(String command, Map options, List further, Map credential, String changes) {
    Map known = [:]
    for (name in variables()) {
        known.put(name, env.getProperty(name))
    }
    return updateOf(command, options, known, further, credential, changes)
}

/** Keeps an update that found no agent. */
void keep(Map update) {
    env.JIRA_SEND_UNFINISHED = with(env.JIRA_SEND_UNFINISHED, update)
}

/**
 * Keeps the end of what is in progress now, for the case that nobody sends it; what has ended is kept no longer. What Jira
 * did not take changes nothing.
 */
void settle(Map update, Map answer, boolean isOpen) {
    String kept = env.JIRA_SEND_UNFINISHED
    if (!isTaken(answer)) {
        return
    }
    if (isOpen) {
        env.JIRA_SEND_UNFINISHED = with(kept, endOf(update, answer.issueKeys))
    } else if (kept != null && kept != 'none') {
        env.JIRA_SEND_UNFINISHED = without(kept, update.name, true)
    }
}

/**
 * Sends what can be sent now, with one call of the binary each, after the step's own update. Trouble with it is told and
 * nothing more; where Jira cannot be reached, it costs no time.
 */
void finish(String step, Map parameters, Map answer) {
    if (isStuck(answer)) {
        return
    }
    List updates = due(env.JIRA_SEND_UNFINISHED, currentBuild)
    for (int i = 0; i < updates.size(); i++) {
        Map update = updates[i]
        Map came
        try {
            came = sent(update, parameters)
        } catch (InterruptedException interruption) {
            throw interruption
        } catch (Exception problem) {
            came = jiraSendAnswer.explain(problem, update.credential)
        }
        echo(step + ': left by ' + (update.isOwn ? 'an earlier step' : 'an earlier run') + ': ' + came.message)
        if (isStuck(came)) {
            return
        }
    }
}

private Map sent(Map update, Map parameters) {
    // The step has had its own time already.
    Map options = update.options + [budget: 5]
    if (options.eventTime == null) {
        options.eventTime = System.currentTimeMillis()
    }
    Map done = jiraSendLauncher.start(command: update.command, options: options, files: [changes: update.changes ?: '', flags: ''],
        further: furtherOf(update.variables), parameters: parameters, credential: update.credential, bound: update.credential.id == 'false')
    if (done.trouble) {
        return jiraSendAnswer.failure('unreachable', 4, done.trouble)
    }
    Map answer = jiraSendAnswer.read(done.output)
    // Without an answer of the binary, as where it is missing, nothing was sent either.
    if (!isStuck(answer) && answer.outcome != 'invalid') {
        env.JIRA_SEND_UNFINISHED = without(env.JIRA_SEND_UNFINISHED, update.name, update.isOwn)
    }
    return answer
}

/** Whether the next try has to wait for another day. */
@NonCPS
private boolean isStuck(Map answer) {
    return answer.outcome == 'unreachable' || answer.outcome == 'unauthorized'
}

/** Whether Jira has it, or will have it. */
@NonCPS
private boolean isTaken(Map answer) {
    boolean queued = false
    for (site in answer.sites) {
        queued = queued || site.queued
    }
    return queued || answer.outcome == 'accepted' || answer.outcome == 'partly_accepted' || answer.outcome == 'unverified'
}

@NonCPS
private Map updateOf(String command, Map options, Map variables, List further, Map credential, String changes) {
    Map known = [:]
    for (name in variables.keySet()) {
        if (variables.get(name) != null) {
            known.put(name, variables.get(name).toString())
        }
    }
    for (variable in further) {
        // What checkout returned.
        if (variable.matches('(?s)GIT_[A-Z0-9_]+=.*')) {
            String name = variable.replaceFirst('(?s)=.*', '')
            known.put(name, variable.substring(name.length() + 1, variable.length()))
        }
    }
    if (known.GIT_URL != null) {
        // It may hold a password, and stays with the run.
        known.put('GIT_URL', known.GIT_URL.replaceFirst('://[^/]*@', '://'))
    }
    Map later = [:]
    for (name in options.keySet()) {
        // Files of a workspace that will be gone, and what is for this call alone.
        if (!['changes', 'testReports', 'repositories', 'verify', 'requireIssueKeys', 'budget'].contains(name)) {
            later.put(name, options.get(name))
        }
    }
    Map identity = [jobName: known.JOB_NAME, buildNumber: known.BUILD_NUMBER, url: known.BUILD_URL]
    for (name in identity.keySet()) {
        if (later.get(name) == null && identity.get(name) != null) {
            later.put(name, identity.get(name))
        }
    }
    if (known.GIT_COMMIT == null && later.commit == null) {
        // What is checked out then is another commit.
        later.put('repositoryDir', '/no-repository')
    }
    // Of a long change log the newest commits have to do.
    String newest = ''
    for (line in changes.split('\n')) {
        if (line != '' && newest.length() + line.length() < 4000) {
            newest += line + '\n'
        }
    }
    return [name: nameOf(command, later), command: command, options: later, variables: known, credential: credential, changes: newest]
}

/** The end of an update with its issues; its state is not known yet. */
@NonCPS
private Map endOf(Map update, List issueKeys) {
    Map options = [:]
    for (name in update.options.keySet()) {
        if (!['state', 'eventTime', 'duration'].contains(name)) {
            options.put(name, update.options.get(name))
        }
    }
    options.put('issueKeys', issueKeys)
    options.put('onlyIssueKeys', true)
    return update + [options: options, changes: '']
}

/** The variables of the run that it was; a blank one counts as not set. */
@NonCPS
private List furtherOf(Object known) {
    List further = ['JIRA_SEND_DEPLOYED={}', 'JIRA_SEND_EVENT_TIME_BY_CONTROLLER=true', 'JIRA_SEND_CHANGES_OF_JENKINS=true',
                    'JIRA_SEND_TEST_REPORTS= ', 'JIRA_SEND_LAST_UPDATED= ', 'JIRA_SEND_UPDATE_SEQUENCE_NUMBER= ']
    for (name in variables()) {
        Object value = known instanceof Map ? known.get(name) : null
        further.add(name + '=' + (value == null ? ' ' : value.toString()))
    }
    return further
}

/** What an update is about: a later one of the same takes its place. */
@NonCPS
private String nameOf(String command, Map options) {
    List parts = [command]
    for (name in ['jobName', 'pipelineId', 'buildNumber', 'environmentId', 'environmentName', 'deploymentSequenceNumber', 'site']) {
        parts.add(options.get(name) == null ? '' : options.get(name).toString())
    }
    return parts.join('/')
}

/** The variables that tell the binary which run it was; it is another one that will send it. */
@NonCPS
private List variables() {
    return [
        'JOB_NAME', 'JOB_URL', 'BUILD_NUMBER', 'BUILD_URL', 'BUILD_DISPLAY_NAME', 'STAGE_NAME', 'BRANCH_NAME', 'TAG_NAME',
        'CHANGE_ID', 'CHANGE_BRANCH', 'CHANGE_TARGET', 'CHANGE_TITLE', 'CHANGE_URL', 'CHANGE_FORK',
        'GIT_URL', 'GIT_BRANCH', 'GIT_LOCAL_BRANCH', 'GIT_COMMIT', 'GIT_PREVIOUS_SUCCESSFUL_COMMIT',
    ]
}

/** The text with one more update. The oldest go when there is no room. */
@NonCPS
private String with(String kept, Map update) {
    String line = JsonOutput.toJson(update)
    List lines = linesWithout(kept, update.name)
    // It goes into the environment of every process of the run.
    if (line.length() <= 10000) {
        lines.add(line)
    }
    return joined(lines)
}

/** The text without the update of this name. Of another run's update it says that it is done. */
@NonCPS
private String without(String kept, String name, boolean isOwn) {
    List lines = linesWithout(kept, name)
    if (!isOwn) {
        Map done = [name: name, done: true]
        lines.add(JsonOutput.toJson(done))
    }
    return joined(lines)
}

/**
 * The updates that can be sent now, three at most, the oldest first: own ones that found no agent, and those of completed
 * runs, with what became of the run as the state where they have none.
 */
@NonCPS
private List due(String kept, Object build) {
    List found = []
    List done = []
    for (update in updatesIn(kept)) {
        if (update.done == true) {
            done.add(update.name)
        } else if (update.options.state != null) {
            found.add(update + [isOwn: true])
        }
    }
    try {
        Object run = build.previousCompletedBuild
        for (int runs = 0; run != null && runs < 5; runs++) {
            List older = []
            List updates = updatesIn(run.buildVariables?.get('JIRA_SEND_UNFINISHED')?.toString())
            for (update in updates) {
                if (update.done == true) {
                    done.add(update.name)
                }
            }
            for (update in updates) {
                if (update.done != true && !done.contains(update.name)) {
                    String state = update.options.state ?: run.result ?: 'unknown'
                    older.add(update + [isOwn: false, options: update.options + [state: state]])
                }
            }
            older.addAll(found)
            found = older
            run = run.previousCompletedBuild
        }
    } catch (Exception problem) {
        // Without the runs before, this run sends its own.
    }
    List first = []
    for (update in found) {
        if (first.size() < 3) {
            first.add(update)
        }
    }
    return first
}

@NonCPS
private List linesWithout(String kept, Object name) {
    List lines = []
    for (line in (kept == null || kept == 'none' ? '' : kept).split('\n')) {
        Object update = parsed(line)
        if (update instanceof Map && update.name != name) {
            lines.add(line)
        }
    }
    return lines
}

@NonCPS
private String joined(List lines) {
    String text = ''
    for (int i = lines.size() - 1; i >= 0; i--) {
        String line = lines[i]
        if (text.length() + line.length() < 20000) {
            text = line + (text == '' ? '' : '\n' + text)
        }
    }
    return text == '' ? 'none' : text
}

/** What is no update is passed over: everybody can set the variable. */
@NonCPS
private List updatesIn(String kept) {
    List updates = []
    for (line in (kept == null ? '' : kept).split('\n')) {
        Object update = parsed(line)
        if (update instanceof Map && update.name instanceof String && isWhole(update)) {
            updates.add(plain(update))
        }
    }
    return updates
}

@NonCPS
private boolean isWhole(Map update) {
    boolean isSendable = (update.command == 'build' || update.command == 'deployment') && update.options instanceof Map && update.credential instanceof Map
    return update.done == true || isSendable
}

@NonCPS
private Object parsed(String line) {
    try {
        return line.matches('\\{.*') ? new JsonSlurper().parseText(line) : null
    } catch (Exception junk) {
        return null
    }
}

/** What JsonSlurper returns cannot be serialised. */
@NonCPS
private Object plain(Object value) {
    if (value instanceof Map) {
        Map copy = [:]
        for (key in value.keySet()) {
            copy.put(key.toString(), plain(value.get(key)))
        }
        return copy
    }
    if (value instanceof List) {
        List copy = []
        for (item in value) {
            copy.add(plain(item))
        }
        return copy
    }
    return value
}
