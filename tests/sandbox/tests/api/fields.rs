//! Fields of one item.

use crate::bodies::{build, deployment};
use crate::cases::check;
use serde_json::{Value, json};

#[test]
fn fields_of_builds() {
    let long = |count: usize| json!("é".repeat(count));
    let mut cases = Vec::new();
    for name in [
        "/pipelineId",
        "/buildNumber",
        "/updateSequenceNumber",
        "/displayName",
        "/url",
        "/state",
        "/lastUpdated",
    ] {
        cases.push((name, Value::Null, "is required"));
    }
    cases.extend([
        ("/url", Value::Null, "'url' is required"),
        ("/displayName", json!(""), "'displayName' is required"),
        ("/displayName", long(255), ""),
        (
            "/displayName",
            long(256),
            "'displayName' can have a maximum of 255 characters",
        ),
        ("/pipelineId", long(256), "'pipelineId'"),
        ("/description", long(256), "'description'"),
        ("/description", json!("fine"), ""),
        ("/label", json!(7), "'label' must be a string"),
        (
            "/buildNumber",
            json!("2"),
            "'buildNumber' must be an integer",
        ),
        (
            "/buildNumber",
            json!(2.5),
            "'buildNumber' must be an integer",
        ),
        (
            "/buildNumber",
            json!(u64::MAX),
            "'buildNumber' must be an integer",
        ),
        ("/buildNumber", json!(i64::MAX), ""),
        (
            "/updateSequenceNumber",
            json!("1"),
            "'updateSequenceNumber' must be an integer",
        ),
        ("/state", json!("canceled"), "'state' must be one of"),
        ("/state", json!("rolled_back"), "'state' must be one of"),
        ("/state", json!("unknown"), ""),
        ("/schemaVersion", json!("2.0"), "'schemaVersion'"),
        ("/schemaVersion", Value::Null, ""),
    ]);
    check("builds", &build(), cases);
}

#[test]
fn addresses_and_times_of_builds() {
    let url = |length: usize| json!(format!("http://h/{}", "a".repeat(length - 9)));
    let cases = vec![
        ("/url", url(2000), ""),
        ("/url", url(2001), "maximum of 2000"),
        (
            "/url",
            json!("https://ci.example.com/job/a b/"),
            "'url' must be a valid URI",
        ),
        (
            "/url",
            json!("https://ci.example.com/100%/"),
            "'url' must be a valid URI",
        ),
        ("/url", json!("https://ci.example.com/a%20b/ü"), ""),
        ("/url", json!("https:///job"), "'url' must be a valid URI"),
        (
            "/url",
            json!("ftp://example.com/"),
            "'url' must be an http or https URL",
        ),
        ("/url", json!("job/shop"), "'url' must be a valid URI"),
        ("/lastUpdated", json!("2026-01-01T12:00:00+01:00"), ""),
        (
            "/lastUpdated",
            json!("2026-01-01T12:00:00"),
            "'lastUpdated' must be",
        ),
        (
            "/lastUpdated",
            json!("2026-01-01T12:00:00.Z"),
            "'lastUpdated' must be",
        ),
        (
            "/lastUpdated",
            json!("2026-01-01 12:00:00Z"),
            "'lastUpdated' must be",
        ),
        (
            "/lastUpdated",
            json!("2026-02-30T12:00:00Z"),
            "'lastUpdated' must be",
        ),
        (
            "/lastUpdated",
            json!("2026-01-01T12:00:00+0100"),
            "'lastUpdated' must be",
        ),
        (
            "/lastUpdated",
            json!(1_767_225_600),
            "'lastUpdated' must be",
        ),
    ];
    check("builds", &build(), cases);
}

#[test]
fn tests_and_references_of_builds() {
    let reference = build()["references"][0].clone();
    let cases = vec![
        ("/testInfo", Value::Null, ""),
        ("/testInfo", json!({}), "'testInfo.totalNumber' is required"),
        ("/testInfo", json!([]), "'testInfo' must be an object"),
        (
            "/testInfo/numberPassed",
            Value::Null,
            "'testInfo.numberPassed' is required",
        ),
        (
            "/testInfo/numberFailed",
            json!("1"),
            "'testInfo.numberFailed' must be an integer",
        ),
        ("/testInfo/numberSkipped", Value::Null, ""),
        (
            "/testInfo/passed",
            json!(1),
            "Unknown field 'testInfo.passed'",
        ),
        (
            "/references",
            json!([]),
            "'references' must have at least 1 elements",
        ),
        ("/references", json!(vec![reference.clone(); 5]), ""),
        (
            "/references",
            json!(vec![reference; 6]),
            "'references' can have a maximum of 5 elements",
        ),
        (
            "/references/0",
            json!({}),
            "'references[0]' must not be empty",
        ),
        ("/references/0/commit", Value::Null, ""),
        (
            "/references/0/commit/id",
            Value::Null,
            "'references[0].commit.id' is required",
        ),
        (
            "/references/0/commit/repositoryUri",
            json!("ssh://git@example.com/shop"),
            "",
        ),
        (
            "/references/0/commit/repositoryUri",
            json!("shop"),
            "'references[0].commit.repositoryUri' must be a valid URI",
        ),
        (
            "/references/0/ref/name",
            json!("x".repeat(256)),
            "'references[0].ref.name'",
        ),
        (
            "/references/0/ref/uri",
            Value::Null,
            "'references[0].ref.uri' is required",
        ),
        ("/issuekeys", json!([]), "Unknown field 'issuekeys'"),
        ("/environment", json!({}), "Unknown field 'environment'"),
    ];
    check("builds", &build(), cases);
}

#[test]
fn fields_of_deployments() {
    let mut cases = Vec::new();
    for name in [
        "/deploymentSequenceNumber",
        "/updateSequenceNumber",
        "/displayName",
        "/url",
        "/description",
        "/lastUpdated",
        "/state",
        "/pipeline",
        "/pipeline/id",
        "/pipeline/displayName",
        "/pipeline/url",
        "/environment",
        "/environment/id",
        "/environment/displayName",
        "/environment/type",
    ] {
        cases.push((name, Value::Null, "is required"));
    }
    cases.extend([
        ("/description", Value::Null, "'description' is required"),
        (
            "/pipeline/url",
            json!("shop"),
            "'pipeline.url' must be a valid URI",
        ),
        (
            "/environment/type",
            json!("Production"),
            "'environment.type' must be one of",
        ),
        ("/environment/type", json!("unmapped"), ""),
        (
            "/environment/id",
            json!("x".repeat(256)),
            "'environment.id' can have a maximum of 255",
        ),
        ("/state", json!("rolled_back"), ""),
        ("/state", json!("done"), "'state' must be one of"),
        ("/duration", json!("12"), "'duration' must be an integer"),
        ("/label", json!("1.2.3"), ""),
        ("/commands", Value::Null, ""),
        (
            "/commands/0/command",
            json!("other"),
            "'commands[0].command' must be one of",
        ),
        ("/testInfo", json!({}), "Unknown field 'testInfo'"),
    ]);
    check("deployments", &deployment(), cases);
}
