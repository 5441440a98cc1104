import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * Which commit runs in which environment, from run to run; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** So many runs are looked through for the last one that deployed. Each of them knows of all before it. */
@NonCPS
private int most() {
    return 100
}

/** What earlier steps of this run, or else earlier runs, deployed where: a JSON object for the binary, '{}' when nothing. */
@NonCPS
String known(String kept, Object build) {
    if (kept != null) {
        return kept
    }
    try {
        Object run = build.previousBuild
        for (int runs = 0; run != null && runs < most(); runs++) {
            Object deployed = run.buildVariables?.get('JIRA_SEND_DEPLOYED')
            if (deployed != null) {
                return deployed.toString()
            }
            run = run.previousBuild
        }
    } catch (Exception problem) {
        // Without the runs before, the binary takes what the last successful build has.
    }
    return '{}'
}

/**
 * The same with what the binary has just told of; null when nothing is to be remembered: the deployment has not gone
 * well, was not real, or is lost, so that the next one has to carry its issues.
 */
@NonCPS
String remembered(String known, String output) {
    Object answer = parsed(output)
    if (!(answer instanceof Map) || !(answer.deployed instanceof Map) || answer.outcome == 'dry_run') {
        return null
    }
    Map deployed = answer.deployed
    boolean wentWell = deployed.state == 'successful' || deployed.state == 'rolled_back'
    boolean told = !(answer.outcome == 'unreachable' || answer.outcome == 'unauthorized' || answer.outcome == 'invalid')
    if (!wentWell || !(told || waits(answer)) || !(deployed.place instanceof String) || !(deployed.commit instanceof String)) {
        return null
    }
    Map all = [:]
    Object before = parsed(known)
    if (before instanceof Map) {
        for (place in before.keySet()) {
            if (before.get(place) instanceof String) {
                all.put(place, before.get(place))
            }
        }
    }
    all.put(deployed.place, deployed.commit)
    // It is in the environment of every later process, and from 32768 characters in one variable on, Windows starts none.
    String text = JsonOutput.toJson(all)
    if (text.length() <= 30000) {
        return text
    }
    Map alone = [:]
    alone.put(deployed.place, deployed.commit)
    return JsonOutput.toJson(alone)
}

/** Whether what could not be delivered is kept somewhere. */
@NonCPS
private boolean waits(Map answer) {
    for (site in (answer.sites instanceof List ? answer.sites : [])) {
        if (site instanceof Map && site.queued == true) {
            return true
        }
    }
    return answer.waiting instanceof List && !answer.waiting.isEmpty()
}

@NonCPS
private Object parsed(String text) {
    try {
        return new JsonSlurper().parseText(text == null ? '' : text.trim())
    } catch (Exception junk) {
        return null
    }
}
