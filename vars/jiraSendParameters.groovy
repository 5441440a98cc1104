import groovy.json.JsonOutput

/**
 * The user's parameters: which there are, and what the binary gets of them; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/**
 * The options of the binary, the checkout as variables, a file of flags, what is wrong with the parameters in words (empty
 * when nothing is), and all parameters that this command knows.
 */
Map read(String command, Map parameters) {
    Map given = convertAll(command, parameters)
    String complaint = given.complaint
    if (!given.unknown.isEmpty()) {
        complaint = jiraSendAnswer.oneLine(jiraSendSpelling.explain(given.unknown, knownParameters(command).keySet())) +
            (complaint == '' ? '' : ' ' + complaint)
    }
    return given + [complaint: complaint, known: knownParameters(command)]
}

/** As in Atlassian's plugin: keys that are given replace those that would be found. */
@NonCPS
boolean isOnlyIssueKeys(Map parameters) {
    if (parameters.onlyIssueKeys == null) {
        return !listOf(parameters.issueKeys, true).isEmpty()
    }
    return isTrue(parameters.onlyIssueKeys)
}

/** The words of the binary, so that step and binary never disagree. */
@NonCPS
boolean isTrue(Object value) {
    return ['true', '1', 'yes', 'on'].contains(textOf(value).trim().toLowerCase())
}

/**
 * Name and kind of every parameter. 'step' marks those that end here; all others are the options of the binary, which
 * refuses what it does not know (an end-to-end test compares the two lists).
 */
@NonCPS
private Map knownParameters(String command) {
    Map everywhere = [
        cloudId: 'text', caFile: 'text', budget: 'text', verbose: 'flag', agentLabel: 'step', agentTimeout: 'step',
        credentialsId: 'step', clientId: 'step',
    ]
    if (command == 'gate' || command == 'gate --wait') {
        // With --wait, it is the step that waits: no shell on an agent may be held so long.
        Map waiting = command == 'gate' ? [:] : [timeout: 'step', pollInterval: 'step', failOnError: 'step']
        return [
            environmentId: 'text', environmentName: 'text', stagePattern: 'text', site: 'text',
        ] + waiting + [
            pipelineId: 'text', pipelineIdStyle: 'text', jobName: 'text', buildNumber: 'text', deploymentSequenceNumber: 'text',
        ] + everywhere
    }
    Map own = [
        build: [
            testResults: 'step', testReports: 'lines', testsTotal: 'text', testsPassed: 'text', testsFailed: 'text', testsSkipped: 'text',
            repositoryUrl: 'text', refName: 'text', refUrl: 'text', reference: 'lines',
        ],
        deployment: [
            environmentId: 'text', environmentName: 'text', environmentType: 'text', stagePattern: 'text', serviceIds: 'words', enableGating: 'flag',
            deploymentSequenceNumber: 'text', duration: 'text', deployedCommit: 'text', rollbackAs: 'text', pipelineName: 'text', pipelineUrl: 'text',
            commitAssociation: 'lines', repositoryAssociation: 'lines',
        ],
        'dev-info': [
            repositoryId: 'text', repositoryName: 'text', repositoryUrl: 'text', repositoryKind: 'text', commitUrl: 'text',
            fileUrl: 'text', branchUrl: 'text', createPullRequestUrl: 'text', pullRequest: 'text', pullRequestUrl: 'text',
            pullRequestStatus: 'text', pullRequestTarget: 'text', smartCommits: 'flag', allEntities: 'flag',
            all: 'flag', branches: 'lines', restart: 'flag',
        ],
        'feature-flag': [
            flags: 'step', file: 'text', flagId: 'text', flagKey: 'text', displayName: 'text', enabled: 'flag', disabled: 'flag',
            defaultValue: 'text', rolloutPercentage: 'text', rolloutText: 'text', rolloutRules: 'text', url: 'text',
            environmentName: 'lines', environmentType: 'text', lastUpdated: 'text',
        ],
    ]
    Map run = [
        state: 'text', displayName: 'text', description: 'text', label: 'text', url: 'text',
        pipelineId: 'text', pipelineIdStyle: 'text', jobName: 'text', buildNumber: 'text', unstableAs: 'text', runningAs: 'text', lastUpdated: 'text',
    ]
    // Development information is made of git's commits and no others.
    Map searched = command == 'dev-info' ? [:] : [changes: 'text', allChanges: 'flag', message: 'lines']
    return own.get(command) + (command == 'build' || command == 'deployment' ? run : [:]) + [
        site: 'words', branch: 'text', issueKeys: 'words', onlyIssueKeys: 'flag', issueIds: 'words',
        projects: 'words', deny: 'words', keyPattern: 'text', requireIssueKeys: 'flag',
    ] + searched + [
        scm: 'step', commit: 'text', since: 'text', title: 'text', tag: 'text', repositoryDir: 'text', repositories: 'lines',
        property: 'lines', product: 'text', eventTime: 'text', updateSequenceNumber: 'text',
        outbox: 'text', noOutbox: 'flag', outboxMaxAgeDays: 'text', outboxMaxEntries: 'text', outboxMaxSize: 'text',
        dryRun: 'flag', verify: 'flag',
    ] + everywhere + [failOnError: 'step']
}

/**
 * The user's parameters as options of the binary: texts, numbers, booleans and lists of texts; nothing given as
 * null, '' or [''] remains. One method without CPS, so that lazily built texts and foreign list types end here.
 */
@NonCPS
private Map convertAll(String command, Map parameters) {
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
    Map checkout = checkoutOf(parameters.scm)
    Map flags = known.flags == null ? [text: '', complaint: ''] : flagsOf(parameters.flags, options)
    for (next in [checkout.complaint, flags.complaint]) {
        complaint = next == '' ? complaint : (complaint == '' ? next : complaint + ' ' + next)
    }
    return [options: options, unknown: unknown, complaint: complaint, checkout: checkout.variables, flags: flags.text]
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

/** What checkout returned, as the variables that a scripted pipeline does not set; of a list the first, and the others as JSON. */
@NonCPS
private Map checkoutOf(Object given) {
    boolean several = given instanceof Collection || given instanceof Object[]
    List variables = []
    List others = []
    boolean isFirst = true
    for (one in (several ? given : [given])) {
        if (one == null || textOf(one) == '') {
            continue
        }
        if (!(one instanceof Map)) {
            return [variables: [], complaint: 'scm must be what checkout returns, as in scm: checkout(scm), or a list of that.']
        }
        Map known = [:]
        for (key in one.keySet()) {
            String name = textOf(key)
            if (name.matches('GIT_[A-Z0-9_]+') && one.get(key) != null) {
                known.put(name, textOf(one.get(key)))
            }
        }
        if (isFirst) {
            for (name in known.keySet()) {
                variables.add(name + '=' + known.get(name))
            }
        } else {
            others.add(known)
        }
        isFirst = false
    }
    if (!others.isEmpty()) {
        Map checkouts = [checkouts: others]
        variables.add('JIRA_SEND_CHECKOUTS=' + JsonOutput.toJson(checkouts))
    }
    return [variables: variables, complaint: '']
}

/** Flags as the file that the binary reads: a list of maps, one map, or all of such a file as a map. */
@NonCPS
private Map flagsOf(Object given, Map options) {
    if (given == null || textOf(given) == '') {
        return [text: '', complaint: '']
    }
    boolean isMap = given instanceof Map
    if (!isMap && !(given instanceof Collection) && !(given instanceof Object[])) {
        return [text: '', complaint: 'flags must be a list of maps, one for each flag.']
    }
    if (options.file != null) {
        return [text: '', complaint: 'flags and file cannot be given both; file is taken.']
    }
    boolean whole = isMap && given.get('flags') != null
    return [text: JsonOutput.toJson(whole ? given : [flags: isMap ? [given] : given]), complaint: '']
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

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
