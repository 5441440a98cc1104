//! When they are sent, and where to.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{failed, line, send};
use crate::step::states;
use crate::support::{Agent, JOB, Job, remembered};

#[test]
fn a_call_sends_three_of_them_at_most() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    for number in 1..=5_i32 {
        let before = Agent::of_run(&jira, number.into());
        job.add_line(
            6,
            &line(&format!("id-{number}"), failed(&json!({})), &before),
        );
    }
    job.end(6, "FAILURE");
    for (run, delivered, left) in [(7, 3, 2), (8, 2, 0), (9, 0, 0)] {
        let answer = send(&jira, &mut job, run);
        let names = answer.returns()["delivered"].as_array().unwrap();
        assert_eq!(names.len(), delivered, "{}", answer.echo());
        assert_eq!(remembered(job.memory(run), "request").len(), left);
        job.end(run, "SUCCESS");
    }
    assert!((1..=5).all(|number| jira.build(JOB, number).is_some()));
}

/// The run that goes on sends it itself.
#[test]
fn a_run_that_goes_on_is_left_alone() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    job.add_line(6, &line("a", failed(&json!({})), &Agent::of_run(&jira, 6)));
    send(&jira, &mut job, 7);
    assert_eq!(states(&jira), [(7, "successful".to_owned())]);
    send(&jira, &mut job, 6);
    let sent = states(&jira);
    assert_eq!(
        sent[1..],
        [(6, "successful".to_owned()), (6, "failed".to_owned())]
    );
}

/// It goes where it was to go, as a parameter or the environment of its run said.
#[test]
fn it_goes_to_its_own_site() {
    for by_variable in [false, true] {
        let (here, there) = (Sandbox::start(), Sandbox::start());
        let mut agent = Agent::of_run(&here, 7).with_sites(&[&here, &there]);
        agent.set("JIRA_SITE", here.url()).unset("JIRA_API_URL");
        let mut before = Agent::of_run(&there, 7);
        let mut kept = failed(&json!({}));
        if by_variable {
            before.set("JIRA_SITE", there.url());
        } else {
            before.unset("JIRA_SITE");
            kept["parameters"]["site"] = there.url().into();
        }
        let mut job = Job::default();
        job.add_line(7, &line("a", kept, &before));
        let parameters =
            json!({"issueKeys": "ABC-1", "state": "SUCCESS", "environmentId": "eu-prod"});
        let answer = job.step(&agent, 7, "jiraSendDeploymentInfo", &parameters);
        assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
        assert_eq!(here.submissions().len(), 1, "{by_variable}");
        assert_eq!(states(&there), [(7, "failed".to_owned())], "{by_variable}");
    }
}

/// It is not tried while Jira is down, and waits once it was.
#[test]
fn while_jira_is_down_it_stays() {
    let (jira, mut job) = (Sandbox::start(), Job::default());
    let down = Fault::redirect("https://else.example/");
    job.add_line(7, &line("a", failed(&json!({})), &Agent::of_run(&jira, 7)));
    jira.fail(Endpoint::Deployments, down.clone());
    let first = send(&jira, &mut job, 7);
    assert_eq!(first.outcome(), "unreachable");
    assert_eq!(remembered(job.memory(7), "request").len(), 1);
    assert_eq!(remembered(job.memory(7), "waiting").len(), 1);

    // Only builds are not taken: it was tried, and what was to be sent is known from now on.
    jira.clear_faults();
    jira.fail(Endpoint::Builds, down);
    let second = send(&jira, &mut job, 7);
    assert_eq!(second.outcome(), "accepted");
    assert!(second.echo().contains("warning: "), "{}", second.echo());
    assert_eq!(remembered(job.memory(7), "request").len(), 0);
    let [left]: [Value; 1] = remembered(job.memory(7), "waiting").try_into().unwrap();
    assert_eq!(left["entry"]["body"]["builds"][0]["state"], "failed");
    jira.clear_faults();
    send(&jira, &mut job, 7);
    assert_eq!(jira.build(JOB, 7).unwrap()["state"], "failed");
    assert_eq!(remembered(job.memory(7), "waiting").len(), 0);
}
