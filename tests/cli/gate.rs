//! `jira-send gate` against the stand-in.

use jira_sandbox::{Config, Endpoint, Fault, Permission, Sandbox};
use serde_json::json;

use crate::support::Agent;

const KIND: &str = "multibranch-declarative-feature-slash-first";

/// A run whose deployment waits for its gate.
fn deployed(jira: &Sandbox) -> Agent {
    let agent = Agent::of(KIND).with_jira(jira);
    let run = agent.run(&[
        "deployment",
        "--environment-id=eu/prod",
        "--state=pending",
        "--service-ids=service-1",
        "--enable-gating",
        "--issue-keys=ABC-1",
        "--only-issue-keys",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    agent
}

const GATE: [&str; 3] = ["gate", "--environment-id=eu/prod", "--format=json"];

#[test]
fn a_gate_is_asked_once_or_until_it_is_decided() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    for (script, code, outcome, status) in [
        ("allowed", 0, "allowed", "allowed"),
        ("awaiting", 7, "awaiting", "awaiting"),
        ("prevented", 6, "prevented", "prevented"),
        ("expired", 6, "prevented", "expired"),
        ("invalid", 8, "invalid_gate", "invalid"),
        ("paused", 7, "awaiting", "paused"),
    ] {
        jira.set_gating(&[script]);
        let run = agent.run(&GATE);
        assert_eq!(run.code, code, "{}", run.stderr);
        let json = run.json();
        assert_eq!(json["exit_code"], code);
        let words = (&json["outcome"], &json["gating_status"]);
        assert_eq!(words, (&json!(outcome), &json!(status)));
        assert_eq!(json["change_requests"][0]["issue_key"], "ABC-1");
        let words = format!("shop » feature/PROJ-2-login #1 to eu/prod: {status} (ABC-1 https://");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
    }
    jira.set_gating(&["404", "awaiting", "allowed"]);
    let run = agent.run(&[&GATE[..], &["--wait", "--timeout=60"]].concat());
    assert_eq!((run.code, &run.json()["outcome"]), (0, &json!("allowed")));
    let lines: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("the gate of"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    let asked = jira.requests();
    let last = asked.last().unwrap();
    assert_eq!(last.method, "GET");
    let path = "/pipelines/shop~2Ffeature~252FPROJ-2-login/environments/eu~2Fprod/deployments/1/gating-status";
    assert!(last.path.ends_with(path), "{}", last.path);
}

#[test]
fn what_keeps_jira_from_telling_is_told() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let run = agent.run(&["gate", "--environment-id=eu/prod", "--budget=2"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for words in [
        "#1 to eu/prod yet; asking again",
        "has no gate",
        "--enable-gating",
    ] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }

    let jira = Sandbox::with(Config {
        permissions: vec![Permission::Builds],
        ..Config::default()
    });
    let run = Agent::of(KIND)
        .with_jira(&jira)
        .run(&["gate", "--environment-id=x", "--wait"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("tick \"Deployments\""),
        "{}",
        run.stderr
    );

    let run = Agent::bare().run(&["gate"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    for option in ["--environment-id", "--job-name", "--build-number", "--site"] {
        assert!(run.stderr.contains(option), "{}", run.stderr);
    }
}

#[test]
fn trouble_does_not_end_the_waiting() {
    let jira = Sandbox::start();
    let agent = deployed(&jira);
    jira.set_gating(&["allowed"]);
    jira.fail_times(Endpoint::GatingStatus, 1, Fault::html(200));
    let run = agent.run(&[&GATE[..], &["--wait", "--timeout=60"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("asking again until the time is up"),
        "{}",
        run.stderr
    );
}
