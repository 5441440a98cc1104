/**
 * The user's parameters: which there are, and what the binary gets of them; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** The options of the binary, and what is wrong with the parameters in words; empty when nothing is. */
Map read(String command, Map parameters) {
    Map given = convertAll(command, parameters)
    String complaint = given.complaint
    if (!given.unknown.isEmpty()) {
        complaint = jiraSendAnswer.oneLine('unknown parameter ' + given.unknown.join(', ')) + '; known are: ' +
            knownParameters(command).keySet().join(', ') + '.' + (complaint == '' ? '' : ' ' + complaint)
    }
    return [options: given.options, complaint: complaint]
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
    Map known = command == 'deployment' ? [
        environmentId: 'text', environmentName: 'text', environmentType: 'text', stagePattern: 'text', serviceIds: 'words', enableGating: 'flag',
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
        outboxMaxAgeDays: 'text', outboxMaxEntries: 'text', outboxMaxSize: 'text', dryRun: 'flag', verify: 'flag', verbose: 'flag',
        credentialsId: 'step', clientId: 'step', failOnError: 'step',
    ]
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
    return [options: options, unknown: unknown, complaint: complaint]
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

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
