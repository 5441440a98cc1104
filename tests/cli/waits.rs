//! What is asked of Jira no more than once.

use std::time::Duration;

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::Agent;

fn asked(jira: &Sandbox, endpoint: Endpoint) -> usize {
    let requests = jira.requests().into_iter();
    requests
        .filter(|request| request.endpoint == endpoint)
        .count()
}

/// Two updates, and what opens the site for both.
#[test]
fn a_wrapped_command_takes_four_requests() {
    for command in ["build", "deployment"] {
        let jira = Sandbox::start();
        let mut agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
        agent.set("JIRA_SEND_ENVIRONMENT_ID", "eu");
        let run = agent.run(&[command, "--issue-keys=ABC-1", "--", "true"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let counts = [Endpoint::Token, Endpoint::TenantInfo].map(|it| asked(&jira, it));
        assert_eq!((counts, jira.requests().len()), ([1, 1], 4), "{command}");
    }
}

/// A token that ran out meanwhile is replaced.
#[test]
fn the_end_of_a_long_command_gets_a_new_token() {
    let jira = Sandbox::with(Config {
        token_lifetime: Duration::from_secs(2),
        ..Config::default()
    });
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let run = agent.run(&["build", "--issue-keys=ABC-1", "--", "sleep", "2.5"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bodies = jira.submissions();
    let last = bodies.last().unwrap();
    assert_eq!(last["builds"][0]["state"], "successful");
    assert!(asked(&jira, Endpoint::Token) >= 2);
}

/// What is sent in several requests needs the site for each of them.
#[test]
fn a_site_that_failed_is_not_opened_for_the_rest() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Token, Fault::redirect("https://else.example/"));
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    let flags: Vec<Value> = (0..250)
        .map(|number| json!({"id": number.to_string(), "key": format!("f{number}"), "enabled": true}))
        .collect();
    agent.write("flags.json", &json!(flags).to_string());
    let run = agent.run(&["feature-flag", "--file=flags.json", "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("2 more were not tried"),
        "{}",
        run.stderr
    );
    assert_eq!(asked(&jira, Endpoint::Token), 1);
}
