//! Sends a payload, reads the answer in full and reports it.

use serde::Serialize;
use serde_json::Value;

use super::connection::{self, Destination};
use super::{Context, answer};
use crate::cli::{JiraOptions, OnError};
use crate::domain::issue_key::{Findings, IssueKey, Reason};
use crate::error::{Failure, Kind};
use crate::jira::trace::Traced;
use crate::jira::{DataType, Endpoints, Jira, Target};
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
        Ok(submitted) => {
            let (name, on_error) = (destination.name, options.on_error);
            answer::read(&payload, name, submitted, on_error, context.output)
        }
        Err(failure) => {
            let site = SiteReport::failed(destination.name, &failure);
            let code = exit_code(site.outcome, options.on_error);
            answer::tell(&failure, code, context.output);
            site
        }
    };
    Ok(Report {
        outcome: site.outcome,
        exit_code: exit_code(site.outcome, options.on_error),
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

/// The exit code under the user's policy.
pub(crate) fn exit_code(outcome: Outcome, on_error: OnError) -> u8 {
    let kind = match outcome {
        Outcome::Accepted | Outcome::NothingToSend | Outcome::DryRun => return 0,
        Outcome::PartlyAccepted | Outcome::Rejected => Kind::Refused,
        Outcome::Invalid => Kind::Usage,
        Outcome::Unauthorized => Kind::Credentials,
        Outcome::Unreachable => Kind::Unreachable,
    };
    match on_error {
        OnError::Warn if kind != Kind::Usage => 0,
        _ => kind.exit_code(),
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
