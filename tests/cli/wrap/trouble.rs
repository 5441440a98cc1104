//! Whatever becomes of the sending, the command is run and its exit code is the program's.

use std::process::Stdio;
use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};

use super::{KIND, agent, shell};
use crate::support::{Agent, Run};

/// Faults of Jira; the command is unharmed, starts at once, and little time is lost.
#[test]
fn trouble_with_jira_does_not_touch_the_command() {
    let faults = [
        (Endpoint::Token, Fault::Hang),
        (Endpoint::Builds, Fault::Hang),
        (Endpoint::Token, Fault::status(401)),
        (Endpoint::Builds, Fault::status(403)),
        (Endpoint::Builds, Fault::status(400)),
        (Endpoint::TenantInfo, Fault::CloseBeforeAnswer),
    ];
    std::thread::scope(|scope| {
        for (endpoint, fault) in faults {
            scope.spawn(move || {
                let jira = Sandbox::start();
                jira.fail(endpoint, fault.clone());
                let agent = agent(&jira);
                let begin = Instant::now();
                let mut child = agent
                    .command(&[
                        "build",
                        "--budget=3",
                        "--",
                        "sh",
                        "-c",
                        "touch ran; echo out; exit 7",
                    ])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap();
                while !agent.path().join("ran").exists() {
                    assert!(begin.elapsed() < Duration::from_secs(2), "{fault:?}");
                    std::thread::sleep(Duration::from_millis(10));
                    assert!(
                        child.try_wait().unwrap().is_none() || agent.path().join("ran").exists()
                    );
                }
                let run = Run::of(&child.wait_with_output().unwrap());
                assert_eq!(
                    (run.code, run.stdout.as_str()),
                    (7, "out\n"),
                    "{}",
                    run.stderr
                );
                assert!(run.stderr.contains("hint: "), "{}", run.stderr);
                assert!(begin.elapsed() < Duration::from_secs(6), "{fault:?}");
            });
        }
    });
}

#[test]
fn the_command_runs_without_issue_keys_facts_or_credentials() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = shell(&agent, &["--quiet"], "echo out; exit 4");
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (4, "out\n", "")
    );
    let run = shell(&agent, &[], "true");
    assert_eq!(run.stderr.matches("no issue key was found").count(), 1);
    let run = shell(&agent, &["--require-issue-keys"], "true");
    assert_eq!(run.code, 0);
    assert_eq!(run.stderr.matches("no issue key was found").count(), 1);
    assert!(jira.requests().is_empty());

    let run = shell(&Agent::bare(), &[], "echo out; exit 5");
    assert_eq!((run.code, run.stdout.as_str()), (5, "out\n"));
    assert_eq!(
        run.stderr
            .matches("warning: missing required values")
            .count(),
        1,
        "{}",
        run.stderr
    );

    let mut agent = Agent::of(KIND);
    agent.set("JIRA_SITE", "acme");
    let run = shell(&agent, &[], "exit 6");
    assert_eq!(run.code, 6);
    assert!(
        run.stderr.contains("caused by: there is no credential"),
        "{}",
        run.stderr
    );
    agent.set("BUILD_NUMBER", "seven");
    assert_eq!(shell(&agent, &[], "exit 8").code, 8);
    agent.set("HTTPS_PROXY", "ftp://proxy");
    let run = shell(&agent, &["--ca-file=nowhere"], "echo out; exit 9");
    assert_eq!((run.code, run.stdout.as_str()), (9, "out\n"));
    assert!(run.stderr.starts_with("warning: "), "{}", run.stderr);
    assert_eq!(run.stderr.matches("hint: ").count(), 1, "{}", run.stderr);
}

/// Whoever sets a variable on the controller does not keep the commands of the jobs from being run; who types an option
/// sees what is wrong with it.
#[test]
fn a_wrong_variable_does_not_keep_the_command_from_being_run() {
    let jira = Sandbox::start();
    for (variable, value) in [
        ("JIRA_SEND_BUDGET", "abc"),
        ("JIRA_SEND_STATE", "failed"),
        ("JIRA_SEND_ISSUE_KEYS", "no-key"),
        ("JIRA_SEND_KEY_TEMPLATE", "ABC-$1"),
        ("JIRA_SEND_KEEP_CREDENTIALS", "perhaps"),
        ("JIRA_SEND_FORMAT", "xml"),
    ] {
        let mut agent = agent(&jira);
        agent.set(variable, value);
        let run = shell(&agent, &["--result-file=result"], "echo out; exit 7");
        let context = format!("{variable}: {}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (7, "out\n"), "{context}");
        assert!(run.stderr.starts_with("warning: "), "{context}");
        for words in [variable, "this run is not reported to Jira"] {
            assert_eq!(run.stderr.matches(words).count(), 1, "{context}");
        }
        let result = std::fs::read_to_string(agent.path().join("result")).unwrap();
        let result: serde_json::Value = serde_json::from_str(&result).unwrap();
        assert_eq!(
            (&result["exit_code"], &result["outcome"]),
            (&7.into(), &"invalid".into())
        );
    }
    let mut agent = agent(&jira);
    agent.set("JIRA_SEND_BUDGET", "abc");
    for option in [
        "--budget=abc",
        "--state=failed",
        "--issue-keys=no-key",
        "--nonsense",
    ] {
        let run = shell(&agent, &[option], "echo out");
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{option}: {}",
            run.stderr
        );
    }
    assert!(jira.submissions().is_empty());
}

/// The file of certificates was not there this time.
#[test]
fn without_a_way_to_jira_the_outbox_keeps_both() {
    for option in ["--ca-file=nowhere", "--verbose"] {
        let jira = Sandbox::start();
        let mut agent = agent(&jira);
        if option == "--verbose" {
            agent.set("HTTPS_PROXY", "ftp://proxy");
        }
        let run = shell(&agent, &[option], "exit 9");
        assert_eq!(run.code, 9, "{}", run.stderr);
        assert!(run.stderr.contains("cannot be used"), "{}", run.stderr);
        let states: Vec<_> = agent
            .waiting()
            .iter()
            .map(|entry| entry["body"]["builds"][0]["state"].clone())
            .collect();
        assert_eq!(states, ["in_progress", "failed"]);
        assert!(jira.requests().is_empty());
        agent.unset("HTTPS_PROXY");
        assert_eq!(agent.run(&["flush"]).code, 0);
        let last = jira.submissions().pop().unwrap();
        assert_eq!(last["builds"][0]["state"], "failed");
    }
}

#[test]
fn warnings_are_given_once() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent.set("BUILD_URL", "http://localhost:8080/job/shop/2/");
    let run = shell(&agent, &[], "true");
    assert_eq!(
        run.stderr.matches("only this machine").count(),
        1,
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.matches("hint: fill in").count(), 1);
    assert_eq!(run.stderr.matches("sent to").count(), 1);
}

/// The clock of the machine stepped back: the updates of a wrapped command are newer all the same.
#[test]
fn numbers_grow_when_the_clock_has_stepped_back() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let future = "--event-time=2099-01-01T00:00:00Z";
    assert_eq!(agent.run(&["build", "--state=FAILURE", future]).code, 0);
    assert_eq!(agent.run(&["build", "--", "true"]).code, 0);
    let numbers: Vec<i64> = jira
        .submissions()
        .iter()
        .map(|body| body["builds"][0]["updateSequenceNumber"].as_i64().unwrap())
        .collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

/// Beginning and end meet the same trouble; a person reads it once, and of both that they are queued.
#[test]
fn the_same_trouble_is_told_once() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent.unset("JIRA_CLIENT_SECRET");
    let run = agent.run(&["build", "--", "sh", "-c", "exit 3"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let told = run
        .stderr
        .matches("there is no credential for Jira")
        .count();
    assert_eq!(told, 1, "{}", run.stderr);
    assert_eq!(
        run.stderr.matches(" (queued)\n").count(),
        2,
        "{}",
        run.stderr
    );
}
