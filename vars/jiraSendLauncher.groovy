import groovy.json.JsonOutput

/**
 * One call of the binary on an agent: the agent, the credential, the environment, the launcher; private, may change at any
 * time.
 *
 * Private methods are for this file alone.
 */

/**
 * Calls the binary on the agent of the pipeline. Where there is none (agent none, code outside node), one is taken for this moment,
 * in a bounded time: Jira must not hold up the build. Gives its output and what was brought along, or trouble.
 *
 * @param call command, options, files (changes and flags, empty when there are none), further (variables), waiting (what is
 *             brought along), parameters (the user's), credential, and bound: true when no credential is to be bound
 */
Map start(Map call) {
    if (env.NODE_NAME != null || env.WORKSPACE != null) {
        return launchWith(call)
    }
    Map parameters = call.parameters
    String label = textOf(parameters.agentLabel).trim() ?: textOf(env.JIRA_SEND_AGENT_LABEL).trim()
    int seconds = secondsOf(parameters.agentTimeout, env.JIRA_SEND_AGENT_TIMEOUT)
    long end = System.currentTimeMillis() + seconds * 1000
    Map reached = [agent: false]
    try {
        return timeout(time: seconds, unit: 'SECONDS') {
            node(label) {
                reached.agent = true
                // Its workspace is not that of the run: what no repository has there may belong to it all the same.
                call.further.add('JIRA_SEND_ALL_CHANGES=true')
                launchWith(call)
            }
        }
    } catch (InterruptedException interruption) {
        // By the time alone can it be told from a stop of the run: the sandbox lets nothing else be read.
        if (System.currentTimeMillis() < end) {
            throw interruption
        }
    }
    return [trouble: reached.agent ?
        'the step took longer than ' + seconds + ' seconds on an agent of its own; give it more time with agentTimeout.' :
        'no agent' + (label == '' ? '' : ' with the label ' + label) + ' was free within ' + seconds + ' seconds; call the' +
            ' step inside node { }, name other agents with agentLabel, or give it more time with agentTimeout.']
}

/**
 * The characters that go into one variable: from 128 KiB on, Linux starts no process any more, and Windows none with more
 * than 32767 characters.
 */
private int mostIn(boolean unix) {
    return unix ? 100000 : 30000
}

/** Seconds that an agent may take, in all; two minutes when nothing sensible is given. */
@NonCPS
private int secondsOf(Object parameter, String variable) {
    String given = textOf(parameter).trim() ?: textOf(variable).trim()
    return given.matches('[1-9][0-9]{0,4}') ? Integer.parseInt(given) : 120
}

/** Binds the credential, unless a dry run needs none or the user bound what the binary reads. */
private Map launchWith(Map call) {
    Map credential = call.credential
    if (call.bound) {
        return launch(call)
    }
    if (credential.clientId == '') {
        return withCredentials([usernamePassword(
                credentialsId: credential.id, usernameVariable: 'JIRA_CLIENT_ID', passwordVariable: 'JIRA_CLIENT_SECRET')]) {
            launch(call)
        }
    }
    call.further.add('JIRA_CLIENT_ID=' + credential.clientId)
    return withCredentials([string(credentialsId: credential.id, variable: 'JIRA_CLIENT_SECRET')]) {
        launch(call)
    }
}

/** Runs the launcher: its output, and what was brought along. */
private Map launch(Map call) {
    Map files = call.files
    // Outside the checkout and new for each call: parallel stages can share a workspace. The launcher removes it.
    String directory = pwd(tmp: true) + '/jira-send-' + UUID.randomUUID().toString()
    List environment = [
        'JIRA_SEND_COMMAND=' + call.command,
        'JIRA_SEND_FORMAT=json',
        // The exit code must tell the truth; what becomes of it is decided by failOnError.
        'JIRA_SEND_ON_ERROR=fail',
        // The step says it all in one line; where verbose is asked for, the binary lets that win.
        'JIRA_SEND_QUIET=true',
        'JIRA_SEND_TMP=' + directory,
    ]
    environment.addAll(call.further)
    String json = JsonOutput.toJson(call.options)
    boolean unix = isUnix()
    boolean large = json.length() > mostIn(unix)
    String brought = jiraSendWaiting.newest(call.waiting ?: '', mostIn(unix))
    environment.add('JIRA_SEND_WAITING=' + (brought ?: 'none'))
    boolean ended = false
    boolean handedOver = false
    try {
        if (files.changes != '') {
            writeFile(file: directory + '/changes.jsonl', text: files.changes, encoding: 'UTF-8')
            environment.add('JIRA_SEND_CHANGES=' + directory + '/changes.jsonl')
        }
        if (files.flags != '') {
            writeFile(file: directory + '/flags.json', text: files.flags, encoding: 'UTF-8')
            environment.add('JIRA_SEND_FILE=' + directory + '/flags.json')
        }
        if (large) {
            writeFile(file: directory + '/parameters.json', text: json, encoding: 'UTF-8')
            environment.add('JIRA_SEND_PARAMETERS_FILE=' + directory + '/parameters.json')
        } else {
            environment.add('JIRA_SEND_PARAMETERS=' + json)
        }
        // The version of the library, and the SHA-256 of what may run on the agent.
        environment.add('JIRA_SEND_MANIFEST=' + libraryResource('jira-send/manifest'))
        String output = withEnv(environment) {
            shell(unix)
        }
        String file = jiraSendAnswer.neededFile(output)
        if (file != '') {
            handedOver = true
            // The first time on this agent: the launcher checks the file and keeps it in the user's cache.
            environment.add('JIRA_SEND_FROM_LIBRARY=' + (handOver(file, directory) ? 'file' : 'none'))
            output = withEnv(environment) {
                shell(unix)
            }
        }
        ended = true
        return [output: output, brought: brought]
    } finally {
        if (!ended && (large || files.changes != '' || files.flags != '' || handedOver)) {
            remove(directory)
        }
    }
}

private String shell(boolean unix) {
    if (unix) {
        return sh(script: libraryResource('jira-send/run.sh'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
    }
    String output = powershell(script: libraryResource('jira-send/run.ps1'), returnStdout: true, encoding: 'UTF-8', label: 'jira-send')
    return withoutMark(output)
}

/** Where the console of the agent is set to UTF-8, Windows PowerShell may begin its output with a byte order mark. */
@NonCPS
private String withoutMark(String output) {
    return output == null ? null : output.replaceFirst('^\\uFEFF', '')
}

/** Writes a file that a release of the library carries into the folder of the call. False when it carries none. */
private boolean handOver(String file, String directory) {
    String reason
    try {
        // In no variable: it would be saved with the program of the run.
        writeFile(file: directory + '/' + file, encoding: 'Base64',
            text: libraryResource(resource: 'jira-send/' + file, encoding: 'Base64'))
        return true
    } catch (InterruptedException interruption) {
        throw interruption
    } catch (Exception problem) {
        reason = problem.toString()
    }
    if (!reason.contains('No such library resource')) {
        echo('jira-send: ' + jiraSendAnswer.oneLine(file + ' could not be written on the agent: ' + reason))
    }
    return false
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

@NonCPS
private String textOf(Object value) {
    return value == null ? '' : value.toString()
}
