//! `jira-send build -- CMD`, `jira-send deployment -- CMD`: the beginning, the command, its end.
//!
//! The command comes first: whatever becomes of the sending, it is run, and its exit code is ours.

mod ending;
mod job;
mod moment;

use std::process::ExitCode;

use super::Context;
use crate::cli::{BuildOptions, Command, DeploymentOptions};
use crate::error::Failure;
use job::Job;
use moment::Moment;

pub(crate) use ending::cannot_start;

/// Refuses what cannot be together with a command.
///
/// # Errors
/// A state, since the command decides it.
pub(super) fn check(command: &Command) -> Result<(), Failure> {
    let run = match command {
        Command::Build(options) => &options.run,
        Command::Deployment(options) => &options.run,
        _ => return Ok(()),
    };
    if run.state.is_none() || !command.wraps() {
        return Ok(());
    }
    let failure = Failure::usage("--state cannot be given together with a command");
    Err(failure.hint(
        "leave out --state (and JIRA_SEND_STATE): in_progress and the end are sent by themselves",
    ))
}

/// Runs the command that a build or deployment wraps; nothing where there is none. With some `trouble` it is run all the
/// same, and the trouble is reported in place of the run.
pub(crate) fn run(
    command: &Command,
    trouble: Option<&Failure>,
    context: &Context<'_>,
) -> Option<ExitCode> {
    match command {
        _ if !command.wraps() => None,
        Command::Build(options) => Some(build(options, trouble, context)),
        Command::Deployment(options) => Some(deployment(options, trouble, context)),
        _ => None,
    }
}

fn build(options: &BuildOptions, trouble: Option<&Failure>, context: &Context<'_>) -> ExitCode {
    let report = |moment: &Moment, context: &Context<'_>| {
        let mut options = options.clone();
        let phase = &moment.apply(&mut options.run, &mut options.jira);
        // Before the command there are only reports of other runs.
        if moment.started.is_none() {
            options.test_reports.clear();
        }
        super::build::run(&options, &Context { phase, ..*context })
    };
    let (run, wrap, output) = (&options.run, &options.wrap, &options.output);
    Job::new(run, wrap, output, &options.jira, &report, trouble).run(context)
}

fn deployment(
    options: &DeploymentOptions,
    trouble: Option<&Failure>,
    context: &Context<'_>,
) -> ExitCode {
    let report = |moment: &Moment, context: &Context<'_>| {
        let mut options = options.clone();
        let phase = &moment.apply(&mut options.run, &mut options.jira);
        options.duration = options.duration.or(moment.seconds);
        super::deployment::run(&options, &Context { phase, ..*context })
    };
    let (run, wrap, output) = (&options.run, &options.wrap, &options.output);
    Job::new(run, wrap, output, &options.jira, &report, trouble).run(context)
}
