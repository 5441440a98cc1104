//! Gives the history of a controller in requests: job by job, the newest runs first. `send.rs` draws from it.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use super::past::Maker;
use super::progress::{Step, Tracker, UnderWay};
use crate::backfill::{Controller, Job, Lineage, Past, order};
use crate::cli::BackfillOptions;
use crate::commands::meter::Meter;
use crate::commands::payload::Payload;
use crate::commands::send::Source;
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::properties::Properties;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::jira::{Body, DataType, MAX_ITEMS};
use crate::output::Output;
use crate::phrases::counted;
use crate::report::{BackfillReport, SiteReport};

/// No run takes longer than this, in milliseconds: if a run of a job ended that long before `--since`, no earlier one
/// is read.
const LONGEST_RUN: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What goes in one request.
#[derive(Default)]
struct Batch {
    bodies: Vec<Body>,
    issue_keys: DistinctKeys,
}

/// What the history is made of.
pub(super) struct HistoryParts<'a> {
    pub(super) options: &'a BackfillOptions,
    pub(super) controller: &'a dyn Controller,
    pub(super) maker: Maker<'a>,
    pub(super) tracker: Tracker<'a>,
    pub(super) properties: Properties,
    pub(super) meter: Meter<'a>,
    pub(super) output: &'a Output,
    /// When it began, in milliseconds since 1970.
    pub(super) began: i64,
    pub(super) time_for_each: Duration,
}

/// The history on its way.
pub(super) struct WholeHistory<'a> {
    pub(super) parts: HistoryParts<'a>,
    delivered_before: i64,
    /// Where an earlier call has come to.
    resumed: Option<UnderWay>,
    jobs: Box<dyn Iterator<Item = Result<Job, Failure>> + 'a>,
    job: Option<(Job, Lineage<'a>)>,
    /// What has been read and is not yet given.
    builds: Batch,
    deployments: Batch,
    ready: VecDeque<(Batch, Option<Step>)>,
    is_over: bool,
    /// What is done once the payload that was given last has been delivered.
    given: Option<(usize, Option<Step>)>,
    position: UnderWay,
    pub(super) counts: BackfillReport,
}

impl<'a> WholeHistory<'a> {
    pub(super) fn new(parts: HistoryParts<'a>) -> Self {
        let common = parts.tracker.common();
        let resumed = common.under_way;
        let position = resumed.clone().unwrap_or(UnderWay {
            began: parts.began,
            ..UnderWay::default()
        });
        if position.read > 0 {
            let read = counted(position.read, "run");
            parts.output.say(&format!("continues after {read}"));
        }
        Self {
            delivered_before: common.delivered_before,
            resumed,
            jobs: parts.controller.jobs(),
            job: None,
            builds: Batch::default(),
            deployments: Batch::default(),
            ready: VecDeque::new(),
            is_over: false,
            given: None,
            position,
            counts: BackfillReport::default(),
            parts,
        }
    }

    /// Reads on until a request is full, or to the end.
    fn read_on(&mut self) -> Result<(), Failure> {
        while self.builds.bodies.len() < MAX_ITEMS && self.deployments.bodies.len() < MAX_ITEMS {
            let Some(past) = self.next_run()? else {
                self.is_over = true;
                break;
            };
            self.take(past);
        }
        let step = if self.is_over {
            Step::All(self.position.began)
        } else {
            Step::Reached(self.position.clone())
        };
        let mut batches = Vec::new();
        for batch in [&mut self.deployments, &mut self.builds] {
            let mut batch = std::mem::take(batch);
            // A run may have many deployments.
            while !batch.bodies.is_empty() {
                let rest = batch.bodies.split_off(batch.bodies.len().min(MAX_ITEMS));
                let bodies = std::mem::replace(&mut batch.bodies, rest);
                let issue_keys = batch.issue_keys.clone();
                batches.push((Batch { bodies, issue_keys }, None));
            }
        }
        match batches.last_mut() {
            Some((_, last)) => *last = Some(step),
            // A dry run does nothing.
            None if self.parts.options.jira.dry_run => {}
            None => self.parts.tracker.done(Some(&step), &[], self.parts.output),
        }
        self.ready.extend(batches);
        Ok(())
    }

    fn next_run(&mut self) -> Result<Option<Result<Past, String>>, Failure> {
        loop {
            if let Some((_, runs)) = &mut self.job {
                if let Some(past) = runs.next() {
                    return past.map(Some);
                }
                self.job = None;
            }
            let Some(job) = self.jobs.next().transpose()? else {
                return Ok(None);
            };
            if !job.is_named(&self.parts.options.history.jobs) {
                self.counts.skipped.jobs_not_named += 1;
                continue;
            }
            self.counts.jobs += 1;
            let reached = self.resumed.as_ref();
            let reached = reached.map(|it| (order(&job.place, &it.place), it.number));
            let below = match reached {
                Some((std::cmp::Ordering::Less, _)) => continue,
                Some((std::cmp::Ordering::Equal, number)) => Some(number),
                _ => None,
            };
            let runs = self.parts.controller.runs(&job, below);
            self.job = Some((job, Lineage::new(runs)));
        }
    }

    fn take(&mut self, past: Result<Past, String>) {
        let output = self.parts.output;
        self.counts.read += 1;
        self.position.read += 1;
        let read = self.position.read;
        self.parts.meter.show(read, || format!("{read} runs read"));
        let Some((job, _)) = &self.job else {
            return;
        };
        let past = match past {
            Ok(past) => past,
            Err(why) => {
                output.detail(&why);
                return self.counts.skipped.unreadable(why);
            }
        };
        let run = &past.run;
        self.position.place.clone_from(&job.place);
        self.position.number = run.number;
        let since = self.parts.options.history.since;
        let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
        if run.result.is_none() {
            self.counts.skipped.running += 1;
        } else if run.ended < since {
            self.counts.skipped.too_old += 1;
            if run.ended < since.saturating_sub(LONGEST_RUN) {
                self.job = None;
            }
        } else if run.ended < self.delivered_before {
            self.counts.skipped.sent_before += 1;
        } else {
            match self.parts.maker.updates(job, &past) {
                Ok(updates) => self.add(updates),
                Err(failure) => {
                    let why = format!("{} #{}: {}", job.name, run.number, failure.message());
                    self.counts.skipped.unreadable(why);
                }
            }
        }
    }

    fn add(&mut self, updates: Vec<Payload>) {
        if updates.is_empty() {
            self.counts.skipped.without_issue_key += 1;
        }
        for payload in updates {
            let (batch, count) = match payload.body.kind {
                DataType::Deployments => (&mut self.deployments, &mut self.counts.deployments),
                _ => (&mut self.builds, &mut self.counts.builds),
            };
            *count += 1;
            batch.bodies.push(payload.body);
            batch.issue_keys.extend(payload.issue_keys);
        }
    }

    /// The bodies as one, with the labels that all of them have.
    fn payload(&self, batch: Batch) -> Option<Payload> {
        let mut bodies = batch.bodies;
        for body in &mut bodies {
            body.json["properties"] = json!(self.parts.properties);
        }
        let body = Body::together(&bodies)?;
        let word = match body.kind {
            DataType::Deployments => "deployment",
            _ => "build",
        };
        let name = counted(bodies.len(), word);
        let issue_keys = batch.issue_keys.into_vec();
        Some(Payload::of_past(name, body, issue_keys))
    }
}

impl Source for WholeHistory<'_> {
    fn next(&mut self) -> Result<Option<Payload>, Failure> {
        let is_dry = self.parts.options.jira.dry_run;
        loop {
            if let Some((batch, step)) = self.ready.pop_front() {
                // The first request is like the others.
                if is_dry && self.given.is_some() {
                    continue;
                }
                self.given = Some((batch.bodies.len(), step));
                if let Some(payload) = self.payload(batch) {
                    return Ok(Some(payload));
                }
            } else if self.is_over {
                return Ok(None);
            } else {
                self.read_on()?;
            }
        }
    }

    fn time_for_each(&self) -> Option<Duration> {
        Some(self.parts.time_for_each)
    }

    fn settled(&mut self, sites: &[SiteReport]) -> bool {
        let got: Vec<bool> = sites.iter().map(SiteReport::is_judged).collect();
        let step = self.given.take();
        if let Some((count, step)) = step {
            let accepted = sites.iter().map(|site| site.accepted.len()).max();
            let is_silent = sites
                .iter()
                .any(|site| site.is_judged() && site.rejected.is_empty());
            if got.contains(&true) && !is_silent {
                self.counts.rejected += count.saturating_sub(accepted.unwrap_or_default());
            }
            self.parts
                .tracker
                .done(step.as_ref(), &got, self.parts.output);
        }
        !self.parts.tracker.notes.is_everyone_behind()
    }
}
