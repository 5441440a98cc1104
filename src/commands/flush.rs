//! `jira-send flush`: everything that waits.

use std::time::Duration;

use super::Context;
use super::connection::{self, Destination};
use super::credentials::credentials;
use super::delivery::{self, Delivery};
use super::side_by_side::side_by_side;
use super::store::{self, NoOutbox};
use crate::cli::FlushOptions;
use crate::error::{Failure, Kind};
use crate::jira::Jira;
use crate::jira::trace::Traced;
use crate::outbox::Outbox;
use crate::policy::{overall, worst};
use crate::report::{OutboxReport, Outcome, Report, SiteReport};
use crate::system::Deadline;

/// Delivers what waits for the sites that are named, else for all.
///
/// # Errors
/// When there is no outbox that could be used.
pub(crate) fn run(options: &FlushOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let outbox = store::open(&options.outbox, true, context).map_err(unusable)?;
    let sites = connection::sites(&options.site, context.variables)?;
    let named: Vec<String> = sites.iter().map(ToString::to_string).collect();
    let is_wanted = |place: &str| named.is_empty() || named.iter().any(|name| name == place);
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let mut counts = OutboxReport {
        expired: outbox.expire(),
        ..OutboxReport::default()
    };
    let (places, warnings) = outbox.places();
    for warning in warnings {
        context.output.warn(&warning);
    }
    let (places, others): (Vec<_>, Vec<_>) = places.into_iter().partition(|(site, cloud_id)| {
        let place = site.as_ref().or(cloud_id.as_ref());
        place.is_some_and(|place| is_wanted(place))
    });
    if !others.is_empty() {
        let others = others.into_iter().filter_map(|(site, id)| site.or(id));
        let others: Vec<String> = others.collect();
        context.output.say(&format!(
            "what waits for {} is left alone: it was not asked for",
            others.join(", ")
        ));
    }
    let flush = Flush {
        outbox: &outbox,
        deadline,
        context,
    };
    let results = side_by_side(&places, |(site, cloud_id)| {
        flush.site(site.as_deref(), cloud_id.as_deref())
    });
    let mut reports = Vec::new();
    for (name, site_counts, failure) in results {
        counts.add(site_counts);
        if let Some(failure) = &failure {
            context.output.failure(failure);
        }
        reports.push(site_report(name, site_counts, failure.as_ref()));
    }
    let newer = outbox.list(None).newer;
    if newer > 0 {
        counts.waiting += newer;
        context.output.warn(&format!(
            "{newer} in the outbox were written by a later version of jira-send: flush with that one"
        ));
    }
    delivery::tell(&counts, context);
    Ok(report(counts, reports, context))
}

fn unusable(none: NoOutbox) -> Failure {
    match none {
        NoOutbox::Off => Failure::usage("there is nothing to flush without an outbox")
            .hint("leave out --no-outbox"),
        NoOutbox::Broken(why) => Failure::usage("the outbox cannot be used")
            .cause(why)
            .hint("name its folder with --outbox or JIRA_SEND_OUTBOX"),
    }
}

/// What all sites share.
struct Flush<'a> {
    outbox: &'a Outbox<'a>,
    deadline: Deadline,
    context: &'a Context<'a>,
}

impl Flush<'_> {
    fn site(
        &self,
        site: Option<&str>,
        cloud_id: Option<&str>,
    ) -> (String, OutboxReport, Option<Failure>) {
        let place = site.or(cloud_id).unwrap_or_default();
        let mut delivery = Delivery::new(self.outbox, place, self.deadline, self.context);
        let destination = connection::waiting_destination(site, cloud_id, self.context.variables);
        let result = destination.and_then(|destination| self.deliver(&destination, &mut delivery));
        let (counts, failure) = delivery.finish();
        (place.to_owned(), counts, result.err().or(failure))
    }

    fn deliver(
        &self,
        destination: &Destination,
        delivery: &mut Delivery<'_>,
    ) -> Result<(), Failure> {
        let credentials = credentials(self.context.variables, &destination.endings)?;
        self.context.output.hide(&credentials.client_secret);
        let traced = Traced {
            transport: self.context.transport,
            output: self.context.output,
        };
        let (system, endpoints) = (self.context.system, &destination.endpoints);
        let mut client = Jira::new(&traced, system, self.deadline, endpoints, &credentials)
            .authorize(&destination.target)
            .map_err(|error| error.explain(&destination.name))?;
        delivery.run(&mut client, None);
        Ok(())
    }
}

fn site_report(site: String, counts: OutboxReport, failure: Option<&Failure>) -> SiteReport {
    let mut report = match failure {
        Some(failure) => SiteReport::failed(site, failure),
        None => SiteReport::delivered(site, counts),
    };
    report.queued = counts.waiting > 0;
    report
}

fn report(counts: OutboxReport, sites: Vec<SiteReport>, context: &Context<'_>) -> Report {
    let mut codes: Vec<u8> = Vec::new();
    for site in &sites {
        codes.push(match site.outcome {
            Outcome::Unauthorized => Kind::Credentials.exit_code(),
            Outcome::Invalid => Kind::Usage.exit_code(),
            _ => 0,
        });
    }
    if counts.refused > 0 {
        codes.push(Kind::Refused.exit_code());
    }
    if counts.waiting > 0 {
        codes.push(Kind::Unreachable.exit_code());
    }
    let outcomes: Vec<Outcome> = sites.iter().map(|site| site.outcome).collect();
    let OutboxReport {
        delivered,
        refused,
        waiting,
        expired,
        superseded,
    } = counts;
    let message = if counts.is_empty() {
        "nothing waits in the outbox".to_owned()
    } else {
        format!(
            "outbox: {delivered} delivered, {refused} refused, {waiting} waiting, {expired} expired, {superseded} superseded"
        )
    };
    context.output.say(&message);
    let outcome = match overall(&outcomes) {
        Outcome::NothingToSend if waiting > 0 => Outcome::Unreachable,
        outcome => outcome,
    };
    Report {
        outcome,
        exit_code: worst(&codes),
        message,
        issue_keys: Vec::new(),
        sites,
        outbox: Some(counts),
        request: None,
    }
}
