import groovy.json.JsonOutput
import harness.CpsMachine
import harness.FakeBuild
import harness.PipelineCase
import org.junit.Test

/** What a request says of the run and of those around it, and what the run remembers. */
class MemoryTest extends PipelineCase {
    private Map getRun() {
        return jenkins.launcher.requests.last().run
    }

    private String getMemory() {
        return jenkins.build.buildVariables.JIRA_SEND_MEMORY
    }

    @Test
    void 'an answer changes the lines it names, and the memory never ends up empty'() {
        [
            // memory,          keep,                forget,     memory after it
            [null,              [],                  [],         'none'],
            [null,              ['a {}'],            [],         'a {}'],
            ['none',            ['a {}'],            [],         'a {}'],
            ['a 1\nb 2',        [],                  [],         'a 1\nb 2'],
            ['a 1\nb 2',        ['a 3'],             [],         'b 2\na 3'],
            ['a 1\nb 2',        [],                  ['a'],      'b 2'],
            ['a 1\nb 2',        ['c 3', 'd'],        ['a', 'b', 'x'], 'c 3\nd'],
            ['a 1',             [],                  ['a'],      'none'],
            ['a 1\n\nab 2\na:b 3', ['a 4'],          [],         'ab 2\na:b 3\na 4'],
            ['junk of anybody', ['a 1'],             [],         'junk of anybody\na 1'],
        ].each { List cell ->
            row()
            cell[0] != null && jenkins.global.put('JIRA_SEND_MEMORY', cell[0])
            jenkins.launcher.answer([memory: [keep: cell[1], forget: cell[2]]])
            step('jiraSendBuildInfo')
            assert [cell, run.memory, jenkins.environment().JIRA_SEND_MEMORY] == [cell, cell[0] ?: '', cell[3]]
        }
        fresh().launcher.answer([memory: null])
        step('jiraSendKeys')
        assert memory == 'none'
    }

    @Test
    void 'a memory that does not change is not set again'() {
        jenkins.global.JIRA_SEND_MEMORY = 'a 1'
        step('jiraSendBuildInfo')
        assert memory == null
    }

    @Test
    void 'branches side by side lose nothing of each other'() {
        jenkins.launcher.answer({ Map request -> [memory: [keep: [request.parameters.environmentId + ' ' + (request.body.phase == 'end' ? 2 : 1)]]] })
        jenkins.pipeline("""parallel(${('a'..'e').collect { "${it}: { jiraSendDeploymentInfo(environmentId: '${it}') { milestone 1 } }" }.join(', ')})""")
        assert memory.readLines().sort() == ['a 2', 'b 2', 'c 2', 'd 2', 'e 2']
    }

    @Test
    void 'nor do branches that are stopped together'() {
        CpsMachine machine = jenkins.start("""parallel(${('a'..'d').collect { "${it}: { jiraSendDeploymentInfo(environmentId: '${it}') }" }.join(', ')})""")
        while (jenkins.calls('beginWithEnv').size() < 4) {
            machine.step()
        }
        machine.stop()
        assert machine.finish().result == 'ABORTED'
        assert memory.readLines().collect { (it =~ /"environmentId":"(.)"/)[0][1] }.sort() == ['a', 'b', 'c', 'd']
    }

    @Test
    void 'without room the oldest lines go, and one line says how many'() {
        List<String> lines = (1..4).collect { "line${it} ".toString().padRight(9990, 'x') }
        jenkins.global.JIRA_SEND_MEMORY = lines.take(3).join('\n')
        jenkins.launcher.answer([memory: [keep: [lines[3]]]])
        step('jiraSendBuildInfo')
        assert memory == lines.drop(1).join('\n') && memory.length() <= 30000
        assert jenkins.echoes == ['jiraSendBuildInfo: sent\njira-send: no room in the memory of this run; 1 of its oldest entries were dropped']
    }

    @Test
    void 'runs before and after that remember something are told of, until three are found'() {
        List<FakeBuild> runs = [new FakeBuild(number: 1)]
        (2..70).each { int number -> runs << new FakeBuild(result: number % 2 ? 'FAILURE' : 'SUCCESS').after(runs.last()) }
        Closure<FakeBuild> numbered = { int number -> runs[number - 1] }
        [2, 3, 30, 40, 41, 62, 63, 66, 68].each { numbered(it).buildVariables.JIRA_SEND_MEMORY = 'of ' + it }
        numbered(41).building = true
        numbered(41).force(null)
        numbered(63).building = true
        jenkins.build = numbered(61)
        step('jiraSendBuildInfo')
        assert run.number == 61
        assert run.others*.number == [41, 40, 30, 62, 63, 66]
        assert run.others*.memory == run.others*.number.collect { 'of ' + it }
        assert run.others*.isCompleted == [false, true, true, true, false, true]
        assert run.others*.result == [null, 'SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE', 'SUCCESS']
        assert run.others*.ended == [null, 1_750_000_060_000L, 1_750_000_060_000L, 1_750_000_060_000L, null, 1_750_000_060_000L]
        // No further back than 50 runs, and of the newest run nobody can say whether it is completed.
        fresh().build = numbered(69)
        numbered(70).buildVariables.JIRA_SEND_MEMORY = 'newest'
        [61, 62, 63, 66, 68, 40, 41, 30].each { numbered(it).buildVariables.clear() }
        step('jiraSendBuildInfo')
        assert run.others == [[number: 70, result: 'SUCCESS', isCompleted: false, ended: null, memory: 'newest']]
    }

    @Test
    void 'the run that started this one is told of, and other runs that cannot be read are not'() {
        jenkins.build.upstreamBuilds = [new FakeBuild(number: 5, fullProjectName: 'shop/main', buildVariables: [JIRA_SEND_MEMORY: 'up 1', PASSWORD: 'x']), new FakeBuild()]
        step('jiraSendDeploymentInfo')
        assert run.upstream == [[job: 'shop/main', number: 5, memory: 'up 1']]
        fresh().build.after(new FakeBuild(buildVariables: null)).upstreamBuilds = null
        step('jiraSendDeploymentInfo')
        assert [run.others, run.upstream] == [[], []]
        assert jenkins.echoes == ['jiraSendDeploymentInfo: sent']
    }

    @Test
    void 'commits are listed newest first, with the first line of the message and the system they are of'() {
        jenkins.build.with([[commit(1), 'ABC-1 old'], [commit(2), 'ABC-2 new\n\nbody with ABC-3']], null).with([['1234', 'ABC-4']], 'svn')
        step('jiraSendBuildInfo')
        assert run.changes == [[commit: '1234', message: 'ABC-4', system: 'svn'], [commit: commit(2), message: 'ABC-2 new', system: 'git'],
                               [commit: commit(1), message: 'ABC-1 old', system: 'git']]
        assert run.changesProblem == null
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
        ].each { List cell ->
            FakeBuild build = fresh().build.with([[commit(0), 'now']])
            cell[0].eachWithIndex { String result, int number ->
                FakeBuild previous = new FakeBuild(result: result).with([[commit(number + 1), 'run ' + (number + 1)]])
                build.after(previous)
                build = previous
            }
            step('jiraSendBuildInfo')
            assert run.changes*.message == cell[1]
        }
    }

    @Test
    void 'at most 50 runs and 1000 commits are read, and what cannot be read is said'() {
        FakeBuild build = jenkins.build.with([[commit(0), 'run 0']])
        (1..60).each { int number ->
            FakeBuild previous = new FakeBuild(result: 'FAILURE').with([[commit(number), 'run ' + number]])
            build.after(previous)
            build = previous
        }
        step('jiraSendBuildInfo')
        assert run.changes*.message == (0..49).collect { 'run ' + it }

        fresh().build.with((1..1200).collect { [commit(it), 'commit ' + it] })
        step('jiraSendBuildInfo')
        assert run.changes.size() == 1000 && run.changes.first().message == 'commit 1200'

        fresh().build.with([[commit(1), 'kept']]).after(new FakeBuild(result: 'FAILURE', changeSets: null))
        step('jiraSendBuildInfo')
        assert run.changes*.message == ['kept'] && run.changesProblem.contains('NullPointerException')
    }

    @Test
    void 'the time is that of the controller'() {
        long before = System.currentTimeMillis()
        step('jiraSendBuildInfo')
        assert run.now >= before && run.now <= System.currentTimeMillis()
    }

    @Test
    void 'a memory of the full size goes to the program on every system'() {
        String full = 'x ' + JsonOutput.toJson(a: 'y' * 29_000)
        [true, false].each { boolean unix ->
            fresh().unix = unix
            jenkins.resources['jira-send/run.bat'] = '@rem'.bytes
            jenkins.global.JIRA_SEND_MEMORY = full
            step('jiraSendBuildInfo', [description: 'x' * 200_000])
            assert run.memory == full && memory == null
        }
    }
}
