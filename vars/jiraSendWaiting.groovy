import groovy.json.JsonSlurper

/**
 * What could not be delivered, from agent to agent and from run to run; private, may change at any time.
 *
 * An agent that vanishes takes its outbox with it, so what waits goes along with the run: env.X is there for every later
 * step, on whichever agent, and for the next runs. It is set only when something waits or was delivered at last.
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/**
 * The lines to bring along, the oldest first. What this run kept is the newest, and comes last: the binary lets later
 * lines say what became of earlier ones.
 */
String known() {
    String kept = env.JIRA_SEND_WAITING ?: ''
    return (before(currentBuild, 100000 - kept.length()) + '\n' + kept).trim()
}

/** Keeps what the binary could not deliver, in the place of what was brought to it. */
void keep(String step, String brought, String output) {
    Map waiting = waitingIn(output)
    if (waiting == null) {
        return
    }
    if (waiting.leftOut > 0) {
        echo(step + ': ' + waiting.leftOut + ' more that could not be delivered wait in the outbox of this agent only;' +
            ' the run has no room for them.')
    }
    // Read anew: parallel branches may have changed it meanwhile, and what they could not deliver must stay.
    String kept = env.JIRA_SEND_WAITING
    String now = merged(kept ?: '', brought, waiting.lines) ?: 'none'
    if (now != (kept ?: 'none')) {
        env.JIRA_SEND_WAITING = now
    }
}

/** The last lines, as many whole ones as fit into so many characters. */
@NonCPS
String newest(String lines, int limit) {
    List all = linesOf(lines)
    String text = ''
    for (int i = all.size() - 1; i >= 0 && text.length() + all[i].length() < limit; i--) {
        text = text == '' ? all[i] : all[i] + '\n' + text
    }
    return text
}

/**
 * What the last runs left behind, the oldest first, without those for which there is no room. Runs overlap, so that none
 * of them knows what all of them left. Runs without a step say nothing.
 */
@NonCPS
private String before(Object build, int room) {
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

/** What the binary's answer tells of it; null when the binary did not get so far. */
@NonCPS
private Map waitingIn(String output) {
    Object answer
    try {
        answer = new JsonSlurper().parseText(output == null ? '' : output.trim())
    } catch (Exception junk) {
        answer = null
    }
    if (!(answer instanceof Map) || !(answer.waiting instanceof List)) {
        return null
    }
    List lines = []
    for (line in answer.waiting) {
        lines.add(textOf(line))
    }
    return [lines: lines, leftOut: answer.waiting_left_out instanceof Number ? answer.waiting_left_out.intValue() : 0]
}

/**
 * What is kept, without what was brought to the binary, and with what it gave back: one line each. The oldest go where
 * there is no room: the variable is in the environment of everything that the run does afterwards, and on a Windows agent
 * nothing starts with more than 32767 characters in one.
 */
@NonCPS
private String merged(String kept, String brought, List waiting) {
    List delivered = linesOf(brought)
    List lines = []
    for (line in linesOf(kept)) {
        if (line != 'none' && !delivered.contains(line)) {
            lines.add(line)
        }
    }
    lines.addAll(waiting)
    List taken = []
    String text = ''
    for (int i = lines.size() - 1; i >= 0; i--) {
        String line = lines[i]
        // The binary writes ASCII alone, of which the length is known.
        boolean fits = line.matches('[ -~]+') && text.length() + line.length() < 30000
        if (fits && !taken.contains(line)) {
            taken.add(line)
            text = text == '' ? line : line + '\n' + text
        }
    }
    return text
}

@NonCPS
private List linesOf(String text) {
    List lines = []
    for (line in text.split('\n')) {
        lines.add(line)
    }
    return lines
}

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
