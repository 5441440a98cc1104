//! Gives the history in requests, newest commits first, then the branches: the source that `send` draws from for
//! `--all`.

mod reading;

use std::collections::VecDeque;
use std::time::Duration;

use super::super::batch::{self, Batch, Frame};
use super::super::branches::Others;
use super::super::entities::Maker;
use super::super::key_finder::KeyFinder;
use super::progress::{Step, advance, common};
use super::remaining::{changed, gone, remaining, say_remaining};
use crate::cli::DevInfoOptions;
use crate::commands::answer;
use crate::commands::meter::Meter;
use crate::commands::payload::Payload;
use crate::commands::progress::Tracker;
use crate::commands::send::{self, Source};
use crate::domain::issue_key::IssueKey;
use crate::error::Failure;
use crate::git::{DetailsReader, GitError, Reference, Repository, Walk};
use crate::outbox::{Progress, UnderWay};
use crate::output::Output;
use crate::phrases::counted;
use crate::report::{Outcome, Report, SiteReport};
use crate::system::System;

/// What the history is made of.
pub(super) struct Parts<'a> {
    pub(super) options: &'a DevInfoOptions,
    pub(super) repository: &'a Repository<'a>,
    pub(super) frame: &'a Frame<'a>,
    pub(super) tracker: Tracker<'a, Progress>,
    pub(super) tips: Vec<String>,
    pub(super) branches: Vec<Reference>,
    pub(super) others: Others,
    pub(super) time_for_each: Duration,
    pub(super) output: &'a Output,
    pub(super) system: &'a dyn System,
}

/// The history on its way.
pub(super) struct WholeHistory<'a> {
    parts: Parts<'a>,
    maker: Maker<'a>,
    finder: KeyFinder<'a>,
    reader: DetailsReader<'a>,
    /// Histories that have not been begun.
    left: VecDeque<UnderWay>,
    walk: Option<(UnderWay, Walk<'a>)>,
    /// Branches that have changed since they were sent.
    changed: VecDeque<Reference>,
    /// Branches that were sent and no longer exist.
    gone: VecDeque<String>,
    /// What comes next: a request, or something that is done without one.
    ready: VecDeque<(Batch, Step)>,
    /// What is done once the payload that was given last has been delivered.
    given: Option<Step>,
    first: Option<Payload>,
    /// How much is in it.
    given_counts: [usize; 4],
    /// How many of each kind Jira has taken.
    sent: [usize; 4],
    read: usize,
    total: usize,
    /// How many have changed.
    branches: usize,
    meter: Meter<'a>,
}

impl<'a> WholeHistory<'a> {
    /// Finds out what is left.
    pub(super) fn new(mut parts: Parts<'a>) -> Result<Self, GitError> {
        let repository = parts.repository;
        let common = common(parts.tracker.of_sites());
        let tips = std::mem::take(&mut parts.tips);
        let (histories, read, total) =
            remaining(repository, tips, &common.delivered, common.under_way)?;
        say_remaining(read, total, !common.delivered.is_empty(), parts.output);
        let branches = std::mem::take(&mut parts.branches);
        let mut gone = gone(&branches, &common.sent_branches);
        let changed = changed(branches, &common.branches);
        // Where not all branches are fetched, none is known to be gone.
        if !parts.options.history.branches.is_empty() || !repository.fetches_all_branches() {
            gone.clear();
        }
        let branches = changed.len();
        let meter = Meter::new(read, total + branches, parts.output, parts.system);
        Ok(Self {
            branches,
            maker: Maker {
                hosting: &parts.frame.about.hosting,
                sequence: parts.frame.sequence,
                issue_ids: Vec::new(),
            },
            finder: KeyFinder::new(&parts.options.keys, &[]),
            reader: DetailsReader::new(repository, super::TIME_FOR_FILES),
            left: histories,
            walk: None,
            changed,
            gone,
            ready: VecDeque::new(),
            given: None,
            first: None,
            given_counts: [0; 4],
            sent: [0; 4],
            read,
            total,
            meter,
            parts,
        })
    }

    /// Whether there is anything to send.
    pub(super) fn has_any(&mut self) -> Result<bool, Failure> {
        self.first = self.next()?;
        Ok(self.first.is_some())
    }

    /// The report when there is nothing.
    pub(super) fn nothing(&self) -> Report {
        let output = self.parts.output;
        let sending = &self.parts.options.sending;
        if self.total > 0 {
            return send::nothing(self.finder.denied(), sending.require_issue_keys, output);
        }
        let message = "nothing to send: all of it was sent before";
        output.say(&format!("{message}; --restart sends it again"));
        Report::new(Outcome::NothingToSend, message.to_owned())
    }

    /// Says at the end what was sent, what was left out, and what to do next.
    pub(super) fn finish(&self, mut report: Report) -> Report {
        let output = self.parts.output;
        self.meter.end();
        if !self.parts.options.jira.dry_run {
            let total = self.total_line(&report);
            let unknown = report
                .sites
                .iter()
                .map(|site| site.unknown_issue_keys.len());
            answer::say_unknown(unknown.max().unwrap_or_default(), output);
            output.say(&total);
            if report.outcome == Outcome::Accepted {
                report.message = total;
            }
        }
        self.say_rest();
        report
    }

    /// `1001 commits read: 500 commits, 1 branch of acme/shop sent to acme (500 issues)`
    fn total_line(&self, report: &Report) -> String {
        let name = self.parts.frame.about.name.as_str();
        let sites = report.sites.iter().map(|site| site.site.as_str());
        let sites: Vec<&str> = sites.collect();
        let issues = report.known_issues();
        format!(
            "{} read: {} of {name} sent to {} ({issues})",
            counted(self.read, "commit"),
            batch::words(self.sent),
            sites.join(", ")
        )
    }

    fn say_rest(&self) {
        let output = self.parts.output;
        if let Some(warning) = &self.reader.warning {
            output.warning(warning);
        }
        self.finder.warn_cut(output);
        if self.parts.tracker.is_anyone_behind() {
            output.say("what is left is sent when the same command is run again");
        }
        if self.parts.options.jira.dry_run {
            output.say("this is the first request; the others are like it");
        }
    }

    fn show_progress(&mut self) {
        let done = self.branches - self.changed.len();
        let (read, commits, branches) = (self.read, self.total, self.branches);
        self.meter.show(read + done, || {
            if done == 0 {
                format!("{read} of {commits} commits read")
            } else {
                format!("{done} of {branches} branches")
            }
        });
    }

    /// Notes what has been done, or needs no sending.
    fn note(&mut self, step: &Step) {
        let tracker = &mut self.parts.tracker;
        tracker.advance(self.parts.output, |progress| advance(progress, step));
    }

    fn is_wanted(&self, keys: &[IssueKey]) -> bool {
        !keys.is_empty() || self.parts.options.sending.all_entities
    }
}

impl Source for WholeHistory<'_> {
    fn next(&mut self) -> Result<Option<Payload>, Failure> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        if self.parts.options.jira.dry_run && self.given.is_some() {
            return Ok(None);
        }
        loop {
            match self.ready.pop_front() {
                Some((batch, step)) if batch.is_empty() => {
                    if !self.parts.options.jira.dry_run {
                        self.note(&step);
                    }
                    continue;
                }
                Some((batch, step)) => {
                    self.given = Some(step);
                    self.given_counts = batch.counts();
                    self.show_progress();
                    return Ok(Some(batch.into_payload(self.parts.frame)));
                }
                None => {}
            }
            if let Some((position, walk)) = self.walk.take() {
                self.read_commits(position, walk)?;
            } else if let Some(next) = self.left.pop_front() {
                self.walk = Some(self.begin(next)?);
            } else if !self.changed.is_empty() {
                self.make_branches()?;
            } else if let Some(name) = self.gone.pop_front() {
                self.make_gone(name);
            } else {
                return Ok(None);
            }
        }
    }

    fn time_for_each(&self) -> Option<Duration> {
        Some(self.parts.time_for_each)
    }

    fn settled(&mut self, sites: &[SiteReport]) -> bool {
        let got: Vec<bool> = sites.iter().map(SiteReport::is_judged).collect();
        if got.iter().any(|got| *got) {
            for (sent, given) in self.sent.iter_mut().zip(self.given_counts) {
                *sent += given;
            }
        }
        self.show_progress();
        if let Some(step) = &self.given {
            let step = step.clone();
            self.parts.tracker.judge(&got);
            self.note(&step);
        }
        !self.parts.tracker.is_everyone_behind()
    }
}
