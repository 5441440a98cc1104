//! Sends one payload after the other to all sites, reads the answers in full and reports them. `build`, `deployment`,
//! `dev-info` and `feature-flag` end here.

use std::time::Duration;
use std::vec;

use super::attempt::{SendCall, Station};
use super::connection::{self, Destination};
use super::continuity::{continue_last, forget_unknown};
use super::missing::SITE_HINT;
use super::payload::Payload;
use super::session::Session;
use super::summary::Summary;
use super::{Context, delivery, store};
use crate::cli::JiraOptions;
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::issue_key::{Findings, Reason};
use crate::error::{Failure, FailureKind};
use crate::jira::clock::Clocked;
use crate::output::Output;
use crate::report::{Outcome, PreparedRequest, Report, SentEntry, SiteReport};
use crate::side_by_side::side_by_side;
use crate::system::Deadline;

/// Placeholder in the URL for the cloud id that would be looked up.
const CLOUD_ID: &str = "CLOUD_ID";

/// Gives one payload after the other, so that not all of them have to be in memory.
pub(crate) trait Source {
    /// The next one; nothing at the end.
    ///
    /// # Errors
    /// What keeps it from being made. Nothing more is sent then.
    fn next(&mut self) -> Result<Option<Payload>, Failure>;

    /// Longest time for each of them, when the time budget is not for all of them together.
    fn time_for_each(&self) -> Option<Duration> {
        None
    }

    /// What happened to the last one, one report for each site. Says whether to go on.
    fn settled(&mut self, _sites: &[SiteReport]) -> bool {
        true
    }
}

impl Source for vec::IntoIter<Payload> {
    fn next(&mut self) -> Result<Option<Payload>, Failure> {
        Ok(Iterator::next(self))
    }
}

/// The report when no issue is named. Words are a warning, if they nearly were keys.
pub(crate) fn nothing(findings: &Findings, require: bool, output: &Output) -> Report {
    nothing_since("no issue key was found", findings, require, output)
}

pub(crate) fn nothing_since(
    reason: &str,
    findings: &Findings,
    require: bool,
    output: &Output,
) -> Report {
    let message = format!("nothing to send: {reason}");
    let denied = findings
        .dropped
        .iter()
        .filter(|dropped| matches!(dropped.reason, Reason::DenyList(_)));
    let lines = denied.map(|dropped| {
        let (candidate, place) = (&dropped.candidate, &dropped.place.source);
        let reason = dropped.reason.explanation();
        format!("{candidate} in {place} does not count as an issue key: {reason}")
    });
    super::notices::warn_each(lines, output);
    let exit_code = if require {
        say_required(&message, output)
    } else {
        output.say(&format!(
            "{message}; jira-send keys explains what was searched"
        ));
        0
    };
    Report {
        exit_code,
        ..Report::new(Outcome::NothingToSend, message)
    }
}

/// Sends what is already made; it fails when an issue is required and Jira knows none.
///
/// # Errors
/// As [`send`].
pub(crate) fn send_all(
    payloads: Vec<Payload>,
    require: bool,
    options: &JiraOptions,
    destinations: &[Destination],
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    let mut payloads = payloads.into_iter();
    let report = send(options, destinations, &mut payloads, deadline, context)?;
    Ok(with_required_issues(report, require, context.output))
}

/// The report of what was sent, where Jira has to know an issue of it.
pub(crate) fn with_required_issues(report: Report, require: bool, output: &Output) -> Report {
    let is_missing = report.outcome == Outcome::NothingToSend && report.exit_code == 0;
    if !require || !is_missing {
        return report;
    }
    let message = "nothing was sent: Jira knows none of the issue keys that were found";
    Report {
        exit_code: say_required(message, output),
        ..report
    }
}

/// Says that an issue is required, and gives the exit code for it.
fn say_required(message: &str, output: &Output) -> u8 {
    let failure = Failure::new(FailureKind::NothingToSend, message)
        .hint("name an issue in the branch or a commit message, or pass --issue-keys; jira-send keys explains what was searched");
    output.failure(&failure);
    failure.kind.exit_code()
}

/// Sends each payload to every site at once, or shows it. Afterwards delivers what waits for these sites.
///
/// # Errors
/// A wrong address, no site, no payload. What Jira does is in the report.
pub(crate) fn send(
    options: &JiraOptions,
    destinations: &[Destination],
    source: &mut dyn Source,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    if options.dry_run {
        return show(options, destinations, source, context);
    }
    if destinations.is_empty() {
        return Err(no_site());
    }
    let store = store::open(&options.outbox, true, context);
    let clocked = Clocked::new(context.transport, context.system);
    let context = &Context {
        transport: &clocked,
        ..*context
    };
    let call = SendCall {
        store: &store,
        deadline,
        on_error: options.on_error,
        several_sites: destinations.len() > 1,
        verifies: options.verify,
        context,
    };
    let sessions = destinations
        .iter()
        .map(|destination| Session::new(destination, context));
    let mut stations: Vec<Station<'_>> = sessions.map(Station::new).collect();
    let mut summary = Summary::new(destinations);
    let mut sent = Vec::new();
    while let Some(mut payload) = source.next()? {
        continue_last(
            &mut payload,
            destinations,
            store.as_ref().ok(),
            true,
            context,
        );
        let time = source.time_for_each();
        let end = time.map_or(deadline, |time| deadline.at_most(context.system, time));
        let attempts = side_by_side(&mut stations, |station| {
            call.attempt(station, &payload, end)
        });
        let settled = stations.iter_mut().zip(attempts);
        let sites: Vec<SiteReport> = settled
            .map(|(station, attempt)| call.settle(station, attempt, &payload))
            .collect();
        if let Ok(outbox) = store.as_ref() {
            for (destination, site) in destinations.iter().zip(&sites) {
                let unknown = &site.unknown_issue_keys;
                forget_unknown(&payload, &destination.name, unknown, outbox);
            }
        }
        if context.phase.step.is_some() && payload.may_wait {
            sent.extend(remembered(destinations, &sites, &payload, context));
        }
        let goes_on = source.settled(&sites);
        summary.add(payload.issue_keys, sites, options.on_error);
        if !goes_on {
            break;
        }
    }
    if let Some(warning) = clocked.warning() {
        let advice = "set the clock of this machine, by NTP for instance";
        context.output.advise(&warning, advice);
    }
    for station in &stations {
        station.warn_untried(context.output);
    }
    let outbox = store.as_ref().ok().map(|outbox| {
        let clients = stations.iter_mut().filter_map(Station::answering).collect();
        delivery::after_sending(outbox, clients, deadline, context)
    });
    if options.verify {
        let budget = Duration::from_secs(options.connection.budget.into());
        let end = deadline.at_most(context.system, budget);
        let verdicts = side_by_side(&mut stations, |station| station.verify(end, context));
        summary.add_verdicts(verdicts, options.on_error, context.output);
    }
    Ok(Report {
        outbox: outbox.filter(|outbox| !outbox.is_empty()),
        sent,
        ..summary.into_report()
    })
}

/// What a pipeline step may have to send later, or to end, by site.
fn remembered(
    destinations: &[Destination],
    sites: &[SiteReport],
    payload: &Payload,
    context: &Context<'_>,
) -> Vec<SentEntry> {
    let now = context.system.now();
    let both = destinations.iter().zip(sites);
    let all = both.filter_map(|(destination, site)| {
        Some(SentEntry {
            entry: payload.entry(destination, now)?,
            outcome: site.outcome,
        })
    });
    all.collect()
}

pub(crate) fn no_site() -> Failure {
    Failure::usage("no Jira site is named").hint(SITE_HINT)
}

/// What would be sent, with the numbers that it would have now.
fn show(
    options: &JiraOptions,
    destinations: &[Destination],
    source: &mut dyn Source,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    let store = store::open(&options.outbox, false, context);
    let shown = ShownSite::first_of(destinations, context)?;
    let (mut names, mut requests) = (Vec::new(), Vec::new());
    let mut state = None;
    let mut issue_keys = DistinctKeys::default();
    while let Some(mut payload) = source.next()? {
        continue_last(
            &mut payload,
            destinations,
            store.as_ref().ok(),
            false,
            context,
        );
        names.push(payload.title());
        state = payload.state();
        requests.extend(shown.requests(&payload));
        issue_keys.extend(payload.issue_keys);
    }
    let mut requests = requests.into_iter();
    Ok(Report {
        state,
        issue_keys: issue_keys.into_vec(),
        request: requests.next(),
        further_requests: requests.collect(),
        ..Report::new(
            Outcome::DryRun,
            format!("{} would be sent", counted(&names)),
        )
    })
}

/// What is named several times, once, with how often.
fn counted(names: &[String]) -> String {
    let same = names.chunk_by(|one, other| one == other);
    let words = same.map(|same| match same.len() {
        1 => same[0].clone(),
        many => format!("{many} times {}", same[0]),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A site as far as it is known without asking, for showing requests.
pub(crate) struct ShownSite {
    pub(crate) api_url: String,
    pub(crate) cloud_id: String,
}

impl ShownSite {
    /// The first of the sites; says that the others get the same.
    ///
    /// # Errors
    /// A wrong address.
    pub(crate) fn first_of(
        destinations: &[Destination],
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let endpoints = connection::endpoints(context.variables, None)?;
        let first = destinations.first();
        let cloud_id = if let Some(cloud_id) = first.and_then(Destination::cloud_id) {
            cloud_id.as_str()
        } else {
            let line =
                "CLOUD_ID stands for the site's cloud id, which is looked up when it is sent";
            context.output.say(line);
            CLOUD_ID
        };
        for other in destinations.iter().skip(1) {
            let line = format!("the same would be sent to {}", other.name);
            context.output.say(&line);
        }
        let endpoints = first.map_or(&endpoints, |first| &first.endpoints);
        Ok(Self {
            api_url: endpoints.api_url.clone(),
            cloud_id: cloud_id.to_owned(),
        })
    }

    fn requests(&self, payload: &Payload) -> Vec<PreparedRequest> {
        let Self { api_url, cloud_id } = self;
        let kind = payload.body.kind;
        let (body, deletions) = payload.body.split_deletions();
        let submission = body.map(|body| PreparedRequest {
            method: "POST",
            url: format!("{api_url}{}", kind.bulk_path(cloud_id)),
            body: body.json,
        });
        let deletions = deletions.iter().map(|deletion| {
            let path = format!("{}{}", kind.path(cloud_id), deletion.path());
            PreparedRequest::deletion(format!("{api_url}{path}"))
        });
        submission.into_iter().chain(deletions).collect()
    }
}
