//! Numbers that only grow, issues that stay, and clocks that differ.

use std::fs;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Answer, EVENT, EVENT_MILLISECONDS, Run};

const KIND: &str = "freestyle-no-scm";
const JOB: &str = "shop-freestyle-noscm";

fn send(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["build", "--issue-keys=ABC-1"], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// The numbers that were sent, in their order.
fn numbers(jira: &Sandbox) -> Vec<i64> {
    let submissions = jira.submissions();
    let number = |body: &Value| body["builds"][0]["updateSequenceNumber"].as_i64().unwrap();
    submissions.iter().map(number).collect()
}

fn keys(jira: &Sandbox) -> Value {
    jira.submissions().last().unwrap()["builds"][0]["associations"][0]["values"].clone()
}

/// Sends the build from a step, at this moment by the controller's clock.
fn step(agent: &Agent, parameters: &Value, now: i64) -> Answer {
    let mut all = json!({"issueKeys": "ABC-1", "onlyIssueKeys": false});
    for (name, value) in parameters.as_object().unwrap() {
        all[name] = value.clone();
    }
    agent.step("jiraSendBuildInfo", &all, &json!({"now": now}))
}

/// The controller's clock was set back between two steps of a run.
#[test]
fn an_end_wins_though_the_controllers_clock_stepped_back() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let ahead = EVENT_MILLISECONDS + 3_600_000;
    step(&agent, &json!({"state": "in_progress"}), ahead);
    step(&agent, &json!({"state": "SUCCESS"}), EVENT_MILLISECONDS);
    assert_eq!(numbers(&jira), [ahead, ahead + 1]);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
    // A beginning that comes late, such as that of a branch that hung, keeps its place.
    step(&agent, &json!({"state": "in_progress"}), EVENT_MILLISECONDS);
    assert_eq!(numbers(&jira)[2], EVENT_MILLISECONDS);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
    // A time that the user gives stands as it is.
    let given = json!({"state": "FAILURE", "eventTime": EVENT_MILLISECONDS});
    step(&agent, &given, ahead);
    assert_eq!(numbers(&jira)[3], EVENT_MILLISECONDS);
}

/// What waits keeps its number, whatever the clock does.
#[test]
fn an_end_that_waited_does_not_overwrite_a_newer_one() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let answer = step(&agent, &json!({"state": "FAILURE"}), EVENT_MILLISECONDS);
    assert_eq!(answer.outcome(), "unreachable");
    jira.clear_faults();
    step(
        &agent,
        &json!({"state": "SUCCESS"}),
        EVENT_MILLISECONDS - 60_000,
    );
    assert_eq!(agent.run(&["flush"]).code, 0);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
}

#[test]
fn twenty_processes_at_once_have_twenty_numbers() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    std::thread::scope(|scope| {
        for number in 1..=20 {
            let description = format!("--description={number}");
            let agent = &agent;
            scope.spawn(move || send(agent, &[&description]));
        }
    });
    let mut numbers = numbers(&jira);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 20);
}

#[test]
fn a_clock_that_steps_back_does_no_harm() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    send(&agent, &["--state=in_progress"]);
    // As if the first one had been sent before the clock was set back by an hour.
    let ahead = numbers(&jira)[0] + 3_600_000;
    let sent = agent.outbox().join("sent");
    let folder = fs::read_dir(&sent)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let folder = folder.filter(|path| path.is_dir()).last().unwrap();
    let [file] = fs::read_dir(&folder)
        .unwrap()
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    fs::rename(file.unwrap().path(), folder.join(ahead.to_string())).unwrap();
    let run = send(&agent, &["--state=SUCCESS", "-v"]);
    assert_eq!(numbers(&jira)[1], ahead + 1);
    assert!(
        run.stderr.contains("a greater one was used before"),
        "{}",
        run.stderr
    );
    // Of another build nothing is known.
    send(&agent, &["--build-number=9"]);
    assert!(numbers(&jira)[2] < ahead);
}

#[test]
fn the_users_numbers_and_moments_stand() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let later = EVENT_MILLISECONDS + 1;
    send(&agent, &[EVENT, "--state=in_progress"]);
    // The same again, as a retried step sends it.
    let run = send(&agent, &[EVENT, "--state=in_progress"]);
    assert!(!run.stderr.contains("later event"), "{}", run.stderr);
    // Something else that happened within the same millisecond.
    send(&agent, &[EVENT, "--state=SUCCESS"]);
    let run = send(
        &agent,
        &["--event-time=1767268800100", "--state=in_progress"],
    );
    assert!(
        run.stderr.contains("a later update was sent before"),
        "{}",
        run.stderr
    );
    send(&agent, &["--update-sequence-number=5"]);
    let expected = [
        EVENT_MILLISECONDS,
        EVENT_MILLISECONDS,
        later,
        1_767_268_800_100,
        5,
    ];
    assert_eq!(numbers(&jira), expected);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "successful");
}

/// What Jira does not take is no news to it; the update before, which is still queued, is.
#[test]
fn a_rejection_leaves_the_update_before_it_in_the_queue() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let build = |state| agent.run(&["build", "--issue-keys=ABC-1", state]);
    let unreachable = Fault::redirect("https://else.example/");
    jira.fail_times(Endpoint::Builds, 1, unreachable);
    assert_eq!(build("--state=in_progress").code, 4);
    let errors = json!([{"message": "no"}]);
    let rejected = json!({"acceptedBuilds": [], "rejectedBuilds": [{"key": {}, "errors": errors}]});
    jira.fail_times(Endpoint::Builds, 1, Fault::Answer(rejected));
    assert_eq!(build("--state=SUCCESS").code, 1);
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "in_progress");
}

#[test]
fn the_end_repeats_the_issues_of_the_beginning() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    send(&agent, &["--issue-keys=ABC-2", "--state=in_progress"]);
    let run = send(
        &agent,
        &[
            "--issue-keys=ABC-3",
            "--state=SUCCESS",
            "-v",
            "--format=json",
        ],
    );
    assert_eq!(keys(&jira), json!(["ABC-1", "ABC-3", "ABC-2"]));
    assert!(
        run.stderr
            .contains("issue keys of the previous update: ABC-2"),
        "{}",
        run.stderr
    );
    assert_eq!(run.json()["issue_keys"], json!(["ABC-1", "ABC-3", "ABC-2"]));
    let shown = agent
        .run(&["build", "--dry-run", "--issue-keys=ABC-4"])
        .shown_body();
    let shown = &shown["builds"][0]["associations"][0]["values"];
    assert_eq!(*shown, json!(["ABC-4", "ABC-1", "ABC-3", "ABC-2"]));
    send(&agent, &["--only-issue-keys"]);
    assert_eq!(keys(&jira), json!(["ABC-1"]));
    send(&agent, &["--issue-keys=ABC-5", "--build-number=9"]);
    assert_eq!(keys(&jira), json!(["ABC-1", "ABC-5"]), "another build");
    send(&agent, &["--no-outbox"]);
    assert_eq!(keys(&jira), json!(["ABC-1"]));
}

#[test]
fn deployments_have_an_order_of_their_own() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    for (environment, key) in [("qa", "ABC-1"), ("prod", "ABC-2"), ("qa", "ABC-3")] {
        let environment = format!("--environment-id={environment}");
        let key = format!("--issue-keys={key}");
        assert_eq!(agent.run(&["deployment", &environment, &key]).code, 0);
    }
    let values = |environment| {
        let deployment = jira.deployment(JOB, environment, 1).unwrap();
        deployment["associations"][0]["values"].clone()
    };
    assert_eq!(values("qa"), json!(["ABC-3", "ABC-1"]));
    assert_eq!(values("prod"), json!(["ABC-2"]));
}

#[test]
fn what_was_sent_long_ago_is_forgotten() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    send(&agent, &["--issue-keys=ABC-2"]);
    let sent = agent.outbox().join("sent");
    let age = std::time::SystemTime::now() - std::time::Duration::from_hours(24 * 15);
    for entry in fs::read_dir(&sent).unwrap() {
        let path = entry.unwrap().path();
        let mut files = vec![path.clone()];
        if path.is_dir() {
            files = fs::read_dir(&path)
                .unwrap()
                .map(|file| file.unwrap().path())
                .collect();
        }
        for file in files {
            fs::File::options()
                .append(true)
                .open(file)
                .unwrap()
                .set_modified(age)
                .unwrap();
        }
    }
    send(&agent, &["--build-number=9"]);
    // The folder of the new build and the mark of the cleaning.
    assert_eq!(fs::read_dir(&sent).unwrap().count(), 2);
    send(&agent, &[]);
    assert_eq!(keys(&jira), json!(["ABC-1"]));
}

#[test]
fn a_clock_that_is_wrong_is_said() {
    let cases = [
        ("Thu, 01 Jan 2026 00:00:00 GMT", "ahead of"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "behind"),
    ];
    for (date, words) in cases {
        let jira = Sandbox::start();
        let answer = Fault::Status {
            code: 202,
            headers: vec![("Date".to_owned(), date.to_owned())],
            content_type: String::new(),
            body: String::new(),
        };
        jira.fail(Endpoint::Builds, answer);
        let run = send(&Agent::of(KIND).with_jira(&jira), &[]);
        assert!(run.stderr.contains("warning: the clock"), "{}", run.stderr);
        assert!(
            run.stderr.contains(words) && run.stderr.contains("NTP"),
            "{}",
            run.stderr
        );
    }
}
