//! Processes that are killed at any moment lose nothing that they had taken on.
//!
//! `JIRA_SEND_KILLS=1000` runs it longer than the few seconds that it takes otherwise.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::Value;

use crate::support::{Agent, EVENT_MILLISECONDS};

const JOB: &str = "shop-freestyle-noscm";

/// So many processes use the outbox at the same time.
const WORKERS: u32 = 8;

/// So many builds have their states changed over and over.
const BUILDS: u32 = 7;

/// Processes that are killed, unless `JIRA_SEND_KILLS` says otherwise.
const KILLS: u32 = 60;

/// Longest life of a process that is killed, in milliseconds. A whole run takes about as long.
const LIFE: u64 = 160;

/// For each build the number of the last event that must not be lost.
type Events = BTreeMap<i64, i64>;

#[test]
fn killed_processes_lose_nothing() {
    let kills = std::env::var("JIRA_SEND_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let (killed, event) = (AtomicU32::new(0), AtomicU32::new(0));
    let promised = Mutex::new(Events::new());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (jira, agent, killed, event, promised) =
                (&jira, &agent, &killed, &event, &promised);
            scope.spawn(move || {
                let mut random = Random(u64::from(worker) + 1);
                while killed.load(Ordering::Relaxed) < kills {
                    trouble(jira, &mut random);
                    let number = event.fetch_add(1, Ordering::Relaxed);
                    one(agent, number, &mut random, killed, promised);
                }
            });
        }
    });
    let mut promised = promised.into_inner().unwrap();
    for entry in agent.left_over() {
        let build = entry["key"]["buildNumber"].as_i64().unwrap();
        promise(&mut promised, build, entry["sequence"].as_i64().unwrap());
    }

    jira.clear_faults();
    let run = agent.run(&["flush", "--format=json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for end in [".json", ".corrupt"] {
        assert!(agent.kept(end).is_empty(), "{end}");
    }
    assert!(agent.left_over().is_empty());
    assert!(!agent.outbox().join("refused").exists());
    let mut sent = Events::new();
    for build in jira
        .submissions()
        .iter()
        .flat_map(|body| body["builds"].as_array().unwrap())
    {
        let number = build["updateSequenceNumber"].as_i64().unwrap();
        promise(&mut sent, build["buildNumber"].as_i64().unwrap(), number);
    }
    for (build, number) in promised {
        let stored = jira.build(JOB, build).expect("every build arrived");
        let stored = stored["updateSequenceNumber"].as_i64().unwrap();
        assert!(
            stored >= number,
            "build {build}: {number} is lost, Jira has {stored}"
        );
        assert_eq!(stored, sent[&build], "build {build}: an older state won");
    }
}

/// An aborted Jenkins build kills its steps while they wait for an answer.
#[test]
fn what_was_on_its_way_is_delivered_later() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::Hang);
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let mut command = agent.command(&["build", "--issue-keys=ABC-1"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    while jira.submissions().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(agent.left_over().len(), 1);
    jira.clear_faults();
    let run = agent.run(&["flush"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(jira.build(JOB, 1).is_some());
    assert!(agent.left_over().is_empty());
}

/// Jira is slow, and now and then it is down.
fn trouble(jira: &Sandbox, random: &mut Random) {
    let slow = Fault::SlowHeaders(Duration::from_millis(random.below(40)));
    jira.fail(Endpoint::Builds, slow);
    match random.below(4) {
        0 => jira.fail_times(
            Endpoint::Builds,
            1,
            Fault::redirect("https://else.example/"),
        ),
        1 => jira.fail_times(Endpoint::Token, 1, Fault::empty(401)),
        _ => {}
    }
}

/// Runs one process: most are killed, the others must keep what they promise.
fn one(
    agent: &Agent,
    event: u32,
    random: &mut Random,
    killed: &AtomicU32,
    promised: &Mutex<Events>,
) {
    let build = i64::from(event % BUILDS);
    let moment = EVENT_MILLISECONDS + i64::from(event);
    let number = format!("--build-number={build}");
    let time = format!("--event-time={moment}");
    let send = ["build", "--issue-keys=ABC-1", "--budget=2", &number, &time];
    let is_flush = random.below(4) == 0;
    let arguments = if is_flush {
        &["flush", "--budget=2"][..]
    } else {
        &send
    };
    let mut command = agent.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    if random.below(4) > 0 {
        std::thread::sleep(Duration::from_millis(random.below(LIFE)));
        process.kill().unwrap();
        process.wait().unwrap();
        killed.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let code = process.wait().unwrap().code();
    if !is_flush {
        assert!(matches!(code, Some(0 | 3 | 4)), "{code:?}");
        promise(&mut promised.lock().unwrap(), build, moment);
    }
}

fn promise(events: &mut Events, build: i64, number: i64) {
    let last = events.entry(build).or_insert(number);
    *last = number.max(*last);
}

/// Enough for a test: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

impl Agent {
    /// All entries, whoever holds them.
    fn left_over(&self) -> Vec<Value> {
        let files = self.kept("").into_iter();
        let entries = files.filter(|name| name.contains(".v1.") && !name.starts_with('.'));
        entries
            .filter_map(|name| std::fs::read_to_string(self.outbox().join(name)).ok())
            .map(|text| serde_json::from_str(&text).expect("a whole entry"))
            .collect()
    }
}
