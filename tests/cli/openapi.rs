//! Every payload against Atlassian's interface description, where `JIRA_OPENAPI` names a copy of it.
//! The description is not part of this repository.

use serde_json::{Value, json};

use crate::support::{Agent, EVENT, kinds};

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

#[test]
fn every_payload_fits_the_interface_description() {
    let Some(path) = std::env::var_os("JIRA_OPENAPI") else {
        return;
    };
    let text = std::fs::read_to_string(&path).expect("JIRA_OPENAPI names a file");
    let description: Value = serde_json::from_str(&text).expect("the description is JSON");
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
        let run = agent.run(&deployment);
        assert_valid(
            &deployments,
            &run.shown_body(),
            &format!("{kind}: {}", run.stderr),
        );
    }
}
