//! From the arguments to the exit code.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::commands::{self, Phase};
use crate::error::Failure;
use crate::invocation::{self, Stop};
use crate::output::Output;
use crate::report::Report;
use crate::step;
use crate::system::Machine;
use crate::variables::Variables;

/// Parses, runs, and reports whatever ends it.
pub(crate) fn run(typed: &[OsString], variables: &Variables, mut output: Output) -> ExitCode {
    if let [_, word, request] = typed
        && word == step::COMMAND
    {
        return step::run(Path::new(request), variables, &Machine::new(), &output);
    }
    let command = match invocation::parse(typed, variables, None) {
        Ok(command) => command,
        Err(Stop::Failed(failure, arguments)) => {
            return failed(&failure, &arguments, variables, &output);
        }
        Err(Stop::Shown(page)) => return show(&page, typed, variables, &output),
    };
    let system = Machine::new();
    output.set_verbosity(command.output().verbosity());
    if command.wraps() {
        output.leave_results();
    }
    let phase = Phase::default();
    let run = |context: &commands::Context<'_>| commands::run(&command, context);
    match invocation::perform(&command, variables, &phase, &system, &output, run) {
        Ok(code) => code,
        Err(failure) => failed(&failure, typed, variables, &output),
    }
}

/// Help, the version, or both where no command was typed.
fn show(
    page: &clap::Error,
    typed: &[OsString],
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    if page.use_stderr() && wants_json(typed, variables) {
        let failure = Failure::usage("missing command").hint("see jira-send --help");
        return failed(&failure, typed, variables, output);
    }
    if let Err(failure) = output.result(page.render().to_string().trim_end()) {
        output.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    ExitCode::from(u8::try_from(page.exit_code()).unwrap_or(2))
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
        let _ = output.result(&Report::failed(failure).to_json());
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
