//! `jira-send flush`: everything that is queued. A step that has nothing to send itself calls it, too.

use std::time::Duration;

use super::Context;
use super::connection;
use super::delivery::{self, Delivery};
use super::session::Session;
use super::store::{self, NoOutbox};
use crate::cli::{FlushOptions, turned_off_by};
use crate::domain::timestamp::Timestamp;
use crate::error::{Failure, FailureKind};
use crate::outbox::{Due, Listing, Outbox};
use crate::policy::{overall, worst};
use crate::report::{OutboxReport, Outcome, Report, SiteReport};
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

/// Delivers what waits for the sites that the option names, else for every site that `JIRA_SITE` names or that has a
/// credential of its own: no credential goes to a site that nobody named.
///
/// # Errors
/// When there is no outbox that could be used.
pub(crate) fn run(options: &FlushOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let outbox = store::open(&options.outbox, true, context);
    let outbox = outbox.map_err(|none| unusable(none, context))?;
    let sites = connection::sites(&options.site, context.variables)?;
    let is_narrowed = options.site.iter().any(|site| !site.trim().is_empty());
    let is_wanted = |site: Option<&str>, cloud_id: Option<&str>| {
        connection::is_named(site, cloud_id, &sites, context.variables)
            && !(is_narrowed && site.is_none())
            || !is_narrowed && connection::has_own_credential(site, context.variables)
    };
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let (expired, listing) = outbox.expire();
    let mut counts = OutboxReport {
        expired: delivery::warn_expired(&expired, context),
        ..OutboxReport::default()
    };
    counts.superseded += outbox.drop_superseded(&listing);
    let (places, warnings) = outbox.places(&listing.due);
    for warning in warnings {
        context.output.warn(&warning);
    }
    let (places, others): (Vec<_>, Vec<_>) = places
        .into_iter()
        .partition(|(site, cloud_id)| is_wanted(site.as_deref(), cloud_id.as_deref()));
    if !others.is_empty() {
        let others = others.into_iter().filter_map(|(site, id)| site.or(id));
        let others: Vec<String> = others.collect();
        let why = if is_narrowed {
            "not selected by the options"
        } else {
            "not in JIRA_SITE, and without a credential of their own"
        };
        context.output.say(&format!(
            "skipping updates for {}: {why}",
            others.join(", ")
        ));
    }
    let results = side_by_side(&places, |(site, cloud_id)| {
        let (site, cloud_id) = (site.as_deref(), cloud_id.as_deref());
        deliver(site, cloud_id, &outbox, &listing.due, deadline, context)
    });
    let mut reports = Vec::new();
    for (name, mut of_site, failure) in results {
        if let Some(failure) = &failure {
            context.output.failure(failure);
        }
        of_site.waiting = outbox.list(Some(&name)).waiting();
        reports.push(site_report(name, &of_site, failure.as_ref()));
        counts.add(of_site);
    }
    let selected: Vec<String> = sites.iter().map(ToString::to_string).collect();
    let left: Vec<Listing> = if is_narrowed {
        selected
            .iter()
            .map(|site| outbox.list(Some(site)))
            .collect()
    } else {
        vec![outbox.list(None)]
    };
    let waiting: usize = left.iter().map(Listing::waiting).sum();
    let held: usize = left.iter().map(|left| left.held).sum();
    let newer = left.first().map_or(0, |left| left.newer);
    let is_selected = |due: &&Due| !is_narrowed || selected.iter().any(|site| due.is_for(site));
    let paused = paused(listing.paused.iter().filter(is_selected), context);
    counts.add(paused);
    counts.waiting = waiting + held + newer;
    if held > 0 {
        let others = match held {
            1 => "another process is sending 1 of the queued updates".to_owned(),
            held => format!("other processes are sending {held} of the queued updates"),
        };
        context.output.say(&others);
    }
    if newer > 0 {
        context.output.advise(
            &format!("only a later version of jira-send can send {newer} of the queued updates"),
            NEWER_HINT,
        );
    }
    delivery::say_delivered(&counts, "delivered", context);
    Ok(report(counts, reports, is_narrowed, context))
}

/// Counts and names those that failed alone and are not tried yet: nobody who calls this in vain is to wonder.
fn paused<'a>(paused: impl Iterator<Item = &'a Due>, context: &Context<'_>) -> OutboxReport {
    let tries: Vec<i64> = paused.filter_map(Due::next_try).collect();
    let count = tries.len();
    let next = tries.into_iter().min();
    if let Some(next) = next {
        let pause = next.saturating_sub(context.system.now().as_millisecond());
        let minutes = delivery::minutes(pause);
        context.output.warn(&format!(
            "in the outbox, paused after a failure that concerns no other update: {count}; next try in {minutes}"
        ));
    }
    OutboxReport {
        paused: count,
        next_try: next.map(Timestamp::from_millisecond),
        ..OutboxReport::default()
    }
}

/// For what a later version wrote.
pub(super) const NEWER_HINT: &str = "run jira-send flush with that version";

fn unusable(none: NoOutbox, context: &Context<'_>) -> Failure {
    match none {
        NoOutbox::Off => {
            let (what, remedy) = turned_off_by(context.variables);
            let error = format!(
                "flush sends what is queued in the outbox, and {what} turns the outbox off"
            );
            Failure::usage(error).hint(remedy)
        }
        NoOutbox::Broken(why) => Failure::usage("the outbox cannot be used")
            .cause(why)
            .hint("name its folder with --outbox or JIRA_SEND_OUTBOX"),
    }
}

/// Delivers what waits for one site. Its name, what was done, and what stopped it.
fn deliver(
    site: Option<&str>,
    cloud_id: Option<&str>,
    outbox: &Outbox<'_>,
    due: &[Due],
    deadline: Deadline,
    context: &Context<'_>,
) -> (String, OutboxReport, Option<Failure>) {
    let name = site.or(cloud_id).unwrap_or_default();
    let deadline = context.phase.end_for(name, deadline, context.system);
    let mut delivery = Delivery::new(outbox, name, deadline, context);
    let mut run = || {
        let destination = connection::waiting_destination(site, cloud_id, context.variables)?;
        let mut session = Session::new(&destination, context);
        delivery.run(session.open(deadline)?, due, None);
        Ok(())
    };
    let result: Result<(), Failure> = run();
    let (counts, failure) = delivery.finish();
    (name.to_owned(), counts, result.err().or(failure))
}

fn site_report(site: String, counts: &OutboxReport, failure: Option<&Failure>) -> SiteReport {
    let has = |count: usize| count > 0;
    let outcome = match (
        has(counts.delivered),
        has(counts.refused),
        has(counts.waiting),
    ) {
        (_, false, false) => Outcome::Accepted,
        (true, ..) => Outcome::PartlyAccepted,
        (false, true, _) => Outcome::Rejected,
        (false, false, true) => Outcome::Unreachable,
    };
    let report = match failure {
        Some(failure) => SiteReport::failed(site, failure),
        None => SiteReport {
            message: counts.words(),
            ..SiteReport::new(site, outcome)
        },
    };
    SiteReport {
        queued: counts.waiting > 0,
        ..report
    }
}

fn report(
    counts: OutboxReport,
    sites: Vec<SiteReport>,
    is_narrowed: bool,
    context: &Context<'_>,
) -> Report {
    let of_sites = sites.iter().filter_map(|site| match site.outcome {
        Outcome::Unauthorized => Some(FailureKind::Credentials),
        Outcome::Invalid => Some(FailureKind::Usage),
        _ => None,
    });
    let refused = (counts.refused > 0).then_some(FailureKind::Refused);
    let waiting = (counts.waiting > 0).then_some(FailureKind::Unreachable);
    let kinds = of_sites.chain(refused).chain(waiting);
    let codes: Vec<u8> = kinds.map(FailureKind::exit_code).collect();
    let outcomes: Vec<Outcome> = sites.iter().map(|site| site.outcome).collect();
    let message = if counts.is_empty() && is_narrowed {
        "nothing is queued for the sites that were named".to_owned()
    } else if counts.is_empty() {
        counts.words()
    } else {
        format!("outbox: {}", counts.words())
    };
    context.output.say(&message);
    let outcome = match overall(&outcomes) {
        // Nobody was asked for what is left: it is paused, or others send it.
        Outcome::NothingToSend if counts.waiting > 0 => Outcome::Queued,
        outcome => outcome,
    };
    Report {
        exit_code: worst(&codes),
        sites,
        outbox: Some(counts),
        ..Report::new(outcome, message)
    }
}
