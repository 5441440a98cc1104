//! Told to stop, the program tells its command, and Jira that the run was cancelled.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};

use super::states;
use crate::support::{Agent, Run};

/// So long the program waits for a command that was told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// Outside Jenkins nobody but us tells the command.
fn outside(jira: &Sandbox) -> Agent {
    let mut agent = Agent::of("freestyle-no-scm").with_jira(jira);
    agent.unset("JENKINS_SERVER_COOKIE");
    agent
}

/// Starts the script and waits until it says that it is ready by making a file.
fn start(agent: &Agent, script: &str) -> Child {
    let command = ["build", "--issue-keys=ABC-1", "--", "sh", "-c", script];
    let child = listening(&agent.command(&command))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until(|| agent.path().join("ready").exists());
    child
}

/// The same command, with the signals that whoever runs the tests may ignore, such as a shell in the background.
fn listening(command: &Command) -> Command {
    let mut listening = Command::new("env");
    if cfg!(target_os = "linux") {
        listening.arg("--default-signal=HUP,INT,TERM");
    }
    listening
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            listening.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        listening.current_dir(folder);
    }
    listening
}

fn until(happened: impl Fn() -> bool) {
    let begin = Instant::now();
    while !happened() {
        assert!(begin.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn signal(name: &str, child: &Child) {
    let id = child.id().to_string();
    let status = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(status.success());
}

fn finish(child: Child) -> Run {
    Run::of(&child.wait_with_output().unwrap())
}

/// Signal, script, exit code, output.
const STOPS: &[(&str, &str, i32, &str)] = &[
    ("-TERM", "touch ready; exec sleep 60", 143, ""),
    ("-INT", "touch ready; exec sleep 60", 130, ""),
    ("-HUP", "touch ready; exec sleep 60", 129, ""),
    (
        "-TERM",
        "trap 'echo told; exit 0' TERM; touch ready; while :; do sleep 0.1; done",
        0,
        "told\n",
    ),
    (
        "-TERM",
        "trap 'echo told; exit 7' TERM; touch ready; while :; do sleep 0.1; done",
        7,
        "told\n",
    ),
];

#[test]
fn a_signal_is_passed_on_and_the_run_is_cancelled() {
    std::thread::scope(|scope| {
        for (name, script, code, output) in STOPS {
            scope.spawn(move || {
                let jira = Sandbox::start();
                let agent = outside(&jira);
                let child = start(&agent, script);
                let begin = Instant::now();
                signal(name, &child);
                let run = finish(child);
                assert_eq!(run.code, *code, "{name} {script}: {}", run.stderr);
                assert_eq!(run.stdout, *output, "{name} {script}");
                assert_eq!(states(&jira), ["in_progress", "cancelled"]);
                assert!(begin.elapsed() < GRACE, "{name} {script}");
            });
        }
    });
}

/// Jenkins signals every process of a build; a second signal would break off an orderly end.
#[test]
fn inside_jenkins_the_command_is_told_once() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let script = "echo $$ >id; trap 'echo told; sleep 1; echo clean; exit 1' TERM; touch ready; while :; do sleep 0.1; done";
    let child = start(&agent, script);
    let id = std::fs::read_to_string(agent.path().join("id")).unwrap();
    signal("-TERM", &child);
    assert!(
        Command::new("kill")
            .arg(id.trim())
            .status()
            .unwrap()
            .success()
    );
    let run = finish(child);
    assert_eq!((run.code, run.stdout.as_str()), (1, "told\nclean\n"));
    assert_eq!(states(&jira), ["in_progress", "cancelled"]);
}

/// Whoever signals the processes of a build may have missed the command.
#[test]
fn inside_jenkins_a_command_that_goes_on_is_told_by_us() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let script = "trap 'exit 5' TERM; touch ready; i=0; while [ $i -lt 200 ]; do sleep 0.1; i=$((i+1)); done";
    let child = start(&agent, script);
    let begin = Instant::now();
    signal("-TERM", &child);
    let run = finish(child);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(begin.elapsed() >= GRACE);
}

/// The command may be the first to know.
#[test]
fn a_signal_that_comes_a_moment_after_the_end_counts() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let script = "touch ready; kill -TERM $PPID & exit 1";
    let run = finish(start(&agent, script));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(states(&jira), ["in_progress", "cancelled"]);
}

/// What does not ask us to stop is for the command alone, and decides nothing.
#[test]
fn other_signals_are_passed_on() {
    std::thread::scope(|scope| {
        for name in ["QUIT", "USR1", "USR2", "WINCH"] {
            for (ending, state) in [("exit 6", "failed"), ("exit 0", "successful")] {
                scope.spawn(move || {
                    let jira = Sandbox::start();
                    let script =
                        format!("trap '{ending}' {name}; touch ready; while :; do sleep 0.1; done");
                    let child = start(&outside(&jira), &script);
                    signal(&format!("-{name}"), &child);
                    let run = finish(child);
                    let code = if state == "failed" { 6 } else { 0 };
                    assert_eq!(run.code, code, "{name}: {}", run.stderr);
                    assert_eq!(states(&jira), ["in_progress", state], "{name}");
                });
            }
        }
    });
}

/// The command is over, and only Jira is waited for.
#[test]
fn a_stop_after_the_end_is_quick_as_well() {
    let jira = Sandbox::start();
    let agent = outside(&jira);
    let child = start(
        &agent,
        "touch ready; while ! test -e go; do sleep 0.1; done; exit 3",
    );
    until(|| states(&jira) == ["in_progress"]);
    jira.fail(Endpoint::Builds, Fault::Hang);
    let before = jira.submissions().len();
    agent.write("go", "");
    until(|| jira.submissions().len() > before);
    let begin = Instant::now();
    signal("-TERM", &child);
    let run = finish(child);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        begin.elapsed() < Duration::from_secs(8),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(agent.kept(".json").len(), 1, "{}", run.stderr);
}

/// As under `nohup`.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_that_is_ignored_stays_ignored() {
    let jira = Sandbox::start();
    let agent = outside(&jira);
    let script = "kill -HUP $$ $PPID; sleep 0.3; echo end";
    let ours = agent.command(&["build", "--issue-keys=ABC-1", "--", "sh", "-c", script]);
    let output = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(ours.get_program())
        .args(ours.get_args())
        .current_dir(agent.path())
        .env_clear()
        .envs(
            ours.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "end\n"),
        "{}",
        run.stderr
    );
    assert_eq!(states(&jira), ["in_progress", "successful"]);
}

/// Jira hears of it in time; to kill the command is for whoever wants it ended.
#[test]
fn a_command_that_does_not_end_is_reported_and_waited_for() {
    let run = |kind: &str| {
        let jira = Sandbox::start();
        let mut agent = outside(&jira);
        if kind == "inside" {
            agent.set("JENKINS_SERVER_COOKIE", "x");
        }
        let script = "trap '' TERM; touch ready; while ! test -e go; do sleep 0.1; done; echo end";
        let child = start(&agent, script);
        let begin = Instant::now();
        signal("-TERM", &child);
        until(|| states(&jira) == ["in_progress", "cancelled"]);
        assert!(
            begin.elapsed() >= GRACE && begin.elapsed() < GRACE * 2,
            "{kind}"
        );
        agent.write("go", "");
        let run = finish(child);
        assert_eq!((run.code, run.stdout.as_str()), (0, "end\n"), "{kind}");
        assert_eq!(states(&jira).len(), 2);
    };
    std::thread::scope(|scope| {
        for kind in ["outside", "inside"] {
            scope.spawn(move || run(kind));
        }
    });
}

#[test]
fn a_stop_is_quick_even_when_jira_hangs() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Token, Fault::Hang);
    let agent = outside(&jira);
    let child = start(&agent, "touch ready; exec sleep 60");
    let begin = Instant::now();
    signal("-TERM", &child);
    assert_eq!(finish(child).code, 143);
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(agent.kept(".json").len(), 2, "beginning and end wait");
}
