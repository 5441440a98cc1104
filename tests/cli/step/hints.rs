//! What is said fits a Jenkinsfile: parameters, steps, and Jenkins' own pages.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, Answer};

const STEPS: [&str; 4] = [
    "jiraSendBuildInfo",
    "jiraSendDeploymentInfo",
    "jiraSendDevInfo",
    "jiraSendFeatureFlag",
];

/// Nothing that one types in a shell.
fn assert_fits(answer: &Answer) {
    let said = answer.said();
    for shell in ["jira-send ", " --", "(--"] {
        assert!(!said.contains(shell), "{shell:?}: {said}");
    }
}

fn parameters() -> serde_json::Value {
    json!({
        "issueKeys": "ABC-1", "state": "SUCCESS", "environmentId": "x", "flagKey": "y", "enabled": true,
        "repositoryUrl": "https://git.example.com/acme/shop", "budget": 3,
    })
}

/// Of the shared parameters each step takes its own.
fn call(agent: &Agent, step: &str) -> Answer {
    let own: &[&str] = match step {
        "jiraSendDeploymentInfo" => &["issueKeys", "state", "environmentId", "budget"],
        "jiraSendDevInfo" => &["repositoryUrl", "budget"],
        "jiraSendFeatureFlag" => &["issueKeys", "flagKey", "enabled", "budget"],
        _ => &["issueKeys", "state", "budget"],
    };
    let mut parameters = parameters();
    let fields = parameters.as_object_mut().unwrap();
    fields.retain(|name, _| own.contains(&name.as_str()));
    agent.step(step, &parameters, &json!({}))
}

#[test]
fn a_site_that_nobody_named_is_set_in_jenkins_or_as_a_parameter() {
    let jira = Sandbox::start();
    let mut agent = Agent::of_run(&jira, 7).with_commits(&["ABC-1"]);
    agent.unset("JIRA_SITE");
    for step in STEPS {
        let answer = call(&agent, step);
        assert_eq!(answer.outcome(), "invalid", "{step}: {}", answer.echo());
        assert!(!answer.echo().contains("was searched"), "{}", answer.echo());
        let echo = answer.echo();
        assert!(echo.contains("Jira site (site or JIRA_SITE)"), "{echo}");
        let hint = "  hint: set JIRA_SITE (in Jenkins under Manage Jenkins > System > Global properties > Environment variables), or pass site: 'acme' for acme.atlassian.net";
        assert!(echo.contains(hint), "{echo}");
        assert_fits(&answer);
    }
    for step in ["checkGatingStatus", "jiraAwaitGate"] {
        let answer = agent.step(step, &json!({"environmentId": "x"}), &json!({}));
        assert!(
            answer.said().contains("site or JIRA_SITE"),
            "{}",
            answer.said()
        );
        assert_fits(&answer);
    }
    let answer = agent.step("jiraSendCheck", &json!({}), &json!({}));
    assert!(
        answer.echo().contains("Global properties"),
        "{}",
        answer.echo()
    );
    assert_fits(&answer);
}

#[test]
fn whatever_goes_wrong_is_told_in_the_words_of_a_jenkinsfile() {
    let faults = [
        None,
        Some((Endpoint::Token, Fault::status(401))),
        Some((Endpoint::TenantInfo, Fault::status(404))),
        Some((Endpoint::Builds, Fault::status(403))),
        Some((
            Endpoint::Builds,
            Fault::json(400, json!([{"message": "no"}])),
        )),
        Some((Endpoint::Builds, Fault::redirect("https://else.example/"))),
        Some((Endpoint::Builds, Fault::rate_limited(Some(3600)))),
        Some((Endpoint::Builds, Fault::html(503))),
    ];
    for fault in faults {
        let jira = Sandbox::start();
        if let Some((endpoint, fault)) = &fault {
            jira.fail(*endpoint, fault.clone());
        }
        let agent = Agent::of_run(&jira, 7);
        assert_fits(&call(&agent, "jiraSendBuildInfo"));
        assert_fits(&agent.step("jiraSendBuildInfo", &json!({"budget": 3}), &json!({})));
        let unknown = json!({"issueKeys": "NOPE-1", "requireIssueKeys": true, "budget": 3});
        assert_fits(&agent.step("jiraSendBuildInfo", &unknown, &json!({})));
        assert_fits(&agent.step("jiraSendCheck", &json!({"budget": 5}), &json!({})));
    }
    // What waits is sent by steps.
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    let agent = Agent::of_run(&jira, 7);
    let answer = call(&agent, "jiraSendBuildInfo");
    assert_eq!(answer.returns()["sites"][0]["queued"], true);
    assert!(!answer.said().contains("flush"), "{}", answer.said());
    let answer = agent.step("jiraSendCheck", &json!({}), &json!({}));
    assert!(answer.echo().contains("the next step"), "{}", answer.echo());
    assert!(!answer.echo().contains("flush"), "{}", answer.echo());
}

#[test]
fn where_no_issue_was_found_the_step_that_explains_it_is_named() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    let answer = agent.step(
        "jiraSendBuildInfo",
        &json!({"requireIssueKeys": true}),
        &json!({}),
    );
    assert_eq!(
        (answer.outcome(), &answer.returns()["exitCode"]),
        ("nothing_to_send", &json!(5))
    );
    assert!(
        answer.echo().contains("jiraSendKeys()"),
        "{}",
        answer.echo()
    );
    assert_fits(&answer);
    let strict = json!({"requireIssueKeys": true, "failOnError": true});
    let answer = agent.step("jiraSendBuildInfo", &strict, &json!({}));
    assert!(
        answer.fail().unwrap().contains("no issue key was found"),
        "{}",
        answer.said()
    );
    assert!(jira.requests().is_empty());
}

/// Nobody finds out why from the line alone.
#[test]
fn where_no_key_is_found_the_step_that_explains_it_is_named() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7).with_commits(&["no issue"]);
    for parameters in [json!({}), json!({"failOnError": true})] {
        let answer = agent.step("jiraSendBuildInfo", &parameters, &json!({}));
        assert_eq!(
            answer.echo(),
            "jiraSendBuildInfo: nothing to send: no issue key was found\n  \
             hint: jiraSendKeys() shows what was searched"
        );
        assert_fits(&answer);
    }
    assert_eq!(jira.submissions().len(), 0);
}

#[test]
fn an_unknown_key_beside_a_known_one_is_told_once() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 1);
    let parameters = json!({"issueKeys": "ABC-1,NOPE-9", "state": "SUCCESS"});
    let answer = agent.step("jiraSendBuildInfo", &parameters, &json!({}));
    assert_eq!(answer.outcome(), "accepted", "{}", answer.echo());
    assert_eq!(
        answer.echo().matches("NOPE-9").count(),
        1,
        "{}",
        answer.echo()
    );
}
