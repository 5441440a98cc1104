//! Connections: how many, to whom, and with which credential.

use std::time::{Duration, Instant};

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::Agent;

const KIND: &str = "multibranch-declarative-pull-request";

#[test]
fn token_and_submission_share_a_connection() {
    let jira = Sandbox::start();
    // One that is done before the other begins would leave its connection to it.
    for endpoint in [Endpoint::TenantInfo, Endpoint::Token] {
        jira.fail(endpoint, Fault::SlowHeaders(Duration::from_millis(500)));
    }
    let run = Agent::of(KIND)
        .with_jira(&jira)
        .run(&["build", "--state=SUCCESS"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let requests = jira.requests();
    assert_eq!(requests.len(), 3);
    let connection = |endpoint| {
        let mut found = requests
            .iter()
            .filter(|request| request.endpoint == endpoint);
        found.next().unwrap().connection
    };
    let (look_up, token, builds) = (
        connection(Endpoint::TenantInfo),
        connection(Endpoint::Token),
        connection(Endpoint::Builds),
    );
    assert_ne!(look_up, token, "the look-up does not wait for the token");
    assert!(
        builds == token || builds == look_up,
        "a kept connection is used again"
    );
}

/// Both answers are slow; together they take as long as one of them.
#[test]
fn the_look_up_runs_beside_the_token() {
    let jira = Sandbox::start();
    let slow = Duration::from_millis(700);
    jira.fail(Endpoint::Token, Fault::SlowHeaders(slow));
    jira.fail(Endpoint::TenantInfo, Fault::SlowHeaders(slow));
    let begin = Instant::now();
    let run = Agent::of(KIND)
        .with_jira(&jira)
        .run(&["build", "--state=SUCCESS"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(begin.elapsed() < slow * 2, "{:?}", begin.elapsed());
}

#[test]
fn a_given_cloud_id_saves_the_look_up() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    agent.set("JIRA_CLOUD_ID", &Config::default().cloud_id);
    assert_eq!(agent.run(&["build", "--state=SUCCESS"]).code, 0);
    assert!(
        jira.requests()
            .iter()
            .all(|request| request.endpoint != Endpoint::TenantInfo)
    );
    let run = agent.unset("JIRA_SITE").run(&["build", "--state=SUCCESS"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn requests_carry_what_they_must_and_no_more() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    agent.set("JIRA_AUDIENCE", "api.example.com");
    agent.run(&["build", "--state=SUCCESS"]);
    for request in jira.requests() {
        let agent = request.header("user-agent").unwrap().to_owned();
        assert!(agent.starts_with("jira-send/"), "{agent}");
        assert_eq!(request.query, None);
        let authorized = request.header("authorization").is_some();
        assert_eq!(authorized, request.endpoint == Endpoint::Builds);
        if request.endpoint == Endpoint::Token {
            let expected = json!({
                "audience": "api.example.com",
                "grant_type": "client_credentials",
                "client_id": "sandbox-client",
                "client_secret": "sandbox-secret",
            });
            assert_eq!(request.json().unwrap(), expected);
        }
    }
}

#[test]
fn the_secret_may_come_from_a_file() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    agent
        .unset("JIRA_CLIENT_SECRET")
        .set("JIRA_CLIENT_SECRET_FILE", "secret");
    agent.write("secret", "sandbox-secret\n");
    assert_eq!(agent.run(&["build", "--state=SUCCESS"]).code, 0);
    agent.set("JIRA_CLIENT_SECRET_FILE", "gone");
    let run = agent.run(&["build", "--state=SUCCESS"]);
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("JIRA_CLIENT_SECRET_FILE"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_wrong_secret_is_said_and_never_shown() {
    let jira = Sandbox::start();
    let mut agent = Agent::of(KIND).with_jira(&jira);
    agent.set("JIRA_CLIENT_SECRET", "wr0ng/se+cret");
    for verbosity in ["--verbose", "--quiet"] {
        let run = agent.run(&["build", "--state=SUCCESS", "--format=json", verbosity]);
        assert_eq!(
            (run.code, &run.json()["outcome"]),
            (3, &json!("unauthorized"))
        );
        assert!(
            run.stderr
                .contains("check JIRA_CLIENT_ID and JIRA_CLIENT_SECRET")
        );
        for form in ["wr0ng/se+cret", "wr0ng%2Fse%2Bcret", "d3IwbmcvctUrY3JldA"] {
            assert!(!run.stdout.contains(form) && !run.stderr.contains(form));
        }
    }
}

/// The most talkative run: neither secret nor token in any line.
#[test]
fn verbose_shows_every_exchange_without_secrets() {
    let jira = Sandbox::start();
    let run = Agent::of(KIND)
        .with_jira(&jira)
        .run(&["build", "--state=SUCCESS", "-v"]);
    assert_eq!(run.code, 0);
    for shown in [
        "> POST",
        "> GET",
        "< 202",
        "oauth/token",
        "tenant_info",
        "\"builds\"",
        "acceptedBuilds",
    ] {
        assert!(run.stderr.contains(shown), "{shown}: {}", run.stderr);
    }
    let builds = jira
        .requests()
        .into_iter()
        .find(|request| request.endpoint == Endpoint::Builds);
    let authorization = builds.unwrap().header("authorization").unwrap().to_owned();
    let token = authorization.strip_prefix("Bearer ").unwrap();
    assert!(!run.stderr.contains(token) && !run.stderr.contains("sandbox-secret"));
}

/// A refused connection and a name without an address are tried twice, however much time there is.
#[test]
fn nobody_there_is_said_at_once() {
    let mut agent = Agent::of(KIND).with_jira(&Sandbox::start());
    let said = |agent: &Agent, words: &str| {
        let begin = Instant::now();
        let run = agent.run(&["build", "--state=SUCCESS", "--budget=600", "--verbose"]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "{:?}",
            begin.elapsed()
        );
        for path in ["/oauth/token", "/_edge/tenant_info"] {
            let line = format!("{path}: {words}");
            assert_eq!(run.stderr.matches(&line).count(), 2, "{}", run.stderr);
        }
        assert!(
            run.stderr.contains("hint: check") && run.stderr.contains("hint: queued in "),
            "{}",
            run.stderr
        );
    };
    // Nothing listens on the port of a server that has stopped.
    said(&agent, "the connection was refused");
    agent
        .set("JIRA_SITE", "https://jira.invalid")
        .set("JIRA_API_URL", "https://api.invalid");
    said(&agent, "the name of the host has no address");
}

#[test]
fn a_hanging_jira_costs_the_budget_and_no_more() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Token, Fault::Hang);
    let begin = Instant::now();
    let run = Agent::of(KIND)
        .with_jira(&jira)
        .run(&["build", "--state=SUCCESS", "--budget=1"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
}

/// The credential is certainly wrong, so the cloud id is of no use.
#[test]
fn a_refused_token_does_not_wait_for_the_look_up() {
    let stuck = [
        Fault::Hang,
        Fault::rate_limited(Some(8)),
        Fault::SlowBody(Duration::from_secs(20)),
    ];
    for fault in stuck {
        let jira = Sandbox::start();
        jira.fail(Endpoint::TenantInfo, fault.clone());
        let mut agent = Agent::of(KIND).with_jira(&jira);
        agent.set("JIRA_CLIENT_SECRET", "wr0ng-secret");
        let begin = Instant::now();
        let run = agent.run(&["build", "--state=SUCCESS", "--budget=14"]);
        assert_eq!(run.code, 3, "{fault:?}: {}", run.stderr);
        assert!(run.stderr.contains("could not get an access token from "));
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{fault:?}: {:?}",
            begin.elapsed()
        );
    }
}

/// Nowhere, also where the part of the list before it is a site.
#[test]
fn a_password_in_the_address_of_a_site_is_not_shown() {
    for site in [
        "https://user:s3cret@acme.atlassian.net",
        "acme, https://user:s3cret@beta.atlassian.net",
        "https://user%3As3cret%40acme.atlassian.net",
    ] {
        for command in ["build", "check", "gate", "flush", "show"] {
            let mut agent = Agent::of(KIND).with_jira(&Sandbox::start());
            agent.set("JIRA_SITE", site);
            let arguments = match command {
                "gate" => vec!["gate", "--environment-id=prod", "--format=json", "-v"],
                "show" => vec!["show", "build", "--format=json", "-v"],
                other => vec![other, "--format=json", "-v"],
            };
            let run = agent.run(&arguments);
            assert_eq!(run.code, 2, "{command}: {}{}", run.stdout, run.stderr);
            for text in [&run.stdout, &run.stderr] {
                assert!(!text.contains("s3cret"), "{command}: {text}");
            }
            let text = run.stdout + &run.stderr;
            assert!(text.contains("has a user or password in it"), "{text}");
        }
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for (name, value) in [
        ("JIRA_SITE", "http://acme.atlassian.net"),
        ("JIRA_API_URL", "http://api.atlassian.com"),
        ("JIRA_AUTH_URL", "http://api.atlassian.com/oauth/token"),
    ] {
        let jira = Sandbox::start();
        let mut agent = Agent::of(KIND).with_jira(&jira);
        agent.set(name, value);
        let run = agent.run(&["build", "--state=SUCCESS"]);
        assert_eq!(run.code, 2, "{name}: {}", run.stderr);
        assert!(jira.requests().is_empty());
    }
}

/// Git and Jira share one budget.
#[cfg(unix)]
#[test]
fn a_hanging_git_and_a_hanging_jira_cost_one_budget() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Token, Fault::Hang);
    let mut agent = Agent::of(KIND).with_jira(&jira);
    let path = agent.path_with_hanging_git();
    agent.set("PATH", &path);
    let begin = Instant::now();
    let run = agent.run(&["build", "--state=SUCCESS", "--budget=3"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("git did not answer in time"));
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn what_nobody_keeps_is_said_to_be_lost() {
    let agent = Agent::of(KIND).with_jira(&Sandbox::start());
    let options = [
        "build",
        "--state=SUCCESS",
        "--budget=1",
        "--no-outbox",
        "--format=json",
    ];
    let run = agent.run(&options);
    assert_eq!(run.code, 4);
    let message = run.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.ends_with("not queued, because of --no-outbox"),
        "{message}"
    );
}
