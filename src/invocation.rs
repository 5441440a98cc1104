//! One call of a command: its options are parsed and completed, the way to Jira is set up, and it is run.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use serde_json::{Map, Value};

use crate::cli::sources::{self, Completed};
use crate::cli::{Cli, Command, errors, globals, help, later};
use crate::commands::{Context, OpenedSites, Phase};
use crate::error::Failure;
use crate::jira::http::{Network, Settings};
use crate::jira::trace::Traced;
use crate::output::Output;
use crate::side_by_side::in_time;
use crate::system::System;
use crate::variables::Variables;

/// How long a command waits for files of certificates.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) enum Stop {
    Failed(Failure),
    /// Help, or the version.
    Shown(clap::Error),
}

/// What was typed, with what the parameters of a pipeline step and variables add to it.
///
/// # Errors
/// Invalid options, or a page that was asked for.
pub(crate) fn parse(
    typed: &[OsString],
    variables: &Variables,
    parameters: Option<&Map<String, Value>>,
) -> Result<Command, Stop> {
    let mut program = later::program(typed);
    let typed = &globals::behind_command(&program, typed)[..];
    let none = Map::new();
    let is_step = parameters.is_some();
    let completed = sources::complete(&program, typed, variables, parameters.unwrap_or(&none));
    let completed = completed.map_err(Stop::Failed)?;
    let mut words = completed.arguments.iter();
    if words.any(|word| word == "--") && words.next().is_none() {
        return Err(Stop::Failed(no_command()));
    }
    let parse = |program: &mut clap::Command| {
        let matches = program.try_get_matches_from_mut(&completed.arguments)?;
        Cli::from_arg_matches(&matches)
    };
    let parsed = match parse(&mut program) {
        // Help and errors need more than other calls do.
        Err(error) if error.kind() != ErrorKind::DisplayVersion => {
            program = help::complete(program, variables);
            parse(&mut program)
        }
        parsed => parsed,
    };
    match parsed {
        Ok(cli) => Ok(cli.command),
        Err(error) => Err(not_parsed(error, &program, &completed, is_step)),
    }
}

/// A variable that holds the command may turn out empty; without this, `in_progress` would be sent and never its end.
fn no_command() -> Failure {
    Failure::usage("missing command after --")
        .hint("leave out -- to send a state without a command")
}

fn not_parsed(
    error: clap::Error,
    program: &clap::Command,
    completed: &Completed,
    is_step: bool,
) -> Stop {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Stop::Shown(error);
    }
    let found = sources::subcommand(program, &completed.arguments);
    let words = found.map(|(position, _)| &completed.arguments[1..=position]);
    let words = words.and_then(|words| words.join(OsStr::new(" ")).into_string().ok());
    let command = found.map_or(program, |(_, command)| command);
    Stop::Failed(errors::explain(
        &error,
        &completed.arguments,
        words.as_deref(),
        command,
        &completed.origins,
        is_step,
    ))
}

/// Further certificates may be on a drive that hangs: a command of the user's does not wait for it.
fn read_settings(command: &Command, variables: &Variables) -> Result<Settings, Failure> {
    let file = command.common().ca_file;
    if !command.wraps() {
        return Settings::read(file, variables);
    }
    let (file, variables) = (file.map(Path::to_owned), variables.clone());
    let read = in_time(PATIENCE, move || {
        Settings::read(file.as_deref(), &variables)
    });
    read.unwrap_or_else(|| {
        Err(
            Failure::usage("the files of certificates could not be read in time")
                .hint("check --ca-file, SSL_CERT_FILE and SSL_CERT_DIR"),
        )
    })
}

/// The way to Jira, and why it is not the one that the user set.
fn network<'a>(
    command: &Command,
    variables: &Variables,
    system: &'a dyn System,
    output: &'a Output,
) -> Result<(Network<'a>, Option<Failure>), Failure> {
    let settings = if command.needs_network() {
        read_settings(command, variables)
    } else {
        // A command that sends nothing does not fail for it.
        Ok(Settings::default())
    };
    let (settings, failure) = match settings {
        Ok(settings) => (settings, None),
        Err(failure) if command.goes_on() => (Settings::default(), Some(failure)),
        Err(failure) => return Err(failure),
    };
    Ok((Network::new(settings, output, system), failure))
}

/// Runs something with the way to Jira that the command's options name.
///
/// # Errors
/// Invalid connection settings, for a command that does nothing without; or its own failure.
pub(crate) fn perform<T>(
    command: &Command,
    variables: &Variables,
    phase: &Phase,
    system: &dyn System,
    output: &Output,
    run: impl FnOnce(&Context<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (network, network_failure) = network(command, variables, system, output)?;
    run(&Context {
        variables,
        system,
        transport: &Traced {
            transport: &network,
            output,
        },
        network_failure: network_failure.as_ref(),
        output,
        phase,
        opened: &OpenedSites::default(),
    })
}
