package harness

/** What currentBuild is: only what the steps may read. */
class FakeBuild implements Serializable {
    private static final List<String> ORDER = [null, 'SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']

    int number = 7
    String fullProjectName = 'shop'
    String result
    FakeBuild previousBuild
    FakeBuild nextBuild
    List<FakeBuild> upstreamBuilds = []
    long startTimeInMillis = 1_750_000_000_000L
    /** In milliseconds. */
    long duration = 60_000
    /** Whether it is still running, which is so of the newest ones only. */
    boolean building
    /** What was assigned with env.X = ... */
    Map<String, String> buildVariables = [:]
    transient List<FakeChangeSet> changeSets = []

    /** One change set of commits given oldest first, as Jenkins lists them: [[id, message], ...]. */
    FakeBuild with(List<List<String>> commits, String kind = 'git') {
        changeSets << new FakeChangeSet(kind, commits.collect { new FakeChange(commitId: it[0], comment: it[1] + '\n') } as FakeChange[])
        return this
    }

    /** It can only get worse. */
    void setResult(String wanted) {
        result = worse(result, wanted)
    }

    FakeBuild getPreviousCompletedBuild() {
        return previousBuild == null || !previousBuild.building ? previousBuild : previousBuild.previousCompletedBuild
    }

    String getCurrentResult() {
        return result ?: 'SUCCESS'
    }

    /** Only Jenkins itself can do this: Declarative does it around the conditions of post. */
    void force(String result) {
        this.@result = result
    }

    static String worse(String one, String other) {
        return ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one
    }

    FakeBuild after(FakeBuild previous) {
        previousBuild = previous
        previous?.nextBuild = this
        number = previous == null ? number : previous.number + 1
        return this
    }
}

/** Deliberately not serialisable, like Jenkins' own. */
class FakeChangeSet {
    final FakeChange[] items
    final String kind

    FakeChangeSet(String kind, FakeChange[] items) {
        this.kind = kind
        this.items = items
    }
}

class FakeChange {
    String commitId
    String comment

    String getMsg() {
        return comment.readLines()[0]
    }
}
