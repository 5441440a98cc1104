import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * What a call tells the program of the run, and what the run remembers: plain values, no steps; private, may change at any
 * time. Only jiraSendRunner calls it. Loops run here, without CPS, which costs a fraction of the time.
 */

/** What a step is to do, from its arguments and the variables of the run. */
@NonCPS
Map task(Map step, Object env) {
    Map parameters = [:]
    Closure body = null
    List misused = []
    for (argument in step.arguments) {
        if (argument instanceof Closure) {
            body = argument
        } else if (argument instanceof Map) {
            parameters = parameters + parametersOf(argument)
        } else if (argument instanceof CharSequence && step.positional && parameters.get(step.positional) == null) {
            parameters.put(step.positional, argument.toString())
        } else if (argument != null) {
            misused.add(argument.toString())
        }
    }
    String fails = given(parameters.failOnError, env, step.strict ? '' : 'JIRA_SEND_FAIL_ON_ERROR', step.strict ? 'true' : '')
    Object credential = given(parameters.credentialsId, env, 'JIRA_SEND_CREDENTIALS_ID', 'jira-oauth')
    boolean hasAgent = env.getProperty('NODE_NAME') != null || env.getProperty('WORKSPACE') != null
    String seconds = hasAgent ? '' : given(parameters.agentTimeout, env, 'JIRA_SEND_AGENT_TIMEOUT', '')
    return [
        body: body, sends: step.sends == true, otherwise: step.otherwise,
        // As the program reads it: only a word for false lets an undecided gate pass.
        fails: step.strict ? !['false', '0', 'no', 'off'].contains(fails.toLowerCase()) : ['true', '1', 'yes', 'on'].contains(fails.toLowerCase()),
        agent: hasAgent ? null : [
            label: given(parameters.agentLabel, env, 'JIRA_SEND_AGENT_LABEL', ''),
            seconds: seconds.matches('[1-9][0-9]{0,4}') ? Integer.parseInt(seconds) : 120,
        ],
        credential: step.credential == false || credential == 'false' ? false : credential,
        clientId: given(parameters.clientId, env, 'JIRA_SEND_CLIENT_ID', ''),
        id: UUID.randomUUID().toString(),
        request: [protocol: 1, step: step.name, misused: misused.isEmpty() ? null : misused.join(', '), parameters: parameters, body: null, waiting: null],
    ]
}

@NonCPS
private Map parametersOf(Map given) {
    Map parameters = plain(given)
    Object results = given.get('testResults')
    // What the junit step returns; of texts, numbers and lists, the sandbox reports even an attempt to read these.
    if (!(results instanceof CharSequence || results instanceof Number) && parameters.testResults instanceof String) {
        try {
            parameters.testResults = [totalCount: results.totalCount, passCount: results.passCount, failCount: results.failCount, skipCount: results.skipCount]
        } catch (Exception other) {
            // Something else: its text stands.
        }
    }
    return parameters
}

/** A parameter, else a variable; blank counts as not given. */
@NonCPS
private String given(Object parameter, Object env, String variable, String otherwise) {
    return textOf(parameter) ?: (variable == '' ? '' : textOf(env.getProperty(variable))) ?: otherwise
}

/** The request as JSON. */
@NonCPS
String request(Map task, Object build, Object env) {
    Map run = [
        number: build.number, result: build.result, now: task.now, memory: textOf(env.getProperty('JIRA_SEND_MEMORY')),
        changes: [], changesProblem: null, others: [], upstream: [],
    ]
    addChanges(run, build)
    try {
        addOthers(run.others, build)
        for (other in build.upstreamBuilds) {
            String memory = memoryOf(other)
            if (memory != '') {
                run.upstream.add([job: other.fullProjectName, number: other.number, memory: memory])
            }
        }
    } catch (Exception problem) {
        // Without what other runs remember, this run sends its own.
    }
    return JsonOutput.toJson(requested(task, run))
}

@NonCPS
private Map requested(Map task, Map run) {
    return task.request + [id: task.id, ownAgent: task.ownAgent, credential: [id: task.credential, problem: task.problem], run: run]
}

/**
 * The commits of this run and of the runs before it back to the last success, newest first: the issues of a failed run are
 * in no later change set. Only the first line of a message is taken: the sandbox rejects the full text (comment), and
 * logs that even when it is caught. Change sets cannot be serialised and must not leave this method.
 */
@NonCPS
private void addChanges(Map run, Object build) {
    try {
        Object other = build
        for (int runs = 0; other != null && runs < 50; runs++) {
            List sets = other.changeSets
            for (int s = sets.size() - 1; s >= 0; s--) {
                String system = textOf(sets[s].kind) ?: 'git'
                def items = sets[s].items
                for (int i = items.length - 1; i >= 0 && run.changes.size() < 1000; i--) {
                    run.changes.add([commit: textOf(items[i].commitId), message: textOf(items[i].msg), system: system])
                }
            }
            other = other.previousBuild
            if (other != null && other.result == 'SUCCESS') {
                return
            }
        }
    } catch (Exception problem) {
        run.changesProblem = oneLine(problem.toString())
    }
}

/** The runs around this one that remember something: up to three before it, newest first, and those after it. */
@NonCPS
private void addOthers(List others, Object build) {
    Object later = build
    for (int runs = 0; later.previousBuild != null && runs < 50 && others.size() < 3; runs++) {
        Object run = later.previousBuild
        addOther(others, run, later)
        later = run
    }
    Object run = build.nextBuild
    for (int runs = 0; run != null && runs < 5; runs++) {
        Object next = run.nextBuild
        addOther(others, run, next)
        run = next
    }
}

/** Only from the run after it can be read whether a run is completed; of the newest it is not said. */
@NonCPS
private void addOther(List others, Object run, Object next) {
    String memory = memoryOf(run)
    if (memory != '') {
        boolean isCompleted = next != null && next.previousCompletedBuild?.number == run.number
        others.add([number: run.number, result: run.result, isCompleted: isCompleted,
                    ended: isCompleted ? run.startTimeInMillis + run.duration : null, memory: memory])
    }
}

@NonCPS
private String memoryOf(Object run) {
    return textOf(run.buildVariables?.get('JIRA_SEND_MEMORY'))
}

/** The last line of the output that is an answer, as plain maps and lists; whatever else it is becomes a problem. */
@NonCPS
Map answer(String output) {
    Object found = null
    for (line in (output ?: '').split('\n')) {
        found = line.startsWith('{') ? line : found
    }
    try {
        Object answer = found == null ? null : plain(new JsonSlurper().parseText(found))
        // It becomes a path on the agent and in a library.
        if (answer != null && answer.protocol == 1 && (answer.needs == null || answer.needs.toString().matches('jira-send-[0-9][0-9A-Za-z._+-]*'))) {
            return answer
        }
    } catch (Exception junk) {
        // The text itself is not shown: outside withCredentials nothing masks what it may contain.
    }
    return [problem: 'jira-send gave no answer that this library understands; the log above may have the reason']
}

/** Keeps what an answer wants kept, and returns what one echo prints after a call. */
@NonCPS
String conclude(Map answer, Object env, boolean patient, int failures) {
    int dropped = remember(answer.memory, env)
    List lines = (!patient ? answer.echo : failures == 1 ? [answer.line + '; trying again'] : null) ?: []
    if (dropped > 0) {
        lines.add('jira-send: no room in the memory of this run; ' + dropped + ' of its oldest entries were dropped')
    }
    return lines.join('\n')
}

/** Changes the memory of the run, read anew for parallel branches; returns how many lines were dropped for lack of room. */
@NonCPS
int remember(Map change, Object env) {
    String now = env.getProperty('JIRA_SEND_MEMORY') ?: ''
    List keep = change?.keep ?: []
    List gone = []
    gone.addAll(change?.forget ?: [])
    for (line in keep) {
        gone.add(line.replaceFirst(' .*', ''))
    }
    List lines = []
    for (line in now.split('\n')) {
        if (line != '' && line != 'none' && !gone.contains(line.replaceFirst(' .*', ''))) {
            lines.add(line)
        }
    }
    lines.addAll(keep)
    int length = lines.join('\n').length()
    int dropped = 0
    while (length > 30000) {
        length -= lines[dropped].length() + 1
        dropped++
    }
    String memory = lines.subList(dropped, lines.size()).join('\n') ?: 'none'
    // Each change saves the run.
    if (memory != now) {
        env.JIRA_SEND_MEMORY = memory
    }
    return dropped
}

/** The answer in place of the program's, for a call that could not be made: a step that sends is kept for a later one. */
@NonCPS
Map undelivered(Map task, String names, String problem, Object build, Object env) {
    String why = reason(problem).replaceFirst('^(hudson.AbortException|java.io.IOException): ', '').replaceFirst('^([a-z][a-z0-9]*[.])+', '')
    String kept = task.sends ? keptLine(task, names, build, env) : ''
    String message = (task.sends ? 'not sent: ' : 'could not be run: ') + why
    if (task.sends) {
        message += kept == '' ? '; not kept, because it is too long' : '; kept for the next step that can send it'
    }
    String line = task.request.step + ': ' + message
    Map body = task.request.body
    boolean fails = task.fails && (body == null || body.threw == false)
    return [
        undelivered: true, line: line, echo: fails ? [] : [line], fail: fails ? line : null, memory: [keep: kept == '' ? [] : [kept]],
        returns: task.otherwise == null ? [outcome: 'unreachable', exitCode: 4, message: message, issueKeys: [], sites: []] : task.otherwise,
    ]
}

/** The line of the memory with which the program can send it later; empty when it is too long. */
@NonCPS
private String keptLine(Map task, String names, Object build, Object env) {
    Map variables = [:]
    for (name in names.split('\\s+')) {
        Object value = name == '' ? null : env.getProperty(name)
        if (value != null) {
            variables.put(name, value.toString())
        }
    }
    Map run = [number: build.number, result: build.result, now: task.now, changes: [], changesProblem: null]
    addChanges(run, build)
    List changes = run.changes
    // A few: the memory has room for several such calls, and a later one finds the commits in git as well.
    run.changes = []
    int room = 7900 - keptJson(task, run, variables).length()
    room = room < 1500 ? room : 1500
    int fitting = 0
    while (fitting < changes.size() && room > 0) {
        room -= JsonOutput.toJson(changes[fitting]).length() + 1
        fitting += room > 0 ? 1 : 0
    }
    run.changes = changes.subList(0, fitting)
    String line = 'request:' + task.id + ' ' + keptJson(task, run, variables)
    return line.length() > 8000 ? '' : line
}

/** Without user and password of any address: it stays with the run. The pattern is bounded, since each part takes some stack. */
@NonCPS
private String keptJson(Map task, Map run, Map variables) {
    Map line = [request: requested(task, run), variables: variables]
    return JsonOutput.toJson(line).replaceAll('://(?:[^/"\\s\\\\@]++|\\\\.|@){0,500}@', '://')
}

/** Why there was no call on an agent of its own. */
@NonCPS
String late(Map task) {
    return task.ownAgent ?
        'the step took longer than ' + task.agent.seconds + ' seconds on its own agent; allow more time with agentTimeout' :
        'no agent' + (task.agent.label == '' ? '' : ' with the label ' + task.agent.label) + ' was free within ' + task.agent.seconds +
            ' seconds; call the step inside node { }, choose other agents with agentLabel, or allow more time with agentTimeout'
}

/** Why a program could not be delivered; empty when it is just not set up, of which the launcher tells. */
@NonCPS
String unexpected(String problem) {
    return problem.contains('No such library resource') || problem.contains('No library named') ? '' : reason(problem)
}

/** What was thrown as one line, without the list of all steps of the controller. */
@NonCPS
String reason(String problem) {
    return oneLine(problem.replaceFirst(' found among [\\s\\S]*', ''))
}

/** For the log: no line breaks, no control sequences, no characters that turn the writing round. */
@NonCPS
String oneLine(String text) {
    String line = text.replaceAll('[\\p{Cc}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]+', ' ').trim()
    return line.length() > 2000 ? line.substring(0, 2000) + ' ... (' + line.length() + ' characters)' : line
}

/** Texts, numbers, booleans, lists and maps as JSON has them, which can be serialised; of anything else its text. */
@NonCPS
private Object plain(Object value) {
    if (value instanceof Map) {
        Map copy = [:]
        for (key in value.keySet()) {
            copy.put(key.toString(), plain(value.get(key)))
        }
        return copy
    }
    if (value instanceof Collection || value instanceof Object[]) {
        List copy = []
        for (item in value) {
            copy.add(plain(item))
        }
        return copy
    }
    boolean isJson = value == null || value instanceof String || value instanceof Boolean || (value instanceof Number && value.toString().matches('[-+.0-9Ee]+'))
    return isJson ? value : value.toString()
}

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString().trim()
}
