//! What may go wrong around a push, which never waits for it.

use std::fmt::Write as _;
use std::process::Stdio;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use super::{ZEROS, add, deletions, push, put, server};
use crate::support::{Agent, Run};

/// Lines that are none; how many are told.
#[test]
fn wrong_lines_are_told_and_the_others_are_sent() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    let name = "refs/heads/ABC-2'\"$(touch evil)`touch evil`;touch evil|&<>é";
    put(&agent, &name.replace(' ', "_"), &root);
    let name = name.replace(' ', "_");
    let mut lines = b"hello\n\xff\xfe\n--all --all --all\n".to_vec();
    lines.extend_from_slice(format!("{ZEROS} {root} {name}\n").as_bytes());
    lines.extend_from_slice(format!("{ZEROS} {} refs/heads/lost\n", "7".repeat(40)).as_bytes());
    let run = push(&agent, &lines, &["--format=json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("3 lines of standard input are not"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("1 of the ids that were pushed are not commits"),
        "{}",
        run.stderr
    );
    let sent = jira.submissions();
    let repository = &sent[0]["repositories"][0];
    assert_eq!(
        repository["branches"][0]["name"],
        name["refs/heads/".len()..]
    );
    assert_eq!(repository["commits"].as_array().unwrap().len(), 1);
    assert!(!agent.path().join("evil").exists());
}

#[test]
fn repositories_with_long_ids_are_like_others() {
    let jira = Sandbox::start();
    let agent = server("sha256").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    assert_eq!(root.len(), 64);
    put(&agent, "refs/heads/ABC-2", &root);
    let zeros = "0".repeat(64);
    let old = add(&agent, &[], "old");
    let lines = format!("{zeros} {root} refs/heads/ABC-2\n{old} {zeros} refs/heads/ABC-3\n");
    let run = push(&agent, lines.as_bytes(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sent = jira.submissions();
    assert_eq!(sent[0]["repositories"][0]["commits"][0]["id"], json!(root));
    assert_eq!(deletions(&jira).len(), 1);
}

/// 10,000 branches at once: some are sent, the rest is named with its way.
#[test]
fn ten_thousand_lines_are_no_burden() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    let lines = (0..10_000).map(|n| format!("{ZEROS} {root} refs/heads/ABC-2/{n:05}\n"));
    let lines = lines.collect::<Vec<_>>().concat();
    let run = push(&agent, lines.as_bytes(), &["--budget=60"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("more than 1000 branches were pushed"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("jira-send dev-info --all"),
        "{}",
        run.stderr
    );
    let counts: Vec<usize> = jira
        .submissions()
        .iter()
        .map(|body| {
            body["repositories"][0]["branches"]
                .as_array()
                .map_or(0, Vec::len)
        })
        .collect();
    assert_eq!(counts, [400, 400, 200]);
}

/// A long history in one push: its newest commits are sent.
#[test]
fn a_history_is_left_to_the_command_for_histories() {
    let jira = Sandbox::start();
    let agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "root");
    crate::dev_info::history::add_commits(&agent, "refs/heads/main", &root, 1..=1_500, |n| {
        format!("ABC-{n} x")
    });
    let tip = agent.git(&["rev-parse", "main"]);
    let lines = format!("{ZEROS} {tip} refs/heads/main\n");
    let run = push(&agent, lines.as_bytes(), &["--budget=60"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("more commits were pushed than a hook has time for"),
        "{}",
        run.stderr
    );
    let bodies = jira.submissions();
    let commits = bodies
        .iter()
        .flat_map(|body| body["repositories"][0]["commits"].as_array().unwrap());
    let numbers: Vec<String> = commits
        .map(|it| it["message"].as_str().unwrap().trim().to_owned())
        .collect();
    let expected: Vec<String> = (501..=1_500).rev().map(|n| format!("ABC-{n} x")).collect();
    assert_eq!(numbers, expected);
}

/// Before a push is accepted nothing is said of it.
#[test]
fn other_hooks_send_nothing() {
    let jira = Sandbox::start();
    let mut agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    put(&agent, "refs/heads/ABC-2", &root);
    agent.set("GIT_QUARANTINE_PATH", "./objects/incoming-x");
    let lines = format!("{ZEROS} {root} refs/heads/ABC-2\n");
    let run = push(&agent, lines.as_bytes(), &[]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("this is not a post-receive hook"),
        "{}",
        run.stderr
    );
    assert!(jira.requests().is_empty());
}

/// Where no commit was new, none was searched.
#[test]
fn a_push_without_new_commits_says_so() {
    let agent = server("sha1");
    let root = add(&agent, &[], "root");
    put(&agent, "refs/heads/main", &root);
    put(&agent, "refs/heads/topic", &root);
    for (new, words) in [
        (
            &root,
            "no new commits were pushed, and no branch or tag names an issue",
        ),
        (&add(&agent, &[&root], "next"), "no issue key was found"),
    ] {
        put(&agent, "refs/heads/topic", new);
        let lines = format!("{ZEROS} {new} refs/heads/topic\n");
        let run = push(&agent, lines.as_bytes(), &["--dry-run"]);
        said(&run, 0, &["nothing to send: ", words]);
    }
}

fn said(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    for words in words {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}

/// What is missing is a warning for whoever pushes, and an error for whoever sets it up.
#[test]
fn nobody_who_pushes_is_to_blame() {
    let mut agent = server("sha1");
    let root = add(&agent, &[], "ABC-1 root");
    put(&agent, "refs/heads/ABC-2", &root);
    let lines = format!("{ZEROS} {root} refs/heads/ABC-2\n");
    let lines = lines.as_bytes();
    said(&push(&agent, lines, &[]), 0, &["warning: ", "JIRA_SITE"]);
    said(
        &push(&agent, lines, &["--on-error=fail"]),
        2,
        &["error: ", "JIRA_SITE"],
    );
    agent.unset("JIRA_SEND_REPOSITORY_URL");
    said(
        &push(&agent, lines, &["--dry-run"]),
        0,
        &["--repository-url", "git config remote.origin.url"],
    );
    agent.git(&[
        "config",
        "remote.origin.url",
        "git@git.example.com:acme/shop.git",
    ]);
    let run = push(&agent, lines, &["--dry-run"]);
    assert_eq!(run.shown_body()["repositories"][0]["name"], "acme/shop");
    agent.set("GIT_DIR", "/nowhere");
    said(
        &push(&agent, lines, &["--dry-run"]),
        0,
        &["could not read the commits"],
    );
    // A folder that is named counts before what git has set.
    let named = format!("--repository-dir={}", agent.path().display());
    let run = push(&agent, lines, &["--dry-run", &named]);
    assert_eq!(run.shown_body()["repositories"][0]["name"], "acme/shop");
    said(&push(&agent, b"", &[]), 0, &[]);
    let useless = push(&agent, lines, &["--branch=x"]);
    said(&useless, 0, &["--branch cannot be used with --pushed"]);
    said(&push(&agent, lines, &["--all"]), 2, &["--all"]);
}

/// Jira hangs, or git, or standard input: the time is up all the same.
#[cfg(unix)]
#[test]
fn a_push_waits_for_nothing_that_hangs() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::DevelopmentInformation, Fault::Hang);
    let mut agent = server("sha1").with_jira(&jira);
    let root = add(&agent, &[], "ABC-1 root");
    put(&agent, "refs/heads/ABC-2", &root);
    let lines = format!("{ZEROS} {root} refs/heads/ABC-2\n");
    let begun = std::time::Instant::now();
    said(&push(&agent, lines.as_bytes(), &[]), 0, &["queued in"]);
    let took = begun.elapsed();
    assert!(took.as_secs() < 13, "less than the usual budget: {took:?}");
    assert_eq!(agent.waiting().len(), 1);
    let mut child = agent
        .command(&["dev-info", "--pushed", "--budget=1"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    let run = Run::of(&child.wait_with_output().unwrap());
    said(&run, 0, &["standard input has no end"]);
    drop(open);
    let tools = Agent::bare();
    agent.set("PATH", &tools.path_with_hanging_git());
    said(
        &push(&agent, lines.as_bytes(), &["--budget=1"]),
        0,
        &["git did not answer in time"],
    );
}

/// Many requests that are alike are said in one line.
#[test]
fn a_dry_run_of_many_deletions_says_how_many() {
    let agent = server("sha1");
    let root = add(&agent, &[], "root");
    put(&agent, "refs/heads/main", &root);
    let mut lines = String::new();
    for number in 0..3_000 {
        let _ = writeln!(lines, "{root} {ZEROS} refs/heads/x{number}");
    }
    let run = push(
        &agent,
        lines.as_bytes(),
        &["--dry-run", "--format=json", "--budget=60"],
    );
    let json = run.json();
    assert_eq!(
        json["message"], "60 times 50 deleted branches of acme/shop would be sent",
        "{}",
        run.stderr
    );
    assert_eq!(json["further_requests"].as_array().unwrap().len(), 2_999);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}
