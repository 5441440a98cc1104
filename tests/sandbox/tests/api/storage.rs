//! Order by sequence number, reading back, deletes.

use crate::bodies::{build, deployment, with};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn only_a_higher_number_replaces() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (sequence, state, stored) in [
        (100, "in_progress", "in_progress"),
        (100, "failed", "in_progress"),
        (99, "failed", "in_progress"),
        (101, "successful", "successful"),
        (-1, "failed", "successful"),
    ] {
        let item = with(
            &with(&build(), "/updateSequenceNumber", json!(sequence)),
            "/state",
            json!(state),
        );
        let result = client.submit_item("builds", &item);
        assert_eq!(result["acceptedBuilds"].as_array().map(Vec::len), Some(1));
        assert_eq!(sandbox.build("shop", 2).unwrap()["state"], stored);
    }
    // The whole item is replaced, its issues included.
    let moved = with(&build(), "/associations/0/values", json!(["OPS-1"]));
    let moved = with(
        &with(&moved, "/updateSequenceNumber", json!(102)),
        "/testInfo",
        Value::Null,
    );
    client.submit_item("builds", &moved);
    assert_eq!(sandbox.build("shop", 2), Some(moved));
    assert!(
        sandbox
            .panel("PROJ-2")
            .contains("no development information")
    );
}

#[test]
fn items_are_read_and_deleted_by_key() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let build = with(&build(), "/pipelineId", json!("a/b c%é"));
    let path = "pipelines/a%2Fb%20c%25%C3%A9/builds/2";
    let body = json!({ "builds": [build], "properties": { "job": "shop" } });
    assert_eq!(client.submit("builds", &body).status, 202);
    let answer = client.call("GET", "builds", path);
    assert_eq!((answer.status, answer.json()), (200, build));
    assert_eq!(
        client
            .call("GET", "builds", "pipelines/a/b%20c%25%C3%A9/builds/2")
            .status,
        404
    );
    let answer = client.call("DELETE", "builds", path);
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    assert_eq!(client.call("GET", "builds", path).status, 404);

    client.submit_item("deployments", &deployment());
    let path = "pipelines/shop/environments/eu-prod/deployments/2";
    assert_eq!(client.call("GET", "deployments", path).json(), deployment());
    assert_eq!(client.call("DELETE", "deployments", path).status, 202);
    assert_eq!(sandbox.deployment("shop", "eu-prod", 2), None);
    assert_eq!(client.call("DELETE", "deployments", path).status, 202);
}

#[test]
fn deletes_by_properties() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (number, properties) in [
        (1, json!({ "job": "a b" })),
        (2, json!({ "job": "a b", "branch": "x" })),
        (3, json!({})),
    ] {
        let item = with(&build(), "/buildNumber", json!(number));
        client.submit(
            "builds",
            &json!({ "builds": [item], "properties": properties }),
        );
    }
    client.submit(
        "deployments",
        &json!({ "deployments": [deployment()], "properties": { "job": "a b" } }),
    );
    for query in ["", "?", "?_updateSequenceNumber=5", "?job=1&job=2"] {
        assert_eq!(
            client
                .call("DELETE", "builds", &format!("bulkByProperties{query}"))
                .status,
            400,
            "{query}"
        );
    }
    let left = |sandbox: &Sandbox| [1, 2, 3].map(|number| sandbox.build("shop", number).is_some());
    assert_eq!(
        client
            .call("DELETE", "builds", "bulkByProperties?job=a+b&branch=y")
            .status,
        202
    );
    assert_eq!(left(&sandbox), [true, true, true]);
    client.call("DELETE", "builds", "bulkByProperties?job=a%20b&branch=x");
    assert_eq!(left(&sandbox), [true, false, true]);
    client.call("DELETE", "builds", "bulkByProperties?job=a+b");
    assert_eq!(left(&sandbox), [false, false, true]);
    assert!(sandbox.deployment("shop", "eu-prod", 2).is_some());
}
