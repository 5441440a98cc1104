//! As the first process of a container, which nobody else reaps orphans for.
#![cfg(target_os = "linux")]

use std::process::Command;

use jira_sandbox::Sandbox;

use super::states;
use crate::support::{Agent, Run};

/// Leaves an orphan that ends soon, and lists what nobody has reaped.
const ORPHANS: &str = r#"sh -c 'sleep 0.1 & exit 0'; sleep 1; grep -l '^State:.Z' /proc/[0-9]*/status; echo "$$"; exit 5"#;

#[test]
fn orphans_are_reaped_and_the_exit_code_is_the_commands() {
    let namespace = || {
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--mount-proc"]);
        command
    };
    // Only root can make one, and not everywhere.
    let made = namespace().arg("true").output();
    if !made.is_ok_and(|made| made.status.success()) {
        return;
    }
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    for (script, code, state) in [
        (ORPHANS, 5, "failed"),
        ("kill -KILL $$", 137, "failed"),
        ("exit 0", 0, "successful"),
    ] {
        let ours = agent.command(&["build", "--issue-keys=ABC-1", "--", "sh", "-c", script]);
        let mut command = namespace();
        command.arg(ours.get_program()).args(ours.get_args());
        command.current_dir(agent.path()).env_clear();
        let variables = ours.get_envs();
        command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        let run = Run::of(&command.output().unwrap());
        assert_eq!(run.code, code, "{script}: {}", run.stderr);
        assert!(!run.stdout.contains("/proc/"), "{script}: {}", run.stdout);
        assert_eq!(states(&jira).last().unwrap(), state);
    }
}
