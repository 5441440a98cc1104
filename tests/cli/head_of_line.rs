//! One update that fails alone never holds up the others, and a site that fails as a whole is not asked for each of them.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, Run};

/// Jobs whose builds fail alone are called like this.
const POISON: &str = "poison";

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("500", Fault::empty(500)),
        ("503 page", Fault::html(503)),
        ("404 page", Fault::html(404)),
        ("403 page of a firewall", Fault::html(403)),
        ("413 of a proxy", Fault::html(413)),
        ("200 page", Fault::html(200)),
        ("reset", Fault::CloseBeforeAnswer),
        ("cut", Fault::CutBody),
        ("hang", Fault::Hang),
    ]
}

/// Builds of these jobs wait for this Jira, in this order.
fn with_waiting(jira: &Sandbox, jobs: &[String]) -> Agent {
    let mut agent = Agent::of("freestyle-no-scm").with_jira(jira);
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    for job in jobs {
        send(&mut agent, job, "--budget=30");
    }
    assert_eq!(agent.kept(".json").len(), jobs.len());
    jira.clear_faults();
    agent
}

fn send(agent: &mut Agent, job: &str, option: &str) -> Run {
    agent.set("JOB_NAME", job);
    agent.run(&["build", "--issue-keys=ABC-1", "--on-error=queue", option])
}

fn jobs(names: &[&str]) -> Vec<String> {
    let numbered = names.iter().enumerate();
    numbered
        .map(|(index, name)| format!("{name}{index}"))
        .collect()
}

#[test]
fn the_others_pass_whatever_it_is_and_wherever_it_stands() {
    let orders: [&[&str]; 4] = [
        &[POISON, "good", "good", "good"],
        &["good", "good", POISON, "good", "good"],
        &["good", POISON, "good", POISON],
        &[POISON],
    ];
    std::thread::scope(|scope| {
        for (name, fault) in faults() {
            scope.spawn(move || {
                for order in orders {
                    check(name, &fault, &jobs(order));
                }
            });
        }
    });
}

fn check(name: &str, fault: &Fault, jobs: &[String]) {
    let jira = Sandbox::start();
    let agent = with_waiting(&jira, jobs);
    jira.fail_on(POISON, fault.clone());
    let is_good = |job: &&String| !job.starts_with(POISON);
    let (good, bad): (Vec<&String>, Vec<&String>) = jobs.iter().partition(is_good);
    let run = agent.run(&["flush", "--budget=20"]);
    let context = format!("{name} {jobs:?}: {}", run.stderr);
    for job in &good {
        assert!(jira.build(job, 1).is_some(), "{job} of {context}");
    }
    assert_eq!(run.code, 4, "{context}");
    assert_eq!(agent.kept(".json").len(), bad.len(), "{context}");
    assert_eq!(agent.kept(".corrupt").len(), 0, "{context}");
    for entry in agent.waiting() {
        assert_eq!(entry["tries"], 2, "{context}");
        assert_ne!(entry["reason"], "", "{context}");
    }
    if !good.is_empty() {
        // Those that failed alone have a pause, and nobody is asked for them.
        assert!(
            run.stderr.contains("fails on this update only"),
            "{context}"
        );
        let before = jira.submissions().len();
        let run = agent.run(&["flush", "--quiet", "--budget=20", "--format=json"]);
        assert_eq!(
            (run.code, jira.submissions().len()),
            (4, before),
            "{context}"
        );
        let told = format!("{}; next try in 1 minute\n", bad.len());
        assert!(run.stderr.contains(&told), "{}", run.stderr);
        let report = run.json();
        let outbox = &report["outbox"];
        let next = outbox["next_try"].as_str().unwrap();
        let message = format!(
            "outbox: {0} still queued, {0} of them paused; next try at {next}",
            bad.len()
        );
        assert_eq!(
            (&report["outcome"], &report["message"], &outbox["paused"]),
            (&json!("queued"), &json!(message), &json!(bad.len())),
            "{report}"
        );
    }
}

/// Three at the head that fail look like a site that fails; the next try begins with the others.
#[test]
fn many_at_the_head_hold_up_the_others_once_at_most() {
    let jira = Sandbox::start();
    let names = [&[POISON; 7][..], &["good"; 3]].concat();
    let agent = with_waiting(&jira, &jobs(&names));
    jira.fail_on(POISON, Fault::empty(500));
    for _ in 0..2 {
        agent.run(&["flush", "--budget=20"]);
    }
    assert_eq!(agent.kept(".json").len(), 7);
}

/// A send takes along what goes through, and is not slower for the rest the next time.
#[test]
fn sends_are_not_held_up_either() {
    let jira = Sandbox::start();
    let mut agent = with_waiting(&jira, &jobs(&[POISON, "good", "good"]));
    jira.fail_on(POISON, Fault::empty(500));
    let run = send(&mut agent, "mine", "--budget=14");
    assert!(
        run.stderr.contains("good1") && run.stderr.contains("good2"),
        "{}",
        run.stderr
    );
    assert_eq!(agent.kept(".json").len(), 1);
    let before = jira.submissions().len();
    send(&mut agent, "next", "--budget=14");
    assert_eq!(jira.submissions().len(), before + 1);
}

#[test]
fn a_site_that_fails_as_a_whole_is_asked_a_few_times() {
    for fault in [
        Fault::empty(500),
        Fault::html(503),
        Fault::html(404),
        Fault::CloseBeforeAnswer,
    ] {
        let jira = Sandbox::start();
        let agent = with_waiting(&jira, &jobs(&["good"; 12]));
        jira.fail(Endpoint::Builds, fault.clone());
        let before = jira.submissions().len();
        let run = agent.run(&["flush", "--budget=10"]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        let asked = jira.submissions().len() - before;
        assert!(asked <= 8, "{asked} for {fault:?}");
        assert!(
            run.stderr.contains("error: could not send"),
            "{}",
            run.stderr
        );
        jira.clear_faults();
        let run = agent.run(&["flush", "--budget=20"]);
        assert_eq!(
            (run.code, agent.kept(".json").len()),
            (0, 0),
            "{}",
            run.stderr
        );
    }
}
