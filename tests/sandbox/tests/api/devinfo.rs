//! Development information as a whole: limits, answers, order.

use crate::bodies::{branch, commit, empty_repository, pull_request, repository, with};
use crate::cases::accepted;
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

/// So many entities with ids of their own.
pub(crate) fn many(item: &Value, count: usize) -> Value {
    (0..count)
        .map(|number| with(item, "/id", json!(format!("id-{number}"))))
        .collect()
}

pub(crate) fn named(id: &str, lists: &[(&str, Value)]) -> Value {
    let mut repository = with(&empty_repository(), "/id", json!(id));
    for (list, entities) in lists {
        repository[*list] = entities.clone();
    }
    repository
}

#[test]
fn the_largest_request() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let thousand = json!([
        named(
            "a",
            &[
                ("commits", many(&commit(), 400)),
                ("branches", many(&branch(), 400))
            ]
        ),
        named("b", &[("pullRequests", many(&pull_request(), 200))]),
    ]);
    let body = json!({
        "repositories": thousand,
        "preventTransitions": true,
        "operationType": "BACKFILL",
        "properties": { "a": "1", "b": "2", "c": "3", "d": "4", "e": "5" },
        "providerMetadata": { "product": "jira-send" },
    });
    let answer = client.submit("repositories", &body);
    assert_eq!((answer.status, accepted(&answer.json())), (202, 1000));
}

#[test]
fn answers_name_entities_by_repository() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let body = json!({ "repositories": [repository()] });
    assert_eq!(
        client.submit("repositories", &body).json(),
        json!({
            "acceptedDevinfoEntities": { "acme-shop": {
                "commits": ["0123456789abcdef0123"],
                "branches": ["~666561747572652F63617274"],
                "pullRequests": ["7"],
            } },
            "failedDevinfoEntities": {},
            "unknownIssueKeys": [],
            "unknownAssociations": [],
        })
    );

    let unknown = json!([{ "associationType": "issueIdOrKeys", "values": ["UTF-8"] }]);
    let mixed = json!([{ "associationType": "issueIdOrKeys", "values": ["UTF-8", "ABC-1"] }]);
    let commits = json!([
        with(&commit(), "/associations", unknown.clone()),
        with(
            &with(&commit(), "/id", json!("mixed")),
            "/associations",
            mixed
        ),
        with(&with(&commit(), "/id", json!("bad")), "/url", Value::Null),
    ]);
    let branches = json!([with(
        &branch(),
        "/lastCommit/issueKeys",
        json!(["SHA-256", "PROJ-2"])
    )]);
    let first = named("first", &[("commits", commits), ("branches", branches)]);
    let broken = with(&repository(), "/name", Value::Null);
    let answer = client.submit("repositories", &json!({ "repositories": [first, broken] }));
    let error = |message: &str| json!([{ "message": message }]);
    assert_eq!(
        answer.json(),
        json!({
            "acceptedDevinfoEntities": { "first": {
                "commits": ["mixed"],
                "branches": ["~666561747572652F63617274"],
            } },
            "failedDevinfoEntities": {
                "first": { "commits": [
                    {
                        "id": "0123456789abcdef0123",
                        "errorMessages": error("No valid issues found for commit"),
                    },
                    { "id": "bad", "errorMessages": error("'url' is required") },
                ] },
                "acme-shop": { "errorMessages": error("'name' is required") },
            },
            "unknownIssueKeys": ["SHA-256"],
            "unknownAssociations": unknown,
        })
    );
    let stored = sandbox.repository("first").unwrap();
    assert_eq!(stored["commits"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        stored["commits"][0]["associations"][0]["values"],
        json!(["ABC-1"])
    );
}

#[test]
fn every_entity_has_an_order_of_its_own() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let lists = ["commits", "branches", "pullRequests"];
    for (sequence, name, stored) in [
        (100, "first", "first"),
        (100, "equal", "first"),
        (99, "lower", "first"),
        (101, "higher", "higher"),
    ] {
        let mut changed = repository();
        changed["name"] = json!(name);
        changed["updateSequenceId"] = json!(sequence);
        for list in lists {
            changed[list][0]["displayId"] = json!(name);
            changed[list][0]["updateSequenceId"] = json!(sequence);
        }
        changed["branches"][0]["name"] = json!(name);
        changed["branches"][0]
            .as_object_mut()
            .unwrap()
            .remove("displayId");
        let result = client.submit_item("repositories", &changed);
        // What comes too late is listed as accepted all the same.
        assert_eq!(
            (accepted(&result), &result["failedDevinfoEntities"]),
            (3, &json!({}))
        );
        let found = sandbox.repository("acme-shop").unwrap();
        let names = [
            &found["name"],
            &found["commits"][0]["displayId"],
            &found["branches"][0]["name"],
            &found["pullRequests"][0]["displayId"],
        ];
        assert_eq!(names, [stored; 4], "{name}");
    }
    // A repository that comes too late brings newer entities all the same.
    let late = with(&repository(), "/updateSequenceId", json!(1));
    let late = with(&late, "/commits/0/updateSequenceId", json!(200));
    client.submit_item(
        "repositories",
        &with(&late, "/commits/0/message", json!("new")),
    );
    let found = sandbox.repository("acme-shop").unwrap();
    assert_eq!(
        (&found["name"], &found["commits"][0]["message"]),
        (&json!("higher"), &json!("new"))
    );
}

#[test]
fn deployments_know_commits_and_repositories_that_were_sent_before() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let associations = json!([
        { "associationType": "commit", "values": [
            { "commitHash": "0123456789abcdef0123", "repositoryId": "acme-shop" },
            { "commitHash": "other", "repositoryId": "acme-shop" },
        ] },
        { "associationType": "repository", "values": [{ "repositoryId": "acme-shop" }] },
    ]);
    let deployment = with(
        &crate::bodies::deployment(),
        "/associations",
        associations.clone(),
    );
    let before = client.submit_item("deployments", &deployment);
    assert_eq!(
        (accepted(&before), &before["unknownAssociations"]),
        (0, &associations)
    );
    client.submit_item("repositories", &repository());
    let after = client.submit_item("deployments", &deployment);
    let other = json!([{ "commitHash": "other", "repositoryId": "acme-shop" }]);
    assert_eq!(
        (accepted(&after), &after["unknownAssociations"]),
        (
            1,
            &json!([{ "associationType": "commit", "values": other }])
        )
    );
}
