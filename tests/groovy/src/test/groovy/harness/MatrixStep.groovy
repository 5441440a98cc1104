package harness

/** A public step as a row of the matrix: how it is called, and what the binary gets of that. */
class MatrixStep {
    /** The step, and { } when it is called with a body. */
    String name
    String command
    Map given
    /** What becomes of the parameters on the way to the binary: in words of the binary, so that it is no result of the library. */
    Map sent

    private static final Map KEYS = [issueKeys: ['ABC-1', 'ABC-2'], onlyIssueKeys: true, site: ['acme']]

    static final List<MatrixStep> SENDING = [
        new MatrixStep(name: 'jiraSendBuildInfo', command: 'build',
            given: [site: 'acme', issueKeys: 'ABC-1, ABC-2', displayName: 'Shop'], sent: KEYS + [displayName: 'Shop']),
        new MatrixStep(name: 'jiraSendDeploymentInfo', command: 'deployment',
            given: [site: 'acme', issueKeys: ['ABC-1', 'ABC-2'], environmentId: 'eu-prod', serviceIds: ['']], sent: KEYS + [environmentId: 'eu-prod']),
        new MatrixStep(name: 'jiraSendDevInfo', command: 'dev-info',
            given: [site: ['acme'], issueKeys: ['ABC-1 ABC-2'], repositoryKind: 'gitlab'], sent: KEYS + [repositoryKind: 'gitlab']),
        new MatrixStep(name: 'jiraSendFeatureFlag', command: 'feature-flag',
            given: [site: 'acme', issueKeys: 'ABC-1;ABC-2', flagKey: 'cart', enabled: 'TRUE', rolloutPercentage: 25],
            sent: KEYS + [flagKey: 'cart', enabled: true, rolloutPercentage: 25]),
    ]
    static final List<MatrixStep> AROUND = [
        new MatrixStep(name: 'jiraSendBuildInfo { }', command: 'build',
            given: [site: 'acme', issueKeys: 'ABC-1, ABC-2', displayName: 'Shop'], sent: KEYS + [displayName: 'Shop']),
        new MatrixStep(name: 'jiraSendDeploymentInfo { }', command: 'deployment',
            given: [site: 'acme', issueKeys: ['ABC-1', 'ABC-2'], environmentId: 'eu-prod'], sent: KEYS + [environmentId: 'eu-prod']),
    ]
    static final List<MatrixStep> GATES = [
        new MatrixStep(name: 'checkGatingStatus', command: 'gate',
            given: [site: 'acme', environmentId: 'eu-prod'], sent: [site: 'acme', environmentId: 'eu-prod']),
        new MatrixStep(name: 'jiraAwaitGate', command: 'gate',
            given: [site: 'acme', environmentId: 'eu-prod', timeout: '20 s', pollInterval: 10], sent: [site: 'acme', environmentId: 'eu-prod']),
    ]
    static final List<MatrixStep> ALL = SENDING + AROUND + GATES

    String getStep() {
        return name - ' { }'
    }

    boolean isAround() {
        return name.endsWith(' { }')
    }

    boolean isGate() {
        return GATES.contains(this)
    }

    /** How often the binary is called, while all is well. */
    int getCalls() {
        return around ? 2 : 1
    }

    /** A pipeline that does some work and calls the step where one calls it: after the work, around it, or before it. */
    String pipeline(boolean declarative, String work) {
        if (!declarative) {
            return around ? "node('x') { stage('Work') { keep(${step}(parameters) { ${work} }) }; keep 'after' }" :
                gate ? "node('x') { stage('Work') { keep(${step}(parameters)); ${work} }; keep 'after' }" :
                "node('x') { try { stage('Work') { ${work} } } finally { keep(${step}(parameters)) } }"
        }
        String steps = around ? "${step}(parameters) { ${work} }" : gate ? "script { keep(${step}(parameters)) }; ${work}" : work
        String post = around || gate ? '' : "post { always { script { keep(${step}(parameters)) } } }"
        String last = around || gate ? "stage('After') { steps { keep 'after' } }" : ''
        return "pipeline { agent any; stages { stage('Work') { steps { ${steps} } }; ${last} }; ${post} }"
    }
}
