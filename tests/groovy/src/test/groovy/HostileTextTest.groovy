import harness.FakeJenkins
import harness.PipelineCase
import org.junit.Test

/** Strangers choose branch names and commit messages. Their text is data on every way, and the secret stays where it is. */
class HostileTextTest extends PipelineCase {
    static final List<String> TEXTS = [
        'feature/ABC-1-$(touch pwned)', 'ABC-1 `touch pwned`', 'ABC-1"; touch pwned; "', "ABC-1'; touch pwned; '",
        'ABC-1\ntouch pwned\n', 'ABC-1\r\n\ttouch pwned', 'ABC-1 ${x} $HOME %PATH% !x', 'ABC-1 \\ \\n \\u0041 \\\\',
        'ABC-1 \ud83d\ude00 \u00fc\u00f1 \u65e5\u672c \u202egnp', '--help', '-x', 'ABC-1 > pwned | tee pwned & pwned',
        'ABC-1\u0000\u0007\u001b[31m', '=a=b', "ABC-1 ''' \"\"\" */", '{"protocol":1}', 'a ' + 'x' * 200_000,
    ]

    private static Map<String, String> all(Closure<String> value) {
        return (0..<TEXTS.size()).collectEntries { ['p' + it, value(TEXTS[it])] }
    }

    @Test
    void 'hostile text reaches the program exactly, and no script'() {
        [true, false].each { boolean unix ->
            fresh().unix = unix
            jenkins.resources['jira-send/run.bat'] = '@rem'.bytes
            List<List<String>> commits = []
            TEXTS.eachWithIndex { String text, int number -> commits << [commit(number), 'ABC-1 ' + text] }
            jenkins.build.with(commits)
            jenkins.global.putAll([GIT_BRANCH: TEXTS[0], JIRA_SEND_MEMORY: 'a ' + TEXTS[3]])
            step('jiraSendDeploymentInfo', all { it } + all { "${it}" }.collectEntries { key, value -> [key + 'g', value] })
            Map request = jenkins.launcher.requests[0]
            assert request.parameters.keySet().every { request.parameters[it] == TEXTS[it.replaceAll(/\D/, '') as int] }
            assert request.parameters.size() == 2 * TEXTS.size()
            assert request.run.changes*.message == commits.reverse().collect { it[1].readLines()[0].trim() }
            assert request.run.memory == 'a ' + TEXTS[3]
            // Printable ASCII only, so that no locale of an agent can change it.
            assert jenkins.calls('writeFile')[0].named.text ==~ /[ -~]*/
            assert jenkins.calls(unix ? 'sh' : 'bat').every { call -> !TEXTS.any { it.length() > 6 && call.args.toString().contains(it) } }
            assert jenkins.calls(unix ? 'sh' : 'bat')[0].environment.keySet() - FakeJenkins.newInstance(folder.newFolder(), jenkins.library).environment().keySet() ==
                ['GIT_BRANCH', 'JIRA_SEND_MEMORY', 'JIRA_CLIENT_ID', 'JIRA_CLIENT_SECRET', 'JIRA_SEND_TMP'] as Set
        }
    }

    @Test
    void 'the script text is the same for every call'() {
        Set<String> scripts = []
        [[:], [site: 'x'], [description: 'x' * 120000], [credentialsId: false]].each { parameters ->
            ['jiraSendBuildInfo', 'jiraSendDeploymentInfo', 'jiraSendKeys'].each { name ->
                fresh().build.with([[commit(1), 'ABC-1 one']])
                step(name, parameters)
                scripts << jenkins.calls('sh')[0].named.script
            }
        }
        assert scripts.size() == 1
    }

    @Test
    void 'the secret is in the environment of the shell step and nowhere else'() {
        Map result = step('jiraSendBuildInfo')
        assert jenkins.calls('sh')[0].environment.findAll { it.value.contains(FakeJenkins.SECRET) }.keySet() == ['JIRA_CLIENT_SECRET'] as Set
        assert !result.toString().contains(FakeJenkins.SECRET)
        assert jenkins.calls.every { !it.args.toString().contains(FakeJenkins.SECRET) }
        assert !jenkins.launcher.requests.toString().contains(FakeJenkins.SECRET)
        assert !jenkins.build.buildVariables.toString().contains(FakeJenkins.SECRET)
    }
}
