//! `jiraSendKeys` and `jiraSendCheck`: what they print, and the map that they return.

use jira_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

use super::change;
use crate::support::Agent;

#[test]
fn keys_are_explained_as_the_run_sees_them() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    let run = json!({"changes": [change("ABC-1 and UTF-8"), change("abc-2 is lower case")]});
    let answer = agent.step("jiraSendKeys", &json!({}), &run);
    assert_eq!(answer.fail(), None);
    let returns = answer.returns();
    assert_eq!(returns["issueKeys"], json!(["ABC-1"]));
    assert_eq!(
        (&returns["exitCode"], &returns["commitsLeftOut"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(returns["found"][0]["text"], "ABC-1 and UTF-8");
    let dropped = returns["dropped"].as_array().unwrap().iter();
    let dropped: Vec<&Value> = dropped.map(|dropped| &dropped["candidate"]).collect();
    assert_eq!(dropped, [&json!("UTF-8"), &json!("abc-2")]);
    let echo = answer.echo();
    assert!(
        echo.starts_with("jiraSendKeys:\nissue keys: ABC-1\n\nfound:\n"),
        "{echo}"
    );
    assert!(echo.contains("dropped:\n"), "{echo}");
    // Where people write steps there are no options.
    assert!(
        !echo.contains("--") && !returns.to_string().contains("--"),
        "{echo} {returns}"
    );
    assert!(jira.requests().is_empty());
    assert_eq!((answer.keep(), answer.forget()), (Vec::new(), Vec::new()));

    // What is given is explained, and nothing besides.
    let given = json!({"message": "ABC-3", "projects": ["ABC"]});
    let answer = agent.step("jiraSendKeys", &given, &json!({}));
    assert_eq!(*answer.issue_keys(), json!(["ABC-3"]));
}

#[test]
fn everything_is_checked_and_each_problem_has_its_remedy() {
    let jira = Sandbox::start();
    let mut agent = Agent::of_run(&jira, 7);
    let answer = agent.step("jiraSendCheck", &json!({"failOnError": true}), &json!({}));
    let returns = answer.returns();
    assert_eq!(
        (&returns["outcome"], &returns["exitCode"]),
        (&json!("ok"), &json!(0)),
        "{}",
        answer.echo()
    );
    assert_eq!(answer.fail(), None);
    let names: Vec<&str> = returns["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    for name in ["site", "credential", "token", "jenkins", "outbox"] {
        assert!(names.contains(&name), "{names:?}");
        assert!(answer.echo().contains(name), "{}", answer.echo());
    }
    assert!(
        answer.echo().starts_with("jiraSendCheck:\n"),
        "{}",
        answer.echo()
    );

    agent.set("JIRA_CLIENT_SECRET", "wrong");
    for (parameters, fails) in [(json!({}), false), (json!({"failOnError": true}), true)] {
        let answer = agent.step("jiraSendCheck", &parameters, &json!({}));
        assert_eq!(answer.returns()["outcome"], "failed");
        assert_eq!(answer.returns()["exitCode"], 3);
        assert_eq!(answer.fail().is_some(), fails);
        assert!(answer.echo().contains("hint: "), "{}", answer.echo());
        assert!(!answer.echo().contains("jira-send "), "{}", answer.echo());
    }
    assert!(jira.submissions().is_empty());
}

/// What Jenkins could not bind is said in its words.
#[test]
fn a_credential_that_is_not_there_is_explained() {
    let jira = Sandbox::with(Config::default());
    let mut agent = Agent::of_run(&jira, 7);
    for name in ["JIRA_CLIENT_ID", "JIRA_CLIENT_SECRET"] {
        agent.unset(name);
    }
    let not_found = "org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException: Could not find credentials entry with ID 'jira-oauth'";
    let wrong = "Credentials 'jira-oauth' is of type 'Secret text' where 'UsernamePasswordMultiBinding' was expected";
    for (problem, parameters, words) in [
        (
            json!(not_found),
            json!({}),
            "there is no credential 'jira-oauth'",
        ),
        (json!(wrong), json!({}), "\"Username with password\""),
        (json!(wrong), json!({"clientId": "x"}), "\"Secret text\""),
        (json!("vault is sealed"), json!({}), "vault is sealed"),
        (Value::Null, json!({}), "JIRA_CLIENT_ID"),
    ] {
        let build = super::with(
            json!({"issueKeys": "ABC-1", "state": "SUCCESS"}),
            &parameters,
        );
        for (step, parameters) in [
            ("jiraSendBuildInfo", &build),
            ("jiraSendCheck", &parameters),
        ] {
            let mut request = crate::support::request(step, parameters, &json!({}));
            request["credential"]["problem"] = problem.clone();
            let answer = agent.ask(&request);
            assert_eq!(answer.returns()["exitCode"], 3, "{}", answer.echo());
            assert!(
                answer.echo().contains(words),
                "{step} {words}: {}",
                answer.echo()
            );
            assert!(answer.echo().contains("hint: "), "{}", answer.echo());
        }
    }
    // It is needed only where something is sent.
    let mut request =
        crate::support::request("jiraSendKeys", &json!({"message": "ABC-1"}), &json!({}));
    request["credential"]["problem"] = not_found.into();
    assert_eq!(*agent.ask(&request).issue_keys(), json!(["ABC-1"]));
}
