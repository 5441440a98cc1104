//! Text that strangers wrote: it reaches Jira cleaned, and neither a shell nor a log.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, EVENT};

const BRANCH: &str = "ABC-1 $(touch pwned) `touch pwned` '\";\\ ${JIRA_CLIENT_SECRET} %0A 🚀 é";

#[test]
fn a_branch_name_stays_text() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    agent.set("CHANGE_BRANCH", BRANCH).set(
        "CHANGE_TITLE",
        "a\nerror: b\u{1b}[31m \u{202e}evil 🚀\u{0085}",
    );
    let run = agent.run(&["build", "--state=SUCCESS", EVENT, "-v"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let build = &jira.submissions()[0]["builds"][0];
    assert_eq!(build["description"], "a error: b[31m evil");
    let name = &build["references"][0]["ref"]["name"];
    assert_eq!(
        name,
        "ABC-1 $(touch pwned) `touch pwned` '\";\\ ${JIRA_CLIENT_SECRET} %0A é"
    );
    assert!(!agent.path().join("pwned").exists());
    let foreign_line = run.stderr.lines().any(|line| line.starts_with("error"));
    assert!(
        !foreign_line && !run.stderr.contains(['\u{1b}', '\u{202e}']),
        "{}",
        run.stderr
    );
}

#[test]
fn nothing_that_jira_refuses_is_sent() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    agent
        .set("JOB_NAME", "🚀/\u{1}job")
        .set("BUILD_DISPLAY_NAME", "🚀")
        .set("JENKINS_URL", "https://ci/\u{1F680}");
    let run = agent.run(&[
        "deployment",
        "--environment-name=🚀",
        "--issue-keys=ABC-1",
        "--description=🚀",
        EVENT,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let deployment = &jira.submissions()[0]["deployments"][0];
    let environment = json!({"id": "~F0~9F~9A~80", "displayName": "\u{FFFD}", "type": "unmapped"});
    assert_eq!(deployment["environment"], environment);
    assert_eq!(deployment["pipeline"]["displayName"], "» job");
    assert_eq!(deployment["label"], "\u{FFFD}");
}

#[test]
fn long_texts_are_cut_to_jiras_limits() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let long = "é".repeat(400);
    agent.set("JOB_NAME", &long);
    let name = format!("--environment-name={long}");
    let run = agent.run(&["deployment", &name, "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let deployment = &jira.submissions()[0]["deployments"][0];
    for text in [
        &deployment["displayName"],
        &deployment["pipeline"]["id"],
        &deployment["environment"]["id"],
    ] {
        assert_eq!(text.as_str().unwrap().chars().count(), 255);
    }
}

#[test]
fn messages_of_hundreds_of_keys_are_cut_and_told() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let keys: Vec<String> = (1..=510).map(|number| format!("ABC-{number}")).collect();
    let message = format!("--message={}", keys.join(" "));
    let run = agent.run(&["build", "--state=SUCCESS", &message]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("10 issue keys were cut") && run.stderr.contains("ABC-510"));
    let values = &jira.submissions()[0]["builds"][0]["associations"][0]["values"];
    assert_eq!(values.as_array().unwrap().len(), 500);
}

#[test]
fn answers_of_strangers_cannot_forge_lines() {
    let jira = Sandbox::start();
    let message = "a\nerror: forged\u{1b}[2J";
    jira.fail(
        Endpoint::Builds,
        Fault::json(400, json!([{"message": message}])),
    );
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let run = agent.run(&["build", "--state=SUCCESS", "-v"]);
    assert_eq!(run.code, 1);
    assert!(!run.stderr.contains("\nerror: forged") && !run.stderr.contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn variables_that_are_not_utf_8_do_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let output = assert_cmd::Command::cargo_bin("jira-send")
        .unwrap()
        .args([
            "build",
            "--dry-run",
            "--build-number=1",
            "--url=https://ci/1",
            "--issue-keys=ABC-1",
        ])
        .env_clear()
        .env("JOB_NAME", OsStr::from_bytes(b"caf\xe9"))
        .env(OsStr::from_bytes(b"\xff"), "x")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("caf\u{FFFD}")
    );
}

/// A stranger's message may hold a hundred thousand words that look like keys: the log stays short, the memory small.
#[test]
fn words_without_end_fill_no_log() {
    let agent = Agent::of("freestyle-no-scm");
    let message = (0..20_000)
        .map(|n| format!("UTF-{} ", n + 1))
        .collect::<Vec<_>>()
        .concat();
    agent.write("changes", &format!("{{\"message\":\"{message}\"}}\n"));
    let run = agent.run(&["build", "--dry-run", "--changes=changes"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.lines().count() < 20,
        "{}",
        run.stderr.lines().count()
    );
    assert!(run.stderr.contains("more like these"));
    let keys = agent
        .run(&["keys", "--changes=changes", "--format=json"])
        .json();
    assert_eq!(keys["dropped"].as_array().unwrap().len(), 1_000);
    assert_eq!(keys["dropped_beyond"], 19_000);
}

#[test]
fn issue_ids_take_room_and_what_they_push_out_is_told() {
    let agent = Agent::of("freestyle-no-scm");
    let keys: Vec<String> = (1..=500).map(|number| format!("ABC-{number}")).collect();
    let keys = format!("--issue-keys={}", keys.join(","));
    let run = agent.run(&[
        "build",
        "--dry-run",
        "--issue-ids=10042",
        &keys,
        "--format=json",
    ]);
    assert!(run.stderr.contains("1 issue key was cut") && run.stderr.contains("ABC-500"));
    let json = run.json();
    assert_eq!(json["issue_keys"].as_array().unwrap().len(), 499);
    let values = &json["request"]["body"]["builds"][0]["associations"][0]["values"];
    assert_eq!(values.as_array().unwrap().len(), 500);
}
