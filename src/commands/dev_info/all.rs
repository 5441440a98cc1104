//! The whole history of a repository: one part after the other, as far as it has not been sent before.

mod progress;
mod remaining;
mod source;

use std::time::Duration;

use super::super::missing::Missing;
use super::super::{Context, send};
use super::about::{self, About};
use super::branches::Others;
use super::{clone_urls, event, frame};
use crate::cli::DevInfoOptions;
use crate::error::Failure;
use crate::facts;
use crate::git::{DEEPEN, Reference, Repository};
use crate::jenkins::Run;
use crate::jira::dev_info::OperationType;
use crate::report::{Outcome, Report};
use crate::system::Deadline;
use source::{Parts, WholeHistory};

/// Nobody waits longer than this for git, nor for the whole.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// Longest time for comparing the files of the commits of one request.
const TIME_FOR_FILES: Duration = Duration::from_mins(2);

/// Sends what has not been sent, and remembers how far it came.
pub(super) fn run(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let output = context.output;
    let deadline = Deadline::after(context.system, LONGEST);
    let run = Run::new(context.variables);
    let (variables, system) = (context.variables, context.system);
    let repository = facts::repository(
        options.keys.repository_dir.as_deref(),
        &run,
        variables,
        system,
        LONGEST,
    );
    repository.check()?;
    let destinations = super::super::destinations(&options.jira.connection, context)?;
    let mut missing = Missing::for_run(options.jira.dry_run, context);
    let clone_urls = clone_urls(&repository, run.repository.as_deref());
    let about = About::find(options, &clone_urls, None, &mut missing);
    let about = about::complete(about, missing, &clone_urls, &destinations, options, output)?;
    let branches = branches(options, &repository)?;
    let Some(tips) = tips(&branches, &repository) else {
        let message = "nothing to send: the repository has no commit yet";
        output.say(message);
        return Ok(Report::new(Outcome::NothingToSend, message.to_owned()));
    };
    if repository.is_shallow() {
        output.advise("the clone is shallow: older commits are missing", DEEPEN);
    }

    let store = crate::commands::progress::open(&options.jira, context);
    let histories = store.as_ref().ok().map(|outbox| outbox.histories());
    let rules = progress::rules(options, &repository);
    let tracker = progress::tracker(
        histories,
        &destinations,
        &about.id,
        &rules,
        options.history.restart,
    );
    let event = event(options, context);
    let frame = frame(options, &about, event, OperationType::Backfill)?;
    let budget = Duration::from_secs(options.jira.connection.budget.into());
    let mut source = WholeHistory::new(Parts {
        options,
        repository: &repository,
        frame: &frame,
        tracker,
        tips,
        branches,
        others: Others::primary(run.primary(), &repository)?,
        time_for_each: budget,
        output,
        system,
    })?;
    if !source.has_any()? {
        return Ok(source.nothing());
    }
    let report = send::send(&options.jira, &destinations, &mut source, deadline, context);
    let report = source.finish(report?);
    let require = options.sending.require_issue_keys;
    Ok(send::with_required_issues(report, require, output))
}

/// The branches to send.
fn branches(
    options: &DevInfoOptions,
    repository: &Repository<'_>,
) -> Result<Vec<Reference>, Failure> {
    let patterns = &options.history.branches;
    let branches = repository.branches(patterns)?;
    if branches.is_empty() && !patterns.is_empty() {
        let patterns = patterns.join(", ");
        return Err(
            Failure::usage(format!("no branch of this repository matches {patterns}"))
                .hint("see git branch --all; * stands for any characters, as in release/*"),
        );
    }
    Ok(branches)
}

/// The newest commits, each once; in a clone without branches what is checked out. Nothing where there is no commit.
fn tips(branches: &[Reference], repository: &Repository<'_>) -> Option<Vec<String>> {
    let mut tips: Vec<String> = branches.iter().map(|branch| branch.tip.clone()).collect();
    if tips.is_empty() {
        tips.extend(repository.resolve("HEAD"));
    }
    tips.sort_unstable();
    tips.dedup();
    (!tips.is_empty()).then_some(tips)
}
