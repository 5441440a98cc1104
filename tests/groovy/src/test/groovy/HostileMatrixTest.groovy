import groovy.json.JsonOutput
import harness.FakeJenkins
import harness.MatrixCase
import harness.MatrixStep
import org.junit.Test
import org.junit.runners.Parameterized

/** Strangers' text: it reaches the binary character by character, and the log as one line. */
class HostileMatrixTest extends MatrixCase {
    @Parameterized.Parameters(name = '{0}, {1}, {2}, {3}')
    static List<Object[]> modes() {
        return cells(MatrixStep.ALL)
    }

    static final List<String> VALUES = [
        '"', "'", '\\', '`id`', '$(touch pwned)', '${PATH}', '$env:PATH', '%PATH%', '"&calc&', '^&|<>!', '-n --help', '; rm -rf / #', "'@\r\n\$x",
        'a\nb\r\nc\td', '\u0000\u0001\u001b[31m\u007f', 'caf\u00e9 \u00fc\u00df \u65e5\u672c', '\ud83d\ude00 \ud83c\udff4', '\u202ehidden\u2066\u2069', '\ufeffmark',
        '\u2028\u2029', '\ud800 alone', '{"a":1}', '[]', 'null', '</script>', '__PSLockdownPolicy', ' padded ', 'x' * 40000, '\u00e9' * 40000,
    ]
    private static final String ALLOWED = '{"outcome":"allowed","exit_code":0,"message":"open","gating_status":"allowed"}'

    /** One value that goes in on its own, in every parameter that takes text as it is. */
    private Map textParameters(String value) {
        return [
            build: [displayName: value, description: value, label: value], deployment: [environmentName: value, description: value, pipelineName: value],
            'dev-info': [title: value, repositoryName: value, branchUrl: value], 'feature-flag': [displayName: value, rolloutText: value, defaultValue: value],
            gate: [environmentName: value, jobName: value, pipelineId: value],
        ][tested.command]
    }

    @Test
    void 'hostile values reach the binary as they are'() {
        // Many at once, to be quick; those that are large or may hide others each alone.
        List<List<String>> runs = [VALUES.findAll { it.length() < 40000 }.collate(3), VALUES.findAll { it.length() >= 40000 }.collect { [it] }].sum()
        runs.each { List<String> values ->
            cell(['hostile', values*.take(20)], [tested.gate ? ALLOWED : FakeJenkins.ACCEPTED]) {
                List<String> names = textParameters('').keySet() as List
                Map given = [:]
                boolean large = values[0].length() >= 40000
                names.take(large ? 1 : 3).eachWithIndex { String name, int number -> given[name] = values[number % values.size()] }
                perform(given)
                assert machine.result == 'SUCCESS'
                assert launcher.calls.size() == tested.calls
                launcher.calls.each { call -> names.each { assert call.parameters[it] == given[it] } }
                // By a variable where it fits in, and else by a file.
                boolean byFile = large && (windows || values[0][0] == '\u00e9')
                assert launcher.calls*.environment*.containsKey('JIRA_SEND_PARAMETERS_FILE') == [byFile] * tested.calls
            }
        }
    }

    @Test
    void 'lists, commits and flags reach the binary as they are'() {
        List<String> values = VALUES.findAll { it.length() < 40000 }
        cell('hostile lists', [tested.gate ? ALLOWED : FakeJenkins.ACCEPTED]) {
            jenkins.build.changeSets.clear()
            values.each { jenkins.build.with([[commit(1), 'x' + it.replaceAll(/[\r\n]+/, ' ')]]) }
            Map given = tested.gate ? [:] : [property: values.collect { 'k=' + it }]
            if (tested.command == 'feature-flag') {
                given.flags = values.collect { [key: it, enabled: true, issueKeys: [it]] }
            }
            perform(given)
            assert machine.result == 'SUCCESS'
            launcher.calls.each { call ->
                assert call.parameters.property == given.property
                // The first line of a message is all that a sandbox may see; several sets of changes come newest first.
                List<String> messages = values.collect { ('x' + it.replaceAll(/[\r\n]+/, ' ')).readLines()[0] }.reverse()
                assert call.changes*.message == (tested.command in ['build', 'deployment'] ? messages : [])
                assert call.flags == (given.flags == null ? null : [flags: given.flags])
            }
        }
    }

    @Test
    void 'what comes back is told in one line, and kept as it is'() {
        String text = VALUES.findAll { it.length() < 40000 }.join(' ')
        Map answer = tested.gate ? [outcome: 'allowed', exit_code: 0, message: text, gating_status: 'allowed', gating_updated: text,
                                    change_requests: [[issue_key: text, issue_link: text]]] :
            [outcome: 'accepted', exit_code: 0, message: text, issue_keys: ['ABC-1'], sites: [[site: text, outcome: 'accepted', message: text,
                                                                                              rejected: [[errors: [text]]], unknown_issue_keys: [text]]]]
        cell('hostile answer', [JsonOutput.toJson(answer)]) {
            perform()
            assert machine.result == 'SUCCESS'
            assert jenkins.echoes.size() == tested.calls
            // That these lines have nothing that moves a cursor or turns text round holds for every cell.
            assert jenkins.echoes.every { it.startsWith(tested.step + ': ') && it.contains('$(touch pwned)') && it.contains('%PATH%') && it.contains('caf\u00e9') }
            if (returnedSeen && !tested.gate) {
                assert returned.sites[0].site == text && returned.sites[0].unknownIssueKeys == [text] && returned.sites[0].rejected == [[errors: [text]]]
            }
        }
    }
}
