//! Keys that Jira does not know: a guess of ours, or the word of the user.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, Run};

fn agent(jira: &Sandbox, message: &str) -> Agent {
    let agent = Agent::of("pipeline-scm-declarative-second").with_jira(jira);
    agent.with_commits(&["base", message])
}

#[test]
fn a_wrong_guess_is_a_warning_and_a_wrong_word_is_a_refusal() {
    let cases: [(&str, &[&str], i32, &str); 4] = [
        ("Follow XYZ-4", &[], 0, "nothing_to_send"),
        ("Follow XYZ-4 for PROJ-3", &[], 0, "accepted"),
        ("Tidy", &["--issue-keys=XYZ-4"], 1, "rejected"),
        ("Follow XYZ-4", &["--issue-keys=XYZ-5"], 1, "rejected"),
    ];
    let deployment = [
        "deployment",
        "--environment-id=eu",
        "--state=SUCCESS",
        "--format=json",
    ];
    let build = ["build", "--state=SUCCESS", "--format=json", "--verify"];
    for command in [&deployment[..], &build[..]] {
        for (message, options, code, outcome) in cases {
            let jira = Sandbox::start();
            let run = agent(&jira, message).run(&[command, options].concat());
            let json = run.json();
            assert_eq!(
                (run.code, &json["outcome"]),
                (code, &json!(outcome)),
                "{message}: {}",
                run.stderr
            );
            let is_error = run.stderr.lines().any(|line| line.starts_with("error: "));
            assert_eq!(is_error, code != 0, "{}", run.stderr);
            if outcome == "nothing_to_send" {
                let hint = run
                    .stderr
                    .lines()
                    .find(|line| line.starts_with("hint: "))
                    .unwrap();
                assert!(
                    hint.contains("--projects") && hint.contains("--deny"),
                    "{hint}"
                );
                assert_eq!(json["sites"][0]["unknown_issue_keys"], json!(["XYZ-4"]));
            }
        }
    }
}

#[test]
fn guesses_that_jira_does_not_know_are_no_issues_where_one_is_required() {
    let flag = ["feature-flag", "--flag-id=f", "--enabled"];
    let commands: [&[&str]; 4] = [
        &["build", "--state=SUCCESS"],
        &["deployment", "--environment-id=eu", "--state=SUCCESS"],
        &["dev-info"],
        &flag,
    ];
    for command in commands {
        for (message, options, code) in [
            ("Follow XYZ-4", &["--require-issue-keys"][..], 5),
            (
                "Follow XYZ-4",
                &["--require-issue-keys", "--on-error=warn"],
                5,
            ),
            ("Follow XYZ-4", &[], 0),
            ("Follow XYZ-4 for PROJ-3", &["--require-issue-keys"], 0),
        ] {
            let jira = Sandbox::start();
            let mut agent = agent(&jira, message);
            agent.set("GIT_BRANCH", "origin/topic");
            let run = agent.run(&[command, options, &["--format=json"]].concat());
            let json = run.json();
            assert_eq!(run.code, code, "{command:?} {options:?} {}", run.stderr);
            assert_eq!(json["exit_code"], json!(code));
            let sent = if message.contains("PROJ") {
                "accepted"
            } else {
                "nothing_to_send"
            };
            assert_eq!(json["outcome"], sent, "{command:?} {}", run.stderr);
            let errors = run
                .stderr
                .lines()
                .filter(|line| line.starts_with("error: "));
            assert_eq!(errors.count(), usize::from(code != 0), "{}", run.stderr);
        }
    }
}

/// The first update, in which the user named an issue, is still queued; the next one repeats it beside a guess.
#[test]
fn what_the_user_named_before_is_no_guess() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let agent = agent(&jira, "Follow XYZ-4");
    let run = agent.run(&["build", "--state=in_progress", "--issue-keys=XYZ-5"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    jira.clear_faults();
    let run = agent.run(&["build", "--state=SUCCESS", "--format=json"]);
    let json = run.json();
    assert_eq!(
        json["issue_keys"],
        json!(["XYZ-4", "XYZ-5"]),
        "{}",
        run.stderr
    );
    assert_eq!(
        (run.code, &json["outcome"]),
        (1, &json!("rejected")),
        "{}",
        run.stderr
    );
}

/// Of several that were queued, one was rejected for another reason than the guesses of the others, and one names its issue.
#[test]
fn the_unknown_keys_of_others_are_not_those_of_a_queued_update() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let agent = agent(&jira, "Tidy");
    for (number, title) in [("1", "PROJ-3"), ("2", "XYZ-4 XYZ-5")] {
        let run = agent.run(&["build", "--build-number", number, "--message", title]);
        assert_eq!(run.code, 4, "{}", run.stderr);
    }
    let run = agent.run(&["build", "--build-number=3", "--issue-keys=XYZ-6"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let run = flush_with_a_label_that_is_too_long(&jira, &agent, 2);
    assert_eq!(agent.kept(".json").len(), 0, "{}", run.stderr);
    for words in ["was queued, and is rejected", "does not know XYZ-4, XYZ-5"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

/// The first queued update cannot be stored any more. So many are refused.
fn flush_with_a_label_that_is_too_long(jira: &Sandbox, agent: &Agent, refused: usize) -> Run {
    jira.clear_faults();
    agent.change(0, |entry| {
        entry["body"]["builds"][0]["label"] = "x".repeat(256).into();
    });
    let run = agent.run(&["flush"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let folder = std::fs::read_dir(agent.outbox().join("refused")).unwrap();
    assert_eq!(folder.count(), refused, "{}", run.stderr);
    run
}

/// Alone, and rejected for another reason, though Jira does not know one of its guesses either.
#[test]
fn one_wrong_guess_of_several_takes_no_queued_update_away() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let agent = agent(&jira, "Tidy");
    let run = agent.run(&["build", "--message=PROJ-3 XYZ-9"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    flush_with_a_label_that_is_too_long(&jira, &agent, 1);
}

/// Some commits are stored, and those with nothing but a wrong guess are not.
#[test]
fn a_commit_with_a_wrong_guess_is_no_refusal() {
    let cases: [(&[&str], i32, &str); 2] = [
        (&[], 0, "accepted"),
        (&["--issue-keys=XYZ-5"], 1, "rejected"),
    ];
    for (options, code, outcome) in cases {
        let jira = Sandbox::start();
        let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
        let known = if code == 0 { "PROJ-3 login" } else { "Tidy" };
        let mut agent = agent.with_commits(&["base", known, "Follow XYZ-4"]);
        if code != 0 {
            for name in ["CHANGE_BRANCH", "CHANGE_TITLE"] {
                agent.set(name, "main");
            }
        }
        let run = agent.run(&[&["dev-info", "--format=json"], options].concat());
        let json = run.json();
        assert_eq!(
            (run.code, &json["outcome"]),
            (code, &json!(outcome)),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("XYZ-4"), "{}", run.stderr);
    }
}

/// The next update names the issues of the last one again, but not those that Jira did not know.
#[test]
fn what_jira_did_not_know_is_not_repeated() {
    let jira = Sandbox::start();
    let agent = agent(&jira, "Follow XYZ-4 for PROJ-3");
    let run = agent.run(&["build"]);
    assert!(run.stderr.contains("XYZ-4"), "{}", run.stderr);
    let run = agent.run(&[
        "build",
        "--state=SUCCESS",
        "--message=PROJ-2",
        "--format=json",
    ]);
    assert_eq!(
        (run.code, &run.json()["issue_keys"]),
        (0, &json!(["PROJ-2", "PROJ-3"]))
    );
    assert!(!run.stderr.contains("XYZ-4"), "{}", run.stderr);
}

/// Two shell steps of one build warn once, and of what is new.
#[test]
fn what_a_call_before_has_warned_of_is_no_news() {
    for message in ["Follow XYZ-4 for PROJ-3", "Follow XYZ-4"] {
        let jira = Sandbox::start();
        let mut agent = agent(&jira, message);
        let warnings = |agent: &Agent, options: &[&str]| {
            let run = agent.run(&[&["build"], options].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            let lines = run.stderr.lines();
            let warnings = lines.filter(|line| line.starts_with("warning: ")).count();
            (warnings, run.stderr.contains("XYZ-4"))
        };
        assert_eq!(
            warnings(&agent, &["--state=in_progress"]),
            (1, true),
            "{message}"
        );
        assert_eq!(
            warnings(&agent, &["--state=SUCCESS"]),
            (0, true),
            "{message}"
        );
        assert_eq!(
            warnings(&agent, &["--state=SUCCESS"]),
            (0, true),
            "{message}"
        );
        let further = ["--state=SUCCESS", "--message=XYZ-4 XYZ-5"];
        assert_eq!(warnings(&agent, &further), (1, true), "{message}");
        // Another build is another matter.
        agent.set("BUILD_NUMBER", "4711");
        assert_eq!(
            warnings(&agent, &["--state=SUCCESS"]),
            (1, true),
            "{message}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_end_of_a_command_says_nothing_twice() {
    for (message, sent) in [("Follow XYZ-4 for PROJ-3", 2), ("Follow XYZ-4", 1)] {
        let jira = Sandbox::start();
        let agent = agent(&jira, message);
        let run = agent.run(&["build", "--", "true"]);
        assert_eq!(run.code, 0);
        assert_eq!(run.stderr.matches("XYZ-4").count(), 1, "{}", run.stderr);
        assert_eq!(jira.submissions().len(), sent, "{message}");
    }
}
