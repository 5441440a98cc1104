import groovy.json.JsonOutput

/**
 * The change log of the run; private, may change at any time.
 *
 * Called from code with CPS only: what has no CPS may not look up a library variable. Private methods are for this
 * file alone.
 */

/** The commits as JSON lines for the binary; nothing, and a word in the log, when the change log cannot be read. */
String collect(String step) {
    String reason
    try {
        return commitsOf(currentBuild)
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
private String commitsOf(Object build) {
    List lines = []
    Object run = build
    for (int runs = 0; run != null && runs < 50; runs++) {
        List sets = run.changeSets
        for (int s = sets.size() - 1; s >= 0; s--) {
            def items = sets[s].items
            // No repository of git has the commits of another system.
            String system = sets[s].kind == null || sets[s].kind == 'git' ? '' : textOf(sets[s].kind) + ' '
            for (int i = items.length - 1; i >= 0 && lines.size() < 1000; i--) {
                Map entry = [commit: system + textOf(items[i].commitId), message: textOf(items[i].msg)]
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
