use super::{BuildState, RunState, build_state, deployment_state, parse_unstable_as};

/// The word, the state of a build, the state of a deployment.
const CASES: &[(&str, &str, &str)] = &[
    ("SUCCESS", "successful", "successful"),
    ("FAILURE", "failed", "failed"),
    ("UNSTABLE", "failed", "failed"),
    ("ABORTED", "cancelled", "cancelled"),
    ("NOT_BUILT", "cancelled", "cancelled"),
    ("pending", "pending", "pending"),
    ("in_progress", "in_progress", "in_progress"),
    ("In Progress", "in_progress", "in_progress"),
    ("successful", "successful", "successful"),
    ("failed", "failed", "failed"),
    ("cancelled", "cancelled", "cancelled"),
    ("canceled", "cancelled", "cancelled"),
    ("unknown", "unknown", "unknown"),
    ("rolled_back", "", "rolled_back"),
    // Bamboo
    ("Successful", "successful", "successful"),
    ("Failed", "failed", "failed"),
    ("InProgress", "in_progress", "in_progress"),
    ("NotBuilt", "cancelled", "cancelled"),
    ("Queued", "pending", "pending"),
    // TeamCity
    ("ERROR", "failed", "failed"),
    ("UNKNOWN", "unknown", "unknown"),
    // GitLab
    ("success", "successful", "successful"),
    ("running", "in_progress", "in_progress"),
    ("created", "pending", "pending"),
    ("waiting_for_resource", "pending", "pending"),
    ("preparing", "pending", "pending"),
    ("scheduled", "pending", "pending"),
    ("skipped", "cancelled", "cancelled"),
    // GoCD
    ("Passed", "successful", "successful"),
    ("Building", "in_progress", "in_progress"),
    ("Cancelled", "cancelled", "cancelled"),
    // Drone, Woodpecker
    ("failure", "failed", "failed"),
    ("error", "failed", "failed"),
    ("killed", "cancelled", "cancelled"),
    ("declined", "cancelled", "cancelled"),
    ("blocked", "pending", "pending"),
    // Concourse
    ("succeeded", "successful", "successful"),
    ("errored", "failed", "failed"),
    ("aborted", "cancelled", "cancelled"),
    ("started", "in_progress", "in_progress"),
    // Buildkite
    ("passed", "successful", "successful"),
    ("not_run", "cancelled", "cancelled"),
    ("creating", "pending", "pending"),
    ("waiting", "pending", "pending"),
    ("timed_out", "failed", "failed"),
    // Azure DevOps
    ("Succeeded", "successful", "successful"),
    ("SucceededWithIssues", "failed", "failed"),
    ("PartiallySucceeded", "failed", "failed"),
    ("partiallySucceeded", "failed", "failed"),
    ("Canceled", "cancelled", "cancelled"),
    ("Abandoned", "cancelled", "cancelled"),
    ("notStarted", "pending", "pending"),
    // Bitbucket
    ("SUCCESSFUL", "successful", "successful"),
    ("INPROGRESS", "in_progress", "in_progress"),
    ("STOPPED", "cancelled", "cancelled"),
];

/// They say that something ended or is about to, and not how.
const AMBIGUOUS: &[&str] = &[
    "",
    "_",
    "done",
    "finished",
    "Completed",
    "complete",
    "closed",
    "failing",
    "canceling",
    "0",
    "1",
    "true",
];

fn word(state: impl serde::Serialize) -> String {
    let json = serde_json::to_value(state).unwrap();
    json.as_str().unwrap().to_owned()
}

#[test]
fn words_and_results_become_states() {
    for (text, build, deployment) in CASES {
        let state: RunState = text.parse().unwrap();
        let as_build = build_state(state, BuildState::FAILED);
        let words = as_build.map(|state| [word(state), state.word().to_owned()]);
        assert_eq!(words.unwrap_or_default(), [*build, *build], "{text}");
        let state = deployment_state(state, BuildState::FAILED);
        assert_eq!(
            [word(state).as_str(), state.word()],
            [*deployment; 2],
            "{text}"
        );
    }
    for text in AMBIGUOUS {
        let error = text.parse::<RunState>().unwrap_err();
        assert!(
            error.starts_with("expected one of pending, in_progress"),
            "{text}: {error}"
        );
    }
}

/// A backfill remembers its options as they are written for debugging.
#[test]
fn a_state_is_written_as_before() {
    assert_eq!(format!("{:?}", BuildState::FAILED), "Failed");
}

#[test]
fn unstable_is_what_the_user_says() {
    for choice in ["successful", "failed", "cancelled", "unknown", "SUCCESS"] {
        let unstable = parse_unstable_as(choice).unwrap();
        let build = build_state(RunState::Unstable, unstable).unwrap();
        assert_eq!(
            word(build),
            word(deployment_state(RunState::Unstable, unstable))
        );
    }
    for wrong in ["in_progress", "rolled_back", "UNSTABLE", "x"] {
        assert!(parse_unstable_as(wrong).is_err(), "{wrong}");
    }
}
