use serde_json::json;

use super::Submitted;

/// The body; accepted, rejected, unknown issues, other unknowns.
#[test]
fn answers_of_all_shapes_are_read() {
    let cases = [
        ("", Some((None, 0, 0, 0))),
        ("{}", Some((None, 0, 0, 0))),
        (
            r#"{"acceptedBuilds":[{"pipelineId":"p","buildNumber":1}],"rejectedBuilds":[],"unknownIssueKeys":["X-1"]}"#,
            Some((Some(1), 0, 1, 0)),
        ),
        (
            r#"{"rejectedDeployments":[{"key":{},"errors":[{"message":"m"}]}],"unknownAssociations":[{"associationType":"issueIdOrKeys","values":["X-1","X-1"]},{"associationType":"serviceIdOrKeys","values":["s"]}]}"#,
            Some((None, 1, 1, 1)),
        ),
        (r#"{"acceptedDeployments":null}"#, Some((None, 0, 0, 0))),
        (
            r#"{"acceptedBuilds":[{}],"rejectedBuilds":[{"errors":[{"message":null}]},null],"unknownIssueKeys":[null,"X-1"],"unknownAssociations":[{"associationType":null,"values":null}]}"#,
            Some((Some(1), 2, 1, 0)),
        ),
        (r#"{"acceptedBuilds":5}"#, Some((None, 0, 0, 0))),
        (
            r#"{"acceptedFeatureFlags":["a","b"],"failedFeatureFlags":{"c":[{"message":"m"}],"d":null}}"#,
            Some((Some(2), 2, 0, 0)),
        ),
        (
            r#"{"acceptedBuilds":[],"unknownAssociations":[{"associationType":"issueKeys","values":["X-1"]}]}"#,
            Some((Some(0), 0, 1, 0)),
        ),
        (
            r#"{"acceptedDevinfoEntities":{"r":{"commits":["c1","c2"],"branches":["b"],"pullRequests":null}},"failedDevinfoEntities":{"s":{"errorMessages":[{"message":"m"}],"commits":[{"id":"c3","errorMessages":["m"]}]}}}"#,
            Some((Some(3), 2, 0, 0)),
        ),
        (
            r#"{"acceptedDevinfoEntities":{},"failedDevinfoEntities":[]}"#,
            Some((Some(0), 0, 0, 0)),
        ),
        ("<html>", None),
        ("[]", None),
    ];
    for (body, expected) in cases {
        let found = Submitted::parse(body).map(|submitted| {
            (
                submitted.accepted.as_ref().map(Vec::len),
                submitted.rejected.len(),
                submitted.unknown_issues().len(),
                submitted.other_unknowns().len(),
            )
        });
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn entities_of_repositories_are_told_apart() {
    let body = r#"{"acceptedDevinfoEntities":{"r":{"commits":["c1"],"branches":["b"],"pullRequests":["7"]}},
        "failedDevinfoEntities":{"r":{"commits":[{"id":"c2","errorMessages":[{"message":"too long","errorTraceId":"t"}]}]}}}"#;
    let submitted = Submitted::parse(body).unwrap();
    let accepted = json!([
        {"repositoryId": "r", "commit": "c1"},
        {"repositoryId": "r", "branch": "b"},
        {"repositoryId": "r", "pullRequest": "7"},
    ]);
    assert_eq!(json!(submitted.accepted), accepted);
    let rejected = json!([{
        "key": {"repositoryId": "r", "commit": "c2"},
        "errors": [{"message": "too long", "errorTraceId": "t"}],
    }]);
    assert_eq!(json!(submitted.rejected), rejected);
}

#[test]
fn answers_to_parts_are_added_up() {
    let mut whole = Submitted::default();
    for body in [
        "",
        r#"{"acceptedFeatureFlags":["a"]}"#,
        r#"{"acceptedFeatureFlags":["b"],"failedFeatureFlags":{"c":[]},"unknownIssueKeys":["X-1"]}"#,
    ] {
        whole.add(Submitted::parse(body).unwrap());
    }
    assert_eq!(whole.accepted.as_ref().map(Vec::len), Some(2));
    assert_eq!((whole.rejected.len(), whole.unknown_issues().len()), (1, 1));
}

#[test]
fn unknowns_are_named_for_people() {
    let body = r#"{"unknownAssociations":[{"associationType":"serviceIdOrKeys","values":["svc"]},{"associationType":"commit","values":[{"commitHash":"8a91"}]}]}"#;
    let unknowns = Submitted::parse(body).unwrap().other_unknowns();
    assert_eq!(unknowns, ["service svc", r#"commit {"commitHash":"8a91"}"#]);
}
