//! What Jira says of a submission, in full.

use super::payload::Payload;
use crate::domain::issue_key::IssueKey;
use crate::error::{Failure, Kind};
use crate::jira::Submitted;
use crate::output::Output;
use crate::policy::{OnError, exit_code};
use crate::report::{Outcome, SiteReport};

/// Most issue keys and reasons that one line names.
const MAX_NAMED: usize = 20;

/// Accepted, rejected, unknown: 202 says none of it.
pub(crate) fn read(
    payload: &Payload,
    site: String,
    submitted: Submitted,
    on_error: OnError,
    output: &Output,
) -> SiteReport {
    let unknown_issues = submitted.unknown_issues();
    let unknown = [unknown_issues.clone(), submitted.other_unknowns()].concat();
    let message = message(payload, &site, &submitted, &unknown_issues, &unknown);
    let outcome = outcome(&submitted);
    if outcome == Outcome::Accepted {
        output.say(&message);
        if !unknown.is_empty() {
            output.warn(&format!("{site} does not know {}", named(&unknown)));
        }
    } else {
        let failure = Failure::new(Kind::Refused, message.as_str());
        let hint = hint(payload, &unknown_issues, &unknown);
        tell(
            &failure.hint(hint),
            exit_code(outcome, false, on_error),
            output,
        );
    }
    let silent = submitted.is_silent();
    let what_was_sent = || {
        if silent {
            payload.numbered.clone()
        } else {
            Vec::new()
        }
    };
    SiteReport {
        site,
        outcome,
        queued: false,
        accepted: submitted.accepted.unwrap_or_else(what_was_sent),
        rejected: submitted.rejected,
        unknown_issue_keys: unknown_issues,
        unknown_associations: submitted.unknown_associations,
        message,
        ..SiteReport::new(String::new(), outcome)
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

/// No list is required in an answer: silence is the word for accepted.
fn outcome(submitted: &Submitted) -> Outcome {
    let accepted = match &submitted.accepted {
        Some(accepted) => !accepted.is_empty(),
        None => submitted.is_silent(),
    };
    match (accepted, submitted.rejected.is_empty()) {
        (true, true) => Outcome::Accepted,
        (true, false) => Outcome::PartlyAccepted,
        (false, _) => Outcome::Rejected,
    }
}

fn message(
    payload: &Payload,
    site: &str,
    submitted: &Submitted,
    unknown_issues: &[String],
    unknown: &[String],
) -> String {
    let name = &payload.name;
    let mut message = match outcome(submitted) {
        Outcome::Accepted => format!("{name} accepted by {site}"),
        Outcome::PartlyAccepted => format!("{name} partly accepted by {site}"),
        _ => format!("{name} rejected by {site}"),
    };
    let details = if outcome(submitted) == Outcome::Accepted {
        let is_known = |key: &&IssueKey| !unknown_issues.iter().any(|issue| issue == key.as_str());
        let known = payload.issue_keys.iter().filter(is_known);
        named(&known.map(ToString::to_string).collect::<Vec<_>>())
    } else {
        let errors = submitted
            .rejected
            .iter()
            .flat_map(|rejected| &rejected.errors);
        let reasons = errors.map(|error| error.message.clone());
        let reasons: Vec<String> = reasons.filter(|reason| !reason.trim().is_empty()).collect();
        if reasons.is_empty() && unknown.is_empty() {
            "Jira gave no reason".to_owned()
        } else {
            named(&reasons)
        }
    };
    for part in [": ", details.as_str()]
        .iter()
        .filter(|_| !details.is_empty())
    {
        message.push_str(part);
    }
    if !unknown.is_empty() {
        message.push_str("; unknown there: ");
        message.push_str(&named(unknown));
    }
    if submitted.is_silent() {
        message.push_str(" (Jira gave no details)");
    }
    message
}

fn named(words: &[String]) -> String {
    let shown = words[..words.len().min(MAX_NAMED)].join(", ");
    match words.len().saturating_sub(MAX_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What is unknown is the better clue than Jira's reason, which is the same for all of it.
fn hint(payload: &Payload, unknown_issues: &[String], unknown: &[String]) -> &'static str {
    let is_unknown = |key: &IssueKey| unknown_issues.iter().any(|issue| issue == key.as_str());
    let others = unknown.len() > unknown_issues.len();
    if !payload.issue_keys.is_empty() && payload.issue_keys.iter().all(is_unknown) {
        "is it the right site? Name your projects with --projects, so that other words are not taken for issue keys"
    } else if others && payload.issue_keys.is_empty() {
        "check the ids: services are those of Jira Service Management, commits and repositories must have been sent before"
    } else {
        "run it again with --dry-run to see what is sent"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{OnError, Outcome, Output, Payload, Submitted, read};
    use crate::domain::sequence::Origin;
    use crate::jira::DataType;

    /// The answer, the outcome, the message behind the name of the build and the site.
    #[test]
    fn every_answer_has_its_words() {
        let unknown_key = json!([{"associationType": "issueIdOrKeys", "values": ["ABC-1"]}]);
        let unknown_service = json!([{"associationType": "serviceIdOrKeys", "values": ["svc"]}]);
        let cases = [
            (
                json!({"acceptedBuilds": [{}]}),
                Outcome::Accepted,
                "accepted by acme: ABC-1, ABC-2",
            ),
            (
                json!({"acceptedBuilds": [{}], "unknownAssociations": unknown_key}),
                Outcome::Accepted,
                "accepted by acme: ABC-2; unknown there: ABC-1",
            ),
            (
                json!({"acceptedBuilds": [{}], "unknownAssociations": unknown_service}),
                Outcome::Accepted,
                "accepted by acme: ABC-1, ABC-2; unknown there: service svc",
            ),
            (
                json!({}),
                Outcome::Accepted,
                "accepted by acme: ABC-1, ABC-2 (Jira gave no details)",
            ),
            (
                json!({"rejectedBuilds": [], "unknownIssueKeys": [], "unknownAssociations": []}),
                Outcome::Accepted,
                "accepted by acme: ABC-1, ABC-2 (Jira gave no details)",
            ),
            (
                json!({"acceptedBuilds": []}),
                Outcome::Rejected,
                "rejected by acme: Jira gave no reason",
            ),
            (
                json!({"rejectedBuilds": [{"errors": [{"message": "no"}, {"message": ""}]}]}),
                Outcome::Rejected,
                "rejected by acme: no",
            ),
            (
                json!({"unknownIssueKeys": ["ABC-1", "ABC-2"]}),
                Outcome::Rejected,
                "rejected by acme; unknown there: ABC-1, ABC-2",
            ),
            (
                json!({"acceptedBuilds": [{}], "rejectedBuilds": [{"errors": [{"message": "no"}]}]}),
                Outcome::PartlyAccepted,
                "partly accepted by acme: no",
            ),
        ];
        for (answer, outcome, words) in cases {
            let payload = Payload {
                data: DataType::Builds,
                name: "build".to_owned(),
                body: json!({}),
                key: json!({"buildNumber": 1}),
                numbered: vec![json!({"buildNumber": 1})],
                issue_keys: vec!["ABC-1".parse().unwrap(), "ABC-2".parse().unwrap()],
                origin: Origin::Clock,
                keeps_issue_keys: true,
                may_wait: true,
            };
            let submitted = Submitted::parse(&answer.to_string()).unwrap();
            let output = Output::new(std::io::sink(), std::io::sink());
            let report = read(
                &payload,
                "acme".to_owned(),
                submitted,
                OnError::Fail,
                &output,
            );
            assert_eq!(
                (report.outcome, report.message),
                (outcome, format!("build {words}")),
                "{answer}"
            );
        }
    }
}
