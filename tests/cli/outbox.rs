//! What could not be delivered waits, and the next send takes it along.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, Run};

const KIND: &str = "freestyle-no-scm";

/// Sends the build of this number.
fn send(agent: &mut Agent, number: u32, options: &[&str]) -> Run {
    agent.set("BUILD_NUMBER", &number.to_string());
    let arguments = ["build", "--issue-keys=ABC-1", "--format=json", "--budget=2"];
    agent.run(&[&arguments[..], options].concat())
}

fn down() -> Sandbox {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    jira
}

#[test]
fn an_entry_holds_all_that_is_needed_and_no_secret() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    let run = send(&mut agent, 7, &[EVENT, "-v"]);
    assert_eq!(
        (run.code, &run.json()["sites"][0]["queued"]),
        (4, &json!(true))
    );
    let [entry]: [Value; 1] = agent.waiting().try_into().unwrap();
    assert_eq!(entry["version"], 1);
    assert_eq!(entry["data"], "builds");
    assert_eq!(entry["site"], jira.url());
    assert_eq!(entry["cloud_id"], jira_sandbox::Config::default().cloud_id);
    assert_eq!(entry["key"]["buildNumber"], 7);
    assert_eq!(entry["sequence"], EVENT_MILLISECONDS);
    assert_eq!(entry["tries"], 1);
    assert!(entry["reason"].as_str().unwrap().contains("302"));
    assert_eq!(entry["body"], jira.submissions()[0]);
    let token = jira.requests().into_iter();
    let tokens = token.filter_map(|request| request.header("authorization").map(str::to_owned));
    let text = entry.to_string();
    for secret in tokens.map(|header| header.replace("Bearer ", "")) {
        assert!(!text.contains(&secret));
    }
    assert!(!text.contains("sandbox-secret") && !text.contains("sandbox-client"));
}

/// It is used all the same: without it, more would be lost.
#[cfg(unix)]
#[test]
fn an_outbox_that_is_open_to_all_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    std::fs::create_dir_all(agent.outbox()).unwrap();
    for (mode, warned) in [(0o777, 1), (0o770, 0)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(agent.outbox(), mode).unwrap();
        let run = send(&mut agent, 1, &[]);
        let warnings = run.stderr.matches("is writable by every user");
        assert_eq!(warnings.count(), warned, "{}", run.stderr);
        let check = agent.run(&["check", "--budget=2"]);
        let told = check.stdout.contains("is writable by every user");
        assert_eq!(told, warned == 1, "{}", check.stdout);
        assert!(!agent.waiting().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    send(&mut agent, 1, &[]);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&agent.outbox()), 0o700);
    let file = agent.outbox().join(&agent.kept(".json")[0]);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn the_next_send_delivers_what_waits() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    for number in [1, 2] {
        assert_eq!(send(&mut agent, number, &[]).code, 4);
    }
    assert_eq!(agent.kept(".json").len(), 2);
    jira.clear_faults();
    let run = send(&mut agent, 3, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let outbox = &run.json()["outbox"];
    assert_eq!(
        (&outbox["delivered"], &outbox["waiting"]),
        (&json!(2), &json!(0))
    );
    // Jenkins' name for the run stays that of the first in these variables.
    let names = [1, 2].map(|_| format!("build {JOB} #1 in progress"));
    assert_eq!(outbox["delivered_names"], json!(names));
    let line = format!("\nalso delivered: {}\n", names.join(", "));
    assert!(run.stderr.ends_with(&line), "{}", run.stderr);
    for number in [1, 2, 3] {
        assert!(jira.build(JOB, number).is_some(), "{number}");
    }
    assert!(agent.kept(".json").is_empty());
    let last = jira.submissions().pop().unwrap();
    assert_eq!(
        last["builds"].as_array().unwrap().len(),
        2,
        "one request for both"
    );
}

const JOB: &str = "shop-freestyle-noscm";

#[test]
fn what_waits_never_spoils_the_own_send() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    send(&mut agent, 1, &[]);
    jira.clear_faults();
    // The own build is taken, and then Jira goes down again.
    let answer = json!({"acceptedBuilds": [{}]});
    jira.fail_times(Endpoint::Builds, 1, Fault::Answer(answer));
    jira.fail(Endpoint::Builds, Fault::Hang);
    let begin = std::time::Instant::now();
    let run = send(&mut agent, 2, &[]);
    assert_eq!((run.code, &run.json()["outcome"]), (0, &json!("accepted")));
    assert!(begin.elapsed() < std::time::Duration::from_secs(4));
    assert_eq!(agent.waiting()[0]["tries"], 2);
}

#[test]
fn only_the_last_update_of_a_build_is_delivered() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    for state in ["--state=in_progress", "--state=SUCCESS"] {
        send(&mut agent, 1, &[state]);
    }
    jira.clear_faults();
    let run = send(&mut agent, 2, &[]);
    let outbox = &run.json()["outbox"];
    assert_eq!(
        (&outbox["delivered"], &outbox["superseded"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
}

#[test]
fn a_later_update_that_arrived_makes_the_waiting_one_needless() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    send(&mut agent, 1, &["--state=in_progress"]);
    jira.clear_faults();
    assert_eq!(send(&mut agent, 1, &["--state=FAILURE"]).code, 0);
    assert!(agent.kept(".json").is_empty());
    assert_eq!(jira.submissions().len(), 2, "the tries before and this one");
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "failed");
}

/// An older event that is sent later never overwrites.
#[test]
fn late_news_stays_old_news() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    send(
        &mut agent,
        1,
        &["--state=in_progress", "--event-time=1767268800100"],
    );
    let other = Agent::of(KIND).with_jira(&jira);
    jira.clear_faults();
    let mut other = other;
    send(
        &mut other,
        1,
        &["--state=SUCCESS", "--event-time=1767268800200"],
    );
    assert_eq!(agent.run(&["flush"]).code, 0);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
}

#[test]
fn a_full_outbox_drops_the_oldest_and_says_so() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    for number in 1..=4 {
        let run = send(&mut agent, number, &["--outbox-max-entries=3"]);
        assert_eq!(
            run.stderr.contains("dropped from the outbox as"),
            number == 4,
            "{}",
            run.stderr
        );
    }
    let numbers: Vec<Value> = agent
        .waiting()
        .iter()
        .map(|e| e["key"]["buildNumber"].clone())
        .collect();
    assert_eq!(numbers, [2, 3, 4]);
}
