//! `jira-send check`: every item, whole lists, nothing sent, no secret shown.

mod network;
mod outbox;
mod settings;
mod workspace;

use jira_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Run};

const KIND: &str = "multibranch-declarative-pull-request";

fn agent(jira: &Sandbox) -> Agent {
    Agent::of(KIND).with_jira(jira).with_commits(&["PROJ-3"])
}

/// What was found out, as JSON, after making sure that nothing was sent and no secret was shown.
struct Checked {
    run: Run,
    json: Value,
}

impl Checked {
    fn of(jira: &Sandbox, agent: &Agent, options: &[&str]) -> Self {
        let arguments = [&["check", "--format=json", "--verbose"], options].concat();
        let run = agent.run(&arguments);
        assert!(jira.submissions().is_empty());
        for secret in ["sandbox-secret", "wr0ng-secret", "token\":\"s", "pa55word"] {
            let shown = run.stdout.contains(secret) || run.stderr.contains(secret);
            assert!(!shown, "{}{}", run.stderr, run.stdout);
        }
        let json = run.json();
        assert_eq!(json["exit_code"], run.code);
        let outcome = if run.code == 0 { "ok" } else { "failed" };
        assert_eq!(json["outcome"], outcome);
        Self { run, json }
    }

    /// The first item of this name that is not well, else the last of it.
    fn item(&self, name: &str) -> &Value {
        let items = self.json["items"].as_array().unwrap().iter();
        let mut named = items
            .filter(|item| item["name"] == name)
            .collect::<Vec<_>>();
        named.sort_by_key(|item| item["status"] == "ok");
        named.first().copied().unwrap_or(&Value::Null)
    }

    fn status(&self, name: &str) -> &str {
        self.item(name)["status"].as_str().unwrap_or_default()
    }

    /// Message and hint.
    fn words(&self, name: &str) -> String {
        let item = self.item(name);
        format!("{} {}", item["message"], item["hint"])
    }

    fn failed(&self) -> Vec<&str> {
        let items = self.json["items"].as_array().unwrap().iter();
        let failed = items.filter(|item| item["status"] == "failed");
        failed.filter_map(|item| item["name"].as_str()).collect()
    }
}

#[test]
fn all_is_well() {
    let jira = Sandbox::start();
    let checked = Checked::of(&jira, &agent(&jira), &[]);
    assert_eq!(checked.run.code, 0, "{}", checked.json);
    let items = checked.json["items"].as_array().unwrap();
    let list: Vec<Value> = items
        .iter()
        .map(|item| json!([item["name"], item["status"], item["hint"]]))
        .collect();
    let names = [
        "jenkins",
        "build_url",
        "git",
        "history",
        "range",
        "commits",
        "issue_keys",
        "outbox",
        "site",
        "addresses",
        "credential",
        "proxy",
        "dns_site",
        "dns_api",
        "cloud_id",
        "token_endpoint",
        "token",
        "builds",
        "deployments",
    ];
    let mut expected: Vec<Value> = names.iter().map(|name| json!([name, "ok", null])).collect();
    expected.push(json!(["clock", "skipped", null]));
    assert_eq!(list, expected);
    assert!(checked.words("issue_keys").contains("PROJ-2, PROJ-3"));
    assert!(
        checked
            .words("cloud_id")
            .contains(&Config::default().cloud_id)
    );
    assert!(
        checked
            .words("token")
            .contains("scope: read:build-info:jira")
    );
}

#[test]
fn people_see_one_line_for_each_item_and_what_to_do_first() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    let run = agent.run(&["check"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.contains("\nok    token_endpoint  "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.ends_with("\n\nnothing failed\n"),
        "{}",
        run.stdout
    );
    let quiet = agent.run(&["check", "--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""));

    agent.set("JIRA_CLIENT_SECRET", "wr0ng-secret");
    let run = agent.run(&["check"]);
    assert_eq!(run.code, 3);
    assert!(
        run.stdout.contains("\nFAIL  token           "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("\nskip  builds          there is no token\n")
    );
    let end = run.stdout.lines().last().unwrap();
    assert!(
        end.starts_with("1 failed. First of all, token: check JIRA_CLIENT_ID"),
        "{end}"
    );
    let quiet = agent.run(&["check", "--quiet"]).stdout;
    assert!(
        quiet.starts_with("FAIL  token  ") && !quiet.contains("ok  "),
        "{quiet}"
    );
    assert!(!run.stdout.contains("wr0ng-secret"));
}

#[test]
fn options_are_checked_before_anything_else() {
    let jira = Sandbox::start();
    for option in ["--data=x", "--budget=0", "--state=x", "--changes=nowhere"] {
        let run = agent(&jira).run(&["check", option]);
        assert_eq!(run.code, 2, "{option}");
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    }
    assert!(jira.requests().is_empty());
}
