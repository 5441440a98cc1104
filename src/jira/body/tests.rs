use serde_json::json;

use super::{Body, DataType};
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;

fn issues(names: &[&str]) -> Vec<IssueKey> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn numbers_and_keys_are_changed_in_place() {
    let data = DataType::Builds;
    let mut body = Body::new(
        data,
        &json!({"builds": [{
            "updateSequenceNumber": 1,
            "associations": [{"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1"]}],
        }]}),
    );
    body.set_sequence(SequenceNumber::new(7));
    assert_eq!(body.sequence(), Some(SequenceNumber::new(7)));
    let added = body.add_issue_keys(&issues(&["ABC-1", "ABC-2"]));
    assert_eq!(added, issues(&["ABC-2"]));
    let values = &body.json["builds"][0]["associations"][0]["values"];
    assert_eq!(*values, json!(["10042", "ABC-1", "ABC-2"]));
}

#[test]
fn the_issues_of_an_entity_are_told_apart() {
    let body = json!({"repositories": [{"id": "r", "commits": [
        {"id": "c1", "issueKeys": ["ABC-1", "ABC-2"]},
        {"id": "c2"},
        {"id": "c4", "associations": [{"associationType": "issueIdOrKeys", "values": ["ABC-1"]}]},
    ]}]});
    let body = Body::new(DataType::DevInfo, &body);
    let cases: [(&str, &[&str], bool); 6] = [
        ("c1", &["ABC-2", "ABC-1", "ABC-3"], true),
        ("c1", &["ABC-1"], false),
        ("c2", &["ABC-1"], false),
        ("c3", &["ABC-1"], false),
        ("c4", &["ABC-1"], true),
        ("c4", &["ABC-2"], false),
    ];
    for (commit, issues, expected) in cases {
        let key = json!({"repositoryId": "r", "commit": commit});
        let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
        assert_eq!(body.names_only(&key, &issues), expected, "{commit}");
    }
}

#[test]
fn every_item_has_its_own_number_and_issues() {
    let data = DataType::FeatureFlags;
    let body = json!({"flags": [
        {"updateSequenceId": 3, "associations": [
            {"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1"]},
        ]},
        {"associations": [{"associationType": "serviceIdOrKeys", "values": ["ABC-2"]}]},
    ]});
    let expected = [
        (Some(SequenceNumber::new(3)), vec!["ABC-1".to_owned()]),
        (None, vec![]),
    ];
    assert_eq!(Body::new(data, &body).numbers_and_issues(), expected);
    assert!(Body::new(data, &json!({})).numbers_and_issues().is_empty());
}

#[test]
fn no_more_than_jira_takes() {
    let data = DataType::Deployments;
    let many: Vec<String> = (1..=498).map(|number| format!("ABC-{number}")).collect();
    let body = json!({"deployments": [{"associations": [
        {"associationType": "issueIdOrKeys", "values": many},
        {"associationType": "serviceIdOrKeys", "values": ["s"]},
    ]}]});
    let added = Body::new(data, &body).add_issue_keys(&issues(&["X1-1", "X1-2"]));
    assert_eq!(added, issues(&["X1-1"]));
    let mut without = Body::new(data, &json!({"deployments": [{"associations": []}]}));
    assert!(without.add_issue_keys(&issues(&["X1-1"])).is_empty());
}

#[test]
fn bodies_of_one_frame_are_sent_together() {
    let data = DataType::Builds;
    let bodies =
        [1, 2].map(|n| Body::new(data, &json!({"properties": {"job": "x"}, "builds": [n]})));
    assert_eq!(bodies[0].frame(), bodies[1].frame());
    let whole = json!({"properties": {"job": "x"}, "builds": [1, 2]});
    assert_eq!(Body::together(&bodies), Some(Body::new(data, &whole)));
    assert_eq!(Body::together([]), None);
}

fn repository(commits: &[&str], branches: &[&str]) -> Body {
    let commits: Vec<_> = commits.iter().map(|id| json!({ "id": id })).collect();
    let branches = branches
        .iter()
        .map(|id| json!({"id": id, "lastCommit": {"id": "c"}}));
    let mut repository = json!({"id": "r", "commits": commits});
    let branches: Vec<_> = branches.collect();
    if !branches.is_empty() {
        repository["branches"] = json!(branches);
    }
    let body = json!({"preventTransitions": true, "repositories": [repository]});
    Body::new(DataType::DevInfo, &body)
}

#[test]
fn a_repository_and_its_entities_have_one_number() {
    let mut body = repository(&["c"], &["b"]);
    body.set_sequence(SequenceNumber::new(7));
    let commit = json!({"id": "c", "updateSequenceId": 7});
    let expected = json!({"preventTransitions": true, "repositories": [{
        "id": "r",
        "updateSequenceId": 7,
        "commits": [commit],
        "branches": [{"id": "b", "updateSequenceId": 7, "lastCommit": commit}],
    }]});
    assert_eq!(body.json, expected);
    assert_eq!(body.sequence(), Some(SequenceNumber::new(7)));
    assert!(!body.is_single());
}

#[test]
fn what_is_too_much_is_halved() {
    let halves_of = |commits: &[&str], branches: &[&str]| repository(commits, branches).halves();
    assert_eq!(halves_of(&["c"], &[]), None);
    let halved = halves_of(&["c1", "c2"], &["b"]);
    let first = repository(&["c1"], &[]);
    assert_eq!(halved, Some((first, repository(&["c2"], &["b"]))));
    let (_, second) = halves_of(&["c1"], &["b"]).unwrap();
    assert_eq!(second.keys(), [json!({"repositoryId": "r", "branch": "b"})]);

    let flags = |ids: &[&str]| {
        let flags: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        Body::new(DataType::FeatureFlags, &json!({ "flags": flags }))
    };
    let parts = (flags(&["a"]), flags(&["b", "c"]));
    assert_eq!(flags(&["a", "b", "c"]).halves(), Some(parts));
    assert_eq!(flags(&["a"]).halves(), None);
    assert_eq!(flags(&["a", "b"]).keys(), [json!("a"), json!("b")]);
    assert_eq!(Body::new(DataType::Builds, &json!({})).halves(), None);
}

#[test]
fn identities_are_those_of_the_answer() {
    let build = json!({"builds": [{"pipelineId": "p", "buildNumber": 1, "state": "failed"}]});
    assert_eq!(
        Body::new(DataType::Builds, &build).keys(),
        [json!({"pipelineId": "p", "buildNumber": 1})]
    );
    let deployment = json!({"deployments": [{
        "deploymentSequenceNumber": 2, "pipeline": {"id": "p"}, "environment": {"id": "e"},
    }]});
    assert_eq!(
        Body::new(DataType::Deployments, &deployment).keys(),
        [json!({"pipelineId": "p", "environmentId": "e", "deploymentSequenceNumber": 2})]
    );
}
