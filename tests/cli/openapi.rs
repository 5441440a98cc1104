//! Every payload against Atlassian's interface description, where `JIRA_OPENAPI` names a copy of it.
//! The description is not part of this repository.

use serde_json::{Value, json};

use crate::stored::{CLOUD_ID, requests_of_every_kind};
use crate::support::{Agent, EVENT, kinds};

/// Holds bodies of development information against the description, where there is one.
pub(crate) fn check_dev_info(bodies: &[Value]) {
    let Some(description) = description() else {
        return;
    };
    let dev_info = schema(&description, "/jira/devinfo/0.1/cloud/{cloudId}/bulk");
    let wrong = jsonschema::draft4::new(&dev_info).expect("a usable schema");
    assert!(!wrong.is_valid(&json!({"repositories": [{"commits": [{}]}]})));
    for body in bodies {
        assert_valid(&dev_info, body, "development information");
    }
}

/// The schema of a request's body, with all that it refers to.
fn schema(description: &Value, path: &str) -> Value {
    let body = &description["paths"][path]["post"]["requestBody"];
    let mut schema = body["content"]["application/json"]["schema"].clone();
    assert!(schema.is_object(), "{path} has a schema");
    schema["components"] = description["components"].clone();
    schema
}

fn assert_valid(schema: &Value, body: &Value, context: &str) {
    let validator = jsonschema::draft4::new(schema).expect("a usable schema");
    let errors: Vec<String> = validator
        .iter_errors(body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{context}: {errors:#?}\n{body:#}");
}

/// For runs without a repository of their own.
const PAGE: &str = "--repository-url=https://git.example.com/acme/shop";

fn description() -> Option<Value> {
    let path = std::env::var_os("JIRA_OPENAPI")?;
    let text = std::fs::read_to_string(&path).expect("JIRA_OPENAPI names a file");
    Some(serde_json::from_str(&text).expect("the description is JSON"))
}

/// Whether the description has an operation at this address; what it has in braces stands for one segment.
fn knows(description: &Value, method: &str, path: &str) -> bool {
    let mut paths = description["paths"].as_object().unwrap().iter();
    paths.any(|(template, operations)| {
        let (parts, segments) = (template.split('/'), path.split('/'));
        let fits = |(part, segment): (&str, &str)| part.starts_with('{') || part == segment;
        parts.clone().count() == segments.clone().count()
            && parts.zip(segments).all(fits)
            && operations[method.to_lowercase()].is_object()
    })
}

#[test]
fn every_address_is_in_the_interface_description() {
    let Some(description) = description() else {
        return;
    };
    // The check must be able to refuse.
    let builds = format!("/jira/builds/0.1/cloud/{CLOUD_ID}");
    assert!(knows(&description, "POST", &format!("{builds}/bulk")));
    assert!(!knows(&description, "DELETE", &format!("{builds}/bulk")));
    assert!(!knows(&description, "GET", &format!("{builds}/bulk/1")));
    for (method, path) in requests_of_every_kind() {
        assert!(knows(&description, method, &path), "{method} {path}");
    }
}

#[test]
fn every_payload_fits_the_interface_description() {
    let Some(description) = description() else {
        return;
    };
    let builds = schema(&description, "/jira/builds/0.1/cloud/{cloudId}/bulk");
    let deployments = schema(&description, "/jira/deployments/0.1/cloud/{cloudId}/bulk");

    // The validator must be able to refuse.
    let wrong = jsonschema::draft4::new(&builds).expect("a usable schema");
    assert!(!wrong.is_valid(&json!({"builds": [{"pipelineId": 5}]})));

    for kind in kinds() {
        let mut agent = Agent::of(&kind).with_commits(&["first", "ABC-1 second"]);
        agent.set(
            "CHANGE_TITLE",
            "🚀 \u{1} a long title\n".repeat(50).as_str(),
        );
        let build = [
            "build",
            "--dry-run",
            "--issue-keys=ABC-1",
            "--state=UNSTABLE",
            "--tests-passed=1",
            EVENT,
        ];
        let run = agent.run(&build);
        assert_valid(
            &builds,
            &run.shown_body(),
            &format!("{kind}: {}", run.stderr),
        );
        let deployment = [
            "deployment",
            "--dry-run",
            "--environment-name=EU production",
            "--issue-keys=ABC-1",
            "--service-ids=s-1",
            "--commit-association=repo:8a91dfc",
            "--enable-gating",
            "--duration=5",
            EVENT,
        ];
        let dev_info = ["dev-info", "--dry-run", "--all-entities", PAGE, EVENT];
        check_dev_info(&[agent.run(&dev_info).shown_body()]);
        let run = agent.run(&deployment);
        assert_valid(
            &deployments,
            &run.shown_body(),
            &format!("{kind}: {}", run.stderr),
        );
    }
}

/// Flags, from options and from files, however odd what they say.
#[test]
fn every_flag_fits_the_interface_description() {
    let Some(path) = std::env::var_os("JIRA_OPENAPI") else {
        return;
    };
    let text = std::fs::read_to_string(&path).expect("JIRA_OPENAPI names a file");
    let description: Value = serde_json::from_str(&text).expect("the description is JSON");
    let flags = schema(&description, "/jira/featureflags/0.1/cloud/{cloudId}/bulk");
    let wrong = jsonschema::draft4::new(&flags).expect("a usable schema");
    assert!(!wrong.is_valid(&json!({"flags": [{"id": "x"}]})));

    let odd = "🚀 \u{1} a long text\n".repeat(50);
    let agent = Agent::of("freestyle-no-scm");
    let file_of_flags = json!({"properties": {"a": "b"}, "flags": [
        {"key": odd, "displayName": odd, "updateSequenceId": 4, "enabled": true, "rollout": 12.5, "defaultValue": odd, "issueKeys": ["ABC-1"]},
        {"id": "x", "updateSequenceId": 5, "enabled": false, "rollout": {"rules": 3}, "issueKeys": ["ABC-1"],
         "environments": [{"name": "prod", "enabled": true, "rollout": odd}, {"name": odd, "type": "unmapped"}]},
    ]});
    agent.write("flags.json", &file_of_flags.to_string());
    let name = format!("--display-name={}", odd.replace('\n', " "));
    let cases = [
        vec![
            "feature-flag",
            "--flag-id=a b",
            "--enabled",
            &name,
            "--environment-name=qa",
        ],
        vec!["feature-flag", "--file=flags.json"],
    ];
    for arguments in cases {
        let more = ["--dry-run", "--issue-keys=ABC-1", EVENT];
        let run = agent.run(&[arguments.as_slice(), &more].concat());
        assert_valid(
            &flags,
            &run.shown_body(),
            &format!("{arguments:?}: {}", run.stderr),
        );
    }
}
