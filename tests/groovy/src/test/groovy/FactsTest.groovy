import harness.FakeBuild
import harness.PipelineCase
import org.junit.Test

/** What the steps read from the run: its result and the commits. */
class FactsTest extends PipelineCase {
    @Test
    void 'the result is passed on as Jenkins says it'() {
        [
            // result         parameter       state
            [null,            null,           null],
            ['SUCCESS',       null,           'SUCCESS'],
            ['FAILURE',       null,           'FAILURE'],
            ['UNSTABLE',      null,           'UNSTABLE'],
            ['ABORTED',       null,           'ABORTED'],
            ['NOT_BUILT',     null,           'NOT_BUILT'],
            [null,            'in_progress',  'in_progress'],
            ['FAILURE',       'rolled_back',  'rolled_back'],
            ['FAILURE',       '',             'FAILURE'],
            ['FAILURE',       ' ',            'FAILURE'],
        ].each { List<String> row ->
            ['jiraSendBuildInfo', 'jiraSendDeploymentInfo'].each { name ->
                fresh().build.result = row[0]
                step(name, [state: row[1]])
                assert jenkins.options.state == row[2]
                assert jenkins.options.containsKey('state') == (row[2] != null)
            }
        }
    }

    @Test
    void 'a run without changes has no change file'() {
        step('jiraSendBuildInfo')
        assert jenkins.changes == []
        assert jenkins.calls('writeFile') == []
        assert !jenkins.shellCall.environment.containsKey('JIRA_SEND_CHANGES')
    }

    @Test
    void 'commits are listed newest first, with the first line of the message'() {
        jenkins.build.with([[commit(1), 'ABC-1 old'], [commit(2), 'ABC-2 new\n\nbody with ABC-3']])
        step('jiraSendBuildInfo')
        assert jenkins.changes == [[commit: commit(2), message: 'ABC-2 new'], [commit: commit(1), message: 'ABC-1 old']]
        // One object a line, and ASCII only: safe with any encoding on the way.
        String text = new File(jenkins.shellCall.environment.JIRA_SEND_CHANGES).text
        assert text.endsWith('}\n') && text.readLines().size() == 2
    }

    @Test
    void 'all change sets of the run are handed over, those of a library too'() {
        // They have the same kind as the others; only the binary can tell them apart, by the repositories of the workspace.
        jenkins.build.with([[commit(1), 'LIB-1 library']]).with([[commit(2), 'ABC-2 project']])
        step('jiraSendBuildInfo')
        assert jenkins.changes*.message == ['ABC-2 project', 'LIB-1 library']
        assert jenkins.shellCall.environment.JIRA_SEND_CHANGES_OF_JENKINS == 'true'
    }

    @Test
    void 'commits of other systems than git are told apart'() {
        // Those of Mercurial look the same.
        jenkins.build.with([[commit(1), 'ABC-1']], 'hg').with([['1234', 'ABC-2']], 'svn').with([['', 'ABC-3']], null)
        step('jiraSendBuildInfo')
        assert jenkins.changes*.commit == ['', 'svn 1234', 'hg ' + commit(1)]
    }

    @Test
    void 'commits of the runs before count until one was a success'() {
        [
            // results of the runs before, newest first      messages
            [[],                                             ['now']],
            [['SUCCESS'],                                    ['now']],
            [['FAILURE', 'SUCCESS', 'FAILURE'],              ['now', 'run 1']],
            [['FAILURE', 'UNSTABLE', 'ABORTED', 'NOT_BUILT', 'SUCCESS'], ['now', 'run 1', 'run 2', 'run 3', 'run 4']],
            [[null, 'FAILURE'],                              ['now', 'run 1', 'run 2']],
        ].each { List row ->
            FakeBuild build = fresh().build.with([[commit(0), 'now']])
            row[0].eachWithIndex { String result, int number ->
                FakeBuild previous = new FakeBuild(result: result).with([[commit(number + 1), 'run ' + (number + 1)]])
                build.after(previous)
                build = previous
            }
            step('jiraSendBuildInfo')
            assert jenkins.changes*.message == row[1]
        }
    }

    @Test
    void 'at most 50 runs and 1000 commits are read'() {
        FakeBuild build = jenkins.build.with([[commit(0), 'run 0']])
        (1..60).each { int number ->
            FakeBuild previous = new FakeBuild(result: 'FAILURE').with([[commit(number), 'run ' + number]])
            build.after(previous)
            build = previous
        }
        step('jiraSendBuildInfo')
        assert jenkins.changes*.message == (0..49).collect { 'run ' + it }

        fresh().build.with((1..1200).collect { [commit(it), 'commit ' + it] })
        step('jiraSendBuildInfo')
        assert jenkins.changes.size() == 1000
        assert jenkins.changes.first().message == 'commit 1200'
    }

    @Test
    void 'a change file of the user is left alone'() {
        jenkins.build.with([[commit(1), 'ABC-1 one']])
        step('jiraSendBuildInfo', [changes: '/data/changes.jsonl'])
        assert jenkins.options.changes == '/data/changes.jsonl'
        assert jenkins.shellCall.environment.JIRA_SEND_CHANGES_OF_JENKINS == null
        assert jenkins.calls('writeFile') == []
    }

    @Test
    void 'an unreadable change log is told and does not stop the sending'() {
        jenkins.build.changeSets = null
        Map result = step('jiraSendBuildInfo')
        assert result.outcome == 'accepted'
        assert jenkins.echoes.size() == 2
        assert jenkins.echoes[0].startsWith('jiraSendBuildInfo: the change log of this run could not be read (')
    }
}
