//! How flags reach Jira: in how many requests, to which sites, and when it takes none.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{ids, send_file};
use crate::support::Agent;

#[test]
fn thousands_of_flags_go_a_hundred_at_a_time() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let flags: Vec<Value> = (1..=1_050)
        .map(|number| json!({"key": format!("f{number}"), "enabled": true, "issueKeys": [format!("ABC-{number}")]}))
        .collect();
    let run = send_file(&agent, &json!(flags), &["--budget=120"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let submissions = jira.submissions();
    let counts: Vec<usize> = submissions.iter().map(|body| ids(body).len()).collect();
    assert_eq!(counts, [[100; 10].as_slice(), &[50]].concat());
    let json = run.json();
    assert_eq!(
        json["sites"][0]["accepted"].as_array().unwrap().len(),
        1_050
    );
    assert_eq!(json["issue_keys"].as_array().unwrap().len(), 1_050);
    assert!(jira.feature_flag("f1050").is_some());
    assert!(run.stderr.lines().count() < 15, "{}", run.stderr);
}

#[test]
fn a_flag_that_jira_refuses_does_not_keep_the_others() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let flags = json!([
        {"key": "good", "enabled": true, "issueKeys": ["ABC-1"]},
        {"key": "bad", "enabled": true, "issueKeys": ["NONE-1"]},
    ]);
    let run = send_file(&agent, &flags, &[]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (1, &json!("partly_accepted")));
    let site = &json["sites"][0];
    assert_eq!(site["accepted"], json!(["good"]));
    assert_eq!(site["rejected"][0]["key"], "bad");
    assert!(run.stderr.contains("NONE-1"), "{}", run.stderr);
    assert!(jira.feature_flag("good").is_some() && jira.feature_flag("bad").is_none());
}

#[test]
fn too_large_a_request_is_sent_in_halves() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    jira.fail_times(
        Endpoint::FeatureFlags,
        1,
        Fault::json(413, json!([{"message": "too large"}])),
    );
    let flags: Vec<Value> = (1..=4)
        .map(|number| json!({"key": format!("f{number}"), "enabled": true, "issueKeys": ["ABC-1"]}))
        .collect();
    let run = send_file(&agent, &json!(flags), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let submissions = jira.submissions();
    let sent: Vec<Vec<&str>> = submissions.iter().map(ids).collect();
    assert_eq!(
        sent,
        [
            vec!["f1", "f2", "f3", "f4"],
            vec!["f1", "f2"],
            vec!["f3", "f4"]
        ]
    );
    assert_eq!(
        run.json()["sites"][0]["accepted"].as_array().unwrap().len(),
        4
    );
}

#[test]
fn each_site_gets_the_same_flags() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let agent = Agent::of("freestyle-no-scm").with_sites(&[&acme, &beta]);
    beta.fail(Endpoint::FeatureFlags, Fault::empty(403));
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=x",
        "--enabled",
        "--issue-keys=ABC-1",
        "--format=json",
    ]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (3, &json!("partly_accepted")));
    assert_eq!(json["sites"][0]["outcome"], "accepted");
    assert_eq!(json["sites"][1]["outcome"], "unauthorized");
    assert!(
        run.stderr
            .contains("tick \"Feature flags\" on the credential"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.submissions(), beta.submissions());
}

/// What could not be delivered waits, and a later state takes its place.
#[test]
fn an_undelivered_flag_waits_until_a_later_state_replaces_it() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    jira.fail(
        Endpoint::FeatureFlags,
        Fault::redirect("https://else.example/"),
    );
    let send = |options: &[&str]| {
        let flag = ["feature-flag", "--flag-id=x", "--format=json", "--budget=3"];
        agent.run(&[&flag[..], options].concat())
    };
    let run = send(&["--disabled", "--issue-keys=ABC-1"]);
    assert_eq!(
        (run.code, &run.json()["sites"][0]["queued"]),
        (4, &json!(true))
    );
    let entry = agent.waiting().remove(0);
    assert_eq!(
        (&entry["data"], &entry["key"]),
        (&json!("featureflags"), &json!("x"))
    );
    let later = send(&["--enabled", "--issue-keys=ABC-2"]);
    assert_eq!(later.code, 4);
    jira.clear_faults();
    let flush = agent.run(&["flush", "--format=json"]);
    assert_eq!(flush.code, 0, "{}", flush.stderr);
    let outbox = &flush.json()["outbox"];
    assert_eq!(
        (&outbox["delivered"], &outbox["superseded"]),
        (&json!(1), &json!(1))
    );
    let flag = jira.feature_flag("x").unwrap();
    assert_eq!(flag["summary"]["status"]["enabled"], true);
    // The update names the issues of the one before again.
    assert_eq!(flag["associations"][0]["values"], json!(["ABC-2", "ABC-1"]));
    assert!(agent.kept(".json").is_empty());
}
