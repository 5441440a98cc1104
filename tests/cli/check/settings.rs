//! Site, cloud id, addresses, credential and proxy.

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};

use super::{Checked, agent};
use crate::support::ending;

/// Variable, its value (none: unset), exit code, item that fails, its words, items that are skipped for it.
type Setting = (
    &'static str,
    Option<&'static str>,
    i32,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const SETTINGS: &[Setting] = &[
    (
        "JIRA_SITE",
        None,
        2,
        "site",
        "set JIRA_SITE (in Jenkins under Manage Jenkins > System",
        &["dns_site", "cloud_id", "builds", "deployments"],
    ),
    (
        "JIRA_SITE",
        Some("my_site"),
        2,
        "site",
        "acme.atlassian.net",
        &["dns_site", "cloud_id", "builds", "deployments"],
    ),
    (
        "JIRA_SITE",
        Some("https://nowhere.invalid"),
        4,
        "dns_site",
        "check the spelling of JIRA_SITE",
        &["cloud_id", "builds"],
    ),
    (
        "JIRA_SITE",
        Some("http://127.0.0.1:1"),
        4,
        "cloud_id",
        "a server is running at 127.0.0.1:1",
        &["builds"],
    ),
    (
        "JIRA_API_URL",
        Some("http://api.example.com"),
        2,
        "addresses",
        "plain HTTP",
        &["dns_api", "token_endpoint", "token", "builds"],
    ),
    (
        "JIRA_API_URL",
        Some("https://nowhere.invalid"),
        4,
        "dns_api",
        "DNS of this agent",
        &["token_endpoint", "token", "builds", "deployments"],
    ),
    (
        "JIRA_API_URL",
        Some("http://127.0.0.1:1"),
        4,
        "token_endpoint",
        "a server is running at 127.0.0.1:1",
        &["token", "builds", "deployments"],
    ),
    (
        "JIRA_CLIENT_SECRET",
        None,
        3,
        "credential",
        "JIRA_CLIENT_SECRET is not set",
        &["token", "builds", "deployments"],
    ),
    (
        "JIRA_CLIENT_SECRET",
        Some("wr0ng-secret"),
        3,
        "token",
        "check JIRA_CLIENT_ID and JIRA_CLIENT_SECRET",
        &["builds", "deployments"],
    ),
    (
        "HTTPS_PROXY",
        Some("ftp://ada:pa55word@proxy"),
        2,
        "network",
        "HTTPS_PROXY",
        &["cloud_id", "token", "builds", "deployments", "clock"],
    ),
    (
        "JIRA_CLOUD_ID",
        Some("../x"),
        2,
        "site",
        "cloud id",
        &["cloud_id", "builds"],
    ),
    (
        "JIRA_CLOUD_ID",
        Some("11111111-2222-3333-4444-555555555555"),
        2,
        "cloud_id",
        "leave JIRA_CLOUD_ID out",
        &["builds", "deployments"],
    ),
];

#[test]
fn every_wrong_setting_has_its_item_and_remedy() {
    std::thread::scope(|scope| {
        for (variable, value, code, item, words, skipped) in SETTINGS {
            scope.spawn(move || {
                let jira = Sandbox::start();
                let mut agent = agent(&jira);
                match value {
                    Some(value) => agent.set(variable, value),
                    None => agent.unset(variable),
                };
                let checked = Checked::of(&jira, &agent, &["--budget=2"]);
                let context = format!("{variable}={value:?}: {:#}", checked.json);
                assert_eq!(checked.run.code, *code, "{context}");
                assert_eq!(checked.failed(), [*item], "{context}");
                assert!(checked.words(item).contains(words), "{context}");
                assert!(checked.item(item)["hint"].is_string(), "{context}");
                for name in *skipped {
                    assert_eq!(checked.status(name), "skipped", "{name} {context}");
                }
            });
        }
    });
}

#[test]
fn of_several_sites_each_is_checked_with_what_is_set_for_it() {
    let (jira, other) = (Sandbox::start(), Sandbox::start());
    let mut agent = agent(&jira).with_sites(&[&jira, &other]);
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(checked.run.code, 0, "{}", checked.json);
    let items = checked.json["items"].as_array().unwrap();
    let of = |site: &str| {
        let items = items.iter().filter(|item| item["site"] == site);
        items
            .map(|item| item["name"].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    let names = of(jira.url());
    assert_eq!(
        (names.first(), names.last()),
        (Some(&"site"), Some(&"clock"))
    );
    assert_eq!(names, of(other.url()));
    let common = items.iter().filter(|item| item.get("site").is_none());
    assert_eq!(common.count() + 2 * names.len(), items.len());

    let secret = format!("JIRA_CLIENT_SECRET{}", ending(other.url()));
    agent.set(&secret, "wr0ng-secret");
    agent.set(&secret.replace("SECRET", "ID"), "sandbox-client");
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!((checked.run.code, checked.failed()), (3, vec!["token"]));
    assert_eq!(checked.item("token")["site"], other.url());
    let text = agent.run(&["check", "--quiet"]).stdout;
    assert!(
        text.starts_with(&format!("{}:\nFAIL  token", other.url())),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "First of all, token of {}: check JIRA_CLIENT_ID",
            other.url()
        )),
        "{text}"
    );

    // What cannot be is told as ever.
    let checked = Checked::of(
        &jira,
        &agent,
        &["--cloud-id=11111111-2222-3333-4444-555555555555"],
    );
    assert_eq!((checked.run.code, checked.failed()), (2, vec!["site"]));
}

#[test]
fn a_given_cloud_id_is_compared_when_it_can_be() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent.set("JIRA_CLOUD_ID", &Config::default().cloud_id);
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!((checked.run.code, checked.status("cloud_id")), (0, "ok"));
    jira.fail(Endpoint::TenantInfo, Fault::empty(403));
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(
        (checked.run.code, checked.status("cloud_id")),
        (0, "warning")
    );
    agent.unset("JIRA_SITE");
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(
        (checked.run.code, checked.status("cloud_id")),
        (0, "skipped")
    );
    assert!(checked.words("builds").contains("if the cloud id is right"));
}

#[test]
fn without_a_credential_the_token_endpoint_is_asked_all_the_same() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent.unset("JIRA_CLIENT_ID");
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(checked.status("token_endpoint"), "ok");
    jira.fail(Endpoint::Token, Fault::Hang);
    let checked = Checked::of(&jira, &agent, &["--budget=1"]);
    assert_eq!(checked.failed(), ["credential", "token_endpoint"]);
}

#[test]
fn a_secret_with_a_blank_is_noticed() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent.set("JIRA_CLIENT_SECRET", "sandbox-secret ");
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(
        (checked.run.code, checked.status("credential")),
        (3, "warning")
    );
    assert_eq!(checked.failed(), ["token"]);
}

#[test]
fn a_proxy_is_shown_without_its_password() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    agent
        .set("https_proxy", "http://ada:pa55word@127.0.0.1:1")
        .set("NO_PROXY", "127.0.0.1,localhost");
    let checked = Checked::of(&jira, &agent, &["--budget=1"]);
    let words = checked.words("proxy");
    assert!(
        words.contains("https_proxy=http://****@127.0.0.1:1"),
        "{words}"
    );
    assert!(words.contains("NO_PROXY=127.0.0.1,localhost"), "{words}");
    agent.set("JIRA_SITE", "https://nowhere.invalid");
    let checked = Checked::of(&jira, &agent, &["--budget=1"]);
    assert_eq!(checked.status("dns_site"), "skipped");
    assert!(checked.words("dns_site").contains("looked up by the proxy"));
}
