import harness.FakeJenkins
import harness.Library
import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.builder.AstBuilder
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.MapEntryExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.control.CompilePhase
import org.junit.Test

/** Rules that hold for every file in vars/, today's and tomorrow's. */
class LibraryRulesTest {
    /** No steps, only methods for the runner: without call, a Jenkinsfile cannot use them as steps by mistake. */
    private static final List<String> METHODS = ['jiraSendAnswer', 'jiraSendChanges', 'jiraSendDeployed', 'jiraSendGate', 'jiraSendLauncher', 'jiraSendParameters', 'jiraSendSpelling',
                                                 'jiraSendUnfinished', 'jiraSendWaiting']
    private static final List<String> PRIVATE = ['jiraSendRunner'] + METHODS

    /** The public steps, and whose parameters they take. */
    private static final Map<String, String> COMMANDS = [
        jiraSendBuildInfo: 'build', jiraSendDeploymentInfo: 'deployment', jiraSendDevInfo: 'dev-info',
        jiraSendFeatureFlag: 'feature-flag', checkGatingStatus: 'gate', jiraAwaitGate: 'gate --wait',
    ]

    private static void each(Closure check) {
        assert Library.NAMES.size() >= 5
        Library.NAMES.each { check(it, Library.source(it)) }
    }

    private static File file(String path) {
        return new File(Library.ROOT, path)
    }

    @Test
    void 'every variable compiles, trusted and sandboxed'() {
        each { name, source ->
            [Library.TRUSTED, Library.SANDBOXED].each { assert it.load(name).name == name }
        }
    }

    @Test
    void 'every step has call with one map, the public ones also without arguments'() {
        each { name, source ->
            List<List<Class>> signatures = Library.TRUSTED.load(name).declaredMethods.findAll { it.name == 'call' }*.parameterTypes*.toList()
            assert signatures.contains([Map]) == !(name in METHODS)
            assert signatures.contains([]) == !(name in PRIVATE)
            assert !(name in METHODS) || signatures.empty
        }
    }

    @Test
    void 'every variable has a help file, and it is about this variable'() {
        each { name, source ->
            String help = file("vars/${name}.txt").getText('UTF-8')
            assert help.startsWith('Private:') == (name in PRIVATE)
            assert !help.contains('<') && help.endsWith('\n')
            assert (name in PRIVATE) || help.contains(name + '(')
            assert help.contains('Returns')
        }
    }

    @Test
    void 'the help names every parameter, and no other'() {
        Script parameters = (Script) Library.TRUSTED.load('jiraSendParameters').newInstance()
        COMMANDS.each { name, command ->
            String help = file("vars/${name}.txt").getText('UTF-8')
            List<String> lines = help.substring(help.indexOf('Parameters'), help.indexOf('Returns')).readLines()
            Set<String> described = lines.findAll { it ==~ /[a-z]\w*(, \w+)*: .*/ }.collectMany { it.split(':')[0].split(', ') as List } as Set
            assert described == parameters.knownParameters(command).keySet()
        }
    }

    @Test
    void 'the help tells how to keep the commits of the library out'() {
        // Change sets of a library have the same kind as all others.
        each { name, source ->
            String help = file("vars/${name}.txt").getText('UTF-8')
            assert !(COMMANDS[name] in ['build', 'deployment', 'feature-flag']) || help.contains('untick "Include @Library changes in job recent changes"')
        }
    }

    @Test
    void 'no variable has state or static members'() {
        each { name, source ->
            assert !(source =~ /@Field|(?m)^\s*(private |public )?static |\bbinding\b/)
            Class type = Library.TRUSTED.load(name)
            // What remains are Groovy's and groovy-cps' own fields.
            assert type.declaredFields.findAll { !it.synthetic && !(it.name =~ /^(__|\$)/) } == []
        }
    }

    @Test
    void 'no source has a construct that CPS or the sandbox is known to break'() {
        Map<String, String> forbidden = [
            (/\*\.\w/)                                       : 'spread does not compile under CPS',
            (/\b(sort|toSorted|unique)\s*\{/)                : 'gives wrong values under CPS',
            (/\beachLine\b/)                                 : 'stops after the first line under CPS',
            (/\benv\s*\[/)                                   : 'rejected: env.getProperty(name)',
            (/new (java\.util\.)?(LinkedHashMap|ArrayList\(\))/): 'rejected: [:] and []',
            (/toJson\s*\(\s*\[/)                             : 'toJson(List) is rejected',
            (/rawBuild|Jenkins\.(get|instance)|\.comment\b/) : 'rejected',
            (/\bthrow new\b/)                                : 'rejected or lost: error()',
            (/JsonSlurperClassic|readJSON/)                  : 'rejected, or of another plugin',
            (/=~|\bdo\s*\{|synchronized|this\.&|\benum\b/)   : 'not serialisable, or does not compile',
            (/catch\s*\(\s*(Throwable|Error)\b/)             : 'swallows what must go on',
            (/\.(causes|result\.|actualInterruption|stackTrace|suppressed)\b/): 'replaces an interruption by a rejection',
            (/\b(withIndex|indexed|intersect|asImmutable|sprintf|findAll|tap|md5)\s*[({]/): 'rejected or absent',
        ]
        each { name, source ->
            String code = source.replaceAll(/(?s)\/\*.*?\*\//, '').readLines().collect { it.replaceAll(/^\s*\/\/.*/, '') }.join('\n')
            forbidden.each { pattern, reason -> assert !(code =~ pattern), "${name}: ${reason}" }
        }
    }

    @Test
    void 'no method without CPS looks up a variable of the library'() {
        // What is found there can have CPS, and a call of that never comes back with its value.
        int methods = 0
        each { name, source ->
            ClassNode type = new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, source).find { it instanceof ClassNode }
            type.methods.findAll { it.annotations*.classNode*.name.contains('NonCPS') }.each { MethodNode method ->
                methods++
                List<String> used = []
                method.code.visit(new CodeVisitorSupport() {
                    @Override
                    void visitVariableExpression(VariableExpression variable) {
                        used << variable.name
                    }

                    @Override
                    void visitMethodCallExpression(MethodCallExpression call) {
                        used << call.methodAsString
                        super.visitMethodCallExpression(call)
                    }
                })
                assert used.findAll { it in Library.NAMES } == [], "${name}.${method.name}"
            }
        }
        assert methods > 20
    }

    @Test
    void 'one shell step for each system in the whole library, and its script is a resource as it is'() {
        List<MethodCallExpression> shells = []
        each { name, source ->
            new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, source).each { ASTNode node ->
                Closure look = { ASTNode code -> code.visit(new CodeVisitorSupport() {
                    @Override
                    void visitMethodCallExpression(MethodCallExpression call) {
                        if (call.methodAsString in ['sh', 'bat', 'powershell', 'pwsh']) {
                            shells << call
                        }
                        super.visitMethodCallExpression(call)
                    }
                }) }
                node instanceof ClassNode ? node.methods.each { look(it.code) } : look(node)
            }
        }
        assert shells*.methodAsString == ['sh', 'powershell']
        shells.each { script(it) }
    }

    private static void script(MethodCallExpression shell) {
        MapEntryExpression script = shell.arguments.expressions[0].mapEntryExpressions.find { it.keyExpression.value == 'script' }
        Expression value = script.valueExpression
        assert value instanceof MethodCallExpression && value.methodAsString == 'libraryResource'
        Expression path = value.arguments.expressions[0]
        assert path instanceof ConstantExpression && !(path instanceof GStringExpression)
        assert file('resources/' + path.value).file
    }

    @Test
    void 'public steps are short and hand over to the runner, those of a gate by way of jiraSendGate'() {
        assert COMMANDS.keySet() == Library.NAMES - PRIVATE as Set
        each { name, source ->
            if (!(name in PRIVATE)) {
                assert source.readLines().size() < 40
                assert source.contains(COMMANDS[name].startsWith('gate') ? "jiraSendGate." : "jiraSendRunner(step: '${name}', command: '")
                assert source.contains("'${name}', ")
            }
        }
    }

    @Test
    void 'no variable has the name of a step of another plugin'() {
        Set<String> taken = LibraryRulesTest.getResource('/step-names.txt').readLines('UTF-8')
            .findAll { !it.startsWith('#') }.collectMany { it.split(' ') as List } as Set
        assert taken.size() > 150
        assert Library.NAMES.findAll { it in taken || it in FakeJenkins.STEPS } == []
    }

    @Test
    void 'the project uses its own steps, with parameters that exist'() {
        String source = file('Jenkinsfile').getText('UTF-8')
        new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, source)
        Script parameters = (Script) Library.TRUSTED.load('jiraSendParameters').newInstance()
        [jiraSendBuildInfo: 'build', jiraSendDeploymentInfo: 'deployment'].each { name, command ->
            List<String> calls = source.readLines().findAll { it.contains(name + '(') }
            assert !calls.empty
            calls.each { call ->
                List<String> used = call.replaceAll(/'[^']*'/, "''").findAll(/\w+(?=:)/)
                assert parameters.knownParameters(command).keySet().containsAll(used)
            }
        }
    }

    @Test
    void 'the manifest has the version of the program'() {
        String version = (file('Cargo.toml').text =~ /(?m)^version = "(.*)"$/)[0][1]
        String manifest = file('resources/jira-send/manifest').text
        assert manifest == 'jira-send ' + version + '\n', 'on main it has no files; a release adds them'
    }

    @Test
    void 'both launchers read the same variables and give the same outcomes'() {
        String unix = file('resources/jira-send/run.sh').text
        String windows = file('resources/jira-send/run.ps1').text
        Closure<Set<String>> variables = { String text -> text.findAll(/JIRA_SEND_[A-Z_]+|WORKSPACE_TMP/) as Set }
        assert variables(unix) == variables(windows)
        assert variables(unix).containsAll(['JIRA_SEND_BIN', 'JIRA_SEND_CACHE', 'JIRA_SEND_MIRROR', 'JIRA_SEND_FROM_LIBRARY'])
        byte[] bytes = file('resources/jira-send/run.ps1').bytes
        assert bytes.every { it > 0 } && !windows.contains('\r')
        assert !(windows =~ /Invoke-Expression|\biex\b/)
        assert windows.count('{') == windows.count('}') && windows.count('(') == windows.count(')')
        [unix, windows].each { assert it.contains('needs_binary') }
    }

    @Test
    void 'the launcher for Windows puts out its answer alone, where Jenkins takes it from'() {
        String text = file('resources/jira-send/run.ps1').getText('US-ASCII')
        List<String> code = text.readLines().findAll { !(it =~ /^\s*#/) }
        // The output of the step is what the script leaves at its end; the log gets what Write-Host says; the console is lost.
        assert code.takeRight(2) == ['$answer', 'exit 0']
        assert code.count { it =~ /\bexit\b/ } == 1
        assert !(text =~ /\[(System\.)?Console\]|Write-Output|Write-Error|Write-Warning|Out-Default|Out-Host/)
        assert code.any { it.contains('RedirectStandardOutput = $true') } && code.any { it.contains('RedirectStandardError = $true') }
        // A call that gives something would add it to the answer of the function around it.
        assert !(text =~ /(?m)^\s*\[System\.IO\.Directory\]::CreateDirectory|\.(Add|Append|Remove|WaitForExit)\([^)]+\)/)
        assert text.contains('$null = Start-Step')
    }

    @Test
    void 'the launcher for Windows expands no text of others, and takes no path for a pattern'() {
        String text = file('resources/jira-send/run.ps1').text
        assert !(text =~ /\$\(|&\s*[$'"(]|(?m)^\s*\.\s+[$'"(]|ScriptBlock|ExpandString|Invoke-WebRequest|Start-Process/)
        // Cmdlets read brackets in a path as a pattern; methods of .NET do not.
        assert !(text =~ /\b(Test-Path|Get-Item|Remove-Item|Copy-Item|Move-Item|New-Item|Get-Content|Set-Content|Get-Acl|Get-FileHash|Resolve-Path)\b/)
        // Names of accounts are in the language of the system.
        assert !(text =~ /NTAccount|BUILTIN|NT AUTHORITY|Everyone/)
        // Texts with a variable go to the answer only where nothing in them needs an escape.
        List<String> told = text.findAll(/\b(?:Fail|Answer) [0-9'$].*/).collectMany { it.findAll(/\$\{?\w+/)*.replace('{', '') }
        assert told.size() > 10 && told - ['$code', '$file', '$machine', '$message', '$passedOver', '$result', '$version', '$why'] == []
    }

    @Test
    void 'both launchers look in the same order of places, and trust a cache by the same rule'() {
        String unix = file('resources/jira-send/run.sh').text
        String windows = file('resources/jira-send/run.ps1').text
        Closure<List<Integer>> places = { String text, String start, List<String> marks ->
            int from = text.indexOf(start)
            marks.collect { mark -> text.indexOf(mark, from) }
        }
        [places(unix, 'binary=${JIRA_SEND_BIN', ['binary=${JIRA_SEND_BIN', 'command -v jira-send', '|| deliver']),
         places(unix, 'deliver() {', ['deliver() {', 'JIRA_SEND_CACHE', 'WORKSPACE_TMP', 'take "$cache"', 'needs_binary', 'JIRA_SEND_MIRROR:-', 'put "$source" "$cache"', 'put "$source" "$second"', 'For this call alone']),
         places(windows, 'function Get-Binary', ['if ($env:JIRA_SEND_BIN)', "Get-Command 'jira-send.exe'", 'Get-Delivered $manifest']),
         places(windows, 'function Get-Delivered', ['JIRA_SEND_CACHE', 'WORKSPACE_TMP', 'Get-Cached $cache', 'needs_binary', '-and $env:JIRA_SEND_MIRROR', 'Save-Cached $source $cache', 'For this call alone']),
        ].each { List<Integer> found -> assert found.first() >= 0 && found == found.sort(false) && found.every { it >= 0 } }
        // Reading from a cache and writing to it both ask who else may write there.
        ['Get-Cached', 'Save-Cached'].each { String name ->
            int from = windows.indexOf('function ' + name)
            String body = windows.substring(from, windows.indexOf('\n}\n', from))
            int asked = body.indexOf('Test-Private @($cache')
            assert asked > 0 && asked < body.indexOf(name == 'Get-Cached' ? 'Get-Sha256' : '::Copy(')
        }
        // The rights, in the bits of the files' access masks: all that changes, and neither reading nor running.
        int write = Integer.decode((windows =~ /[$]write = (0x[0-9A-F]+)/)[0][1])
        assert write == [0x2, 0x4, 0x10, 0x40, 0x100, 0x10000, 0x40000, 0x80000, 0x10000000, 0x40000000].sum()
    }

    @Test
    void 'the launcher is plain text for every shell'() {
        byte[] bytes = file('resources/jira-send/run.sh').bytes
        String text = new String(bytes, 'US-ASCII')
        assert text.startsWith('#!/bin/sh\n') && !text.contains('\r') && bytes.every { it > 0 }
        assert !(text =~ /\[\[|\bfunction\b|\blocal\b|<<<|\$'|set -x|\beval\b/)
    }
}
