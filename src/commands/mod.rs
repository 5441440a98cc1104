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
mod keys;
mod missing;
mod pauses;
mod payload;
mod phase;
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

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::changes;
use crate::cli::{
    CheckOptions, Command, ConnectionOptions, Format, JiraOptions, KeyOptions, KeysOptions,
    OutputOptions,
};
use crate::dns;
use crate::domain::association::Cut;
use crate::domain::issue_key::{Findings, IssueKey, MAX_CUT, MAX_ISSUE_KEYS, Reason, Text};
use crate::error::Failure;
use crate::facts::{self, Facts, Question};
use crate::files;
use crate::jira::http::Transport;
use crate::output::{Output, readable_json};
use crate::report::{RangeReport, Report};
use crate::system::{Deadline, System};
use crate::variables::Variables;

pub(crate) use check::Items;
pub(crate) use keys::Explained;
pub(crate) use phase::{EventTime, Phase, StepPhase};
pub(crate) use upstream::Upstream;

/// The world as the commands see it.
pub(crate) struct Context<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) system: &'a dyn System,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) output: &'a Output,
    /// Why `transport` does not go the way that the user set, for commands that go on all the same. Nothing may be asked
    /// of it then.
    pub(crate) network_failure: Option<&'a Failure>,
    pub(crate) phase: &'a Phase,
}

/// Refuses options that cannot be right together, before anything is done.
///
/// # Errors
/// What they say wrongly.
pub(crate) fn check_options(command: &Command, context: &Context<'_>) -> Result<(), Failure> {
    command
        .keys()
        .map_or(Ok(()), |options| keys::check(options, context))
}

/// Runs one command to its exit code.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn run(command: &Command, context: &Context<'_>) -> Result<ExitCode, Failure> {
    let OutputOptions {
        format,
        ref globals,
    } = *command.output();
    let result_file = match command {
        Command::Build(options) if options.wrap.wraps() => return wrap::build(options, context),
        Command::Deployment(options) if options.wrap.wraps() => {
            return wrap::deployment(options, context);
        }
        Command::Check(options) => {
            let quiet = globals.quiet && !context.output.is_verbose();
            return check::print(&check(options, context)?, format, quiet, context.output);
        }
        Command::Keys(options) => {
            keys(options, context)?.print(format, context.output)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Show(options) => {
            let shown = stored::show::run(options, context)?;
            return Ok(stored::show::print(&shown, format, context.output));
        }
        Command::Build(options) => &options.wrap.result_file,
        Command::Deployment(options) => &options.wrap.result_file,
        Command::DevInfo(options) => &options.sending.result_file,
        Command::Gate(_) | Command::Delete(_) | Command::Flush(_) | Command::FeatureFlag(_) => {
            &None
        }
    };
    let report = report(command, context)?;
    show(&report, format, context.output);
    write_result(&report, result_file.as_deref(), context.output);
    Ok(ExitCode::from(report.exit_code))
}

/// Runs a command that sends or asks something, whatever may stand behind `--`.
///
/// # Errors
/// What ended the command before it had a report.
pub(crate) fn report(command: &Command, context: &Context<'_>) -> Result<Report, Failure> {
    match command {
        Command::Build(options) => build::run(options, context),
        Command::Deployment(options) => deployment::run(options, context),
        Command::DevInfo(options) => dev_info::run(options, context),
        Command::Gate(options) => gate::run(options, context),
        Command::Delete(options) => stored::delete::run(options, context),
        Command::Flush(options) => flush::run(options, context),
        Command::FeatureFlag(options) => feature_flag::run(options, context),
        Command::Show(_) | Command::Keys(_) | Command::Check(_) => {
            Err(Failure::usage("the command has no report"))
        }
    }
}

/// Explains the issue keys of a run.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn keys(options: &KeysOptions, context: &Context<'_>) -> Result<Explained, Failure> {
    keys::run(options, context)
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
    let text = output.without_secrets(&report.to_json());
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
    let pipeline = context.phase.pipeline();
    let of_pipeline = || pipeline.map(|pipeline| pipeline.changes.clone());
    Ok(Question {
        sorts_changes: pipeline.is_some() && options.changes.is_none() && !options.all_changes,
        changes: match &options.changes {
            Some(path) => changes::read(path)?,
            None => of_pipeline().unwrap_or_default(),
        },
        checked_out: pipeline.map_or_else(Vec::new, |pipeline| pipeline.checked_out.clone()),
        lacks_workspace: pipeline.is_some_and(|pipeline| pipeline.lacks_workspace),
        issue_keys: options.issue_keys,
        only_issue_keys: options.only_issue_keys,
        branch: options.branch,
        title: options.title,
        tag: options.tag,
        messages: options.message,
        // Git, and tools that pass its words on, write "none" as an id of zeros.
        since: options.since.filter(|since| !since.is_none()),
        commit: options.commit,
        repository_dir: options.repository_dir,
        repositories: options.repositories,
        paths: options.paths,
        doubts_workspace: false,
        deployed_before: None,
    })
}

/// The issue keys of the run: those of its beginning first.
fn find_keys(facts: &Facts, options: &KeyOptions, context: &Context<'_>) -> Findings {
    find_keys_in(&facts.texts, options, context)
}

/// The same of these texts.
fn find_keys_in(texts: &[Text], options: &KeyOptions, context: &Context<'_>) -> Findings {
    keys::find(texts, options)
        .without(&context.phase.unknown_before)
        .after(&context.phase.found_before)
}

/// Passes on what was noticed while the facts were read.
fn tell(facts: &Facts, output: &Output) {
    for detail in &facts.notes.details {
        output.detail(detail);
    }
    for line in &facts.notes.lines {
        output.say(line);
    }
    for (warning, advice) in &facts.notes.warnings {
        output.advise(warning, advice);
    }
}

/// The same, and what was noticed about the issue keys of one update.
fn report_found(
    facts: &Facts,
    findings: &Findings,
    cut: &Cut,
    options: &KeyOptions,
    output: &Output,
) {
    tell(facts, output);
    tell_findings(findings, options, output);
    tell_cut(cut, output);
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
    warn_each(keys::wrong_words(options), output);
    if let Some((warning, advice)) = left_out(findings) {
        output.advise(&warning, advice);
    }
    warn_each(cut_keys_line(&findings.cut), output);
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
    let others = (cut.others > 0).then(|| {
        format!(
            "{} issue ids, services, commits or repositories were left out, since Jira takes {MAX_ISSUE_KEYS} associations in all",
            cut.others
        )
    });
    cut_keys_line(&cut.issue_keys).into_iter().chain(others)
}

fn cut_keys_line(keys: &[IssueKey]) -> Option<String> {
    let shown: Vec<&str> = keys.iter().take(MAX_NAMED).map(IssueKey::as_str).collect();
    let more = match keys.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let number = match keys.len() {
        0 => return None,
        1 => "1 issue key was".to_owned(),
        // Nobody counts further.
        many if many >= MAX_CUT => format!("at least {many} issue keys were"),
        many => format!("{many} issue keys were"),
    };
    let shown = shown.join(", ");
    Some(format!(
        "{number} cut, since Jira takes {MAX_ISSUE_KEYS}: {shown}{more}"
    ))
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
