//! Sends a payload, reads the answer in full and reports it.

use super::attempt::Call;
use super::connection::{self, Destination};
use super::continuity::continue_last;
use super::payload::Payload;
use super::relay::Relay;
use super::side_by_side::side_by_side;
use super::{Context, delivery, store};
use crate::cli::JiraOptions;
use crate::domain::issue_key::{Findings, Reason};
use crate::error::{Failure, Kind};
use crate::jira::clock::Clocked;
use crate::jira::trace::Traced;
use crate::jira::{Endpoints, Target};
use crate::output::Output;
use crate::policy::{exit_code, overall, worst};
use crate::report::{Outcome, PreparedRequest, Report, SiteReport};
use crate::system::Deadline;

/// Stands in the address for the cloud id that would be looked up.
const CLOUD_ID: &str = "CLOUD_ID";

/// The report when no issue is named. Words are a warning, if they nearly were keys.
pub(crate) fn nothing(findings: &Findings, require: bool, output: &Output) -> Report {
    let message = "nothing to send: no issue key was found".to_owned();
    let denied = findings
        .dropped
        .iter()
        .filter(|dropped| matches!(dropped.reason, Reason::DenyList(_)));
    let lines = denied.map(|dropped| {
        let (candidate, place) = (&dropped.candidate, &dropped.place.source);
        let reason = dropped.reason.explanation();
        format!("{candidate} in {place} was not taken for an issue key: {reason}")
    });
    super::warn_each(lines, output);
    let exit_code = if require {
        let failure = Failure::new(Kind::NothingToSend, message.as_str())
            .hint("name an issue in the branch or a commit message, or give --issue-keys; jira-send keys explains what was searched");
        output.failure(&failure);
        failure.kind.exit_code()
    } else {
        output.say(&format!(
            "{message}; jira-send keys explains what was searched"
        ));
        0
    };
    Report {
        outcome: Outcome::NothingToSend,
        exit_code,
        message,
        issue_keys: Vec::new(),
        sites: Vec::new(),
        outbox: None,
        waiting: None,
        request: None,
    }
}

/// Sends the payload to every site at once, or shows it. Afterwards delivers what waits for these sites.
///
/// # Errors
/// A wrong address, no site. What Jira does is in the report.
pub(crate) fn send(
    options: &JiraOptions,
    destinations: &[Destination],
    mut payload: Payload,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    let is_sent = !options.dry_run;
    if is_sent && destinations.is_empty() {
        return Err(no_site());
    }
    let store = store::open(&options.outbox, is_sent, context);
    continue_last(&mut payload, destinations, store.as_ref(), is_sent, context);
    if options.dry_run {
        let endpoints = connection::endpoints(context.variables, &[])?;
        return Ok(prepared(endpoints, destinations, payload, context.output));
    }
    let relay = Relay::take_over(&store, context);
    let traced = Traced {
        transport: context.transport,
        output: context.output,
    };
    let clocked = Clocked::new(&traced, context.system);
    let call = Call {
        payload: &payload,
        store: &store,
        transport: &clocked,
        deadline,
        on_error: options.on_error,
        several_sites: destinations.len() > 1,
        is_relayed: relay.is_some(),
        context,
    };
    let credentials: Vec<_> = destinations
        .iter()
        .map(|destination| call.credentials(destination))
        .collect();
    let asked = destinations.iter().zip(&credentials);
    let attempts = side_by_side(asked, |(destination, credentials)| {
        call.attempt(destination, credentials)
    });
    let (mut sites, mut clients) = (Vec::new(), Vec::new());
    for (destination, attempt) in destinations.iter().zip(attempts) {
        let (site, client) = call.settle(destination, attempt);
        sites.push(site);
        clients.extend(client.map(|client| (destination.name.as_str(), client)));
    }
    if let Some(warning) = clocked.warning() {
        let advice = "set the clock of this machine, by NTP for instance";
        context.output.advise(&warning, advice);
    }
    let outbox = store
        .as_ref()
        .ok()
        .map(|outbox| delivery::after_sending(outbox, clients, call.deadline, context));
    let code = |site: &SiteReport| exit_code(site.outcome, site.queued, options.on_error);
    let outcomes: Vec<Outcome> = sites.iter().map(|site| site.outcome).collect();
    let messages: Vec<&str> = sites.iter().map(|site| site.message.as_str()).collect();
    Ok(Report {
        outcome: overall(&outcomes),
        exit_code: worst(&sites.iter().map(code).collect::<Vec<_>>()),
        message: messages.join("; "),
        waiting: relay
            .map(|relay| relay.hand_over(&store, destinations, &sites, &payload, context)),
        issue_keys: payload.issue_keys,
        sites,
        outbox: outbox.filter(|outbox| !outbox.is_empty()),
        request: None,
    })
}

/// The error when no site is named.
pub(crate) fn no_site() -> Failure {
    Failure::usage("no Jira site is named")
        .hint("set JIRA_SITE=acme for acme.atlassian.net, or give --site")
}

fn prepared(
    endpoints: Endpoints,
    destinations: &[Destination],
    payload: Payload,
    output: &Output,
) -> Report {
    let first = destinations.first();
    let cloud_id = if let Some(Target::CloudId(cloud_id)) = first.map(|first| &first.target) {
        cloud_id.as_str().to_owned()
    } else {
        output.say("CLOUD_ID stands for the site's cloud id, which is looked up when it is sent");
        CLOUD_ID.to_owned()
    };
    for other in destinations.iter().skip(1) {
        output.say(&format!("the same would be sent to {}", other.name));
    }
    let api_url = first.map_or(endpoints.api_url, |first| first.endpoints.api_url.clone());
    Report {
        outcome: Outcome::DryRun,
        exit_code: 0,
        message: format!("{} would be sent", payload.name),
        issue_keys: payload.issue_keys,
        sites: Vec::new(),
        outbox: None,
        waiting: None,
        request: Some(PreparedRequest {
            method: "POST",
            url: format!("{api_url}{}", payload.data.bulk_path(&cloud_id)),
            body: payload.body,
        }),
    }
}
