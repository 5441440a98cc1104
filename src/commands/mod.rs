//! One file per command: run, identity, environment, facts, payload, send, report. `program.rs` calls [`run`] for what was
//! typed, `step/` calls [`report`] for a step.

mod answer;
mod attempt;
mod backfill;
mod build;
mod check;
mod connection;
mod continuity;
mod credentials;
mod delivery;
mod deployed;
mod deployment;
mod dev_info;
mod environments;
mod feature_flag;
mod flush;
mod gate;
mod identity;
mod key_rules;
mod keys;
mod meter;
mod missing;
mod notices;
mod pauses;
mod payload;
mod phase;
mod progress;
mod run_facts;
mod send;
mod session;
pub(crate) mod store;
mod stored;
mod summary;
mod test_counts;
mod upstream;
mod verify;
mod wrap;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::changes;
use crate::cli::{CheckOptions, Command, ConnectionOptions, Format, JiraOptions, KeyOptions};
use crate::dns;
use crate::domain::association::Cut;
use crate::domain::issue_key::{Findings, IssueKey};
use crate::error::{Failure, plain};
use crate::facts::{self, Facts, Pipeline, Question};
use crate::files;
use crate::jira::http::Transport;
use crate::output::{Output, readable_json};
use crate::report::{RangeReport, Report};
use crate::system::{Deadline, System};
use crate::variables::Variables;

pub(crate) use check::Items;
pub(crate) use keys::run as explain_keys;
pub(crate) use phase::{EventTime, Phase, StepPhase};
pub(crate) use session::OpenedSites;
pub(crate) use upstream::Upstream;
pub(crate) use wrap::cannot_start;

/// The world as the commands see it.
pub(crate) struct Context<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) system: &'a dyn System,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) output: &'a Output,
    /// Why `transport` does not go the way that the user set, for commands that go on anyway. Nothing may be asked
    /// of it then.
    pub(crate) network_failure: Option<&'a Failure>,
    pub(crate) phase: &'a Phase,
    pub(crate) opened: &'a OpenedSites,
}

/// Refuses options that cannot be right together, before anything is done.
///
/// # Errors
/// What they say wrongly.
pub(crate) fn check_options(command: &Command, is_step: bool) -> Result<(), Failure> {
    wrap::check(command)?;
    let keys = command.common().keys;
    keys.map_or(Ok(()), |options| key_rules::check(options, is_step))
}

/// Runs one command to its exit code. With some `trouble`, one that wraps another runs that anyway, and the trouble is reported
/// in place of the run.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn run(
    command: &Command,
    trouble: Option<&Failure>,
    context: &Context<'_>,
) -> Result<ExitCode, Failure> {
    if let Some(code) = wrap::run(command, trouble, context) {
        return Ok(code);
    }
    let common = command.common();
    let (format, output) = (common.output.format, context.output);
    match command {
        Command::Check(options) => {
            let quiet = common.output.globals.quiet && !output.is_verbose();
            check::print(&check(options, context)?, format, quiet, output)
        }
        Command::Keys(options) => {
            explain_keys(options, context)?.print(format, output)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show(options) => {
            let shown = stored::show::run(options, context)?;
            Ok(stored::show::print(&shown, format, output))
        }
        _ => {
            let report = report(command, context)?;
            show(&report, format, output);
            write_result(&report, command.result_file(), output);
            Ok(ExitCode::from(report.exit_code))
        }
    }
}

/// Runs a command that sends or asks something, whatever follows `--`.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn report(command: &Command, context: &Context<'_>) -> Result<Report, Failure> {
    match command {
        Command::Build(options) => build::run(options, context),
        Command::Deployment(options) => deployment::run(options, context),
        Command::DevInfo(options) => dev_info::run(options, context),
        Command::Backfill(options) => backfill::run(options, context),
        Command::Gate(options) => gate::run(options, context),
        Command::Delete(options) => stored::delete::run(options, context),
        Command::Flush(options) => flush::run(options, context),
        Command::FeatureFlag(options) => feature_flag::run(options, context),
        Command::Show(_) | Command::Keys(_) | Command::Check(_) => {
            Err(Failure::usage("the command has no report"))
        }
    }
}

/// Checks everything that a send needs.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn check(options: &CheckOptions, context: &Context<'_>) -> Result<Items, Failure> {
    check::run(options, context, &dns::look_up)
}

fn show(report: &Report, format: Format, output: &Output) {
    let shown = match format {
        Format::Json => output.result(&report.to_json()),
        Format::Text => {
            let mut requests = report.request.iter().chain(&report.further_requests);
            requests.try_for_each(|request| {
                let body = match &request.body {
                    Value::Null => String::new(),
                    body => format!("\n{}", readable_json(body)),
                };
                output.result(&format!("{} {}{body}", request.method, request.url))
            })
        }
    };
    // What was sent was sent anyway.
    if let Err(failure) = shown {
        output.failure_as_warning(&failure);
    }
}

/// Writes the report to the file that the user names.
fn write_result(report: &Report, path: Option<&Path>, output: &Output) {
    let Some(path) = path else {
        return;
    };
    let text = output.without_secrets(&report.to_json());
    if let Err(error) = files::write_text(path, &format!("{text}\n")) {
        output.advise(
            &plain(error),
            "name a file that can be written with --result-file",
        );
    }
}

/// The sites that the options or variables name.
fn destinations(
    options: &ConnectionOptions,
    context: &Context<'_>,
) -> Result<Vec<connection::Destination>, Failure> {
    let cloud_id = options.cloud_id.as_deref();
    connection::destinations(&options.site, cloud_id, context.variables)
}

/// The end of the time budget, which holds for the facts and for the sending together.
fn deadline(jira: &JiraOptions, context: &Context<'_>) -> Deadline {
    let budget = Duration::from_secs(jira.connection.budget.into());
    Deadline::after(context.system, context.phase.time_left.unwrap_or(budget))
}

/// Reads the facts. Git gets half of the time at most, so that they can still be sent.
fn gather(question: &Question, deadline: Deadline, context: &Context<'_>) -> Facts {
    let patience = deadline.remaining(context.system) / 2;
    facts::gather(question, context.variables, context.system, patience)
}

/// What is asked about the run of this phase.
///
/// # Errors
/// A file of changes that cannot be used.
fn question(options: &KeyOptions, context: &Context<'_>) -> Result<Question, Failure> {
    let options = options.clone();
    // As with a variable: it was set from something that turned out empty.
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let pipeline = context.phase.pipeline();
    let none = Pipeline::default();
    let known = pipeline.unwrap_or(&none);
    Ok(Question {
        sorts_changes: pipeline.is_some() && options.changes.is_none() && !options.all_changes,
        changes: match &options.changes {
            Some(path) => changes::read(path)?,
            None => known.changes.clone().into(),
        },
        checked_out: known.checked_out.clone(),
        lacks_workspace: known.lacks_workspace,
        issue_keys: options.issue_keys,
        only_issue_keys: options.only_issue_keys,
        branch: given(options.branch),
        title: given(options.title),
        tag: given(options.tag),
        messages: options.message,
        // Git, and tools that pass its words on, write "none" as an id of zeros.
        since: options.since.filter(|since| !since.is_none()),
        commit: options.commit,
        repository_dir: options.repository_dir,
        repositories: options.repositories,
        paths: options.paths,
        lacking: None,
        deployed_before: None,
    })
}

/// The issue keys of the run: those of its beginning first.
fn find_keys(facts: &Facts, options: &KeyOptions, context: &Context<'_>) -> Findings {
    of_phase(key_rules::find_in(facts, options), context)
}

/// What was found, with what an earlier phase found and learned.
fn of_phase(findings: Findings, context: &Context<'_>) -> Findings {
    findings
        .without(&context.phase.begun.unknown_issue_keys)
        .after(&context.phase.begun.issue_keys)
}

/// Which commits were searched, for programs.
fn ranges(facts: &Facts) -> Vec<RangeReport> {
    let ranges = facts.ranges.iter().map(|(folder, range)| RangeReport {
        repository: folder.clone(),
        start: range.word(),
        from: range.from().map(ToOwned::to_owned),
        commits: range.commits,
    });
    ranges.collect()
}

/// The issue keys that are in the body.
fn sent_keys(findings: &Findings, cut: &Cut) -> Vec<IssueKey> {
    let keys = findings.keys().filter(|key| !cut.issue_keys.contains(key));
    keys.cloned().collect()
}
