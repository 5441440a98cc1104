//! Which thing is meant: by options, by Jenkins or by the checkout.

use jira_sandbox::Sandbox;

use super::{CLOUD_ID, expected, last};
use crate::support::Agent;

#[test]
fn jenkins_says_which_build_and_which_deployment() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "ABC-1 second"]);
    agent.set("JIRA_SEND_ENVIRONMENT_ID", "eu prod");
    for kind in ["build", "deployment"] {
        assert_eq!(agent.run(&[kind, "--state=SUCCESS"]).code, 0);
        let run = agent.run(&["show", kind]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let list = format!("{kind}s");
        let sent = &jira.submissions().pop().unwrap()[list.as_str()][0];
        assert_eq!(run.json(), *sent);
        assert_eq!(agent.run(&["delete", kind]).code, 0);
        assert_eq!(agent.run(&["show", kind]).code, 1);
    }
    let bare = Agent::bare().with_jira(&jira);
    let before = jira.requests().len();
    for (command, words) in [
        (&["show", "build"][..], &["--job-name", "BUILD_NUMBER"][..]),
        (&["delete", "deployment"], &["--environment-id", "JOB_NAME"]),
        (&["show", "commit"], &["--repository-id", "--commit"]),
        (&["delete", "branch"], &["--repository-id", "--branch-id"]),
        (&["show", "pull-request"], &["--pull-request"]),
        (&["delete", "feature-flag"], &["--flag-id"]),
        (&["show", "dev-info"], &["--property"]),
        (&["show", "build", "--job-name=x", "--build-number=1"], &[]),
    ] {
        let mut agent = Agent::bare();
        let run = agent.run(command);
        assert_eq!(run.code, 2, "{command:?}");
        for word in words {
            assert!(run.stderr.contains(word), "{command:?}: {}", run.stderr);
        }
        let is_of_clap = command.contains(&"dev-info");
        assert!(
            is_of_clap || run.stderr.contains("--site or JIRA_SITE"),
            "{}",
            run.stderr
        );
        agent.set("JIRA_SITE", jira.url());
        if words.is_empty() {
            let run = agent.run(command);
            assert_eq!(run.code, 3, "{}", run.stderr);
        }
    }
    assert_eq!(bare.run(&["show", "nonsense"]).code, 2);
    assert_eq!(jira.requests().len(), before);
}

/// An id, and the segment of the path that it becomes.
#[test]
fn hostile_ids_stay_one_segment() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let long = "é".repeat(1024);
    let long_segment = "%C3%A9".repeat(1024);
    for (id, segment) in [
        ("a/b/../c", "a%2Fb%2F..%2Fc"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("%2F%", "%252F%25"),
        ("🚀", "%F0%9F%9A%80"),
        ("a?b=c#d&e", "a%3Fb%3Dc%23d%26e"),
        (" \"'$(id)`", "%20%22%27%24%28id%29%60"),
        ("\u{202e}", "%E2%80%AE"),
        (long.as_str(), long_segment.as_str()),
    ] {
        for (words, option, path) in [
            (
                &["repository"][..],
                "repository-id",
                "devinfo/0.1/cloud/{}/repository/ID",
            ),
            (
                &["commit", "--commit=c"],
                "repository-id",
                "devinfo/0.1/cloud/{}/repository/ID/commit/c",
            ),
            (
                &["branch", "--repository-id=r"],
                "branch-id",
                "devinfo/0.1/cloud/{}/repository/r/branch/ID",
            ),
        ] {
            let option = format!("--{option}={id}");
            let delete = [&["delete"], words, &[&option]].concat();
            let run = agent.run(&[&delete[..], &["--dry-run"]].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            let path = expected("", path).replace("ID", segment);
            let shown = format!(
                "DELETE {}{}",
                jira.url(),
                path.trim().replace(CLOUD_ID, "CLOUD_ID")
            );
            assert_eq!(run.stdout.trim_end(), shown);
            if words[0] != "repository" {
                let run = agent.run(&delete);
                assert_eq!(run.code, 0, "{}", run.stderr);
                assert_eq!(last(&jira), format!("DELETE{path}"));
            }
            let run = agent.run(&[&["show"], words, &[&option]].concat());
            assert_eq!(run.code, 1, "{}", run.stderr);
            assert!(!run.stderr.contains('\u{202e}'), "{}", run.stderr);
        }
    }
    for bad in ["", " ", "a\nb", "\u{1b}[2J"] {
        let option = format!("--repository-id={bad}");
        let run = agent.run(&["show", "repository", &option]);
        assert_eq!(run.code, 2, "{bad:?}: {}", run.stderr);
    }
}

/// An id as it is typed, here and when it is sent, and the id that both come to.
#[test]
fn flags_have_the_ids_that_they_were_sent_with() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    for (id, segment) in [
        ("new/cart", "new~2Fcart"),
        ("new~2Fcart", "new~2Fcart"),
        ("..", "%2E%2E"),
        ("%2F \n", "~252F"),
        ("🚀", "~F0~9F~9A~80"),
    ] {
        let id = format!("--flag-id={id}");
        let flag = ["feature-flag", &id];
        let more = ["--enabled", "--issue-keys=ABC-1", "--url=https://flags/1"];
        let run = agent.run(&[&flag[..], &more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let run = agent.run(&[&["show"], &flag[..]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let path = format!("featureflags/0.1/cloud/{{}}/flag/{segment}");
        assert_eq!(last(&jira), expected("GET", &path));
        assert_eq!(agent.run(&[&["delete"], &flag[..]].concat()).code, 0);
        assert_eq!(last(&jira), expected("DELETE", &path));
        assert_eq!(agent.run(&[&["show"], &flag[..]].concat()).code, 1);
    }
}

#[test]
fn the_checkout_says_which_repository_commit_branch_and_pull_request() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "ABC-1 second"]);
    agent.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.com:acme/shop.git",
    ]);
    let run = agent.run(&["dev-info", "--verify"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("has stored it"), "{}", run.stderr);
    let sent = &jira.submissions()[0]["repositories"][0];
    let mut count = 0;
    for (kind, list) in [
        ("commit", "commits"),
        ("branch", "branches"),
        ("pull-request", "pullRequests"),
    ] {
        let run = agent.run(&["show", kind]);
        assert_eq!(run.code, 0, "{kind}: {}", run.stderr);
        assert_eq!(run.json(), sent[list][0], "{kind}");
        assert_eq!(agent.run(&["delete", kind, "--verify"]).code, 0);
        assert_eq!(agent.run(&["show", kind]).code, 1);
        count += sent[list].as_array().unwrap().len();
    }
    assert_eq!(count, 3, "{sent}");
    let run = agent.run(&["show", "repository"]);
    assert_eq!(run.json()["id"], "git.example.com~2Facme~2Fshop");
    assert_eq!(agent.run(&["delete", "repository"]).code, 2);
    assert_eq!(agent.run(&["delete", "repository", "--yes"]).code, 0);
    assert_eq!(jira.repository("git.example.com~2Facme~2Fshop"), None);
    let branch = ["delete", "branch", "--branch=feature/é", "--dry-run"];
    let run = agent.run(&branch);
    assert!(
        run.stdout.ends_with("/branch/feature~2F~C3~A9\n"),
        "{}",
        run.stdout
    );
}
