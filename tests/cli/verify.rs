//! `--verify`: what Jira has accepted is read back until it is stored.

use std::time::Duration;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::Agent;

const BUILD: &[&str] = &["build", "--issue-keys=ABC-1", "--state=SUCCESS", "--verify"];

fn agent(jira: &Sandbox) -> Agent {
    Agent::of("freestyle-no-scm").with_jira(jira)
}

/// Methods of the requests for builds, in order.
fn asked(jira: &Sandbox) -> Vec<String> {
    let requests = jira.requests().into_iter();
    let requests = requests.filter(|request| request.endpoint == Endpoint::Builds);
    requests.map(|request| request.method).collect()
}

fn site(run: &crate::support::Run) -> (Value, Value) {
    let json = run.json();
    assert_eq!(json["exit_code"], run.code, "{json}");
    (
        json["outcome"].clone(),
        json["sites"][0]["verified"].clone(),
    )
}

#[test]
fn what_is_stored_is_verified() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let run = agent.run(BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.ends_with("has stored it\n"), "{}", run.stderr);
    assert_eq!(asked(&jira), ["POST", "GET"]);
    let run = agent.run(&[BUILD, &["--format=json"]].concat());
    assert_eq!(site(&run), (json!("accepted"), json!(true)));
    let deployment = [
        "deployment",
        "--environment-id=eu",
        "--issue-keys=ABC-1",
        "--verify",
    ];
    let run = agent.run(&[&deployment[..], &["--format=json"]].concat());
    assert_eq!(
        site(&run),
        (json!("accepted"), json!(true)),
        "{}",
        run.stderr
    );
    let last = jira.requests().pop().unwrap();
    assert!(
        last.path.contains("/environments/eu/deployments/"),
        "{}",
        last.path
    );

    let before = jira.requests().len();
    assert_eq!(agent.run(&[BUILD, &["--dry-run"]].concat()).code, 0);
    assert_eq!(jira.requests().len(), before);
    let run = agent.run(&["build", "--issue-keys=ABC-1", "--format=json"]);
    assert_eq!(run.json()["sites"][0].get("verified"), None);
}

#[test]
fn it_is_asked_until_it_is_stored() {
    let jira = Sandbox::start();
    jira.delay_visibility(Duration::from_millis(900));
    let run = agent(&jira).run(&[BUILD, &["--format=json"]].concat());
    assert_eq!(
        site(&run),
        (json!("accepted"), json!(true)),
        "{}",
        run.stderr
    );
    let reads = asked(&jira).len() - 1;
    assert!((2..=4).contains(&reads), "{reads}");
}

#[test]
fn what_is_not_stored_in_time_is_told() {
    for (policy, code) in [("fail", 1), ("warn", 0), ("queue", 1)] {
        let jira = Sandbox::start();
        jira.delay_visibility(Duration::MAX);
        let agent = agent(&jira);
        let policy = format!("--on-error={policy}");
        let run = agent.run(&[BUILD, &["--budget=2", "--format=json", &policy]].concat());
        assert_eq!(run.code, code, "{}", run.stderr);
        assert_eq!(site(&run), (json!("unverified"), json!(false)));
        let label = if code == 0 { "warning: " } else { "error: " };
        let words = format!(
            "{label}{} has accepted it, but has not stored it yet",
            jira.url()
        );
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(run.stderr.contains("is not there"), "{}", run.stderr);
        assert!(
            run.stderr
                .contains("hint: Jira stores nothing whose issues"),
            "{}",
            run.stderr
        );
        // Jira has accepted it: it is not sent again.
        assert!(agent.kept(".json").is_empty());
        let message = run.json()["sites"][0]["message"].clone();
        assert!(
            message.as_str().unwrap().contains("has not stored it yet"),
            "{message}"
        );
    }
}

#[test]
fn an_update_that_jira_ignores_is_noticed() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let numbered = |number: &str, more: &[&str]| {
        let number = format!("--update-sequence-number={number}");
        agent.run(&[BUILD, &[&number, "--budget=2"], more].concat())
    };
    assert_eq!(numbered("700", &[]).code, 0);
    let run = numbered("600", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("has a newer update of build"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("700, and 600 was sent"),
        "{}",
        run.stderr
    );
    jira.delay_visibility(Duration::MAX);
    let run = numbered("800", &["--format=json"]);
    assert_eq!(site(&run), (json!("unverified"), json!(false)));
    assert!(
        run.stderr
            .contains("is still at update 700, and 800 was sent"),
        "{}",
        run.stderr
    );
}

/// What answers the question for the build, and the words for it.
#[test]
fn what_cannot_be_read_back_is_not_verified() {
    let cases = [
        (Fault::empty(403), "tick \"Builds\""),
        (Fault::html(200), "not Jira's answer"),
        (Fault::empty(503), "status 503"),
        (Fault::Hang, "no answer"),
        (Fault::empty(404), "is not there"),
    ];
    for (fault, words) in cases {
        let jira = Sandbox::start();
        let accepted = json!({"acceptedBuilds": [{"pipelineId": "x", "buildNumber": 1}]});
        jira.fail_times(Endpoint::Builds, 1, Fault::Answer(accepted));
        jira.fail_times(Endpoint::Builds, 50, fault.clone());
        let run = agent(&jira).run(&[BUILD, &["--budget=2", "--format=json"]].concat());
        assert_eq!(site(&run), (json!("unverified"), json!(false)), "{fault:?}");
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains(words), "{fault:?}: {}", run.stderr);
        assert!(run.stderr.contains("error: "), "{}", run.stderr);
    }
}

#[test]
fn what_is_refused_or_unreachable_is_not_looked_for() {
    for (fault, outcome) in [
        (400, "rejected"),
        (503, "unreachable"),
        (403, "unauthorized"),
    ] {
        let jira = Sandbox::start();
        jira.fail(
            Endpoint::Builds,
            Fault::json(fault, r#"[{"message":"no"}]"#),
        );
        let run = agent(&jira).run(&[BUILD, &["--budget=1", "--format=json"]].concat());
        assert_eq!(site(&run), (json!(outcome), Value::Null), "{}", run.stderr);
        assert!(asked(&jira).iter().all(|method| method == "POST"));
    }
}

#[test]
fn each_site_has_its_own_answer() {
    let (quick, slow) = (Sandbox::start(), Sandbox::start());
    slow.delay_visibility(Duration::MAX);
    let agent = Agent::of("freestyle-no-scm").with_sites(&[&quick, &slow]);
    let run = agent.run(&[BUILD, &["--budget=2", "--format=json"]].concat());
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (1, &json!("unverified")));
    let sites = [0, 1].map(|index| json["sites"][index].clone());
    assert_eq!(sites[0]["verified"], true);
    assert_eq!(sites[0]["outcome"], "accepted");
    assert_eq!(sites[1]["verified"], false);
    assert_eq!(sites[1]["outcome"], "unverified");
}

#[test]
fn around_a_command_the_end_is_verified() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let around = [
        "build",
        "--issue-keys=ABC-1",
        "--verify",
        "--budget=2",
        "--",
        "true",
    ];
    let run = agent.run(&around);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(asked(&jira), ["POST", "POST", "GET"]);
    jira.delay_visibility(Duration::MAX);
    let run = agent.run(&around);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: "), "{}", run.stderr);
    assert!(run.stderr.contains("is still at update"), "{}", run.stderr);
}

#[test]
fn of_many_flags_the_first_are_asked_for() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let flags: Vec<Value> = (0..25)
        .map(|id| {
            json!({
                "id": format!("i{id}"), "displayName": "x", "url": "https://docs.example.com/1",
                "issueKeys": ["ABC-1"], "enabled": true,
            })
        })
        .collect();
    agent.write("flags.json", &json!({ "flags": flags }).to_string());
    let run = agent.run(&[
        "feature-flag",
        "--file=flags.json",
        "--verify",
        "--format=json",
    ]);
    assert_eq!(
        site(&run),
        (json!("accepted"), json!(true)),
        "{}",
        run.stderr
    );
    let requests = jira.requests().into_iter();
    let asked = requests
        .filter(|request| request.endpoint == Endpoint::FeatureFlags && request.method == "GET");
    let paths: Vec<String> = asked.map(|request| request.path).collect();
    assert_eq!(paths.len(), 20, "{paths:?}");
    assert!(
        paths[0].ends_with("/i0") && paths[19].ends_with("/i19"),
        "{paths:?}"
    );
}
