//! Delivers what waits in the outbox for one site.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Context;
use super::connection::label;
use crate::error::Failure;
use crate::jira::{AuthorizedJira, DataType, JiraError, Rejected, Submitted, bulk};
use crate::outbox::{Due, Entry, Held, Opened, Outbox};
use crate::report::OutboxReport;
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

/// A send delivers so many entries besides its own data.
const MOST_AFTER_SENDING: usize = bulk::MAX_ITEMS;

/// A send takes no longer for them than this, though its budget may be larger.
const TIME_AFTER_SENDING: Duration = Duration::from_secs(5);

/// So many entries are claimed at once; those that fit together are sent together.
const ROUND: usize = 500;

/// Longest time for one request, retries included.
const TIME_PER_REQUEST: Duration = Duration::from_secs(30);

/// Delivers what waits for the sites that just answered. Never more than a warning.
pub(crate) fn after_sending(
    outbox: &Outbox<'_>,
    clients: Vec<(&str, &mut AuthorizedJira<'_>)>,
    deadline: Deadline,
    context: &Context<'_>,
) -> OutboxReport {
    let deadline = deadline.at_most(context.system, TIME_AFTER_SENDING);
    let mut report = OutboxReport::default();
    let tallies = side_by_side(clients, |(site, client)| {
        let mut delivery = Delivery::new(outbox, site, deadline, context);
        delivery.run(client, Some(MOST_AFTER_SENDING));
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
    report.expired = outbox.expire();
    tell(&report, "also delivered", context);
    report
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
    if report.expired > 0 {
        let expired = report.expired;
        context.output.advise(
            &format!("dropped from the outbox as too old or too many: {expired}"),
            "see --outbox-max-age-days, --outbox-max-entries and --outbox-max-size",
        );
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
        }
    }

    /// Sends the oldest events first, until nothing waits, Jira cannot be reached, the time is up, or `most` were sent.
    pub(crate) fn run(&mut self, client: &mut AuthorizedJira<'_>, most: Option<usize>) {
        let mut seen = BTreeSet::new();
        let mut left = most.unwrap_or(usize::MAX);
        while left > 0 && self.failure.is_none() && !self.is_over() {
            let listing = self.outbox.list(Some(self.site));
            self.counts.superseded += self.outbox.drop_superseded(&listing);
            let new = listing.due.iter().filter(|due| !seen.contains(&due.id()));
            let due: Vec<&Due> = new.take(left.min(ROUND)).collect();
            if due.is_empty() {
                break;
            }
            left -= due.len();
            seen.extend(due.iter().map(|due| due.id()));
            let items: Vec<Item> = due.iter().filter_map(|due| self.take(due)).collect();
            for (data, batch) in batches(items) {
                self.send(client, data, batch);
            }
            if most.is_none() {
                let (delivered, site) = (self.counts.delivered, self.site);
                self.context
                    .output
                    .say(&format!("{site}: {delivered} delivered so far"));
            }
        }
    }

    /// The counts, and what stopped it.
    pub(crate) fn finish(mut self) -> (OutboxReport, Option<Failure>) {
        let listing = self.outbox.list(Some(self.site));
        self.counts.superseded += self.outbox.drop_superseded(&listing);
        self.counts.waiting = listing.due.len();
        if listing.held > 0 {
            let (held, site) = (listing.held, self.site);
            self.context.output.detail(&format!(
                "{held} for {site} are on their way from other processes"
            ));
        }
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

    /// Sends the items in one request; in halves, when Jira does not take them together.
    fn send(&mut self, client: &mut AuthorizedJira<'_>, data: DataType, mut items: Vec<Item>) {
        let body = bulk::together(items.iter().map(|item| &item.entry.body), data);
        let body = body.filter(|_| self.failure.is_none() && !self.is_over());
        let Some(body) = body else {
            for item in &items {
                self.put_back(item, None);
            }
            return;
        };
        let end = self.deadline.at_most(self.context.system, TIME_PER_REQUEST);
        client.end_at(end);
        // Several were put together from single items; what was one request before may have to go in parts.
        let result = if items.len() > 1 {
            client.submit(data, &body.to_string())
        } else {
            client.submit_in_parts(data, &body)
        };
        match result {
            Ok(submitted) => {
                let unclear = self.settle(items, &submitted);
                for item in unclear {
                    self.send(client, data, vec![item]);
                }
            }
            Err(error) if error.blames_body() && items.len() > 1 => {
                let rest = items.split_off(items.len() / 2);
                self.send(client, data, items);
                self.send(client, data, rest);
            }
            Err(error) if error.blames_body() => {
                for item in items {
                    self.refuse(item, &error.explain_for(self.site).message());
                }
            }
            Err(error) => self.stop(&error, items),
        }
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
        let frame = bulk::is_single(body, data)
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
