//! The drive of the outbox hangs, from any call on: as one does whose server is gone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jira_sandbox::Sandbox;
use serde_json::json;
use tempfile::TempDir;

use super::limits::least_memory;
use super::{BUDGET, SLACK};
use crate::support::{Agent, Run, request};

/// What the program does to files, as `hang.c` names it.
const CALLS: [&str; 7] = ["open", "rename", "unlink", "fsync", "write", "stat", "list"];

/// How the program is called.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Send,
    Wrap,
    Flush,
    Step,
}

/// A library that makes the program hang, built once.
fn library() -> &'static Path {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let build = || {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("hang.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/cli/hangs/hang.c"
            ))
            .arg("-ldl")
            .status();
        assert!(built.unwrap().success());
        (folder, library)
    };
    &BUILT.get_or_init(build).1
}

#[test]
fn the_budget_holds_whatever_the_drive_hangs_in() {
    library();
    std::thread::scope(|scope| {
        for call in [Call::Send, Call::Wrap, Call::Flush, Call::Step] {
            for file_call in CALLS {
                scope.spawn(move || check(call, file_call));
            }
        }
    });
}

/// Too little memory for a thread: an alarm of the system takes the place of the watchdog.
#[test]
fn without_a_thread_an_alarm_ends_what_hangs() {
    let memory = format!("--as={}", (least_memory() + 16 * 1024) * 1024);
    let command: &[&str] = &["--", "sh", "-c", "exit 7"];
    let state: &[&str] = &["--state=successful"];
    let warn: &[&str] = &["--state=successful", "--on-error=warn"];
    for (more, file_call, code) in [
        (state, "write", 4),
        (state, "list", 4),
        (warn, "rename", 0),
        (command, "unlink", 7),
    ] {
        let jira = Sandbox::start();
        let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
        agent.run(&["build", "--state=in_progress", "--issue-keys=ABC-1"]);
        let ours = agent.command(&[&["build", "--issue-keys=ABC-1", "--budget=1"], more].concat());
        let mut command = Command::new("prlimit");
        command
            .arg(&memory)
            .arg(ours.get_program())
            .args(ours.get_args())
            .current_dir(agent.path())
            .env_clear();
        let variables = ours.get_envs();
        command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        command.env("LD_PRELOAD", library());
        command
            .env("HANG_CALLS", file_call)
            .env("HANG_IN", agent.outbox());
        let begin = Instant::now();
        let run = Run::of(&command.output().unwrap());
        assert_eq!(run.code, code, "{file_call}: {}", run.stderr);
        assert!(begin.elapsed() < Duration::from_secs(3) + SLACK);
    }
}

fn check(call: Call, file_call: &str) {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    // There is something to list, to claim and to take away.
    agent.run(&["build", "--state=in_progress", "--issue-keys=ABC-1"]);
    let library = library().to_str().unwrap();
    let outbox = agent.outbox();
    let variables = [
        ("LD_PRELOAD", library),
        ("HANG_CALLS", file_call),
        ("HANG_IN", outbox.to_str().unwrap()),
    ];
    let budget = format!("--budget={BUDGET}");
    let send = ["build", "--issue-keys=ABC-1", &budget];
    let run = |more: &[&str]| {
        let mut command = agent.command(&[&send[..], more].concat());
        Run::of(&command.envs(variables).output().unwrap())
    };
    let context = format!("{call:?} {file_call}");
    let begin = Instant::now();
    let mut most = BUDGET + 1;
    match call {
        Call::Send => {
            let run = run(&["--state=successful", "--format=json"]);
            assert!(matches!(run.code, 0 | 4), "{context}: {}", run.stderr);
            assert_eq!(run.json()["exit_code"], run.code, "{context}");
        }
        Call::Wrap => {
            let run = run(&["--", "sh", "-c", "echo ran; exit 7"]);
            let code = (run.code, run.stdout.as_str());
            assert_eq!(code, (7, "ran\n"), "{context}: {}", run.stderr);
            most += BUDGET;
        }
        Call::Flush => {
            let mut command = agent.command(&["flush", &budget]);
            let run = Run::of(&command.envs(variables).output().unwrap());
            // 2: the folder does not even open.
            assert!(matches!(run.code, 0 | 2 | 4), "{context}: {}", run.stderr);
        }
        Call::Step => {
            let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS", "budget": BUDGET});
            let request = request("jiraSendBuildInfo", &parameters, &json!({}));
            let answer = agent.ask_with(&request.to_string(), &variables);
            // The library keeps a call that has a problem.
            let is_said = answer.json["problem"].is_string() || answer.returns().is_object();
            assert!(is_said, "{context}: {:?}", answer.json);
        }
    }
    let most = Duration::from_secs(most) + SLACK;
    assert!(begin.elapsed() < most, "{:?} {context}", begin.elapsed());
}
