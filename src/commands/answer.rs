//! What Jira says of a submission, in full.

use super::send::Payload;
use crate::cli::OnError;
use crate::domain::issue_key::IssueKey;
use crate::error::{Failure, Kind};
use crate::jira::Submitted;
use crate::output::Output;
use crate::policy::exit_code;
use crate::report::{Outcome, SiteReport};

/// Accepted, rejected, unknown: 202 says none of it.
pub(crate) fn read(
    payload: &Payload,
    site: String,
    submitted: Submitted,
    on_error: OnError,
    output: &Output,
) -> SiteReport {
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
        let failure = rejection(&message, known.is_empty());
        tell(&failure, exit_code(outcome, false, on_error), output);
    }
    SiteReport {
        site,
        outcome,
        queued: false,
        accepted,
        rejected,
        unknown_issue_keys: unknown_issues,
        unknown_associations: submitted.unknown_associations.unwrap_or_default(),
        message,
    }
}

/// An error, or a warning where it does no harm to the exit code.
pub(crate) fn tell(failure: &Failure, exit_code: u8, output: &Output) {
    if exit_code == 0 {
        output.failure_as_warning(failure);
    } else {
        output.failure(failure);
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
