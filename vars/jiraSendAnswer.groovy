import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * What came of it: the binary's answer as plain maps, and what went wrong in words; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** The binary's answer as plain maps and lists: what JsonSlurper returns cannot be serialised. */
@NonCPS
Map read(String output) {
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
            Map entry = [
                site: plain(site.site), outcome: plain(site.outcome), queued: site.queued == true, message: oneLine(textOf(site.message)),
                accepted: plainList(site.accepted), rejected: plainList(site.rejected),
                unknownIssueKeys: plainList(site.unknown_issue_keys),
                unknownAssociations: plainList(site.unknown_associations),
            ]
            if (site.verified != null) {
                entry.put('verified', site.verified == true)
            }
            sites.add(entry)
        }
    }
    Map result = [
        outcome: answer.outcome,
        exitCode: answer.exit_code.intValue(),
        message: oneLine(textOf(answer.message)) ?: answer.outcome,
        issueKeys: plainList(answer.issue_keys),
        sites: sites,
    ]
    if (answer.gating_status instanceof String) {
        List requests = []
        for (request in (answer.change_requests instanceof List ? answer.change_requests : [])) {
            if (request instanceof Map) {
                requests.add([issueKey: oneLine(textOf(request.issue_key)), issueLink: oneLine(textOf(request.issue_link))])
            }
        }
        result.put('gatingStatus', oneLine(answer.gating_status))
        result.put('gatingUpdated', plain(answer.gating_updated))
        result.put('changeRequests', requests)
    }
    if (answer.request instanceof Map && answer.request.body instanceof Map) {
        // What a dry run would have sent.
        result.put('request', plain(answer.request))
    }
    return result
}

/** Whether Jira took it, or some of it. */
@NonCPS
boolean isAccepted(Map result) {
    return result.outcome == 'accepted' || result.outcome == 'partly_accepted'
}

/** The file that the launcher asks for, because the agent does not have it; empty when it asks for none. */
@NonCPS
String neededFile(String output) {
    if (output == null || !output.contains('"needs_binary"')) {
        return ''
    }
    Object answer
    try {
        answer = new JsonSlurper().parseText(output.trim())
    } catch (Exception junk) {
        answer = null
    }
    if (!(answer instanceof Map) || answer.outcome != 'needs_binary') {
        return ''
    }
    // It becomes a path on the agent and in the library.
    String file = textOf(answer.message)
    return file.matches('jira-send-[0-9][0-9A-Za-z._+-]*') ? file : ''
}

/** What went wrong around the binary, and the next thing to do. Told by text: the plugins' classes may be absent. */
@NonCPS
Map explain(Throwable problem, Map credential) {
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
        return failure('invalid', 2, 'the library has no resources/jira-send;' +
            ' load the whole repository as library, not only vars/.')
    }
    if (text.contains('Cannot run program "powershell') && text.contains('error=2,')) {
        return failure('invalid', 127, 'the agent has no PowerShell in its PATH, which jira-send needs on Windows (5.1 or later).' +
            ' Nothing was sent.')
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
            sh: 'Pipeline: Nodes and Processes', powershell: 'Pipeline: Nodes and Processes', isUnix: 'Pipeline: Basic Steps', pwd: 'Pipeline: Basic Steps',
            writeFile: 'Pipeline: Basic Steps', withEnv: 'Pipeline: Basic Steps',
            node: 'Pipeline: Nodes and Processes', timeout: 'Pipeline: Basic Steps', libraryResource: 'Pipeline: Groovy Libraries',
        ]
        return failure('invalid', 2, "Jenkins has no step '" + name + "'; install the plugin " +
            (plugins.get(name) ?: 'that brings it') + '. Nothing was sent.')
    }
    return failure('unreachable', 4, 'jira-send could not be run on the agent: ' + text)
}

@NonCPS
Map failure(String outcome, int exitCode, String message) {
    return [outcome: outcome, exitCode: exitCode, message: oneLine(message), issueKeys: [], sites: []]
}

/** The request of a dry run for the log. */
@NonCPS
String shown(Map request) {
    return oneLine(textOf(request.method) + ' ' + textOf(request.url) + ' ' + JsonOutput.toJson(request.body), 20000)
}

/** For the log: no line breaks, no terminal or console-note sequences, no characters that turn the writing round. */
@NonCPS
String oneLine(String text) {
    return oneLine(text, 2000)
}

@NonCPS
String oneLine(String text, int limit) {
    String line = text.replaceAll('[\\p{Cc}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]+', ' ').trim()
    int length = line.length()
    return length > limit ? line.substring(0, limit) + ' ... (cut here, it has ' + length + ' characters)' : line
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
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
