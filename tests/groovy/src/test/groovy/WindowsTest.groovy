import harness.Library
import harness.WindowsAgent
import org.junit.After
import org.junit.Assume
import org.junit.Before
import org.junit.Test

/** run.bat: by reading everywhere, and run by the cmd of Wine where that and a compiler for Windows are installed. */
class WindowsTest {
    private static final String TEXT = new String(Library.resource('jira-send/run.bat'), 'US-ASCII')
    private static final List<String> LINES = TEXT.split('\r\n') as List
    private static final String FILE = WindowsAgent.FILE
    private static final String NEEDS = "{\"protocol\":1,\"needs\":\"${FILE}\"}"
    private static final List<String> FOLDERS = ['shop', 'Team \u00e9 (x)', 'ws\u00e9 (x) & b', "it's  ^ wow! [a],="]

    private WindowsAgent agent

    @After
    void remove() {
        agent?.remove()
    }

    private WindowsAgent on(String folder) {
        agent?.remove()
        Assume.assumeTrue('Wine and mingw-w64 are installed', WindowsAgent.available())
        return agent = new WindowsAgent(folder)
    }

    @Test
    void 'it is short plain text with the line ends of Windows, also in the repository'() {
        assert LINES.size() <= 120
        assert TEXT.endsWith('\r\n') && TEXT.count('\n') == TEXT.count('\r\n') && TEXT.count('\r') == TEXT.count('\n')
        assert TEXT.every { it == '\r' || it == '\n' || (it >= ' ' && it <= '~') }
        // cmd itself ends at 8191 characters, some of its commands at less.
        assert LINES.every { it.length() < 500 }
        Process git = ['git', 'show', 'HEAD:resources/jira-send/run.bat'].execute(null, Library.ROOT)
        byte[] committed = git.inputStream.bytes
        assert git.waitFor() != 0 || new String(committed, 'US-ASCII').count('\r\n') == new String(committed, 'US-ASCII').count('\n')
    }

    @Test
    void 'it expands only variables of a known form, between quotes, and once'() {
        List<String> code = LINES.findAll { !it.startsWith('rem') }
        Set<String> known = ['version', 'file', 'sha256', 'rest', 'more', 'program', 'right', 'sum', 'skipped', 'cache', 'new', 'mirror', 'host', 'why',
            'folder', 'output', 'code'].collect { 'js_' + it } + ['JIRA_SEND_TMP', 'JIRA_SEND_BIN', 'JIRA_SEND_CACHE', 'JIRA_SEND_MIRROR',
            'JIRA_SEND_DELIVERED', 'LOCALAPPDATA', 'errorlevel'] as Set
        code.each { String line ->
            // Not the variables of "for", and those with an argument.
            String rest = line.replaceAll(/%%(~[$]PATH:|~nx)?[a-z]/, '')
            List<List<String>> found = rest.findAll(/%(\w+)(:[^%]*)?%/) { all, name, change -> [name, change] }
            assert rest.count('%') == 2 * found.size() : line
            found.each { List<String> pair -> assert pair[0] in known : line }
            // Outside of quotes, after substitutions that hold a quote themselves.
            String outside = rest.replace(':"=', '').replaceAll(/"[^"]*"/, '')
            assert !outside.contains('%') && !outside.contains('"') : line
            assert !(line =~ /\bcall\b/) || line ==~ /call :\w+/ : line
            assert !(line =~ /(?i)enabledelayedexpansion|![a-z]|\bstart\b |cmd\b.*\/c|powershell|%[*0-9]/) : line
        }
        // A user may have put quotes around these; the others come from the library or from Windows.
        ['JIRA_SEND_BIN', 'JIRA_SEND_CACHE', 'JIRA_SEND_MIRROR'].each { String name ->
            assert TEXT.findAll(/%${name}[^%]*%/).every { it == "%${name}:\"=%".toString() }
        }
        assert code[1] == 'setlocal EnableExtensions DisableDelayedExpansion'
        assert code[2] == 'set "NoDefaultCurrentDirectoryInExePath=1"'
    }

    @Test
    void 'every label is there once, and every variable is emptied at the start'() {
        List<String> labels = LINES.findAll { it.startsWith(':') }*.substring(1)
        assert labels == labels.unique(false)
        assert labels as Set == TEXT.findAll(/(?:goto |call :)(\w+)/) { all, name -> name } as Set
        Set<String> emptied = (TEXT =~ /for %%n in \(([a-z0-9 ]+)\)/)[0][1].split(' ') as Set
        Set<String> used = TEXT.findAll(/js_([a-z0-9]+)/) { all, name -> name } as Set
        // These are set before they are read.
        assert used - emptied == ['output', 'why', 'code'] as Set
    }

    @Test
    void 'both launchers look in the same places, and read the same variables'() {
        String unix = new String(Library.resource('jira-send/run.sh'), 'UTF-8')
        Closure<Set<String>> variables = { String text -> text.findAll(/JIRA_SEND_[A-Z]+/) as Set }
        assert variables(unix) == variables(TEXT)
        [unix.substring(unix.indexOf('deliver() {')), TEXT].each { String text ->
            List<Integer> places = ['JIRA_SEND_DELIVERED', 'JIRA_SEND_MIRROR', '"needs"'].collect { text.indexOf(it) }
            assert places == places.sort(false) && places.every { it > 0 }
        }
    }

    @Test
    void 'the first call asks for the program, and it then starts from the cache'() {
        FOLDERS.each { String folder ->
            on(folder)
            assert agent.call() == [NEEDS]
            assert agent.files == ['request.json']
            agent.deliver(agent.program)
            assert agent.call(JIRA_SEND_DELIVERED: 'file') == agent.ran(agent.cached)
            assert agent.files == null && agent.cache == [FILE]
            [[:], [OLD_WINDOWS: '1']].each { assert agent.call(it) == agent.ran(agent.cached) }
            assert agent.errors == ['for people']
            // What is damaged is replaced.
            agent.damage()
            assert agent.call() == [NEEDS]
            assert agent.errors.size() == 1 && agent.errors[0].contains('was damaged or changed; it is replaced')
            agent.deliver(agent.program)
            assert agent.call(JIRA_SEND_DELIVERED: 'file') == agent.ran(agent.cached)
            assert agent.errors == ['for people'] && agent.cache == [FILE]
        }
    }

    @Test
    void 'JIRA_SEND_BIN and PATH come before the cache'() {
        FOLDERS.take(3).each { String folder ->
            on(folder)
            String other = agent.put('bin dir/jira-send.exe', agent.program)
            [other, "\"${other}\"".toString()].each { assert agent.call(JIRA_SEND_BIN: it) == agent.ran(other) }
            assert agent.call(JIRA_SEND_BIN: other, TOOL_VERSION: '1.0.0') == agent.ran(other)
            assert agent.errors.size() == 2 && agent.errors[0].contains('JIRA_SEND_BIN is not version "9.8.7"')
            agent.path = agent.windows('bin dir')
            assert agent.call() == agent.ran(other) && agent.errors == ['for people']
            assert agent.call(TOOL_VERSION: '1.0.0', JIRA_SEND_DELIVERED: 'none')[0].contains('the jira-send.exe in PATH is not version 9.8.7, which the library needs; ')
            assert agent.errors == [] && agent.files == null
        }
    }

    @Test
    void 'a mirror comes before the library, and gets no credential'() {
        on('Team \u00e9 (x)')
        Map<String, String> web = [JIRA_SEND_MIRROR: 'https://files.example.com/x/', JIRA_CLIENT_SECRET: 'S3cret']
        List<String> answer = agent.call(web + [CURL_GIVES: agent.put('given.exe', agent.program), CURL_SEEN: agent.windows('seen')])
        assert answer == agent.ran(agent.cached, 'S3cret') && agent.errors == ['for people']
        assert agent.file('seen').text.trim() == "https://files.example.com/x/${FILE} no secret"
        agent.empty()
        String share = agent.put("share (1)/${FILE}", agent.program) - "\\${FILE}"
        assert agent.call(JIRA_SEND_MIRROR: share) == agent.ran(agent.cached)
        agent.empty()
        [
            [web, ['curl: (22) The requested URL returned error: 404', 'jira-send: JIRA_SEND_MIRROR: "https://files.example.com/x/' + FILE +
                '" could not be read, or is not the file of the manifest']],
            [web + [CURL_GIVES: agent.put('other.exe', 'x'.bytes)], ['jira-send: JIRA_SEND_MIRROR: "https://files.example.com/x/' + FILE +
                '" could not be read, or is not the file of the manifest']],
            [[JIRA_SEND_MIRROR: 'https://me:S3cret@example.com'], ['jira-send: JIRA_SEND_MIRROR must not contain a user or password']],
            [[JIRA_SEND_MIRROR: 'C:\\nowhere'], ['jira-send: JIRA_SEND_MIRROR: "C:\\nowhere/' + FILE + '" could not be read, or is not the file of the manifest']],
        ].each { List row ->
            assert agent.call(row[0]) == [NEEDS]
            assert agent.errors*.trim() == row[1] && agent.files == ['request.json']
        }
    }

    @Test
    void 'what keeps the program from running is one problem'() {
        on('ws\u00e9 (x) & b')
        [
            [[JIRA_SEND_BIN: 'C:\\nowhere'],         'JIRA_SEND_BIN does not name a file on this agent'],
            [[JIRA_SEND_DELIVERED: 'none'],          'set up the library jira-send-program in Jenkins, set JIRA_SEND_MIRROR, or put jira-send.exe 9.8.7 in a'],
            [[manifest: 'jira-send 9.8.7'],          'this branch of the library has no file for Windows'],
            [[JIRA_SEND_BIN: agent.put('bin.exe', agent.program), TOOL_STOPS: '3'], 'jira-send could not be started, or stopped with exit code 3; the log'],
            [[JIRA_SEND_BIN: agent.put('no.exe', 'x'.bytes)], 'jira-send could not be started, or stopped with exit code '],
        ].each { List row ->
            List<String> lines = agent.call(row[0])
            assert lines.last().startsWith('{"protocol":1,"problem":"') && lines.last().contains(row[1]) && agent.files == null
        }
        agent.deliver('x'.bytes)
        assert agent.call(JIRA_SEND_DELIVERED: 'file')[0].contains('the library jira-send-program has another ' + FILE)
        assert agent.files == null && agent.cache == []
        assert agent.call(JIRA_SEND_TMP: null)[0].contains('JIRA_SEND_TMP is not set')
    }

    @Test
    void 'a program in the workspace is not run'() {
        on('shop')
        ['certutil.exe', 'jira-send.exe', 'curl.exe'].each { agent.put('workspace/' + it, agent.program) }
        assert agent.call() == [NEEDS]
    }
}
