//! From the arguments to the exit code.

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use serde_json::{Map, Value};

use crate::cli::completion::{self, Completed};
use crate::cli::{Cli, Command, errors};
use crate::commands::{self, Context};
use crate::error::Failure;
use crate::files;
use crate::jira::http::{Network, Settings};
use crate::output::{Output, Verbosity};
use crate::report::Report;
use crate::system::Machine;
use crate::variables::{self, Variables};
use crate::wording::Wording;

/// Longest file of parameters, in bytes.
const MAX_PARAMETERS: u64 = 16 * 1024 * 1024;

/// Parses, runs, and reports whatever ends it.
pub(crate) fn run(typed: &[OsString], variables: &Variables, mut output: Output) -> ExitCode {
    let parameters = match parameters(variables) {
        Ok(parameters) => parameters,
        Err(failure) => return failed(&failure, typed, variables, &output),
    };
    if !parameters.is_empty() {
        let options = completion::all_options(&Cli::command());
        output.set_wording(Wording::of_steps(options));
    }
    let completed = match completion::complete(&Cli::command(), typed, variables, &parameters) {
        Ok(completed) => completed,
        Err(failure) => {
            let format = parameters.get("format").and_then(Value::as_str);
            let format = format.map(|format| format!("--format={format}").into());
            let arguments: Vec<_> = typed.iter().cloned().chain(format).collect();
            return failed(&failure, &arguments, variables, &output);
        }
    };
    let mut words = completed.arguments.iter();
    if words.any(|word| word == "--") && words.next().is_none() {
        return failed(&no_command(), typed, variables, &output);
    }
    let parsed = Cli::command()
        .try_get_matches_from(&completed.arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, &completed, variables, &output),
    };
    let options = cli.command.output();
    output.set_verbosity(match (options.quiet, options.verbose) {
        (_, true) => Verbosity::Verbose,
        (true, _) => Verbosity::Quiet,
        _ => Verbosity::Normal,
    });
    if cli.command.wraps() {
        output.leave_results();
    }
    let settings = network_settings(&cli.command, variables);
    let network_failure = settings.as_ref().err().cloned();
    if let Some(failure) = network_failure.as_ref().filter(|_| !cli.command.goes_on()) {
        return failed(failure, &completed.arguments, variables, &output);
    }
    let network = Network::new(settings.unwrap_or_default(), &output);
    let system = Machine::new();
    let context = Context {
        variables,
        system: &system,
        transport: &network,
        network_failure: network_failure.as_ref(),
        output: &output,
    };
    match commands::run(&cli.command, &context) {
        Ok(code) => code,
        Err(failure) => failed(&failure, &completed.arguments, variables, &output),
    }
}

/// A variable that holds the command may turn out empty; without this, `in_progress` would be sent and never its end.
fn no_command() -> Failure {
    Failure::usage("there is no command behind --")
        .hint("leave out -- to send a state without a command")
}

/// The way to Jira. A command that sends nothing does not fail for it.
fn network_settings(command: &Command, variables: &Variables) -> Result<Settings, Failure> {
    if command.needs_network() {
        Settings::read(command.ca_file(), variables)
    } else {
        Ok(Settings::default())
    }
}

/// Help and version are no errors.
fn not_parsed(
    error: &clap::Error,
    completed: &Completed,
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    if error.use_stderr()
        && error.kind() != clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    {
        let program = Cli::command();
        let position = completion::subcommand(&program, &completed.arguments);
        let words = position.map(|(position, _)| &completed.arguments[1..=position]);
        let command = words.and_then(|words| words.join(OsStr::new(" ")).into_string().ok());
        let is_step = *output.wording() != Wording::default();
        let failure = errors::explain(error, command.as_deref(), &completed.origins, is_step);
        return failed(&failure, &completed.arguments, variables, output);
    }
    if error.use_stderr() && wants_json(&completed.arguments, variables) {
        let failure = Failure::usage("no command is given").hint("see jira-send --help");
        return failed(&failure, &completed.arguments, variables, output);
    }
    if let Err(failure) = output.result(error.render().to_string().trim_end()) {
        output.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn failed(
    failure: &Failure,
    arguments: &[OsString],
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    output.failure(failure);
    if wants_json(arguments, variables) {
        // There is no other place to tell it.
        let _ = output.result(&Report::failed(failure).to_json(output.wording()));
    }
    ExitCode::from(failure.kind.exit_code())
}

/// Whoever reads JSON gets JSON, even when the arguments could not be parsed.
fn wants_json(arguments: &[OsString], variables: &Variables) -> bool {
    let command = arguments.iter().position(|argument| argument == "--");
    let ours = &arguments[..command.unwrap_or(arguments.len())];
    let typed = ours.iter().any(|argument| argument == "--format=json");
    let pair = ["--format", "json"];
    let spaced = ours
        .windows(2)
        .any(|two| two[0] == pair[0] && two[1] == pair[1]);
    typed || spaced || variables.by_name("JIRA_SEND_FORMAT") == Some("json")
}

/// The options that a pipeline step passes.
fn parameters(variables: &Variables) -> Result<Map<String, Value>, Failure> {
    let unusable = |variable: &str| {
        Failure::usage(format!("{variable} cannot be used"))
            .hint("it holds one JSON object, such as {\"environmentId\": \"eu-prod\"}")
    };
    let (name, text) = if let Some(text) = variables.get(variables::JIRA_SEND_PARAMETERS) {
        (variables::JIRA_SEND_PARAMETERS.name, text.to_owned())
    } else if let Some(path) = variables.get(variables::JIRA_SEND_PARAMETERS_FILE) {
        let name = variables::JIRA_SEND_PARAMETERS_FILE.name;
        let text = files::read_text(path, MAX_PARAMETERS);
        (name, text.map_err(|error| unusable(name).chain(&error))?)
    } else {
        return Ok(Map::new());
    };
    serde_json::from_str(&text).map_err(|error| unusable(name).cause(error))
}
