package harness

import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.sandbox.Untrusted
import org.codehaus.groovy.ast.ClassCodeExpressionTransformer
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.FieldNode
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.SourceUnit
import org.kohsuke.groovy.sandbox.SandboxTransformer

/**
 * groovy-cps' SandboxCpsTransformer without its checks of casts and finalizers: those call a groovy-sandbox that is
 * newer than the last one on Maven Central. Calls in CPS code are checked by SandboxInvoker, calls in @NonCPS code are
 * rewritten here.
 */
class SandboxTransformation extends CpsTransformer {
    private final SandboxTransformer sandbox = new SandboxTransformer()
    private ClassCodeExpressionTransformer visitor

    @Override
    void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        visitor = sandbox.createVisitor(source, classNode)
        super.call(source, context, classNode)
        visitor = null
    }

    @Override
    protected void visitNontransformedMethod(MethodNode method) {
        visitor.visitMethod(method)
    }

    @Override
    protected void visitNontransformedField(FieldNode field) {
        visitor.visitField(field)
    }

    @Override
    protected void visitNontransformedStatement(Statement statement) {
        statement.visit(visitor)
    }

    @Override
    protected Class getTrustTag() {
        return Untrusted
    }
}
