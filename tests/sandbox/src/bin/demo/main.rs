//! The demo: commits, a build, a deployment and a feature flag on an issue of the stand-in.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

mod shell;
mod shop;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use jira_sandbox::{Config, Sandbox};
use shell::quoted;
use shop::Shop;

/// The kind of Jenkins run that is played, and the issue that its branch names.
const RUN: &str =
    include_str!("../../../../data/jenkins-env/multibranch-declarative-feature-slash-second.json");
const ISSUE: &str = "PROJ-2";

/// What the program reads of the run; the commits are those of the shop.
const VARIABLES: [&str; 7] = [
    "BRANCH_NAME",
    "BUILD_NUMBER",
    "BUILD_URL",
    "GIT_BRANCH",
    "GIT_URL",
    "JENKINS_URL",
    "JOB_NAME",
];

const STEPS: [&[&str]; 6] = [
    &["keys"],
    &["build", "--state", "in_progress"],
    &[
        "build",
        "--state",
        "SUCCESS",
        "--tests-passed",
        "128",
        "--tests-failed",
        "0",
    ],
    &[
        "deployment",
        "--environment-name",
        "EU production",
        "--state",
        "SUCCESS",
    ],
    &["dev-info", "--repository-kind", "gitea"],
    &[
        "feature-flag",
        "--flag-id",
        "new-login",
        "--enabled",
        "true",
        "--rollout-percentage",
        "25",
        "--environment-name",
        "production",
    ],
];
/// What is proposed to be typed by hand: the next run of the job fails.
const NEXT: &[&str] = &[
    "build",
    "--state",
    "FAILURE",
    "--tests-passed",
    "126",
    "--tests-failed",
    "2",
];

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
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn demo(once: bool) -> Result<(), String> {
    // Cargo puts both programs into one folder.
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = here.with_file_name(format!("jira-send{}", std::env::consts::EXE_SUFFIX));
    let sandbox = Sandbox::try_with(Config::default())
        .map_err(|error| format!("could not start the stand-in: {error}"))?;
    println!("A stand-in for Jira runs at {}\n", sandbox.url());

    let folder = if once { "demo-shop-once" } else { "demo-shop" };
    let shop = Shop::create(&here.with_file_name(folder))?;
    println!(
        "The branch that Jenkins has built, in {}:\n",
        shop.folder.display()
    );
    println!("{}\n", shop.log()?);

    let variables = variables(&sandbox, &shop)?;
    for arguments in STEPS {
        println!("$ jira-send {}", command_line(arguments));
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&shop.folder);
        // Settings of the user's own Jira are none of this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("JIRA_") {
                command.env_remove(name);
            }
        }
        let status = command
            .envs(&variables)
            .status()
            .map_err(|error| format!("could not run {}: {error}", program.display()))?;
        println!();
        if !status.success() {
            return Err(format!("jira-send failed: {status}"));
        }
    }

    let panel = sandbox.panel(ISSUE);
    println!("What the issue shows now:\n\n{panel}");
    println!("The same as a page: {}/browse/{ISSUE}", sandbox.url());
    for section in [
        "Builds",
        "Deployments",
        "Branches",
        "Commits",
        "Feature flags",
    ] {
        if !panel.contains(section) {
            return Err(format!("{ISSUE} shows no {}", section.to_lowercase()));
        }
    }
    if !once {
        by_hand(&variables, &shop.folder, &program);
        println!("Press Ctrl-C to stop.");
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

/// All that another terminal needs, to be pasted as it is.
fn by_hand(variables: &BTreeMap<String, String>, folder: &Path, program: &Path) {
    println!(
        "\nTo go on by hand, paste this into another terminal. It sends the next build, which fails:\n"
    );
    println!("cd {}", quoted(&folder.to_string_lossy()));
    if let Some(programs) = program.parent() {
        println!(
            "export PATH={}:\"$PATH\"",
            quoted(&programs.to_string_lossy())
        );
    }
    for (name, value) in of_next_run(variables) {
        println!("export {name}={}", quoted(&value));
    }
    println!("jira-send {}\n", command_line(NEXT));
}

/// What Jenkins would set for the run after the one that is played.
fn of_next_run(variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut variables = variables.clone();
    let number = &variables["BUILD_NUMBER"];
    let next = number.parse().map_or(1, |number: u32| number + 1);
    let url = variables["BUILD_URL"].replace(&format!("/{number}/"), &format!("/{next}/"));
    variables.insert("BUILD_NUMBER".to_owned(), next.to_string());
    variables.insert("BUILD_URL".to_owned(), url);
    variables
}

fn command_line(arguments: &[&str]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|it| quoted(it)).collect();
    arguments.join(" ")
}

/// What Jenkins would set, and the address of the stand-in.
fn variables(sandbox: &Sandbox, shop: &Shop) -> Result<BTreeMap<String, String>, String> {
    let mut variables: BTreeMap<String, String> =
        serde_json::from_str(RUN).map_err(|error| error.to_string())?;
    variables.retain(|name, _| VARIABLES.contains(&name.as_str()));
    let config = Config::default();
    for (name, value) in [
        ("GIT_COMMIT", shop.head.as_str()),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &shop.built_before),
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
