//! The README and the pages of docs/ are true: their commands run, their tables are those of the program, and their links
//! lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process;

use assert_cmd::Command;
use jira_sandbox::Sandbox;
use predicates::prelude::*;
use regex::Regex;

use crate::other_tools;
use crate::support::{Agent, clear_cargo};

/// How many commands each page shows, and how many of them send something; all other pages show none.
const COMMANDS: &[(&str, usize, usize)] = &[
    ("README.md", 3, 4),
    ("docs/backfill.md", 2, 1),
    ("docs/deployments.md", 1, 0),
    ("docs/development-information.md", 3, 2),
    ("docs/feature-flags.md", 2, 2),
    ("docs/gates.md", 2, 1),
    ("docs/issue-keys.md", 5, 0),
    ("docs/outbox.md", 1, 0),
    ("docs/program.md", 8, 8),
    ("docs/sites.md", 1, 0),
    ("docs/stored-data.md", 11, 1),
    ("docs/troubleshooting.md", 5, 0),
];

/// The README is read by everybody: more belongs into docs/.
const MAX_README_WORDS: usize = 1500;

/// Most bytes of a picture: it is loaded with the page, and cloned with the repository.
const MAX_IMAGE: u64 = 150 * 1024;

/// Commands that cannot run inside a test, and what runs them instead.
const RUN_ELSEWHERE: &[(&str, &str)] = &[
    ("make test", "this very run"),
    ("make release", "tests/release.rs, with programs of its own"),
    (
        "git push https://git.example.com/tools/jira-send.git release/v0.1.0 program/v0.1.0",
        "nothing: it needs a server; tests/release.rs makes the branches",
    ),
    (
        "jira-send backfill --from /var/lib/jenkins",
        "tests/cli/backfill.rs, with homes of its own",
    ),
    (
        "jira-send backfill --from https://ci.example.com",
        "tests/cli/backfill/controller.rs, with a controller of its own",
    ),
    (
        "make build",
        "make test, for the tests of the pipeline library",
    ),
];

/// Its commands belong into a freestyle job: `freestyle.rs` runs them in one.
const FREESTYLE: &str = "docs/freestyle.md";

pub(crate) fn project(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files in a folder that end like this, the folder before them.
pub(crate) fn files(folder: &str, end: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(path).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = names
        .filter(|name| name.ends_with(end))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    assert!(files.len() > 5, "{folder}");
    files
}

/// All pages that users read.
pub(crate) fn pages() -> Vec<String> {
    let first = ["README.md", "CONTRIBUTING.md", "SECURITY.md"];
    let mut pages: Vec<String> = first.map(str::to_owned).to_vec();
    pages.extend(files("docs", ".md"));
    pages
}

/// All of the pipeline library.
fn library() -> String {
    let sources = files("vars", ".groovy");
    sources.iter().map(|name| project(name)).collect()
}

/// The public steps: those whose help is not about a private variable.
fn steps() -> BTreeSet<String> {
    let helps = files("vars", ".txt");
    let public = helps
        .iter()
        .filter(|name| !project(name).starts_with("Private:"));
    let names = public.map(|name| name["vars/".len()..name.len() - ".txt".len()].to_owned());
    names.collect()
}

/// The fenced blocks of one language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let page = project(page);
    let fence = format!("\n```{language}\n");
    let parts = page.split(&fence).skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap().to_owned())
        .collect()
}

/// All fenced blocks, each with its language, which may be empty.
fn fenced(page: &str) -> Vec<(String, String)> {
    let page = format!("\n{}", project(page));
    let parts: Vec<&str> = page.split("\n```").collect();
    let blocks = parts.iter().skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.split_once('\n'));
    blocks
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .collect()
}

/// A page without its fenced blocks.
fn prose(page: &str) -> String {
    let parts = project(page);
    let parts = parts.split("\n```").step_by(2);
    parts.collect::<Vec<_>>().join("\n")
}

/// The rows below this head of a table, cell by cell.
fn table(page: &str, head: &str) -> Vec<Vec<String>> {
    let page = project(page);
    let (_, rows) = page.split_once(head).expect(head);
    let rows = rows
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

fn all_help() -> String {
    let mut help = String::new();
    for command in [
        &["--help"][..],
        &["build", "--help"],
        &["deployment", "--help"],
        &["gate", "--help"],
        &["feature-flag", "--help"],
        &["dev-info", "--help"],
        &["keys", "--help"],
        &["check", "--help"],
        &["flush", "--help"],
        &["backfill", "--help"],
        &["show", "dev-info", "--help"],
        &["delete", "build", "--help"],
        &["delete", "repository", "--help"],
    ] {
        help.push_str(&Agent::bare().run(command).stdout);
    }
    help
}

/// The words of a text that look like this.
fn words(text: &str, pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let found = pattern.find_iter(text).map(|found| found.as_str());
    found.map(str::to_owned).collect()
}

/// An agent that has what the commands name.
fn agent(jira: &Sandbox) -> Agent {
    let mut agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(jira)
        .with_commits(&["first", "ABC-1 second"]);
    let texts = blocks("docs/feature-flags.md", "json");
    assert_eq!(texts.len(), 1);
    agent.write("flags.json", &texts[0]);
    agent.write_script("deploy.sh", "#!/bin/sh\n");
    let run = agent.path().join("home/jobs/acme/jobs/shop/builds/1");
    std::fs::create_dir_all(&run).unwrap();
    let recorded =
        "<flow-build><timestamp>1767268800000</timestamp><result>SUCCESS</result></flow-build>";
    std::fs::write(run.join("build.xml"), recorded).unwrap();
    std::fs::write(run.join("changelog.xml"), "commit 1\n\n    ABC-1\n").unwrap();
    let home = agent.path().join("home");
    agent.set("JENKINS_HOME", home.to_str().unwrap());
    let program = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    agent.set("PATH", &path);
    agent
}

/// In the order of the pages, so that what the README has sent can be read back.
#[test]
fn every_command_runs_and_stands_in_one_place() {
    let jira = Sandbox::start();
    jira.set_gating(&["allowed"]);
    let agent = agent(&jira);
    let mut seen = BTreeSet::new();
    let mut counts = Vec::new();
    for page in pages() {
        let mut count = 0;
        let before = jira.submissions().len();
        for line in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
            assert!(
                page == other_tools::PAGE || seen.insert(line.to_owned()),
                "twice: {line}"
            );
            if page == FREESTYLE
                || page == other_tools::PAGE
                || RUN_ELSEWHERE.iter().any(|(command, _)| *command == line)
            {
                continue;
            }
            run(line, &agent);
            count += 1;
        }
        if count > 0 {
            counts.push((page, count, jira.submissions().len() - before));
        }
    }
    let expected = COMMANDS
        .iter()
        .map(|(page, count, sent)| ((*page).to_owned(), *count, *sent));
    assert_eq!(counts, expected.collect::<Vec<_>>());
}

fn run(line: &str, agent: &Agent) {
    if line == "make demo" {
        let mut make = process::Command::new("make");
        make.arg("demo").current_dir(env!("CARGO_MANIFEST_DIR"));
        clear_cargo(&mut make);
        let shows = predicate::str::contains("successful").and(predicate::str::contains("PROJ-2"));
        let mut make = Command::from_std(make);
        make.env("ONCE", "1").assert().success().stdout(shows);
        return;
    }
    assert!(line.starts_with("jira-send "), "{line}");
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", line])
        .current_dir(agent.path())
        .env_clear();
    shell.env("HOME", agent.path());
    shell.envs(agent.variables()).assert().success();
}

/// What cannot be run here, since it installs something, is at least what a shell or Docker understands.
#[test]
fn what_is_not_run_can_be_parsed() {
    let mut counts = [0, 0];
    for page in pages() {
        for (language, text) in fenced(&page) {
            match language.as_str() {
                "" | "shell" => {
                    let shell = Command::new("sh")
                        .arg("-n")
                        .write_stdin(text.clone())
                        .output();
                    let shell = shell.unwrap();
                    assert!(shell.status.success(), "{page}: {text}: {shell:?}");
                    counts[0] += 1;
                }
                "dockerfile" => {
                    for line in text.lines() {
                        let word = line.split(' ').next().unwrap();
                        let is_known = ["FROM", "RUN", "COPY"].contains(&word);
                        assert!(is_known, "{page}: {line}");
                    }
                    let version = env!("CARGO_PKG_VERSION");
                    let copied =
                        format!("jira-send-{version}-linux-x86_64 /usr/local/bin/jira-send");
                    assert!(text.contains(&copied), "{page}: {text}");
                    counts[1] += 1;
                }
                _ => {}
            }
        }
    }
    assert!(counts[0] > 10 && counts[1] == 1, "{counts:?}");
}

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let help = all_help();
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let codes = codes.lines().take_while(|line| !line.is_empty());
    let codes: Vec<Vec<&str>> = codes
        .map(|line| line.trim().splitn(2, "  ").collect())
        .collect();
    assert_eq!(codes.len(), 9);
    assert_eq!(table("docs/exit-codes.md", "| code | meaning |"), codes);
}

/// Outcome, in the outbox or not, and the exit codes under the three policies.
#[test]
fn the_table_of_policies_is_the_programs() {
    let help = Agent::bare().run(&["--help"]).stdout;
    let (_, table_of_help) = help
        .split_once("Exit codes by outcome and --on-error")
        .unwrap();
    let rows: Vec<Vec<&str>> = table_of_help
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let written = table("docs/exit-codes.md", "| outcome | in the outbox |");
    assert_eq!(written.len(), 11);
    for row in &written {
        let outcome = row[0].trim_matches('`');
        let known = rows.iter().any(|known| {
            let codes = &known[known.len() - 3..];
            let waits = known.contains(&"outbox") || known.contains(&"yes");
            known[0] == outcome && waits == (row[1] == "yes") && codes == &row[2..]
        });
        assert!(known, "{row:?} in {rows:#?}");
    }
}

#[test]
fn options_and_variables_that_are_named_exist() {
    let help = all_help();
    let option = "--[a-z][a-z-]*[a-z]";
    let variable = r"JIRA_[A-Z_]+[A-Z]\b";
    let mut options = words(&help, option);
    let known = help.clone() + &project("resources/jira-send/run.sh") + &library();
    let mut variables = words(&known, variable);
    // The memory of the run, and what writes the reference of the steps.
    variables.extend(["JIRA_SEND_MEMORY", "JIRA_SEND_BLESS"].map(str::to_owned));
    if project(".ci/run").contains("JIRA_OPENAPI") {
        variables.insert("JIRA_OPENAPI".to_owned());
    }
    for option in &options {
        let name = option[2..].to_ascii_uppercase().replace('-', "_");
        variables.insert(format!("JIRA_SEND_{name}"));
    }
    // Of other programs: cargo, git, Docker, apk, cosign, and Gerrit's hooks.
    let of_others = "--locked --package --path --show-current --chmod --no-cache --key --signature \
                     --tags --unshallow --init --recursive --newrev --oldrev --project --prune --refname --system";
    options.extend(of_others.split(' ').map(str::to_owned));
    let mut counts = BTreeMap::new();
    for page in pages() {
        let text = project(&page);
        let named = words(&text, option);
        for option in &named {
            assert!(options.contains(option), "{page}: {option}");
        }
        let named_variables = words(&text, variable);
        for variable in &named_variables {
            // For one site: JIRA_CLIENT_ID__ACME.
            let name = variable.split("__").next().unwrap();
            assert!(variables.contains(name), "{page}: {variable}");
        }
        counts.insert(page, named.len() + named_variables.len());
    }
    assert!(counts.values().sum::<usize>() > 100, "{counts:?}");
}

#[test]
fn the_readme_is_short_and_lists_every_step() {
    let words = project("README.md").split_whitespace().count();
    assert!(words <= MAX_README_WORDS, "{words}");
    let listed = table("README.md", "| step | does |");
    let listed = listed.iter().map(|row| row[0].trim_matches('`').to_owned());
    let listed: BTreeSet<String> = listed.collect();
    assert_eq!(listed, steps());
}

#[test]
fn every_dependency_is_named_with_its_reason() {
    let manifest = project("Cargo.toml");
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[lints]").unwrap();
    let names = dependencies
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name);
    let rows = table("CONTRIBUTING.md", "| dependency | for |");
    for name in names.filter(|name| *name != "jira-sandbox") {
        assert!(rows.iter().any(|row| row[0].contains(name)), "{name}");
    }
}

/// Every parameter that the page on Atlassian's plugin names is one of the step.
#[test]
fn the_page_on_the_plugin_names_parameters_that_exist() {
    let rows = table("docs/migration.md", "| step | parameter | with jira-send |");
    assert!(rows.len() >= 10);
    for row in rows {
        let [step, parameter] = [&row[0], &row[1]].map(|cell| cell.trim_matches('`'));
        let reference = project("docs/steps.md");
        let (_, section) = reference.split_once(&format!("\n## {step}\n")).unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let row = format!("\n| `{parameter}` | ");
        assert!(section.contains(&row), "{step} has no {parameter}");
    }
}

/// The anchors that GitHub gives to the headings of a page.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let mut anchors = BTreeSet::new();
    for heading in headings {
        let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let text: String = text.chars().filter(kept).collect();
        assert!(
            anchors.insert(text.replace(' ', "-")),
            "{page} has two headings {heading}"
        );
    }
    anchors
}

/// Where the links of a page lead: a page, its folder before it, and an anchor or nothing.
fn links(page: &str) -> Vec<(String, String)> {
    let pattern = Regex::new(r"\]\(([^()\s]+)\)").unwrap();
    let prose = prose(page);
    let targets = pattern.captures_iter(&prose).map(|link| link[1].to_owned());
    let targets = targets.filter(|target| !target.starts_with("https://"));
    let resolve = |target: String| {
        let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let path = match (path, path.strip_prefix("../")) {
            ("", _) => page.to_owned(),
            (_, Some(above)) if page.starts_with("docs/") => above.to_owned(),
            (path, None) if page.starts_with("docs/") => format!("docs/{path}"),
            (path, _) => path.to_owned(),
        };
        (path, anchor.to_owned())
    };
    targets.map(resolve).collect()
}

#[test]
fn links_lead_to_pages_and_headings() {
    let mut count = 0;
    for page in pages() {
        for (path, anchor) in links(&page) {
            if path.starts_with("docs/images/") {
                let image = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
                let size = std::fs::metadata(image).expect(&path).len();
                assert!((1..=MAX_IMAGE).contains(&size), "{path}: {size}");
                continue;
            }
            let anchors = anchors(&path);
            assert!(
                anchor.is_empty() || anchors.contains(&anchor),
                "{page}: {path}#{anchor} is none of {anchors:?}"
            );
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn the_readme_lists_every_page_and_every_page_leads_back() {
    let listed = table("README.md", "| if you want to | read |");
    let listed: Vec<&str> = listed
        .iter()
        .map(|row| row[1].split(['(', ')']).nth(1).unwrap())
        .collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, &pages()[2..]);
    for page in files("docs", ".md") {
        let back = |link: &(String, String)| link.0 == "README.md";
        assert!(links(&page).iter().any(back), "{page}");
    }
}

/// The help of the steps names pages as well.
#[test]
fn pages_that_are_named_elsewhere_exist() {
    let mut named = words(&project("CHANGELOG.md"), r"docs/[a-z-]+\.md");
    for help in files("vars", ".txt") {
        let help = project(&help);
        assert!(!help.contains("README"));
        named.extend(words(&help, r"docs/[a-z-]+\.md"));
    }
    assert!(named.len() >= 5, "{named:?}");
    for page in named {
        project(&page);
    }
}
