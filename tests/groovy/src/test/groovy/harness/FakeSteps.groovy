package harness

import hudson.AbortException
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

import java.util.concurrent.TimeUnit

/** What the steps of Jenkins do, as far as the library or a test uses them; blocks have a step for each of their ends. */
class FakeSteps {
    private final FakeJenkins jenkins

    FakeSteps(FakeJenkins jenkins) {
        this.jenkins = jenkins
    }

    Object beginWithEnvStep(List values) {
        jenkins.blocks.begin(values.collectEntries { Object value ->
            assert value instanceof String && value.contains('=')
            [(value.substring(0, value.indexOf('='))): value.substring(value.indexOf('=') + 1)]
        })
        return null
    }

    Object beginWithCredentialsStep(List bindings) {
        jenkins.blocks.begin(FakeCredentials.bind(bindings, jenkins.credentials))
        return null
    }

    Object beginDirStep(String path) {
        jenkins.blocks.begin([:], jenkins.machine.fileOf(path))
        return null
    }

    Object beginNodeStep(String label) {
        jenkins.blocks.begin()
        jenkins.agent = true
        return null
    }

    Object endBlockStep() {
        jenkins.blocks.end()
        return null
    }

    Object deleteDirStep() {
        assert jenkins.blocks.directory?.path?.startsWith(jenkins.temporary.path + '/')
        jenkins.blocks.directory.deleteDir()
        return null
    }

    Object echoStep(Object message) {
        return null
    }

    Object errorStep(Object message) {
        throw new AbortException(message.toString())
    }

    Object isUnixStep() {
        return jenkins.unix
    }

    Object libraryResourceStep(String path) {
        return new String(resource(path), 'UTF-8')
    }

    Object libraryResourceStep(Map arguments) {
        assert arguments.encoding == 'Base64'
        return resource(arguments.resource.toString()).encodeBase64().toString()
    }

    private byte[] resource(String path) {
        return jenkins.resources[path] ?: Library.resource(path)
    }

    Object pwdStep(Map arguments) {
        return jenkins.machine.pathOf(arguments.tmp ? jenkins.temporary : jenkins.workspace)
    }

    Object junitStep(Map arguments) {
        return new FakeTestResults(totalCount: 5, passCount: 3, failCount: 1, skipCount: 1)
    }

    Object archiveArtifactsStep(Map arguments) {
        return null
    }

    /** What the pipeline itself runs. */
    Object shStep(String script) {
        int code = jenkins.command.call(script, jenkins.calls.last())
        if (code != 0) {
            throw new AbortException('script returned exit code ' + code)
        }
        return null
    }

    Object shStep(Map arguments) {
        assert jenkins.unix
        return shellStep(arguments)
    }

    Object batStep(Map arguments) {
        assert !jenkins.unix
        return shellStep(arguments)
    }

    /** A second library, if this Jenkins has one of that name and version: its files can be read from here on. */
    Object libraryStep(String name) {
        Map<String, byte[]> files = jenkins.libraries[name]
        if (files == null) {
            throw new AbortException("No library named ${name.takeWhile { it != '@' }} found")
        }
        jenkins.resources.putAll(files)
        return null
    }

    Object shellStep(Map arguments) {
        assert arguments.keySet() == ['script', 'returnStdout', 'encoding', 'label'] as Set
        assert arguments.returnStdout == true && arguments.encoding == 'UTF-8' && arguments.label == 'jira-send'
        StepCall call = jenkins.calls.last()
        jenkins.machine.start(call.environment)
        return jenkins.shell.call(call)
    }

    Object writeFileStep(Map arguments) {
        File file = jenkins.machine.fileOf(arguments.file.toString())
        assert file.absolute
        file.parentFile.mkdirs()
        if (arguments.encoding == 'Base64') {
            file.bytes = arguments.text.toString().decodeBase64()
        } else {
            file.setText(arguments.text.toString(), arguments.encoding.toString())
        }
        return null
    }

    Object keepStep(Object value) {
        jenkins.kept << value
        return null
    }

    Object beginStageStep(String name) {
        jenkins.blocks.beginStage(name)
        return null
    }

    Object unstableStep(Object message) {
        return markResultStep('UNSTABLE', 'UNSTABLE')
    }

    Object markResultStep(String ofBuild, String ofStage) {
        // A jenkins.build that goes on well is given no result.
        jenkins.build.result = ofBuild == 'SUCCESS' ? jenkins.build.result : ofBuild
        jenkins.blocks.worsenStage(ofStage)
        return null
    }

    /** For bodies: a step that the library itself does not use. */
    Object milestoneStep(Object number) {
        return null
    }

    Object beginTimeoutStep(Map limit) {
        jenkins.blocks.begin()
        jenkins.blocks.limit(seconds(limit))
        return null
    }

    /** Nobody waits in a test, but for how long is known. */
    Object sleepStep(Object time) {
        long wanted = seconds(time)
        jenkins.slept += Math.min(wanted, jenkins.blocks.limit)
        if (wanted > jenkins.blocks.limit) {
            throw new FlowInterruptedException()
        }
        return null
    }

    static long seconds(Object time) {
        if (!(time instanceof Map)) {
            return (long) time
        }
        assert time.time instanceof Integer
        return TimeUnit.valueOf(time.unit.toString()).toSeconds((long) time.time)
    }
}
