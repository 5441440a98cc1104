//! Delivers what is queued in the outbox for one site: for a flush, and after a send.

mod after_sending;
mod settle;

use std::time::Duration;

use super::Context;
use super::connection::label;
use crate::error::{Failure, plain};
use crate::jira::{Body, Jira, JiraError, MAX_ITEMS};
use crate::outbox::{Due, Held, Outbox};
use crate::phrases::counted;
use crate::report::OutboxReport;
use crate::system::Deadline;

pub(crate) use after_sending::{after_sending, say_delivered, warn_expired};

/// So many entries are claimed at once, and in memory; those that fit together are sent together.
const ROUND: usize = 2 * MAX_ITEMS;

/// How often a long delivery reports its progress.
const PROGRESS: Duration = Duration::from_secs(5);

/// Longest time for one request, retries included; half of what is left at most, so that one on which Jira hangs leaves
/// time for the others.
const TIME_PER_REQUEST: Duration = Duration::from_secs(30);

/// The same once one has failed.
const TIME_PER_TRIAL: Duration = Duration::from_secs(10);

/// So many updates that fail in a row, each alone, while nothing goes through, are the site's trouble.
const SITE_FAILS: usize = 3;

/// The same when something went through before.
const SITE_FAILS_AGAIN: usize = 20;

/// The entries of one site on their way.
pub(crate) struct Delivery<'a> {
    outbox: &'a Outbox<'a>,
    site: &'a str,
    deadline: Deadline,
    context: &'a Context<'a>,
    counts: OutboxReport,
    failure: Option<Failure>,
    /// Whether the site took or refused anything.
    site_answers: bool,
    /// What failed alone, and why.
    failed: Vec<(Held<'a>, Failure)>,
    /// How many of these failed since anything went through.
    in_a_row: usize,
    last_word: Duration,
}

impl<'a> Delivery<'a> {
    pub(crate) fn new(
        outbox: &'a Outbox<'a>,
        site: &'a str,
        deadline: Deadline,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            outbox,
            site,
            deadline,
            context,
            counts: OutboxReport::default(),
            failure: None,
            site_answers: false,
            failed: Vec::new(),
            in_a_row: 0,
            last_word: context.system.elapsed(),
        }
    }

    /// Sends what is due for the site, until nothing is, the site as a whole fails, the time is up, or `most` were sent.
    /// One that fails alone holds up nobody.
    pub(crate) fn run(&mut self, client: &mut Jira<'_>, due: &[Due], most: Option<usize>) {
        let site = self.site;
        let due = due.iter().filter(|due| due.is_for(site));
        let mut due = due.take(most.unwrap_or(usize::MAX));
        while self.failure.is_none() && !self.is_over() {
            let round: Vec<&Due> = due.by_ref().take(ROUND).collect();
            if round.is_empty() {
                break;
            }
            let items: Vec<Held<'a>> = round.iter().filter_map(|due| self.take(due)).collect();
            let mut batches = batches(items);
            while !batches.is_empty() {
                let batch = batches.remove(self.next(batches.len()));
                self.send(client, batch);
            }
            let now = self.context.system.elapsed();
            if now.saturating_sub(self.last_word) >= PROGRESS {
                let (delivered, site) = (self.counts.delivered, self.site);
                let line = format!("{site}: {delivered} delivered so far");
                self.context.output.say(&line);
                self.last_word = now;
            }
        }
        self.give_back();
    }

    /// The counts, but for what still waits; and what stopped it.
    pub(crate) fn finish(self) -> (OutboxReport, Option<Failure>) {
        (self.counts, self.failure)
    }

    fn is_over(&self) -> bool {
        self.deadline.remaining(self.context.system).is_zero()
    }

    fn take(&self, due: &Due) -> Option<Held<'a>> {
        let time = self.deadline.remaining(self.context.system);
        let claimed = self.outbox.claim(due, time);
        if let Err(Some(warning)) = &claimed {
            self.context.output.warn(warning);
        }
        claimed.ok()
    }

    /// Sends the items in one request; in halves, when they do not go through together.
    fn send(&mut self, client: &mut Jira<'_>, items: Vec<Held<'a>>) {
        let body = Body::together(items.iter().map(|item| &item.entry.body));
        let body = body.filter(|_| self.failure.is_none() && !self.is_over());
        let Some(body) = body else {
            for item in &items {
                self.put_back(item);
            }
            return;
        };
        self.limit_time(client);
        // Several were put together from single items; what was one request before may have to go in parts.
        let result = if items.len() > 1 {
            client.submit(&body)
        } else {
            client.submit_in_parts(&body)
        };
        match result {
            Ok(submitted) => {
                self.answered();
                let unclear = self.settle(items, &submitted);
                for item in unclear {
                    self.send(client, vec![item]);
                }
            }
            Err(error) if error.blames_body() => {
                self.answered();
                if items.len() > 1 {
                    self.send_halves(client, items);
                } else {
                    let reason = error.explain_for(self.site).message();
                    for item in items {
                        self.refuse(item, &reason);
                    }
                }
            }
            Err(error) if error.is_too_large() && items.len() > 1 => {
                self.send_halves(client, items);
            }
            Err(error) if error.may_concern_one() => self.isolate(client, items, &error),
            Err(error) => self.stop(&error, items),
        }
    }

    fn send_halves(&mut self, client: &mut Jira<'_>, mut items: Vec<Held<'a>>) {
        let rest = items.split_off(items.len() / 2);
        self.send(client, items);
        self.send(client, rest);
    }

    /// Finds out which of the items it is that fails, or that it is none of them but the site.
    fn isolate(&mut self, client: &mut Jira<'_>, mut items: Vec<Held<'a>>, error: &JiraError) {
        while items.len() > 1 && !self.site_answers && self.failure.is_none() && !self.is_over() {
            let trial = items.remove(self.next(items.len()));
            self.send(client, vec![trial]);
        }
        if self.failure.is_some() {
            for item in &items {
                self.put_back(item);
            }
        } else if items.len() > 1 && !self.is_over() {
            self.send_halves(client, items);
        } else {
            self.fail(items, error);
        }
    }

    /// Which of so many to try next: the first, unless that has just failed; those that fail may stand together.
    fn next(&self, of: usize) -> usize {
        match self.in_a_row % 3 {
            _ if self.site_answers => 0,
            0 => 0,
            1 => of - 1,
            _ => of / 2,
        }
    }

    /// It failed alone, or there is no time to find out which of several did: they go alone from now on.
    fn fail(&mut self, items: Vec<Held<'a>>, error: &JiraError) {
        let failure = error.explain_for(self.site);
        self.in_a_row += items.len().min(1);
        let enough = if self.site_answers {
            SITE_FAILS_AGAIN
        } else {
            SITE_FAILS
        };
        if self.in_a_row >= enough {
            self.failure = Some(failure.clone());
        }
        let failed = items.into_iter().map(|item| (item, failure.clone()));
        self.failed.extend(failed);
    }

    fn answered(&mut self) {
        self.site_answers = true;
        self.in_a_row = 0;
    }

    /// The outbox is a retry by itself: once anything has answered or failed, each gets one try in a short time.
    fn limit_time(&self, client: &mut Jira<'_>) {
        let is_first = !self.site_answers && self.in_a_row == 0;
        let most = if is_first {
            TIME_PER_REQUEST
        } else {
            TIME_PER_TRIAL
        };
        let half = self.deadline.remaining(self.context.system) / 2;
        let end = self.deadline.at_most(self.context.system, most.min(half));
        client.end_at(end);
        client.retry(is_first);
    }

    /// Puts back what failed alone: with a pause, where others went through.
    fn give_back(&mut self) {
        for (mut item, failure) in std::mem::take(&mut self.failed) {
            let reason = failure.message();
            item.fail(&self.context.output.without_secrets(&reason));
            let result = if self.site_answers {
                let pause = item.postpone();
                pause.map(|pause| self.warn_postponed(&item, &reason, pause))
            } else {
                self.failure.get_or_insert(failure);
                item.put_behind()
            };
            self.warn_unwritten(result);
        }
    }

    fn warn_postponed(&self, item: &Held<'_>, reason: &str, pause: i64) {
        let (name, site) = (&item.entry.name, label(self.site));
        let minutes = minutes(pause);
        self.context.output.advise(
            &format!("{name} is still queued: {site} fails on this update only: {reason}"),
            &format!("it is tried again in {minutes}; other updates are sent as usual"),
        );
    }

    fn stop(&mut self, error: &JiraError, items: Vec<Held<'a>>) {
        let failure = error.explain_for(self.site);
        let reason = self.context.output.without_secrets(&failure.message());
        for mut item in items {
            item.fail(&reason);
            self.put_back(&item);
        }
        self.failure = Some(failure);
    }

    fn put_back(&self, item: &Held<'_>) {
        self.warn_unwritten(item.put_back());
    }

    fn warn_unwritten(&self, result: anyhow::Result<()>) {
        if let Err(error) = result {
            let output = self.context.output;
            output.warn(&format!("the outbox: {}", plain(error)));
        }
    }
}

/// A pause in milliseconds, as people say it.
pub(super) fn minutes(pause: i64) -> String {
    let minutes = pause.saturating_add(59_999) / 60_000;
    counted(
        usize::try_from(minutes).unwrap_or_default().max(1),
        "minute",
    )
}

/// The items in the order of their events, those together that fit into one request.
fn batches(items: Vec<Held<'_>>) -> Vec<Vec<Held<'_>>> {
    let mut batches: Vec<Vec<Held<'_>>> = Vec::new();
    // The last batch of each frame.
    let mut open: Vec<(String, usize)> = Vec::new();
    for item in items {
        let body = &item.entry.body;
        let frame = (body.is_single() && !item.has_failed())
            .then(|| format!("{} {}", body.kind.name(), body.frame()));
        let last = open
            .iter()
            .rfind(|(known, _)| frame.as_ref() == Some(known));
        match last.and_then(|(_, index)| batches.get_mut(*index)) {
            Some(batch) if batch.len() < MAX_ITEMS => batch.push(item),
            _ => {
                open.extend(frame.map(|frame| (frame, batches.len())));
                batches.push(vec![item]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests;
