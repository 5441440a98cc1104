//! How pull requests end: the build that contains the merge says so.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use super::{PAGE, PULL_REQUEST, REPOSITORY, associations, body, commit, deleted};
use crate::openapi::check_dev_info;
use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, Run};

const MAIN: &str = "multibranch-declarative-main-first";

fn empty_commit(agent: &Agent, message: &str) -> String {
    agent.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    agent.git(&["rev-parse", "HEAD"])
}

/// A clone in which a branch with one commit is merged with this message, as a build of `main` sees it. Gives the commit
/// of the branch as well.
fn merged(jira: &Sandbox, message: &str, own: &str) -> (Agent, String) {
    let mut agent = Agent::of(MAIN).with_jira(jira).with_commits(&["root"]);
    agent.set("JIRA_SEND_REPOSITORY_KIND", "github");
    let root = agent.git(&["rev-parse", "HEAD"]);
    agent.git(&["checkout", "--quiet", "-b", "work"]);
    let tip = empty_commit(&agent, own);
    agent.git(&["checkout", "--quiet", "--detach", &root]);
    agent.git(&["merge", "--quiet", "--no-ff", "--message", message, "work"]);
    let head = agent.git(&["rev-parse", "HEAD"]);
    agent.set("GIT_COMMIT", &head);
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &root);
    (agent, tip)
}

fn send(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["dev-info", EVENT], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// The subject alone tells all that is known; `main` is no branch of its issues.
#[test]
fn the_merge_ends_the_pull_request_and_its_branch() {
    let jira = Sandbox::start();
    let message = "Merge pull request #43 from acme/feature/PROJ-2-login\n\nABC-1 Login";
    let (agent, tip) = merged(&jira, message, "OPS-1 own");
    send(&agent, &[]);
    let expected = body(&json!({
        "commits": [
            commit(&agent, "HEAD", &{
                let mut fields = associations(&["PROJ-2", "ABC-1"]);
                fields["flags"] = json!(["MERGE_COMMIT"]);
                fields
            }),
            commit(&agent, &tip, &associations(&["OPS-1"])),
        ],
        "pullRequests": [{
            "id": "43",
            "associations": associations(&["PROJ-2", "ABC-1"])["associations"],
            "updateSequenceId": EVENT_MILLISECONDS,
            "status": "MERGED",
            "title": "ABC-1 Login",
            "author": {"name": "Ada", "email": "ada@example.com"},
            "commentCount": 0,
            "sourceBranch": "feature/PROJ-2-login",
            "sourceBranchUrl": format!("{PAGE}/tree/feature/PROJ-2-login"),
            "lastUpdate": "2026-01-01T12:00:00.123Z",
            "url": format!("{PAGE}/pull/43"),
            "displayId": "#43",
        }],
    }));
    assert_eq!(jira.submissions(), [expected]);
    check_dev_info(&jira.submissions());
    assert_eq!(deleted(&jira), ["feature~2FPROJ-2-login"]);
}

/// Message of the merge, kind of server; number, status, title, and the branch that is deleted.
#[test]
fn every_server_says_what_was_merged() {
    let cases = [
        (
            "Merge branch 'ABC-1-x' into 'main'\n\nLogin\n\nSee merge request acme/shop!7",
            "gitlab",
            "7",
            "Login",
            Some("ABC-1-x"),
        ),
        (
            "Pull request #7: ABC-1 Login\n\nMerge in ACME/shop from x to main",
            "bitbucket-server",
            "7",
            "ABC-1 Login",
            Some("x"),
        ),
        (
            "Merged in ABC-1-x (pull request #7)\n\nLogin",
            "bitbucket-cloud",
            "7",
            "Login",
            Some("ABC-1-x"),
        ),
        (
            "Merge pull request 'ABC-1 Login' (#7) from x into main",
            "gitea",
            "7",
            "ABC-1 Login",
            Some("x"),
        ),
        (
            "Merge pull request 7 from ABC-1-x into main",
            "azure-devops",
            "7",
            "Pull request 7",
            Some("ABC-1-x"),
        ),
        (
            "Merged PR 7: ABC-1 Login",
            "azure-devops",
            "7",
            "ABC-1 Login",
            None,
        ),
        // The branch of a fork is not of this repository, and some branches stay.
        (
            "Merge pull request #7 from ada/ABC-1-x",
            "github",
            "7",
            "Pull request 7",
            None,
        ),
        (
            "Merge pull request #7 from acme/develop\n\nABC-1",
            "github",
            "7",
            "ABC-1",
            None,
        ),
        (
            "Merged in staging (pull request #7)\n\nABC-1",
            "bitbucket-cloud",
            "7",
            "ABC-1",
            None,
        ),
    ];
    for (message, kind, number, title, branch) in cases {
        let jira = Sandbox::start();
        let (agent, _) = merged(&jira, message, "own");
        send(&agent, &[&format!("--repository-kind={kind}")]);
        let request = &jira.submissions()[0]["repositories"][0]["pullRequests"][0];
        let found = (&request["id"], &request["status"], &request["title"]);
        assert_eq!(
            found,
            (&json!(number), &json!("MERGED"), &json!(title)),
            "{message}"
        );
        assert_eq!(
            deleted(&jira),
            branch.into_iter().collect::<Vec<_>>(),
            "{message}"
        );
    }
}

/// A branch that others go on from is merged and stays; only one who sees its deletion may say so.
#[test]
fn branches_that_last_are_not_deleted_by_a_merge() {
    for (branch, is_deleted) in [
        ("release/1.2", false),
        ("release-2024-10-01", false),
        ("hotfix/1.2.1", false),
        ("support/1.x", false),
        ("1.10.x", false),
        ("env/prod", false),
        ("develop", false),
        ("qa", false),
        ("mainline", false),
        ("hotfix/ABC-12-login", true),
        ("release/ABC-12", true),
    ] {
        let jira = Sandbox::start();
        let message = format!("Merge pull request #7 from acme/{branch}\n\nABC-1");
        let (agent, tip) = merged(&jira, &message, "ABC-2 own");
        let remote = "git@git.example.com:acme/shop.git";
        agent.git(&["remote", "add", "origin", remote]);
        let name = format!("refs/remotes/origin/{branch}");
        agent.git(&["update-ref", &name, &tip]);
        if branch == "mainline" {
            agent.git(&["symbolic-ref", "refs/remotes/origin/HEAD", &name]);
        }
        send(&agent, &[]);
        let request = &jira.submissions()[0]["repositories"][0]["pullRequests"][0];
        assert_eq!(request["status"], "MERGED", "{branch}");
        assert_eq!(deleted(&jira).len(), usize::from(is_deleted), "{branch}");
        if branch == "release/1.2" {
            // The whole history, after it was deleted at the server.
            send(&agent, &["--all"]);
            agent.git(&["update-ref", "-d", &name]);
            send(&agent, &["--all"]);
            assert_eq!(deleted(&jira), ["release~2F1.2"]);
        }
    }
}

/// What merges no pull request ends none, and a branch that goes on stays.
#[test]
fn what_is_not_merged_stays() {
    for message in [
        "Merge branch 'ABC-1-x'",
        "ABC-1 Login (#7)",
        "Revert \"Merge pull request #7 from acme/ABC-1-x\"",
    ] {
        let jira = Sandbox::start();
        let (agent, _) = merged(&jira, message, "ABC-2 own");
        send(&agent, &[]);
        assert_eq!(
            jira.submissions()[0]["repositories"][0].get("pullRequests"),
            None,
            "{message}"
        );
        assert!(deleted(&jira).is_empty(), "{message}");
    }
    let jira = Sandbox::start();
    let (agent, tip) = merged(&jira, "Merge pull request #7 from acme/ABC-1-x", "own");
    agent.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.com:acme/shop.git",
    ]);
    agent.git(&["update-ref", "refs/remotes/origin/ABC-1-x", &tip]);
    agent.git(&["checkout", "--quiet", "work"]);
    let newer = empty_commit(&agent, "goes on");
    agent.git(&["update-ref", "refs/remotes/origin/ABC-1-x", &newer]);
    send(&agent, &[]);
    assert!(deleted(&jira).is_empty());
    agent.git(&["update-ref", "refs/remotes/origin/ABC-1-x", &tip]);
    send(&agent, &["--update-sequence-number=1767268800200"]);
    assert_eq!(deleted(&jira), ["ABC-1-x"]);
}

/// The build of the pull request, in the same outbox as that of its target.
fn open(jira: &Sandbox) -> Agent {
    let agent = Agent::of(PULL_REQUEST)
        .with_jira(jira)
        .with_commits(&["root", "ABC-1 own"]);
    let sent = agent.run(&["dev-info", "--event-time=2026-01-01T11:00:00Z"]);
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    agent
}

/// From now on it is a build of `main`.
fn on_main(agent: &mut Agent, head: &str) {
    for name in [
        "CHANGE_ID",
        "CHANGE_URL",
        "CHANGE_TITLE",
        "CHANGE_BRANCH",
        "CHANGE_TARGET",
        "CHANGE_AUTHOR",
        "CHANGE_AUTHOR_DISPLAY_NAME",
        "CHANGE_AUTHOR_EMAIL",
    ] {
        agent.unset(name);
    }
    agent.set("JIRA_SEND_REPOSITORY_KIND", "github");
    agent.set("JOB_NAME", "shop/main");
    agent.set("GIT_COMMIT", head);
    agent.set("BRANCH_NAME", "main");
    agent.set("GIT_BRANCH", "main");
}

fn request(jira: &Sandbox) -> Value {
    let mut stored = jira.repository(REPOSITORY).unwrap();
    stored["pullRequests"][0].take()
}

/// Fast-forward, squashed, merged by hand, merged by the server: what was sent before is sent again, as merged.
#[test]
fn what_was_open_is_remembered() {
    let cases: [(&str, Option<&str>, Option<&str>); 4] = [
        ("fast-forward", None, None),
        (
            "squashed",
            Some("PROJ-2: Add it (#7)"),
            Some("PROJ-2: Add it"),
        ),
        ("by hand", Some("Merge the login"), None),
        (
            "by the server",
            Some("Merge pull request #7 from acme/feature/PROJ-2-login\n\nPROJ-2: New title"),
            Some("PROJ-2: New title"),
        ),
    ];
    for (way, message, title) in cases {
        let jira = Sandbox::start();
        let mut agent = open(&jira);
        let before = request(&jira);
        assert_eq!(before["status"], "OPEN");
        let root = agent.git(&["rev-parse", "HEAD~1"]);
        let tip = agent.git(&["rev-parse", "HEAD"]);
        if let Some(message) = message {
            agent.git(&["checkout", "--quiet", "--detach", &root]);
            if way == "squashed" {
                empty_commit(&agent, message);
            } else {
                agent.git(&["merge", "--quiet", "--no-ff", "--message", message, &tip]);
            }
        }
        let head = agent.git(&["rev-parse", "HEAD"]);
        on_main(&mut agent, &head);
        send(&agent, &[]);
        let mut expected = before.clone();
        expected["status"] = json!("MERGED");
        expected["updateSequenceId"] = json!(EVENT_MILLISECONDS);
        expected["lastUpdate"] = json!("2026-01-01T12:00:00.123Z");
        if let Some(title) = title {
            expected["title"] = json!(title);
        }
        assert_eq!(request(&jira), expected, "{way}");
        assert_eq!(deleted(&jira), ["feature~2FPROJ-2-login"], "{way}");
        // It is over.
        let requests = jira.requests().len();
        agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &root);
        if way == "fast-forward" {
            send(&agent, &["--update-sequence-number=1767268800300"]);
            let sent = jira.submissions();
            assert_eq!(
                sent.last().unwrap()["repositories"][0].get("pullRequests"),
                None
            );
            assert!(jira.requests().len() > requests);
        }
    }
}

/// Its own branch, and another branch that was built on it, do not end it.
#[test]
fn only_its_target_ends_a_pull_request() {
    for (branch, is_end) in [
        ("feature/PROJ-2-login", false),
        ("other", false),
        ("main", true),
    ] {
        let jira = Sandbox::start();
        let mut agent = open(&jira);
        let head = agent.git(&["rev-parse", "HEAD"]);
        on_main(&mut agent, &head);
        agent.set("BRANCH_NAME", branch);
        agent.set("GIT_BRANCH", branch);
        send(&agent, &[]);
        let status = if is_end { "MERGED" } else { "OPEN" };
        assert_eq!(request(&jira)["status"], status, "{branch}");
    }
}

/// Jira is down at the merge: the end waits, with the deletion.
#[test]
fn an_end_that_jira_did_not_get_waits() {
    let jira = Sandbox::start();
    let message = "Merge pull request #43 from acme/PROJ-2-login";
    let (agent, _) = merged(&jira, message, "own");
    jira.fail(Endpoint::DevelopmentInformation, Fault::empty(503));
    send(&agent, &["--budget=6", "--on-error=queue"]);
    assert!(deleted(&jira).len() <= 1);
    jira.clear_faults();
    let flushed = agent.run(&["flush"]);
    assert_eq!(flushed.code, 0, "{}", flushed.stderr);
    assert_eq!(request(&jira)["status"], "MERGED");
    assert_eq!(deleted(&jira).last().unwrap(), "PROJ-2-login");
    assert!(agent.waiting().is_empty());
}

#[test]
fn a_dry_run_shows_the_deletion() {
    let jira = Sandbox::start();
    let (agent, _) = merged(
        &jira,
        "Merge pull request #43 from acme/PROJ-2-login",
        "own",
    );
    let report = send(&agent, &["--dry-run", "--format=json"]).json();
    assert_eq!(
        report["message"],
        "1 commit, 1 pull request, 1 deleted branch of acme/shop would be sent"
    );
    let further = report["further_requests"].as_array().unwrap();
    assert_eq!(further.len(), 1);
    assert_eq!(further[0]["method"], "DELETE");
    let url = further[0]["url"].as_str().unwrap();
    assert!(url.ends_with("/repository/git.example.com~2Facme~2Fshop/branch/PROJ-2-login?_updateSequenceId=1767268800123"), "{url}");
    assert!(jira.requests().is_empty());
}
