//! A run that found Jira unreachable does not wait for it again and again.

use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use super::{START, states};
use crate::support::{Agent, Answer, Job, remembered, request};

fn send(job: &mut Job, agent: &Agent) -> (Answer, Duration) {
    let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS", "budget": 30});
    let begun = Instant::now();
    let answer = job.step(agent, 7, "jiraSendBuildInfo", &parameters);
    (answer, begun.elapsed())
}

#[test]
fn after_it_was_unreachable_the_next_call_is_short_and_queued() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let agent = Agent::of_run(&jira, 7);
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let (first, _) = send(&mut job, &agent);
    assert_eq!(first.outcome(), "unreachable");
    assert_eq!(remembered(job.memory(7), "outage").len(), 1);

    jira.fail(Endpoint::Builds, Fault::Hang);
    let (second, took) = send(&mut job, &agent);
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert_eq!(second.outcome(), "unreachable");
    assert_eq!(second.returns()["sites"][0]["queued"], true);
    assert_eq!(remembered(job.memory(7), "waiting").len(), 1);

    jira.clear_faults();
    let (third, _) = send(&mut job, &agent);
    assert_eq!(third.outcome(), "accepted");
    assert_eq!(remembered(job.memory(7), "outage").len(), 0);
    assert_eq!(remembered(job.memory(7), "waiting").len(), 0);
    assert_eq!(states(&jira).last().unwrap().1, "successful");
}

/// What was long ago says nothing, and neither does another run.
#[test]
fn an_outage_of_another_moment_does_not_count() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::Hang);
    let name = format!("outage:{}", jira.url());
    let outage = |at: i64| format!("{name} {}", json!({"site": jira.url(), "at": at}));
    let other = json!([{"number": 6, "result": "SUCCESS", "isCompleted": true, "ended": START, "memory": outage(START)}]);
    let runs = [
        (json!({"memory": outage(START - 60_000)}), true),
        (json!({"memory": outage(START - 3_600_000)}), false),
        (json!({"memory": outage(START + 3_600_000)}), false),
        (json!({"others": other}), false),
    ];
    std::thread::scope(|scope| {
        for (run, is_short) in runs {
            let agent = Agent::of_run(&jira, 7);
            scope.spawn(move || {
                let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS", "budget": 10});
                let begun = Instant::now();
                let answer = agent.ask(&request("jiraSendBuildInfo", &parameters, &run));
                let took = begun.elapsed();
                assert_eq!(answer.outcome(), "unreachable");
                assert_eq!(took < Duration::from_secs(8), is_short, "{took:?} {run}");
            });
        }
    });
}

/// A site that hangs does not make the time of another one short.
#[test]
fn an_outage_is_that_of_one_site() {
    let (jira, other) = (Sandbox::start(), Sandbox::start());
    other.fail(Endpoint::Builds, Fault::Hang);
    jira.fail(Endpoint::Builds, Fault::SlowHeaders(Duration::from_secs(4)));
    let mut agent = Agent::of_run(&jira, 7).with_sites(&[&jira, &other]);
    agent.unset("JIRA_API_URL");
    let mut job = Job::default();
    let line = json!({"site": other.url(), "at": START - 60_000});
    job.add_line(7, &format!("outage:{} {line}", other.url()));
    let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS", "budget": 30});
    let begun = Instant::now();
    let answer = job.step(&agent, 7, "jiraSendBuildInfo", &parameters);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert_eq!(answer.outcome(), "partly_accepted", "{}", answer.echo());
    assert_eq!(states(&jira), [(7, "successful".to_owned())]);
    let [outage]: [serde_json::Value; 1] = remembered(job.memory(7), "outage").try_into().unwrap();
    assert_eq!(outage["site"], other.url());
}

/// Jenkins kills the steps of a run that is being stopped after a while.
#[test]
fn the_end_of_a_run_that_is_being_stopped_is_short() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    let parameters = json!({"issueKeys": "ABC-1", "budget": 30});
    let opening = super::begin("jiraSendBuildInfo", &parameters, &json!({}));
    let begun = agent.ask(&opening);
    jira.fail(Endpoint::Builds, Fault::Hang);
    let how = json!({"threw": true, "interrupted": true});
    let end = super::end(&opening, &begun, &json!({"memory": begun.apply("")}), &how);
    let start = Instant::now();
    let ended = agent.ask(&end);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    let [left]: [serde_json::Value; 1] =
        remembered(&ended.apply(""), "waiting").try_into().unwrap();
    assert_eq!(left["entry"]["body"]["builds"][0]["state"], "cancelled");
}

/// One site of two is down: each thing that waits for it is remembered, and of each the newest.
#[test]
fn what_waits_for_one_site_is_remembered() {
    let (there, gone) = (Sandbox::start(), Sandbox::start());
    let redirect = || Fault::redirect("https://else.example/");
    gone.fail(Endpoint::Builds, redirect());
    gone.fail(Endpoint::Deployments, redirect());
    let (agent, mut job) = (Agent::of_run(&there, 7), Job::default());
    let agent = agent.with_sites(&[&there, &gone]);
    for (step, state, waiting) in [
        ("jiraSendBuildInfo", "in_progress", 1),
        ("jiraSendBuildInfo", "successful", 1),
        ("jiraSendDeploymentInfo", "successful", 2),
    ] {
        let parameters = json!({"issueKeys": "ABC-1", "environmentId": "eu", "state": state});
        job.step(&agent, 7, step, &parameters);
        let left = remembered(job.memory(7), "waiting");
        assert_eq!(left.len(), waiting, "{step} {state}");
        let states = left.iter().map(|line| {
            let body = &line["entry"]["body"];
            let item = body["builds"].get(0).unwrap_or(&body["deployments"][0]);
            item["state"].clone()
        });
        assert!(states.eq(vec![json!(state); waiting]), "{left:?}");
    }
}

/// Without an outbox, whether Jira is down; how many beginnings need an end later, and how many updates wait.
#[test]
fn a_beginning_counts_where_jira_has_it_or_gets_it() {
    for (no_outbox, is_down, open, waiting) in [
        (false, false, 1, 0),
        (true, false, 1, 0),
        (false, true, 1, 1),
        (true, true, 0, 0),
    ] {
        let jira = Sandbox::start();
        let agent = Agent::of_run(&jira, 7);
        if is_down {
            jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
        }
        let parameters = json!({"issueKeys": "ABC-1", "noOutbox": no_outbox});
        let opening = super::begin("jiraSendBuildInfo", &parameters, &json!({}));
        let memory = agent.ask(&opening).apply("");
        let counts = ["open", "waiting"].map(|topic| remembered(&memory, topic).len());
        assert_eq!(counts, [open, waiting], "{no_outbox} {is_down}");
    }
}
