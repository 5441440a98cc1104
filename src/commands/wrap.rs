//! `jira-send build -- CMD`, `jira-send deployment -- CMD`: the beginning, the command, its end.
//!
//! The command comes first: whatever becomes of the sending, it is run, and its exit code is ours.

mod ending;
mod job;
mod moment;

use std::process::ExitCode;

use super::{Context, build, deployment};
use crate::cli::{BuildOptions, Command, DeploymentOptions};
use crate::error::Failure;
use crate::report::Report;
use job::Job;
use moment::Moment;

pub(crate) use ending::cannot_start;

/// Refuses what cannot be together with a command.
///
/// # Errors
/// A state, since the command decides it.
pub(super) fn check(command: &Command) -> Result<(), Failure> {
    let has_state = command.run().is_some_and(|(run, _)| run.state.is_some());
    if !has_state || !command.wraps() {
        return Ok(());
    }
    let failure = Failure::usage("--state cannot be given together with a command");
    Err(failure.hint(
        "leave out --state (and JIRA_SEND_STATE): in_progress and the end are sent by themselves",
    ))
}

/// Runs the command that a build or deployment wraps; nothing where there is none.
pub(super) fn run(
    command: &Command,
    trouble: Option<&Failure>,
    context: &Context<'_>,
) -> Option<ExitCode> {
    let (run, wrap) = command.run().filter(|_| command.wraps())?;
    let job = Job {
        command,
        run,
        wrap,
        trouble,
    };
    Some(job.run(context))
}

/// What builds and deployments send at one of both ends.
fn report(command: &Command, moment: &Moment, context: &Context<'_>) -> Result<Report, Failure> {
    let phase = &moment.phase;
    let context = &Context { phase, ..*context };
    match command {
        Command::Build(options) => {
            let mut options: BuildOptions = (**options).clone();
            moment.apply(&mut options.run, &mut options.jira);
            // Before the command there are only reports of other runs.
            if phase.reports_since.is_none() {
                options.test_reports.clear();
            }
            build::run(&options, context)
        }
        Command::Deployment(options) => {
            let mut options: DeploymentOptions = (**options).clone();
            moment.apply(&mut options.run, &mut options.jira);
            options.duration = options.duration.or(moment.seconds);
            deployment::run(&options, context)
        }
        other => super::report(other, context),
    }
}
