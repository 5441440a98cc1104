//! `jira-send feature-flag`, whole bodies compared.

use std::io::Write as _;
use std::process::Stdio;

use jira_sandbox::{Endpoint, Fault, Sandbox};
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
    let message = format!("flag new-cart accepted by {}: PROJ-2, OPS-1", jira.url());
    let expected = json!({
        "outcome": "accepted",
        "exit_code": 0,
        "message": message,
        "issue_keys": ["PROJ-2", "OPS-1"],
        "sites": [{
            "site": jira.url(),
            "outcome": "accepted",
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
            .contains("a number from 0 to 100 is wanted")
    );
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let run = Agent::bare().run(&["feature-flag", "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 2);
    for missing in [
        "--flag-id",
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
    let mut agent = Agent::of("freestyle-no-scm");
    let parameters = json!({
        "flagKey": "x",
        "enabled": true,
        "rolloutPercentage": 25,
        "environmentName": ["dev", "prod"],
        "issueKeys": ["ABC-1"],
    });
    agent.set("JIRA_SEND_PARAMETERS", &parameters.to_string());
    let body = agent.run(&["feature-flag", "--dry-run"]).shown_body();
    let flag = &body["flags"][0];
    assert_eq!(flag["details"][1]["environment"]["type"], "production");
    assert_eq!(
        flag["summary"]["status"],
        json!({"enabled": true, "rollout": {"percentage": 25}})
    );
}

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
        "[\n  {\"key\": \"a\", \"enabled\": true, \"issueKeys\": [\"ABC-1\"]},\n  {\"key\": \"b\", \"enabeld\": \"\\u001b[31m\", \"rollout\": {\"percentage\": 101}}\n]",
    );
    let run = agent.run(&["feature-flag", "--file=flags.json"]);
    assert_eq!(run.code, 2);
    for line in [
        "error: flags.json cannot be used, and nothing was sent",
        "  caused by: line 3, column 16: [1].enabeld: there is no such field; the fields are id, ",
        "  caused by: line 3, column 67: [1].rollout.percentage: a number from 0 to 100 is wanted, not 101",
        "hint: jira-send feature-flag --help shows what such a file looks like",
    ] {
        assert!(run.stderr.contains(line), "{line}\n{}", run.stderr);
    }
    for (name, words) in [("nowhere.json", "cannot be read"), (".", "cannot be read")] {
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

#[test]
fn thousands_of_flags_go_a_hundred_at_a_time() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let flags: Vec<Value> = (1..=1_050)
        .map(|number| json!({"key": format!("f{number}"), "enabled": true, "issueKeys": [format!("ABC-{number}")]}))
        .collect();
    let run = send_file(&agent, &json!(flags), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let submissions = jira.submissions();
    let counts: Vec<usize> = submissions.iter().map(|body| ids(body).len()).collect();
    assert_eq!(counts, [[100; 10].as_slice(), &[50]].concat());
    let json = run.json();
    assert_eq!(
        json["sites"][0]["accepted"].as_array().unwrap().len(),
        1_050
    );
    assert_eq!(json["issue_keys"].as_array().unwrap().len(), 1_050);
    assert!(jira.feature_flag("f1050").is_some());
    assert!(run.stderr.lines().count() < 15, "{}", run.stderr);
}

#[test]
fn a_flag_that_jira_refuses_does_not_keep_the_others() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let flags = json!([
        {"key": "good", "enabled": true, "issueKeys": ["ABC-1"]},
        {"key": "bad", "enabled": true, "issueKeys": ["NONE-1"]},
    ]);
    let run = send_file(&agent, &flags, &[]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (1, &json!("partly_accepted")));
    let site = &json["sites"][0];
    assert_eq!(site["accepted"], json!(["good"]));
    assert_eq!(site["rejected"][0]["key"], "bad");
    assert!(run.stderr.contains("NONE-1"), "{}", run.stderr);
    assert!(jira.feature_flag("good").is_some() && jira.feature_flag("bad").is_none());
}

#[test]
fn too_large_a_request_is_sent_in_halves() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    jira.fail_times(
        Endpoint::FeatureFlags,
        1,
        Fault::json(413, json!([{"message": "too large"}])),
    );
    let flags: Vec<Value> = (1..=4)
        .map(|number| json!({"key": format!("f{number}"), "enabled": true, "issueKeys": ["ABC-1"]}))
        .collect();
    let run = send_file(&agent, &json!(flags), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let submissions = jira.submissions();
    let sent: Vec<Vec<&str>> = submissions.iter().map(ids).collect();
    assert_eq!(
        sent,
        [
            vec!["f1", "f2", "f3", "f4"],
            vec!["f1", "f2"],
            vec!["f3", "f4"]
        ]
    );
    assert_eq!(
        run.json()["sites"][0]["accepted"].as_array().unwrap().len(),
        4
    );
}

#[test]
fn each_site_gets_the_same_flags() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let agent = Agent::of("freestyle-no-scm").with_sites(&[&acme, &beta]);
    beta.fail(Endpoint::FeatureFlags, Fault::empty(403));
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=x",
        "--enabled",
        "--issue-keys=ABC-1",
        "--format=json",
    ]);
    let json = run.json();
    assert_eq!((run.code, &json["outcome"]), (3, &json!("partly_accepted")));
    assert_eq!(json["sites"][0]["outcome"], "accepted");
    assert_eq!(json["sites"][1]["outcome"], "unauthorized");
    assert!(
        run.stderr
            .contains("tick \"Feature flags\" on the credential"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.submissions(), beta.submissions());
}

/// What could not be delivered waits, and a later state takes its place.
#[test]
fn an_undelivered_flag_waits_until_a_later_state_replaces_it() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    jira.fail(
        Endpoint::FeatureFlags,
        Fault::redirect("https://else.example/"),
    );
    let send = |options: &[&str]| {
        let flag = ["feature-flag", "--flag-id=x", "--format=json", "--budget=3"];
        agent.run(&[&flag[..], options].concat())
    };
    let run = send(&["--disabled", "--issue-keys=ABC-1"]);
    assert_eq!(
        (run.code, &run.json()["sites"][0]["queued"]),
        (4, &json!(true))
    );
    let entry = agent.waiting().remove(0);
    assert_eq!(
        (&entry["data"], &entry["key"]),
        (&json!("featureflags"), &json!("x"))
    );
    let later = send(&["--enabled", "--issue-keys=ABC-2"]);
    assert_eq!(later.code, 4);
    jira.clear_faults();
    let flush = agent.run(&["flush", "--format=json"]);
    assert_eq!(flush.code, 0, "{}", flush.stderr);
    let outbox = &flush.json()["outbox"];
    assert_eq!(
        (&outbox["delivered"], &outbox["superseded"]),
        (&json!(1), &json!(1))
    );
    let flag = jira.feature_flag("x").unwrap();
    assert_eq!(flag["summary"]["status"]["enabled"], true);
    // The update names the issues of the one before again.
    assert_eq!(flag["associations"][0]["values"], json!(["ABC-2", "ABC-1"]));
    assert!(agent.kept(".json").is_empty());
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
    let cleaned = "a error: b[31m \u{202e}$(touch pwned) `x` '\"";
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
    assert!(run.stderr.contains("warning: http://localhost/b "));
    let fine = send_file(
        &agent,
        &json!([flag("a", "https://flags/a")]),
        &["--dry-run"],
    );
    assert!(!fine.stderr.contains("warning"), "{}", fine.stderr);
}
