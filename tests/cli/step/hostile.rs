//! Strangers write branch names and commit messages, and everybody who runs in a job can write its variables.

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::json;

use super::{START, with};
use crate::support::{Agent, request};

const SECRET: &str = "s3cr/et+w&rd";

/// Texts that a shell, a log or JSON could take for something else.
fn texts() -> Vec<String> {
    let texts = [
        "'\"`\\",
        "$(touch pwned) `touch pwned` ; touch pwned | touch pwned",
        "line\nFAKE: line\r\nand\u{2028}another",
        "🚀 👩‍👩‍👧 \u{1F1E9}\u{1F1EA}",
        "\u{202e}desrever\u{202c} \u{200b}\u{feff}",
        "\u{1b}[31mred\u{7}\u{0}",
        "%PATH% !x! ^& <>",
        "--output=pwned",
        "{\"gone\":true}",
        "",
    ];
    let mut all: Vec<String> = texts.map(ToOwned::to_owned).to_vec();
    all.push("x".repeat(800 * 1024));
    all.push("é".repeat(100_000));
    all
}

#[test]
fn hostile_values_are_values() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    for text in texts() {
        let parameters = json!({
            "issueKeys": ["ABC-1", text], "state": "SUCCESS", "description": text, "label": text,
            "displayName": text, "branch": text, text.clone(): text,
        });
        let change = json!({"commit": text, "message": text, "system": text});
        let run = json!({
            "changes": [change], "changesProblem": text, "memory": text,
            "others": [{"number": 6, "result": text, "isCompleted": true, "ended": START, "memory": text}],
            "upstream": [{"job": text, "number": 1, "memory": text}],
        });
        let mut call = request("jiraSendBuildInfo", &parameters, &run);
        call["id"] = text.as_str().into();
        call["waiting"] = text.as_str().into();
        let answer = agent.ask(&call);
        let shown: String = text.chars().take(40).collect();
        assert_eq!(answer.outcome(), "accepted", "{shown:?}: {}", answer.echo());
        assert!(
            answer.echo().len() < 20_000,
            "{shown:?}: {}",
            answer.echo().len()
        );
        assert!(!answer.echo().contains("\nFAKE"), "{}", answer.echo());
        let sent = &jira.submissions().pop().unwrap()["builds"][0];
        assert_eq!(sent["associations"][0]["values"][0], "ABC-1");
        let is_clean = |text: &str| {
            text.chars()
                .all(|it| !it.is_control() && u32::from(it) < 0x10000)
        };
        for field in ["description", "label", "displayName"] {
            let value = sent[field].as_str().unwrap_or_default();
            assert!(is_clean(value) && value.len() < 2_000, "{field}: {value:?}");
        }
        let keys = agent.step("jiraSendKeys", &json!({}), &run);
        assert_eq!(keys.returns()["exitCode"], 0, "{shown:?}");
    }
    let left: Vec<_> = std::fs::read_dir(agent.path()).unwrap().collect();
    assert!(
        left.iter()
            .all(|file| file.as_ref().unwrap().file_name() != "pwned"),
        "{left:?}"
    );
}

/// Groovy writes them as they are, and no JSON has them.
#[test]
fn halves_of_emoji_do_not_spoil_the_rest() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    let parameters = json!({"description": "HALF", "state": "SUCCESS", "label": "HALF"});
    let run = json!({
        "changes": [{"commit": "1", "message": "ABC-1 HALF ABC-2", "system": "svn"}],
        "memory": "waiting:HALF {\"at\":1}\nHALF", "changesProblem": "HALF",
    });
    let text = request("jiraSendBuildInfo", &parameters, &run).to_string();
    for half in [
        "\\ud83d",
        "\\ude80",
        "\\ude80\\ud83d",
        "\\ud83d\\ud83d\\ude80",
    ] {
        let answer = agent.ask_text(&text.replace("HALF", half));
        assert_eq!(answer.outcome(), "accepted", "{half}: {}", answer.echo());
        assert_eq!(*answer.issue_keys(), json!(["ABC-1", "ABC-2"]));
    }
}

/// Lists in lists, objects where none is expected, numbers beyond everything.
#[test]
fn odd_kinds_of_values_are_told_or_taken() {
    let jira = Sandbox::start();
    let agent = Agent::of_run(&jira, 7);
    for name in [
        "label",
        "description",
        "buildNumber",
        "url",
        "since",
        "testReports",
        "property",
        "budget",
        "verbose",
        "issueKeys",
        "scm",
        "testResults",
        "failOnError",
        "flags",
    ] {
        for value in [
            json!([[[["ABC-1"]]]]),
            json!({"a": {"b": {"c": 1}}}),
            json!(1e300),
            json!(-1),
            json!(18_446_744_073_709_551_615_u64),
            json!(true),
            json!([null, {}, []]),
            json!("-x"),
            json!("--help"),
            json!("--"),
        ] {
            let mut parameters = json!({"issueKeys": "ABC-1", "dryRun": true, "budget": 3});
            parameters[name] = value.clone();
            let answer = agent.step("jiraSendBuildInfo", &parameters, &json!({}));
            let outcome = answer.outcome();
            let known = ["dry_run", "invalid", "nothing_to_send"];
            assert!(known.contains(&outcome), "{name} {value}: {}", answer.json);
        }
    }
    assert!(jira.requests().is_empty());
}

/// Neither in what is printed nor in what the run remembers, and Jira may repeat it.
#[test]
fn no_answer_has_a_secret() {
    let forms = [SECRET, "s3cr%2Fet%2Bw%26rd", "czNjci9ldCt3JnJk"];
    let echo = json!([{"message": format!("no: {}", forms.join(" "))}]);
    let faults = [
        None,
        Some((Endpoint::Builds, Fault::json(400, echo.clone()))),
        Some((Endpoint::Builds, Fault::json(503, echo.clone()))),
        Some((Endpoint::Token, Fault::json(401, echo.clone()))),
        Some((Endpoint::Token, Fault::json(500, echo))),
        Some((
            Endpoint::TenantInfo,
            Fault::redirect(format!("https://x.example/?{SECRET}")),
        )),
    ];
    for fault in faults {
        let jira = Sandbox::with(Config {
            client_secret: SECRET.to_owned(),
            ..Config::default()
        });
        if let Some((endpoint, fault)) = &fault {
            jira.fail(*endpoint, fault.clone());
        }
        let mut agent = Agent::of_run(&jira, 7);
        agent.set("JIRA_CLIENT_SECRET", SECRET);
        agent.set(
            "GIT_URL",
            &format!("https://ada:{SECRET}@git.example.com/acme/shop.git"),
        );
        let parameters = json!({
            "issueKeys": "ABC-1", "state": "SUCCESS", "budget": 2, "verbose": true, "description": SECRET,
            "environmentId": "x", "failOnError": true,
        });
        let mut memory = String::new();
        for step in [
            "jiraSendBuildInfo",
            "jiraSendDeploymentInfo",
            "checkGatingStatus",
            "jiraAwaitGate",
            "jiraSendCheck",
        ] {
            let own = match step {
                "jiraSendBuildInfo" | "jiraSendCheck" => {
                    with(parameters.clone(), &json!({"environmentId": null}))
                }
                _ => parameters.clone(),
            };
            let answer = agent.step(step, &own, &json!({"memory": memory}));
            let all = format!("{}{}", answer.json, answer.stderr);
            for form in forms {
                let place = all
                    .find(form)
                    .map(|at| &all[all.floor_char_boundary(at.saturating_sub(200))..at]);
                assert_eq!(place, None, "{step} {fault:?}");
            }
            memory = answer.apply(&memory);
        }
    }
}
