//! Gives the history in requests, newest commits first, then the branches: the source that `send` draws from for
//! `--all`.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::batch::{self, Batch, DevEntity, Frame};
use super::super::branches::{self, Others};
use super::super::entities::Maker;
use super::super::key_finder::KeyFinder;
use super::super::{AT_ONCE, cannot_read};
use super::plan::{Plan, changed, gone, plan, say_plan};
use super::progress::{Step, advance, common};
use crate::cli::DevInfoOptions;
use crate::commands::answer;
use crate::commands::meter::Meter;
use crate::commands::payload::Payload;
use crate::commands::progress::Tracker;
use crate::commands::send::{self, Source};
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::error::Failure;
use crate::facts::commit_text;
use crate::git::{Branch, DetailsReader, Repository, Walk, Walked};
use crate::outbox::{Progress, UnderWay};
use crate::output::Output;
use crate::report::{Outcome, Report, SiteReport};
use crate::system::System;

/// What the history is made of.
pub(super) struct Parts<'a> {
    pub(super) options: &'a DevInfoOptions,
    pub(super) repository: &'a Repository<'a>,
    pub(super) frame: &'a Frame<'a>,
    pub(super) sequence: SequenceNumber,
    pub(super) tracker: Tracker<'a, Progress>,
    pub(super) tips: Vec<String>,
    pub(super) branches: Vec<Branch>,
    pub(super) others: Others,
    pub(super) time_for_each: Duration,
    pub(super) output: &'a Output,
    pub(super) system: &'a dyn System,
}

/// How many of each kind Jira has taken.
#[derive(Clone, Copy, Default)]
struct Counts {
    commits: usize,
    branches: usize,
    deleted: usize,
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
    changed: VecDeque<Branch>,
    /// Branches that were sent and no longer exist.
    gone: VecDeque<String>,
    ready: VecDeque<Part>,
    /// What is done once the payload that was given last has been delivered.
    given: Option<Step>,
    first: Option<Payload>,
    /// How much is in it.
    given_counts: Counts,
    sent: Counts,
    read: usize,
    total: usize,
    /// How many have changed.
    branches: usize,
    meter: Meter<'a>,
}

/// What comes next.
enum Part {
    Send(Batch, Step),
    Pass(Step),
}

/// A commit that is to be sent, and how far the history is with it.
struct FoundCommit {
    id: String,
    keys: Vec<IssueKey>,
    /// How many commits of the history are done with it.
    done: usize,
}

impl<'a> WholeHistory<'a> {
    /// Finds out what is left.
    pub(super) fn new(mut parts: Parts<'a>) -> Result<Self, Failure> {
        let repository = parts.repository;
        let common = common(parts.tracker.of_sites());
        let tips = std::mem::take(&mut parts.tips);
        let plan = plan(repository, tips, &common.delivered, common.under_way);
        let Plan {
            histories,
            read,
            total,
        } = plan.map_err(|error| cannot_read(&error))?;
        say_plan(read, total, !common.delivered.is_empty(), parts.output);
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
                sequence: parts.sequence,
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
            given_counts: Counts::default(),
            sent: Counts::default(),
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
        let Counts {
            commits,
            branches,
            deleted,
        } = self.sent;
        let issues = report.known_issues();
        format!(
            "{} commits read: {} of {name} sent to {} ({issues})",
            self.read,
            batch::words(commits, branches, 0, deleted),
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

    /// Reads on in the history until there is something to send, or its end.
    fn read_commits(&mut self, mut position: UnderWay, mut walk: Walk<'a>) -> Result<(), Failure> {
        let mut wanted: Vec<FoundCommit> = Vec::new();
        let mut is_end = false;
        while wanted.len() < AT_ONCE {
            let Some(commit) = walk.next().map_err(|error| cannot_read(&error))? else {
                is_end = true;
                break;
            };
            position.done += 1;
            position.last.clone_from(&commit.id);
            self.read += 1;
            self.show_progress();
            let keys = self.finder.keys([commit_text(&commit)]);
            if self.is_wanted(&keys) {
                wanted.push(FoundCommit {
                    id: commit.id,
                    keys,
                    done: position.done,
                });
            }
        }
        self.make_commits(wanted, &position)?;
        if is_end {
            let tips = position.tips.clone();
            let is_last = self.left.is_empty();
            let covers_all = is_last && self.parts.options.history.branches.is_empty();
            let step = Step::History { tips, covers_all };
            self.ready.push_back(Part::Pass(step));
        } else {
            self.walk = Some((position, walk));
        }
        Ok(())
    }

    /// `end` is how far the history was read for them.
    fn make_commits(&mut self, wanted: Vec<FoundCommit>, end: &UnderWay) -> Result<(), Failure> {
        let ids: Vec<String> = wanted.iter().map(|commit| commit.id.clone()).collect();
        self.reader.allow(super::TIME_FOR_FILES);
        let details = self.reader.read(&ids);
        let details = details.map_err(|error| cannot_read(&error))?;
        let mut batch = Batch::default();
        let mut last = None;
        for (details, wanted) in details.iter().zip(wanted) {
            let entity = DevEntity::Commit(Box::new(self.maker.commit(details, &wanted.keys)));
            if let Err(entity) = batch.add(entity, &wanted.keys) {
                let full = std::mem::take(&mut batch);
                // A repository may have many tips: they are not noted for each commit.
                let step = last.take().map(|(id, done)| {
                    Step::Commits(UnderWay {
                        done,
                        last: id,
                        ..end.clone()
                    })
                });
                self.ready.extend(step.map(|step| Part::Send(full, step)));
                let _ = batch.add(entity, &wanted.keys);
            }
            last = Some((wanted.id, wanted.done));
        }
        if last.is_some() {
            let step = Step::Commits(end.clone());
            self.ready.push_back(Part::Send(batch, step));
        }
        Ok(())
    }

    /// The deletion of this branch, and of as many others as fit into a request.
    fn make_gone(&mut self, first: String) {
        let mut batch = Batch::default();
        let mut names = Vec::new();
        let mut next = Some(first);
        while let Some(name) = next {
            let deleted = DevEntity::Deleted(EntityId::of_branch(&name));
            if batch.add(deleted, &[]).is_err() {
                self.gone.push_front(name);
                break;
            }
            names.push(name);
            next = self.gone.pop_front();
        }
        self.ready.push_back(Part::Send(batch, Step::Gone(names)));
    }

    /// Branches whose name or newest commit names issues. The others are done without sending.
    fn make_branches(&mut self) -> Result<(), Failure> {
        let count = self.changed.len().min(AT_ONCE);
        let branches: Vec<Branch> = self.changed.drain(..count).collect();
        let named: Vec<(&str, &str)> = branches
            .iter()
            .map(|branch| (branch.name.as_str(), branch.tip.as_str()))
            .collect();
        self.reader.allow(super::TIME_FOR_FILES);
        let (repository, maker) = (self.parts.repository, &self.maker);
        let others = &self.parts.others;
        let (finder, reader) = (&mut self.finder, &mut self.reader);
        let entities = branches::with_keys(&named, others, repository, maker, finder, reader);
        let entities = entities.map_err(|error| cannot_read(&error))?;
        let mut done = Vec::new();
        let mut batch = Batch::default();
        for (Branch { name, tip }, entity) in branches.into_iter().zip(entities) {
            let is_sent = entity.is_some();
            if let Some((entity, keys)) = entity
                && let Err(entity) = batch.add(entity, &keys)
            {
                let step = Step::Branches(std::mem::take(&mut done));
                let full = std::mem::take(&mut batch);
                self.ready.push_back(Part::Send(full, step));
                let _ = batch.add(entity, &keys);
            }
            done.push((name, tip, is_sent));
        }
        let step = Step::Branches(done);
        self.ready.push_back(if batch.is_empty() {
            Part::Pass(step)
        } else {
            Part::Send(batch, step)
        });
        Ok(())
    }

    /// Where a history goes on; at its beginning when its order is no longer the same.
    fn begin(&self, mut position: UnderWay) -> Result<(UnderWay, Walk<'a>), Failure> {
        let walked = Walked {
            tips: position.tips.clone(),
            excluded: position.excluded.clone(),
        };
        let repository = self.parts.repository;
        let failed = |error| cannot_read(&error);
        if let Some(before) = position.done.checked_sub(1) {
            let mut walk = repository.walk(&walked, before).map_err(failed)?;
            let last = walk.next().map_err(failed)?;
            if last.is_some_and(|commit| commit.id == position.last) {
                return Ok((position, walk));
            }
            position.done = 0;
            position.last.clear();
        }
        let walk = repository.walk(&walked, 0).map_err(failed)?;
        Ok((position, walk))
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
                Some(Part::Send(batch, step)) => {
                    self.given = Some(step);
                    self.given_counts = Counts {
                        commits: batch.commits(),
                        branches: batch.branches(),
                        deleted: batch.deleted(),
                    };
                    self.show_progress();
                    return Ok(Some(batch.into_payload(self.parts.frame)));
                }
                Some(Part::Pass(step)) => {
                    if !self.parts.options.jira.dry_run {
                        self.note(&step);
                    }
                    continue;
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
            let given = self.given_counts;
            self.sent.commits += given.commits;
            self.sent.branches += given.branches;
            self.sent.deleted += given.deleted;
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
