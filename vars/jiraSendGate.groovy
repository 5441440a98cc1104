/**
 * The gate of a deployment in Jira Service Management: one question, the wait for the decision, and how a run ends that
 * may not go on; private, may change at any time.
 *
 * It waits on the controller. Each question is a short call of the binary, and nothing on an agent is held in between.
 * What is kept over a step are texts, numbers and plain maps, so that a wait goes on after a restart of the controller.
 */

/** True: the deployment may go on. False: nobody has decided yet. Everything else ends the run. */
boolean isOpen(String step, Map parameters) {
    Map result = ask(step, parameters ?: [:])
    if (isAllowed(result) || result.outcome == 'awaiting') {
        echo(step + ': ' + result.message)
        return isAllowed(result)
    }
    end(step, result)
    return false
}

/** The decision. What is none to go on with ends the run, unless failOnError is false. */
Map await(String step, Map given) {
    Map parameters = given ?: [:]
    Map read = jiraSendParameters.read('gate --wait', parameters)
    if (read.complaint) {
        echo(step + ': ' + read.complaint + ' It is ignored.')
    }
    long most = seconds(parameters.timeout, seconds(env.JIRA_SEND_TIMEOUT, 3600))
    long interval = seconds(parameters.pollInterval, 0)
    Map result
    if (most < 0 || interval < 0) {
        result = jiraSendAnswer.failure('invalid', 2, (most < 0 ? 'timeout' : 'pollInterval') +
            " must be seconds or a text such as '90 s', '20 min', '2 h' or '1 d', from 1 second to 30 days.")
    } else {
        Map question = read.options + [
            credentialsId: parameters.credentialsId, clientId: parameters.clientId,
            agentLabel: parameters.agentLabel, agentTimeout: parameters.agentTimeout,
        ]
        result = decision(step, question, most, interval)
    }
    result = [gatingStatus: null, gatingUpdated: null, changeRequests: [], waited: 0] + result
    // No variable of the whole job lets a deployment pass that nobody has allowed.
    boolean strict = parameters.failOnError == null || jiraSendParameters.isTrue(parameters.failOnError)
    if (isAllowed(result)) {
        return result
    }
    if (strict) {
        end(step, result)
    }
    result.message = reason(result)
    echo(step + ': ' + result.message)
    return result
}

/** Asks until it is decided, cannot be decided, or the time is up. */
private Map decision(String step, Map question, long most, long interval) {
    long started = System.currentTimeMillis()
    long paused = 0
    long pause = interval > 0 ? interval : 5
    String said = ''
    boolean inTrouble = false
    Map last = null
    while (true) {
        Map result = ask(step, question)
        // A clock may be set back; the pauses have been in any case.
        long elapsed = (System.currentTimeMillis() - started).intdiv(1000)
        long waited = elapsed > paused ? elapsed : paused
        if (result.gatingStatus != null) {
            if (said != result.message) {
                echo(step + ': ' + result.message)
            }
            if (result.outcome != 'awaiting') {
                return result + [waited: waited]
            }
            said = result.message
            inTrouble = false
            last = result
        } else if (result.exitCode == 4) {
            if (!inTrouble) {
                echo(step + ': ' + result.message + '; asking again until the time is up.')
            }
            inTrouble = true
        } else if (result.outcome != 'rejected' || (last == null && waited >= 120)) {
            // It may take Jira a moment to know the gate of a deployment that was just sent.
            return result + [waited: waited]
        }
        if (waited >= most) {
            return (last ?: result) + [waited: waited]
        }
        if (pause > most - waited) {
            pause = most - waited
        }
        // The step takes an int.
        sleep(time: pause.intValue(), unit: 'SECONDS')
        paused += pause
        if (interval == 0) {
            pause = pause >= 40 ? 60 : pause + pause.intdiv(2)
        }
    }
}

private Map ask(String step, Map parameters) {
    // A blank variable counts as not set: the binary is to answer at once, whatever the user set for other calls of it.
    return withEnv(['JIRA_SEND_WAIT= ', 'JIRA_SEND_TIMEOUT= ']) {
        jiraSendRunner(step: step, command: 'gate', parameters: parameters, silent: true)
    }
}

/**
 * Ends the run: as failed when there is no decision, as aborted when it is against the deployment or nobody made it.
 *
 * Jenkins' retry begins again after an error, and not after an interruption. So whoever asks again in a run that was
 * ended here meets an interruption.
 */
private void end(String step, Map result) {
    String line = step + ': ' + reason(result)
    if (result.outcome == 'prevented' || result.outcome == 'awaiting') {
        if (currentBuild.result == 'ABORTED') {
            echo(line)
            interrupt()
        }
        currentBuild.result = 'ABORTED'
    }
    error(line)
}

/** The sandbox lets nobody make an interruption, so it is the one of a timeout, thrown when the timeout is over. */
private void interrupt() {
    Throwable caught = null
    timeout(time: 1, unit: 'SECONDS') {
        try {
            sleep(time: 1, unit: 'MINUTES')
        } catch (InterruptedException interruption) {
            caught = interruption
        }
    }
    if (caught != null) {
        throw caught
    }
}

@NonCPS
private boolean isAllowed(Map result) {
    return result.outcome == 'allowed' && result.exitCode == 0
}

/** Why the run does not go on, and the next thing to do. */
@NonCPS
private String reason(Map result) {
    String message = result.message
    if (result.outcome == 'prevented') {
        return 'The deployment was prevented by Jira Service Management: ' + message + '. ' +
            (result.gatingStatus == 'expired' ? 'Nobody decided in time; run the deployment again to ask anew.' :
            'The change request was declined; its issue has the reason.')
    }
    if (result.outcome == 'awaiting') {
        return 'Nobody has decided within ' + result.waited + ' seconds: ' + message +
            '. Ask whoever approves the change request, or wait longer with timeout.'
    }
    Map next = [
        invalid_gate: 'Jira can make no decision; check the services of the deployment (serviceIds) and the change' +
            ' management of the service project.',
        rejected: 'Was the deployment sent before in this run, with enableGating, serviceIds and the same environmentId?',
        unauthorized: 'It needs the permission "Deployments"; jira-send check on the agent tells more.',
        unreachable: 'Ask again later; jiraAwaitGate does so by itself.',
        invalid: '',
    ]
    String hint = next.get(result.outcome)
    return 'There is no decision of Jira Service Management, so the deployment may not go on: ' + message +
        (message.endsWith('.') ? '' : '.') + (hint ? ' ' + hint : '')
}

/** Seconds as a number, or as a text with a unit; -1 for anything else. */
@NonCPS
private long seconds(Object value, long otherwise) {
    String text = value == null ? '' : value.toString().trim().toLowerCase()
    if (text == '') {
        return otherwise
    }
    if (!text.matches('[0-9]{1,7} ?([a-z]+)?')) {
        return -1
    }
    String digits = text.replaceFirst('[^0-9].*', '')
    String unit = text.replaceFirst('[0-9]+ ?', '')
    Map units = [
        '': 1, s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60, h: 3600, hour: 3600, hours: 3600,
        d: 86400, day: 86400, days: 86400,
    ]
    if (units.get(unit) == null) {
        return -1
    }
    long all = digits.toLong() * units.get(unit)
    return all >= 1 && all <= 2592000 ? all : -1
}
