//! `jira-send build`, whole bodies compared.

use jira_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, kinds};

#[test]
fn a_pull_request_build_appears_on_its_issue() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-pull-request")
        .with_jira(&jira)
        .with_commits(&[
            "ABC-9 before",
            "OPS-1 and the body\n\nPROJ-4 too",
            "UTF-8 fix",
        ]);
    let run = agent.run(&["build", "--state=SUCCESS", EVENT, "--format=json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let head = agent.git(&["rev-parse", "HEAD"]);
    let before = agent.git(&["rev-parse", "HEAD~2"]);
    let expected = json!({
        "properties": {"job": "shop/PR-7", "jenkinsUrl": "https://ci.example.com/"},
        "builds": [{
            "schemaVersion": "1.0",
            "pipelineId": "shop~2FPR-7",
            "buildNumber": 2,
            "updateSequenceNumber": EVENT_MILLISECONDS,
            "displayName": "shop » PR-7 #2",
            "description": "PROJ-2: Add the login form & \"quotes\" é",
            "label": "#2",
            "url": "https://ci.example.com/job/shop/job/PR-7/2/",
            "state": "successful",
            "lastUpdated": "2026-01-01T12:00:00.123Z",
            "associations": [{
                "associationType": "issueIdOrKeys",
                "values": ["PROJ-2", "OPS-1", "PROJ-4"],
            }],
            "references": [{
                "commit": {"id": head, "repositoryUri": "https://git.example.com/acme/shop"},
                "ref": {
                    "name": "feature/PROJ-2-login",
                    "uri": "https://git.example.com/acme/shop/tree/feature/PROJ-2-login",
                },
            }],
        }],
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    });
    assert_eq!(jira.submissions(), [expected]);
    assert!(jira.build("shop~2FPR-7", 2).is_some());
    assert!(jira.panel("PROJ-4").contains("shop » PR-7 #2"));

    let message = format!(
        "build shop » PR-7 #2 successful sent to {0}: {0}/browse/PROJ-2, OPS-1, PROJ-4",
        jira.url()
    );
    let expected = json!({
        "outcome": "accepted",
        "exit_code": 0,
        "message": message,
        "state": "successful",
        "issue_keys": ["PROJ-2", "OPS-1", "PROJ-4"],
        "sites": [{
            "site": jira.url(),
            "outcome": "accepted",
            "state": "successful",
            "link": format!("{}/browse/PROJ-2", jira.url()),
            "accepted": [{"pipelineId": "shop~2FPR-7", "buildNumber": 2}],
            "rejected": [],
            "unknown_issue_keys": [],
            "unknown_associations": [],
            "message": message,
        }],
        "ranges": [{"repository": ".", "start": "last_success", "from": before, "commits": 2}],
    });
    assert_eq!(run.json(), expected);
    assert_eq!(run.stderr, format!("{message}\n"));
}

#[test]
fn every_field_can_be_given() {
    let jira = Sandbox::start();
    let agent = Agent::bare().with_jira(&jira);
    let run = agent.run(&[
        "build",
        "--pipeline-id=my pipeline",
        "--build-number=7",
        "--display-name=Name",
        "--description=Text",
        "--label=v1",
        "--url=https://ci/7",
        "--state=pending",
        "--last-updated=2026-02-03T04:05:06+01:00",
        "--update-sequence-number=99",
        "--property=a=b",
        "--product=mine",
        "--issue-keys=abc-1, ABC-2",
        "--issue-keys=ABC-2",
        "--issue-ids=10042",
        "--tests-total=10",
        "--tests-passed=7",
        "--tests-failed=2",
        "--tests-skipped=1",
        r#"--reference={"commit":{"id":"8a91dfc","repositoryUri":"https://git/x"}}"#,
        r#"--reference={"ref":{"name":"main","uri":"https://git/x/tree/main"}}"#,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = json!({
        "properties": {"a": "b"},
        "builds": [{
            "schemaVersion": "1.0",
            "pipelineId": "my~20pipeline",
            "buildNumber": 7,
            "updateSequenceNumber": 99,
            "displayName": "Name",
            "description": "Text",
            "label": "v1",
            "url": "https://ci/7",
            "state": "pending",
            "lastUpdated": "2026-02-03T03:05:06.000Z",
            "associations": [{
                "associationType": "issueIdOrKeys",
                "values": ["10042", "ABC-1", "ABC-2"],
            }],
            "testInfo": {"totalNumber": 10, "numberPassed": 7, "numberFailed": 2, "numberSkipped": 1},
            "references": [
                {"commit": {"id": "8a91dfc", "repositoryUri": "https://git/x"}},
                {"ref": {"name": "main", "uri": "https://git/x/tree/main"}},
            ],
        }],
        "providerMetadata": {"product": "mine"},
    });
    assert_eq!(jira.submissions(), [expected]);
}

#[test]
fn references_are_made_of_what_is_given() {
    let agent = Agent::of("pipeline-inline-declarative");
    let run = agent.run(&[
        "build",
        "--dry-run",
        "--issue-keys=ABC-1",
        "--commit=8a91dfc46c56c9c6a0c3d99343b034a1a5e9bfee",
        "--repository-url=https://git.example.com/a",
        "--ref-name=release/1",
    ]);
    let expected = json!([{
        "commit": {
            "id": "8a91dfc46c56c9c6a0c3d99343b034a1a5e9bfee",
            "repositoryUri": "https://git.example.com/a",
        },
        "ref": {"name": "release/1", "uri": "https://git.example.com/a/tree/release/1"},
    }]);
    assert_eq!(run.shown_body()["builds"][0]["references"], expected);
    let unknown = agent.run(&["build", "--dry-run", "--issue-keys=ABC-1"]);
    assert_eq!(unknown.shown_body()["builds"][0].get("references"), None);
}

/// A later state replaces an earlier one, and never the other way round.
#[test]
fn the_newer_event_wins_in_whatever_order_it_arrives() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-feature-slash-first").with_jira(&jira);
    let send = |state: &str, time: &str| {
        let run = agent.run(&["build", state, time]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        jira.build("shop~2Ffeature~252FPROJ-2-login", 1).unwrap()["state"].clone()
    };
    assert_eq!(
        send("--state=SUCCESS", "--event-time=1767268800200"),
        "successful"
    );
    assert_eq!(
        send("--state=in_progress", "--event-time=1767268800199"),
        "successful"
    );
    assert_eq!(
        send("--state=FAILURE", "--event-time=1767268800201"),
        "failed"
    );
}

#[test]
fn jenkins_results_become_states() {
    let agent = Agent::of("multibranch-declarative-pull-request");
    let cases = [
        (vec!["--state=UNSTABLE"], "failed"),
        (
            vec!["--state=UNSTABLE", "--unstable-as=successful"],
            "successful",
        ),
        (vec!["--state=ABORTED"], "cancelled"),
        (vec!["--state=NOT_BUILT"], "cancelled"),
        (vec![], "in_progress"),
        (vec!["--running-as=SUCCESS"], "successful"),
        (vec!["--running-as=unknown"], "unknown"),
        (vec!["--running-as=successful", "--state=FAILURE"], "failed"),
    ];
    for (options, state) in cases {
        let arguments = [&["build", "--dry-run"][..], &options].concat();
        let run = agent.run(&arguments);
        assert_eq!(run.shown_body()["builds"][0]["state"], state, "{options:?}");
    }
}

/// People give a text with an issue key as the branch: the issue must not link to a branch of that name.
#[test]
fn the_branch_that_is_searched_need_not_be_the_one_that_was_built() {
    let cases = [
        (
            "multibranch-declarative-feature-slash-first",
            "DEMO-1",
            "feature/PROJ-2-login",
        ),
        ("freestyle-git-first", "DEMO-1", "main"),
        // Jenkins knows none.
        ("freestyle-no-scm", "feature/DEMO-1-x", "feature/DEMO-1-x"),
    ];
    for (kind, branch, expected) in cases {
        let agent = Agent::of(kind);
        let given = format!("--branch={branch}");
        let arguments = [
            "build",
            "--dry-run",
            "--repository-url=https://git.example.com/acme/shop",
            &given,
        ];
        let build = &agent.run(&arguments).shown_body()["builds"][0];
        let reference = json!({"name": expected, "uri": format!("https://git.example.com/acme/shop/tree/{expected}")});
        assert_eq!(build["references"][0]["ref"], reference, "{kind}");
        let values = &build["associations"][0]["values"];
        assert_eq!(values, &json!(["DEMO-1"]), "{kind}");
    }
    let impossible = [
        "build",
        "--dry-run",
        "--branch=*/DEMO-1",
        "--repository-url=https://git.example.com/acme/shop",
    ];
    let build = &Agent::of("freestyle-no-scm").run(&impossible).shown_body()["builds"][0];
    assert!(build.get("references").is_none(), "{build}");
}

/// Every measured kind of job can be sent, with keys where it names some.
#[test]
fn all_kinds_of_jobs_are_known() {
    for kind in kinds() {
        let agent = Agent::of(&kind);
        let run = agent.run(&["build", "--dry-run", "--issue-keys=ABC-1", EVENT]);
        assert_eq!(run.code, 0, "{kind}: {}", run.stderr);
        let build = &run.shown_body()["builds"][0];
        let name = build["displayName"].as_str().unwrap();
        assert!(name.contains(" #"), "{kind}: {name}");
        assert!(
            build["url"]
                .as_str()
                .unwrap()
                .starts_with("https://ci.example.com/job/")
        );
        let id = build["pipelineId"].as_str().unwrap();
        let safe = |c: char| c.is_ascii_alphanumeric() || "._-~".contains(c);
        assert!(id.chars().all(safe), "{kind}: {id}");
    }
}

#[test]
fn no_issue_is_no_failure_unless_it_is_wanted() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = agent.run(&["build", "--format=json"]);
    assert_eq!(
        (run.code, run.json()["outcome"].as_str()),
        (0, Some("nothing_to_send"))
    );
    assert!(run.stderr.contains("no issue key was found"));
    let strict = agent.run(&["build", "--format=json", "--require-issue-keys"]);
    assert_eq!(
        (strict.code, strict.json()["exit_code"].as_i64()),
        (5, Some(5))
    );
    assert!(
        strict.stderr.starts_with("error: nothing to send") && strict.stderr.contains("hint: ")
    );
    assert!(jira.requests().is_empty());
}

#[test]
fn words_that_nearly_were_keys_are_named() {
    let agent = Agent::of("freestyle-no-scm");
    let run = agent.run(&["build", "--dry-run", "--branch=utf-8-fix"]);
    assert!(
        run.stderr
            .contains("warning: utf-8 in --branch does not count"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("--projects"));
}

#[test]
fn migrated_jobs_keep_their_ids() {
    let agent = Agent::of("multibranch-declarative-feature-slash-first");
    for (style, id) in [
        ("name", "shop/feature%2FPROJ-2-login"),
        ("hash", "-1945913126"),
        ("safe", "shop~2Ffeature~252FPROJ-2-login"),
    ] {
        let style = format!("--pipeline-id-style={style}");
        let run = agent.run(&["build", "--dry-run", &style]);
        let found = &run.shown_body()["builds"][0]["pipelineId"];
        assert_eq!(found, id);
    }
}

#[test]
fn an_address_that_nobody_can_open_is_warned_of() {
    let mut agent = Agent::of("multibranch-declarative-pull-request");
    agent.set("BUILD_URL", "http://localhost:8080/job/x/1/");
    let run = agent.run(&["build", "--dry-run"]);
    assert!(
        run.stderr
            .contains("warning: only this machine can open http://localhost:8080/job/x/1/")
    );
    assert!(run.stderr.contains("Jenkins URL"));
}

/// `--quiet` leaves nothing to read when all is well.
#[test]
fn quiet_is_quiet() {
    let jira = Sandbox::start();
    let agent = Agent::of("multibranch-declarative-tag")
        .with_jira(&jira)
        .with_commits(&["x"]);
    let run = agent.run(&["build", "--state=SUCCESS", "--quiet"]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
    assert_eq!(jira.submissions().len(), 1);
}

/// A remote of another name than `origin` is no part of the branch.
#[test]
fn the_name_of_the_remote_is_left_out() {
    let mut agent = Agent::of("freestyle-git-first").with_commits(&["ABC-1"]);
    agent.set("GIT_BRANCH", "upstream/feature/x");
    agent.git(&[
        "remote",
        "add",
        "upstream",
        "https://git.example.com/acme/shop.git",
    ]);
    let body = agent.run(&["build", "--dry-run"]).shown_body();
    assert_eq!(
        body["builds"][0]["references"][0]["ref"]["name"],
        "feature/x"
    );
}
