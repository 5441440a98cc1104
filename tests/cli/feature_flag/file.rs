//! Files of many flags.

use std::io::Write as _;
use std::process::Stdio;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{PRODUCT, TIME, send_file};
use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, Run};

#[test]
fn a_file_of_flags_is_sent_in_one_request() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "OPS-1 second"]);
    let flags = json!({"flags": [
        {
            "key": "new-cart",
            "displayName": "New cart",
            "issueKeys": ["ABC-1"],
            "url": "https://flags/new-cart",
            "environments": [
                {"name": "production", "enabled": true, "rollout": 25},
                {"name": "staging", "enabled": true},
            ],
        },
        {"key": "old-search", "description": "Goes with ABC-2", "enabled": false},
        {"key": "lone", "enabled": false},
    ]});
    let run = send_file(&agent, &flags, &[EVENT]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let page = "https://ci.example.com/job/shop/job/PR-7/2/";
    let url = "https://flags/new-cart";
    let quarter = json!({"enabled": true, "rollout": {"percentage": 25}});
    let issues = |key: &str| json!([{"associationType": "issueIdOrKeys", "values": [key]}]);
    let expected = json!({
        "properties": {"job": "shop/PR-7", "jenkinsUrl": "https://ci.example.com/"},
        "flags": [
            {
                "schemaVersion": "1.0",
                "id": "new-cart",
                "key": "new-cart",
                "updateSequenceId": EVENT_MILLISECONDS,
                "displayName": "New cart",
                "associations": issues("ABC-1"),
                "summary": {"url": url, "status": quarter, "lastUpdated": TIME},
                "details": [
                    {
                        "url": url,
                        "lastUpdated": TIME,
                        "environment": {"name": "production", "type": "production"},
                        "status": quarter,
                    },
                    {
                        "url": url,
                        "lastUpdated": TIME,
                        "environment": {"name": "staging", "type": "staging"},
                        "status": {"enabled": true},
                    },
                ],
            },
            {
                "schemaVersion": "1.0",
                "id": "old-search",
                "key": "old-search",
                "updateSequenceId": EVENT_MILLISECONDS,
                "associations": issues("ABC-2"),
                "summary": {"url": page, "status": {"enabled": false}, "lastUpdated": TIME},
                "details": [{
                    "url": page,
                    "lastUpdated": TIME,
                    "environment": {"name": "all environments"},
                    "status": {"enabled": false},
                }],
            },
        ],
        "providerMetadata": {"product": PRODUCT},
    });
    assert_eq!(jira.submissions(), [expected]);
    assert!(
        run.stderr
            .contains("warning: the flag lone names no issue, and is not sent"),
        "{}",
        run.stderr
    );
    let json = run.json();
    assert_eq!(json["issue_keys"], json!(["ABC-1", "ABC-2"]));
    assert_eq!(
        json["sites"][0]["accepted"],
        json!(["new-cart", "old-search"])
    );
}

#[test]
fn options_put_their_issues_on_every_flag_of_a_file() {
    let agent = Agent::of("multibranch-declarative-pull-request");
    let flags = json!([
        {"key": "a", "enabled": true, "issueKeys": ["ABC-1"]},
        {"key": "ABC-9-b", "enabled": true},
    ]);
    let values = |options: &[&str]| {
        let run = send_file(&agent, &flags, &[&["--dry-run"], options].concat());
        let flags = run.json()["request"]["body"]["flags"].clone();
        let flags = flags.as_array().cloned().unwrap_or_default().into_iter();
        let values = flags.map(|flag| flag["associations"][0]["values"].clone());
        values.collect::<Value>()
    };
    assert_eq!(values(&[]), json!([["ABC-1"], ["ABC-9"]]));
    assert_eq!(
        values(&["--issue-keys=ABC-2", "--branch=ops-3-x"]),
        json!([["ABC-1", "ABC-2", "OPS-3"], ["ABC-9", "ABC-2", "OPS-3"]])
    );
    assert_eq!(
        values(&["--only-issue-keys", "--issue-ids=5", "--branch=ops-3-x"]),
        json!([["5", "ABC-1"], ["5"]])
    );
    assert_eq!(values(&["--only-issue-keys"]), json!([["ABC-1"]]));
}

/// What can be sent to Jira's own API can be given as a file, by standard input too.
#[test]
fn a_body_of_jiras_api_comes_out_as_it_went_in() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let flag = |id: &str, number: i64| {
        json!({
            "schemaVersion": "1.0",
            "id": id,
            "key": "key",
            "updateSequenceId": number,
            "displayName": "Name",
            "associations": [{"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1"]}],
            "summary": {
                "url": "https://flags/x",
                "status": {"enabled": true, "defaultValue": "off", "rollout": {"text": "some"}},
                "lastUpdated": TIME,
            },
            "details": [{
                "url": "https://flags/x/prod",
                "lastUpdated": TIME,
                "environment": {"name": "prod", "type": "production"},
                "status": {"enabled": false, "rollout": {"rules": 2}},
            }],
        })
    };
    // Each keeps the number that it has, though they travel together.
    let body = json!({
        "properties": {"account": "7"},
        "flags": [flag("a", 5), flag("b", 3)],
        "providerMetadata": {"product": "flags 1"},
    });
    let mut command = agent.command(&["feature-flag", "--file", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = program.stdin.take().unwrap();
    input.write_all(body.to_string().as_bytes()).unwrap();
    drop(input);
    let run = Run::of(&program.wait_with_output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(jira.submissions(), [body]);
}

#[test]
fn a_wrong_file_is_explained_and_nothing_is_sent() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    agent.write(
        "flags.json",
        "[\n  {\"key\": \"a\", \"enabled\": true, \"issueKeys\": [\"ABC-1\"]},\n  {\"key\": \"b\", \"enabeld\": \"\u{1b}[31m\", \"rollout\": {\"percentage\": 101}}\n]",
    );
    let run = agent.run(&["feature-flag", "--file=flags.json", "--format=json"]);
    // The first error is one of the file itself: a control character in a text is no JSON.
    assert_eq!(
        (run.code, run.json()["outcome"].as_str()),
        (2, Some("invalid"))
    );
    assert!(run.stderr.contains("line 3, column "), "{}", run.stderr);
    agent.write(
        "flags.json",
        "[\n  {\"key\": \"a\", \"enabled\": true, \"issueKeys\": [\"ABC-1\"]},\n  {\"key\": \"b\", \"enabeld\": \"\\u001b[31m\"}\n]",
    );
    let run = agent.run(&["feature-flag", "--file=flags.json"]);
    assert_eq!(run.code, 2);
    for line in [
        "error: flags.json cannot be used, and nothing was sent",
        "  caused by: line 3, column 27: [1].enabeld: unknown field `enabeld`, expected one of `id`, ",
        "hint: jira-send feature-flag --help shows what such a file looks like",
    ] {
        assert!(run.stderr.contains(line), "{line}\n{}", run.stderr);
    }
    for (name, words) in [
        ("nowhere.json", "cannot be read"),
        (".", "not a regular file"),
    ] {
        let run = agent.run(&["feature-flag", "--file", name]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    agent.write("flags.json", &" ".repeat(16 * 1024 * 1024 + 1));
    let run = agent.run(&["feature-flag", "--file=flags.json"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("longer than 16777216 bytes"),
        "{}",
        run.stderr
    );
    assert!(jira.requests().is_empty());
}

/// A file says all of its flags, so nothing is added to them; a single update later knows which issues are whose.
#[test]
fn flags_of_a_file_keep_their_own_issues_and_numbers() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let flags = |a: &str| {
        json!([
            {"key": "a", "enabled": true, "issueKeys": [a]},
            {"key": "b", "enabled": true, "issueKeys": ["ABC-2"]},
        ])
    };
    assert_eq!(send_file(&agent, &flags("ABC-1"), &[]).code, 0);
    assert_eq!(send_file(&agent, &flags("ABC-3"), &[]).code, 0);
    let values = |id: &str| jira.feature_flag(id).unwrap()["associations"][0]["values"].clone();
    assert_eq!(
        (values("a"), values("b")),
        (json!(["ABC-3"]), json!(["ABC-2"]))
    );
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=b",
        "--disabled",
        "--issue-keys=ABC-5",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(values("b"), json!(["ABC-5", "ABC-2"]));
    let submissions = jira.submissions();
    let number = |index: usize| {
        submissions[index]["flags"][0]["updateSequenceId"]
            .as_i64()
            .unwrap()
    };
    assert!(number(0) < number(1) && number(1) < number(2));
}

/// Text that strangers wrote, in every place of a file.
#[test]
fn hostile_text_reaches_jira_cleaned_and_no_log() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let text = "a\nerror: b\u{1b}[31m \u{202e}$(touch pwned) `x` '\" 🚀\u{0085}\0";
    let long = "é".repeat(400);
    let flags = json!([{
        "id": format!("{text}{long}"),
        "key": text,
        "displayName": long,
        "description": format!("ABC-1 {text}"),
        "enabled": true,
        "defaultValue": "🚀",
        "rollout": text,
        "url": "https://flags/\u{1F680} \"x\"",
        "environments": [{"name": "🚀"}, {"name": text}],
    }, {"id": text, "enabled": true}]);
    let run = send_file(&agent, &flags, &["-v"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let body = jira.submissions().remove(0);
    let flag = &body["flags"][0];
    let cleaned = "a error: b[31m $(touch pwned) `x` '\"";
    assert_eq!(flag["key"], cleaned);
    assert_eq!(flag["id"].as_str().unwrap().len(), 255);
    assert_eq!(flag["displayName"].as_str().unwrap().chars().count(), 255);
    let expected = json!({"enabled": true, "rollout": {"text": cleaned}});
    assert_eq!(flag["summary"]["status"], expected);
    assert_eq!(flag["details"][0]["environment"]["name"], "\u{FFFD}");
    assert_eq!(
        flag["details"][0]["url"],
        "https://flags/%F0%9F%9A%80%20%22x%22"
    );
    assert!(!agent.path().join("pwned").exists());
    assert!(
        !run.stderr.contains("\nerror") && !run.stderr.contains(['\u{1b}', '\u{202e}']),
        "{}",
        run.stderr
    );
}
