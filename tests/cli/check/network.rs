//! Troubles of Jira, permissions, the clock.

use std::time::{Duration, Instant};

use jira_sandbox::{Config, Endpoint, Fault, Permission, Sandbox};
use serde_json::json;

use super::{Checked, agent};

#[test]
fn every_trouble_of_jira_has_its_item_and_remedy() {
    let cases = [
        (
            Endpoint::TenantInfo,
            Fault::empty(404),
            4,
            "cloud_id",
            "no such site",
        ),
        (
            Endpoint::TenantInfo,
            Fault::redirect("https://else.example/"),
            4,
            "cloud_id",
            "renamed",
        ),
        (Endpoint::TenantInfo, Fault::Junk, 4, "cloud_id", "proxy"),
        (
            Endpoint::TenantInfo,
            Fault::Hang,
            4,
            "cloud_id",
            "HTTPS_PROXY",
        ),
        (
            Endpoint::Token,
            Fault::Hang,
            4,
            "token_endpoint",
            "HTTPS_PROXY",
        ),
        (
            Endpoint::Token,
            Fault::html(503),
            4,
            "token_endpoint",
            "status.atlassian.com",
        ),
        (
            Endpoint::Token,
            Fault::html(200),
            4,
            "token_endpoint",
            "login page",
        ),
        (
            Endpoint::Token,
            Fault::empty(403),
            3,
            "token",
            "OAuth credentials",
        ),
        (
            Endpoint::Builds,
            Fault::status(401),
            3,
            "builds",
            "tick \\\"Builds\\\"",
        ),
        (
            Endpoint::Builds,
            Fault::empty(403),
            3,
            "builds",
            "the permission is missing",
        ),
        (
            Endpoint::Deployments,
            Fault::empty(403),
            3,
            "deployments",
            "tick \\\"Deployments\\\"",
        ),
        (
            Endpoint::Builds,
            Fault::html(503),
            4,
            "builds",
            "status.atlassian.com",
        ),
        (
            Endpoint::Deployments,
            Fault::CloseBeforeAnswer,
            4,
            "deployments",
            "HTTPS_PROXY",
        ),
    ];
    std::thread::scope(|scope| {
        for (endpoint, fault, code, item, words) in cases {
            scope.spawn(move || {
                let jira = Sandbox::start();
                jira.fail(endpoint, fault.clone());
                let checked = Checked::of(&jira, &agent(&jira), &["--budget=1"]);
                let context = format!("{endpoint:?} {fault:?}: {:#}", checked.json);
                assert_eq!(checked.run.code, code, "{context}");
                assert_eq!(checked.failed(), [item], "{context}");
                assert!(checked.words(item).contains(words), "{context}");
            });
        }
    });
}

#[test]
fn an_answer_that_says_nothing_about_sending_is_no_failure() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::Builds, Fault::empty(405));
    let checked = Checked::of(&jira, &agent(&jira), &[]);
    assert_eq!((checked.run.code, checked.status("builds")), (0, "warning"));
}

#[test]
fn only_the_permissions_that_are_needed_count() {
    let jira = Sandbox::with(Config {
        permissions: vec![Permission::Builds],
        ..Config::default()
    });
    let checked = Checked::of(&jira, &agent(&jira), &[]);
    assert_eq!((checked.run.code, checked.status("builds")), (3, "ok"));
    assert_eq!(checked.failed(), ["deployments"]);
    let checked = Checked::of(&jira, &agent(&jira), &["--data=builds"]);
    assert_eq!((checked.run.code, checked.status("deployments")), (0, ""));
}

/// The data, its item, and the permission that is missing.
#[test]
fn every_kind_of_data_has_its_permission() {
    let all = Sandbox::start();
    let none = Sandbox::with(Config {
        permissions: Vec::new(),
        ..Config::default()
    });
    for (data, item, may, words) in [
        ("builds", "builds", "builds may be sent", "Builds"),
        (
            "deployments",
            "deployments",
            "deployments may be sent",
            "Deployments",
        ),
        (
            "dev-info",
            "dev_info",
            "development information may be sent",
            "Development information",
        ),
        (
            "feature-flags",
            "feature_flags",
            "feature flags may be sent",
            "Feature flags",
        ),
    ] {
        let option = format!("--data={data}");
        let checked = Checked::of(&all, &agent(&all), &[&option]);
        assert_eq!(
            (checked.run.code, checked.status(item)),
            (0, "ok"),
            "{data}"
        );
        assert!(checked.words(item).contains(may), "{}", checked.words(item));
        let checked = Checked::of(&none, &agent(&none), &[&option]);
        assert_eq!(checked.run.code, 3, "{data}");
        assert_eq!(checked.failed(), [item]);
        assert!(
            checked.words(item).contains(words),
            "{}",
            checked.words(item)
        );
    }
}

#[test]
fn the_clock_is_compared_with_jiras() {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let cases = [
        (0, "ok", "seconds"),
        (-30, "ok", "seconds"),
        (-7200, "warning", "ahead of Jira"),
        (7200, "warning", "behind Jira"),
    ];
    for (seconds, status, words) in cases {
        let jira = Sandbox::start();
        let date = http_date(now + seconds);
        let fault = Fault::Status {
            code: 200,
            headers: vec![("Date".to_owned(), date.clone())],
            content_type: "application/json".to_owned(),
            body: json!({"cloudId": Config::default().cloud_id}).to_string(),
        };
        jira.fail(Endpoint::TenantInfo, fault);
        let checked = Checked::of(&jira, &agent(&jira), &[]);
        assert_eq!(checked.run.code, 0);
        assert_eq!(checked.status("clock"), status, "{date}");
        assert!(
            checked.words("clock").contains(words),
            "{}",
            checked.words("clock")
        );
    }
}

/// As in a `Date` header, by way of the `date` command.
fn http_date(seconds: i64) -> String {
    let output = std::process::Command::new("date")
        .args([
            "-u",
            "-d",
            &format!("@{seconds}"),
            "+%a, %d %b %Y %H:%M:%S GMT",
        ])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Nothing answers, at three sites and in git.
#[cfg(unix)]
#[test]
fn one_budget_is_for_everything() {
    let sites = [Sandbox::start(), Sandbox::start(), Sandbox::start()];
    for jira in &sites {
        jira.fail(Endpoint::TenantInfo, Fault::Hang);
        jira.fail(Endpoint::Token, Fault::Hang);
    }
    let sites: Vec<&Sandbox> = sites.iter().collect();
    let mut agent = crate::support::Agent::of(super::KIND)
        .with_commits(&["PROJ-3"])
        .with_sites(&sites);
    let path = agent.path_with_hanging_git();
    agent.set("PATH", &path);
    let begin = Instant::now();
    let checked = Checked::of(sites[0], &agent, &["--budget=2"]);
    let elapsed = begin.elapsed();
    assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
    assert_eq!(checked.run.code, 4);
    assert_eq!(checked.failed(), ["cloud_id", "token_endpoint"].repeat(3));
    assert!(
        checked.words("git").contains("git did not answer in time"),
        "{}",
        checked.json
    );
}

/// The site is asked only whether the cloud id is right.
#[test]
fn a_hanging_site_leaves_time_for_the_permissions() {
    let jira = Sandbox::start();
    jira.fail(Endpoint::TenantInfo, Fault::Hang);
    let cloud_id = format!("--cloud-id={}", Config::default().cloud_id);
    let checked = Checked::of(&jira, &agent(&jira), &["--budget=2", &cloud_id]);
    assert_eq!(
        (checked.run.code, checked.status("cloud_id")),
        (0, "warning")
    );
    assert!(checked.words("builds").contains("if the cloud id is right"));
}
