//! `jira-send dev-info --all`: everything once, whatever comes between.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::time::Duration;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{REPOSITORY, deleted};
use crate::support::{Agent, Run};

/// Adds commits without files to a branch, one second apart, and leaves the checkout as it is.
pub(super) fn add_commits(
    agent: &Agent,
    branch: &str,
    parent: &str,
    numbers: RangeInclusive<u32>,
    message: impl Fn(u32) -> String,
) {
    let mut stream = String::new();
    let first = *numbers.start();
    for number in numbers {
        let time = 1_700_000_000 + number;
        let message = message(number);
        let _ = write!(
            stream,
            "commit {branch}\ncommitter Ada <ada@example.com> {time} +0000\ndata {}\n{message}\n",
            message.len()
        );
        if number == first {
            let _ = writeln!(stream, "from {parent}");
        }
    }
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(agent.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// A clone with 1000 commits on `next`, every second of which names an issue.
fn agent() -> Agent {
    let agent = Agent::bare().with_commits(&["root"]);
    let mut agent = agent;
    agent.unset("GIT_COMMIT");
    agent.set("JIRA_SEND_REPOSITORY_KIND", "github");
    let root = agent.git(&["rev-parse", "HEAD"]);
    add_commits(
        &agent,
        "refs/remotes/origin/next",
        &root,
        1..=1_000,
        message,
    );
    agent.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.com:acme/shop.git",
    ]);
    agent
}

fn message(number: u32) -> String {
    if number.is_multiple_of(2) {
        format!("ABC-{number} even")
    } else {
        format!("odd {number}")
    }
}

fn all(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["dev-info", "--all"], options].concat());
    assert!(
        !run.stderr.contains("could not save the progress"),
        "{}",
        run.stderr
    );
    run
}

/// How often each commit was sent, and each branch with its newest commit.
fn sent(jira: &Sandbox) -> (BTreeMap<String, usize>, Vec<(String, String)>) {
    let (mut commits, mut branches) = (BTreeMap::new(), Vec::new());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for body in jira.submissions() {
        assert_eq!(body["operationType"], "BACKFILL");
        assert_eq!(body["preventTransitions"], true);
        let repository = &body["repositories"][0];
        assert_eq!(repository["id"], REPOSITORY);
        for commit in repository["commits"].as_array().into_iter().flatten() {
            *commits.entry(text(&commit["id"])).or_default() += 1;
        }
        for branch in repository["branches"].as_array().into_iter().flatten() {
            branches.push((text(&branch["name"]), text(&branch["lastCommit"]["id"])));
        }
    }
    (commits, branches)
}

#[test]
fn all_is_sent_once_and_later_only_what_is_new() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.starts_with("reading 1001 commits\n"),
        "{}",
        run.stderr
    );
    // One line at the end, and none for each request.
    let total = format!(
        "1001 commits read: 500 commits, 1 branch of acme/shop sent to {} (500 issues)",
        jira.url()
    );
    assert_eq!(run.stderr, format!("reading 1001 commits\n{total}\n"));
    let (commits, branches) = sent(&jira);
    assert_eq!(commits.len(), 500);
    assert!(commits.values().all(|count| *count == 1));
    let tip = agent.git(&["rev-parse", "origin/next"]);
    assert_eq!(branches, [("next".to_owned(), tip.clone())]);
    let requests = jira.requests().len();

    let again = all(&agent, &["--format=json"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
    assert!(
        again.stderr.contains("all of it was sent before"),
        "{}",
        again.stderr
    );
    assert_eq!(jira.requests().len(), requests);

    add_commits(
        &agent,
        "refs/remotes/origin/feature/OPS-1",
        &tip,
        1..=1,
        |_| "OPS-2 new".to_owned(),
    );
    let new = all(&agent, &[]);
    assert_eq!(new.code, 0, "{}", new.stderr);
    assert!(
        new.stderr.contains("1 commit is new since the last time"),
        "{}",
        new.stderr
    );
    let (commits, branches) = sent(&jira);
    assert_eq!((commits.len(), branches.len()), (501, 2));
    assert_eq!(branches[1].0, "feature/OPS-1");

    let restarted = all(&agent, &["--restart"]);
    assert_eq!(restarted.code, 0, "{}", restarted.stderr);
    let (commits, branches) = sent(&jira);
    assert_eq!((commits.len(), branches.len()), (501, 4));
    assert!(commits.values().all(|count| *count == 2));
}

/// A change of what counts as an issue makes all of it new.
#[test]
fn other_rules_begin_again() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    all(&agent, &["--projects=OPS"]);
    assert!(jira.submissions().is_empty());
    let run = all(&agent, &["--projects=ABC"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(sent(&jira).0.len(), 500);
}

#[test]
fn an_interruption_costs_no_more_than_what_was_on_its_way() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    jira.fail_times(
        Endpoint::DevelopmentInformation,
        1,
        Fault::Answer(json!({})),
    );
    jira.fail(Endpoint::DevelopmentInformation, Fault::empty(403));
    let run = all(&agent, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("what is left is sent when the same command is run again"),
        "{}",
        run.stderr
    );
    assert!(agent.waiting().is_empty());
    jira.clear_faults();
    let before = jira.submissions().len();
    // What is new meanwhile comes along, behind what was interrupted.
    let tip = agent.git(&["rev-parse", "origin/next"]);
    add_commits(
        &agent,
        "refs/remotes/origin/next",
        &tip,
        1_001..=1_002,
        message,
    );
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .starts_with("continues after 799 of 1003 commits\n"),
        "{}",
        run.stderr
    );
    let later = &jira.submissions()[before..];
    let counts: Vec<usize> = later
        .iter()
        .map(|body| {
            body["repositories"][0]["commits"]
                .as_array()
                .map_or(0, Vec::len)
        })
        .collect();
    assert_eq!(counts, [100, 1, 0]);
    let (commits, branches) = sent(&jira);
    assert_eq!((commits.len(), branches.len()), (501, 1));
}

/// Wherever it is killed, the same command ends it.
#[cfg(unix)]
#[test]
fn killed_processes_go_on() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    for life in [30, 60, 90, 120, 150, 200] {
        let mut child = agent
            .command(&["dev-info", "--all"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(life));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (commits, branches) = sent(&jira);
    assert_eq!(commits.len(), 500);
    assert_eq!(branches.last().unwrap().0, "next");
    let again = all(&agent, &["--format=json"]);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
}

/// A site that was behind gets what it lacks; what the other one gets again does no harm.
#[test]
fn every_site_gets_all_of_it() {
    let (one, other) = (Sandbox::start(), Sandbox::start());
    let agent = agent().with_sites(&[&one, &other]);
    other.fail(Endpoint::DevelopmentInformation, Fault::empty(403));
    let run = all(&agent, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(sent(&one).0.len(), 500);
    other.clear_faults();
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for jira in [&one, &other] {
        let stored = jira.repository(REPOSITORY).unwrap();
        assert_eq!(stored["branches"].as_array().unwrap().len(), 1);
        assert_eq!(sent(jira).0.len(), 500);
    }
    let again = all(&agent, &["--format=json"]);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
}

#[test]
fn some_branches_may_be_named() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    let root = agent.git(&["rev-parse", "main"]);
    for name in ["release/1", "release/2", "feature/x"] {
        let branch = format!("refs/remotes/origin/{name}");
        add_commits(&agent, &branch, &root, 1..=1, |_| format!("OPS-1 {name}"));
    }
    let run = all(&agent, &["--branches=release/*"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (commits, branches) = sent(&jira);
    let names: Vec<&str> = branches.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((commits.len(), names), (2, vec!["release/1", "release/2"]));
    let unknown = all(&agent, &["--branches=nothing"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .stderr
            .contains("no branch of this repository matches nothing"),
        "{}",
        unknown.stderr
    );
    // Only what was not sent with those.
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (commits, branches) = sent(&jira);
    assert_eq!((commits.len(), branches.len()), (503, 4));
    assert!(commits.values().all(|count| *count == 1));
}

/// What was sent and is gone is deleted, once; not what was never sent, and not what is only not fetched.
#[test]
fn branches_that_are_gone_are_deleted() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    let root = agent.git(&["rev-parse", "main"]);
    for (name, message) in [
        ("ABC-1/a", "x"),
        ("ABC-1/b", "x"),
        ("plain", "x"),
        ("develop", "ABC-2"),
    ] {
        let branch = format!("refs/remotes/origin/{name}");
        add_commits(&agent, &branch, &root, 1..=1, |_| message.to_owned());
    }
    assert_eq!(all(&agent, &[]).code, 0);
    for name in ["ABC-1/a", "ABC-1/b", "plain", "develop"] {
        agent.git(&["update-ref", "-d", &format!("refs/remotes/origin/{name}")]);
    }
    agent.git(&[
        "config",
        "remote.origin.fetch",
        "+refs/heads/next:refs/remotes/origin/next",
    ]);
    all(&agent, &[]);
    agent.git(&[
        "config",
        "remote.origin.fetch",
        "+refs/heads/*:refs/remotes/origin/*",
    ]);
    all(&agent, &["--branches=next"]);
    assert!(deleted(&jira).is_empty());
    jira.fail_times(Endpoint::DevelopmentInformation, 1, Fault::empty(403));
    let failed = all(&agent, &[]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    let run = all(&agent, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let gone = ["ABC-1~2Fa", "ABC-1~2Fb"];
    assert_eq!(deleted(&jira)[1..], gone);
    let again = all(&agent, &["--format=json"]);
    assert_eq!(again.json()["outcome"], "nothing_to_send");
    // Jira has it, whatever is remembered of how far it came.
    agent.git(&["update-ref", "-d", "refs/remotes/origin/next"]);
    add_commits(&agent, "refs/remotes/origin/ABC-3", &root, 1..=1, |_| {
        "x".to_owned()
    });
    assert_eq!(all(&agent, &["--restart"]).code, 0);
    assert_eq!(deleted(&jira)[3..], ["next"]);
    let stored = jira.repository(REPOSITORY).unwrap();
    assert_eq!(stored["branches"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_is_remembered_without_an_outbox_nor_by_a_dry_run() {
    let jira = Sandbox::start();
    let agent = agent().with_jira(&jira);
    let shown = all(&agent, &["--dry-run"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(
        shown.shown_body()["repositories"][0]["commits"]
            .as_array()
            .unwrap()
            .len(),
        400
    );
    assert!(
        shown.stderr.contains("this is the first request"),
        "{}",
        shown.stderr
    );
    assert!(!agent.outbox().exists() && jira.requests().is_empty());
    for expected in [1, 2] {
        let run = all(&agent, &["--no-outbox"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(sent(&jira).0.values().all(|count| *count == expected));
    }
    assert!(!agent.outbox().exists());
}

/// An empty repository, and a clone that has a commit but no branch.
#[test]
fn repositories_with_nearly_nothing() {
    let empty = Agent::bare();
    empty.git(&["init", "--quiet"]);
    let page = "--repository-url=https://git.example.com/acme/shop";
    let run = all(&empty, &[page, "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the repository has no commit yet"));
    let detached = Agent::bare().with_commits(&["ABC-1"]);
    detached.git(&["branch", "--delete", "--force", "main"]);
    let run = all(&detached, &[page, "--dry-run"]);
    assert_eq!(
        run.shown_body()["repositories"][0]["commits"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let nowhere = all(&Agent::bare(), &[page, "--dry-run"]);
    assert_eq!(nowhere.code, 2);
}

#[test]
fn a_bare_clone_has_a_history_as_well() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_commits(&["ABC-1"]).with_jira(&jira);
    agent.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    let bare = agent.path().join("bare.git");
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("bare.git");
    std::fs::rename(bare, &moved).unwrap();
    let folder = format!("--repository-dir={}", moved.display());
    let url = "--repository-url=https://git.example.com/acme/shop";
    let run = all(&agent, &[&folder, url]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(sent(&jira).0.len(), 1, "{}", run.stderr);
}
