//! What waits goes from agent to agent and from run to run: each run remembers it.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Answer, EVENT_MILLISECONDS, JOB, Job, remembered};

fn down(jira: &Sandbox) {
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
}

/// Sends the build of this number from an agent of its own.
fn send(jira: &Sandbox, job: &mut Job, number: i64, parameters: &Value) -> Answer {
    let mut agent = Agent::of_run(jira, number);
    agent.set("JIRA_SEND_BUDGET", "5");
    let mut all = json!({"issueKeys": "ABC-1", "state": "SUCCESS"});
    for (name, value) in parameters.as_object().unwrap() {
        all[name] = value.clone();
    }
    job.step(&agent, number, "jiraSendBuildInfo", &all)
}

fn waiting(job: &Job, number: i64) -> Vec<Value> {
    remembered(job.memory(number), "waiting")
}

fn numbers(bodies: &[Value]) -> Vec<(&Value, &Value)> {
    let count = |body: &Value| body["builds"].as_array().unwrap().len();
    assert!(bodies.iter().all(|body| count(body) == 1));
    let builds = bodies.iter().map(|body| &body["builds"][0]);
    builds
        .map(|build| (&build["buildNumber"], &build["state"]))
        .collect()
}

#[test]
fn another_agent_delivers_what_was_left_after_its_own() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    let first = send(
        &jira,
        &mut job,
        1,
        &json!({"state": "failed", "description": "é 🚀"}),
    );
    assert_eq!(first.outcome(), "unreachable");
    assert_eq!(first.returns()["sites"][0]["queued"], true);
    assert_eq!(waiting(&job, 1).len(), 1);
    let second = send(&jira, &mut job, 2, &json!({}));
    assert_eq!(
        (second.outcome(), waiting(&job, 2).len()),
        ("unreachable", 2)
    );

    let wanted = jira.submissions();
    jira.clear_faults();
    let third = send(&jira, &mut job, 3, &json!({}));
    assert_eq!((third.outcome(), waiting(&job, 3).len()), ("accepted", 0));
    let delivered = json!([
        "build shop-freestyle-noscm #1 failed",
        "build shop-freestyle-noscm #2 successful"
    ]);
    assert_eq!(third.returns()["delivered"], delivered);
    let line = "  also delivered: build shop-freestyle-noscm #1 failed, build shop-freestyle-noscm #2 successful";
    assert!(third.echo().ends_with(line), "{}", third.echo());
    // Each as it was, with the number and the time of its own moment.
    let sent = jira.submissions();
    let both = &sent[sent.len() - 1]["builds"];
    let [first, second] = [&wanted[0]["builds"][0], &wanted[1]["builds"][0]];
    assert_eq!(*both, json!([first, second]));
    assert_eq!(first["updateSequenceNumber"], EVENT_MILLISECONDS);
    assert_eq!(first["description"], "é");
    for number in 1..=3 {
        assert!(jira.build(JOB, number).is_some(), "{number}");
    }

    // A run that saw the first one alone sends it again, which does no harm.
    let mut late = Job::default();
    for line in job.memory(1).lines() {
        late.add_line(1, line);
    }
    let again = send(&jira, &mut late, 4, &json!({}));
    assert_eq!((again.outcome(), waiting(&late, 4).len()), ("accepted", 0));
    assert_eq!(jira.build(JOB, 1).unwrap()["state"], "failed");
}

#[test]
fn a_newer_state_takes_the_place_of_what_was_left() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    send(&jira, &mut job, 1, &json!({"state": "in_progress"}));
    assert_eq!(waiting(&job, 1).len(), 1);
    jira.clear_faults();
    let second = send(&jira, &mut job, 1, &json!({}));
    assert_eq!((second.outcome(), waiting(&job, 1).len()), ("accepted", 0));
    assert_eq!(second.returns()["delivered"], json!([]));
    let states = [
        (&json!(1), &json!("in_progress")),
        (&json!(1), &json!("successful")),
    ];
    assert_eq!(numbers(&jira.submissions()), states);

    // While nothing can be sent the newer one alone waits.
    down(&jira);
    send(&jira, &mut job, 2, &json!({"state": "in_progress"}));
    send(&jira, &mut job, 2, &json!({"state": "failed"}));
    let [left]: [Value; 1] = waiting(&job, 2).try_into().unwrap();
    assert_eq!(left["entry"]["body"]["builds"][0]["state"], "failed");
}

/// Everybody who runs in the job can write the variable.
#[test]
fn what_cannot_be_used_harms_nothing() {
    let jira = Sandbox::start();
    for junk in [
        "junk",
        "{}",
        "waiting",
        "waiting:x",
        "waiting:x {}",
        "waiting:x []",
        r#"waiting:x {"at":1}"#,
        r#"waiting:x {"at":1,"entry":{"version":1}}"#,
        r#"waiting:x {"at":1,"entry":{"version":99,"body":{}}}"#,
        r#"waiting:x {"at":99999999999999999999,"entry":{}}"#,
        "waiting:\u{1b}[31m\u{202e} {\"at\":1,\"entry\":7}",
        "\u{1b}[31m\u{202e}",
    ] {
        let mut job = Job::default();
        job.add_line(1, junk);
        job.end(1, "SUCCESS");
        let answer = send(&jira, &mut job, 2, &json!({}));
        assert_eq!(answer.outcome(), "accepted", "{junk}");
        assert_eq!(waiting(&job, 2).len(), 0, "{}", job.memory(2));
        // What was to be sent is told, and no more.
        let echo = answer.echo();
        let told: Vec<&str> = echo.lines().skip(1).collect();
        let is_lost = told.iter().all(|line| line.contains("cannot be sent"));
        assert!(told.len() <= 1 && is_lost, "{echo}");
        assert!(!echo.contains(['\u{1b}', '\u{202e}']), "{echo}");
    }
}

#[test]
fn without_an_outbox_what_was_left_goes_on_as_it_is() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    send(&jira, &mut job, 1, &json!({}));
    jira.clear_faults();
    let second = send(&jira, &mut job, 2, &json!({"noOutbox": true}));
    assert_eq!(second.outcome(), "accepted");
    assert_eq!(waiting(&job, 2), waiting(&job, 1));
    assert_eq!(second.returns()["delivered"], json!([]));
    // What is lost by the user's own wish is not remembered either.
    down(&jira);
    let third = send(&jira, &mut job, 3, &json!({"noOutbox": true}));
    assert_eq!(
        (third.outcome(), waiting(&job, 3).len()),
        ("unreachable", 1)
    );
    assert!(third.echo().contains("noOutbox"), "{}", third.echo());
    jira.clear_faults();
    let fourth = send(&jira, &mut job, 4, &json!({}));
    assert_eq!(fourth.returns()["delivered"].as_array().unwrap().len(), 1);
    assert!(jira.build(JOB, 1).is_some() && jira.build(JOB, 3).is_none());
}

/// A container without a home folder is just where nothing else keeps it.
#[test]
fn without_a_usable_outbox_the_run_alone_keeps_it() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    let full = || json!({"outbox": "/dev/full"});
    let first = send(&jira, &mut job, 1, &full());
    assert_eq!(
        (first.outcome(), waiting(&job, 1).len()),
        ("unreachable", 1)
    );
    assert!(!first.echo().contains("lost"), "{}", first.echo());
    let message = first.returns()["message"].as_str().unwrap();
    assert!(message.contains("kept with the run only"), "{message}");
    // An agent that has none either takes it along.
    let second = send(&jira, &mut job, 2, &full());
    assert_eq!(
        (second.outcome(), waiting(&job, 2).len()),
        ("unreachable", 2)
    );
    jira.clear_faults();
    let third = send(&jira, &mut job, 3, &json!({}));
    assert_eq!(third.returns()["delivered"].as_array().unwrap().len(), 2);
    assert_eq!(waiting(&job, 3).len(), 0);
    assert!(jira.build(JOB, 1).is_some() && jira.build(JOB, 2).is_some());

    // What Jira took or refused for good does not wait.
    let fourth = send(&jira, &mut job, 4, &full());
    assert_eq!((fourth.outcome(), waiting(&job, 4).len()), ("accepted", 0));
    jira.fail(
        Endpoint::Builds,
        Fault::json(400, json!([{"message": "no"}])),
    );
    let fifth = send(&jira, &mut job, 5, &full());
    assert_eq!((fifth.outcome(), waiting(&job, 5).len()), ("rejected", 0));
}

/// Two runs overlap, so that neither knows what the other could not deliver.
#[test]
fn what_overlapping_runs_left_is_brought_together_until_it_is_delivered() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    for number in [1, 2] {
        let mut alone = Job::default();
        send(&jira, &mut alone, number, &json!({}));
        for line in alone.memory(number).lines() {
            job.add_line(number, line);
        }
    }
    assert_eq!((waiting(&job, 1).len(), waiting(&job, 2).len()), (1, 1));
    jira.clear_faults();
    let third = send(&jira, &mut job, 3, &json!({}));
    assert_eq!(third.returns()["delivered"].as_array().unwrap().len(), 2);
    // The runs before still have it, so that this one marks it.
    let marks = |job: &Job, number| job.memory(number).matches("\"gone\":true").count();
    assert_eq!((waiting(&job, 3).len(), marks(&job, 3)), (0, 2));
    let sent = jira.submissions().len();
    for number in [3, 4] {
        let answer = send(&jira, &mut job, number, &json!({}));
        assert_eq!(answer.returns()["delivered"], json!([]), "{number}");
        assert_eq!(
            (waiting(&job, number).len(), marks(&job, number)),
            (0, 2),
            "{number}"
        );
    }
    assert_eq!(jira.submissions().len(), sent + 2);

    // Once nobody has it any more, nobody needs to know.
    for number in 1..=2 {
        job.discard(number);
    }
    send(&jira, &mut job, 5, &json!({}));
    assert_eq!(
        (waiting(&job, 5).len(), marks(&job, 5)),
        (0, 0),
        "{}",
        job.memory(5)
    );
}

/// A run that goes on without a step of ours, between one that left something and one that can send it.
#[test]
fn it_is_found_behind_runs_that_remember_nothing() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    send(&jira, &mut job, 1, &json!({}));
    job.end(1, "SUCCESS");
    jira.clear_faults();
    for number in 2..=9 {
        job.end(number, "SUCCESS");
    }
    let answer = send(&jira, &mut job, 10, &json!({}));
    assert_eq!(answer.returns()["delivered"].as_array().unwrap().len(), 1);
}

/// The step's own update was refused, or there was none: what waits is sent all the same, or goes on waiting.
#[test]
fn what_waits_does_not_depend_on_the_steps_own_update() {
    for (parameters, outcome, delivered) in [
        (json!({"issueKeys": null}), "nothing_to_send", 1),
        (json!({"state": "done"}), "invalid", 0),
        (json!({"issueKeys": "NOPE-1"}), "rejected", 1),
    ] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        down(&jira);
        send(&jira, &mut job, 1, &json!({}));
        jira.clear_faults();
        let answer = send(&jira, &mut job, 2, &parameters);
        assert_eq!(answer.outcome(), outcome);
        let names = answer.returns()["delivered"].as_array().unwrap();
        assert_eq!(names.len(), delivered, "{outcome}");
        assert_eq!(waiting(&job, 2).len(), 1 - delivered, "{outcome}");
        let is_there = jira.build(JOB, 1).is_some();
        assert_eq!(is_there, delivered == 1, "{outcome}");
    }
}

/// Jira refuses what waited: it ends there, is called by its name, and holds up nothing.
#[test]
fn what_jira_refuses_for_good_waits_no_more_and_was_not_delivered() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    down(&jira);
    send(&jira, &mut job, 1, &json!({"issueKeys": "NOPE-1"}));
    send(&jira, &mut job, 2, &json!({}));
    jira.clear_faults();
    let answer = send(&jira, &mut job, 3, &json!({}));
    let delivered = json!([format!("build {JOB} #2 successful")]);
    assert_eq!(
        answer.returns()["delivered"],
        delivered,
        "{}",
        answer.echo()
    );
    assert_eq!(waiting(&job, 3).len(), 0);
    assert!(
        answer.echo().contains(&format!("{JOB} #1")),
        "{}",
        answer.echo()
    );
}
