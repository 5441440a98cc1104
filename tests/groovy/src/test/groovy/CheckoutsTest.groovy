import groovy.json.JsonSlurper
import harness.PipelineCase
import org.junit.Test

/** Several checkouts in one run, as the binary gets to know of them. */
class CheckoutsTest extends PipelineCase {
    private static final List<String> STEPS = ['jiraSendBuildInfo', 'jiraSendDeploymentInfo', 'jiraSendFeatureFlag', 'jiraSendDevInfo']

    private static Map source(int number) {
        return [GIT_COMMIT: commit(number), GIT_URL: "https://git.example.com/acme/${number}.git", GIT_BRANCH: 'origin/main',
                GIT_PREVIOUS_SUCCESSFUL_COMMIT: null, other: 'x', 'GIT_BAD NAME': 'x', GIT_AUTHOR: '\u00fc " $(touch pwned)\n']
    }

    private Map<String, String> seen() {
        return jenkins.shellCall.environment
    }

    private Object others() {
        String text = seen().JIRA_SEND_CHECKOUTS
        return text == null ? null : ((Map) new JsonSlurper().parseText(text)).checkouts
    }

    @Test
    void 'the first of a list is the repository of the run, the others go along'() {
        STEPS.each { name ->
            fresh()
            step(name, [scm: [source(1), source(2), source(3)], environmentId: 'qa', flagId: 'f'])
            assert seen().GIT_COMMIT == commit(1)
            assert others()*.GIT_COMMIT == [commit(2), commit(3)]
            assert others()[0] == [GIT_COMMIT: commit(2), GIT_URL: 'https://git.example.com/acme/2.git', GIT_BRANCH: 'origin/main',
                                   GIT_AUTHOR: '\u00fc " $(touch pwned)\n']
            assert seen().JIRA_SEND_CHECKOUTS.every { it < '\u0080' && it != '\n' }
            assert !jenkins.options.containsKey('scm')
        }
    }

    @Test
    void 'what is nothing is left out'() {
        [
            // scm                             of the run    others
            [null,                             null,         null],
            ['',                               null,         null],
            [[],                               null,         null],
            [[null, ''],                       null,         null],
            [source(1),                        commit(1),    null],
            [[source(1)],                      commit(1),    null],
            [[null, source(2)],                commit(2),    null],
            [[source(1), null, source(2)],     commit(1),    [commit(2)]],
            [[source(1), source(2)] as Object[], commit(1),  [commit(2)]],
            [[[:], source(2)],                 null,         [commit(2)]],
        ].each { List row ->
            fresh()
            assert step('jiraSendBuildInfo', [scm: row[0]]).outcome == 'accepted'
            assert [seen().GIT_COMMIT, others()*.GIT_COMMIT] == [row[1], row[2]]
        }
    }

    @Test
    void 'what is no checkout is told and ignored'() {
        ['main', 7, [source(1), 'lib'], ['lib'], [[source(1)]]].each { given ->
            fresh()
            assert step('jiraSendBuildInfo', [scm: given]).outcome == 'accepted'
            assert jenkins.echoes[0] == 'jiraSendBuildInfo: scm must be what checkout returns, as in scm: checkout(scm), or a list of that. It is ignored.'
            assert seen().GIT_COMMIT == null && others() == null
            fresh()
            thrownBy { step('jiraSendBuildInfo', [scm: given, failOnError: true]) }
            assert jenkins.calls('sh') == []
        }
    }

    @Test
    void 'what checkout returned lives over other steps'() {
        jenkins.pipeline('''
            def sources = [app, lib]
            jiraSendBuildInfo(scm: sources) { sleep(time: 1, unit: 'SECONDS') }
            jiraSendDeploymentInfo(environmentId: 'qa', state: 'successful', scm: sources)
        ''', [app: source(1), lib: source(2)])
        assert jenkins.calls('sh')*.environment*.GIT_COMMIT == [commit(1)] * 3
        assert jenkins.calls('sh')*.environment*.JIRA_SEND_CHECKOUTS.every { it.contains(commit(2)) }
    }

    @Test
    void 'repositories and allChanges are options of the binary'() {
        [
            // repositories                        the binary gets
            [['app', 'lib'],                       ['app', 'lib']],
            ['app',                                ['app']],
            [['a b', 'c,d', "x'\$(y)\n\u00fc"],    ['a b', 'c,d', "x'\$(y)\n\u00fc"]],
            [[''],                                 null],
            [null,                                 null],
        ].each { List row ->
            fresh()
            step('jiraSendBuildInfo', [repositories: row[0]])
            assert jenkins.options.repositories == row[1]
        }
        [[true, true], ['true', true], [false, false], [null, null], ['', null]].each { List row ->
            fresh()
            step('jiraSendBuildInfo', [allChanges: row[0]])
            assert jenkins.options.allChanges == row[1]
        }
        STEPS.each { name ->
            fresh()
            Map parameters = [repositories: ['app'], environmentId: 'qa', flagId: 'f']
            step(name, parameters + (name == 'jiraSendDevInfo' ? [:] : [allChanges: true]))
            assert jenkins.options.repositories == ['app']
            assert jenkins.options.allChanges == (name == 'jiraSendDevInfo' ? null : true)
        }
    }

    @Test
    void 'on an agent of its own all changes count, since the workspace is another one'() {
        jenkins.build.with([[commit(1), 'ABC-1']])
        step('jiraSendBuildInfo')
        assert seen().JIRA_SEND_ALL_CHANGES == null
        fresh().agent = false
        jenkins.build.with([[commit(1), 'ABC-1']])
        step('jiraSendBuildInfo')
        assert seen().JIRA_SEND_ALL_CHANGES == 'true'
    }
}
