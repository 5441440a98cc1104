package harness

import org.codehaus.groovy.runtime.ScriptBytecodeAdapter
import org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException
import org.kohsuke.groovy.sandbox.GroovyInterceptor

/**
 * The script sandbox: every call, property and constructor of a sandboxed script must be in harness/sandbox-allowed.txt.
 * The list holds what a real Jenkins was seen to allow, no more than the library needs.
 *
 * Not as in Jenkins: groovy-sandbox 1.19 is the last on Maven Central; casts and the constructor of the script itself
 * are not checked by it.
 */
class SandboxRules extends GroovyInterceptor {
    /** By their names: the sandbox asks at every call. */
    private static final Map<String, List<Rule>> RULES = SandboxRules.getResource('/harness/sandbox-allowed.txt').readLines('UTF-8')
        .findAll { it.trim() && !it.startsWith('#') }.collect { new Rule(it) }.groupBy { it.name }

    private final List<String> rejections

    SandboxRules(List<String> rejections) {
        this.rejections = rejections
    }

    @Override
    Object onMethodCall(GroovyInterceptor.Invoker invoker, Object receiver, String method, Object... args) {
        if (!(receiver instanceof PipelineScript) && !(receiver instanceof Closure && method == 'call')) {
            check('method', receiver.getClass(), method, args)
        }
        return invoker.call(receiver, method, args)
    }

    @Override
    Object onStaticCall(GroovyInterceptor.Invoker invoker, Class receiver, String method, Object... args) {
        // Operators such as == and =~ arrive as calls of this class.
        if (receiver != ScriptBytecodeAdapter) {
            check('static', receiver, method, args)
        }
        return invoker.call(receiver, method, args)
    }

    @Override
    Object onNewInstance(GroovyInterceptor.Invoker invoker, Class receiver, Object... args) {
        check('new', receiver, 'new', args)
        return invoker.call(receiver, null, args)
    }

    @Override
    Object onGetProperty(GroovyInterceptor.Invoker invoker, Object receiver, String property) {
        if (!(receiver instanceof PipelineScript) && !(receiver instanceof Map) && !(receiver instanceof FakeEnv)
            && !(receiver.getClass().array && property == 'length')) {
            check('property', receiver.getClass(), property, [] as Object[])
        }
        return invoker.call(receiver, property)
    }

    @Override
    Object onSetProperty(GroovyInterceptor.Invoker invoker, Object receiver, String property, Object value) {
        if (!(receiver instanceof Map) && !(receiver instanceof FakeEnv)) {
            check('set', receiver.getClass(), property, [value] as Object[])
        }
        return invoker.call(receiver, property, value)
    }

    @Override
    Object onGetArray(GroovyInterceptor.Invoker invoker, Object receiver, Object index) {
        if (!receiver.getClass().array) {
            check('method', receiver.getClass(), 'getAt', [index] as Object[])
        }
        return invoker.call(receiver, null, index)
    }

    private void check(String kind, Class type, String name, Object[] args) {
        if (!(RULES[name] ?: []).any { it.allows(kind, type, name, args) }) {
            String call = "${kind} ${type.name} ${name}(${args.collect { it == null ? 'null' : it.getClass().name }.join(', ')})"
            rejections << call
            throw new RejectedAccessException('Scripts not permitted to use ' + call)
        }
    }

    private static class Rule {
        final String kind
        final Class type
        final String name
        final List<Class> parameters

        /** "method java.lang.String trim" or "static groovy.json.JsonOutput toJson java.util.Map" */
        Rule(String line) {
            List<String> words = line.trim().split('\\s+') as List
            kind = words[0]
            type = named(words[1])
            name = kind == 'new' ? 'new' : words[2]
            parameters = words.drop(kind == 'new' ? 2 : 3).collect { named(it) }
        }

        private static Class named(String name) {
            if (name == 'int') {
                return Integer
            }
            return name.endsWith('[]') ? Class.forName('[L' + name - '[]' + ';') : Class.forName(name)
        }

        boolean allows(String wantedKind, Class receiver, String wantedName, Object[] args) {
            boolean same = wantedKind == 'static' || wantedKind == 'new' ? type == receiver : type.isAssignableFrom(receiver)
            return kind == wantedKind && same && name == wantedName && args.length == parameters.size() &&
                (0..<args.length).every { args[it] == null || parameters[it].isInstance(args[it]) }
        }
    }
}
