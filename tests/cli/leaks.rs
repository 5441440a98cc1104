//! No secret in any output or file, whatever goes wrong and however much is said.

use std::path::Path;

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::Agent;

const SECRET: &str = "s3cr/et+w&rd";

/// `printf 's3cr/et+w&rd' | base64`, and the core of it behind one and two other bytes.
const SECRET_FORMS: &[&str] = &[
    SECRET,
    "s3cr%2Fet%2Bw%26rd",
    "czNjci9ldCt3JnJk",
    "zM2NyL2V0K3cmcm",
    "MzY3IvZXQrdyZyZ",
];

const PROXY_PASSWORD: &str = "pr0xy-passw0rd";

const STEPS: [&str; 6] = [
    "jiraSendBuildInfo",
    "jiraSendDeploymentInfo",
    "checkGatingStatus",
    "jiraAwaitGate",
    "jiraSendKeys",
    "jiraSendCheck",
];

/// Everything below a folder, names and contents.
fn read_all(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        text.push_str(&path.to_string_lossy());
        if path.is_dir() {
            read_all(&path, text);
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn neither_secret_nor_token_is_seen_anywhere() {
    let echo = json!([{"message": format!("no: {}", SECRET_FORMS.join(" "))}]);
    let faults = [
        None,
        Some((Endpoint::Builds, Fault::json(400, echo.clone()))),
        Some((Endpoint::Builds, Fault::json(503, echo.clone()))),
        Some((Endpoint::Builds, Fault::status(401))),
        Some((Endpoint::Builds, Fault::CutBody)),
        Some((Endpoint::Builds, Fault::Junk)),
        Some((Endpoint::Token, Fault::json(401, echo.clone()))),
        Some((Endpoint::Token, Fault::json(500, echo))),
        Some((
            Endpoint::TenantInfo,
            Fault::redirect(format!("https://x.example/?{SECRET}")),
        )),
    ];
    let commands: [&[&str]; 6] = [
        &[
            "build",
            "--state=SUCCESS",
            "--format=json",
            "--result-file=result",
        ],
        &["build", "--", "env"],
        &["check", "--format=json"],
        &["flush", "--format=json"],
        &["show", "build"],
        &["delete", "build", "--verify"],
    ];
    std::thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || {
                let jira = Sandbox::with(jira_sandbox::Config {
                    client_secret: SECRET.to_owned(),
                    ..jira_sandbox::Config::default()
                });
                let mut agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
                agent.set("JIRA_CLIENT_SECRET", SECRET);
                agent.set(
                    "HTTPS_PROXY",
                    &format!("http://user:{PROXY_PASSWORD}@127.0.0.1:1"),
                );
                if let Some((endpoint, fault)) = &fault {
                    jira.fail(*endpoint, fault.clone());
                }
                let mut seen = String::new();
                for command in commands {
                    for verbosity in ["--verbose", "--quiet"] {
                        // Options end at the command that is wrapped.
                        let words = if matches!(command[0], "show" | "delete") {
                            2
                        } else {
                            1
                        };
                        let (words, rest) = command.split_at(words);
                        let arguments = [words, &[verbosity, "--budget=1"], rest];
                        let run = agent.run(&arguments.concat());
                        // What the wrapped command prints is its own, but for what it must not have got.
                        let proxy = format!("HTTPS_PROXY=http://user:{PROXY_PASSWORD}@127.0.0.1:1");
                        seen.push_str(&run.stdout.replace(&proxy, ""));
                        seen.push_str(&run.stderr);
                    }
                }
                let parameters =
                    json!({"environmentId": "x", "verbose": true, "budget": 1, "state": "SUCCESS"});
                for step in STEPS {
                    let request = crate::support::request(step, &parameters, &json!({}));
                    let path = agent.write("request.json", &request.to_string());
                    let run = agent.run(&["step", path.to_str().unwrap()]);
                    seen.push_str(&run.stdout);
                    seen.push_str(&run.stderr);
                }
                read_all(agent.path(), &mut seen);
                let requests = jira.requests();
                let tokens = requests
                    .iter()
                    .filter_map(|request| request.header("authorization"));
                let tokens = tokens.filter_map(|header| header.strip_prefix("Bearer "));
                let secrets = tokens
                    .chain(SECRET_FORMS.iter().copied())
                    .chain([PROXY_PASSWORD]);
                for secret in secrets {
                    let place = seen
                        .find(secret)
                        .map(|at| &seen[seen.floor_char_boundary(at.saturating_sub(200))..at]);
                    assert_eq!(place, None, "{secret} {fault:?}");
                }
            });
        }
    });
}

/// What is wrong is repeated in an error, and may be a secret.
#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    agent.set("JIRA_CLIENT_SECRET", SECRET);
    agent.set("JIRA_CLIENT_SECRET__ACME", "0f-acme-alone");
    agent.set("JENKINS_API_TOKEN", "t0ken-of-jenkins");
    for secret in [SECRET, "0f-acme-alone", "t0ken-of-jenkins"] {
        for option in [
            "state",
            "budget",
            "environment-type",
            "label",
            "url",
            secret,
        ] {
            let given = format!("--{option}={secret}");
            for format in ["--format=json", "--verbose"] {
                let run = agent.run(&["deployment", &given, format, "--dry-run"]);
                let seen = run.stdout + &run.stderr;
                assert!(!seen.contains(secret), "{seen}");
            }
        }
        for parameter in ["state", "budget", "failOnError", "flags", secret] {
            let parameters = json!({parameter: secret, "dryRun": true});
            let request =
                crate::support::request("jiraSendBuildInfo", &parameters, &json!({"memory": ""}));
            let path = agent.write("request.json", &request.to_string());
            let run = agent.run(&["step", path.to_str().unwrap()]);
            assert!(!run.stdout.contains(secret), "{}", run.stdout);
        }
        let run = agent.run(&[secret]);
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
    }
}

/// Whichever value is an address: a password in it is shown nowhere, whether the address can be used or not.
#[test]
fn a_password_in_an_address_is_shown_nowhere() {
    const PASSWORD: &str = "S3-cret_OF.an-address";
    const VARIABLES: [&str; 16] = [
        "JIRA_SITE",
        "JIRA_CLOUD_ID",
        "JIRA_CLOUD_ID__127_0_0_1",
        "JIRA_API_URL",
        "JIRA_AUTH_URL",
        "HTTPS_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "NO_PROXY",
        "JENKINS_URL",
        "BUILD_URL",
        "JOB_URL",
        "GIT_URL",
        "JIRA_SEND_URL",
        "JIRA_SEND_REPOSITORY_URL",
        "JIRA_SEND_JENKINS_URL",
    ];
    let commands: [&[&str]; 7] = [
        &["build", "--issue-keys=ABC-1", "--budget=1"],
        &["build", "--issue-keys=ABC-1", "--dry-run", "--format=json"],
        &["dev-info", "--dry-run"],
        &["keys"],
        &["check", "--budget=1"],
        &["gate", "--environment-id=x", "--budget=1"],
        &["flush", "--budget=1"],
    ];
    std::thread::scope(|scope| {
        for variable in VARIABLES {
            scope.spawn(move || {
                let jira = Sandbox::start();
                for address in [
                    format!("https://user:{PASSWORD}@jira.invalid"),
                    format!("https://user:{PASSWORD}@jira.invalid:port/x"),
                    format!("https://{PASSWORD}@jira.invalid/x?y"),
                    format!("user:{PASSWORD}@jira.invalid"),
                    format!("ftp://user:{PASSWORD}@jira.invalid, a b"),
                ] {
                    let mut agent =
                        Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
                    agent.set(variable, &address);
                    for command in commands {
                        let run = agent.run(&[command, &["--verbose"]].concat());
                        let mut seen = run.stdout + &run.stderr;
                        read_all(agent.path(), &mut seen);
                        assert!(!seen.contains(PASSWORD), "{variable}={address}: {seen}");
                    }
                }
            });
        }
    });
}

/// What a dry run shows is what is sent, and neither has the password of an address.
#[test]
fn a_password_in_a_text_is_neither_shown_nor_sent() {
    const ADDRESS: &str = "https://user:S3-cret@host/x?y";
    let text = format!("ABC-1 see {ADDRESS} and ssh://git:S3-cret@host");
    let sent = "ABC-1 see https://****@host/x?y and ssh://****@host";
    // Where it is cut, it would not look like one.
    let long = format!("{}{ADDRESS}", "x".repeat(235));
    let jira = Sandbox::start();
    let mut agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&[&text]);
    agent.set("CHANGE_TITLE", &text);
    agent.set("BUILD_DISPLAY_NAME", &text);
    let flags = json!({"flags": [{
        "key": "a", "displayName": text, "enabled": true, "environments": [{"name": text}],
    }]});
    agent.write("flags.json", &flags.to_string());
    let texts = [
        format!("--description={text}"),
        format!("--display-name={text}"),
        format!("--label={long}"),
        "--update-sequence-number=5".to_owned(),
        "--event-time=2026-01-01T00:00:00Z".to_owned(),
        "--issue-keys=ABC-1".to_owned(),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let time = "--event-time=2026-01-01T00:00:00Z";
    let commands: [&[&str]; 4] = [
        &[&["build"], &texts[..]].concat(),
        &[&["deployment", "--environment-id=x"], &texts[..]].concat(),
        &["dev-info", "--update-sequence-number=5", time],
        &[
            "feature-flag",
            "--file=flags.json",
            "--issue-keys=ABC-1",
            "--update-sequence-number=5",
            time,
        ],
    ];
    for command in commands {
        let shown = agent.run(&[command, &["--dry-run", "--format=json"]].concat());
        assert_eq!(shown.code, 0, "{command:?}: {}", shown.stderr);
        let run = agent.run(&[command, &["--verbose"]].concat());
        assert_eq!(run.code, 0, "{command:?}: {}", run.stderr);
        let got = jira.submissions().last().unwrap().clone();
        let request = &shown.json()["request"]["body"];
        assert_eq!(*request, got, "{command:?}");
        let mut seen = got.to_string() + &shown.stdout + &shown.stderr + &run.stdout + &run.stderr;
        assert!(seen.contains(sent), "{seen}");
        for folder in [agent.outbox(), agent.path().join("home")] {
            if folder.is_dir() {
                read_all(&folder, &mut seen);
            }
        }
        assert!(!seen.contains("S3-cret"), "{seen}");
    }
    let run = agent.run(&["build", &format!("--property=at={ADDRESS}"), "--dry-run"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!run.stderr.contains("S3-cret"), "{}", run.stderr);
}
