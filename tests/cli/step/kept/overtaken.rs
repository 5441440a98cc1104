//! What was said meanwhile stands: a call that is sent late has its place in time.

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::line;
use crate::step::{START, begin, build, end, states, with};
use crate::support::{Agent, JOB, Job, remembered, request};

const PLACE: &str = "eu-prod";

fn all(states: &[(i64, &str)]) -> Vec<(i64, String)> {
    let owned = states.iter();
    owned
        .map(|(number, state)| (*number, (*state).to_owned()))
        .collect()
}

#[test]
fn a_newer_state_of_the_same_build_stands() {
    for no_outbox in [false, true] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let agent = Agent::of_run(&jira, 7);
        let given =
            |state: &str| json!({"issueKeys": "ABC-1", "state": state, "noOutbox": no_outbox});
        let before = json!({"now": START - 60_000});
        let kept = request("jiraSendBuildInfo", &given("failed"), &before);
        job.add_line(7, &line("a", kept, &agent));
        job.step(&agent, 7, "jiraSendBuildInfo", &given("SUCCESS"));
        let expected = [
            build(7, "successful", START, &["ABC-1"]),
            build(7, "failed", START - 60_000, &["ABC-1"]),
        ];
        assert_eq!(jira.submissions(), expected);
        assert_eq!(jira.build(JOB, 7).unwrap()["state"], "successful");
    }
}

/// `retry(2)`: the end of the first attempt found its agent gone.
#[test]
fn the_attempt_that_is_going_on_stays_open() {
    for (second, last) in [(None, "cancelled"), (Some("SUCCESS"), "successful")] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let agent = Agent::of_run(&jira, 7);
        let parameters = json!({"issueKeys": "ABC-1"});
        let run = json!({"now": START - 60_000});
        let opening = begin("jiraSendBuildInfo", &parameters, &run);
        let body = json!({"phase": "end", "begun": null, "started": START - 90_000, "threw": true});
        let kept = with(opening.clone(), &json!({"body": body}));
        job.add_line(7, &line("first", kept, &agent));
        let begun = job.ask(&agent, 7, opening.clone());
        assert_eq!(states(&jira), all(&[(7, "in_progress"), (7, "failed")]));
        assert_eq!(jira.build(JOB, 7).unwrap()["state"], "in_progress");
        assert_eq!(remembered(job.memory(7), "open").len(), 1);
        if second.is_some() {
            let run = json!({"now": job.now()});
            job.ask(&agent, 7, end(&opening, &begun, &run, &json!({})));
            assert_eq!(remembered(job.memory(7), "open").len(), 0);
        }
        job.end(7, second.unwrap_or("ABORTED"));
        super::send(&jira, &mut job, 8);
        assert_eq!(jira.build(JOB, 7).unwrap()["state"], last);
    }
}

/// A step in the middle of the run was late, and what it says is in progress is over.
#[test]
fn what_is_over_is_not_opened_again() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let agent = Agent::of_run(&jira, 7);
    let run = json!({"now": START - 60_000});
    let kept = request("jiraSendBuildInfo", &json!({"issueKeys": "ABC-1"}), &run);
    job.add_line(7, &line("a", kept, &agent));
    let parameters = json!({"issueKeys": "ABC-1", "state": "FAILURE"});
    job.step(&agent, 7, "jiraSendBuildInfo", &parameters);
    assert_eq!(states(&jira), all(&[(7, "failed"), (7, "in_progress")]));
    assert_eq!(remembered(job.memory(7), "open").len(), 0);
    job.end(7, "SUCCESS");
    super::send(&jira, &mut job, 8);
    assert_eq!(jira.build(JOB, 7).unwrap()["state"], "failed");
}

/// The run knows better how the body ended than its result says, which has other reasons.
#[test]
fn an_end_that_was_kept_is_the_only_one() {
    let parameters = json!({"issueKeys": "ABC-1"});
    let threw = json!({"threw": true, "interrupted": true});
    let cases = [
        (Some(threw), "FAILURE", "cancelled"),
        (Some(json!({})), "FAILURE", "successful"),
        (None, "SUCCESS", "failed"),
    ];
    for (how, result, state) in cases {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let agent = Agent::of_run(&jira, 7);
        let (id, kept) = if let Some(how) = how {
            let opening = begin("jiraSendBuildInfo", &parameters, &json!({}));
            let opening = with(opening, &json!({"id": "body"}));
            let begun = job.ask(&agent, 7, opening.clone());
            let kept = end(&opening, &begun, &json!({"now": job.now()}), &how);
            ("body", kept)
        } else {
            job.step(&agent, 7, "jiraSendBuildInfo", &parameters);
            let parameters = with(parameters.clone(), &json!({"state": "failed"}));
            let run = json!({"now": job.now()});
            let kept = request("jiraSendBuildInfo", &parameters, &run);
            ("plain", kept)
        };
        let ended = job.now();
        job.add_line(7, &line(id, kept, &agent));
        job.end(7, result);
        for number in [8, 9] {
            super::send(&jira, &mut job, number);
            job.end(number, "SUCCESS");
        }
        let expected = [
            (7, "in_progress"),
            (8, "successful"),
            (7, state),
            (9, "successful"),
        ];
        assert_eq!(states(&jira), all(&expected), "{result}");
        let last = jira.build(JOB, 7).unwrap();
        assert_eq!(last["updateSequenceNumber"], ended, "{result}");
    }
}

/// The run before deployed an older commit, of which Jira hears after it has heard of the newer one.
#[test]
fn a_late_deployment_is_no_rollback() {
    for is_told_by_later_run in [false, true] {
        let (jira, mut job) = (Sandbox::start(), Job::default());
        let mut agent = Agent::of_run(&jira, 8).with_commits(&["ABC-1", "ABC-2", "ABC-3", "ABC-4"]);
        let ids = agent.git(&["rev-list", "--reverse", "HEAD"]);
        let ids: Vec<&str> = ids.lines().collect();
        let place = format!("deployed:{JOB}/{PLACE}");
        let known = |commit: usize, at: i64| {
            format!("{place} {}", json!({"commit": ids[commit], "at": at}))
        };
        let parameters = json!({"environmentId": PLACE});
        let run = json!({"result": "SUCCESS", "now": START - 60_000});
        let kept = request("jiraSendDeploymentInfo", &parameters, &run);
        let mut before = Agent::of_run(&jira, 7);
        before.set("GIT_COMMIT", ids[1]);
        job.add_line(7, &known(0, START - 90_000));
        job.add_line(7, &line("a", kept, &before));
        job.end(7, "SUCCESS");

        let checkout = |agent: &mut Agent, commit: usize| {
            agent.git(&["checkout", "--quiet", "--detach", ids[commit]]);
            agent.set("GIT_COMMIT", ids[commit]);
        };
        let deployed_at = job.now();
        if is_told_by_later_run {
            job.add_line(8, &known(2, deployed_at));
            job.end(8, "SUCCESS");
            checkout(&mut agent, 3);
            agent.set("BUILD_NUMBER", "9");
            let parameters = json!({"state": "SUCCESS"});
            job.step(&agent, 9, "jiraSendBuildInfo", &parameters);
        } else {
            checkout(&mut agent, 2);
            let parameters = json!({"environmentId": PLACE, "state": "SUCCESS"});
            let own = job.step(&agent, 8, "jiraSendDeploymentInfo", &parameters);
            assert_eq!(own.issue_keys(), &json!(["ABC-3", "ABC-2"]));
        }
        let late = jira.submissions().pop().unwrap()["deployments"][0].clone();
        assert_eq!(late["deploymentSequenceNumber"], 7);
        assert_eq!(late["state"], "successful", "{is_told_by_later_run}");
        assert_eq!(late["updateSequenceNumber"], START - 60_000);
        let keys = late["associations"][0]["values"].clone();
        assert_eq!(keys, json!(["ABC-2"]), "{is_told_by_later_run}");
        let number = if is_told_by_later_run { 9 } else { 8 };
        let remembered: Vec<Value> = remembered(job.memory(number), "deployed");
        assert_eq!(remembered, [json!({"commit": ids[2], "at": deployed_at})]);
    }
}
