//! What somebody may have meant by an option, a command or a value that does not exist, by its meaning first and by its letters
//! then.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::domain::issue_key::IssueKey;
use crate::domain::state::RunState;
use crate::spelling::{is_among, meant, nearest};

/// Options that other tools have for a credential. An argument is seen by every user of the machine.
const OF_CREDENTIALS: &str = "client-id client-secret secret token api-token api-key password user username email auth oauth credential \
    credentials";

const CREDENTIAL_HINT: &str = "set JIRA_CLIENT_ID and JIRA_CLIENT_SECRET (or JIRA_CLIENT_SECRET_FILE) in the environment: \
    other users of the machine can see the arguments of a program";

/// Options that are variables here.
const OF_VARIABLES: &[(&str, &str)] = &[
    ("api-url", "JIRA_API_URL"),
    ("auth-url", "JIRA_AUTH_URL"),
    ("audience", "JIRA_AUDIENCE"),
    ("proxy", "HTTPS_PROXY"),
    ("no-proxy", "NO_PROXY"),
];

/// Words that people try, and the commands that do it.
const COMMANDS: &[(&str, &str)] = &[
    ("send submit publish report push post", "build deployment"),
    ("deploy deploys release rollout", "deployment"),
    ("status get list read view query", "show gate"),
    ("wait gating approve approval", "gate"),
    ("flag flags feature toggle", "feature-flag"),
    ("commit commits branch pr git dev history", "dev-info"),
    ("rm remove erase", "delete"),
    ("retry resend outbox queue sync", "flush"),
    ("key issue issues explain find", "keys"),
    ("doctor test verify validate diagnose ping", "check"),
];

/// Commands of other tools that are not needed here.
const NO_COMMANDS: &[(&str, &str)] = &[
    (
        "login logout auth init setup config configure",
        "set JIRA_SITE, JIRA_CLIENT_ID and JIRA_CLIENT_SECRET, then run jira-send check",
    ),
    (
        "completion completions man",
        "a release has the shell completions and the manual page as files",
    ),
    ("version", "did you mean --version?"),
];

/// Hints for an error of clap about a command line of this command.
pub(super) fn hints(error: &clap::Error, arguments: &[OsString], command: &Command) -> Vec<String> {
    let context = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let found = match error.kind() {
        ErrorKind::UnknownArgument => unknown_argument(&argument, command)
            .or_else(|| one_hyphen(&argument, arguments, command)),
        ErrorKind::InvalidSubcommand => {
            unknown_command(&context(ContextKind::InvalidSubcommand), command)
        }
        ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            let expected = std::error::Error::source(error).map(ToString::to_string);
            expected.and_then(|expected| expected_word(&value, &expected))
        }
        _ => None,
    };
    if let Some(found) = found {
        return vec![found];
    }
    let kinds = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let suggested = kinds.into_iter().map(context);
    let suggested = suggested.filter(|suggested| !suggested.is_empty());
    suggested
        .map(|suggested| did_you_mean(&suggested.replace(", ", " or ")))
        .collect()
}

fn did_you_mean(word: &str) -> String {
    format!("did you mean {word}?")
}

fn unknown_argument(argument: &str, command: &Command) -> Option<String> {
    let Some(name) = argument.strip_prefix("--") else {
        return unknown_word(argument, command);
    };
    if is_among(name, OF_CREDENTIALS) {
        return Some(CREDENTIAL_HINT.to_owned());
    }
    if let Some((_, variable)) = OF_VARIABLES.iter().find(|(option, _)| *option == name) {
        return Some(format!("set the variable {variable}"));
    }
    let longs = command.get_arguments().filter_map(clap::Arg::get_long);
    let longs: Vec<String> = longs.map(ToOwned::to_owned).collect();
    let same = longs.iter().find(|long| long.eq_ignore_ascii_case(name));
    let option = same.map_or_else(|| meant(name, &longs), |same| Some(same))?;
    let value = if option == "format" && name == "json" {
        " json"
    } else {
        ""
    };
    Some(did_you_mean(&format!("--{option}{value}")))
}

/// `-state` or `-State`, of which clap names only the first letter.
fn one_hyphen(letter: &str, arguments: &[OsString], command: &Command) -> Option<String> {
    let mut words = arguments.iter().filter_map(|word| word.to_str());
    let word = words.find(|word| word.starts_with(letter) && word.len() > letter.len())?;
    let name = word.strip_prefix('-')?.split('=').next()?;
    let is_one = !name.starts_with('-');
    is_one.then(|| unknown_argument(&format!("--{name}"), command))?
}

/// A word without hyphens: an issue key, a state, an option without its hyphens, or a command to run.
fn unknown_word(word: &str, command: &Command) -> Option<String> {
    if word.starts_with('-') {
        return None;
    }
    let has = |name: &str| {
        command
            .get_arguments()
            .any(|argument| argument.get_id() == name)
    };
    if word.parse::<IssueKey>().is_ok() && has("issue_keys") {
        return Some(did_you_mean(&format!("--issue-keys {word}")));
    }
    if word.parse::<RunState>().is_ok() && has("state") {
        return Some(did_you_mean(&format!("--state {word}")));
    }
    let option = word.split_once('=').map(|(name, _)| name);
    if option.is_some_and(|name| has(&name.replace('-', "_"))) {
        return Some(did_you_mean(&format!("--{word}")));
    }
    let name = command.get_name();
    let environment = if has("environment_id") {
        format!("did you mean --environment-id {word}? ")
    } else {
        String::new()
    };
    has("command").then(|| {
        format!("{environment}to run a command, put -- before it: jira-send {name} -- {word}")
    })
}

fn unknown_command(word: &str, command: &Command) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let knows = |name: &&str| command.find_subcommand(name).is_some();
    let row_of = |rows: &[(&'static str, &'static str)]| {
        let mut rows = rows.iter();
        let row = rows.find(|(words, _)| is_among(&lower, words));
        row.map(|(_, meaning)| *meaning)
    };
    let is_top = knows(&"build") && knows(&"check");
    if let Some(hint) = row_of(NO_COMMANDS).filter(|_| is_top) {
        return Some(hint.to_owned());
    }
    let names: Vec<&str> = if let Some(commands) = row_of(COMMANDS) {
        commands.split(' ').filter(knows).collect()
    } else {
        let all = command.get_subcommands().map(Command::get_name);
        nearest(word, all).into_iter().collect()
    };
    (!names.is_empty()).then(|| did_you_mean(&names.join(" or ")))
}

/// The word behind "expected one of" in an error that is nearest to the value.
fn expected_word(value: &str, expected: &str) -> Option<String> {
    let (_, list) = expected.split_once("expected one of ")?;
    let words = list.split([',', ':']).map(str::trim);
    let words = words.map(|word| word.trim_start_matches("such as "));
    let words = words.filter(|word| !word.is_empty() && !word.contains(' '));
    nearest(value, words).map(did_you_mean)
}

/// The words of a part of clap's error.
pub(super) fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, expected_word, unknown_argument, unknown_command};
    use crate::cli::later::whole;

    #[test]
    fn options_are_found_by_their_meaning() {
        let program = whole();
        for (command, argument, expected) in [
            ("build", "--issue", "did you mean --issue-keys?"),
            ("build", "--issues", "did you mean --issue-keys?"),
            ("build", "--key", "did you mean --issue-keys?"),
            ("build", "--issue-key", "did you mean --issue-keys?"),
            ("build", "--json", "did you mean --format json?"),
            ("build", "--status", "did you mean --state?"),
            ("build", "--timeout", "did you mean --budget?"),
            ("build", "--junit", "did you mean --test-reports?"),
            ("gate", "--timout", "did you mean --timeout?"),
            ("deployment", "--env", "did you mean --environment-id?"),
            (
                "deployment",
                "--environment",
                "did you mean --environment-id?",
            ),
            ("feature-flag", "--env", "did you mean --environment-name?"),
            ("feature-flag", "--key", "did you mean --flag-key?"),
            ("build", "--client-secret", "set JIRA_CLIENT_ID and"),
            ("build", "--token", "set JIRA_CLIENT_ID and"),
            ("build", "--proxy", "set the variable HTTPS_PROXY"),
            ("build", "ABC-1", "did you mean --issue-keys ABC-1?"),
            ("build", "make", "put -- before it: jira-send build -- make"),
            (
                "deployment",
                "production",
                "did you mean --environment-id production? to run a command, put -- before it",
            ),
            ("build", "SUCCESS", "--state SUCCESS"),
            ("build", "build-number=7", "--build-number=7"),
            ("build", "--wholly-other", ""),
            ("keys", "make", ""),
            ("keys", "-x", ""),
        ] {
            let command = program.find_subcommand(command).unwrap();
            let found = unknown_argument(argument, command).unwrap_or_default();
            assert!(found.contains(expected), "{argument}: {found}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{argument}: {found}");
        }
    }

    #[test]
    fn commands_are_found_by_their_meaning() {
        let program = whole();
        for (word, expected) in [
            ("deploy", "did you mean deployment?"),
            ("send", "did you mean build or deployment?"),
            ("status", "did you mean show or gate?"),
            ("buidl", "did you mean build?"),
            ("Doctor", "did you mean check?"),
            (
                "login",
                "set JIRA_SITE, JIRA_CLIENT_ID and JIRA_CLIENT_SECRET, then run jira-send check",
            ),
            ("wholly-other", ""),
        ] {
            let found = unknown_command(word, &program).unwrap_or_default();
            assert_eq!(found, expected, "{word}");
        }
        for name in COMMANDS.iter().flat_map(|(_, names)| names.split(' ')) {
            assert!(program.find_subcommand(name).is_some(), "{name}");
        }
    }

    #[test]
    fn values_are_found_by_their_letters() {
        let list =
            "expected one of pending, failed, or a result of Jenkins, such as SUCCESS, NOT_BUILT";
        for (value, expected) in [
            ("SUCESS", Some("did you mean SUCCESS?")),
            ("faild", Some("did you mean failed?")),
            ("done", None),
            ("result", None),
            ("", None),
        ] {
            assert_eq!(expected_word(value, list).as_deref(), expected, "{value}");
        }
    }
}
