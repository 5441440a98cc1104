//! Parameters that cannot be, and requests that are none.

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{START, build, with};
use crate::support::{Agent, request};

#[test]
fn what_is_misspelled_is_told_and_the_rest_is_sent() {
    let jira = Sandbox::start();
    for (parameters, words) in [
        (
            json!({"lable": "x"}),
            "warning: unknown parameter lable (did you mean label?), ignored",
        ),
        (
            json!({"ticket": "ABC-2"}),
            "ticket (did you mean issueKeys?)",
        ),
        (
            json!({"wholly": 1, "other": 2}),
            "unknown parameters other, wholly, ignored",
        ),
        (
            json!({"format": "json", "quiet": true}),
            "unknown parameters format, quiet",
        ),
        (json!({"scm": "git"}), "scm expects what checkout returns"),
        (
            json!({"testResults": {"failCount": 1}}),
            "testResults needs totalCount",
        ),
        (
            json!({"testResults": "hudson.tasks.junit.TestResultSummary@1"}),
            "testResults expects",
        ),
    ] {
        let all = with(
            json!({"issueKeys": "ABC-1", "state": "SUCCESS"}),
            &parameters,
        );
        let answer = Agent::of_run(&jira, 7).step("jiraSendBuildInfo", &all, &json!({}));
        assert_eq!((answer.outcome(), answer.fail()), ("accepted", None));
        assert!(answer.echo().contains(words), "{words}: {}", answer.echo());
        let sent = jira.submissions().pop().unwrap();
        assert_eq!(sent, build(7, "successful", START, &["ABC-1"]), "{words}");
    }
}

#[test]
fn an_argument_without_a_name_is_told_with_an_example() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    for (step, misused, words) in [
        (
            "jiraSendBuildInfo",
            "ABC-1",
            "the argument \"ABC-1\" is ignored, since parameters have names: jiraSendBuildInfo(issueKeys: 'ABC-1')",
        ),
        (
            "jiraSendFeatureFlag",
            "new-cart",
            "jiraSendFeatureFlag(flagKey: 'new-cart', enabled: true)",
        ),
        (
            "checkGatingStatus",
            "eu-prod",
            "checkGatingStatus(environmentId: 'eu-prod')",
        ),
        (
            "jiraSendKeys",
            "\u{1b}[31m\n\u{202e}",
            "\\u{1b}[31m\\n\\u{202e}",
        ),
        (
            "jiraSendBuildInfo",
            &"x".repeat(1_000_000),
            "xxx\" is ignored",
        ),
    ] {
        let mut request = request(step, &json!({"budget": 1}), &json!({}));
        request["misused"] = misused.into();
        let answer = agent.ask(&request);
        assert!(answer.echo().contains(words), "{words}: {}", answer.echo());
        assert!(answer.echo().len() < 2_000, "{}", answer.echo().len());
    }
}

#[test]
fn in_strict_mode_nothing_is_sent() {
    let jira = Sandbox::start();
    let mut agent = Agent::of_run(&jira, 7);
    let mut misused = request(
        "jiraSendBuildInfo",
        &json!({"failOnError": true}),
        &json!({}),
    );
    misused["misused"] = "ABC-1".into();
    let wrong = json!({"issueKeys": "ABC-1", "lable": "x", "failOnError": true});
    let wrong = request("jiraSendBuildInfo", &wrong, &json!({}));
    for request in [misused, wrong.clone()] {
        let answer = agent.ask(&request);
        assert_eq!(
            (answer.outcome(), &answer.returns()["exitCode"]),
            ("invalid", &json!(2))
        );
        assert!(
            answer.fail().unwrap().contains("ignored"),
            "{}",
            answer.said()
        );
        assert_eq!(
            answer.said().matches("ignored").count(),
            1,
            "{}",
            answer.said()
        );
    }
    // So says a variable for all steps, which a parameter overrules.
    agent.set("JIRA_SEND_FAIL_ON_ERROR", "true");
    let mut request = wrong;
    request["parameters"]["failOnError"] = Value::Null;
    assert!(agent.ask(&request).fail().is_some());
    assert!(jira.requests().is_empty());
    request["parameters"]["failOnError"] = false.into();
    let answer = agent.ask(&request);
    assert_eq!((answer.outcome(), answer.fail()), ("accepted", None));
}

/// Whatever the library hands over, there is an answer that it can read.
#[test]
fn what_is_no_request_is_refused() {
    let agent = Agent::of("freestyle-no-scm");
    let whole = || request("jiraSendBuildInfo", &json!({}), &json!({}));
    let changed = |name: &str, value: Value| {
        let mut changed = whole();
        changed[name] = value;
        changed.to_string()
    };
    for (text, words) in [
        (String::new(), "EOF"),
        ("no JSON".to_owned(), "expected"),
        ("[]".to_owned(), "no version"),
        ("{\"protocol\":1}".to_owned(), "missing field"),
        (whole().to_string()[..100].to_owned(), "EOF"),
        ("[".repeat(100_000), "recursion"),
        (changed("protocol", json!(2)), "version 2 of the protocol"),
        (changed("protocol", json!("1")), "no version"),
        (changed("run", json!([])), "invalid"),
        (changed("parameters", json!("x")), "invalid type"),
        (changed("body", json!({"phase": "middle"})), "middle"),
        (changed("step", json!("jiraSendNothing")), "jiraSendNothing"),
        (changed("step", json!("\u{1b}[31m")), "\\u{1b}[31m"),
    ] {
        let answer = agent.ask_text(&text);
        // The library keeps the request, and a gate stays shut.
        let problem = answer.json["problem"].as_str().unwrap_or_default();
        assert!(problem.contains(words), "{words}: {problem}");
        assert!(problem.contains("; "), "no hint: {problem}");
        assert_eq!((answer.keep(), answer.forget()), (Vec::new(), Vec::new()));
    }
    // A file that is not there, and one without end.
    for path in ["/nowhere/request.json", "/dev/zero", "."] {
        let run = agent.run(&["step", path]);
        let answer = crate::support::Answer::of(&run);
        assert!(answer.json["problem"].is_string(), "{path}");
    }
}

/// Fields that a later library adds are no reason to fail.
#[test]
fn unknown_fields_are_passed_over() {
    let jira = Sandbox::start();
    let parameters = json!({"issueKeys": "ABC-1", "state": "SUCCESS"});
    let mut request = request("jiraSendBuildInfo", &parameters, &json!({"newer": 1}));
    request["newer"] = json!({"a": [1]});
    assert_eq!(Agent::of_run(&jira, 7).ask(&request).outcome(), "accepted");
}
