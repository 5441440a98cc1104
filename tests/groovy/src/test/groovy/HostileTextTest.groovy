import harness.FakeJenkins
import harness.PipelineCase
import org.junit.Test

/** Strangers choose branch names and commit messages. Their text is data on every way, and the secret stays where it is. */
class HostileTextTest extends PipelineCase {
    static final List<String> TEXTS = [
        'feature/ABC-1-$(touch pwned)', 'ABC-1 `touch pwned`', 'ABC-1"; touch pwned; "', "ABC-1'; touch pwned; '",
        'ABC-1\ntouch pwned\n', 'ABC-1\r\n\ttouch pwned', 'ABC-1 ${x} $HOME %PATH% !x', 'ABC-1 \\ \\n \\u0041 \\\\',
        'ABC-1 \ud83d\ude00 \u00fc\u00f1 \u65e5\u672c \u202egnp', '--help', '-x', 'ABC-1 > pwned | tee pwned & pwned',
        'ABC-1\u0000\u0007\u001b[31m', '=a=b', "ABC-1 ''' \"\"\" */",
    ]

    @Test
    void 'hostile text reaches the environment exactly, and no script'() {
        Set<String> scripts = []
        TEXTS.each { String text ->
            fresh()
            step('jiraSendDeploymentInfo', [branch: text, environmentId: text, environmentName: "${text}", description: text,
                                            state: text, property: ["a=${text}"], keyPattern: text])
            assert jenkins.options.findAll { it.key != 'eventTime' } == [
                branch: text, environmentId: text, environmentName: text, description: text, state: text,
                property: ['a=' + text], keyPattern: text]
            String carried = jenkins.shellCall.environment.JIRA_SEND_PARAMETERS
            // Printable ASCII only, so that no locale of an agent can change it.
            assert carried ==~ /[ -~]*/
            scripts << jenkins.shellCall.named.script
        }
        assert scripts.size() == 1
        assert scripts.every { script -> !TEXTS.any { script.contains(it) && it.length() > 6 } }
    }

    @Test
    void 'hostile commit messages reach the file exactly'() {
        List<List<String>> commits = []
        TEXTS.eachWithIndex { String text, int number -> commits << [commit(number), 'ABC-1 ' + text] }
        jenkins.build.with(commits)
        step('jiraSendBuildInfo')
        assert jenkins.changes == commits.reverse().collect { [commit: it[0], message: it[1].readLines()[0]] }
        assert new File(jenkins.shellCall.environment.JIRA_SEND_CHANGES).text ==~ /[ -~\n]*/
    }

    @Test
    void 'hostile answers do not reach the log as they are'() {
        jenkins.shell = { '{"outcome":"rejected","exit_code":1,"message":"a\\nb\\u001b[31mc\\u202ed\\u0085e\\u2028f\\u0000g",' +
            '"issue_keys":[],"sites":[{"site":"x","outcome":"rejected","message":"a\\nb"}]}' }
        Map result = step('jiraSendBuildInfo')
        assert jenkins.echoes == ['jiraSendBuildInfo: a b [31mc d e f g']
        assert result.message == 'a b [31mc d e f g'
        assert result.sites[0].message == 'a b'

        fresh().shell = { '{"outcome":"rejected","exit_code":1,"message":"' + 'x' * 100000 + '"}' }
        step('jiraSendBuildInfo')
        assert jenkins.echoes[0].length() < 2100
    }

    @Test
    void 'the script text is the same for every call'() {
        Set<String> scripts = []
        [[:], [site: 'x'], [description: 'x' * 120000], [credentialsId: 'jira-oauth']].each { parameters ->
            ['jiraSendBuildInfo', 'jiraSendDeploymentInfo'].each { name ->
                fresh().build.with([[commit(1), 'ABC-1 one']])
                step(name, parameters)
                scripts << jenkins.shellCall.named.script
                assert jenkins.shellCall.named.script instanceof String
            }
        }
        assert scripts.size() == 1
    }

    @Test
    void 'the secret is in the environment of the shell step and nowhere else'() {
        ['jiraSendBuildInfo', 'jiraSendDeploymentInfo'].each { name ->
            fresh().build.with([[commit(1), 'ABC-1 one']])
            Map result = step(name, [description: 'x' * 120000])
            assert jenkins.shellCall.environment.JIRA_CLIENT_SECRET == FakeJenkins.SECRET
            assert jenkins.shellCall.environment.findAll { it.value.contains(FakeJenkins.SECRET) }.keySet() == ['JIRA_CLIENT_SECRET'] as Set
            assert !result.toString().contains(FakeJenkins.SECRET)
            assert jenkins.calls.every { !it.args.toString().contains(FakeJenkins.SECRET) }
            folder.root.eachFileRecurse { file -> assert file.directory || !file.text.contains(FakeJenkins.SECRET) }
        }
    }
}
