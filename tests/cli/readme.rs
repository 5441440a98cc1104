//! The README keeps its word: its commands run, its tables are those of the program.

use std::path::Path;

use assert_cmd::Command;
use jira_sandbox::Sandbox;
use predicates::prelude::*;

use crate::support::Agent;

/// Commands that cannot run inside a test, and what runs them instead.
const RUN_ELSEWHERE: &[(&str, &str)] = &[
    ("make test", "this very run"),
    (
        "make build",
        "make test, for the tests of the pipeline library",
    ),
];

pub(crate) fn project(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What all steps run through.
fn steps() -> String {
    project("vars/jiraSendRunner.groovy") + &project("vars/jiraSendLauncher.groovy")
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let readme = project("README.md");
    let fence = format!("\n```{language}\n");
    let parts = readme.split(&fence).skip(1);
    let blocks: Vec<String> = parts
        .map(|part| part.split("\n```").next().unwrap().to_owned())
        .collect();
    assert!(!blocks.is_empty());
    blocks
}

fn all_help() -> String {
    let mut help = String::new();
    for command in [
        &["--help"][..],
        &["build", "--help"],
        &["deployment", "--help"],
        &["gate", "--help"],
        &["feature-flag", "--help"],
        &["remote-link", "--help"],
        &["dev-info", "--help"],
        &["keys", "--help"],
        &["check", "--help"],
        &["flush", "--help"],
        &["show", "dev-info", "--help"],
        &["delete", "build", "--help"],
        &["delete", "repository", "--help"],
    ] {
        help.push_str(&Agent::bare().run(command).stdout);
    }
    help
}

#[test]
fn every_command_runs() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "ABC-1 second"]);
    for (name, text) in ["flags.json", "links.json"].iter().zip(blocks("json")) {
        agent.write(name, &text);
    }
    let program = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    agent.set("PATH", &path);
    let mut count = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        if RUN_ELSEWHERE.iter().any(|(command, _)| *command == line) {
            continue;
        }
        let mut shell = Command::new("sh");
        if line == "make demo" {
            shell
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .env("ONCE", "1");
            let shows =
                predicate::str::contains("successful").and(predicate::str::contains("PROJ-2"));
            shell.args(["-ec", line]).assert().success().stdout(shows);
        } else {
            assert!(line.starts_with("jira-send "), "{line}");
            shell
                .args(["-ec", line])
                .current_dir(agent.path())
                .env_clear();
            shell.env("HOME", agent.path());
            shell.envs(agent.variables()).assert().success();
        }
        count += 1;
    }
    assert!(count >= 20);
    assert_eq!(jira.submissions().len(), 17);
}

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let help = all_help();
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let readme = project("README.md");
    let codes = codes.lines().take_while(|line| !line.is_empty());
    let mut count = 0;
    for line in codes {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        assert!(
            readme.contains(&format!("| {code} | {meaning} |")),
            "{line}"
        );
        count += 1;
    }
    assert_eq!(count, 9);
}

/// Outcome, in the outbox or not, and the exit codes under the three policies.
#[test]
fn the_table_of_policies_is_the_programs() {
    let help = Agent::bare().run(&["--help"]).stdout;
    let (_, table) = help
        .split_once("Exit codes by outcome and --on-error")
        .unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let readme = project("README.md");
    let (_, table) = readme.split_once("| outcome | in the outbox |").unwrap();
    let table = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let written: Vec<Vec<&str>> = table
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(written.len(), 11);
    for row in &written {
        let outcome = row[0].split('`').nth(1).unwrap();
        let known = rows.iter().any(|known| {
            let codes = &known[known.len() - 3..];
            let waits = known.contains(&"outbox") || known.contains(&"yes");
            known[0] == outcome && waits == (row[1] == "yes") && codes == &row[2..]
        });
        assert!(known, "{row:?} in {rows:#?}");
    }
}

/// Words of the README that look like this, without what stands around them.
fn words(pattern: &str) -> Vec<String> {
    let readme = project("README.md");
    let pattern = regex::Regex::new(pattern).unwrap();
    let words = pattern
        .find_iter(&readme)
        .map(|found| found.as_str().to_owned());
    let words: Vec<String> = words.collect();
    assert!(words.len() > 5, "{pattern}");
    words
}

#[test]
fn options_and_variables_that_are_named_exist() {
    let help = all_help();
    for option in words("--[a-z][a-z-]+") {
        assert!(help.contains(&option), "{option}");
    }
    let launcher = project("resources/jira-send/run.sh") + &steps();
    for variable in words("JIRA_[A-Z_]+[A-Z]") {
        let elsewhere = variable == "JIRA_OPENAPI" && project(".ci/run").contains(&variable);
        let option = variable
            .strip_prefix("JIRA_SEND_")
            .map(|name| format!("--{}", name.to_ascii_lowercase().replace('_', "-")));
        // For one site: JIRA_CLIENT_ID__ACME.
        let variable = variable.split("__").next().unwrap().to_owned();
        let known = help.contains(&variable)
            || launcher.contains(&variable)
            || option.is_some_and(|option| help.contains(&option));
        assert!(known || elsewhere, "{variable}");
    }
}

#[test]
fn the_steps_have_the_parameters_that_are_named() {
    let readme = project("README.md");
    let table = readme.split_once("| parameter | meaning |").unwrap().1;
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let help = project("vars/jiraSendBuildInfo.txt") + &project("vars/jiraSendDeploymentInfo.txt");
    let mut count = 0;
    for row in rows {
        let names = row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2);
        for name in names {
            assert!(help.contains(name), "{name}");
            count += 1;
        }
    }
    assert!(count > 10);
}

#[test]
fn every_dependency_is_named_with_its_reason() {
    let manifest = project("Cargo.toml");
    let readme = project("README.md");
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[lints]").unwrap();
    let names = dependencies
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name);
    for name in names.filter(|name| *name != "jira-sandbox") {
        let row = readme
            .lines()
            .find(|line| line.starts_with("| ") && line.contains(name));
        assert!(row.is_some(), "{name}");
    }
}

/// Every parameter that the page on Atlassian's plugin names is one of the step.
#[test]
fn the_page_on_the_plugin_names_parameters_and_variables_that_exist() {
    let page = project("docs/migration.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `jira"))
        .map(|line| line.split('`').collect())
        .collect();
    assert!(rows.len() >= 10);
    for row in rows {
        let (step, parameter) = (row[1], row[3]);
        let help = project(&format!("vars/{step}.txt"));
        let named = help.lines().any(|line| {
            let names = line.split_once(": ").map(|(names, _)| names);
            names.is_some_and(|names| names.split(", ").any(|name| name == parameter))
        });
        assert!(named, "{step} has no {parameter}");
    }
    assert!(count_known_variables(&page) >= 5);
}

#[test]
fn the_page_on_setting_up_names_variables_that_exist() {
    assert!(count_known_variables(&project("docs/setup.md")) >= 10);
}

/// How many variables a page names; each must be one of the program or of the steps.
fn count_known_variables(page: &str) -> usize {
    let steps = steps();
    let help = all_help();
    let variables = page.split('`').filter(|word| word.starts_with("JIRA_"));
    let mut count = 0;
    for variable in variables {
        let option = variable.replace("JIRA_SEND_", "--").replace('_', "-");
        let known = [variable, &option.to_lowercase()];
        let known = known
            .iter()
            .any(|word| steps.contains(word) || help.contains(word));
        assert!(known, "{variable}");
        count += 1;
    }
    count
}
