//! `jira-send remote-link`, whole bodies compared.

use jira_sandbox::{Config, Endpoint, Fault, Sandbox};
use serde_json::json;

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS};

const LINK: &[&str] = &[
    "remote-link",
    "--url=https://ci/42/coverage",
    "--display-name=Coverage",
    "--issue-keys=ABC-1",
    "--format=json",
];

#[test]
fn a_link_of_the_run_appears_on_its_issue() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&["first", "OPS-1 second"]);
    let run = agent.run(&[
        "remote-link",
        "--url=https://ci/42/coverage",
        "--display-name=Coverage",
        EVENT,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = json!({
        "properties": {"job": "shop/PR-7", "jenkinsUrl": "https://ci.example.com/"},
        "remoteLinks": [{
            "schemaVersion": "1.0",
            "id": "https~3A~2F~2Fci~2F42~2Fcoverage",
            "updateSequenceNumber": EVENT_MILLISECONDS,
            "displayName": "Coverage",
            "url": "https://ci/42/coverage",
            "type": "other",
            "lastUpdated": "2026-01-01T12:00:00.123Z",
            "associations": [{
                "associationType": "issueIdOrKeys",
                "values": ["PROJ-2", "OPS-1"],
            }],
        }],
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    });
    assert_eq!(jira.submissions(), [expected]);
    assert!(jira.panel("OPS-1").contains("Coverage"));
    let request = jira.requests().pop().unwrap();
    assert!(
        request.path.starts_with("/jira/remotelinks/1.0/cloud/"),
        "{}",
        request.path
    );
    let message = format!(
        "link https~3A~2F~2Fci~2F42~2Fcoverage sent to {0}: {0}/browse/PROJ-2, OPS-1\n",
        jira.url()
    );
    assert_eq!(run.stderr, message);
}

#[test]
fn every_field_can_be_given() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let run = agent.run(&[
        "remote-link",
        "--link-id=coverage of shop",
        "--display-name=Coverage of ABC-3 🚀",
        "--url=https://ci/42/coverage",
        "--type=logfile",
        "--description=All of it, for ABC-4\n",
        "--status-label=87 %",
        "--status-appearance=success",
        "--last-updated=2026-02-03T04:05:06+01:00",
        "--update-sequence-number=99",
        "--property=a=b",
        "--product=mine",
        "--issue-keys=abc-1, ABC-2",
        "--issue-ids=10042",
        "--service-ids=service-1",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = json!({
        "properties": {"a": "b"},
        "remoteLinks": [{
            "schemaVersion": "1.0",
            "id": "coverage~20of~20shop",
            "updateSequenceNumber": 99,
            "displayName": "Coverage of ABC-3",
            "url": "https://ci/42/coverage",
            "type": "logFile",
            "description": "All of it, for ABC-4",
            "lastUpdated": "2026-02-03T03:05:06.000Z",
            "associations": [
                {
                    "associationType": "issueIdOrKeys",
                    "values": ["10042", "ABC-3", "ABC-4", "ABC-1", "ABC-2"],
                },
                {"associationType": "serviceIdOrKeys", "values": ["service-1"]},
            ],
            "status": {"appearance": "success", "label": "87 %"},
        }],
        "providerMetadata": {"product": "mine"},
    });
    assert_eq!(jira.submissions(), [expected]);
}

#[test]
fn a_file_of_links_is_sent_in_one_request() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let file = json!({
        "properties": {"account": "7"},
        "remoteLinks": [
            {
                "schemaVersion": "1.0",
                "id": "plan",
                "updateSequenceNumber": 5,
                "displayName": "Plan",
                "url": "https://docs/plan",
                "type": "document",
                "description": "The plan",
                "lastUpdated": "2026-01-01T00:00:00.000Z",
                "associations": [
                    {"associationType": "issueIdOrKeys", "values": ["ABC-1"]},
                    {"associationType": "serviceIdOrKeys", "values": ["service-1"]},
                ],
                "status": {"appearance": "new", "label": "draft"},
            },
            {
                "schemaVersion": "1.0",
                "id": "tests",
                "updateSequenceNumber": 6,
                "displayName": "Tests",
                "url": "https://ci/tests",
                "type": "test",
                "lastUpdated": "2026-01-01T00:00:00.000Z",
                "associations": [{"associationType": "serviceIdOrKeys", "values": ["service-2"]}],
            },
        ],
        "providerMetadata": {"product": "links 1"},
    });
    agent.write("links.json", &file.to_string());
    let run = agent.run(&["remote-link", "--file=links.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut expected = file.clone();
    let properties = json!({
        "account": "7",
        "job": "shop-freestyle-noscm",
        "jenkinsUrl": "https://ci.example.com/",
    });
    expected["properties"] = properties;
    assert_eq!(jira.submissions(), [expected]);

    agent.write(
        "links.json",
        r#"[{"url": "x", "displayName": "a", "type": "video", "status": {}}]"#,
    );
    let run = agent.run(&["remote-link", "--file=links.json"]);
    assert_eq!(run.code, 2);
    for line in [
        "error: links.json cannot be used, and nothing was sent",
        "column 10: [0].url: expected a URL that starts with https:// or http://, got \"x\"",
        "column 43: [0].type: expected one of document, alert, test, ",
        "column 62: [0].status.label: missing",
        "hint: jira-send remote-link --help",
    ] {
        assert!(run.stderr.contains(line), "{line}\n{}", run.stderr);
    }
    assert_eq!(jira.submissions().len(), 1);
}

/// Atlassian does not say that these credentials may send them: whoever is refused learns it.
#[test]
fn a_refusal_says_that_atlassian_does_not_confirm_it() {
    for (status, code, outcome) in [
        (401, 3, "unauthorized"),
        (403, 3, "unauthorized"),
        (404, 1, "rejected"),
    ] {
        let jira = Sandbox::start();
        jira.fail(Endpoint::RemoteLinks, Fault::empty(status));
        let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
        let run = agent.run(LINK);
        let json = run.json();
        assert_eq!((run.code, json["outcome"].as_str()), (code, Some(outcome)));
        assert!(
            run.stderr.contains("Atlassian does not confirm"),
            "{status}: {}",
            run.stderr
        );
        // A credential may be mended, an address that is not there stays away.
        assert_eq!(agent.kept(".json").len(), usize::from(code == 3));
    }
    let jira = Sandbox::with(Config {
        serves_remote_links: false,
        ..Config::default()
    });
    let run = Agent::of("freestyle-no-scm").with_jira(&jira).run(LINK);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("Atlassian does not confirm"),
        "{}",
        run.stderr
    );
    let help = Agent::bare().run(&["remote-link", "--help"]).stdout;
    assert!(help.contains("Atlassian does not confirm"));
}

#[test]
fn what_cannot_be_is_told() {
    let agent = Agent::of("freestyle-no-scm");
    let cases: [(&[&str], &str); 5] = [
        (&["--type=video"], "one of document, alert, test"),
        (&["--status-appearance=new"], "--status-label"),
        (
            &["--status-label=x", "--status-appearance=red"],
            "one of default, inprogress",
        ),
        (&["--service-ids=🚀"], "expected the id of a service"),
        (&["--file=x"], "cannot be used with"),
    ];
    for (options, words) in cases {
        let run = agent.run(&[LINK, &["--dry-run"], options].concat());
        assert_eq!(run.code, 2, "{options:?}");
        assert!(run.stderr.contains(words), "{options:?}: {}", run.stderr);
    }
    let local = [
        "--dry-run",
        "--url=http://127.0.0.1/x",
        "--display-name=x",
        "--issue-keys=ABC-1",
    ];
    let run = agent.run(&[&["remote-link"][..], &local].concat());
    assert!(
        run.stderr.contains("only this machine can open"),
        "{}",
        run.stderr
    );
    let run = agent.run(&["remote-link", "--issue-keys=ABC-1"]);
    assert_eq!(run.code, 2);
    for missing in ["--url", "--display-name", "--site"] {
        assert!(run.stderr.contains(missing), "{missing}: {}", run.stderr);
    }
}

#[test]
fn an_undelivered_link_waits_until_a_later_state_replaces_it() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    jira.fail(
        Endpoint::RemoteLinks,
        Fault::redirect("https://else.example/"),
    );
    for label in ["--status-label=86 %", "--status-label=87 %"] {
        let run = agent.run(&[LINK, &[label, "--budget=3"]].concat());
        assert_eq!(run.code, 4, "{}", run.stderr);
    }
    jira.clear_faults();
    let flush = agent.run(&["flush", "--format=json"]);
    assert_eq!(flush.code, 0, "{}", flush.stderr);
    let outbox = &flush.json()["outbox"];
    assert_eq!(
        (&outbox["delivered"], &outbox["superseded"]),
        (&json!(1), &json!(1))
    );
    let link = jira
        .remote_link("https~3A~2F~2Fci~2F42~2Fcoverage")
        .unwrap();
    assert_eq!(link["status"]["label"], "87 %");
}
