package harness

/** env: properties and dots, no brackets (the sandbox rejects them). */
class FakeEnv implements Serializable {
    Object getProperty(String name) {
        return FakeJenkins.current().environment().get(name)
    }

    /** For the whole run, and for those who look at it later. */
    void setProperty(String name, Object value) {
        FakeJenkins jenkins = FakeJenkins.current()
        jenkins.global.put(name, value.toString())
        jenkins.build.buildVariables.put(name, value.toString())
    }
}
