package harness

import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.expr.ArgumentListExpression
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.ListExpression
import org.codehaus.groovy.ast.expr.MapEntryExpression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.ReturnStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.syntax.SyntaxException

/**
 * Reads pipeline { } as Declarative does: its sections become data and closures for harness/declarative.groovy, and what
 * Declarative does not take is an error of compilation. Only what that file runs is known here.
 *
 * Measured on a real Jenkins: "Expected a step" for def, if and assignments, two blocks on a line that Groovy reads as one
 * call, and that the body of a step has no value.
 */
class DeclarativeSyntax extends CompilationCustomizer {
    private static final List<String> CONDITIONS = ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'notBuilt', 'cleanup']
    private static final List<String> OPTIONS = ['timeout', 'skipStagesAfterUnstable', 'parallelsAlwaysFailFast']
    /** Settings of the job, which do nothing in a run. */
    private static final List<String> OF_THE_JOB = ['buildDiscarder', 'disableConcurrentBuilds']

    private SourceUnit source

    DeclarativeSyntax() {
        super(CompilePhase.CONVERSION)
    }

    @Override
    void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        this.source = source
        source.AST.statementBlock.statements.each { Statement statement ->
            Expression call = statement instanceof ExpressionStatement ? statement.expression : null
            if (call instanceof MethodCallExpression && call.methodAsString == 'pipeline') {
                call.arguments = new ArgumentListExpression(sections(body(call), ['agent', 'environment', 'options', 'stages', 'post']))
            }
        }
    }

    /** The sections of the pipeline or of a stage, by their names. */
    private Expression sections(ClosureExpression closure, List<String> known) {
        return map(calls(closure).collectEntries { MethodCallExpression call ->
            String name = call.methodAsString
            if (!known.contains(name)) {
                throw wrong(call, "Unknown section \"${name}\"")
            }
            [(name): "${name}Section"(call)]
        })
    }

    private Expression agentSection(MethodCallExpression call) {
        Expression given = call.arguments.expressions[0]
        if (given instanceof VariableExpression && given.name in ['any', 'none']) {
            return new ConstantExpression(given.name)
        }
        return map(calls(body(call)).collectEntries {
            if (it.methodAsString != 'label') {
                throw wrong(it, 'Not modelled')
            }
            [label: it.arguments.expressions[0]]
        })
    }

    /** NAME = value, where credentials('id') stands for the variables that it makes. */
    private Expression environmentSection(MethodCallExpression call) {
        return list(body(call).code.statements.collect { Statement statement ->
            Expression set = statement instanceof ExpressionStatement ? statement.expression : null
            if (!(set instanceof BinaryExpression) || set.operation.text != '=') {
                throw wrong(statement, 'Expected name=value pairs')
            }
            Expression value = set.rightExpression
            boolean credentials = value instanceof MethodCallExpression && value.methodAsString == 'credentials'
            map([name: new ConstantExpression(set.leftExpression.text), credentials: new ConstantExpression(credentials),
                 value: closure(credentials ? value.arguments.expressions[0] : value)])
        })
    }

    private Expression optionsSection(MethodCallExpression call) {
        return map(calls(body(call)).findAll { !OF_THE_JOB.contains(it.methodAsString) }.collectEntries {
            if (!OPTIONS.contains(it.methodAsString)) {
                throw wrong(it, 'Not modelled')
            }
            [(it.methodAsString): it.arguments.expressions ? it.arguments.expressions[0] : new ConstantExpression(true)]
        })
    }

    private Expression stagesSection(MethodCallExpression call) {
        return list(calls(body(call)).collect { MethodCallExpression stage ->
            if (stage.methodAsString != 'stage') {
                throw wrong(stage, 'Expected a stage')
            }
            MapExpression all = (MapExpression) sections(body(stage), ['agent', 'environment', 'options', 'when', 'steps', 'post', 'parallel', 'stages',
                                                                       'matrix', 'failFast'])
            all.addMapEntryExpression(new ConstantExpression('name'), stage.arguments.expressions[0])
            all
        })
    }

    private Expression parallelSection(MethodCallExpression call) {
        return stagesSection(call)
    }

    private Expression failFastSection(MethodCallExpression call) {
        return call.arguments.expressions[0]
    }

    private Expression matrixSection(MethodCallExpression call) {
        return sections(body(call), ['axes', 'agent', 'environment', 'stages', 'post'])
    }

    private Expression axesSection(MethodCallExpression call) {
        return list(calls(body(call)).collect { MethodCallExpression axis ->
            map(calls(body(axis)).collectEntries {
                [(it.methodAsString): it.methodAsString == 'name' ? it.arguments.expressions[0] : list(it.arguments.expressions)]
            })
        })
    }

    private Expression whenSection(MethodCallExpression call) {
        return map(calls(body(call)).collectEntries {
            if (!(it.methodAsString in ['expression', 'branch', 'beforeAgent'])) {
                throw wrong(it, 'Not modelled')
            }
            [(it.methodAsString): it.arguments.expressions[0]]
        })
    }

    private Expression stepsSection(MethodCallExpression call) {
        checkSteps(body(call))
        return body(call)
    }

    private Expression postSection(MethodCallExpression call) {
        return map(calls(body(call)).collectEntries {
            if (!CONDITIONS.contains(it.methodAsString)) {
                throw wrong(it, "Invalid condition \"${it.methodAsString}\", or not modelled")
            }
            checkSteps(body(it))
            [(it.methodAsString): body(it)]
        })
    }

    private void checkSteps(ClosureExpression steps) {
        calls(steps, 'Expected a step').each { MethodCallExpression step ->
            Expression last = step.arguments instanceof ArgumentListExpression && step.arguments.expressions ? step.arguments.expressions.last() : null
            if (last instanceof ClosureExpression && step.methodAsString != 'script') {
                checkSteps(last)
                ((BlockStatement) last.code).addStatement(new ReturnStatement(new ConstantExpression(null)))
            }
        }
    }

    private List<MethodCallExpression> calls(ClosureExpression closure, String otherwise = 'Expected a symbol') {
        return closure.code.statements.collect { Statement statement ->
            Expression call = statement instanceof ExpressionStatement ? statement.expression : null
            // Two blocks on one line are one call of what the other gives.
            if (!(call instanceof MethodCallExpression) || !call.implicitThis) {
                throw wrong(statement, otherwise)
            }
            (MethodCallExpression) call
        }
    }

    private ClosureExpression body(MethodCallExpression call) {
        Expression last = call.arguments.expressions ? call.arguments.expressions.last() : null
        if (!(last instanceof ClosureExpression)) {
            throw wrong(call, 'Expected a block')
        }
        return last
    }

    private static ClosureExpression closure(Expression value) {
        return new ClosureExpression([] as org.codehaus.groovy.ast.Parameter[], new BlockStatement([new ReturnStatement(value)], null))
    }

    private static Expression map(Map<String, Expression> entries) {
        return new MapExpression(entries.collect { name, value -> new MapEntryExpression(new ConstantExpression(name), value) })
    }

    private static Expression list(List<Expression> items) {
        return new ListExpression(items)
    }

    private static SyntaxException wrong(Object node, String message) {
        return new SyntaxException(message, node.lineNumber, node.columnNumber)
    }
}
