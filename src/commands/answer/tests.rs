use serde_json::json;

use super::{OnError, Outcome, Output, Payload, Submitted, Unknown, hint, read};
use crate::commands::connection::{Destination, destinations};
use crate::commands::payload::Status;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::Origin;
use crate::domain::test_info::TestInfo;
use crate::jira::{Body, DataType};
use crate::variables::Variables;

fn payload(state: &'static str, tests: Option<TestInfo>, keys: &[&str]) -> Payload {
    Payload {
        name: "build shop #7".to_owned(),
        status: Some(Status { state, tests }),
        body: Body::new(
            DataType::Builds,
            &json!({"builds": [{"pipelineId": "p", "buildNumber": 1}]}),
        ),
        issue_keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
        names_issues: true,
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
    let payload = payload("failed", None, &["ABC-1", "ABC-2"]);
    for (answer, outcome, words) in cases {
        // Beside "rejected", "failed" alone would be read as the failure of sending.
        let state = if outcome == Outcome::Accepted {
            "failed"
        } else {
            "(failed)"
        };
        assert_eq!(
            message(&payload, &destination("acme", None), &answer.to_string()),
            (outcome, format!("build shop #7 {state} {words}")),
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
            "failed",
            tests(120, 3),
            ("acme", None),
            1,
            "failed (120 passed, 3 failed) sent to acme: https://acme.atlassian.net/browse/ABC-1",
        ),
        (
            "in_progress",
            None,
            ("jira.example.com", Some("1-2")),
            2,
            "in progress sent to jira.example.com: https://jira.example.com/browse/ABC-1, ABC-2",
        ),
        (
            "successful",
            tests(0, 0),
            ("http://127.0.0.1:8080", None),
            1,
            "successful sent to http://127.0.0.1:8080: http://127.0.0.1:8080/browse/ABC-1",
        ),
        (
            "cancelled",
            None,
            ("", Some("1-2")),
            2,
            "cancelled sent to 1-2: ABC-1, ABC-2",
        ),
        (
            "successful",
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
        let payload = payload("failed", None, &keys[..count]);
        let answer = r#"{"acceptedBuilds": [{}]}"#;
        let (_, message) = message(&payload, &destination("acme", None), answer);
        assert!(message.ends_with(&format!("ABC-19, {end}")), "{message}");
    }
}

#[test]
fn a_refusal_keeps_state_and_counts_apart_from_its_verb() {
    let tests = TestInfo::new(None, Some(1), Some(3), None).unwrap();
    let payload = payload("failed", tests, &["ABC-1"]);
    let (_, words) = message(
        &payload,
        &destination("acme", None),
        r#"{"acceptedBuilds":[]}"#,
    );
    assert_eq!(
        words,
        "build shop #7 (failed: 1 passed, 3 failed) rejected by acme: Jira gave no reason"
    );
}

#[test]
fn the_hint_is_about_what_is_unknown() {
    let known: IssueKey = "ABC-1".parse().unwrap();
    let cases: [(&[&str], &[&IssueKey], &str, &str); 4] = [
        (&["ABC-1"], &[&known], "", "run it again with --dry-run"),
        (&["ABC-1"], &[], "", "is it the right site?"),
        (&[], &[], "service svc", "check the ids"),
        (
            &["ABC-1"],
            &[&known],
            "service svc",
            "run it again with --dry-run",
        ),
    ];
    for (keys, known, other, expected) in cases {
        let others = [other].into_iter().filter(|other| !other.is_empty());
        let unknown = Unknown {
            issues: Vec::new(),
            others: others.map(ToOwned::to_owned).collect(),
        };
        let payload = payload("failed", None, keys);
        let found = hint(&payload, known, &unknown);
        assert!(found.starts_with(expected), "{keys:?}, {other}: {found}");
    }
}
