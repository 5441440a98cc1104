import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import java.text.SimpleDateFormat

/**
 * The one runner behind the public steps; private, may change at any time.
 *
 * It binds the credential, hands everything to the launcher by environment variables and files, and turns the
 * binary's JSON answer into a plain Map. Strangers' text (branch names, commit messages) never becomes script text.
 * The code keeps to what the script sandbox and the CPS transformation allow, so that it works the same in a global
 * (trusted) and in a folder-level (sandboxed) library.
 *
 * @param request step (the public step's name, for messages), command (of the binary), parameters (the user's), and
 *                body (may be null): what to do between the beginning and the end
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
    // failOnError waits for the end: a beginning that Jira refused must not keep the body from running.
    Map beginning = report(request, common + [state: 'in_progress', failOnError: false])
    Closure body = request.body
    long started = System.currentTimeMillis()
    String before = currentBuild.result
    Map closing = [state: 'failed', failOnError: false]
    boolean through = false
    Map ended
    try {
        body()
        closing = [state: endOf(parameters, before, currentBuild.result)]
        through = true
    } catch (InterruptedException interruption) {
        // A user's stop, a timeout, or the failFast of another branch: the build is to end soon.
        closing.state = 'cancelled'
        closing.budget = shortBudget(parameters.budget, env.JIRA_SEND_BUDGET)
        throw interruption
    } finally {
        long now = System.currentTimeMillis()
        closing.eventTime = laterThan(started, parameters.eventTime, now)
        if (request.command == 'deployment' && parameters.duration == null) {
            closing.duration = now > started ? (now - started).intdiv(1000) : 0
        }
        if (beginning.issueKeys) {
            // What Jira has is replaced as a whole, so the end repeats the issues of the beginning.
            closing.issueKeys = beginning.issueKeys
            closing.onlyIssueKeys = isOnlyIssueKeys(parameters)
        }
        try {
            ended = report(request, common + closing)
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
    boolean strict = isTrue(parameters.failOnError == null ? env.JIRA_SEND_FAIL_ON_ERROR : parameters.failOnError)
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
        result = explain(problem, credential)
    } catch (NoSuchMethodError problem) {
        // A step of a plugin that is not installed; an Error, not an Exception.
        result = explain(problem, credential)
    }
    String line = step + ': ' + result.message
    if (strict && result.exitCode != 0) {
        error(line)
    }
    echo(result.request == null ? line : line + ': ' + shown(result.request))
    return result
}

private Map send(Map request, Map parameters, Map credential, boolean strict) {
    String step = request.step
    String command = request.command
    Map given = readParameters(command, parameters)
    if (given.complaint) {
        if (strict) {
            return failure('invalid', 2, given.complaint + ' Nothing was sent.')
        }
        echo(step + ': ' + given.complaint + ' It is ignored.')
    }
    if (!isUnix()) {
        return failure('invalid', 2, 'Windows agents are not supported yet, they come in a later version;' +
            ' call the step on a Linux or macOS agent. Nothing was sent.')
    }
    Map options = given.options
    if (options.state == null && currentBuild.result != null) {
        options.state = currentBuild.result
    }
    if (options.issueKeys != null) {
        options.onlyIssueKeys = isOnlyIssueKeys(parameters)
    }
    if (options.eventTime == null) {
        // The controller's clock: agents' clocks differ, and Jira orders events by this time.
        options.eventTime = System.currentTimeMillis()
    }
    String changes = options.changes == null ? changesOf(step) : ''
    List further = []
    if (request.body != null) {
        // A blank variable counts as not set.
        further.add('JIRA_SEND_LAST_UPDATED= ')
        further.add('JIRA_SEND_UPDATE_SEQUENCE_NUMBER= ')
    }
    String output
    if (isTrue(options.dryRun == null ? env.JIRA_SEND_DRY_RUN : options.dryRun)) {
        output = launch(command, options, changes, further)
    } else if (credential.clientId == '') {
        output = withCredentials([usernamePassword(
                credentialsId: credential.id, usernameVariable: 'JIRA_CLIENT_ID', passwordVariable: 'JIRA_CLIENT_SECRET')]) {
            launch(command, options, changes, further)
        }
    } else {
        further.add('JIRA_CLIENT_ID=' + credential.clientId)
        output = withCredentials([string(credentialsId: credential.id, variable: 'JIRA_CLIENT_SECRET')]) {
            launch(command, options, changes, further)
        }
    }
    return readAnswer(output)
}

private String launch(String command, Map options, String changes, List further) {
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
    // From 128 KiB in one variable on, Linux starts no process any more.
    boolean large = json.length() > 100000
    boolean ended = false
    try {
        if (changes != '') {
            writeFile(file: directory + '/changes.jsonl', text: changes, encoding: 'UTF-8')
            environment.add('JIRA_SEND_CHANGES=' + directory + '/changes.jsonl')
        }
        if (large) {
            writeFile(file: directory + '/parameters.json', text: json, encoding: 'UTF-8')
            environment.add('JIRA_SEND_PARAMETERS_FILE=' + directory + '/parameters.json')
        } else {
            environment.add('JIRA_SEND_PARAMETERS=' + json)
        }
        String output = withEnv(environment) {
            sh(script: libraryResource('jira-send/run.sh'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
        }
        ended = true
        return output
    } finally {
        if (!ended && (large || changes != '')) {
            remove(directory)
        }
    }
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
        reason = oneLine(problem.toString())
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

/**
 * Name and kind of every parameter. 'step' marks those that end here; all others are the options of the binary, which
 * refuses what it does not know (an end-to-end test compares the two lists).
 */
@NonCPS
private Map knownParameters(String command) {
    Map known = command == 'deployment' ? [
        environmentId: 'text', environmentName: 'text', environmentType: 'text', serviceIds: 'words', enableGating: 'flag',
        deploymentSequenceNumber: 'text', duration: 'text', pipelineName: 'text', pipelineUrl: 'text',
        commitAssociation: 'lines', repositoryAssociation: 'lines',
    ] : [
        testResults: 'step', testsTotal: 'text', testsPassed: 'text', testsFailed: 'text', testsSkipped: 'text',
        repositoryUrl: 'text', refName: 'text', refUrl: 'text', reference: 'lines',
    ]
    return known + [
        site: 'words', branch: 'text', state: 'text', issueKeys: 'words', onlyIssueKeys: 'flag', issueIds: 'words',
        projects: 'words', deny: 'words', keyPattern: 'text', requireIssueKeys: 'flag',
        changes: 'text', commit: 'text', since: 'text', message: 'lines', title: 'text', tag: 'text', repositoryDir: 'text',
        displayName: 'text', description: 'text', label: 'text', url: 'text', property: 'lines', product: 'text',
        pipelineId: 'text', pipelineIdStyle: 'text', jobName: 'text', buildNumber: 'text', unstableAs: 'text',
        eventTime: 'text', lastUpdated: 'text', updateSequenceNumber: 'text',
        cloudId: 'text', caFile: 'text', budget: 'text', outbox: 'text', noOutbox: 'flag',
        outboxMaxAgeDays: 'text', outboxMaxEntries: 'text', outboxMaxSize: 'text', dryRun: 'flag', verbose: 'flag',
        credentialsId: 'step', clientId: 'step', failOnError: 'step',
    ]
}

/**
 * The user's parameters as options of the binary: texts, numbers, booleans and lists of texts; nothing given as
 * null, '' or [''] remains. One method without CPS, so that lazily built texts and foreign list types end here.
 */
@NonCPS
private Map readParameters(String command, Map parameters) {
    Map known = knownParameters(command)
    Map options = [:]
    List unknown = []
    String complaint = ''
    for (key in parameters.keySet()) {
        String name = key.toString()
        String kind = known.get(name)
        Object value = parameters.get(key)
        if (kind == null) {
            unknown.add(name)
        } else if (kind != 'step') {
            Object converted = convert(kind, value)
            if (converted != null) {
                options.put(name, converted)
            }
        }
    }
    if (command == 'build' && parameters.testResults != null) {
        Map counts = testCounts(parameters.testResults)
        complaint = complaintAbout(counts, options)
        if (complaint == '') {
            // Numbers given one by one win.
            options = counts + options
        }
    }
    if (!unknown.isEmpty()) {
        complaint = oneLine('unknown parameter ' + unknown.join(', ')) + '; known are: ' + known.keySet().join(', ') + '.' +
            (complaint == '' ? '' : ' ' + complaint)
    }
    return [options: options, complaint: complaint]
}

@NonCPS
private Object convert(String kind, Object value) {
    if (kind == 'words' || kind == 'lines') {
        List items = listOf(value, kind == 'words')
        return items.isEmpty() ? null : items
    }
    if (value instanceof Number || value instanceof Boolean) {
        return value
    }
    String text = textOf(value)
    if (text.trim() == '') {
        return null
    }
    if (kind == 'flag' && (text.trim().toLowerCase() == 'true' || text.trim().toLowerCase() == 'false')) {
        return isTrue(text)
    }
    return text
}

/** 'ABC-1, ABC-2', ['ABC-1', 'ABC-2'] and ['ABC-1 ABC-2'] mean the same where the entries are words. */
@NonCPS
private List listOf(Object value, boolean words) {
    List items = []
    if (value instanceof Collection || value instanceof Object[]) {
        for (item in value) {
            items.addAll(listOf(item, words))
        }
    } else if (value instanceof Map) {
        for (key in value.keySet()) {
            items.add(key.toString() + '=' + textOf(value.get(key)))
        }
    } else if (words) {
        for (word in textOf(value).split('[,;\\s]+')) {
            if (word != '') {
                items.add(word)
            }
        }
    } else if (textOf(value).trim() != '') {
        items.add(textOf(value))
    }
    return items
}

@NonCPS
private Map testCounts(Object results) {
    if (results instanceof CharSequence || results instanceof Number || results instanceof Boolean
            || results instanceof Collection) {
        // They have no such properties, and the sandbox reports even a try to read them.
        return [:]
    }
    Map counts = [
        testsTotal: results.totalCount, testsPassed: results.passCount,
        testsFailed: results.failCount, testsSkipped: results.skipCount,
    ]
    Map numbers = [:]
    for (name in counts.keySet()) {
        if (counts.get(name) instanceof Number) {
            numbers.put(name, counts.get(name).longValue())
        }
    }
    return numbers
}

/** Why the binary would refuse these counts, and with them the whole build; empty when it takes them. */
@NonCPS
private String complaintAbout(Map counts, Map options) {
    long most = 4294967295L
    if (counts.isEmpty()) {
        return 'testResults must be what the junit step returns,' +
            ' or a Map with totalCount, passCount, failCount and skipCount.'
    }
    boolean alone = true
    long parts = 0
    for (name in ['testsTotal', 'testsPassed', 'testsFailed', 'testsSkipped']) {
        alone = alone && options.get(name) == null
        long count = counts.get(name) ?: 0
        if (count < 0 || count > most) {
            return 'testResults must have numbers from 0 to ' + most + '.'
        }
        parts = name == 'testsTotal' ? 0 : parts + count
    }
    if (counts.testsTotal == null && counts.testsPassed == null && options.testsTotal == null && options.testsPassed == null) {
        return 'testResults needs totalCount or passCount.'
    }
    // Together with numbers that the user gave one by one, the binary judges.
    if (alone && parts > (counts.testsTotal == null ? most : counts.testsTotal)) {
        return 'testResults has more passed, failed and skipped tests than totalCount.'
    }
    return ''
}

/** The binary's answer as plain maps and lists: what JsonSlurper returns cannot be serialised. */
@NonCPS
private Map readAnswer(String output) {
    Object answer
    try {
        answer = new JsonSlurper().parseText(output == null ? '' : output.trim())
    } catch (Exception junk) {
        answer = null
    }
    if (!(answer instanceof Map) || !(answer.outcome instanceof String) || !(answer.exit_code instanceof Number)) {
        // The text itself is not shown: outside withCredentials nothing masks what it may contain.
        return failure('invalid', 2, 'jira-send gave no answer that this library understands;' +
            ' run "jira-send --version" on the agent and install the version that belongs to this library.')
    }
    List sites = []
    for (site in (answer.sites instanceof List ? answer.sites : [])) {
        if (site instanceof Map) {
            sites.add([
                site: plain(site.site), outcome: plain(site.outcome), queued: site.queued == true, message: oneLine(textOf(site.message)),
                accepted: plainList(site.accepted), rejected: plainList(site.rejected),
                unknownIssueKeys: plainList(site.unknown_issue_keys),
                unknownAssociations: plainList(site.unknown_associations),
            ])
        }
    }
    Map result = [
        outcome: answer.outcome,
        exitCode: answer.exit_code.intValue(),
        message: oneLine(textOf(answer.message)) ?: answer.outcome,
        issueKeys: plainList(answer.issue_keys),
        sites: sites,
    ]
    if (answer.request instanceof Map && answer.request.body instanceof Map) {
        // What a dry run would have sent.
        result.put('request', plain(answer.request))
    }
    return result
}

/** The request of a dry run for the log. */
@NonCPS
private String shown(Map request) {
    return oneLine(textOf(request.method) + ' ' + textOf(request.url) + ' ' + JsonOutput.toJson(request.body), 20000)
}

@NonCPS
private List plainList(Object value) {
    List copy = []
    if (value instanceof List) {
        for (item in value) {
            copy.add(plain(item))
        }
    }
    return copy
}

@NonCPS
private Object plain(Object value) {
    if (value instanceof Map) {
        Map copy = [:]
        for (key in value.keySet()) {
            copy.put(key, plain(value.get(key)))
        }
        return copy
    }
    return value instanceof List ? plainList(value) : value
}

@NonCPS
private Map failure(String outcome, int exitCode, String message) {
    return [outcome: outcome, exitCode: exitCode, message: oneLine(message), issueKeys: [], sites: []]
}

/** What went wrong around the binary, and the next thing to do. Told by text: the plugins' classes may be absent. */
@NonCPS
private Map explain(Throwable problem, Map credential) {
    boolean secretOnly = credential.clientId != ''
    String text = problem.toString()
    if (text.contains('CredentialNotFoundException') && text.contains('is of type')) {
        return failure('unauthorized', 3, "the credential '" + credential.id + "' is of the wrong kind; it must be " + (secretOnly ?
            '"Secret text" (the client secret), because clientId is given; for a "Username with password" leave out clientId' +
            ' and the variable JIRA_SEND_CLIENT_ID.' :
            '"Username with password": the client id as user name, the client secret as password; for a "Secret text" give' +
            ' its client id with clientId.'))
    }
    if (text.contains('CredentialNotFoundException')) {
        return failure('unauthorized', 3, "there is no credential '" + credential.id + "' that this job can use;" +
            ' add one of the kind ' + (secretOnly ? '"Secret text" (client secret)' :
            '"Username with password" (client id, client secret)') +
            ' with this id to the folder or to Jenkins, or name another with credentialsId.')
    }
    if (text.contains('MissingContextVariableException')) {
        return failure('invalid', 2, 'the step needs an agent; call it inside node { } or in a part of the pipeline' +
            ' that has an agent. Nothing was sent.')
    }
    if (text.contains('No such library resource')) {
        return failure('invalid', 2, 'resources/jira-send/run.sh is missing in the library;' +
            ' load the whole repository as library, not only vars/.')
    }
    if (text.contains('RejectedAccessException')) {
        return failure('invalid', 2, 'the script sandbox of Jenkins refused a call of this library: ' + text +
            '. Load the library as a global trusted one, or report this.')
    }
    if (text.contains('No such DSL method')) {
        // The rest of the text lists every step of the controller.
        def parts = text.split("'")
        String name = parts.length > 1 ? parts[1] : ''
        Map plugins = [
            withCredentials: 'Credentials Binding', usernamePassword: 'Credentials Binding',
            sh: 'Pipeline: Nodes and Processes', isUnix: 'Pipeline: Basic Steps', pwd: 'Pipeline: Basic Steps',
            writeFile: 'Pipeline: Basic Steps', withEnv: 'Pipeline: Basic Steps',
            libraryResource: 'Pipeline: Groovy Libraries',
        ]
        return failure('invalid', 2, "Jenkins has no step '" + name + "'; install the plugin " +
            (plugins.get(name) ?: 'that brings it') + '. Nothing was sent.')
    }
    return failure('unreachable', 4, 'jira-send could not be run on the agent: ' + text)
}

/** As in Atlassian's plugin: keys that are given replace those that would be found. */
@NonCPS
private boolean isOnlyIssueKeys(Map parameters) {
    if (parameters.onlyIssueKeys == null) {
        return !listOf(parameters.issueKeys, true).isEmpty()
    }
    return isTrue(parameters.onlyIssueKeys)
}

/** The words of the binary, so that step and binary never disagree. */
@NonCPS
private boolean isTrue(Object value) {
    return ['true', '1', 'yes', 'on'].contains(textOf(value).trim().toLowerCase())
}

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}

/** For the log: no line breaks, no terminal or console-note sequences, no characters that turn the writing round. */
@NonCPS
private String oneLine(String text) {
    return oneLine(text, 2000)
}

@NonCPS
private String oneLine(String text, int limit) {
    String line = text.replaceAll('[\\p{Cc}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]+', ' ').trim()
    int length = line.length()
    return length > limit ? line.substring(0, limit) + ' ... (cut here, it has ' + length + ' characters)' : line
}
