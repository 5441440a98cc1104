package harness

import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.NonCPS
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer

/** vars/ and resources/ of the project, compiled as Jenkins does it: trusted (global library) or sandboxed (folder). */
class Library {
    static final File ROOT = new File(System.getProperty('library', '../..')).canonicalFile
    static final List<String> NAMES = new File(ROOT, 'vars').list().findAll { it.endsWith('.groovy') }.collect { it - '.groovy' }.sort()

    private static final GroovyClassLoader BODIES = loader(Library.classLoader, false)
    /** What Jenkins itself runs in continuation-passing style. */
    private static final Map<String, Class> OWN = ['bodies', 'declarative'].collectEntries {
        [(it): BODIES.parseClass(Library.getResource("/harness/${it}.groovy").getText('UTF-8'), it + '.groovy')]
    }

    static final Library TRUSTED = new Library(false)
    static final Library SANDBOXED = new Library(true)

    final boolean sandboxed
    final GroovyClassLoader loader
    private final Map<String, Class> classes = [:] + OWN
    private final Map<String, Class> scripts = [:]

    private Library(boolean sandboxed) {
        this.sandboxed = sandboxed
        this.loader = loader(BODIES, sandboxed)
    }

    List<String> getNames() {
        return NAMES
    }

    synchronized Class load(String name) {
        if (!classes.containsKey(name)) {
            classes[name] = loader.parseClass(source(name), name + '.groovy')
        }
        return classes[name]
    }

    synchronized Script pipeline(String text) {
        if (!scripts.containsKey(text)) {
            scripts[text] = loader.parseClass(text, "WorkflowScript${scripts.size()}.groovy")
        }
        return (Script) scripts[text].newInstance()
    }

    static String source(String name) {
        return new File(ROOT, "vars/${name}.groovy").getText('UTF-8')
    }

    static byte[] resource(String path) {
        File file = new File(ROOT, 'resources/' + path)
        if (!file.file) {
            throw new hudson.AbortException("No such library resource ${path} could be found.")
        }
        return file.bytes
    }

    private static GroovyClassLoader loader(ClassLoader parent, boolean sandboxed) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.sourceEncoding = 'UTF-8'
        configuration.scriptBaseClass = PipelineScript.name
        // Jenkins imports it for every script.
        configuration.addCompilationCustomizers(new ImportCustomizer().addImports(NonCPS.name))
        configuration.addCompilationCustomizers(new DeclarativeSyntax())
        configuration.addCompilationCustomizers(sandboxed ? new SandboxTransformation() : new CpsTransformer())
        return new GroovyClassLoader(parent, configuration)
    }
}
