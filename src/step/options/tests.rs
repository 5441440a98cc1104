use serde_json::{Value, json};

use super::{Settled, no_credential, settle};
use crate::commands::{EventTime, StepPhase};
use crate::step::parameters::Parameters;
use crate::step::request::{BoundCredential, Request};
use crate::step::steps::Step;
use crate::variables::Variables;

const NOW: i64 = 1_767_225_600_000;

/// What a call is carried out with.
fn settled(
    step: &str,
    parameters: &Value,
    result: &Value,
    body: &Value,
    set: &Variables,
) -> Settled {
    let request = json!({
        "protocol": 1, "id": "a", "step": step, "parameters": parameters, "body": body,
        "run": {"number": 7, "now": NOW, "result": result},
    });
    let request = Request::of_value(request).unwrap();
    let step = Step::find(step).unwrap();
    let parameters = Parameters::read(step, &request.parameters, None);
    settle(step, &request, &parameters, set, StepPhase::default())
}

fn end(threw: bool, interrupted: bool) -> Value {
    json!({
        "phase": "end", "begun": r#"{"issueKeys":["ABC-1"]}"#, "started": NOW - 61_500,
        "threw": threw, "interrupted": interrupted, "resultBefore": null,
    })
}

#[test]
fn the_state_is_that_of_the_run_unless_it_is_given() {
    let none = Variables::default();
    let set = Variables::from([("JIRA_SEND_STATE", "pending")]);
    let begin = json!({"phase": "begin"});
    for (given, variables, result, body, state) in [
        (json!({}), &none, json!(null), json!(null), json!(null)),
        (
            json!({}),
            &none,
            json!("FAILURE"),
            json!(null),
            json!("FAILURE"),
        ),
        (
            json!({"state": "failed"}),
            &none,
            json!("SUCCESS"),
            json!(null),
            json!("failed"),
        ),
        (json!({}), &set, json!("SUCCESS"), json!(null), json!(null)),
        (
            json!({"state": "failed"}),
            &none,
            json!(null),
            begin.clone(),
            json!("in_progress"),
        ),
        (json!({}), &set, json!(null), begin, json!("in_progress")),
        (
            json!({}),
            &none,
            json!(null),
            end(false, false),
            json!("successful"),
        ),
        (
            json!({}),
            &none,
            json!(null),
            end(true, false),
            json!("failed"),
        ),
        (
            json!({}),
            &none,
            json!(null),
            end(true, true),
            json!("cancelled"),
        ),
        (
            json!({"state": "unknown"}),
            &none,
            json!("UNSTABLE"),
            end(false, false),
            json!("unknown"),
        ),
        (
            json!({"state": "successful"}),
            &none,
            json!(null),
            end(true, false),
            json!("failed"),
        ),
        (
            json!({"state": "successful"}),
            &none,
            json!(null),
            end(false, true),
            json!("cancelled"),
        ),
    ] {
        let settled = settled("jiraSendBuildInfo", &given, &result, &body, variables);
        let found = settled.options.get("state").cloned().unwrap_or_default();
        assert_eq!(found, state, "{given} {body}");
    }
}

#[test]
fn the_end_of_a_body_knows_its_beginning() {
    let none = Variables::default();
    let settled = settled(
        "jiraSendDeploymentInfo",
        &json!({}),
        &json!(null),
        &end(true, true),
        &none,
    );
    assert_eq!(settled.options["duration"], 61);
    assert_eq!(settled.options["eventTime"], NOW);
    assert_eq!(settled.phase.begun.issue_keys, ["ABC-1".parse().unwrap()]);
    assert_eq!(settled.phase.event, EventTime::Controller);
    assert_eq!(settled.phase.time_left.unwrap().as_secs(), 5);
}

#[test]
fn a_time_that_is_given_stands_and_the_end_comes_after_it() {
    let none = Variables::default();
    let given = json!({"eventTime": "2026-01-02T00:00:00Z", "duration": 5});
    let begun = settled(
        "jiraSendDeploymentInfo",
        &given,
        &json!(null),
        &json!({"phase": "begin"}),
        &none,
    );
    assert_eq!(begun.options["eventTime"], "2026-01-02T00:00:00Z");
    assert_eq!(begun.phase.event, EventTime::Given);
    let ended = settled(
        "jiraSendDeploymentInfo",
        &given,
        &json!(null),
        &end(false, false),
        &none,
    );
    assert_eq!(ended.options["eventTime"], 1_767_312_000_001_i64);
    assert_eq!(ended.options["duration"], 5);
}

#[test]
fn what_would_make_beginning_and_end_the_same_is_left_out() {
    let set = Variables::from([
        ("JIRA_SEND_LAST_UPDATED", "2026-01-01T00:00:00Z"),
        ("JIRA_SEND_TEST_REPORTS", "**/*.xml"),
    ]);
    let given = json!({"updateSequenceNumber": 5, "testReports": "a.xml", "verify": true});
    let begun = settled(
        "jiraSendBuildInfo",
        &given,
        &json!(null),
        &json!({"phase": "begin"}),
        &set,
    );
    let complaint = begun.complaint.unwrap();
    assert!(
        complaint.starts_with("JIRA_SEND_LAST_UPDATED, updateSequenceNumber ignored"),
        "{complaint}"
    );
    assert_eq!(begun.options.get("updateSequenceNumber"), None);
    assert_eq!(begun.options.get("testReports"), None);
    assert_eq!(begun.options["verify"], false);
    assert_eq!(begun.variables.by_name("JIRA_SEND_TEST_REPORTS"), None);
    let ended = settled(
        "jiraSendBuildInfo",
        &given,
        &json!(null),
        &end(false, false),
        &set,
    );
    assert_eq!(ended.complaint, None);
    assert_eq!(ended.options["testReports"], "a.xml");
    assert_eq!(ended.options["verify"], true);
    assert_eq!(ended.variables.by_name("JIRA_SEND_LAST_UPDATED"), None);
}

#[test]
fn steps_mean_what_the_plugin_means() {
    let none = Variables::default();
    let given = json!({"issueKeys": "ABC-1", "state": "successful"});
    let build = settled(
        "jiraSendBuildInfo",
        &given,
        &json!(null),
        &json!(null),
        &none,
    );
    assert_eq!(build.options["onlyIssueKeys"], true);
    assert_eq!(build.options.get("rollbackAs"), None);
    let deployment = settled(
        "jiraSendDeploymentInfo",
        &given,
        &json!(null),
        &json!(null),
        &none,
    );
    assert_eq!(deployment.options["rollbackAs"], "successful");
    let given = json!({"issueKeys": "ABC-1", "onlyIssueKeys": false});
    let build = settled(
        "jiraSendBuildInfo",
        &given,
        &json!(null),
        &json!(null),
        &none,
    );
    assert_eq!(build.options["onlyIssueKeys"], false);
}

#[test]
fn variables_of_the_command_line_do_not_count_and_those_of_a_checkout_do() {
    let set = Variables::from([
        ("JIRA_SEND_FORMAT", "json"),
        ("JIRA_SEND_ON_ERROR", "warn"),
        ("JIRA_SEND_PUSHED", "true"),
        ("JIRA_SEND_WAIT", "true"),
        ("GIT_COMMIT", "1111"),
        ("PATH", "/bin"),
    ]);
    let given = json!({"scm": {"GIT_COMMIT": "8a91", "GIT_BRANCH": null, "PATH": "/evil"}});
    let settled = settled("jiraSendKeys", &given, &json!(null), &json!(null), &set);
    for (name, value) in [
        ("JIRA_SEND_FORMAT", None),
        ("JIRA_SEND_ON_ERROR", None),
        ("JIRA_SEND_PUSHED", None),
        ("JIRA_SEND_WAIT", None),
        ("GIT_COMMIT", Some("8a91")),
        ("PATH", Some("/bin")),
    ] {
        assert_eq!(settled.variables.by_name(name), value, "{name}");
    }
    assert_eq!(settled.options.get("eventTime"), None);
}

#[test]
fn why_there_is_no_credential_is_said_with_what_to_do() {
    let missing = "org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException: Could not find credentials entry with ID 'x'";
    let wrong = "CredentialNotFoundException: Credentials 'x' is of type 'Username with password' where 'StringCredentials' was expected";
    for (problem, client_id, words) in [
        (
            missing,
            "",
            ["there is no credential 'x'", "Username with password"],
        ),
        (missing, "id", ["there is no credential 'x'", "Secret text"]),
        (wrong, "id", ["of the wrong kind", "Secret text"]),
        ("java.io.IOException: odd", "", ["could not bind", "odd"]),
    ] {
        let bound = BoundCredential {
            id: json!("x"),
            problem: Some(problem.to_owned()),
        };
        let parameters = json!({"clientId": client_id});
        let failure = no_credential(&bound, parameters.as_object().unwrap()).unwrap();
        let text = format!("{:?}", failure.lines());
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    assert!(no_credential(&BoundCredential::default(), &serde_json::Map::new()).is_none());
}
