mod pages;

use std::collections::{BTreeMap, BTreeSet};

use clap::{CommandFactory as _, Parser as _};

use super::later::whole;
use super::{Cli, errors};

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

/// What the libraries below say by themselves.
const OF_LIBRARIES: &[&str] = &[
    "invalid digit",
    "cannot parse",
    "too large to fit",
    " is not in ",
    "expected ident",
    "expected value",
    "EOF while",
    "invalid type",
    "invalid float",
    "at line 1 column",
    "os error",
    "regex parse error",
    "provided string",
];

#[test]
fn no_error_is_in_the_words_of_a_library() {
    const JUNK: &[&str] = &[
        "",
        " ",
        "-1",
        "abc",
        "[",
        "{",
        "1.5",
        "99999999999999999999",
        "/tmp",
        "é\u{1f680}",
    ];
    fn check(words: &[&str], command: &clap::Command, seen: &mut BTreeSet<String>) {
        for option in command.get_arguments() {
            let long = option.get_long().unwrap_or_default();
            let takes_value = option.get_action().takes_values();
            if long.is_empty() || !takes_value || !seen.insert(long.to_owned()) {
                continue;
            }
            for junk in JUNK {
                let option = format!("--{long}={junk}");
                let typed = [words, &[option.as_str()]].concat();
                let Err(error) = Cli::command().try_get_matches_from(&typed) else {
                    continue;
                };
                let failure = errors::explain(&error, &[], None, command, &BTreeMap::new(), false);
                let lines = failure.lines();
                for (_, line) in &lines {
                    let raw = OF_LIBRARIES.iter().find(|raw| line.contains(*raw));
                    assert!(raw.is_none(), "{typed:?}: {line}");
                }
                // Quoted as it was typed.
                let is_about_value = error.kind() == clap::error::ErrorKind::ValueValidation;
                let quoted = format!("'{junk}'");
                assert!(
                    !is_about_value || lines[0].1.contains(&quoted),
                    "{typed:?}: {lines:?}"
                );
            }
        }
        for nested in command.get_subcommands() {
            check(&[words, &[nested.get_name()]].concat(), nested, seen);
        }
    }
    let mut seen = BTreeSet::new();
    check(&["jira-send"], &whole(), &mut seen);
    assert!(seen.len() > 60, "{seen:?}");
}

#[test]
fn every_option_has_help() {
    fn check(command: &clap::Command) {
        for command in command.get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{}", argument.get_id());
            }
            check(command);
        }
    }
    check(&whole());
}

#[test]
fn only_a_deployment_is_rolled_back() {
    let mut program = whole();
    for (name, expected) in [("build", false), ("deployment", true)] {
        let command = program.find_subcommand_mut(name).unwrap();
        let mut options = command.get_arguments();
        let state = options.find(|option| option.get_id() == "state").unwrap();
        let help = state.get_help().unwrap().to_string();
        assert_eq!(help.contains("rolled_back"), expected, "{name}: {help}");
        let parse = |value: &str| {
            Cli::try_parse_from(["jira-send", name, "--state", value]).map_err(|e| e.to_string())
        };
        assert_eq!(parse("rolled back").is_ok(), expected, "{name}");
        let error = parse("done").err().unwrap();
        assert_eq!(error.contains("rolled_back"), expected, "{error}");
    }
}
