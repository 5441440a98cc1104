//! Limits of the machine: processes, memory, files. The command is run, and its exit code returned.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use jira_sandbox::Sandbox;
use tempfile::TempDir;

use crate::support::{Agent, Run};

/// A limit, what reaches Jira under it, and the command.
struct Limit {
    option: String,
    is_told: bool,
    script: &'static str,
    code: i32,
}

const SHORT: &str = "echo ran; exit 7";

/// Starts more processes while it runs.
const BUSY: &str =
    "i=0; while [ $i -lt 18 ]; do sleep 1 & i=$((i+1)); done; echo ran; wait; exit 3";

fn limits() -> Vec<Limit> {
    let limit = |option: String, is_told, script, code| Limit {
        option,
        is_told,
        script,
        code,
    };
    let processes = [3, 4, 5, 6, 8, 12];
    let processes = processes.map(|most| limit(format!("--nproc={most}"), true, SHORT, 7));
    let files = [8, 12, 16].map(|most| limit(format!("--nofile={most}"), true, SHORT, 7));
    let mut all: Vec<Limit> = processes.into_iter().chain(files).collect();
    all.push(limit("--nproc=30".to_owned(), true, BUSY, 3));
    for (option, is_told) in [
        ("--stack=65536", true),
        ("--stack=131072", true),
        ("--stack=524288", true),
        ("--stack=65536 --nofile=12", true),
        ("--stack=65536 --nproc=1", false),
        ("--stack=65536 --nproc=2", false),
        ("--nproc=1", false),
        ("--nproc=2", false),
    ] {
        all.push(limit(option.to_owned(), is_told, SHORT, 7));
    }
    // From what is just enough to start on, whatever the size of the program.
    let start = least_memory();
    all.extend((2..24).map(|step| {
        let most = (start + step * 512) * 1024;
        limit(format!("--as={most}"), step > 16, SHORT, 7)
    }));
    all
}

/// The least memory, in KiB, with which the program starts.
pub(super) fn least_memory() -> u64 {
    let starts = |most: &u64| {
        let program = Agent::bare().command(&["--version"]);
        let mut command = Command::new("prlimit");
        command.arg(format!("--as={}", most * 1024));
        let output = command.arg(program.get_program()).arg("--version").output();
        output.unwrap().status.success()
    };
    (4..400).map(|step| step * 512).find(starts).unwrap()
}

/// A copy that everybody may run: a file that is being written, by any thread, cannot be run.
fn program() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("jira-send");
    let ours = Agent::bare().command(&[]);
    let copied = Command::new("cp")
        .arg(ours.get_program())
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    (folder, program)
}

/// Only root can be somebody who has nothing else running.
#[test]
fn the_command_is_run_and_watched() {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        return;
    }
    let (_folder, program) = program();
    for (index, limit) in limits().iter().enumerate() {
        let jira = Sandbox::start();
        let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
        fs::set_permissions(agent.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let ours = agent.command(&["build", "--issue-keys=ABC-1", "--"]);
        let user = (60_300 + index).to_string();
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
            .arg("prlimit")
            .args(limit.option.split(' '))
            .arg(&program)
            .args(ours.get_args())
            .args(["sh", "-c", limit.script])
            .current_dir("/")
            .env_clear();
        let variables = ours.get_envs();
        command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        command.env("JIRA_SEND_OUTBOX", agent.path().join("box"));
        let run = Run::of(&command.output().unwrap());
        let context = format!("{}: {}", limit.option, run.stderr);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (limit.code, "ran\n"),
            "{context}"
        );
        let is_told = jira.build("shop-freestyle-noscm", 1).is_some();
        assert!(is_told || !limit.is_told, "{context}");
        assert!(
            is_told || run.stderr.contains("not reported to Jira"),
            "{context}"
        );
    }
}
