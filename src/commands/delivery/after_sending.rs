//! What a send delivers besides its own data, and what is said about it.

use std::time::Duration;

use super::Delivery;
use crate::commands::Context;
use crate::jira::{Jira, MAX_ITEMS};
use crate::outbox::{Expired, Outbox};
use crate::phrases::with_more;
use crate::report::OutboxReport;
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

/// A send delivers so many entries besides its own data.
const MOST_AFTER_SENDING: usize = MAX_ITEMS;

/// A send takes no longer for them than this, though its budget may be larger.
const TIME_AFTER_SENDING: Duration = Duration::from_secs(5);

/// Delivers what waits for the sites that just answered. Never more than a warning.
pub(crate) fn after_sending(
    outbox: &Outbox<'_>,
    clients: Vec<(&str, &mut Jira<'_>)>,
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
        let left = sites.iter().map(|site| outbox.list(Some(site)).waiting());
        report.waiting = left.sum();
    }
    let (expired, _) = outbox.expire();
    report.expired = warn_expired(&expired, context);
    say_delivered(&report, "also delivered", context);
    report
}

/// Says what was too old or too much for the outbox; how many entries it was.
pub(crate) fn warn_expired(expired: &Expired, context: &Context<'_>) -> usize {
    if expired.set_aside > 0 {
        let names = with_more(&expired.names, expired.set_aside - expired.names.len());
        context.output.advise(
            &format!("set aside as too old to be sent: {names}"),
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
pub(crate) fn say_delivered(report: &OutboxReport, label: &str, context: &Context<'_>) {
    if let Some(line) = report.delivered_line(label) {
        let waiting = match report.waiting {
            0 => String::new(),
            waiting => format!("; {waiting} still queued"),
        };
        context.output.say(&format!("{line}{waiting}"));
    }
}
