//! `jira-send deployment`, whole bodies compared.

use jira_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Agent, EVENT, EVENT_MILLISECONDS, kinds};

#[test]
fn a_deployment_appears_on_the_issues_it_brings() {
    let jira = Sandbox::start();
    let agent = Agent::of("pipeline-scm-declarative-second")
        .with_jira(&jira)
        .with_commits(&["OPS-9 before", "PROJ-5 one", "PROJ-6 two"]);
    let run = agent.run(&[
        "deployment",
        "--environment-id=eu prod",
        "--environment-name=EU production",
        "--state=successful",
        EVENT,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = json!({
        "properties": {"job": "shop-pipeline-scm", "jenkinsUrl": "https://ci.example.com/"},
        "deployments": [{
            "schemaVersion": "1.0",
            "deploymentSequenceNumber": 2,
            "updateSequenceNumber": EVENT_MILLISECONDS,
            "associations": [{"associationType": "issueIdOrKeys", "values": ["PROJ-6", "PROJ-5"]}],
            "displayName": "shop-pipeline-scm #2 to EU production",
            "url": "https://ci.example.com/job/shop-pipeline-scm/2/",
            "description": "PROJ-6 two",
            "lastUpdated": "2026-01-01T12:00:00.123Z",
            "label": "#2",
            "state": "successful",
            "pipeline": {
                "id": "shop-pipeline-scm",
                "displayName": "shop-pipeline-scm",
                "url": "https://ci.example.com/job/shop-pipeline-scm/",
            },
            "environment": {"id": "eu~20prod", "displayName": "EU production", "type": "production"},
        }],
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    });
    assert_eq!(jira.submissions(), [expected]);
    assert!(
        jira.deployment("shop-pipeline-scm", "eu~20prod", 2)
            .is_some()
    );
    let name = "shop-pipeline-scm #2 to EU production";
    let message = format!(
        "deployment {name} successful sent to {0}: {0}/browse/PROJ-6, PROJ-5\n",
        jira.url()
    );
    assert_eq!((run.stdout.as_str(), run.stderr), ("", message));
}

#[test]
fn every_field_can_be_given() {
    let agent = Agent::bare();
    let run = agent.run(&[
        "deployment",
        "--dry-run",
        "--environment-id=x",
        "--environment-type=QA",
        "--job-name=a/b",
        "--build-number=7",
        "--deployment-sequence-number=70",
        "--update-sequence-number=99",
        "--display-name=Name",
        "--description=Text",
        "--label=v1",
        "--duration=90",
        "--url=https://ci/7",
        "--pipeline-name=The pipeline",
        "--pipeline-url=https://ci/",
        "--state=rolled_back",
        "--last-updated=2026-02-03T04:05:06Z",
        "--issue-keys=ABC-1",
        "--service-ids=s-1,s-2",
        "--enable-gating",
        "--repository-association=repo-1",
        "--property=a=b",
        "--product=mine",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = json!({
        "properties": {"a": "b", "job": "a/b"},
        "deployments": [{
            "schemaVersion": "1.0",
            "deploymentSequenceNumber": 70,
            "updateSequenceNumber": 99,
            "associations": [
                {"associationType": "issueIdOrKeys", "values": ["ABC-1"]},
                {"associationType": "serviceIdOrKeys", "values": ["s-1", "s-2"]},
                {"associationType": "repository", "values": [{"repositoryId": "repo-1"}]},
            ],
            "displayName": "Name",
            "url": "https://ci/7",
            "description": "Text",
            "lastUpdated": "2026-02-03T04:05:06.000Z",
            "label": "v1",
            "duration": 90,
            "state": "rolled_back",
            "pipeline": {"id": "a~2Fb", "displayName": "The pipeline", "url": "https://ci/"},
            "environment": {"id": "x", "displayName": "x", "type": "testing"},
            "commands": [{"command": "initiate_deployment_gating"}],
        }],
        "providerMetadata": {"product": "mine"},
    });
    assert_eq!(run.shown_body(), expected);
    let commit = [
        "deployment",
        "--dry-run",
        "--environment-id=x",
        "--commit-association=repo-1:8A91DFC",
    ];
    let run = Agent::of("freestyle-no-scm").run(&commit);
    let association = &run.shown_body()["deployments"][0]["associations"];
    let values = json!([{"commitHash": "8a91dfc", "repositoryId": "repo-1"}]);
    assert_eq!(
        association,
        &json!([{"associationType": "commit", "values": values}])
    );
}

#[test]
fn a_service_alone_is_worth_sending() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = agent.run(&[
        "deployment",
        "--environment-id=prod",
        "--service-ids=service-1",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(jira.submissions().len(), 1);
}

#[test]
fn id_and_name_of_the_environment_stand_in_for_each_other() {
    let agent = Agent::of("multibranch-declarative-pull-request");
    let cases = [
        (
            vec!["--environment-id=eu-prod"],
            ("eu-prod", "eu-prod", "production"),
        ),
        (
            vec!["--environment-name=Test 1"],
            ("Test~201", "Test 1", "testing"),
        ),
        (
            vec!["--environment-id=stage", "--environment-name=Europe"],
            ("stage", "Europe", "staging"),
        ),
        (
            vec!["--environment-id=x", "--environment-type=production"],
            ("x", "x", "production"),
        ),
        (
            vec!["--environment-id=banana"],
            ("banana", "banana", "unmapped"),
        ),
    ];
    for (options, (id, name, environment_type)) in cases {
        let run = agent.run(&[&["deployment", "--dry-run"][..], &options].concat());
        let expected = json!({"id": id, "displayName": name, "type": environment_type});
        assert_eq!(run.shown_body()["deployments"][0]["environment"], expected);
    }
}

#[test]
fn all_kinds_of_jobs_can_deploy() {
    let jira = Sandbox::start();
    for kind in kinds() {
        let agent = Agent::of(&kind).with_jira(&jira);
        let run = agent.run(&[
            "deployment",
            "--environment-id=prod",
            "--issue-keys=ABC-1",
            EVENT,
        ]);
        assert_eq!(run.code, 0, "{kind}: {}", run.stderr);
    }
    assert_eq!(jira.submissions().len(), kinds().len());
}

#[test]
fn four_kinds_of_associations_are_one_too_many() {
    let agent = Agent::of("freestyle-no-scm");
    let run = agent.run(&[
        "deployment",
        "--dry-run",
        "--environment-id=x",
        "--issue-keys=ABC-1",
        "--service-ids=s",
        "--repository-association=r",
        "--commit-association=r:8a91dfc",
    ]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("hint: leave out"));
}

/// What is known; the name and the description.
#[test]
fn name_and_description_do_not_say_the_same() {
    let cases = [
        (
            "multibranch-declarative-pull-request",
            &["one", "PROJ-2 two"][..],
            &[][..],
            [
                "shop » PR-7 #2 to prod",
                "PROJ-2: Add the login form & \"quotes\" é",
            ],
        ),
        (
            "freestyle-no-scm",
            &["one", "PROJ-2 two\n\nmore"],
            &[],
            ["shop-freestyle-noscm #1 to prod", "PROJ-2 two"],
        ),
        (
            "freestyle-no-scm",
            &[],
            &[],
            ["shop-freestyle-noscm #1 to prod", "Deployed by Jenkins"],
        ),
        (
            "freestyle-no-scm",
            &[],
            &["--product=Deployer 2"],
            ["shop-freestyle-noscm #1 to prod", "Deployed by Deployer 2"],
        ),
        (
            "freestyle-no-scm",
            &["one", "two"],
            &["--display-name=Release", "--description= \u{1F680} "],
            ["Release", "two"],
        ),
        (
            "freestyle-no-scm",
            &["one", "PROJ-2 two"],
            &["--display-name=PROJ-2 two"],
            ["PROJ-2 two", "Deployed by Jenkins"],
        ),
        (
            "",
            &[],
            &["--job-name=shop", "--build-number=7", "--url=https://ci/7"],
            ["shop #7 to prod", "Deployed by jira-send"],
        ),
        // Other tools number their builds as well.
        (
            "numbered",
            &[],
            &["--job-name=shop", "--url=https://ci/7"],
            ["shop #8 to prod", "Deployed by jira-send"],
        ),
    ];
    for (kind, messages, options, expected) in cases {
        let mut agent = match kind {
            "" => Agent::bare(),
            "numbered" => {
                let mut agent = Agent::bare();
                agent.set("BUILD_NUMBER", "8");
                agent
            }
            kind => Agent::of(kind),
        };
        if !messages.is_empty() {
            agent = agent.with_commits(messages);
        }
        let arguments = [
            "deployment",
            "--environment-id=prod",
            "--issue-keys=ABC-1",
            "--dry-run",
        ];
        let run = agent.run(&[&arguments[..], options].concat());
        let deployment = &run.shown_body()["deployments"][0];
        let found = [&deployment["displayName"], &deployment["description"]];
        assert_eq!(found.map(|text| text.as_str().unwrap()), expected, "{kind}");
    }
}

#[test]
fn unknown_services_are_named() {
    let jira = Sandbox::start();
    let agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let send = |options: &[&str]| {
        let arguments = [
            "deployment",
            "--environment-id=prod",
            "--service-ids=svc-unknown",
        ];
        agent.run(&[&arguments[..], options].concat())
    };
    let run = send(&["--issue-keys=ABC-1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let warnings: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("warning: "))
        .collect();
    let words = "/browse/ABC-1; unknown to Jira: service svc-unknown";
    assert!(
        matches!(warnings.as_slice(), [only] if only.ends_with(words)),
        "{}",
        run.stderr
    );
    let run = send(&[]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("unknown to Jira: service svc-unknown"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("hint: check the ids"));
}

/// Jenkins tells the innermost stage; what is given counts more.
#[test]
fn a_stage_names_the_environment() {
    let usual = &["--state=successful"][..];
    let own = &[
        "--state=successful",
        "--stage-pattern=(?<envName>\\w+) rollout",
    ][..];
    let given = &["--state=successful", "--environment-name=EU"][..];
    let cases = [
        (
            "deploy to eu prod",
            usual,
            Some(("eu~20prod", "eu prod", "production")),
        ),
        (
            "deploy to $(id)'\u{202e}",
            usual,
            Some(("~24~28id~29~27~E2~80~AE", "$(id)'", "unmapped")),
        ),
        ("QA rollout", own, Some(("QA", "QA", "testing"))),
        ("deploy to eu prod", own, None),
        ("deploy to eu prod", given, Some(("EU", "EU", "unmapped"))),
        ("Build", usual, None),
    ];
    for (stage, arguments, expected) in cases {
        let mut agent = Agent::of("multibranch-declarative-pull-request");
        agent.set("STAGE_NAME", stage);
        let mut all = vec![
            "deployment",
            "--site=acme",
            "--issue-keys=ABC-1",
            "--dry-run",
            "--format=json",
        ];
        all.extend(arguments);
        let run = agent.run(&all);
        let Some((id, name, environment_type)) = expected else {
            assert_eq!(run.code, 2, "{stage}");
            let words = "environment (--environment-id, or a stage such as 'deploy to eu-prod')";
            assert!(run.stderr.contains(words), "{}", run.stderr);
            continue;
        };
        let environment = &run.json()["request"]["body"]["deployments"][0]["environment"];
        let wanted = json!({"id": id, "displayName": name, "type": environment_type});
        assert_eq!(environment, &wanted, "{stage}");
    }
}
