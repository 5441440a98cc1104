//! The command gets its streams, its arguments and its environment.

use std::io::Write as _;
use std::process::Stdio;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{agent, shell, states};

#[test]
fn streams_are_the_commands_own() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend_from_slice(b"\r\n\x1b[31m no line feed at the end");
    let mut child = agent
        .command(&["build", "--format=json", "--", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, bytes);
    let errors = String::from_utf8(output.stderr).unwrap();
    let json: Value = serde_json::from_str(errors.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&json["outcome"], &json["exit_code"]),
        (&json!("accepted"), &json!(0))
    );

    let run = shell(
        &agent,
        &["--quiet"],
        "printf 'out'; printf 'err' >&2; exit 3",
    );
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (3, "out", "err")
    );
}

#[test]
fn arguments_reach_the_command_as_they_are() {
    let jira = Sandbox::start();
    let words = ["a b", "", "'\"", "$HOME `x` *", "--state", "--", "é\n"];
    let command = [&["build", "--", "printf", "<%s>"], &words[..]].concat();
    let run = agent(&jira).run(&command);
    let expected = "<a b><><'\"><$HOME `x` *><--state><--><é
>"
    .to_owned();
    assert_eq!((run.code, run.stdout), (0, expected));
}

#[test]
fn a_command_that_cannot_be_started_is_a_failed_build() {
    let cases = [
        ("no-such-command", 127, "sh -c"),
        ("./script", 126, "chmod +x"),
        ("./folder", 126, "chmod +x"),
        ("./junk", 126, "#!/bin/sh"),
        ("", 127, "PATH"),
    ];
    for (name, code, hint) in cases {
        let jira = Sandbox::start();
        let agent = agent(&jira);
        agent.write("script", "#!/bin/sh\n");
        agent.write_script("junk", "true\n");
        std::fs::create_dir(agent.path().join("folder")).unwrap();
        let run = agent.run(&["build", "--", name, "x"]);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        for words in ["error: the command cannot be started", "caused by: ", hint] {
            assert!(run.stderr.contains(words), "{name}: {}", run.stderr);
        }
        assert_eq!(states(&jira), ["in_progress", "failed"], "{name}");
    }
}

#[test]
fn the_command_does_not_get_the_credential_unless_asked() {
    let jira = Sandbox::start();
    let script = "echo \"$JIRA_CLIENT_ID$JIRA_CLIENT_SECRET$JIRA_CLIENT_SECRET_FILE:$JIRA_SITE\"";
    let run = shell(&agent(&jira), &[], script);
    assert_eq!(run.stdout, format!(":{}\n", jira.url()));
    let run = shell(&agent(&jira), &["--keep-credentials"], script);
    assert_eq!(
        run.stdout,
        format!("sandbox-clientsandbox-secret:{}\n", jira.url())
    );
}
