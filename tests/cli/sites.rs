//! Several sites in one call: side by side, each with its own credential, none in the way of another.

use std::time::{Duration, Instant};

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, EVENT, ending};

const KIND: &str = "multibranch-declarative-pull-request";
const BUILD: &[&str] = &["build", "--state=SUCCESS", "--format=json", EVENT];

#[test]
fn each_site_gets_the_same_build() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let agent = Agent::of(KIND).with_sites(&[&acme, &beta]);
    let run = agent.run(BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(acme.submissions(), beta.submissions());
    assert_eq!(acme.submissions().len(), 1);
    let json = run.json();
    assert_eq!(json["outcome"], "accepted");
    for (index, site) in [&acme, &beta].into_iter().enumerate() {
        assert_eq!(json["sites"][index]["site"], site.url());
        assert_eq!(json["sites"][index]["outcome"], "accepted");
    }
    assert!(agent.kept("").iter().all(|name| name == "sent"));
}

#[test]
fn each_site_has_its_own_credential_and_cloud_id() {
    let config = |name: &str| Config {
        client_id: format!("{name}-client"),
        client_secret: format!("{name}-secret"),
        cloud_id: format!("{name}-cloud"),
        ..Config::default()
    };
    let (acme, beta) = (Sandbox::with(config("acme")), Sandbox::with(config("beta")));
    let mut agent = Agent::of(KIND).with_sites(&[&acme, &beta]);
    let file = agent.write("secret", "beta-secret\n");
    agent.set("JIRA_CLIENT_ID", "acme-client");
    agent.set("JIRA_CLIENT_SECRET", "acme-secret");
    let beta_ending = ending(beta.url());
    agent.set(&format!("JIRA_CLIENT_ID{beta_ending}"), "beta-client");
    let of_file = format!("JIRA_CLIENT_SECRET_FILE{beta_ending}");
    agent.set(&of_file, file.to_str().unwrap());
    agent.set(&format!("JIRA_CLOUD_ID{beta_ending}"), "beta-cloud");
    let run = agent.run(BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let looked_up = |jira: &Sandbox| {
        let requests = jira.requests();
        let mut endpoints = requests.iter().map(|request| request.endpoint);
        endpoints.any(|endpoint| endpoint == Endpoint::TenantInfo)
    };
    assert!(looked_up(&acme) && !looked_up(&beta));

    let foreign = agent.unset(&format!("JIRA_CLIENT_ID{beta_ending}"));
    foreign.unset(&of_file);
    let run = agent.run(BUILD);
    assert_eq!(run.code, 3);
    let hint = "hint: a credential belongs to one site: this one gets its own";
    assert!(run.stderr.contains(hint), "{}", run.stderr);

    agent.set(&format!("JIRA_CLIENT_ID{beta_ending}"), "beta-client");
    let run = agent.run(BUILD);
    assert_eq!(run.code, 3);
    let missing = format!("JIRA_CLIENT_SECRET{beta_ending} is not set");
    assert!(run.stderr.contains(&missing), "{}", run.stderr);
    assert_eq!(run.json()["outcome"], "partly_accepted");
}

/// What happens at the one and the other; outcome and exit code of the whole.
#[test]
fn the_worst_decides() {
    let cases = [
        (None, None, "accepted", 0),
        (None, Some(400), "partly_accepted", 1),
        (Some(403), None, "partly_accepted", 3),
        (Some(503), None, "partly_accepted", 4),
        (Some(503), Some(503), "unreachable", 4),
        (Some(503), Some(403), "unauthorized", 3),
        (Some(403), Some(400), "rejected", 1),
    ];
    std::thread::scope(|scope| {
        for (first, second, outcome, code) in cases {
            scope.spawn(move || {
                let sites = [first, second].map(|fault| {
                    let jira = Sandbox::start();
                    if let Some(code) = fault {
                        jira.fail(Endpoint::Builds, Fault::json(code, r#"[{"message":"no"}]"#));
                    }
                    jira
                });
                let agent = Agent::of(KIND).with_sites(&[&sites[0], &sites[1]]);
                let run = agent.run(&[BUILD, &["--budget=1"]].concat());
                let json = run.json();
                let context = format!("{first:?} {second:?}: {}", run.stderr);
                assert_eq!(
                    (&json["outcome"], run.code),
                    (&json!(outcome), code),
                    "{context}"
                );
                assert_eq!(json["exit_code"], code, "{context}");
                for (site, fault) in [first, second].into_iter().enumerate() {
                    let queued = matches!(fault, Some(403 | 503));
                    assert_eq!(json["sites"][site]["queued"] == true, queued, "{context}");
                    assert_eq!(
                        json["sites"][site]["outcome"] == "accepted",
                        fault.is_none()
                    );
                }
            });
        }
    });
}

#[test]
fn one_budget_is_for_all() {
    let (slow, fast) = (Sandbox::start(), Sandbox::start());
    slow.fail(Endpoint::Builds, Fault::Hang);
    let other = Sandbox::start();
    other.fail(Endpoint::TenantInfo, Fault::Hang);
    let agent = Agent::of(KIND).with_sites(&[&slow, &fast, &other]);
    let begin = Instant::now();
    let run = agent.run(&[BUILD, &["--budget=2"]].concat());
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert_eq!(run.json()["sites"][1]["outcome"], "accepted");
    assert!(fast.build("shop~2FPR-7", 2).is_some());
}

#[test]
fn sites_may_be_options_and_come_once() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let agent = Agent::of(KIND).with_sites(&[&acme, &beta]);
    let list = format!("--site={},{}/", acme.url(), beta.url());
    let again = format!("--site={}", acme.url());
    let run = agent.run(&[BUILD, &[&list, &again]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!((acme.submissions().len(), beta.submissions().len()), (1, 1));
    let run = agent.run(&[BUILD, &[&again]].concat());
    assert_eq!(run.json()["sites"].as_array().unwrap().len(), 1);
    let shown = agent.run(&["build", "--dry-run"]);
    let other = format!("the same would be sent to {}", beta.url());
    assert!(shown.stdout.starts_with("POST ") && shown.stderr.contains(&other));
}

#[test]
fn one_cloud_id_is_for_one_site() {
    let (acme, beta) = (Sandbox::start(), Sandbox::start());
    let agent = Agent::of(KIND).with_sites(&[&acme, &beta]);
    let run = agent.run(&[BUILD, &["--cloud-id=x"]].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("JIRA_CLOUD_ID__"), "{}", run.stderr);
    assert!(acme.requests().is_empty() && beta.requests().is_empty());
}

/// Git is a program of strangers: hooks and configuration of the repository may run others.
#[cfg(unix)]
#[test]
fn no_child_sees_a_credential() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut agent = Agent::of(KIND);
    let fake = agent.write("git", "#!/bin/sh\nenv >> \"$HOME/seen\"\nexit 1\n");
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in [
        "JIRA_CLIENT_ID",
        "JIRA_CLIENT_SECRET",
        "JIRA_CLIENT_SECRET_FILE",
    ] {
        agent.set(name, "s3cret");
        agent.set(&format!("{name}__ACME"), "s3cret");
    }
    let path = format!("{}:/usr/bin:/bin", agent.path().display());
    agent.set("PATH", &path).set("SEEN", "yes");
    agent.run(&["build", "--dry-run"]);
    let seen = std::fs::read_to_string(agent.path().join("seen")).unwrap();
    assert!(
        seen.contains("SEEN=yes") && !seen.contains("s3cret"),
        "{seen}"
    );
}
