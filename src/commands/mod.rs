//! One file per command: facts, payload, send, report.

mod answer;
mod attempt;
mod build;
mod check;
mod connection;
mod continuity;
mod credentials;
mod delivery;
mod deployed;
mod deployment;
mod dev_info;
mod feature_flag;
mod flush;
mod gate;
mod items;
mod keys;
mod missing;
mod pauses;
mod payload;
mod relay;
mod remote_link;
mod run_facts;
mod send;
mod store;
mod stored;
mod summary;
mod test_counts;
mod verify;
mod wrap;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::cli::{Command, ConnectionOptions, Format, JiraOptions, KeyOptions, words};
use crate::dns;
use crate::domain::association::Cut;
use crate::domain::issue_key::{
    Findings, IssueKey, MAX_ISSUE_KEYS, Reason, Rules, Text, TextKind, find,
};
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::files;
use crate::jira::http::Transport;
use crate::output::Output;
use crate::report::Report;
use crate::system::{Deadline, System};
use crate::variables::Variables;

/// The world as the commands see it.
pub(crate) struct Context<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) system: &'a dyn System,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) output: &'a Output,
    /// Why `transport` does not go the way that the user set, for commands that go on all the same. Nothing may be asked
    /// of it then.
    pub(crate) network_failure: Option<&'a Failure>,
}

/// Runs one command to its exit code.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn run(command: &Command, context: &Context<'_>) -> Result<ExitCode, Failure> {
    let format = command.output().format;
    let (report, result_file) = match command {
        Command::Build(options) if options.wrap.wraps() => return wrap::build(options, context),
        Command::Deployment(options) if options.wrap.wraps() => {
            return wrap::deployment(options, context);
        }
        Command::Build(options) => (build::run(options, context)?, &options.wrap.result_file),
        Command::Deployment(options) => (
            deployment::run(options, context)?,
            &options.wrap.result_file,
        ),
        Command::DevInfo(options) => (
            dev_info::run(options, context)?,
            &options.sending.result_file,
        ),
        Command::Check(options) => return check::run(options, context, &dns::look_up),
        Command::Gate(options) => (gate::run(options, context)?, &None),
        Command::Show(options) => {
            let shown = stored::show::run(options, context)?;
            return Ok(stored::show::print(&shown, format, context.output));
        }
        Command::Delete(options) => (stored::delete::run(options, context)?, &None),
        Command::Flush(options) => (flush::run(options, context)?, &None),
        Command::FeatureFlag(options) => (items::run(options.as_ref(), context)?, &None),
        Command::RemoteLink(options) => (items::run(options.as_ref(), context)?, &None),
        Command::Keys(options) => {
            keys::run(options, context)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    show(&report, format, context.output);
    write_result(&report, result_file.as_deref(), context.output);
    Ok(ExitCode::from(report.exit_code))
}

fn show(report: &Report, format: Format, output: &Output) {
    let shown = match format {
        Format::Json => output.result(&report.to_json(output.wording())),
        Format::Text => {
            let mut requests = report.request.iter().chain(&report.further_requests);
            requests.try_for_each(|request| {
                let body = match &request.body {
                    Value::Null => String::new(),
                    body => format!("\n{body:#}"),
                };
                output.result(&format!("{} {}{body}", request.method, request.url))
            })
        }
    };
    // What was sent was sent all the same.
    if let Err(failure) = shown {
        output.failure_as_warning(&failure);
    }
}

/// Writes the report to the file that the user names.
fn write_result(report: &Report, path: Option<&Path>, output: &Output) {
    let Some(path) = path else {
        return;
    };
    let text = output.without_secrets(&report.to_json(output.wording()));
    if let Err(error) = files::write_text(path, &format!("{text}\n")) {
        output.advise(
            &format!("{error:#}"),
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
    Deadline::after(context.system, jira.time_left.unwrap_or(budget))
}

/// Reads the facts. Git gets half of the time at most, so that they can still be sent.
fn gather(
    options: &KeyOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Facts, Failure> {
    let patience = deadline.remaining(context.system) / 2;
    facts::gather(options, context.variables, context.system, patience)
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

/// Most lines about one kind of trouble: strangers write the texts, and nobody reads more.
const MAX_LINES: usize = 10;

/// Warns once for each of the lines, and counts those beyond the limit.
fn warn_each(lines: impl IntoIterator<Item = String>, output: &Output) {
    let mut seen = HashSet::new();
    let distinct: Vec<String> = lines
        .into_iter()
        .filter(|line| seen.insert(line.clone()))
        .collect();
    for line in distinct.iter().take(MAX_LINES) {
        output.warn(line);
    }
    if let Some(more @ 1..) = distinct.len().checked_sub(MAX_LINES) {
        output.warn(&format!("and {more} more like these"));
    }
}

/// Warns of explicit keys that are none, of keys in commits that no repository has, and of keys beyond Jira's limit.
fn tell_findings(findings: &Findings, options: &KeyOptions, output: &Output) {
    let words = options
        .issue_keys
        .iter()
        .flat_map(|keys| words::split(keys));
    let no_keys = words.filter_map(|word| {
        let found = find(
            &[Text::new(TextKind::Explicit, "", word)],
            &Rules::default(),
        );
        let reason = found
            .dropped
            .first()
            .map(|dropped| dropped.reason.explanation());
        let why = reason
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        let is_key = !found.found.is_empty();
        (!is_key).then(|| format!("{word:?} in --issue-keys is no issue key{why}"))
    });
    warn_each(no_keys, output);
    if let Some((warning, advice)) = left_out(findings) {
        output.advise(&warning, advice);
    }
    let beyond = findings
        .dropped
        .iter()
        .filter(|dropped| dropped.reason == Reason::Limit);
    let beyond: Vec<&str> = beyond.map(|dropped| dropped.candidate.as_str()).collect();
    warn_each(cut_keys_line(&beyond), output);
}

/// Most issue keys that one line names.
const MAX_NAMED: usize = 10;

/// The keys that are lost with the commits of the change log which no repository of the workspace has.
fn left_out(findings: &Findings) -> Option<(String, &'static str)> {
    let found: HashSet<&IssueKey> = findings.keys().collect();
    let dropped = findings.dropped.iter();
    let dropped = dropped.filter(|dropped| dropped.reason == Reason::OtherRepository);
    let mut seen = HashSet::new();
    let lost: Vec<IssueKey> = dropped
        .filter_map(|dropped| dropped.candidate.parse().ok())
        .filter(|key: &IssueKey| !found.contains(key) && seen.insert(key.clone()))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let shown: Vec<&str> = lost.iter().take(MAX_NAMED).map(IssueKey::as_str).collect();
    let more = match lost.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some((
        format!(
            "not linked: {}{more} (named only by commits of the change log that no repository in the workspace has, such as those of a shared library)",
            shown.join(", ")
        ),
        "if they belong to this run, name the folder of their repository with --repositories, or take all with --all-changes; for a library, untick \"Include @Library changes in job recent changes\" where Jenkins has it configured",
    ))
}

/// Warns of what there was no room for besides the issue keys that were found.
fn tell_cut(cut: &Cut, output: &Output) {
    warn_each(cut_lines(cut), output);
}

fn cut_lines(cut: &Cut) -> impl Iterator<Item = String> {
    let keys: Vec<&str> = cut.issue_keys.iter().map(IssueKey::as_str).collect();
    let others = (cut.others > 0).then(|| {
        format!(
            "{} issue ids, services, commits or repositories were left out, since Jira takes {MAX_ISSUE_KEYS} associations in all",
            cut.others
        )
    });
    cut_keys_line(&keys).into_iter().chain(others)
}

fn cut_keys_line(keys: &[&str]) -> Option<String> {
    (!keys.is_empty()).then(|| {
        format!(
            "{} issue keys were cut, since Jira takes {MAX_ISSUE_KEYS}: {}",
            keys.len(),
            keys.join(", ")
        )
    })
}

/// The issue keys that are in the body.
fn sent_keys(findings: &Findings, cut: &Cut) -> Vec<IssueKey> {
    let keys = findings.keys().filter(|key| !cut.issue_keys.contains(key));
    keys.cloned().collect()
}
