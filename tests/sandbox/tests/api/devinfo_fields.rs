//! Fields of repositories, commits, branches and pull requests.

use crate::bodies::{branch, commit, pull_request, repository, with};
use crate::cases::{check, check_lengths, check_required, messages};
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::{Value, json};

fn keys(count: usize) -> Vec<Value> {
    (1..=count)
        .map(|number| json!(format!("ABC-{number}")))
        .collect()
}

#[test]
fn fields_of_repositories() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let long = |count: usize| json!("x".repeat(count));
    let url = |length: usize| json!(format!("https://h/{:x<1$}", "", length - 10));
    let cases = [
        ("/name", Value::Null, "'name' is required"),
        ("/url", Value::Null, "'url' is required"),
        ("/updateSequenceId", Value::Null, "is required"),
        ("/description", Value::Null, ""),
        ("/forkOf", Value::Null, ""),
        ("/avatar", Value::Null, ""),
        ("/avatarDescription", Value::Null, ""),
        ("/name", long(255), ""),
        ("/name", long(256), "'name' can have a maximum of 255"),
        ("/description", long(1024), ""),
        ("/description", long(1025), "maximum of 1024"),
        ("/forkOf", long(1024), ""),
        ("/forkOf", long(1025), "maximum of 1024"),
        ("/forkOf", json!("a/b"), "'forkOf' can hold only"),
        ("/url", url(2000), ""),
        ("/url", url(2001), "maximum of 2000"),
        ("/url", json!("git@example.com:shop"), "must be a valid URI"),
        ("/avatar", url(2001), "maximum of 2000"),
        ("/avatarDescription", long(1025), "maximum of 1024"),
        ("/id", long(1024), ""),
        ("/id", long(1025), "'id' can have a maximum of 1024"),
        ("/id", json!("acme/shop"), "'id' can hold only"),
        ("/id", json!("Az09~.-_"), ""),
        ("/id", json!("größe"), "'id' can hold only"),
        ("/updateSequenceId", json!("1"), "must be an integer"),
        ("/updateSequenceId", json!(i64::MAX), ""),
        ("/slug", json!("shop"), "Unknown field 'slug'"),
    ];
    for (pointer, value, message) in cases {
        let repository = with(&repository(), pointer, value);
        let id = repository["id"].as_str().unwrap();
        let result = client.submit_item("repositories", &repository);
        let failed = &result["failedDevinfoEntities"];
        let found = messages(&failed[id]["errorMessages"]);
        assert_eq!(found.is_empty(), message.is_empty(), "{pointer} {failed}");
        assert!(
            message.is_empty() || found.iter().any(|text| text.contains(message)),
            "{pointer}: {message} not in {found:?}"
        );
        // The entities go with their repository.
        let accepted = &result["acceptedDevinfoEntities"][id];
        assert_eq!(accepted.is_null(), !message.is_empty(), "{pointer}");
    }
}

#[test]
fn fields_of_commits() {
    let required = [
        "/updateSequenceId",
        "/message",
        "/author",
        "/fileCount",
        "/url",
        "/authorTimestamp",
        "/displayId",
        "/files/0/path",
        "/files/0/url",
        "/files/0/changeType",
        "/files/0/linesAdded",
        "/files/0/linesRemoved",
    ];
    check_required("commits", &commit(), &required);
    let limits = [
        ("/id", 1024),
        ("/hash", 255),
        ("/displayId", 255),
        ("/url", 2000),
        ("/author/name", 255),
        ("/author/email", 255),
        ("/author/username", 255),
        ("/author/url", 2000),
        ("/author/avatar", 2000),
        ("/files/0/path", 1024),
        ("/files/0/url", 2000),
    ];
    check_lengths("commits", &commit(), &limits);
    let file = commit()["files"][0].clone();
    let cases = vec![
        ("/id", json!("a b"), "'id' can hold only"),
        ("/id", json!("feature/x"), "'id' can hold only"),
        ("/hash", Value::Null, ""),
        ("/flags", Value::Null, ""),
        ("/flags", json!([]), ""),
        ("/flags", json!(["MERGE"]), "'flags[0]' must be one of"),
        ("/flags", json!(["MERGE_COMMIT", "MERGE_COMMIT"]), "'flags'"),
        ("/author", json!({}), ""),
        ("/author", json!("Ada"), "'author' must be an object"),
        (
            "/author/login",
            json!("ada"),
            "Unknown field 'author.login'",
        ),
        ("/author/url", json!("not an address"), ""),
        ("/fileCount", json!(0), ""),
        ("/fileCount", json!(-1), "'fileCount' must be an integer"),
        ("/fileCount", json!("1"), "'fileCount' must be an integer"),
        ("/fileCount", json!(i32::MAX), ""),
        (
            "/fileCount",
            json!(i64::from(i32::MAX) + 1),
            "'fileCount' must be",
        ),
        ("/files", Value::Null, ""),
        ("/files", json!(vec![file.clone(); 10]), ""),
        (
            "/files",
            json!(vec![file; 11]),
            "'files' can have a maximum of 10",
        ),
        ("/files/0/changeType", json!("modified"), "must be one of"),
        ("/files/0/linesAdded", json!(-1), "must be an integer"),
        (
            "/files/0/binary",
            json!(true),
            "Unknown field 'files[0].binary'",
        ),
        ("/authorTimestamp", json!("2016-10-31T23:27:25+00:00"), ""),
        ("/authorTimestamp", json!("yesterday"), "'authorTimestamp'"),
        (
            "/authorTimestamp",
            json!(1_767_225_600),
            "'authorTimestamp'",
        ),
        ("/message", json!(""), "'message' is required"),
        ("/message", json!("x".repeat(1025)), ""),
        ("/lastCommit", json!({}), "Unknown field 'lastCommit'"),
    ];
    check("commits", &commit(), cases);
}

#[test]
fn too_long_commit_messages_are_cut() {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let long = json!("é".repeat(1025));
    client.submit_item("commits", &with(&commit(), "/message", long.clone()));
    client.submit_item("branches", &with(&branch(), "/lastCommit/message", long));
    let stored = sandbox.repository("acme-shop").unwrap();
    let cut = json!("é".repeat(1024));
    assert_eq!(stored["commits"][0]["message"], cut);
    assert_eq!(stored["branches"][0]["lastCommit"]["message"], cut);
}

#[test]
fn fields_of_branches() {
    let required = [
        "/updateSequenceId",
        "/name",
        "/lastCommit",
        "/url",
        "/lastCommit/id",
        "/lastCommit/issueKeys",
        "/lastCommit/updateSequenceId",
        "/lastCommit/message",
        "/lastCommit/author",
        "/lastCommit/fileCount",
        "/lastCommit/url",
        "/lastCommit/authorTimestamp",
        "/lastCommit/displayId",
    ];
    check_required("branches", &branch(), &required);
    let limits = [
        ("/id", 1024),
        ("/name", 512),
        ("/url", 2000),
        ("/createPullRequestUrl", 2000),
        ("/lastCommit/id", 1024),
        ("/lastCommit/displayId", 255),
    ];
    check_lengths("branches", &branch(), &limits);
    let associations = branch()["associations"].clone();
    let cases = vec![
        ("/id", json!("feature/cart"), "'id' can hold only"),
        ("/name", json!("feature/cart & \u{FC}"), ""),
        ("/url", json!("tree/feature cart"), ""),
        ("/createPullRequestUrl", Value::Null, ""),
        (
            "/lastCommit/associations",
            associations,
            "Unknown field 'lastCommit.associations'",
        ),
        (
            "/lastCommit/issueKeys",
            json!([]),
            "'lastCommit.issueKeys' must have at least 1",
        ),
        ("/lastCommit/issueKeys", json!(keys(500)), ""),
        (
            "/lastCommit/issueKeys",
            json!(keys(501)),
            "'lastCommit.issueKeys' can have a maximum of 500",
        ),
        (
            "/lastCommit/issueKeys",
            json!(["10001"]),
            "'lastCommit.issueKeys[0]' must match",
        ),
        (
            "/lastCommit/fileCount",
            json!(-1),
            "'lastCommit.fileCount' must be",
        ),
    ];
    check("branches", &branch(), cases);
}

#[test]
fn fields_of_pull_requests() {
    let required = [
        "/updateSequenceId",
        "/status",
        "/title",
        "/author",
        "/commentCount",
        "/sourceBranch",
        "/lastUpdate",
        "/url",
        "/displayId",
    ];
    check_required("pullRequests", &pull_request(), &required);
    let limits = [
        ("/id", 1024),
        ("/title", 1024),
        ("/sourceBranch", 255),
        ("/sourceBranchUrl", 2000),
        ("/destinationBranch", 255),
        ("/destinationBranchUrl", 2000),
        ("/url", 2000),
        ("/displayId", 255),
        ("/reviewers/0/name", 255),
        ("/reviewers/0/url", 2000),
        ("/reviewers/0/avatar", 2000),
        ("/reviewers/0/email", 254),
        ("/reviewers/0/accountId", 128),
    ];
    check_lengths("pullRequests", &pull_request(), &limits);
    let cases = vec![
        ("/status", json!("MERGED"), ""),
        ("/status", json!("DECLINED"), ""),
        ("/status", json!("UNKNOWN"), ""),
        ("/status", json!("open"), "'status' must be one of"),
        ("/commentCount", json!(1.5), "'commentCount' must be"),
        ("/lastUpdate", json!("2026-01-01"), "'lastUpdate' must be"),
        ("/sourceBranchUrl", json!("x"), "must be a valid URI"),
        ("/sourceBranchUrl", Value::Null, ""),
        ("/destinationBranch", Value::Null, ""),
        ("/reviewers", json!([]), ""),
        ("/reviewers", json!([{}]), ""),
        (
            "/reviewers/0/approvalStatus",
            json!("REJECTED"),
            "'reviewers[0].approvalStatus' must be one of",
        ),
        ("/tasks", json!(1), "Unknown field 'tasks'"),
    ];
    check("pullRequests", &pull_request(), cases);
}

#[test]
fn associations_of_entities() {
    let block =
        |values: &[Value]| json!([{ "associationType": "issueIdOrKeys", "values": values }]);
    let service = json!([{ "associationType": "serviceIdOrKeys", "values": ["service-1"] }]);
    for (list, item, unknown) in [
        ("commits", commit(), "No valid issues found for commit"),
        ("branches", branch(), "No valid issues found for branch"),
        (
            "pullRequests",
            pull_request(),
            "No valid issues found for pull request",
        ),
    ] {
        let cases = vec![
            ("/associations", block(&[json!("10001")]), ""),
            ("/associations", block(&keys(500)), ""),
            ("/associations", block(&keys(501)), "Found 501."),
            ("/associations", block(&[json!("A B-1")]), "must match"),
            ("/associations", block(&[json!("NOPE-1")]), unknown),
            (
                "/associations",
                service.clone(),
                "associationType' must be one of",
            ),
            ("/associations", Value::Null, "'issueKeys' is required"),
        ];
        check(list, &item, cases);
        let old = with(&item, "/associations", Value::Null);
        let cases = vec![
            ("/issueKeys", json!(keys(500)), ""),
            (
                "/issueKeys",
                json!(keys(501)),
                "'issueKeys' can have a maximum of 500 elements",
            ),
            ("/issueKeys", json!([]), "must have at least 1"),
            ("/issueKeys", json!(["A-1"]), "'issueKeys[0]' must match"),
            ("/issueKeys", json!(["1A-1"]), "'issueKeys[0]' must match"),
            ("/issueKeys", json!(["ABC-x"]), "'issueKeys[0]' must match"),
            ("/issueKeys", json!(["ÄB_1-1"]), unknown),
            ("/issueKeys", json!(["UTF-8"]), unknown),
        ];
        check(list, &old, cases);
    }
}
