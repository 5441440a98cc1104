//! Whatever hangs or is missing on the machine: the program ends in its time and says what becomes of the data, and a
//! command of the user's is run and keeps its exit code.

#![cfg(target_os = "linux")]

#[cfg(target_env = "gnu")]
mod drive;
mod limits;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jira_sandbox::Sandbox;

use crate::support::{Agent, Run};

/// Seconds for each run.
const BUDGET: u64 = 3;

/// The watchdog's second, and some for a machine that does too much at once.
const SLACK: Duration = Duration::from_secs(4);

/// A fault of the machine, and how it is made: variables and options.
struct Fault {
    name: &'static str,
    make: fn(&mut Agent) -> Vec<String>,
}

fn pipe(agent: &Agent) -> String {
    let path = agent.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path.to_str().unwrap().to_owned()
}

/// A git in front of the real one.
fn shim(agent: &mut Agent, script: &str) {
    fs::create_dir(agent.path().join("shim")).unwrap();
    let path = agent.write_script("shim/git", script);
    let folder = path.parent().unwrap().to_str().unwrap().to_owned();
    let before = agent.variables().get("PATH").cloned();
    let before = before
        .or_else(|| std::env::var("PATH").ok())
        .unwrap_or_default();
    agent.set("PATH", &format!("{folder}:{before}"));
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "nothing",
        make: |_| Vec::new(),
    },
    Fault {
        name: "a pipe for certificates",
        make: |agent| vec![format!("--ca-file={}", pipe(agent))],
    },
    Fault {
        name: "a pipe for the system's certificates",
        make: |agent| {
            let pipe = pipe(agent);
            agent.set("SSL_CERT_FILE", &pipe);
            Vec::new()
        },
    },
    Fault {
        name: "a pipe for the secret",
        make: |agent| {
            let pipe = pipe(agent);
            agent.unset("JIRA_CLIENT_SECRET");
            agent.set("JIRA_CLIENT_SECRET_FILE", &pipe);
            Vec::new()
        },
    },
    Fault {
        name: "a pipe for the changes",
        make: |agent| vec![format!("--changes={}", pipe(agent))],
    },
    Fault {
        name: "a pipe for the result",
        make: |agent| vec![format!("--result-file={}", pipe(agent))],
    },
    Fault {
        name: "a configuration that includes a pipe",
        make: |agent| {
            let pipe = pipe(agent);
            agent.git(&["config", "--file", ".git/config", "include.path", &pipe]);
            Vec::new()
        },
    },
    Fault {
        name: "a git that closes its output and stays",
        make: |agent| {
            shim(agent, "#!/bin/sh\nexec 1>&- 2>&-\nsleep 30\n");
            Vec::new()
        },
    },
    Fault {
        name: "a git that says nothing",
        make: |agent| {
            shim(agent, "#!/bin/sh\nexec sleep 30\n");
            Vec::new()
        },
    },
    Fault {
        name: "a git that never ends to speak",
        make: |agent| {
            shim(agent, "#!/bin/sh\nwhile :; do echo x; echo y >&2; done\n");
            Vec::new()
        },
    },
];

#[test]
fn the_budget_holds_and_the_command_is_run() {
    std::thread::scope(|scope| {
        for fault in FAULTS {
            for wraps in [false, true] {
                scope.spawn(move || check(fault, wraps));
            }
        }
    });
}

fn check(fault: &Fault, wraps: bool) {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let mut agent = agent.with_commits(&["ABC-1 first"]);
    let budget = format!("--budget={BUDGET}");
    let mut arguments = vec!["build".to_owned(), "--issue-keys=ABC-1".to_owned(), budget];
    arguments.extend((fault.make)(&mut agent));
    if wraps {
        arguments.extend(["--", "sh", "-c", "echo ran; exit 7"].map(ToOwned::to_owned));
    } else {
        arguments.push("--state=SUCCESS".to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let begin = Instant::now();
    let run = agent.run(&arguments);
    let context = format!("{}, wraps: {wraps}: {}", fault.name, run.stderr);
    let most = Duration::from_secs(BUDGET * if wraps { 2 } else { 1 }) + SLACK;
    assert!(begin.elapsed() < most, "{:?} {context}", begin.elapsed());
    if wraps {
        assert_eq!((run.code, run.stdout.as_str()), (7, "ran\n"), "{context}");
    } else {
        assert!(matches!(run.code, 0 | 2..=4), "{} {context}", run.code);
    }
}

/// A program that writes to us and never ends to be read: nothing else on the machine can make this file end.
#[test]
fn what_never_comes_on_standard_input_ends_in_time() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let mut child = agent
        .command(&[
            "feature-flag",
            "--file=-",
            "--issue-keys=ABC-1",
            "--budget=1",
            "--format=json",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    let begin = Instant::now();
    let run = Run::of(&child.wait_with_output().unwrap());
    drop(open);
    assert!(begin.elapsed() < Duration::from_secs(1) + SLACK);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert_eq!(run.json()["outcome"], "unreachable");
    assert!(
        run.stderr.contains("the time budget was used up"),
        "{}",
        run.stderr
    );
}

/// A repository that says how to fetch what it lacks and what to run on every occasion, and a git that is too old to know
/// that it should not fetch.
#[test]
fn a_repository_starts_no_program_even_with_an_old_git() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let mut agent = agent.with_commits(&["ABC-1 first", "ABC-2 second"]);
    let mark = agent.path().join("started");
    let git = |arguments: &[&str]| {
        let folder = agent.path().to_str().unwrap();
        let output = Command::new("git")
            .args(["-C", folder])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?} {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let url = format!("ext::sh -c touch% {}", mark.display());
    let parent = git(&["rev-parse", "HEAD~1"]);
    let program = agent.write_script("evil", &format!("#!/bin/sh\ntouch {}\n", mark.display()));
    let program = program.to_str().unwrap().to_owned();
    agent.write(".gitattributes", "* diff=evil filter=evil merge=evil\n");
    git(&["add", ".gitattributes"]);
    fs::create_dir(agent.path().join("hooks")).unwrap();
    for hook in [
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
    ] {
        fs::copy(&program, agent.path().join("hooks").join(hook)).unwrap();
    }
    let hooks = agent.path().join("hooks");
    for (name, value) in [
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", &url),
        ("protocol.ext.allow", "always"),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.fsmonitor", &program),
        ("core.pager", &program),
        ("pager.log", &program),
        ("pager.rev-list", &program),
        ("core.editor", &program),
        ("core.sshCommand", &program),
        ("core.askPass", &program),
        ("core.alternateRefsCommand", &program),
        ("credential.helper", &format!("!{program}")),
        ("alias.log", &format!("!{program}")),
        ("alias.rev-list", &format!("!{program}")),
        ("diff.external", &program),
        ("diff.evil.textconv", &program),
        ("diff.evil.command", &program),
        ("filter.evil.clean", &program),
        ("filter.evil.smudge", &program),
        ("filter.evil.process", &program),
        ("filter.evil.required", "true"),
        ("merge.evil.driver", &program),
        ("gpg.program", &program),
        ("log.showSignature", "true"),
        ("sequence.editor", &program),
        ("uploadpack.packObjectsHook", &program),
    ] {
        git(&["config", name, value]);
    }
    let object = agent
        .path()
        .join(format!(".git/objects/{}/{}", &parent[..2], &parent[2..]));
    fs::remove_file(object).unwrap();
    let real = Command::new("sh")
        .args(["-c", "command -v git"])
        .output()
        .unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    shim(
        &mut agent,
        &format!(
            "#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec {} \"$@\"\n",
            real.trim()
        ),
    );
    for command in [
        &["build", "--state=SUCCESS"][..],
        &["deployment", "--environment-id=eu", "--state=SUCCESS"],
        &["dev-info"],
        &["dev-info", "--all"],
        &["keys"],
        &["check"],
    ] {
        let run = agent.run(&[command, &["--issue-keys=ABC-1"]].concat());
        assert!(!mark.exists(), "{command:?}: {}", run.stderr);
    }
}
