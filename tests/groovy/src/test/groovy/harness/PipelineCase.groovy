package harness

import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.junit.runners.Parameterized

/** Every test of the steps runs twice: with the library trusted and with it sandboxed. */
@RunWith(Parameterized)
abstract class PipelineCase {
    @Parameterized.Parameters(name = '{0}')
    static List<String> modes() {
        return ['trusted', 'sandboxed']
    }

    @Parameterized.Parameter
    public String mode

    @Rule
    public TemporaryFolder folder = new TemporaryFolder()

    FakeJenkins jenkins
    private final List<FakeJenkins> all = []

    /** A rejection that is caught still disturbs the user: Jenkins prints it. */
    @After
    void nothingWasRejected() {
        assert all*.rejections.flatten() == []
    }

    @Before
    void start() {
        fresh()
    }

    /** A new run; for tables in which every row needs its own. */
    FakeJenkins fresh(File home = folder.newFolder()) {
        jenkins = new FakeJenkins(home, mode == 'sandboxed' ? Library.SANDBOXED : Library.TRUSTED)
        all << jenkins
        return jenkins
    }

    /** A new run for a row of a table: to be quick, its program is read back at the launcher only. */
    FakeJenkins row() {
        fresh().readBack = false
        return jenkins
    }

    /** Runs one step with parameters from the test, after the step ran with others or not at all. */
    Map step(String name, Map parameters = [:]) {
        return (Map) jenkins.pipeline("return ${name}(parameters)", [parameters: parameters])
    }

    static Throwable thrownBy(Closure action) {
        try {
            action()
        } catch (Throwable thrown) {
            return thrown
        }
        throw new AssertionError((Object) 'nothing was thrown')
    }

    static String commit(int number) {
        return String.format('%040x', number)
    }
}
