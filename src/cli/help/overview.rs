//! The longer parts of the help: examples, variables and exit codes, each from the table that the code uses.

use std::fmt::Write as _;

use crate::cli::examples;
use crate::error::EXIT_CODES;
use crate::output::broken;
use crate::variables::{
    CONNECTION, CONTROLLER, JENKINS, MACHINE, NETWORK, PLUGINS, TERMINAL, Variable,
};

/// What the long help shows besides the variables of the connection.
const OTHER_VARIABLES: [(&str, &[Variable]); 6] = [
    ("Variables that Jenkins sets:", JENKINS),
    ("Plugins of jobs other than multibranch projects:", PLUGINS),
    (
        "A controller whose history is sent (jira-send backfill):",
        CONTROLLER,
    ),
    (
        "Variables of the network (proxies also in lower case, which takes precedence):",
        NETWORK,
    ),
    ("Variables of the machine:", MACHINE),
    ("Variables of the terminal:", TERMINAL),
];

fn heading(text: &str) -> String {
    format!("\x1b[1m\x1b[4m{text}\x1b[0m\n")
}

/// The examples, each so that it can be pasted: a long one goes on in the next line.
pub(super) fn listed(examples: &[examples::Example], width: usize) -> String {
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
pub(super) fn overview(width: usize, is_long: bool) -> String {
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
        variables.map(|it| (it.name, it.meaning)).collect()
    };
    section(
        "Variables:",
        &of(CONNECTION),
        "Each of them except JIRA_SITE can be set for a single site, whose name follows two underscores: \
         JIRA_CLIENT_ID__ACME for acme.atlassian.net.\n",
    );
    let numbers: Vec<String> = EXIT_CODES
        .iter()
        .map(|(code, _)| code.to_string())
        .collect();
    let meanings = EXIT_CODES.iter().map(|(_, meaning)| *meaning);
    let codes: Vec<_> = numbers.iter().map(String::as_str).zip(meanings).collect();
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
        for (title, variables) in OTHER_VARIABLES {
            section(title, &of(variables), "");
        }
    }
    text
}

/// Names with their meanings beside them, in lines of this width.
pub(super) fn table(rows: &[(&str, &str)], width: usize) -> String {
    let longest = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, meaning) in rows {
        let meaning = broken(meaning, longest + 4, width);
        let _ = writeln!(text, "  {name:<longest$}  {meaning}");
    }
    text
}
