//! Outboxes that cannot be used or are not wanted: the send goes its way.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, Run};

const KIND: &str = "freestyle-no-scm";

fn send(agent: &Agent, options: &[&str]) -> Run {
    let arguments = ["build", "--issue-keys=ABC-1", "--format=json", "--budget=2"];
    agent.run(&[&arguments[..], options].concat())
}

fn down() -> Sandbox {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    jira
}

/// Folders that are none: said clearly, and the send goes its way.
#[test]
fn an_outbox_that_cannot_be_used_is_said_when_it_is_needed() {
    let cases = [
        ("file/below", "could not create"),
        ("file", "file is not a folder"),
        ("/dev/full", "not a folder"),
        ("", "neither XDG_STATE_HOME nor HOME is set"),
    ];
    for (folder, words) in cases {
        let jira = Sandbox::start();
        let mut agent = Agent::of(KIND).with_jira(&jira);
        agent.write("file", "");
        agent.set("JIRA_SEND_OUTBOX", folder);
        if folder.is_empty() {
            agent.set("HOME", "");
        }
        let run = send(&agent, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(!run.stderr.contains("outbox"), "{}", run.stderr);
        jira.fail(Endpoint::Builds, Fault::empty(503));
        let run = send(&agent, &[]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(
            run.stderr.contains("is lost: it could not be written") && run.stderr.contains(words),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("JIRA_SEND_OUTBOX"));
        let flush = agent.run(&["flush"]);
        assert_eq!(flush.code, 2, "{}", flush.stderr);
        assert!(flush.stderr.contains(words), "{}", flush.stderr);
    }
}

/// Root may write into any folder, so this one belongs to the kernel.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_does_no_harm() {
    let jira = down();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    agent.set("JIRA_SEND_OUTBOX", "/proc/self");
    let run = send(&agent, &["-v"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("could not remember the sequence number"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("/proc/self cannot be written to"),
        "{}",
        run.stderr
    );
    jira.clear_faults();
    let run = send(&agent, &[]);
    assert_eq!((run.code, &run.json()["outcome"]), (0, &json!("accepted")));
}

/// The limit for the size of files stands for a full disk: folders can be made, and nothing can be written.
#[cfg(unix)]
#[test]
fn a_full_disk_does_no_harm() {
    let jira = down();
    let agent = Agent::of(KIND).with_jira(&jira);
    let program = agent.command(&[]).get_program().to_owned();
    let send = || {
        let script = "ulimit -f 0; exec \"$0\" build --issue-keys=ABC-1";
        let mut shell = agent.command(&[]);
        let variables = shell
            .get_envs()
            .map(|(k, v)| (k.to_owned(), v.unwrap().to_owned()));
        let variables: Vec<_> = variables.collect();
        shell = std::process::Command::new("sh");
        shell
            .args(["-c", script])
            .arg(&program)
            .env_clear()
            .envs(variables);
        let output = shell.current_dir(agent.path()).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, stderr) = send();
    assert_eq!(code, Some(4), "{stderr}");
    assert!(
        stderr.contains("is lost: it could not be written") && stderr.contains("file too large"),
        "{stderr}"
    );
    let files = agent.kept("");
    assert_eq!(files, ["sent"], "nothing half written");
    jira.clear_faults();
    let (code, stderr) = send();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains("outbox"), "{stderr}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let agent = Agent::of(KIND);
    assert_eq!(
        agent
            .run(&["build", "--dry-run", "--issue-keys=ABC-1"])
            .code,
        0
    );
    assert!(!agent.path().join(".local").exists());
}

#[test]
fn without_an_outbox_nothing_is_written() {
    let jira = down();
    let agent = Agent::of(KIND).with_jira(&jira);
    let run = send(&agent, &["--no-outbox"]);
    assert_eq!(run.code, 4);
    assert!(!agent.path().join(".local").exists());
    assert_eq!(agent.run(&["flush", "--no-outbox"]).code, 2);
}

/// Whoever reads the result must learn that there is none; what was sent counts as sent.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let cases = [
        (&["keys", "--branch=ABC-1"][..], 2, "error"),
        (&["keys", "--branch=ABC-1", "--format=json"], 2, "error"),
        (&["check", "--format=json"], 2, "error"),
        (&["--help"], 2, "error"),
        (
            &["build", "--issue-keys=ABC-1", "--format=json"],
            0,
            "warning",
        ),
    ];
    for (arguments, code, label) in cases {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = agent.command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        let words = format!("{label}: could not write the result to stdout");
        assert!(stderr.contains(&words), "{arguments:?}: {stderr}");
        assert!(stderr.contains("no space left"), "{stderr}");
    }
    assert_eq!(jira.submissions().len(), 1);
}

/// The command has the limit, too, and its own exit code.
#[cfg(unix)]
#[test]
fn a_full_disk_does_not_hide_what_became_of_the_command() {
    let jira = Sandbox::start();
    let agent = Agent::of(KIND).with_jira(&jira);
    let program = agent.command(&[]).get_program().to_owned();
    let script =
        "ulimit -f 0; exec \"$0\" build --issue-keys=ABC-1 -- sh -c 'echo x > file; exit 7'";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script]).arg(&program).env_clear();
    shell.envs(agent.variables()).current_dir(agent.path());
    let output = shell.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    // The command dies of the signal that we survive: 128 + SIGXFSZ.
    assert_eq!(output.status.code(), Some(153), "{stderr}");
}
