//! One file per command: facts, payload, send, report.

mod answer;
mod build;
mod check;
mod connection;
mod deployment;
mod keys;
mod missing;
mod run_facts;
mod send;
mod wrap;

use std::process::ExitCode;

use crate::cli::{Command, Format, KeyOptions, WrapOptions};
use crate::dns;
use crate::domain::issue_key::{Dropped, Findings, MAX_ISSUE_KEYS, Reason, TextKind};
use crate::error::Failure;
use crate::facts::Facts;
use crate::files;
use crate::jira::http::Transport;
use crate::output::Output;
use crate::report::Report;
use crate::system::System;
use crate::variables::Variables;

/// The world as the commands see it.
pub(crate) struct Context<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) system: &'a dyn System,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) output: &'a Output,
    /// Why `transport` does not go the way that the user set, for commands that go on all the same.
    pub(crate) network_failure: Option<&'a Failure>,
}

/// Runs one command to its exit code.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn run(command: &Command, context: &Context<'_>) -> Result<ExitCode, Failure> {
    let format = command.output().format;
    let (report, wrap) = match command {
        Command::Build(options) if options.wrap.wraps() => return wrap::build(options, context),
        Command::Deployment(options) if options.wrap.wraps() => {
            return wrap::deployment(options, context);
        }
        Command::Build(options) => (build::run(options, context)?, &options.wrap),
        Command::Deployment(options) => (deployment::run(options, context)?, &options.wrap),
        Command::Check(options) => return check::run(options, context, &dns::look_up),
        Command::Keys(options) => {
            keys::run(options, context)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    show(&report, format, context.output);
    write_result(&report, wrap, context.output);
    Ok(ExitCode::from(report.exit_code))
}

fn show(report: &Report, format: Format, output: &Output) {
    match (format, &report.request) {
        (Format::Json, _) => output.result(&report.to_json()),
        (Format::Text, Some(request)) => {
            let body = format!("{:#}", request.body);
            output.result(&format!("{} {}\n{body}", request.method, request.url));
        }
        (Format::Text, None) => {}
    }
}

/// Writes the report to the file that the user names.
fn write_result(report: &Report, options: &WrapOptions, output: &Output) {
    let Some(path) = &options.result_file else {
        return;
    };
    let text = output.without_secrets(&report.to_json());
    if let Err(error) = files::write_text(path, &format!("{text}\n")) {
        output.advise(
            &format!("{error:#}"),
            "name a file that can be written with --result-file",
        );
    }
}

/// Passes on what was noticed while the facts were read.
fn tell(facts: &Facts, output: &Output) {
    for detail in &facts.details {
        output.detail(detail);
    }
    for (warning, advice) in &facts.warnings {
        output.advise(warning, advice);
    }
}

/// Warns of explicit keys that are none and of keys beyond Jira's limit.
fn tell_findings(findings: &Findings, options: &KeyOptions, output: &Output) {
    for given in &options.issue_keys {
        let words = given
            .split([',', ';', ' ', '\n', '\t'])
            .filter(|word| !word.trim().is_empty());
        for word in words.filter(|word| !word.contains(|c: char| c.is_ascii_digit())) {
            output.warn(&format!("{word:?} in --issue-keys is no issue key"));
        }
    }
    let explicit = |dropped: &&Dropped| {
        dropped.place.kind == TextKind::Explicit && dropped.reason != Reason::Duplicate
    };
    for dropped in findings.dropped.iter().filter(explicit) {
        let reason = dropped.reason.explanation();
        output.warn(&format!(
            "{:?} in --issue-keys is no issue key: {reason}",
            dropped.candidate
        ));
    }
    let beyond = findings
        .dropped
        .iter()
        .filter(|dropped| dropped.reason == Reason::Limit);
    let cut: Vec<&str> = beyond.map(|dropped| dropped.candidate.as_str()).collect();
    if !cut.is_empty() {
        output.warn(&format!(
            "{} issue keys were cut, since Jira takes {MAX_ISSUE_KEYS}: {}",
            cut.len(),
            cut.join(", ")
        ));
    }
}
