//! Associations of one item, and the answer as a whole.

use crate::bodies::{build, deployment, with};
use crate::cases::check;
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

fn block(name: &str, values: &[Value]) -> Value {
    json!({ "associationType": name, "values": values })
}

#[test]
fn associations_of_builds() {
    let keys = |count: usize| {
        (1..=count)
            .map(|number| json!(format!("ABC-{number}")))
            .collect::<Vec<_>>()
    };
    let too_many = "Sum of Association values across all association types can have a maximum of 500 elements. Found 501.";
    let one = |value: Value| json!([block("issueIdOrKeys", &[value])]);
    let cases = vec![
        (
            "/associations",
            Value::Null,
            "At least one 'issueKeys' is required",
        ),
        (
            "/associations",
            json!([]),
            "At least one 'issueKeys' is required",
        ),
        (
            "/associations",
            json!("ABC-1"),
            "'associations' must be an array",
        ),
        (
            "/associations",
            json!(["ABC-1"]),
            "'associations[0]' must be an object",
        ),
        ("/associations", json!([block("issueKeys", &keys(500))]), ""),
        (
            "/associations",
            json!([
                block("issueKeys", &keys(500)),
                block("issueIdOrKeys", &keys(1))
            ]),
            too_many,
        ),
        (
            "/associations",
            json!([block("serviceIdOrKeys", &[json!("service-1")])]),
            "associationType' must be one of",
        ),
        (
            "/associations/0/associationType",
            Value::Null,
            "'associations[0].associationType' is required",
        ),
        (
            "/associations/0/values",
            Value::Null,
            "'associations[0].values' is required",
        ),
        (
            "/associations/0/value",
            json!(1),
            "Unknown field 'associations[0].value'",
        ),
        ("/associations", one(json!("10001")), ""),
        (
            "/associations",
            one(json!("100000")),
            "No valid issues found for build",
        ),
        ("/associations", one(json!("proj-7")), ""),
        (
            "/associations",
            one(json!("NOPE-7")),
            "No valid issues found for build",
        ),
        ("/associations", one(json!("ABC")), "must match"),
        ("/associations", one(json!("A-B-1")), "must match"),
        ("/associations", one(json!("ABC-1x")), "must match"),
        ("/associations", one(json!("")), "must match"),
        ("/associations", one(json!(10001)), "must match"),
    ];
    check("builds", &build(), cases);

    let old = with(&build(), "/associations", Value::Null);
    let cases = vec![
        ("/issueKeys", json!(keys(100)), ""),
        (
            "/issueKeys",
            json!(keys(101)),
            "'issueKeys' can have a maximum of 100 elements",
        ),
        (
            "/issueKeys",
            json!([]),
            "At least one 'issueKeys' is required",
        ),
        ("/issueKeys", json!("ABC-1"), "'issueKeys' must be an array"),
        ("/issueKeys", json!(["10001"]), "'issueKeys[0]' must match"),
        (
            "/issueKeys",
            json!(["UTF-8"]),
            "No valid issues found for build",
        ),
    ];
    check("builds", &old, cases);
}

#[test]
fn associations_of_deployments() {
    let services = |value: &str| block("serviceIdOrKeys", &[json!(value)]);
    let commit = block(
        "commit",
        &[json!({ "commitHash": "abc", "repositoryId": "shop" })],
    );
    let cases = vec![
        ("/associations", json!([services("service-1")]), ""),
        (
            "/associations",
            json!([services("")]),
            "No valid associations found for deployment",
        ),
        (
            "/associations",
            json!([services(&"s".repeat(256))]),
            "can have a maximum of 255",
        ),
        ("/associations", json!(vec![services("service-1"); 3]), ""),
        (
            "/associations",
            json!(vec![services("service-1"); 4]),
            "'associations' can have a maximum of 3 elements",
        ),
        ("/associations", json!([services("service-2"), commit]), ""),
        (
            "/associations",
            json!([block("commit", &[json!("abc")])]),
            "must be an object",
        ),
        (
            "/associations",
            json!([block("commit", &[json!({ "commitHash": "a" })])]),
            "repositoryId' is required",
        ),
        (
            "/associations",
            json!([block("repository", &[json!({ "id": "a" })])]),
            "repositoryId' is required",
        ),
        (
            "/associations",
            json!([block("branch", &[json!("a")])]),
            "associationType' must be one of",
        ),
        (
            "/associations",
            Value::Null,
            "At least one 'issueKeys' is required",
        ),
    ];
    check("deployments", &deployment(), cases);
}

#[test]
fn answers_name_items_and_unknown_values() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    assert_eq!(
        client.submit_item("builds", &build()),
        json!({
            "acceptedBuilds": [{ "pipelineId": "shop", "buildNumber": 2 }],
            "rejectedBuilds": [],
            "unknownIssueKeys": [],
            "unknownAssociations": [],
        })
    );
    let key =
        json!({ "pipelineId": "shop", "environmentId": "eu-prod", "deploymentSequenceNumber": 2 });
    let mixed = json!([
        block(
            "issueKeys",
            &[json!("UTF-8"), json!("ABC-1"), json!("UTF-8")]
        ),
        block("serviceIdOrKeys", &[json!("")])
    ]);
    let items = [
        with(&deployment(), "/associations", mixed.clone()),
        with(&deployment(), "/associations", mixed),
    ];
    let wrong = with(&deployment(), "/description", Value::Null);
    let answer = client
        .submit(
            "deployments",
            &json!({ "deployments": [items[0], wrong, items[1], 7] }),
        )
        .json();
    assert_eq!(
        answer,
        json!({
            "acceptedDeployments": [key, key],
            "rejectedDeployments": [
                { "key": key, "errors": [{ "message": "'description' is required" }] },
                { "key": {}, "errors": [{ "message": "The item must be an object" }] },
            ],
            "unknownIssueKeys": [],
            "unknownAssociations": [block("issueKeys", &[json!("UTF-8")]), block("serviceIdOrKeys", &[json!("")])],
        })
    );
    let stored = sandbox.deployment("shop", "eu-prod", 2).unwrap();
    assert_eq!(
        stored["associations"],
        json!([block("issueKeys", &[json!("ABC-1")])])
    );

    let old = with(&build(), "/associations", Value::Null);
    let result = client.submit_item("builds", &with(&old, "/issueKeys", json!(["TEST-110"])));
    assert_eq!(
        result["rejectedBuilds"][0]["errors"],
        json!([{ "message": "No valid issues found for build" }])
    );
    assert_eq!(result["unknownIssueKeys"], json!(["TEST-110"]));
    assert_eq!(result["unknownAssociations"], json!([]));
}
