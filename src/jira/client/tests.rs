use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Endpoints, Jira, JiraError, Target};
use crate::error::FailureKind;
use crate::jira::http::{Answer, Request, Transport, TransportError};
use crate::jira::{Body, Credentials, DataType, Submitted};
use crate::secret::Secret;
use crate::system::Deadline;
use crate::system::fake::FakeMachine;

type Step = (&'static str, Result<Answer, TransportError>);

/// Gives each path its answers in turn; the last one is given again.
#[derive(Default)]
struct Script {
    steps: Mutex<VecDeque<Step>>,
    asked: Mutex<Vec<(String, Option<String>, Duration)>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: Mutex::new(steps.into_iter().collect()),
            ..Self::default()
        }
    }

    /// How often the path was asked for.
    fn count(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(url, ..)| url.ends_with(path)).count()
    }
}

impl Transport for Script {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        let token = request.token.map(ToOwned::to_owned);
        let entry = (request.url.to_owned(), token, timeout);
        self.asked.lock().unwrap().push(entry);
        let mut steps = self.steps.lock().unwrap();
        let fits = |step: &Step| request.url.ends_with(step.0);
        let position = steps.iter().position(fits).expect("an answer for the path");
        let again = steps.iter().filter(|step| fits(step)).count() == 1;
        if again {
            steps[position].1.clone()
        } else {
            steps.remove(position).unwrap().1
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of the two results of a request"
)]
fn answer(status: u16, body: &str) -> Result<Answer, TransportError> {
    Ok(Answer {
        status,
        body: body.to_owned(),
        ..Answer::default()
    })
}

fn tenant() -> Step {
    ("tenant_info", answer(200, r#"{"cloudId":"c-1"}"#))
}

fn token(name: &str) -> Step {
    let body = serde_json::json!({"access_token": name, "expires_in": 900}).to_string();
    ("token", answer(200, &body))
}

fn submit(script: &Script) -> (Result<Submitted, JiraError>, Duration) {
    let machine = FakeMachine::default();
    let endpoints = Endpoints {
        api_url: "https://api".to_owned(),
        token_url: "https://api/oauth/token".to_owned(),
        audience: "api".to_owned(),
    };
    let credentials = Credentials {
        client_id: "id".to_owned(),
        client_secret: Secret::new("secret"),
    };
    let deadline = Deadline::after(&machine, Duration::from_secs(15));
    let target = Target::Site("acme".parse().unwrap());
    let credentials = Arc::new(credentials);
    let result = Jira::authorize(script, &machine, deadline, &target, &endpoints, credentials)
        .and_then(|mut jira| jira.submit(&Body::new(DataType::Builds, &())));
    let slept = machine.naps.lock().unwrap().iter().sum();
    (result, slept)
}

fn kind(result: Result<Submitted, JiraError>) -> FailureKind {
    result.unwrap_err().explain().kind
}

#[test]
fn one_token_one_look_up_one_submission() {
    let script = Script::new([tenant(), token("t1"), ("bulk", answer(202, ""))]);
    assert!(submit(&script).0.is_ok());
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    let bulk = asked.last().unwrap();
    assert_eq!(bulk.0, "https://api/jira/builds/0.1/cloud/c-1/bulk");
    assert_eq!(bulk.1.as_deref(), Some("t1"));
    assert!(asked[..2].iter().all(|(_, token, _)| token.is_none()));
}

#[test]
fn an_outdated_token_is_renewed_once() {
    let script = Script::new([
        tenant(),
        token("t1"),
        token("t2"),
        ("bulk", answer(401, "")),
        ("bulk", answer(202, "")),
    ]);
    assert!(submit(&script).0.is_ok());
    assert_eq!((script.count("token"), script.count("bulk")), (2, 2));

    let script = Script::new([tenant(), token("t1"), ("bulk", answer(401, ""))]);
    assert_eq!(kind(submit(&script).0), FailureKind::Credentials);
    assert_eq!((script.count("token"), script.count("bulk")), (2, 2));
}

#[test]
fn a_missing_permission_is_final() {
    let script = Script::new([tenant(), token("t1"), ("bulk", answer(403, ""))]);
    assert_eq!(kind(submit(&script).0), FailureKind::Credentials);
    assert_eq!((script.count("token"), script.count("bulk")), (1, 1));
}

#[test]
fn passing_trouble_is_outlived() {
    let lost = Err(TransportError::Connection("reset".to_owned()));
    let script = Script::new([
        tenant(),
        token("t1"),
        ("bulk", answer(503, "<html>")),
        ("bulk", lost),
        ("bulk", answer(429, "")),
        ("bulk", answer(202, "")),
    ]);
    let (result, slept) = submit(&script);
    assert!(result.is_ok());
    assert_eq!(slept, Duration::from_millis(3_500));
}

#[test]
fn trouble_that_stays_ends_within_the_budget() {
    let script = Script::new([tenant(), token("t1"), ("bulk", answer(503, ""))]);
    let (result, slept) = submit(&script);
    assert_eq!(kind(result), FailureKind::Unreachable);
    assert_eq!(script.count("bulk"), 5);
    assert!(slept < Duration::from_secs(15));

    // Jira asks for a longer pause than there is time: no use in waiting for it.
    let mut later = answer(429, "").unwrap();
    later.headers = vec![("retry-after".to_owned(), "60".to_owned())];
    let script = Script::new([tenant(), token("t1"), ("bulk", Ok(later))]);
    let (result, slept) = submit(&script);
    assert_eq!(
        (kind(result), slept),
        (FailureKind::Unreachable, Duration::ZERO)
    );
}

#[test]
fn a_refusal_is_not_repeated() {
    for (status, expected) in [
        (400, FailureKind::Refused),
        (404, FailureKind::Unreachable),
        (413, FailureKind::Refused),
        (302, FailureKind::Unreachable),
    ] {
        let refusal = answer(status, r#"[{"message":"no"}]"#);
        let script = Script::new([tenant(), token("t1"), ("bulk", refusal)]);
        assert_eq!(kind(submit(&script).0), expected, "{status}");
        assert_eq!(script.count("bulk"), 1, "{status}");
    }
}

#[test]
fn answers_that_are_not_jiras_are_told_from_success() {
    let html = "<html>Please log in</html>";
    let scripts = [
        Script::new([tenant(), ("token", answer(200, html))]),
        Script::new([tenant(), ("token", answer(200, r#"{"access_token":""}"#))]),
        Script::new([
            tenant(),
            ("token", answer(200, r#"{"access_token":"a\nb"}"#)),
        ]),
        Script::new([("tenant_info", answer(200, html)), token("t1")]),
        Script::new([
            ("tenant_info", answer(200, r#"{"cloudId":"../x"}"#)),
            token("t1"),
        ]),
        Script::new([tenant(), token("t1"), ("bulk", answer(200, html))]),
    ];
    for script in scripts {
        assert_eq!(kind(submit(&script).0), FailureKind::Unreachable);
    }
}

#[test]
fn a_wrong_credential_is_said_even_when_the_site_is_wrong_too() {
    let script = Script::new([("tenant_info", answer(404, "")), ("token", answer(401, ""))]);
    assert_eq!(kind(submit(&script).0), FailureKind::Credentials);
    let script = Script::new([("tenant_info", answer(404, "")), token("t1")]);
    assert_eq!(kind(submit(&script).0), FailureKind::Unreachable);
    assert_eq!(script.count("bulk"), 0);
}

/// Refuses every body in which this flag is, and accepts the rest.
struct Picky(&'static str);

impl Transport for Picky {
    fn send(&self, request: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
        let Some(body) = request.body.filter(|_| request.url.ends_with("bulk")) else {
            return answer(200, r#"{"access_token": "t"}"#);
        };
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let flags = body["flags"].as_array().unwrap().iter();
        let ids: Vec<&str> = flags.filter_map(|flag| flag["id"].as_str()).collect();
        if ids.contains(&self.0) {
            return answer(400, r#"[{"message": "bad flag"}]"#);
        }
        answer(
            202,
            &serde_json::json!({"acceptedFeatureFlags": ids}).to_string(),
        )
    }
}

fn submit_flags(bad: &'static str, ids: &[&str]) -> Result<Submitted, JiraError> {
    submit_flags_to(&Picky(bad), ids)
}

fn submit_flags_to(transport: &dyn Transport, ids: &[&str]) -> Result<Submitted, JiraError> {
    let machine = FakeMachine::default();
    let endpoints = Endpoints {
        api_url: "https://api".to_owned(),
        token_url: "https://api/oauth/token".to_owned(),
        audience: "api".to_owned(),
    };
    let credentials = Credentials {
        client_id: "id".to_owned(),
        client_secret: Secret::new("secret"),
    };
    let deadline = Deadline::after(&machine, Duration::from_secs(15));
    let flags: Vec<_> = ids
        .iter()
        .map(|id| serde_json::json!({ "id": id }))
        .collect();
    let body = serde_json::json!({ "flags": flags });
    let target = Target::CloudId("c-1".parse().unwrap());
    let credentials = Arc::new(credentials);
    Jira::authorize(
        transport,
        &machine,
        deadline,
        &target,
        &endpoints,
        credentials,
    )
    .and_then(|mut jira| jira.submit_in_parts(&Body::new(DataType::FeatureFlags, &body)))
}

#[test]
fn one_bad_item_does_not_sink_the_rest() {
    let submitted = submit_flags("c", &["a", "b", "c", "d", "e"]).unwrap();
    let accepted = serde_json::json!(["a", "b", "d", "e"]);
    assert_eq!(serde_json::json!(submitted.accepted), accepted);
    let [rejected] = submitted.rejected.as_slice() else {
        panic!("{submitted:?}")
    };
    assert_eq!(rejected.key, "c");
    assert_eq!(rejected.errors[0].message, "bad flag");
    assert_eq!(kind(submit_flags("a", &["a"])), FailureKind::Refused);
}

/// What is left after so many requests is rejected together, and Jira is not asked about each.
#[test]
fn a_body_that_is_all_bad_costs_no_request_for_each_item() {
    let refusal = answer(400, r#"[{"message": "bad flag"}]"#);
    let script = Script::new([token("t1"), ("bulk", refusal)]);
    let submitted = submit_flags_to(&script, &["a"; 100]).unwrap();
    assert_eq!(submitted.rejected.len(), 100);
    let asked = script.count("bulk");
    assert!((64..=71).contains(&asked), "{asked}");
}
