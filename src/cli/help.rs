//! Help as it is shown: in the width of the terminal, with the variable of each option and with examples. Only a call that
//! shows help or explains an error needs it.

mod overview;

use std::fmt::Write as _;

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, ArgAction};

use super::{examples, sources};
use crate::spelling::is_among;
use crate::variables::{COLUMNS, Variables};
use crate::wording::variable;
use overview::{listed, overview};

/// Widest help, in characters: longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// Narrowest help. In less, options and their meanings do not fit beside each other.
const MIN_WIDTH: usize = 40;

/// Options that `-h` shows; `--help` shows all.
const COMMON: &str = "all branch branches build-number data disabled dry-run enabled environment-id environment-name \
    environment-type file flag-id flag-key format from issue-keys job-name jobs projects pushed repository \
    rollout-percentage since site state test-reports timeout url verbose wait";

/// The same for the command that is about texts.
const COMMON_OF_KEYS: &str = "message tag title";

/// Options that `-h` of `show` and `delete` leaves out: nearly all others identify what is read or deleted.
const RARE_OF_STORED: &str =
    "budget ca-file cloud-id color component per-controller pipeline-id-style stage-pattern";

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
        ["keys"] if is_among(long, COMMON_OF_KEYS) => true,
        [_] => long.is_empty() || is_among(long, COMMON),
        _ => !is_among(long, RARE_OF_STORED),
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
    let plain_page = |page| StyledStr::from(plain(page));
    let short = Resettable::from(command.get_about().map(plain_page));
    let long = Resettable::from(command.get_long_about().map(plain_page));
    command = command.about(short).long_about(long);
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

#[cfg(test)]
mod tests;
