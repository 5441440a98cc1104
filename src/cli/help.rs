//! Help as it is shown: in the width of the terminal, with the variable of each option and with examples. Only a call that
//! shows help or explains an error needs it.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, ArgAction};

use super::{examples, sources};
use crate::variables::{
    COLUMNS, CONNECTION, CONTROLLER, JENKINS, MACHINE, NETWORK, PLUGINS, TERMINAL, Variable,
    Variables,
};
use crate::wording::variable;

/// Widest help, in characters: longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// Narrowest help. In less, options and their meanings do not fit beside each other.
const MIN_WIDTH: usize = 40;

/// Options that `-h` shows; `--help` shows all.
const COMMON: &[&str] = &[
    "all",
    "branch",
    "branches",
    "build-number",
    "data",
    "disabled",
    "dry-run",
    "enabled",
    "environment-id",
    "environment-name",
    "environment-type",
    "file",
    "flag-id",
    "flag-key",
    "format",
    "from",
    "issue-keys",
    "job-name",
    "jobs",
    "projects",
    "pushed",
    "repository",
    "rollout-percentage",
    "since",
    "site",
    "state",
    "test-reports",
    "timeout",
    "url",
    "verbose",
    "wait",
];

/// The same for the command that is about texts.
const COMMON_OF_KEYS: &[&str] = &["message", "tag", "title"];

/// Options that `-h` of `show` and `delete` leaves out: nearly all others identify what is read or deleted.
const RARE_OF_STORED: &[&str] = &[
    "budget",
    "ca-file",
    "cloud-id",
    "color",
    "component",
    "per-controller",
    "pipeline-id-style",
    "stage-pattern",
];

/// A space at which a line is not broken, until the page is printed.
const UNBROKEN: char = '\u{a0}';

/// The page as it is printed.
pub(crate) fn printed(page: &str) -> String {
    page.replace(UNBROKEN, " ")
}

/// The program with all that its help shows about the commands whose options are defined.
pub(crate) fn complete(program: clap::Command, variables: &Variables) -> clap::Command {
    of_width(program, width(variables))
}

/// The same for a given width.
pub(super) fn of_width(program: clap::Command, width: usize) -> clap::Command {
    with_details(program, &[], width)
        .after_help(overview(width, false))
        .after_long_help(overview(width, true))
}

fn width(variables: &Variables) -> usize {
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let columns = || variables.get(COLUMNS)?.parse().ok();
    let width = terminal.or_else(columns).unwrap_or(MAX_WIDTH);
    width.clamp(MIN_WIDTH, MAX_WIDTH)
}

/// Whether `-h` shows the option of the command that these words name.
fn is_common(words: &[&str], long: &str) -> bool {
    match words[1..] {
        [] => true,
        ["keys"] if COMMON_OF_KEYS.contains(&long) => true,
        [_] => long.is_empty() || COMMON.contains(&long),
        _ => !RARE_OF_STORED.contains(&long),
    }
}

/// A command, named by the words before it, with plain texts, variables and examples.
fn with_details(command: clap::Command, words: &[&str], width: usize) -> clap::Command {
    let name = command.get_name().to_owned();
    let words: Vec<&str> = match words {
        [] => vec!["jira-send"],
        _ => [words, &[&name]].concat(),
    };
    let typed: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
    let mut command = command.mut_args(|option| {
        if matches!(option.get_action(), ArgAction::Help | ArgAction::Version) {
            return option;
        }
        let long = option.get_long().unwrap_or_default().to_owned();
        let is_variable = sources::is_option(&option) && sources::is_variable(&typed, &long);
        let option = option.hide_short_help(!is_common(&words, &long));
        with_variable(option, is_variable.then(|| variable(&long)))
    });
    if let Some(about) = command.get_about() {
        let about = plain(about);
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about() {
        let about = plain(about);
        command = command.long_about(about);
    }
    if let Some(examples) = examples::of(&words[1..].join(" ")).filter(|_| words.len() > 1) {
        let examples = listed(&examples, width);
        let behind = command.get_after_long_help().map(plain);
        let long = behind.map_or_else(
            || examples.clone(),
            |behind| format!("{examples}\n{behind}"),
        );
        command = command.after_help(examples).after_long_help(long);
    }
    let command = command.term_width(width);
    command.mut_subcommands(|nested| with_details(nested, &words, width))
}

/// An option with its variable and its default in one form, whoever wrote them.
fn with_variable(option: Arg, variable: Option<String>) -> Arg {
    let Some(help) = option.get_help().map(plain) else {
        return option;
    };
    let (meaning, own) = match help.rsplit_once(" [default: ") {
        Some((meaning, default)) => (
            meaning.to_owned(),
            Some(default.trim_end_matches(']').to_owned()),
        ),
        None => (help, None),
    };
    let takes_value = !matches!(option.get_action(), ArgAction::SetTrue);
    let values = option.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    let of_clap = (takes_value && !values.is_empty()).then(|| values.join(","));
    let mut notes = String::new();
    if let Some(default) = own.or(of_clap) {
        let _ = write!(notes, "[default: {default}]");
    }
    if let Some(variable) = variable {
        let space = if notes.is_empty() { "" } else { " " };
        let _ = write!(notes, "{space}[env:{UNBROKEN}{variable}]");
    }
    let summary = meaning.split("; ").next().unwrap_or(&meaning);
    let summary = summary.split(". ").next().unwrap_or(summary);
    let (short, long) = match notes.as_str() {
        "" => (summary.to_owned(), meaning),
        notes => (format!("{summary} {notes}"), format!("{meaning}\n{notes}")),
    };
    let option = option.help(short).long_help(long);
    if !takes_value {
        return option;
    }
    let is_positional = option.is_positional();
    // So that -1 is a wrong value and no option.
    option
        .hide_default_value(true)
        .allow_negative_numbers(!is_positional)
}

/// A terminal shows no marks around code.
fn plain(text: &StyledStr) -> String {
    text.to_string().replace('`', "")
}

fn heading(text: &str) -> String {
    format!("\x1b[1m\x1b[4m{text}\x1b[0m\n")
}

/// The examples, each so that it can be pasted: a long one goes on in the next line.
fn listed(examples: &[examples::Example], width: usize) -> String {
    let mut text = heading("Examples:");
    for (about, line) in examples {
        let _ = write!(text, "  # {about}\n  $ ");
        let mut column = 4;
        for (index, part) in line.split(" -").enumerate() {
            let option = if index == 0 {
                String::new()
            } else {
                format!(" -{part}")
            };
            let part = if index == 0 { part } else { &option };
            // Room for the backslash.
            if column + part.len() + 2 > width && index > 0 {
                text.push_str(" \\\n     ");
                column = 5;
            }
            text.push_str(part);
            column += part.len();
        }
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The text below the commands: variables and exit codes, from the same tables that the code uses.
fn overview(width: usize, is_long: bool) -> String {
    let mut text = examples::of("")
        .map(|examples| listed(&examples, width))
        .unwrap_or_default();
    text.push_str(
        "\nEvery option can also be given as a variable: --environment-id as JIRA_SEND_ENVIRONMENT_ID.\n",
    );
    let mut section = |title: &str, rows: &[(&str, &str)], behind: &str| {
        let _ = write!(text, "\n{}{}{behind}", heading(title), table(rows, width));
    };
    let of = |variables: &'static [Variable]| -> Vec<(&str, &str)> {
        let variables = variables.iter();
        variables
            .map(|variable| (variable.name, variable.meaning))
            .collect()
    };
    section(
        "Variables:",
        &of(CONNECTION),
        "Each of them except JIRA_SITE can be set for a single site, whose name follows two underscores: \
         JIRA_CLIENT_ID__ACME for acme.atlassian.net.\n",
    );
    let codes = crate::error::EXIT_CODES.iter();
    let codes: Vec<_> = codes
        .map(|(code, meaning)| (code.to_string(), *meaning))
        .collect();
    let codes: Vec<_> = codes
        .iter()
        .map(|(code, meaning)| (code.as_str(), *meaning))
        .collect();
    section(
        "Exit codes:",
        &codes,
        "\nWith -- COMMAND the exit code is the command's own: 128 plus the number of the signal that ended it, 127 if there is \
         no such command, 126 if it cannot be run.\n",
    );
    if is_long {
        let policy = crate::policy::table();
        section(
            "Exit codes by outcome and --on-error (with several sites, the first of 1, 3, 4):",
            &[],
            &policy,
        );
        section("Variables that Jenkins sets:", &of(JENKINS), "");
        section(
            "Plugins of jobs other than multibranch projects:",
            &of(PLUGINS),
            "",
        );
        section(
            "A controller whose history is sent (jira-send backfill):",
            &of(CONTROLLER),
            "",
        );
        section(
            "Variables of the network (proxies also in lower case, which takes precedence):",
            &of(NETWORK),
            "",
        );
        section("Variables of the machine:", &of(MACHINE), "");
        section("Variables of the terminal:", &of(TERMINAL), "");
    }
    text
}

/// Names with their meanings beside them, in lines of this width.
fn table(rows: &[(&str, &str)], width: usize) -> String {
    let longest = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let indent = longest + 4;
    let mut text = String::new();
    for (name, meaning) in rows {
        let _ = write!(text, "  {name:<longest$} ");
        let mut column = indent - 1;
        for word in meaning.split(' ') {
            if column + 1 + word.len() > width && column >= indent {
                let _ = write!(text, "\n{:1$}", "", indent - 1);
                column = indent - 1;
            }
            text.push(' ');
            text.push_str(word);
            column += 1 + word.chars().count();
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::later::whole;
    use super::{COMMON, of_width, printed, table};

    /// Every page of help.
    fn pages(width: usize) -> Vec<(String, String)> {
        fn collect(command: &mut clap::Command, words: &str, pages: &mut Vec<(String, String)>) {
            let words = format!("{words} {}", command.get_name());
            let short = command.render_help().to_string();
            pages.push((format!("{words} -h"), printed(&short)));
            let long = command.render_long_help().to_string();
            pages.push((format!("{words} --help"), printed(&long)));
            for nested in command.get_subcommands_mut() {
                collect(nested, &words, pages);
            }
        }
        let mut program = of_width(whole(), width);
        let mut all = Vec::new();
        collect(&mut program, "", &mut all);
        all
    }

    #[test]
    fn help_keeps_to_the_width_and_shows_no_marks_of_code() {
        for width in [60, 80, 100] {
            for (page, text) in pages(width) {
                assert!(!text.contains('`'), "{page}");
                // JSON of the files of flags, tables and commands stay as they are.
                let prose = text
                    .lines()
                    .filter(|line| !line.contains(['{', '}', '$', '<']));
                for line in prose.filter(|line| line.contains("  ") || line.contains(". ")) {
                    assert!(
                        line.chars().count() <= width.max(72),
                        "{page}, {width}: {line}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_short_help_is_short_and_names_no_variable_in_two_lines() {
        for (page, text) in pages(80) {
            for line in text.lines() {
                let torn = line.trim_end().ends_with("[env:");
                assert!(!torn, "{page}: {line}");
            }
            let lines = text.lines().count();
            let is_of_command = page.split(' ').count() > 3 && !page.contains(" help ");
            if page.ends_with(" -h") && is_of_command {
                assert!(lines <= 80, "{page}: {lines} lines");
                assert!(text.contains("see more with '--help'"), "{page}");
            }
        }
        let all: Vec<String> = whole()
            .get_subcommands()
            .flat_map(clap::Command::get_arguments)
            .filter_map(|option| option.get_long().map(ToOwned::to_owned))
            .collect();
        for name in COMMON {
            assert!(all.iter().any(|long| long == name), "{name}");
        }
    }

    #[test]
    fn every_option_shows_its_variable_and_defaults_once() {
        for (page, text) in pages(100) {
            if page.contains("help") && !page.contains("build") {
                continue;
            }
            assert!(!text.contains("[default: false]"), "{page}");
            if page == " jira-send build --help" {
                let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
                for part in [
                    "[env: JIRA_SEND_STATE]",
                    "[default: failed] [env: JIRA_SEND_UNSTABLE_AS]",
                    "[default: JOB_NAME] [env: JIRA_SEND_JOB_NAME]",
                    "[default: auto] [env: JIRA_SEND_COLOR]",
                    "Examples: # Send the result of this run $ jira-send build --state SUCCESS",
                ] {
                    assert!(whole.contains(part), "{part}: {whole}");
                }
                assert_eq!(whole.matches("[default: failed]").count(), 1);
            }
            // What labels the data that is sent never chooses what is deleted.
            if page == " jira-send delete build --help" {
                assert!(text.contains("--property") && !text.contains("JIRA_SEND_PROPERTY"));
                assert!(!text.contains("JIRA_SEND_YES"));
            }
        }
    }

    #[test]
    fn meanings_stand_beside_their_names() {
        let rows = [("A", "one two three"), ("LONG", "four")];
        assert_eq!(
            table(&rows, 16),
            "  A     one two\n        three\n  LONG  four\n"
        );
    }
}
