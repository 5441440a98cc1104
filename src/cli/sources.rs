//! Where options come from: what was typed is completed with what variables and a pipeline step give, so that every option
//! is defined once and every value is checked in one way. Order: option, parameter of a step, variable. `invocation.rs`
//! calls it before clap parses.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction};
use serde_json::{Map, Value};

use crate::error::Failure;
use crate::variables::Variables;
use crate::wording::{camel_case, variable};

/// The arguments to parse, and where the added ones came from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Completed {
    pub(crate) arguments: Vec<OsString>,
    /// Option (`--state`) to the variable or parameter that gave its value.
    pub(crate) origins: BTreeMap<String, String>,
}

/// Adds an option for every parameter and variable whose option was not typed.
///
/// # Errors
/// A parameter that is not an option, or has a value that no option accepts.
pub(crate) fn complete(
    program: &clap::Command,
    typed: &[OsString],
    variables: &Variables,
    parameters: &Map<String, Value>,
) -> Result<Completed, Failure> {
    let unchanged = Completed {
        arguments: typed.to_vec(),
        origins: BTreeMap::new(),
    };
    let Some((position, command)) = subcommand(program, typed) else {
        return Ok(unchanged);
    };
    if command.has_subcommands() {
        return Ok(unchanged);
    }
    let options: Vec<&Arg> = options(command).collect();
    check_names(&options, parameters)?;
    let rest = &typed[position + 1..];
    // What is typed wins over what a variable says otherwise.
    let conflicting: Vec<&Arg> = options
        .iter()
        .filter(|option| is_typed(option, rest))
        .flat_map(|option| command.get_arg_conflicts_with(option))
        .collect();
    let (mut added, mut origins) = (Vec::new(), BTreeMap::new());
    for option in options {
        let long = option.get_long().unwrap_or_default();
        if is_typed(option, rest) {
            continue;
        }
        let conflicts = |other: &&Arg| other.get_id() == option.get_id();
        let may_vary = is_variable(typed, long) && !conflicting.iter().any(conflicts);
        let name = camel_case(long);
        let variable = variable(long);
        let (values, origin) = match parameters.get(&name).map(|value| texts(&name, value)) {
            Some(Ok(values)) if !values.is_empty() => (values, format!("the parameter {name}")),
            Some(Err(failure)) => return Err(failure),
            _ => match variables.by_name(&variable).filter(|_| may_vary) {
                Some(value) => (vec![value.to_owned()], format!("the variable {variable}")),
                None => continue,
            },
        };
        added.extend(arguments_for(option, long, values, &origin)?);
        origins.insert(format!("--{long}"), origin);
    }
    let arguments = [&typed[..=position], &added, rest].concat();
    Ok(Completed { arguments, origins })
}

/// Where the subcommand stands, and what it is: `build`, or `build` behind `show`.
pub(crate) fn subcommand<'a>(
    program: &'a clap::Command,
    typed: &[OsString],
) -> Option<(usize, &'a clap::Command)> {
    let next = |command: &'a clap::Command, position: usize| {
        let nested = command.find_subcommand(typed.get(position + 1)?)?;
        (nested.get_name() != "help").then_some(nested)
    };
    let mut position = 1;
    let mut command = next(program, 0)?;
    while let Some(nested) = next(command, position) {
        (position, command) = (position + 1, nested);
    }
    Some((position, command))
}

/// The options of a command.
pub(crate) fn options(command: &clap::Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|option| is_option(option))
}

/// Whether it has a value or is a flag, and no page of clap's.
pub(super) fn is_option(argument: &Arg) -> bool {
    let long = argument.get_long();
    long.is_some_and(|long| !matches!(long, "help" | "version"))
}

/// Every option of every subcommand, without hyphens before it.
pub(crate) fn all_options(command: &clap::Command) -> Vec<String> {
    let own = options(command).filter_map(Arg::get_long);
    let nested = command.get_subcommands().flat_map(all_options);
    own.map(ToOwned::to_owned).chain(nested).collect()
}

/// Options that must be typed: a variable that labels what is sent must not choose what is deleted.
const TYPED_ONLY: [&str; 2] = ["property", "yes"];

/// Whether the option may come from a variable.
pub(super) fn is_variable(typed: &[OsString], long: &str) -> bool {
    let reads_or_deletes = typed
        .get(1)
        .is_some_and(|name| name == "show" || name == "delete");
    !(reads_or_deletes && TYPED_ONLY.contains(&long))
}

/// All short options: none takes a value, so that they may stand together, as in `-vq`.
const SHORT_FLAGS: &str = "qvhV";

fn is_typed(option: &Arg, rest: &[OsString]) -> bool {
    let long = format!("--{}", option.get_long().unwrap_or_default());
    let with_value = format!("{long}=");
    let short = option.get_short();
    rest.iter()
        .take_while(|argument| *argument != OsStr::new("--"))
        .map(|argument| argument.to_string_lossy())
        .any(|argument| {
            let is_short = |short| {
                let flags = argument.strip_prefix('-').unwrap_or_default();
                flags.contains(short) && flags.chars().all(|flag| SHORT_FLAGS.contains(flag))
            };
            argument == long.as_str()
                || argument.starts_with(&with_value)
                || short.is_some_and(is_short)
        })
}

fn check_names(options: &[&Arg], parameters: &Map<String, Value>) -> Result<(), Failure> {
    let known: Vec<String> = options
        .iter()
        .filter_map(|o| o.get_long())
        .map(camel_case)
        .collect();
    match parameters.keys().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(unknown) => Err(Failure::usage(format!("unknown parameter {unknown:?}"))
            .hint(format!("the parameters are: {}", known.join(", ")))),
    }
}

/// The option as it would be typed. A flag is there or not.
fn arguments_for(
    option: &Arg,
    long: &str,
    values: Vec<String>,
    origin: &str,
) -> Result<Vec<OsString>, Failure> {
    if !matches!(option.get_action(), ArgAction::SetTrue) {
        return Ok(values
            .into_iter()
            .map(|value| format!("--{long}={value}").into())
            .collect());
    }
    let value = values.concat();
    match is_true(&value) {
        Some(true) => Ok(vec![format!("--{long}").into()]),
        Some(false) => Ok(Vec::new()),
        None => Err(Failure::usage(format!(
            "{origin}: expected true or false, got {value:?}"
        ))),
    }
}

/// What a variable or a parameter says about a flag.
pub(super) fn is_true(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A parameter's value as text: null and empty texts count as not given, a list gives several, an object
/// `key=value` each.
fn texts(name: &str, value: &Value) -> Result<Vec<String>, Failure> {
    let texts: Result<Vec<Option<String>>, Failure> = match value {
        Value::Array(items) => items.iter().map(|item| scalar(name, item)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(key, value)| {
                    let value = scalar(name, value)?;
                    Ok(value.map(|value| format!("{key}={value}")))
                })
                .collect()
        }
        single => scalar(name, single).map(|text| vec![text]),
    };
    Ok(texts?.into_iter().flatten().collect())
}

fn scalar(name: &str, value: &Value) -> Result<Option<String>, Failure> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(Failure::usage(format!(
            "the parameter {name} holds a list inside a list"
        ))),
    }
}

#[cfg(test)]
mod tests;
