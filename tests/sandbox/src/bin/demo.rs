//! The demo: this repository's newest commits, a build, a deployment and a feature flag on an issue of the stand-in.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use jira_sandbox::{Config, Sandbox};

/// The kind of Jenkins run that is played, and the issue that its branch names.
const RUN: &str =
    include_str!("../../../data/jenkins-env/multibranch-declarative-feature-slash-second.json");
const ISSUE: &str = "PROJ-2";

/// How many commits the run is said to bring.
const COMMITS: usize = 5;

fn main() -> ExitCode {
    let once = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--once") => true,
        Some(_) => {
            eprintln!("usage: demo [--once]");
            return ExitCode::from(2);
        }
    };
    match demo(once) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("demo: {message}");
            ExitCode::FAILURE
        }
    }
}

fn demo(once: bool) -> Result<(), String> {
    // Cargo puts both programs into one folder.
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = here.with_file_name(format!("jira-send{}", std::env::consts::EXE_SUFFIX));
    let sandbox = Sandbox::try_with(Config::default())
        .map_err(|error| format!("the stand-in does not start: {error}"))?;
    println!("A stand-in for Jira runs at {}\n", sandbox.url());

    let variables = variables(&sandbox)?;
    let steps: [&[&str]; 6] = [
        &["keys"],
        &["build", "--state=in_progress"],
        &[
            "build",
            "--state=SUCCESS",
            "--tests-passed=128",
            "--tests-failed=0",
        ],
        &[
            "deployment",
            "--environment-name=EU production",
            "--state=SUCCESS",
        ],
        &["dev-info"],
        &[
            "feature-flag",
            "--flag-id=new-login",
            "--enabled=true",
            "--rollout-percentage=25",
            "--environment-name=production",
        ],
    ];
    for arguments in steps {
        println!("$ jira-send {}", arguments.join(" "));
        let output = Command::new(&program)
            .args(arguments)
            .envs(&variables)
            .output()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        for text in [output.stderr, output.stdout] {
            print!("{}", String::from_utf8_lossy(&text));
        }
        println!();
        if !output.status.success() {
            return Err(format!("jira-send ended with {}", output.status));
        }
    }

    let panel = sandbox.panel(ISSUE);
    println!("What the issue shows now:\n\n{panel}");
    println!("The same as a page: {}/browse/{ISSUE}", sandbox.url());
    for state in ["Builds", "Deployments", "Branches", "Feature flags"] {
        if !panel.contains(state) {
            return Err(format!("the panel of {ISSUE} shows no {state}"));
        }
    }
    if !once {
        println!("\nTo go on by hand, paste this into another terminal, in this folder:\n");
        let is_of_jira = |(name, _): &(&String, &String)| name.starts_with("JIRA_");
        for (name, value) in variables.iter().filter(is_of_jira) {
            println!("export {name}={value}");
        }
        for (name, value) in [
            ("JOB_NAME", "shop"),
            ("BUILD_NUMBER", "1"),
            ("BUILD_URL", "https://jenkins.example.com/job/shop/1/"),
        ] {
            println!("export {name}={value}");
        }
        println!(
            "{} build --state SUCCESS --issue-keys {ISSUE}\n",
            program.display()
        );
        println!("Press Ctrl-C to stop.");
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

/// What Jenkins would set, with the commits of the repository around, and the address of the stand-in.
fn variables(sandbox: &Sandbox) -> Result<BTreeMap<String, String>, String> {
    let mut variables: BTreeMap<String, String> =
        serde_json::from_str(RUN).map_err(|error| error.to_string())?;
    for name in [
        "GIT_COMMIT",
        "GIT_PREVIOUS_COMMIT",
        "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
    ] {
        variables.remove(name);
    }
    match git(&["rev-list", "--max-count=6", "HEAD"]) {
        Some(commits) => {
            let mut commits = commits.lines();
            let head = commits.next().map(ToOwned::to_owned);
            variables.extend(head.map(|id| ("GIT_COMMIT".to_owned(), id)));
            let before = commits.nth(COMMITS - 1).map(ToOwned::to_owned);
            let name = "GIT_PREVIOUS_SUCCESSFUL_COMMIT".to_owned();
            variables.extend(before.map(|id| (name, id)));
        }
        None => println!("There is no git history here: the demo goes without commits.\n"),
    }
    let config = Config::default();
    for (name, value) in [
        ("JIRA_SITE", sandbox.url()),
        ("JIRA_CLIENT_ID", &config.client_id),
        ("JIRA_CLIENT_SECRET", &config.client_secret),
        // A demo leaves nothing in anybody's home.
        ("JIRA_SEND_NO_OUTBOX", "true"),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    Ok(variables)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then_some(text)
}
