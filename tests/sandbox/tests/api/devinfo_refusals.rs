//! Development information: what costs the whole request.

use crate::bodies::{branch, commit, empty_repository, pull_request, repository, with};
use crate::client::Client;
use crate::devinfo::{many, named};
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

fn request(repositories: &Value) -> Value {
    json!({ "repositories": repositories })
}

fn changed(pointer: &str, value: Value) -> Value {
    request(&json!([with(&repository(), pointer, value)]))
}

/// Each body is refused with the one message, in the form of this group, and nothing is stored.
fn check_refused(cases: impl IntoIterator<Item = (Value, &'static str)>) {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (body, message) in cases {
        let answer = client.submit("repositories", &body);
        let errors = &answer.json()["errorMessages"];
        assert_eq!(
            (answer.status, errors.as_array().map(Vec::len)),
            (400, Some(1)),
            "{message}"
        );
        let found = errors[0]["message"].as_str().unwrap_or_default();
        assert!(found.contains(message), "{found} for {message}");
    }
    assert_eq!(sandbox.repository("acme-shop"), None);
}

#[test]
fn fields_of_the_request() {
    let top = |name: &str, value: Value| json!({ "repositories": [repository()], name: value });
    let six = json!({ "a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6" });
    check_refused([
        (
            top("preventTransitions", json!("true")),
            "must be true or false",
        ),
        (
            top("operationType", json!("normal")),
            "'operationType' must be one of",
        ),
        (
            top("properties", six),
            "'properties' can have a maximum of 5",
        ),
        (
            top("properties", json!({ "a:b": "c" })),
            "must not contain ':'",
        ),
        (
            top("properties", json!({ "_a": "c" })),
            "nor start with '_'",
        ),
        (
            top("properties", json!({ "a": "x".repeat(256) })),
            "at most 255",
        ),
        (
            top("properties", json!({ "x".repeat(256): "a" })),
            "maximum of 255",
        ),
        (
            top("providerMetadata", json!({ "version": "1" })),
            "providerMetadata",
        ),
        (top("commits", json!([])), "Unknown field 'commits'"),
    ]);
}

#[test]
fn numbers_of_entities_and_duplicates() {
    let crowd = |count: usize| -> Value {
        let commits = json!([commit()]);
        let names = (0..count).map(|number| format!("r{number}"));
        names
            .map(|name| named(&name, &[("commits", commits.clone())]))
            .collect()
    };
    let full = |list: &'static str, item: &Value| {
        request(&json!([named("full", &[(list, many(item, 401))])]))
    };
    let thousand_and_one = json!([
        named(
            "a",
            &[
                ("commits", many(&commit(), 400)),
                ("branches", many(&branch(), 400))
            ]
        ),
        named("b", &[("pullRequests", many(&pull_request(), 201))]),
    ]);
    check_refused([
        (json!([]), "must be a JSON object"),
        (json!({}), "'repositories' is required"),
        (request(&json!([])), "'repositories' must have at least 1"),
        (request(&json!({})), "'repositories' must be an array"),
        (
            request(&crowd(101)),
            "'repositories' can have a maximum of 100",
        ),
        (
            request(&json!([empty_repository()])),
            "At least one development information entity is required",
        ),
        (
            request(&json!([named("a", &[("commits", json!([]))])])),
            "At least one development information entity is required",
        ),
        (
            request(&thousand_and_one),
            "maximum of 1000 development information entities. Found 1001.",
        ),
        (
            full("commits", &commit()),
            "commits' can have a maximum of 400",
        ),
        (
            full("branches", &branch()),
            "branches' can have a maximum of 400",
        ),
        (
            full("pullRequests", &pull_request()),
            "pullRequests' can have a maximum of 400",
        ),
        (changed("/commits", json!({})), "commits' must be an array"),
        (
            request(&json!([repository(), repository()])),
            "more than once",
        ),
        (
            changed("/commits", json!([commit(), commit()])),
            "'repositories[0].commits' has the id '0123456789abcdef0123' more than once",
        ),
        (
            changed("/branches", json!([branch(), branch()])),
            "more than once",
        ),
        (
            changed("/pullRequests", json!([pull_request(), pull_request()])),
            "more than once",
        ),
    ]);
}

#[test]
fn ids_associations_and_characters() {
    check_refused([
        (
            changed("/id", Value::Null),
            "'repositories[0].id' is required",
        ),
        (
            changed("/commits/0/id", json!(7)),
            "'repositories[0].commits[0].id' is required",
        ),
        (
            changed("/branches/0", json!("x")),
            "branches[0].id' is required",
        ),
        (
            changed("/commits/0/issueKeys", json!(["ABC-1"])),
            "devInformation.repository.commit.issueKeysOrAssociationsOrNone.invalid",
        ),
        (
            changed("/branches/0/issueKeys", json!(["ABC-1"])),
            "devInformation.repository.branch.issueKeysOrAssociationsOrNone.invalid",
        ),
        (
            changed("/pullRequests/0/issueKeys", json!(["ABC-1"])),
            "devInformation.repository.pullRequest.issueKeysOrAssociationsOrNone.invalid",
        ),
        (
            changed("/commits/0/associations/0/values", json!([])),
            "Associations must provide at least one value.",
        ),
        (
            changed("/commits/0/message", json!("fun \u{1F600}")),
            "Invalid binary character '#xD83D' was found in the request body",
        ),
        (
            changed("/branches/0/name", json!("a\u{1b}")),
            "Invalid binary character '#x1B'",
        ),
    ]);
}

#[test]
fn bodies_that_cannot_be_read() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let path = client.path("repositories", "bulk");
    for (body, status) in [(b"{".to_vec(), 400), (vec![b' '; 5 * 1024 * 1024 + 1], 413)] {
        let answer = client.send("POST", &path, &body);
        assert_eq!(answer.status, status);
        assert!(answer.json()["errorMessages"][0]["message"].is_string());
    }
}
