package harness

/** The blocks around one branch of a pipeline: the variables they set, their directories, agents, times and stages. */
class Blocks {
    /** Whether there is an agent here. */
    boolean agent = true
    private final List<Block> open = []

    Blocks() {
    }

    /** What a branch of parallel begins with. */
    Blocks(Blocks around) {
        agent = around.agent
        open.addAll(around.open)
    }

    void begin(Map<String, String> variables = [:], File directory = null) {
        open << new Block(variables: variables, directory: directory ?: this.directory, agentAround: agent)
    }

    void beginStage(String name) {
        begin([STAGE_NAME: name])
        open.last().isStage = true
    }

    void end() {
        agent = open.remove(open.size() - 1).agentAround
    }

    List<Map<String, String>> getVariables() {
        return open*.variables
    }

    /** The one that dir chose; null where it is the workspace. */
    File getDirectory() {
        return open ? open.last().directory : null
    }

    /** The block that has just begun may take so many seconds. */
    void limit(long seconds) {
        open.last().limit = seconds
    }

    /** Seconds that are left to whatever runs here. */
    long getLimit() {
        return open*.limit.min() ?: Long.MAX_VALUE
    }

    /** What became of the innermost stage so far, by steps that tell it apart from the build (catchError, unstable). */
    String getStageResult() {
        return open.reverse().find { it.isStage }?.stageResult
    }

    void worsenStage(String result) {
        Block stage = open.reverse().find { it.isStage }
        if (stage != null) {
            stage.stageResult = FakeBuild.worse(stage.stageResult, result)
        }
    }

    private static class Block {
        Map<String, String> variables
        File directory
        boolean agentAround
        long limit = Long.MAX_VALUE
        boolean isStage
        String stageResult
    }
}
