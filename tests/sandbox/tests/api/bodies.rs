//! What the tests send.

use serde_json::{Value, json};

const WHY: &str = "the pointers of the tests are sound";

/// One item in the body that carries it; commits, branches and pull requests come in a repository.
pub(crate) fn body(list: &str, item: &Value) -> Value {
    match list {
        "commits" | "branches" | "pullRequests" => {
            let mut repository = empty_repository();
            repository[list] = json!([item]);
            json!({ "repositories": [repository] })
        }
        _ => json!({ list: [item] }),
    }
}

pub(crate) fn build() -> Value {
    json!({
        "schemaVersion": "1.0",
        "pipelineId": "shop",
        "buildNumber": 2,
        "updateSequenceNumber": 100,
        "displayName": "shop » main #2",
        "url": "https://ci.example.com/job/shop/2/",
        "state": "successful",
        "lastUpdated": "2026-01-01T12:00:00.123Z",
        "associations": [{ "associationType": "issueIdOrKeys", "values": ["PROJ-2"] }],
        "testInfo": { "totalNumber": 13, "numberPassed": 12, "numberFailed": 1, "numberSkipped": 0 },
        "references": [{
            "commit": { "id": "0123456789abcdef0123", "repositoryUri": "https://git.example.com/shop" },
            "ref": { "name": "main", "uri": "https://git.example.com/shop/tree/main" },
        }],
    })
}

pub(crate) fn deployment() -> Value {
    json!({
        "deploymentSequenceNumber": 2,
        "updateSequenceNumber": 100,
        "displayName": "shop » main #2",
        "description": "shop » main #2 to EU production",
        "url": "https://ci.example.com/job/shop/2/",
        "state": "successful",
        "lastUpdated": "2026-01-01T12:01:00+00:00",
        "duration": 12,
        "associations": [
            { "associationType": "issueKeys", "values": ["PROJ-2"] },
            { "associationType": "serviceIdOrKeys", "values": ["service-1"] },
        ],
        "pipeline": { "id": "shop", "displayName": "shop", "url": "https://ci.example.com/job/shop/" },
        "environment": { "id": "eu-prod", "displayName": "EU production", "type": "production" },
        "commands": [{ "command": "initiate_deployment_gating" }],
    })
}

/// A copy with one value set (JSON pointer) or, for `Value::Null`, taken away.
pub(crate) fn with(item: &Value, pointer: &str, value: Value) -> Value {
    let mut item = item.clone();
    let (parent, name) = pointer.rsplit_once('/').expect(WHY);
    let parent = item.pointer_mut(parent).expect(WHY);
    match (parent, value) {
        (Value::Object(object), Value::Null) => drop(object.remove(name)),
        (Value::Object(object), value) => drop(object.insert(name.to_owned(), value)),
        (list, value) => list[name.parse::<usize>().expect(WHY)] = value,
    }
    item
}

pub(crate) fn flag() -> Value {
    let status = json!({ "enabled": true, "defaultValue": "off", "rollout": { "percentage": 25 } });
    json!({
        "schemaVersion": "1.0",
        "id": "new-cart",
        "key": "shop.new-cart",
        "updateSequenceId": 100,
        "displayName": "New cart",
        "associations": [{ "associationType": "issueIdOrKeys", "values": ["PROJ-2"] }],
        "summary": {
            "url": "https://flags.example.com/new-cart",
            "status": status,
            "lastUpdated": "2026-01-01T12:02:00Z",
        },
        "details": [{
            "url": "https://flags.example.com/new-cart/prod",
            "lastUpdated": "2026-01-01T12:02:00Z",
            "environment": { "name": "prod", "type": "production" },
            "status": status,
        }],
    })
}

pub(crate) fn empty_repository() -> Value {
    json!({
        "id": "acme-shop",
        "name": "acme/shop",
        "description": "The shop",
        "forkOf": "upstream-shop",
        "url": "https://git.example.com/acme/shop",
        "avatar": "https://git.example.com/acme/shop.png",
        "avatarDescription": "A cart",
        "updateSequenceId": 100,
    })
}

/// With a commit, a branch and a pull request.
pub(crate) fn repository() -> Value {
    let mut repository = empty_repository();
    repository["commits"] = json!([commit()]);
    repository["branches"] = json!([branch()]);
    repository["pullRequests"] = json!([pull_request()]);
    repository
}

pub(crate) fn commit() -> Value {
    json!({
        "id": "0123456789abcdef0123",
        "associations": [{ "associationType": "issueIdOrKeys", "values": ["PROJ-2"] }],
        "updateSequenceId": 100,
        "hash": "0123456789abcdef0123",
        "flags": ["MERGE_COMMIT"],
        "message": "PROJ-2 mend the cart",
        "author": { "name": "Ada", "email": "ada@example.com" },
        "fileCount": 1,
        "url": "https://git.example.com/acme/shop/commit/0123456789abcdef0123",
        "files": [{
            "path": "src/cart.rs",
            "url": "https://git.example.com/acme/shop/src/cart.rs",
            "changeType": "MODIFIED",
            "linesAdded": 3,
            "linesRemoved": 0,
        }],
        "authorTimestamp": "2026-01-01T11:00:00Z",
        "displayId": "0123456",
    })
}

pub(crate) fn branch() -> Value {
    let last = with(&commit(), "/associations", Value::Null);
    json!({
        "id": "~666561747572652F63617274",
        "associations": [{ "associationType": "issueKeys", "values": ["PROJ-2"] }],
        "updateSequenceId": 100,
        "name": "feature/cart",
        "lastCommit": with(&last, "/issueKeys", json!(["PROJ-2"])),
        "createPullRequestUrl": "https://git.example.com/acme/shop/pulls/new",
        "url": "https://git.example.com/acme/shop/tree/feature/cart",
    })
}

pub(crate) fn pull_request() -> Value {
    json!({
        "id": "7",
        "associations": [{ "associationType": "issueIdOrKeys", "values": ["PROJ-2"] }],
        "updateSequenceId": 100,
        "status": "OPEN",
        "title": "PROJ-2 a better cart",
        "author": {},
        "commentCount": 2,
        "sourceBranch": "feature/cart",
        "sourceBranchUrl": "https://git.example.com/acme/shop/tree/feature/cart",
        "lastUpdate": "2026-01-01T11:30:00Z",
        "destinationBranch": "main",
        "destinationBranchUrl": "https://git.example.com/acme/shop/tree/main",
        "reviewers": [{ "name": "Bo", "approvalStatus": "APPROVED", "email": "bo@example.com" }],
        "url": "https://git.example.com/acme/shop/pulls/7",
        "displayId": "#7",
    })
}
