//! `jira-send feature-flag`, whole bodies compared.

mod delivery;
mod file;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, Run};

const PRODUCT: &str = concat!("jira-send/", env!("CARGO_PKG_VERSION"));

/// The time of the event, as Jira gets it.
const TIME: &str = "2026-01-01T12:00:00.123Z";

/// Sends a file of these flags.
fn send_file(agent: &Agent, flags: &Value, options: &[&str]) -> Run {
    agent.write("flags.json", &flags.to_string());
    let arguments = ["feature-flag", "--file=flags.json", "--format=json"];
    agent.run(&[&arguments[..], options].concat())
}

/// What the flags of one request are called.
fn ids(body: &Value) -> Vec<&str> {
    let flags = body["flags"].as_array().unwrap().iter();
    flags.map(|flag| flag["id"].as_str().unwrap()).collect()
}

#[test]
fn a_flag_of_the_run_appears_on_its_issue() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "OPS-1 second"]);
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=new-cart",
        "--enabled",
        EVENT,
        "--format=json",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let url = "https://ci.example.com/job/shop/job/PR-7/2/";
    let expected = json!({
        "properties": {"job": "shop/PR-7", "jenkinsUrl": "https://ci.example.com/"},
        "flags": [{
            "schemaVersion": "1.0",
            "id": "new-cart",
            "key": "new-cart",
            "updateSequenceId": EVENT_MILLISECONDS,
            "associations": [{
                "associationType": "issueIdOrKeys",
                "values": ["PROJ-2", "OPS-1"],
            }],
            "summary": {"url": url, "status": {"enabled": true}, "lastUpdated": TIME},
            "details": [{
                "url": url,
                "lastUpdated": TIME,
                "environment": {"name": "all environments"},
                "status": {"enabled": true},
            }],
        }],
        "providerMetadata": {"product": PRODUCT},
    });
    assert_eq!(jira.submissions(), [expected]);
    assert!(jira.panel("OPS-1").contains("new-cart"));
    let message = format!(
        "flag new-cart sent to {0}: {0}/browse/PROJ-2, OPS-1",
        jira.url()
    );
    let expected = json!({
        "outcome": "accepted",
        "exit_code": 0,
        "message": message,
        "issue_keys": ["PROJ-2", "OPS-1"],
        "sites": [{
            "site": jira.url(),
            "outcome": "accepted",
            "link": format!("{}/browse/PROJ-2", jira.url()),
            "accepted": ["new-cart"],
            "rejected": [],
            "unknown_issue_keys": [],
            "unknown_associations": [],
            "message": message,
        }],
    });
    assert_eq!(run.json(), expected);
    assert_eq!(run.stderr, format!("{message}\n"));
}

#[test]
fn every_field_can_be_given() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=shop/new cart",
        "--flag-key=newCart ABC-3",
        "--display-name=New cart of ABC-4 🚀",
        "--enabled=yes",
        "--default-value=old\ncart",
        "--rollout-percentage=12.5%",
        "--url=https://flags/new-cart",
        "--environment-name=EU production",
        "--environment-name=red",
        "--last-updated=2026-02-03T04:05:06+01:00",
        "--update-sequence-number=99",
        "--property=a=b",
        "--product=mine",
        "--issue-keys=abc-1, ABC-2",
        "--issue-ids=10042",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let time = "2026-02-03T03:05:06.000Z";
    let status = json!({
        "enabled": true,
        "defaultValue": "old cart",
        "rollout": {"percentage": 12.5},
    });
    let url = "https://flags/new-cart";
    let detail = |environment: Value| json!({"url": url, "lastUpdated": time, "environment": environment, "status": status});
    let expected = json!({
        "properties": {"a": "b"},
        "flags": [{
            "schemaVersion": "1.0",
            "id": "shop~2Fnew~20cart",
            "key": "newCart ABC-3",
            "updateSequenceId": 99,
            "displayName": "New cart of ABC-4",
            "associations": [{
                "associationType": "issueIdOrKeys",
                "values": ["10042", "ABC-3", "ABC-4", "ABC-1", "ABC-2"],
            }],
            "summary": {"url": url, "status": status, "lastUpdated": time},
            "details": [
                detail(json!({"name": "EU production", "type": "production"})),
                detail(json!({"name": "red"})),
            ],
        }],
        "providerMetadata": {"product": "mine"},
    });
    assert_eq!(jira.submissions(), [expected]);
}

#[test]
fn a_flag_is_on_or_off_and_rolled_out_in_one_way() {
    let agent = Agent::of("freestyle-no-scm");
    let run = |options: &[&str]| {
        let flag = [
            "feature-flag",
            "--dry-run",
            "--flag-key=x",
            "--issue-keys=ABC-1",
        ];
        agent.run(&[&flag[..], options].concat())
    };
    let cases: [(&[&str], Value); 7] = [
        (&["--enabled"], json!({"enabled": true})),
        (&["--enabled", "false"], json!({"enabled": false})),
        (&["--enabled=1"], json!({"enabled": true})),
        (&["--disabled"], json!({"enabled": false})),
        (
            &["--enabled", "--rollout-rules=0"],
            json!({"enabled": true, "rollout": {"rules": 0}}),
        ),
        (
            &["--enabled", "--rollout-text=beta $(x)"],
            json!({"enabled": true, "rollout": {"text": "beta $(x)"}}),
        ),
        (
            &["--disabled", "--rollout-percentage=100"],
            json!({"enabled": false, "rollout": {"percentage": 100}}),
        ),
    ];
    for (options, status) in cases {
        let flag = run(options).shown_body()["flags"][0].clone();
        assert_eq!(flag["summary"]["status"], status, "{options:?}");
        assert_eq!(flag["details"][0]["status"], status, "{options:?}");
    }
    let wrong: [&[&str]; 8] = [
        &["--enabled", "--disabled"],
        &["--enabled=maybe"],
        &["--enabled", "--rollout-percentage=101"],
        &["--enabled", "--rollout-percentage=1", "--rollout-text=x"],
        &["--enabled", "--rollout-rules=1", "--rollout-text=x"],
        &["--enabled", "--rollout-rules=1", "--rollout-percentage=1"],
        &["--enabled", "--rollout-rules=-1"],
        &["--enabled", "--file=x"],
    ];
    for options in wrong {
        let run = run(options);
        assert_eq!(run.code, 2, "{options:?}");
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    }
    let percentage = run(&["--enabled", "--rollout-percentage=101"]);
    assert!(
        percentage
            .stderr
            .contains("expected a number from 0 to 100")
    );
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let run = Agent::bare().run(&["feature-flag", "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 2);
    for missing in [
        "--flag-key",
        "--enabled or --disabled",
        "BUILD_URL",
        "JIRA_SITE",
    ] {
        assert!(run.stderr.contains(missing), "{missing}: {}", run.stderr);
    }
}

/// A step passes its parameters as JSON, where true is no text.
#[test]
fn a_step_says_it_with_parameters() {
    let agent = Agent::of("freestyle-no-scm");
    let parameters = json!({
        "dryRun": true,
        "flagKey": "x",
        "enabled": true,
        "rolloutPercentage": 25,
        "environmentName": ["dev", "prod"],
        "issueKeys": ["ABC-1"],
    });
    let answer = agent.step("jiraSendFeatureFlag", &parameters, &json!({}));
    let flag = &answer.shown_body()["flags"][0];
    assert_eq!(flag["details"][1]["environment"]["type"], "production");
    assert_eq!(
        flag["summary"]["status"],
        json!({"enabled": true, "rollout": {"percentage": 25}})
    );
}

#[test]
fn no_issue_is_no_failure_unless_it_is_wanted() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let one = ["feature-flag", "--flag-id=x", "--enabled", "--format=json"];
    let flags = json!([{"key": "utf-8", "enabled": true}]);
    for run in [
        agent.run(&one),
        send_file(&agent, &flags, &[]),
        send_file(&agent, &json!([]), &[]),
    ] {
        assert_eq!(
            (run.code, run.json()["outcome"].as_str()),
            (0, Some("nothing_to_send"))
        );
    }
    let run = send_file(&agent, &flags, &["--require-issue-keys"]);
    assert_eq!(run.code, 5);
    assert!(jira.requests().is_empty());
}

/// One word is enough, however many there are.
#[test]
fn an_address_that_nobody_can_open_is_warned_of() {
    let agent = Agent::of("freestyle-no-scm");
    let flag = |key: &str, url: &str| json!({"key": key, "enabled": true, "issueKeys": ["ABC-1"], "url": url});
    let flags = json!([
        flag("a", "https://flags/a"),
        flag("b", "http://localhost/b"),
        flag("c", "http://localhost/c"),
    ]);
    let run = send_file(&agent, &flags, &["--dry-run"]);
    let warnings = run.stderr.matches("only this machine can open").count();
    assert_eq!(warnings, 1, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("warning: only this machine can open http://localhost/b")
    );
    let fine = send_file(
        &agent,
        &json!([flag("a", "https://flags/a")]),
        &["--dry-run"],
    );
    assert!(!fine.stderr.contains("warning"), "{}", fine.stderr);
}
