//! Feature flags: fields and answers.

use crate::bodies::{flag, with};
use crate::cases::{accepted, check, check_lengths, check_required};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn fields_of_feature_flags() {
    let required = [
        "/key",
        "/updateSequenceId",
        "/summary",
        "/summary/status",
        "/summary/status/enabled",
        "/summary/lastUpdated",
        "/details",
        "/details/0/url",
        "/details/0/lastUpdated",
        "/details/0/environment",
        "/details/0/environment/name",
        "/details/0/status",
        "/details/0/status/enabled",
    ];
    check_required("flags", &flag(), &required);
    let limits = [
        ("/id", 255),
        ("/key", 255),
        ("/displayName", 255),
        ("/summary/url", 2000),
        ("/summary/status/defaultValue", 255),
        ("/summary/status/rollout/text", 255),
        ("/details/0/url", 2000),
        ("/details/0/environment/name", 255),
        ("/details/0/status/defaultValue", 255),
    ];
    check_lengths("flags", &flag(), &limits);
    let cases = vec![
        ("/id", json!("a/b c"), ""),
        ("/schemaVersion", json!("2.0"), "'schemaVersion'"),
        ("/displayName", Value::Null, ""),
        ("/updateSequenceId", json!("1"), "must be an integer"),
        (
            "/updateSequenceNumber",
            json!(1),
            "Unknown field 'updateSequenceNumber'",
        ),
        ("/summary/url", Value::Null, ""),
        ("/summary/url", json!("flag"), "must be a valid URI"),
        (
            "/summary/status/enabled",
            json!("yes"),
            "must be true or false",
        ),
        (
            "/summary/status/defaultValue",
            json!(false),
            "must be a string",
        ),
        ("/summary/status/rollout", Value::Null, ""),
        ("/summary/status/rollout", json!({}), "must not be empty"),
        ("/summary/status/rollout/percentage", json!(0), ""),
        ("/summary/status/rollout/percentage", json!(99.5), ""),
        ("/summary/status/rollout/percentage", json!(100), ""),
        (
            "/summary/status/rollout/percentage",
            json!(100.5),
            "must be a number from 0 to 100",
        ),
        (
            "/summary/status/rollout/percentage",
            json!("25"),
            "must be a number from 0 to 100",
        ),
        ("/summary/status/rollout/rules", json!(0), ""),
        (
            "/summary/status/rollout/rules",
            json!(-1),
            "must be an integer",
        ),
        ("/summary/lastUpdated", json!("now"), "must be a date"),
        ("/details", json!([]), "'details' must have at least 1"),
        ("/details/0/environment/type", Value::Null, ""),
        ("/details/0/environment/type", json!("staging"), ""),
        (
            "/details/0/environment/type",
            json!("unmapped"),
            "'details[0].environment.type' must be one of",
        ),
        (
            "/details/0/url",
            json!("ftp://example.com/"),
            "http or https",
        ),
        ("/state", json!("on"), "Unknown field 'state'"),
    ];
    check("flags", &flag(), cases);
}

#[test]
fn associations_of_feature_flags() {
    let cases = vec![
        ("/associations", Value::Null, "'issueKeys' is required"),
        (
            "/associations/0/values",
            json!(["UTF-8"]),
            "No valid issues found for feature flag",
        ),
        (
            "/associations/0/associationType",
            json!("serviceIdOrKeys"),
            "associationType' must be one of",
        ),
    ];
    check("flags", &flag(), cases);
    let old = with(&flag(), "/associations", Value::Null);
    let cases = vec![
        ("/issueKeys", json!(["ABC-1"]), ""),
        (
            "/issueKeys",
            json!(vec!["ABC-1"; 101]),
            "maximum of 100 elements",
        ),
    ];
    check("flags", &old, cases);
}

#[test]
fn answers_name_flags_by_id() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let unknown = with(&flag(), "/associations/0/values", json!(["UTF-8"]));
    let unknown = with(&unknown, "/id", json!("unknown"));
    let bad = with(&with(&flag(), "/key", Value::Null), "/id", json!("bad"));
    let answer = client.submit("flags", &json!({ "flags": [flag(), unknown, bad] }));
    assert_eq!(answer.status, 202);
    assert_eq!(
        answer.json(),
        json!({
            "acceptedFeatureFlags": ["new-cart"],
            "failedFeatureFlags": {
                "unknown": [{ "message": "No valid issues found for feature flag" }],
                "bad": [{ "message": "'key' is required" }],
            },
            "unknownIssueKeys": [],
            "unknownAssociations": [{ "associationType": "issueIdOrKeys", "values": ["UTF-8"] }],
        })
    );
    assert_eq!(sandbox.feature_flag("new-cart"), Some(flag()));
    assert_eq!(sandbox.feature_flag("unknown"), None);
}

#[test]
fn mistakes_that_cost_the_whole_request() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let both = with(&flag(), "/issueKeys", json!(["ABC-1"]));
    let no_values = "Associations must provide at least one value.";
    let cases = [
        ("flags", json!({}), "'flags' is required"),
        ("flags", json!({ "flags": [] }), "at least 1"),
        (
            "flags",
            json!({ "flags": vec![flag(); 101] }),
            "maximum of 100",
        ),
        ("flags", json!({ "flags": [both] }), "mutually exclusive"),
        (
            "flags",
            json!({ "flags": [with(&flag(), "/associations/0/values", json!([]))] }),
            no_values,
        ),
        (
            "flags",
            json!({ "flags": [with(&flag(), "/id", Value::Null)] }),
            "'flags[0].id' must be a string",
        ),
        (
            "flags",
            json!({ "flags": [with(&flag(), "/key", json!("\u{1F600}"))] }),
            "Invalid binary character '#xD83D'",
        ),
        (
            "flags",
            json!({ "flags": [flag()], "properties": { "_a": "b" } }),
            "nor start with '_'",
        ),
        (
            "flags",
            json!({ "flags": [flag()], "preventTransitions": true }),
            "Unknown field",
        ),
    ];
    for (list, body, message) in cases {
        let answer = client.submit(list, &body);
        assert_eq!(answer.status, 400, "{message}");
        let found = answer.json()[0]["message"].clone();
        let found = found.as_str().unwrap_or_default();
        assert!(found.contains(message), "{found} for {message}");
    }
}

#[test]
fn only_a_higher_number_replaces() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (number, name, stored) in [
        (100, "first", "first"),
        (100, "equal", "first"),
        (99, "lower", "first"),
        (101, "higher", "higher"),
    ] {
        let item = with(&flag(), "/updateSequenceId", json!(number));
        let item = with(&item, "/displayName", json!(name));
        assert_eq!(accepted(&client.submit_item("flags", &item)), 1);
        assert_eq!(
            sandbox.feature_flag("new-cart").unwrap()["displayName"],
            stored
        );
    }
}
