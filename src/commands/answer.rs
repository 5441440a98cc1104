//! What Jira says of a submission, in full.

use std::collections::HashSet;

use super::connection::Destination;
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
    destination: &Destination,
    submitted: Submitted,
    on_error: OnError,
    output: &Output,
) -> SiteReport {
    let unknown = Unknown::of(&submitted);
    let known: Vec<&IssueKey> = payload
        .issue_keys
        .iter()
        .filter(|key| !unknown.has(key))
        .collect();
    let outcome = outcome(&submitted);
    let link = known
        .first()
        .filter(|_| outcome == Outcome::Accepted)
        .and_then(|key| destination.issue_page(key.as_str()));
    let message = message(payload, destination, &submitted, &known, &unknown);
    if outcome == Outcome::Accepted {
        output.say_or_warn(&message, unknown.topic(destination).as_deref());
    } else {
        let failure = Failure::new(Kind::Refused, message.as_str());
        let hint = hint(payload, &known, &unknown);
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
        state: payload.state(),
        link,
        accepted: submitted.accepted.unwrap_or_else(what_was_sent),
        rejected: submitted.rejected,
        unknown_issue_keys: unknown.issues,
        unknown_associations: submitted.unknown_associations,
        message,
        ..SiteReport::new(destination.name.clone(), outcome)
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

/// What a site does not know.
struct Unknown {
    issues: Vec<String>,
    seen: HashSet<String>,
    /// Services, commits and repositories, as people would name them.
    others: Vec<String>,
}

impl Unknown {
    fn of(submitted: &Submitted) -> Self {
        let issues = submitted.unknown_issues();
        Self {
            seen: issues.iter().cloned().collect(),
            issues,
            others: submitted.other_unknowns(),
        }
    }

    fn has(&self, key: &IssueKey) -> bool {
        self.seen.contains(key.as_str())
    }

    fn is_empty(&self) -> bool {
        self.issues.is_empty() && self.others.is_empty()
    }

    fn named(&self) -> String {
        let all = self.issues.iter().chain(&self.others);
        named(all.map(String::as_str))
    }

    /// The same at the same site is a warning once.
    fn topic(&self, destination: &Destination) -> Option<String> {
        (!self.is_empty()).then(|| format!("{} {}", destination.name, self.named()))
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

/// The line that everybody reads: `build shop #7 failed (1 failed) sent to acme: https://…/browse/ABC-1, ABC-2`.
fn message(
    payload: &Payload,
    destination: &Destination,
    submitted: &Submitted,
    known: &[&IssueKey],
    unknown: &Unknown,
) -> String {
    let (title, site) = (payload.title(), destination.label());
    let (done, details) = match outcome(submitted) {
        Outcome::Accepted => ("sent to", issues(known, destination)),
        Outcome::PartlyAccepted => ("partly accepted by", reasons(submitted)),
        _ => ("rejected by", reasons(submitted)),
    };
    let mut message = format!("{title} {done} {site}");
    if !details.is_empty() {
        message.push_str(": ");
        message.push_str(&details);
    } else if outcome(submitted) != Outcome::Accepted && unknown.is_empty() {
        message.push_str(": Jira gave no reason");
    }
    if !unknown.is_empty() {
        message.push_str("; unknown to Jira: ");
        message.push_str(&unknown.named());
    }
    if submitted.is_silent() {
        message.push_str(" (Jira gave no details)");
    }
    message
}

/// The address of the first issue, and the keys of the others.
fn issues(known: &[&IssueKey], destination: &Destination) -> String {
    let Some((first, others)) = known.split_first() else {
        return String::new();
    };
    let first = first.as_str();
    let page = destination.issue_page(first);
    let others = others.iter().map(|key| key.as_str());
    named(std::iter::once(page.as_deref().unwrap_or(first)).chain(others))
}

fn reasons(submitted: &Submitted) -> String {
    let errors = submitted
        .rejected
        .iter()
        .flat_map(|rejected| &rejected.errors);
    let reasons = errors.map(|error| error.message.as_str());
    named(reasons.filter(|reason| !reason.trim().is_empty()))
}

fn named<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    let shown = words[..words.len().min(MAX_NAMED)].join(", ");
    match words.len().saturating_sub(MAX_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What is unknown is the better clue than Jira's reason, which is the same for all of it.
fn hint(payload: &Payload, known: &[&IssueKey], unknown: &Unknown) -> &'static str {
    if !payload.issue_keys.is_empty() && known.is_empty() {
        "is it the right site? Name your projects with --projects, so that other words are not taken for issue keys"
    } else if !unknown.others.is_empty() && payload.issue_keys.is_empty() {
        "check the ids: services are those of Jira Service Management, commits and repositories must have been sent before"
    } else {
        "run it again with --dry-run to see what is sent"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{OnError, Outcome, Output, Payload, Submitted, read};
    use crate::commands::connection::{Destination, destinations};
    use crate::commands::payload::Status;
    use crate::domain::issue_key::IssueKey;
    use crate::domain::sequence::Origin;
    use crate::domain::state::BuildState;
    use crate::domain::test_info::TestInfo;
    use crate::jira::DataType;
    use crate::variables::Variables;

    fn payload(state: BuildState, tests: Option<TestInfo>, keys: &[&str]) -> Payload {
        Payload {
            data: DataType::Builds,
            name: "build shop #7".to_owned(),
            status: Some(Status {
                state: state.word(),
                tests,
            }),
            body: json!({}),
            key: json!({"buildNumber": 1}),
            numbered: vec![json!({"buildNumber": 1})],
            issue_keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
            origin: Origin::Clock,
            keeps_issue_keys: true,
            may_wait: true,
        }
    }

    fn destination(site: &str, cloud_id: Option<&str>) -> Destination {
        let sites: Vec<String> = [site].into_iter().map(ToOwned::to_owned).collect();
        let found = destinations(&sites, cloud_id, &Variables::default());
        found.unwrap().remove(0)
    }

    fn message(payload: &Payload, destination: &Destination, answer: &str) -> (Outcome, String) {
        let output = Output::new(std::io::sink(), std::io::sink());
        let submitted = Submitted::parse(answer).unwrap();
        let report = read(payload, destination, submitted, OnError::Fail, &output);
        assert_eq!(report.state, payload.state());
        let page = report.message.contains("/browse/");
        assert_eq!(report.link.is_some(), page, "{}", report.message);
        (report.outcome, report.message)
    }

    /// The answer, the outcome, the message behind name and state of the build.
    #[test]
    fn every_answer_has_its_words() {
        let unknown_key = json!([{"associationType": "issueIdOrKeys", "values": ["ABC-1"]}]);
        let unknown_service = json!([{"associationType": "serviceIdOrKeys", "values": ["svc"]}]);
        let sent = "sent to acme: https://acme.atlassian.net/browse/ABC";
        let cases = [
            (
                json!({"acceptedBuilds": [{}]}),
                Outcome::Accepted,
                format!("{sent}-1, ABC-2"),
            ),
            (
                json!({"acceptedBuilds": [{}], "unknownAssociations": unknown_key}),
                Outcome::Accepted,
                format!("{sent}-2; unknown to Jira: ABC-1"),
            ),
            (
                json!({"acceptedBuilds": [{}], "unknownAssociations": unknown_service}),
                Outcome::Accepted,
                format!("{sent}-1, ABC-2; unknown to Jira: service svc"),
            ),
            (
                json!({}),
                Outcome::Accepted,
                format!("{sent}-1, ABC-2 (Jira gave no details)"),
            ),
            (
                json!({"rejectedBuilds": [], "unknownIssueKeys": [], "unknownAssociations": []}),
                Outcome::Accepted,
                format!("{sent}-1, ABC-2 (Jira gave no details)"),
            ),
            (
                json!({"acceptedBuilds": []}),
                Outcome::Rejected,
                "rejected by acme: Jira gave no reason".to_owned(),
            ),
            (
                json!({"rejectedBuilds": [{"errors": [{"message": "no"}, {"message": ""}]}]}),
                Outcome::Rejected,
                "rejected by acme: no".to_owned(),
            ),
            (
                json!({"unknownIssueKeys": ["ABC-1", "ABC-2"]}),
                Outcome::Rejected,
                "rejected by acme; unknown to Jira: ABC-1, ABC-2".to_owned(),
            ),
            (
                json!({"acceptedBuilds": [{}], "rejectedBuilds": [{"errors": [{"message": "no"}]}]}),
                Outcome::PartlyAccepted,
                "partly accepted by acme: no".to_owned(),
            ),
        ];
        let payload = payload(BuildState::Failed, None, &["ABC-1", "ABC-2"]);
        for (answer, outcome, words) in cases {
            assert_eq!(
                message(&payload, &destination("acme", None), &answer.to_string()),
                (outcome, format!("build shop #7 failed {words}")),
                "{answer}"
            );
        }
    }

    /// State, tests, site, cloud id, number of issues; the message.
    #[test]
    fn the_line_has_state_tests_and_link() {
        let tests = |passed, failed| TestInfo::new(None, Some(passed), Some(failed), None).unwrap();
        let cases = [
            (
                BuildState::Failed,
                tests(120, 3),
                ("acme", None),
                1,
                "failed (120 passed, 3 failed) sent to acme: https://acme.atlassian.net/browse/ABC-1",
            ),
            (
                BuildState::InProgress,
                None,
                ("jira.example.com", Some("1-2")),
                2,
                "in progress sent to jira.example.com: https://jira.example.com/browse/ABC-1, ABC-2",
            ),
            (
                BuildState::Successful,
                tests(0, 0),
                ("http://127.0.0.1:8080", None),
                1,
                "successful sent to http://127.0.0.1:8080: http://127.0.0.1:8080/browse/ABC-1",
            ),
            (
                BuildState::Cancelled,
                None,
                ("", Some("1-2")),
                2,
                "cancelled sent to 1-2: ABC-1, ABC-2",
            ),
            (
                BuildState::Successful,
                None,
                ("acme", None),
                0,
                "successful sent to acme",
            ),
        ];
        let keys: Vec<IssueKey> = (1..=25)
            .map(|n| format!("ABC-{n}").parse().unwrap())
            .collect();
        let keys: Vec<&str> = keys.iter().map(IssueKey::as_str).collect();
        for (state, tests, (site, cloud_id), count, words) in cases {
            let payload = payload(state, tests, &keys[..count]);
            let (_, message) = message(&payload, &destination(site, cloud_id), "");
            let expected = format!("build shop #7 {words} (Jira gave no details)");
            assert_eq!(message, expected);
        }
        for (count, end) in [(20, "ABC-20"), (25, "ABC-20 and 5 more")] {
            let payload = payload(BuildState::Failed, None, &keys[..count]);
            let answer = r#"{"acceptedBuilds": [{}]}"#;
            let (_, message) = message(&payload, &destination("acme", None), answer);
            assert!(message.ends_with(&format!("ABC-19, {end}")), "{message}");
        }
    }
}
