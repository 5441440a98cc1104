/**
 * What somebody may have meant by a parameter that does not exist; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** The unknown parameters, each with the one that was meant; with all known ones where a name is like none of them. */
@NonCPS
String explain(List unknown, Collection known) {
    List told = []
    boolean all = true
    for (name in unknown) {
        String meant = meantBy(name, known)
        all = all && meant != ''
        told.add(meant == '' ? name : name + ' (did you mean ' + meant + '?)')
    }
    return 'unknown parameter ' + told.join(', ') + (all ? '.' : '; known are: ' + known.join(', ') + '.')
}

@NonCPS
private String meantBy(String name, Collection known) {
    String plain = plainOf(name)
    String synonym = synonyms().get(plain)
    if (synonym != null && known.contains(synonym)) {
        return synonym
    }
    String nearest = ''
    // One wrong letter in five may be a slip.
    int least = plain.length() < 4 ? 1 : plain.length().intdiv(5) + 2
    for (candidate in known) {
        int distance = distanceOf(plain, plainOf(candidate), least)
        if (distance < least) {
            least = distance
            nearest = candidate
        }
    }
    return nearest
}

/** What users of Atlassian's plugin were seen to write, and other words for the same. */
@NonCPS
private Map synonyms() {
    Map all = [:]
    Map words = [
        issueKeys: ['idorkey', 'key', 'keys', 'issue', 'issues', 'issueidorkeys', 'jirakey', 'jiraissue', 'jiraissues', 'ticket', 'tickets'],
        environmentId: ['environment', 'env', 'envid'], environmentName: ['envname'], environmentType: ['envtype'],
        enableGating: ['gating', 'gate', 'enablegate'], serviceIds: ['service', 'services'],
        site: ['jirasite', 'sitename', 'siteurl', 'jiraurl', 'server', 'host'], branch: ['branchname', 'gitbranch'],
        state: ['status', 'result', 'buildstate', 'deploymentstate', 'buildstatus', 'deploymentstatus'],
        message: ['changeset', 'changesets', 'commitmessage', 'commits'], label: ['version', 'versionname'], displayName: ['name', 'title'],
        description: ['comment'], buildNumber: ['number'], url: ['buildurl'], credentialsId: ['credentials', 'credential'],
        testResults: ['tests', 'testresult', 'testinfo', 'junit'],
    ]
    for (name in words.keySet()) {
        for (word in words.get(name)) {
            all.put(word, name)
        }
    }
    return all
}

@NonCPS
private String plainOf(String name) {
    return name.toLowerCase().replaceAll('[^a-z0-9]', '')
}

/** How many letters differ, are missing or are too many (Levenshtein); limit when it is as much or more. */
@NonCPS
private int distanceOf(String one, String other, int limit) {
    int lengths = one.length() - other.length()
    if (lengths >= limit || -lengths >= limit) {
        return limit
    }
    List row = []
    for (int j = 0; j <= other.length(); j++) {
        row.add(j)
    }
    for (int i = 1; i <= one.length(); i++) {
        List next = [i]
        for (int j = 1; j <= other.length(); j++) {
            int replaced = row[j - 1] + (one.substring(i - 1, i) == other.substring(j - 1, j) ? 0 : 1)
            int least = row[j] < next[j - 1] ? row[j] + 1 : next[j - 1] + 1
            next.add(replaced < least ? replaced : least)
        }
        row = next
    }
    return row[other.length()] < limit ? row[other.length()] : limit
}
