//! A deployment carries everything since the last one to the same place, or takes it back.

use serde_json::{Value, json};

use crate::support::{Agent, EVENT};

const PLACE: &str = "shop-pipeline-scm/eu-prod";

/// Builds `HEAD` of a repository with these commits; what git calls them comes back as well.
fn agent(messages: &[&str]) -> (Agent, Vec<String>) {
    let mut agent = Agent::of("pipeline-scm-declarative-second").with_commits(messages);
    let ids = agent.git(&["rev-list", "--reverse", "HEAD"]);
    let ids: Vec<String> = ids.lines().map(ToOwned::to_owned).collect();
    // The last successful build is the newest commit but one.
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &ids[ids.len() - 2]);
    (agent, ids)
}

/// What a deployment to eu-prod would send.
pub(crate) struct Sent {
    pub(crate) issue_keys: Value,
    pub(crate) state: Value,
    pub(crate) deployed: Value,
    pub(crate) stderr: String,
}

pub(crate) fn send(agent: &Agent, options: &[&str]) -> Sent {
    let usual = [
        "deployment",
        "--environment-id=eu-prod",
        "--dry-run",
        "--format=json",
        EVENT,
    ];
    let state = ["--state=SUCCESS"];
    let state = if options.iter().any(|option| option.starts_with("--state")) {
        &[][..]
    } else {
        &state[..]
    };
    let run = agent.run(&[&usual, state, options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let json = run.json();
    Sent {
        issue_keys: json["issue_keys"].clone(),
        state: json["request"]["body"]["deployments"][0]["state"].clone(),
        deployed: json["deployed"].clone(),
        stderr: run.stderr,
    }
}

fn remember(agent: &mut Agent, commit: &str) {
    let other = "0123456789012345678901234567890123456789";
    let remembered = json!({PLACE: commit, "shop-pipeline-scm/qa": other, "x/eu-prod": other});
    agent.set("JIRA_SEND_DEPLOYED", &remembered.to_string());
}

#[test]
fn everything_since_the_last_deployment_is_sent() {
    let (mut agent, ids) = agent(&["A-1", "AB-2 deployed", "AB-3 built", "AB-4 new"]);
    // Nobody remembers: since the last successful build.
    let sent = send(&agent, &[]);
    assert_eq!(sent.issue_keys, json!(["AB-4"]));
    let deployed = json!({
        "place": PLACE, "commit": ids[3], "state": "successful", "is_rollback": false,
    });
    assert_eq!(sent.deployed, deployed);

    remember(&mut agent, &ids[1]);
    let all = json!(["AB-4", "AB-3"]);
    assert_eq!(send(&agent, &[]).issue_keys, all);
    for state in ["in_progress", "FAILURE", "ABORTED"] {
        let sent = send(&agent, &[&format!("--state={state}")]);
        assert_eq!(sent.issue_keys, all, "{state}");
        assert_eq!(sent.deployed["state"], sent.state, "{state}");
    }
    // An option is stronger than what is remembered, and the start of the range stronger than both.
    let deployed = format!("--deployed-commit={}", ids[0]);
    let sent = send(&agent, &[&deployed]);
    assert_eq!(sent.issue_keys, json!(["AB-4", "AB-3", "AB-2"]));
    let since = format!("--since={}", ids[2]);
    assert_eq!(
        send(&agent, &[&since, &deployed]).issue_keys,
        json!(["AB-4"])
    );
}

#[test]
fn the_same_commit_again_is_no_rollback() {
    let (mut agent, ids) = agent(&["AB-1", "AB-2", "AB-3"]);
    remember(&mut agent, &ids[2]);
    let sent = send(&agent, &[]);
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["AB-3"]), json!("successful"))
    );
    assert_eq!(sent.deployed["is_rollback"], false);
}

#[test]
fn an_older_commit_takes_issues_back() {
    let (mut agent, ids) = agent(&["AB-1", "AB-2", "AB-3", "AB-4"]);
    remember(&mut agent, &ids[3]);
    agent.set("GIT_COMMIT", &ids[1]);
    let taken_back = json!(["AB-4", "AB-3"]);
    let sent = send(&agent, &[]);
    assert_eq!(
        (&sent.issue_keys, sent.state),
        (&taken_back, json!("rolled_back"))
    );
    assert_eq!(sent.deployed["commit"], ids[1]);
    assert_eq!(sent.deployed["is_rollback"], true);
    assert!(sent.stderr.contains("rollback: "), "{}", sent.stderr);
    // It is one only once it has gone well.
    for (option, state) in [
        ("--state=in_progress", "in_progress"),
        ("--state=FAILURE", "failed"),
        ("--rollback-as=successful", "successful"),
    ] {
        let sent = send(&agent, &[option]);
        assert_eq!(
            (&sent.issue_keys, sent.state),
            (&taken_back, json!(state)),
            "{option}"
        );
    }
}

#[test]
fn another_line_of_development_is_no_rollback() {
    let (mut agent, ids) = agent(&["AB-1", "AB-2", "AB-3"]);
    agent.git(&["checkout", "--quiet", &ids[1]]);
    agent.git(&["commit", "--quiet", "--allow-empty", "--message=AB-9 fix"]);
    let fix = agent.git(&["rev-parse", "HEAD"]);
    agent.set("GIT_COMMIT", &fix);
    remember(&mut agent, &ids[2]);
    let sent = send(&agent, &[]);
    assert_eq!(
        (sent.issue_keys, sent.state),
        (json!(["AB-9"]), json!("successful"))
    );
}

#[test]
fn what_cannot_be_used_is_told_and_does_no_harm() {
    let (mut agent, _) = agent(&["AB-1", "AB-2", "AB-3"]);
    let gone = "0123456789012345678901234567890123456789";
    remember(&mut agent, gone);
    let sent = send(&agent, &[]);
    assert_eq!(sent.issue_keys, json!(["AB-3"]));
    assert!(
        sent.stderr.contains("which was deployed before"),
        "{}",
        sent.stderr
    );
    assert!(sent.stderr.contains(gone) && sent.stderr.contains("--since REV"));
    for junk in [
        "none",
        "[]",
        "{\"shop-pipeline-scm/eu-prod\": \"--output=x\"}",
    ] {
        agent.set("JIRA_SEND_DEPLOYED", junk);
        let sent = send(&agent, &[]);
        assert_eq!(sent.issue_keys, json!(["AB-3"]), "{junk}");
        assert!(
            sent.stderr.contains("JIRA_SEND_DEPLOYED cannot be read"),
            "{}",
            sent.stderr
        );
    }
}
