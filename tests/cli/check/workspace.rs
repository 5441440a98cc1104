//! Jenkins' variables, git and the issue keys.

use jira_sandbox::Sandbox;

use super::{Checked, KIND, agent};
use crate::support::{Agent, kinds};

#[test]
fn every_measured_jenkins_run_is_in_order() {
    let jira = Sandbox::start();
    for kind in kinds() {
        let agent = Agent::of(&kind).with_jira(&jira);
        let checked = Checked::of(&jira, &agent, &[]);
        assert_eq!(checked.run.code, 0, "{kind}: {}", checked.json);
        for name in ["jenkins", "build_url"] {
            assert_eq!(checked.status(name), "ok", "{kind}: {}", checked.json);
        }
    }
}

/// Variable, its value (none: unset), exit code, item, status, words.
type Case = (
    &'static str,
    Option<&'static str>,
    i32,
    &'static str,
    &'static str,
    &'static str,
);

const CASES: &[Case] = &[
    (
        "BUILD_NUMBER",
        Some("seven"),
        2,
        "build_number",
        "failed",
        "--build-number",
    ),
    (
        "BUILD_URL",
        Some("ci/1"),
        2,
        "build_url",
        "failed",
        "Jenkins URL",
    ),
    (
        "BUILD_URL",
        Some("http://localhost:8080/job/x/1/"),
        0,
        "build_url",
        "warning",
        "only this machine",
    ),
    (
        "BUILD_URL",
        None,
        0,
        "jenkins",
        "warning",
        "Manage Jenkins > System > Jenkins URL",
    ),
    (
        "JOB_NAME",
        None,
        0,
        "jenkins",
        "warning",
        "not set: JOB_NAME",
    ),
    (
        "GIT_COMMIT",
        Some("1234567890123456789012345678901234567890"),
        0,
        "commits",
        "warning",
        "is not in this repository",
    ),
    ("PATH", Some("/nowhere"), 0, "git", "warning", "install git"),
];

#[test]
fn every_fact_that_is_missing_or_wrong_is_explained() {
    for (variable, value, code, item, status, words) in CASES {
        let jira = Sandbox::start();
        let mut agent = agent(&jira);
        match value {
            Some(value) => agent.set(variable, value),
            None => agent.unset(variable),
        };
        let checked = Checked::of(&jira, &agent, &[]);
        let context = format!("{variable}={value:?}: {:#}", checked.json);
        assert_eq!(checked.run.code, *code, "{context}");
        assert_eq!(checked.status(item), *status, "{context}");
        assert!(checked.words(item).contains(words), "{context}");
        assert!(checked.item(item)["hint"].is_string(), "{context}");
    }
}

#[test]
fn outside_jenkins_and_outside_a_repository_are_warnings() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(checked.run.code, 0, "{}", checked.json);
    for (name, words) in [
        ("jenkins", "not running in Jenkins"),
        ("git", "--repository-dir"),
        ("issue_keys", "nothing would be sent"),
    ] {
        assert_eq!(checked.status(name), "warning", "{name}");
        assert!(
            checked.words(name).contains(words),
            "{}",
            checked.words(name)
        );
    }
    for name in ["build_url", "history", "commits"] {
        assert_eq!(checked.status(name), "skipped", "{name}");
    }
}

#[test]
fn a_shallow_clone_is_to_be_deepened() {
    let jira = Sandbox::start();
    let origin = Agent::bare().with_commits(&["first", "second", "third"]);
    let mut agent = Agent::of(KIND).with_jira(&jira);
    let address = format!("file://{}", origin.path().display());
    agent.git(&["clone", "--quiet", "--depth=1", &address, "."]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    let before = origin.git(&["rev-parse", "HEAD^"]);
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &before);
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(
        (checked.run.code, checked.status("history")),
        (0, "warning")
    );
    assert!(checked.words("history").contains("git fetch --unshallow"));
}
