//! Wherever it is interrupted, the same command goes on.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use jira_sandbox::{Endpoint, Fault, Sandbox};

use super::home::{Home, with_log};
use super::{backfill, numbers};
use crate::support::Agent;

/// Jobs in several folders with 1200 runs.
fn large() -> Home {
    let home = Home::new();
    for job in ["jobs/a", "jobs/a/jobs/b", "jobs/a-b", "jobs/c/branches/x"] {
        for number in 1..=300 {
            home.run(job, number, &with_log(&[&format!("ABC-{number}")]));
        }
    }
    home
}

fn counts(jira: &Sandbox) -> BTreeMap<(String, i64), usize> {
    let mut counts = BTreeMap::new();
    for key in numbers(jira) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// Only what was on its way at that moment may be sent again.
#[cfg(unix)]
#[test]
fn killed_processes_go_on() {
    let jira = Sandbox::start();
    let (home, agent) = (large(), Agent::bare().with_jira(&jira));
    jira.fail(
        Endpoint::Builds,
        Fault::SlowHeaders(Duration::from_millis(30)),
    );
    let mut kills = 0;
    for life in [150, 300, 400, 500, 600] {
        let command = ["backfill", &home.from()];
        let mut child = agent
            .command(&command)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(life));
        let _ = child.kill();
        kills += usize::from(!child.wait().unwrap().success());
    }
    jira.clear_faults();
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let counts = counts(&jira);
    assert_eq!(counts.len(), 1_200);
    let again: usize = counts.values().map(|count| count - 1).sum();
    assert!(again <= kills * 100, "{again} twice after {kills} kills");
    let again = backfill(&agent, &home, &["--format=json"]);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
}

#[test]
fn an_interruption_is_resumed_at_its_request() {
    let jira = Sandbox::start();
    let (home, agent) = (large(), Agent::bare().with_jira(&jira));
    let answer = serde_json::json!({"acceptedBuilds": [{"pipelineId": "x", "buildNumber": 1}]});
    jira.fail_times(Endpoint::Builds, 4, Fault::Answer(answer));
    jira.fail(Endpoint::Builds, Fault::empty(403));
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("what is left is sent when the same command is run again"),
        "{}",
        run.stderr
    );
    assert!(agent.waiting().is_empty());
    jira.clear_faults();
    let before = numbers(&jira).len();
    // What is new meanwhile comes in the next pass, wherever it is.
    home.run("jobs/a", 301, &with_log(&["ABC-301"]));
    let run = backfill(&agent, &home, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("continues after 400 runs"),
        "{}",
        run.stderr
    );
    assert_eq!(numbers(&jira).len() - before, 800);
    let counts = counts(&jira);
    assert_eq!(counts.values().filter(|count| **count == 2).count(), 100);
}

/// A site that was behind gets what it lacks.
#[test]
fn every_site_gets_all_of_it() {
    let (one, other) = (Sandbox::start(), Sandbox::start());
    let (home, agent) = (large(), Agent::bare().with_sites(&[&one, &other]));
    other.fail(Endpoint::Builds, Fault::empty(403));
    assert_eq!(backfill(&agent, &home, &[]).code, 3);
    assert_eq!(counts(&one).len(), 1_200);
    other.clear_faults();
    assert_eq!(backfill(&agent, &home, &[]).code, 0);
    assert!(other.build("a~2Fb", 300).is_some() && other.build("c~2Fx", 1).is_some());
    let again = backfill(&agent, &home, &["--format=json"]);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
}

#[test]
fn nothing_is_remembered_without_an_outbox() {
    let jira = Sandbox::start();
    let (home, agent) = (super::feature(), Agent::bare().with_jira(&jira));
    for expected in [1, 2] {
        let run = backfill(&agent, &home, &["--no-outbox"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(numbers(&jira).len(), expected);
    }
    assert!(!agent.outbox().exists());
}
