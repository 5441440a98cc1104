use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Outcome, Pending, SiteReport, verify};
use crate::error::Failure;
use crate::jira::http::{Answer, Request, Transport, TransportError};
use crate::jira::{Body, Credentials, DataType, Endpoints, Jira, Rejected, Target};
use crate::output::Output;
use crate::secret::Secret;
use crate::system::Deadline;
use crate::system::fake::FakeMachine;

/// What is read at an address: the same at every question, or another thing from the second on.
struct Stored {
    first: Value,
    later: Value,
    asked: Mutex<Vec<String>>,
}

impl Transport for Stored {
    fn send(&self, request: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
        let answer = |status, body: &Value| {
            Ok(Answer {
                status,
                body: body.to_string(),
                ..Answer::default()
            })
        };
        if request.url.ends_with("/oauth/token") {
            return answer(200, &json!({"access_token": "t"}));
        }
        let (_, path) = request.url.split_once("/cloud/c-1/").unwrap();
        let mut asked = self.asked.lock().unwrap();
        let again = asked.iter().any(|known| known == path);
        asked.push(path.to_owned());
        let stored = if again { &self.later } else { &self.first };
        match &stored[path] {
            Value::Null => answer(404, &json!({"message": "none"})),
            found => answer(200, found),
        }
    }
}

/// The verdict, and what was asked.
fn verified(
    data: DataType,
    body: &Value,
    first: Value,
    later: Value,
) -> (Result<(), Failure>, Vec<String>) {
    let transport = Stored {
        first,
        later,
        asked: Mutex::default(),
    };
    let system = FakeMachine::default();
    let endpoints = Endpoints {
        api_url: "https://api".to_owned(),
        token_url: "https://api/oauth/token".to_owned(),
        audience: "api".to_owned(),
    };
    let credentials = Credentials {
        client_id: "id".to_owned(),
        client_secret: Secret::new("secret"),
    };
    let deadline = Deadline::after(&system, Duration::from_secs(15));
    let target = Target::CloudId("c-1".parse().unwrap());
    let credentials = Arc::new(credentials);
    let mut client = Jira::authorize(
        &transport,
        &system,
        deadline,
        &target,
        &endpoints,
        credentials,
    )
    .unwrap();
    let mut pending = Pending::default();
    pending.add(&Body::new(data, body), &report(Outcome::Accepted, &[]));
    let output = Output::new(std::io::sink(), std::io::sink());
    let verdict = verify(&mut client, "acme", pending, deadline, &system, &output);
    drop(client);
    (verdict, transport.asked.into_inner().unwrap())
}

#[test]
fn a_repository_is_read_once_for_all_that_is_in_it() {
    let commit = |id: &str, number: i64| json!({"id": id, "updateSequenceId": number});
    let commits = [commit("a", 7), commit("b", 7)];
    let body =
        json!({"repositories": [{"id": "r", "commits": commits, "branches": [commit("a", 7)]}]});
    let part = json!({"repository/r": {"commits": [commit("a", 8), commit("b", 6)]}});
    let whole = json!({"repository/r": {"commits": commits, "branches": [commit("a", 7)]}});
    let (verdict, asked) = verified(DataType::DevInfo, &body, part.clone(), whole);
    assert!(verdict.is_ok());
    assert_eq!(asked, ["repository/r"; 2]);
    let (verdict, asked) = verified(DataType::DevInfo, &body, part.clone(), part);
    let lines = verdict.unwrap_err().message();
    assert!(
        lines.contains("commit b of r is still at update 6, and 7 was sent"),
        "{lines}"
    );
    assert!(lines.contains("branch a of r is not there"), "{lines}");
    assert!(!lines.contains("commit a"), "{lines}");
    assert!((5..12).contains(&asked.len()), "{asked:?}");
}

#[test]
fn what_is_stored_is_not_asked_for_again() {
    let flag = |id: &str| json!({"id": id, "updateSequenceId": 7});
    let body = json!({"flags": [flag("a"), flag("b")]});
    let first = json!({"flag/a": flag("a")});
    let (verdict, asked) = verified(
        DataType::FeatureFlags,
        &body,
        first.clone(),
        json!({"flag/b": flag("b")}),
    );
    assert!(verdict.is_ok());
    assert_eq!(asked, ["flag/a", "flag/b", "flag/b"]);
    let many: Vec<_> = (0..12).map(|id| flag(&id.to_string())).collect();
    let (verdict, _) = verified(
        DataType::FeatureFlags,
        &json!({ "flags": many }),
        json!({}),
        json!({}),
    );
    let lines = verdict.unwrap_err().message();
    assert!(
        lines.ends_with("feature flag 4 is not there: and 7 more"),
        "{lines}"
    );
}

fn report(outcome: Outcome, rejected: &[serde_json::Value]) -> SiteReport {
    let rejected = rejected.iter().map(|key| Rejected {
        key: key.clone(),
        errors: Vec::new(),
    });
    SiteReport {
        rejected: rejected.collect(),
        ..SiteReport::new("acme".to_owned(), outcome)
    }
}

#[test]
fn only_what_was_accepted_is_looked_for() {
    let flags: Vec<_> = (0..30)
        .map(|id| json!({"id": id.to_string(), "updateSequenceId": 1}))
        .collect();
    let flags = json!({ "flags": flags });
    let commit = |id: &str| json!({"id": id, "updateSequenceId": 1});
    let repositories = json!({"repositories": [
        {"id": "r", "commits": [commit("a"), commit("b")]},
        {"id": "s", "commits": [commit("a")]},
    ]});
    let commit_key = json!({"repositoryId": "r", "commit": "a"});
    let cases = [
        (
            DataType::FeatureFlags,
            &flags,
            Outcome::Accepted,
            vec![],
            20,
        ),
        (
            DataType::FeatureFlags,
            &flags,
            Outcome::PartlyAccepted,
            (5..30).map(|id| json!(id.to_string())).collect(),
            5,
        ),
        (DataType::FeatureFlags, &flags, Outcome::Rejected, vec![], 0),
        (
            DataType::FeatureFlags,
            &flags,
            Outcome::Unreachable,
            vec![],
            0,
        ),
        (
            DataType::DevInfo,
            &repositories,
            Outcome::Accepted,
            vec![],
            3,
        ),
        (
            DataType::DevInfo,
            &repositories,
            Outcome::PartlyAccepted,
            vec![commit_key],
            2,
        ),
        (
            DataType::DevInfo,
            &repositories,
            Outcome::PartlyAccepted,
            vec![json!({"repositoryId": "r"})],
            1,
        ),
    ];
    for (data, body, outcome, rejected, count) in cases {
        let mut pending = Pending::default();
        pending.add(&Body::new(data, body), &report(outcome, &rejected));
        assert_eq!(pending.0.len(), count, "{outcome:?} {rejected:?}");
        assert_eq!(pending.is_empty(), count == 0);
    }
}

/// Of a request the builds that Jira has taken, and nothing of one that it has refused.
#[test]
fn what_was_taken_is_read_back() {
    let build = |number: i64| json!({"pipelineId": "shop", "buildNumber": number, "updateSequenceNumber": 5});
    let body = json!({"builds": [build(1), build(2)]});
    let body = Body::new(DataType::Builds, &body);
    let refused = Rejected {
        key: json!({"pipelineId": "shop", "buildNumber": 1}),
        errors: Vec::new(),
    };
    for (outcome, rejected, expected) in [
        (Outcome::Accepted, vec![], 2),
        (Outcome::PartlyAccepted, vec![refused], 1),
        (Outcome::Rejected, vec![], 0),
        (Outcome::Unreachable, vec![], 0),
    ] {
        let report = SiteReport {
            rejected,
            ..SiteReport::new("acme".to_owned(), outcome)
        };
        let mut pending = Pending::default();
        pending.add(&body, &report);
        assert_eq!(pending.0.len(), expected, "{outcome:?}");
    }
}
