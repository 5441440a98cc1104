//! How it reaches Jira, and what keeps it from that.

use jira_sandbox::{Endpoint, Fault, Sandbox};

use super::{BRANCH, REPOSITORY};
use crate::support::Agent;

#[test]
fn what_is_missing_or_useless_is_named() {
    let without_page = Agent::bare().with_commits(&["ABC-1"]);
    let with_page = Agent::of(BRANCH).with_commits(&["ABC-1"]);
    let without_repository = Agent::of(BRANCH);
    let cases: [(&Agent, &[&str], &str); 6] = [
        (&without_page, &[], "(--repository-url)"),
        (&with_page, &[], "Jira site (--site or JIRA_SITE)"),
        (
            &without_repository,
            &["--dry-run"],
            "could not read the commits",
        ),
        (
            &with_page,
            &["--dry-run", "--message=ABC-1"],
            "--message cannot be used",
        ),
        (
            &with_page,
            &["--dry-run", "--all", "--issue-keys=ABC-1"],
            "--issue-keys cannot be used with --all",
        ),
        (
            &with_page,
            &["--dry-run", "--commit-url={repository}/{sha}"],
            "unknown placeholder {sha}",
        ),
    ];
    for (agent, options, words) in cases {
        let run = agent.run(&[&["dev-info"], options].concat());
        assert_eq!(run.code, 2, "{words}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    }
    let empty = Agent::of(BRANCH);
    empty.git(&["init", "--quiet"]);
    let run = empty.run(&["dev-info", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("nothing to send"));
}

/// 900 commits are three requests, whose numbers grow; none has more than Jira takes.
#[test]
fn many_commits_are_several_requests() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(BRANCH).with_jira(&jira).with_commits(&["first"]);
    let first = agent.git(&["rev-parse", "HEAD"]);
    super::history::add_commits(&agent, "refs/heads/many", &first, 1..=900, |n| {
        format!("ABC-{n} many")
    });
    agent.git(&["checkout", "--quiet", "--detach", "many"]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "many"]));
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &first);
    let run = agent.run(&["dev-info", "--format=json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bodies = jira.submissions();
    let counts: Vec<usize> = bodies
        .iter()
        .map(|body| body["repositories"][0]["commits"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [400, 400, 100]);
    let numbers: Vec<i64> = bodies
        .iter()
        .map(|body| {
            body["repositories"][0]["updateSequenceId"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let report = run.json();
    assert_eq!(
        report["sites"][0]["accepted"].as_array().unwrap().len(),
        901
    );
    assert!(
        report["message"]
            .as_str()
            .unwrap()
            .starts_with("3 of 3 requests accepted")
    );
}

/// What Jira could not take waits, and an update that came later is not overwritten.
#[test]
fn what_could_not_be_delivered_waits() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::DevelopmentInformation, Fault::empty(503));
    let agent = Agent::of(BRANCH)
        .with_jira(&jira)
        .with_commits(&["first", "ABC-1"]);
    let run = agent.run(&["dev-info", "--budget=1", "--on-error=queue"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(agent.waiting().len(), 1);
    assert_eq!(agent.waiting()[0]["data"], "devinfo");
    jira.clear_faults();
    let run = agent.run(&["flush"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(agent.waiting().is_empty());
    let stored = jira.repository(REPOSITORY).unwrap();
    assert_eq!(stored["commits"].as_array().unwrap().len(), 1);
    assert_eq!(stored["branches"].as_array().unwrap().len(), 1);
}

#[test]
fn a_credential_without_the_permission_is_told_which_box_to_tick() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::DevelopmentInformation, Fault::empty(403));
    let agent = Agent::of(BRANCH).with_jira(&jira).with_commits(&["ABC-1"]);
    let run = agent.run(&["dev-info", "--no-outbox"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("Development information"),
        "{}",
        run.stderr
    );
}

/// Files are a nicety: comparing them may hang, and everything else is sent.
#[cfg(unix)]
#[test]
fn what_is_necessary_does_not_wait_for_files() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(BRANCH).with_jira(&jira).with_commits(&["first"]);
    let first = agent.git(&["rev-parse", "HEAD"]);
    super::history::add_commits(&agent, "refs/heads/many", &first, 1..=1_199, |n| {
        format!("ABC-{n} many")
    });
    let head = agent.git(&["rev-parse", "many"]);
    agent.git(&["checkout", "--quiet", "--detach", "many"]);
    agent.set("GIT_COMMIT", &head);
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &first);
    let path = std::env::var("PATH").unwrap();
    let slow = "case \"$*\" in *--numstat*) exec sleep 60 ;; esac";
    agent.write_script(
        "git",
        &format!("#!/bin/sh\n{slow}\nPATH='{path}' exec git \"$@\"\n"),
    );
    agent.set("PATH", &format!("{}:{path}", agent.path().display()));
    let run = agent.run(&["dev-info", "--budget=20"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let warning = "comparing files took too long: some commits are sent without their files";
    assert_eq!(run.stderr.matches(warning).count(), 1, "{}", run.stderr);
    let stored = jira.submissions();
    let commits = stored
        .iter()
        .flat_map(|body| body["repositories"][0]["commits"].as_array().unwrap());
    assert_eq!(
        commits.filter(|commit| commit["fileCount"] == 0).count(),
        1_199
    );
}

/// A git that hangs is nobody's mistake, and must not fail a build that wants no failure.
#[cfg(unix)]
#[test]
fn a_git_that_hangs_follows_the_policy() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("multibranch-declarative-main-first").with_jira(&jira);
    let path = agent.path_with_hanging_git();
    agent.set("PATH", &path);
    for (policy, code) in [("fail", 4), ("queue", 4), ("warn", 0)] {
        let run = agent.run(&[
            "dev-info",
            "--budget=2",
            "--format=json",
            &format!("--on-error={policy}"),
        ]);
        assert_eq!(run.code, code, "{policy}: {}", run.stderr);
        assert_eq!(run.json()["outcome"], "unreachable", "{policy}");
        assert!(
            run.stderr.contains("git did not answer in time"),
            "{}",
            run.stderr
        );
    }
    assert!(jira.submissions().is_empty());
}
