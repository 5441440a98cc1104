//! Wrong options, told in the same three parts as every other error. `invocation.rs` asks for it when clap refuses.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};

use super::suggestions::{self, words};
use crate::error::Failure;
use crate::wording::variable;

/// What clap found wrong with these arguments; `origins` has the options that nobody typed. Writers of pipeline steps
/// (`is_step`) see no options.
pub(crate) fn explain(
    error: &clap::Error,
    arguments: &[OsString],
    words_of_command: Option<&str>,
    command: &clap::Command,
    origins: &BTreeMap<String, String>,
    is_step: bool,
) -> Failure {
    let context = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let option = argument
        .split([' ', '='])
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut failure = Failure::usage(headline(error));
    if let Some(source) = error.source() {
        let cause = match source.to_string() {
            // A parser of clap's own.
            text if text == "value was not a boolean" => "expected true or false".to_owned(),
            text => text,
        };
        failure = failure.cause(cause);
    }
    let valid = context(ContextKind::ValidValue);
    if !valid.is_empty() {
        failure = failure.cause(format!("expected one of {valid}"));
    }
    let origin = origins.get(&option);
    // The message names the parameter already.
    if let Some(origin) = origin.filter(|origin| !(is_step && origin.starts_with("the parameter")))
    {
        failure = failure.cause(format!("{option} was taken from {origin}"));
    }
    if error.kind() == ErrorKind::MissingRequiredArgument {
        failure = failure.cause(argument);
        // One of these wants it.
        let variables = origins.iter().filter(|_| !is_step);
        failure = variables.fold(failure, |failure, (option, origin)| {
            failure.cause(format!("{option} was taken from {origin}"))
        });
    }
    let value = error.get(ContextKind::InvalidValue).map(words);
    if origin.is_none() && option.starts_with("--") && value.is_some_and(|it| it.trim().is_empty())
    {
        let variable = variable(&option[2..]);
        failure = failure.hint(format!(
            "leave {option} out if there is no value; {variable} may be empty, which counts as not set"
        ));
    }
    for hint in suggestions::hints(error, arguments, command) {
        failure = failure.hint(hint);
    }
    match words_of_command {
        Some(_) if is_step => failure
            .hint("the parameters are listed in Pipeline Syntax > Global Variables Reference"),
        Some(words) => failure.hint(format!("see jira-send {words} --help")),
        None => failure.hint("see jira-send --help"),
    }
}

/// Clap's first line, without its label and without what the causes repeat.
fn headline(error: &clap::Error) -> String {
    let text = error.render().to_string();
    // What was typed may have lines of its own.
    let typed = error
        .get(ContextKind::InvalidValue)
        .or(error.get(ContextKind::InvalidArg));
    let typed = typed.map(words).filter(|typed| typed.contains('\n'));
    let behind = typed.and_then(|typed| Some(text.find(&typed)? + typed.len()));
    let (start, rest) = text.split_at(behind.unwrap_or_default());
    let line = start.to_owned() + rest.lines().next().unwrap_or_default();
    let line = line.as_str();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let again = error.source().map(|source| format!(": {source}"));
    let line = again
        .and_then(|again| line.strip_suffix(again.as_str()))
        .unwrap_or(line);
    // Clap names them in lines of their own.
    if error.kind() == ErrorKind::MissingRequiredArgument {
        let missing = error.get(ContextKind::InvalidArg).map(words);
        return format!("{line} {}", missing.unwrap_or_default());
    }
    line.to_owned()
}
