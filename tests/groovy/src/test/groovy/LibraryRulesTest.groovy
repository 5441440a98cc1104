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
    private static final List<String> PRIVATE = ['jiraSendRun', 'jiraSendRunner']
    private static final List<String> PUBLIC = ['checkGatingStatus', 'jiraAwaitGate', 'jiraSendBuildInfo', 'jiraSendCheck', 'jiraSendDeploymentInfo',
                                                'jiraSendDevInfo', 'jiraSendFeatureFlag', 'jiraSendKeys']

    private static void each(Closure check) {
        assert Library.NAMES as Set == PUBLIC + PRIVATE as Set
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
    void 'public steps take whatever they are given, the runner one map, and nothing else is called as a step'() {
        each { name, source ->
            List<List<Class>> signatures = Library.TRUSTED.load(name).declaredMethods.findAll { it.name == 'call' }*.parameterTypes*.toList()
            assert signatures as Set == (name in PUBLIC ? [[Object[]]] : name == 'jiraSendRunner' ? [[Map]] : []) as Set
        }
    }

    @Test
    void 'the library is small, and reads JSON in one place'() {
        List<String> sources = Library.NAMES.collect { Library.source(it) }
        assert sources*.readLines()*.size().sum() <= 600
        assert sources.join('\n').count('parseText') == 1
    }

    @Test
    void 'every variable has a help file, and it is about this variable'() {
        each { name, source ->
            String help = file("vars/${name}.txt").getText('UTF-8')
            assert help.startsWith('Private:') == (name in PRIVATE)
            assert !help.contains('<') && help.endsWith('\n')
            assert (name in PRIVATE) || help.contains(name + '(') && help.contains('Returns')
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
        assert methods > 15
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
        assert shells*.methodAsString == ['sh', 'bat']
        shells.each { script(it) }
    }

    private static void script(MethodCallExpression shell) {
        MapEntryExpression script = shell.arguments.expressions[0].mapEntryExpressions.find { it.keyExpression.value == 'script' }
        Expression value = script.valueExpression
        assert value instanceof MethodCallExpression && value.methodAsString == 'libraryResource'
        Expression path = value.arguments.expressions[0]
        assert path instanceof ConstantExpression && !(path instanceof GStringExpression)
        assert path.value in ['jira-send/run.sh', 'jira-send/run.bat']
    }

    @Test
    void 'public steps hand over to the runner, under their own name'() {
        PUBLIC.each { name ->
            assert Library.source(name).readLines().size() < 10
            assert Library.source(name).contains("    return jiraSendRunner(name: '${name}', ")
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
    void 'the launchers have the version of the program'() {
        String version = (file('Cargo.toml').text =~ /(?m)^version = "(.*)"$/)[0][1]
        // On main they have no files; a release adds them.
        assert file('resources/jira-send/run.sh').text.readLines().count("manifest='jira-send ${version}'") == 1
        assert file('resources/jira-send/run.bat').text.readLines().count("set \"js_rest=jira-send ${version}\"") == 1
    }
}
