//! The demo prints what can be pasted, and it works as it stands.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{Agent, Run, clear_cargo};

/// Ends the demo with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn build() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--locked", "--quiet", "--package", "jira-sandbox"]);
    clear_cargo(&mut cargo);
    assert!(cargo.status().unwrap().success());
}

/// As a shell would: without what the user's own terminal has.
fn paste(lines: &str) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-euc", lines]).env_clear();
    shell.env("PATH", std::env::var("PATH").unwrap());
    Run::of(&shell.output().unwrap())
}

#[test]
fn what_the_demo_prints_can_be_pasted() {
    build();
    let programs = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let mut demo = Command::new(programs.join("demo"));
    // Settings of the user must not matter.
    demo.env("JIRA_SEND_PROJECTS", "OTHER")
        .env("GIT_AUTHOR_NAME", "Somebody")
        .stdout(Stdio::piped());
    let mut demo = Demo(demo.spawn().unwrap());
    let output = BufReader::new(demo.0.stdout.take().unwrap()).lines();
    let lines: Vec<String> = output
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Press Ctrl-C"))
        .collect();
    let (shown, by_hand) = lines.split_at(
        lines
            .iter()
            .position(|line| line.starts_with("cd "))
            .unwrap(),
    );
    for text in ["Commits (3)", "Ada Example", "128 passed", "EU production"] {
        assert!(shown.join("\n").contains(text), "{text} in {shown:?}");
    }
    assert!(!shown.join("\n").contains("dropped"), "{shown:?}");
    assert!(
        by_hand.contains(&"export BUILD_NUMBER=3".to_owned()),
        "{by_hand:?}"
    );

    let by_hand = by_hand.join("\n");
    let run = paste(&by_hand);
    let sent = "build shop » feature/PROJ-2-login #3 failed (126 passed, 2 failed) sent to";
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.starts_with(sent), "{}", run.stderr);

    // The commands that were run are those that are shown.
    let (exports, _) = by_hand.rsplit_once("\njira-send ").unwrap();
    let commands = shown.iter().filter_map(|line| line.strip_prefix("$ "));
    let commands: Vec<&str> = commands.collect();
    assert_eq!(commands.len(), 6);
    let run = paste(&format!("{exports}\n{}", commands.join("\n")));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let deployed = "deployment shop » feature/PROJ-2-login #3 to EU production successful sent to";
    assert!(run.stderr.contains(deployed), "{}", run.stderr);
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
}

#[test]
fn what_the_demo_needs_is_named_before_anything_is_built() {
    let agent = Agent::bare();
    let needs = |version: &str| {
        agent.write_script(
            "cargo",
            &format!("#!/bin/sh\necho 'cargo {version} (0123 2026-01-01)'\n"),
        );
        let mut shell = Command::new("sh");
        shell
            .arg("tests/sandbox/needs.sh")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO", agent.path().join("cargo"));
        Run::of(&shell.output().unwrap())
    };
    for version in ["1.91.0", "1.100.0", "2.0.0-nightly"] {
        assert_eq!(
            (needs(version).code, needs(version).stderr),
            (0, String::new())
        );
    }
    let run = needs("1.63.0");
    assert_eq!(run.code, 1);
    let said = "error: Rust is version 1.63.0, and the demo needs 1.91 or later\nhint: rustup";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);

    let mut shell = Command::new("sh");
    shell
        .arg("tests/sandbox/needs.sh")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO", "no-such-cargo");
    let run = Run::of(&shell.output().unwrap());
    assert_eq!(run.code, 1);
    let said = "error: not found: no-such-cargo\nhint: the demo needs Rust 1.91 or later";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
}
