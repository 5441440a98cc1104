//! Delivers what waits in the outbox for one site.

use std::collections::BTreeMap;
use std::time::Duration;

use super::connection::label;
use super::{Context, answer};
use crate::error::Failure;
use crate::jira::{AuthorizedJira, DataType, JiraError, Rejected, Submitted, bulk};
use crate::outbox::{Due, Entry, Expired, Held, Opened, Outbox};
use crate::report::OutboxReport;
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

/// A send delivers so many entries besides its own data.
const MOST_AFTER_SENDING: usize = bulk::MAX_ITEMS;

/// A send takes no longer for them than this, though its budget may be larger.
const TIME_AFTER_SENDING: Duration = Duration::from_secs(5);

/// So many entries are claimed at once, and in memory; those that fit together are sent together.
const ROUND: usize = 2 * bulk::MAX_ITEMS;

/// So often a long delivery says how far it is.
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

/// Delivers what waits for the sites that just answered. Never more than a warning.
pub(crate) fn after_sending(
    outbox: &Outbox<'_>,
    clients: Vec<(&str, &mut AuthorizedJira<'_>)>,
    deadline: Deadline,
    context: &Context<'_>,
) -> OutboxReport {
    let deadline = deadline.at_most(context.system, TIME_AFTER_SENDING);
    let mut report = OutboxReport::default();
    if !clients.is_empty() {
        let listing = outbox.list(None);
        report.superseded = outbox.drop_superseded(&listing);
        let sites: Vec<&str> = clients.iter().map(|(site, _)| *site).collect();
        let tallies = side_by_side(clients, |(site, client)| {
            let mut delivery = Delivery::new(outbox, site, deadline, context);
            delivery.site_answers = true;
            delivery.run(client, &listing.due, Some(MOST_AFTER_SENDING));
            delivery.finish()
        });
        for (counts, failure) in tallies {
            report.add(counts);
            if let Some(failure) = failure {
                context
                    .output
                    .detail(&format!("the outbox could not be delivered: {failure}"));
            }
        }
        let counts = outbox.counts();
        report.waiting = sites.iter().map(|site| counts.of(site).waiting).sum();
    }
    let (expired, _) = outbox.expire();
    report.expired = tell_expired(&expired, context);
    tell(&report, "also delivered", context);
    report
}

/// Says what was too old or too much for the outbox; how many entries it was.
pub(crate) fn tell_expired(expired: &Expired, context: &Context<'_>) -> usize {
    if expired.set_aside > 0 {
        let more = match expired.set_aside - expired.names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        context.output.advise(
            &format!(
                "set aside as too old to be sent: {}{more}",
                expired.names.join(", ")
            ),
            &format!(
                "see {} for the reason of each, and --outbox-max-age-days",
                expired.folder.display()
            ),
        );
    }
    if expired.dropped > 0 {
        let dropped = expired.dropped;
        context.output.advise(
            &format!("dropped from the outbox as too many: {dropped}"),
            "see --outbox-max-entries and --outbox-max-size",
        );
    }
    expired.set_aside + expired.dropped
}

/// Says in one line each what happened to the entries.
pub(crate) fn tell(report: &OutboxReport, label: &str, context: &Context<'_>) {
    if let Some(line) = report.delivered_line(label) {
        let waiting = match report.waiting {
            0 => String::new(),
            waiting => format!("; {waiting} still queued"),
        };
        context.output.say(&format!("{line}{waiting}"));
    }
}

/// The entries of one site on their way.
pub(crate) struct Delivery<'a> {
    outbox: &'a Outbox<'a>,
    site: &'a str,
    deadline: Deadline,
    context: &'a Context<'a>,
    counts: OutboxReport,
    /// What stopped it.
    failure: Option<Failure>,
    /// Whether the site took or refused anything.
    site_answers: bool,
    /// What failed alone, and why.
    failed: Vec<(Item, Failure)>,
    /// How many of these failed since anything went through.
    in_a_row: usize,
    /// When it last said how far it is.
    last_word: Duration,
}

/// An entry that is ours to send.
struct Item {
    held: Held,
    data: DataType,
    entry: Entry,
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
    pub(crate) fn run(
        &mut self,
        client: &mut AuthorizedJira<'_>,
        due: &[Due],
        most: Option<usize>,
    ) {
        let site = self.site;
        let due = due.iter().filter(|due| due.is_for(site));
        let mut due = due.take(most.unwrap_or(usize::MAX));
        while self.failure.is_none() && !self.is_over() {
            let round: Vec<&Due> = due.by_ref().take(ROUND).collect();
            if round.is_empty() {
                break;
            }
            let items: Vec<Item> = round.iter().filter_map(|due| self.take(due)).collect();
            let mut batches = batches(items);
            while !batches.is_empty() {
                let (data, batch) = batches.remove(self.next(batches.len()));
                self.send(client, data, batch);
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

    fn take(&self, due: &Due) -> Option<Item> {
        let time = self.deadline.remaining(self.context.system);
        let held = self.outbox.claim(due, time)?;
        match self.outbox.read(&held) {
            Opened::Entry(entry) => {
                let data = DataType::from_name(&entry.data);
                let item = Item {
                    held,
                    data: data.unwrap_or(DataType::Builds),
                    entry: *entry,
                };
                if data.is_none() {
                    self.put_back(&item, None);
                }
                data.map(|_| item)
            }
            Opened::Gone => None,
            Opened::SetAside(warning) | Opened::Unreadable(warning) => {
                self.context.output.warn(&warning);
                None
            }
        }
    }

    /// Sends the items in one request; in halves, when they do not go through together.
    fn send(&mut self, client: &mut AuthorizedJira<'_>, data: DataType, items: Vec<Item>) {
        let body = bulk::together(items.iter().map(|item| &item.entry.body), data);
        let body = body.filter(|_| self.failure.is_none() && !self.is_over());
        let Some(body) = body else {
            for item in &items {
                self.put_back(item, None);
            }
            return;
        };
        self.limit_time(client);
        // Several were put together from single items; what was one request before may have to go in parts.
        let result = if items.len() > 1 {
            client.submit(data, &body.to_string())
        } else {
            client.submit_in_parts(data, &body)
        };
        match result {
            Ok(submitted) => {
                self.answered();
                let unclear = self.settle(items, &submitted);
                for item in unclear {
                    self.send(client, data, vec![item]);
                }
            }
            Err(error) if error.blames_body() => {
                self.answered();
                if items.len() > 1 {
                    self.send_halves(client, data, items);
                } else {
                    let reason = error.explain_for(self.site).message();
                    for item in items {
                        self.refuse(item, &reason);
                    }
                }
            }
            Err(error) if error.is_too_large() && items.len() > 1 => {
                self.send_halves(client, data, items);
            }
            Err(error) if error.may_concern_one() => self.isolate(client, data, items, &error),
            Err(error) => self.stop(&error, items),
        }
    }

    fn send_halves(
        &mut self,
        client: &mut AuthorizedJira<'_>,
        data: DataType,
        mut items: Vec<Item>,
    ) {
        let rest = items.split_off(items.len() / 2);
        self.send(client, data, items);
        self.send(client, data, rest);
    }

    /// Finds out which of the items it is that fails, or that it is none of them but the site.
    fn isolate(
        &mut self,
        client: &mut AuthorizedJira<'_>,
        data: DataType,
        mut items: Vec<Item>,
        error: &JiraError,
    ) {
        while items.len() > 1 && !self.site_answers && self.failure.is_none() && !self.is_over() {
            let trial = items.remove(self.next(items.len()));
            self.send(client, data, vec![trial]);
        }
        if self.failure.is_some() {
            for item in &items {
                self.put_back(item, None);
            }
        } else if items.len() > 1 && !self.is_over() {
            self.send_halves(client, data, items);
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
    fn fail(&mut self, items: Vec<Item>, error: &JiraError) {
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
    fn limit_time(&self, client: &mut AuthorizedJira<'_>) {
        let is_first = !self.site_answers && self.in_a_row == 0;
        let most = if is_first {
            TIME_PER_REQUEST
        } else {
            TIME_PER_TRIAL
        };
        let half = self.deadline.remaining(self.context.system) / 2;
        let end = self.deadline.at_most(self.context.system, most.min(half));
        client.end_at(end);
        client.retry(!self.site_answers && self.in_a_row == 0);
    }

    /// Puts back what failed alone: with a pause, where others went through.
    fn give_back(&mut self) {
        for (mut item, failure) in std::mem::take(&mut self.failed) {
            let reason = failure.message();
            item.entry.tries += 1;
            item.entry.reason = self.context.output.without_secrets(&reason);
            let result = if self.site_answers {
                let pause = self.outbox.postpone(&mut item.held, &item.entry);
                pause.map(|pause| self.warn_postponed(&item, &reason, pause))
            } else {
                self.failure.get_or_insert(failure);
                self.outbox.put_behind(&mut item.held, &item.entry)
            };
            if let Err(error) = result {
                self.context.output.warn(&format!("the outbox: {error:#}"));
            }
        }
    }

    fn warn_postponed(&self, item: &Item, reason: &str, pause: i64) {
        let (name, site, minutes) = (&item.entry.name, label(self.site), pause / 60_000);
        self.context.output.advise(
            &format!("{name} is still queued: {site} fails on it alone: {reason}"),
            &format!("it is tried again in {minutes} minutes; other updates are sent as usual"),
        );
    }

    /// Gives back those items of several that Jira's answer says nothing of.
    fn settle(&mut self, items: Vec<Item>, submitted: &Submitted) -> Vec<Item> {
        let accepted = submitted.accepted.as_deref().unwrap_or_default();
        let rejected = submitted.rejected.as_slice();
        let alone = items.len() == 1;
        let nothing_said = submitted.is_silent();
        let mut unclear = Vec::new();
        for item in items {
            let is_part = alone && !bulk::is_single(&item.entry.body, item.data);
            if is_part && !accepted.is_empty() {
                self.tell_rejected(&item, rejected);
            }
            let key = &item.entry.key;
            let refusal = rejected
                .iter()
                .find(|rejected| rejected.key == *key || alone);
            if accepted.contains(key) || nothing_said || (alone && !accepted.is_empty()) {
                self.outbox.remove(&item.held);
                self.counts.deliver(&item.entry.name);
            } else if refusal.is_some() && self.is_wrong_guess(&item, submitted) {
                self.outbox.remove(&item.held);
                let (name, site) = (&item.entry.name, label(self.site));
                let unknown = submitted.unknown_issues().join(", ");
                self.context.output.advise(
                    &format!("{name} was queued, and is not sent: {site} does not know {unknown}"),
                    answer::GUESSES,
                );
            } else if let Some(refusal) = refusal {
                let errors = refusal.errors.iter();
                let reasons: Vec<&str> = errors.map(|error| error.message.as_str()).collect();
                self.refuse(item, &reasons.join("; "));
            } else if alone {
                self.refuse(item, "Jira accepted nothing of it");
            } else {
                unclear.push(item);
            }
        }
        unclear
    }

    /// Whether all its issues were found in texts and the site knows none of them: our guess is not the user's mistake.
    fn is_wrong_guess(&self, item: &Item, submitted: &Submitted) -> bool {
        let unknown = submitted.unknown_issues();
        let Some((_, record)) = self.outbox.memory().last(&item.entry.entity()) else {
            return false;
        };
        let keys = &record.issue_keys;
        // It may write them in another way than we do: as many as were sent are all of them.
        let knows_none =
            unknown.len() >= keys.len() || keys.iter().all(|key| unknown.contains(key));
        record.is_guessed && !keys.is_empty() && knows_none
    }

    /// Most of a request was taken: what was not is said, since it is kept nowhere.
    fn tell_rejected(&self, item: &Item, rejected: &[Rejected]) {
        let lines = rejected.iter().map(|rejected| {
            let errors = rejected.errors.iter().map(|error| error.message.as_str());
            let (name, key) = (&item.entry.name, &rejected.key);
            let reasons: Vec<&str> = errors.collect();
            format!(
                "{name} was queued, and Jira rejected {key} of it: {}",
                reasons.join("; ")
            )
        });
        super::warn_each(lines, self.context.output);
    }

    fn refuse(&mut self, mut item: Item, reason: &str) {
        let output = self.context.output;
        item.entry.tries += 1;
        item.entry.reason = output.without_secrets(reason);
        let path = self.outbox.refuse(&item.held, &item.entry);
        self.counts.refused += 1;
        let (name, site) = (&item.entry.name, label(self.site));
        output.advise(
            &format!("{name} was queued, and is rejected by {site}: {reason}"),
            &format!("see {}", path.display()),
        );
    }

    fn stop(&mut self, error: &JiraError, items: Vec<Item>) {
        let failure = error.explain_for(self.site);
        let reason = self.context.output.without_secrets(&failure.message());
        for mut item in items {
            item.entry.tries += 1;
            item.entry.reason.clone_from(&reason);
            self.put_back(&item, Some(&item.entry));
        }
        self.failure = Some(failure);
    }

    fn put_back(&self, item: &Item, entry: Option<&Entry>) {
        if let Err(error) = self.outbox.put_back(&item.held, entry) {
            self.context.output.warn(&format!("the outbox: {error:#}"));
        }
    }
}

/// The items in the order of their events, those together that fit into one request.
fn batches(items: Vec<Item>) -> Vec<(DataType, Vec<Item>)> {
    let mut batches: Vec<(DataType, Vec<Item>)> = Vec::new();
    // The last batch of each frame.
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let (data, body) = (item.data, &item.entry.body);
        let frame = (bulk::is_single(body, data) && !item.held.has_failed())
            .then(|| format!("{} {}", data.name(), bulk::frame(body, data)));
        let last = frame.as_ref().and_then(|frame| open.get(frame));
        match last.and_then(|index| batches.get_mut(*index)) {
            Some((_, batch)) if batch.len() < bulk::MAX_ITEMS => batch.push(item),
            _ => {
                open.extend(frame.map(|frame| (frame, batches.len())));
                batches.push((data, vec![item]));
            }
        }
    }
    batches
}
