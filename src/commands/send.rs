//! Sends a payload, reads the answer in full and reports it.

use serde::Serialize;
use serde_json::Value;

use super::Context;
use super::connection::{self, Destination};
use crate::cli::{JiraOptions, OnError};
use crate::domain::issue_key::{Findings, IssueKey, Reason};
use crate::error::{Failure, Kind};
use crate::jira::trace::Traced;
use crate::jira::{DataType, Endpoints, Jira, Submitted, Target};
use crate::output::Output;
use crate::report::{Outcome, PreparedRequest, Report, SiteReport};
use crate::system::Deadline;

/// Stands in the address for the cloud id that would be looked up.
const CLOUD_ID: &str = "CLOUD_ID";

/// What is to be sent.
pub(crate) struct Payload {
    pub(crate) data: DataType,
    /// `build shop » main #42`
    pub(crate) name: String,
    pub(crate) body: Value,
    /// The identity as Jira would repeat it.
    pub(crate) key: Value,
    pub(crate) issue_keys: Vec<IssueKey>,
}

impl Payload {
    pub(crate) fn body(body: &impl Serialize) -> Value {
        serde_json::json!(body)
    }
}

/// The report when no issue is named. Words are a warning, if they nearly were keys.
pub(crate) fn nothing(findings: &Findings, require: bool, output: &Output) -> Report {
    let message = "nothing to send: no issue key was found".to_owned();
    for dropped in &findings.dropped {
        if let Reason::DenyList(_) = dropped.reason {
            let (candidate, place) = (&dropped.candidate, &dropped.place.source);
            let reason = dropped.reason.explanation();
            output.warn(&format!(
                "{candidate} in {place} was not taken for an issue key: {reason}"
            ));
        }
    }
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
        request: None,
    }
}

/// Sends the payload, or shows it.
///
/// # Errors
/// A missing credential, a wrong address. What Jira does is in the report.
pub(crate) fn send(
    options: &JiraOptions,
    destination: Option<Destination>,
    payload: Payload,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    let endpoints = connection::endpoints(context.variables)?;
    if options.dry_run {
        return Ok(prepared(&endpoints, destination, payload, context.output));
    }
    let Some(destination) = destination else {
        return Err(no_site());
    };
    let sent = connection::credentials(context.variables).map(|credentials| {
        context.output.hide(&credentials.client_secret);
        let traced = Traced {
            transport: context.transport,
            output: context.output,
        };
        let budget = std::time::Duration::from_secs(options.budget.into());
        let deadline = Deadline::after(context.system, budget);
        Jira::new(&traced, context.system, deadline, &endpoints, &credentials)
            .authorize(&destination.target)
            .and_then(|mut jira| jira.submit(payload.data, &payload.body.to_string()))
            .map_err(|error| error.explain(&destination.name))
    });
    let site = match sent.and_then(|answer| answer) {
        Ok(submitted) => read(&payload, destination.name, submitted, context.output),
        Err(failure) => {
            match options.on_error {
                OnError::Fail => context.output.failure(&failure),
                OnError::Warn => context.output.failure_as_warning(&failure),
            }
            SiteReport::failed(destination.name, &failure)
        }
    };
    let exit_code = match (exit_code(site.outcome), options.on_error) {
        (code, OnError::Fail) => code,
        (_, OnError::Warn) => 0,
    };
    Ok(Report {
        outcome: site.outcome,
        exit_code,
        message: site.message.clone(),
        issue_keys: payload.issue_keys,
        sites: vec![site],
        request: None,
    })
}

/// The error when no site is named.
pub(crate) fn no_site() -> Failure {
    Failure::usage("no Jira site is named")
        .hint("set JIRA_SITE=acme for acme.atlassian.net, or give --site")
}

fn exit_code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Accepted | Outcome::NothingToSend | Outcome::DryRun => 0,
        Outcome::PartlyAccepted | Outcome::Rejected => Kind::Refused.exit_code(),
        Outcome::Invalid => Kind::Usage.exit_code(),
        Outcome::Unauthorized => Kind::Credentials.exit_code(),
        Outcome::Unreachable => Kind::Unreachable.exit_code(),
    }
}

fn prepared(
    endpoints: &Endpoints,
    destination: Option<Destination>,
    payload: Payload,
    output: &Output,
) -> Report {
    let target = destination.map(|destination| destination.target);
    let cloud_id = if let Some(Target::CloudId(cloud_id)) = target {
        cloud_id.as_str().to_owned()
    } else {
        output.say("CLOUD_ID stands for the site's cloud id, which is looked up when it is sent");
        CLOUD_ID.to_owned()
    };
    Report {
        outcome: Outcome::DryRun,
        exit_code: 0,
        message: format!("{} would be sent", payload.name),
        issue_keys: payload.issue_keys,
        sites: Vec::new(),
        request: Some(PreparedRequest {
            method: "POST",
            url: format!("{}{}", endpoints.api_url, payload.data.bulk_path(&cloud_id)),
            body: payload.body,
        }),
    }
}

/// Accepted, rejected, unknown: 202 says none of it.
fn read(payload: &Payload, site: String, submitted: Submitted, output: &Output) -> SiteReport {
    let unknown_issues = submitted.unknown_issues();
    let no_details = submitted == Submitted::default();
    let mut accepted = submitted.accepted.unwrap_or_default();
    let rejected = submitted.rejected.unwrap_or_default();
    if no_details {
        accepted.push(payload.key.clone());
    }
    let outcome = match (accepted.is_empty(), rejected.is_empty()) {
        (false, true) => Outcome::Accepted,
        (false, false) => Outcome::PartlyAccepted,
        (true, _) => Outcome::Rejected,
    };
    let name = &payload.name;
    let unknown = unknown_issues.join(", ");
    let known: Vec<&str> = payload
        .issue_keys
        .iter()
        .map(IssueKey::as_str)
        .filter(|key| !unknown_issues.iter().any(|unknown| unknown == key))
        .collect();
    let mut message = if outcome == Outcome::Accepted {
        let known = known.join(", ");
        let details = if no_details {
            " (Jira gave no details)"
        } else {
            ""
        };
        format!("{name} accepted by {site}: {known}{details}")
    } else {
        let reasons: Vec<&str> = rejected
            .iter()
            .flat_map(|rejected| &rejected.errors)
            .map(|error| error.message.as_str())
            .collect();
        format!("{name} rejected by {site}: {}", reasons.join("; "))
    };
    if !unknown.is_empty() {
        message = format!(
            "{}; unknown there: {unknown}",
            message.trim_end_matches([':', ' '])
        );
    }
    if outcome == Outcome::Accepted {
        output.say(&message);
        if !unknown.is_empty() {
            output.warn(&format!("{site} does not know {unknown}"));
        }
    } else {
        output.failure(&rejection(&message, known.is_empty()));
    }
    SiteReport {
        site,
        outcome,
        accepted,
        rejected,
        unknown_issue_keys: unknown_issues,
        unknown_associations: submitted.unknown_associations.unwrap_or_default(),
        message,
    }
}

fn rejection(message: &str, all_unknown: bool) -> Failure {
    let failure = Failure::new(Kind::Refused, message);
    if all_unknown {
        failure.hint("is it the right site? Name your projects with --projects, so that other words are not taken for issue keys")
    } else {
        failure.hint("run it again with --dry-run to see what is sent")
    }
}
