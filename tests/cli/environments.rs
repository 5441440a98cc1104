//! What runs in an environment is what was deployed there last, as the outbox of an agent remembers it, and which
//! deployment is which.

use jira_sandbox::{Endpoint, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{Agent, Run};

mod histories;
mod upstream;

/// The agent of a freestyle job, its repository with these commits; what git calls them comes back as well.
fn agent(jira: &Sandbox, messages: &[&str]) -> (Agent, Vec<String>) {
    let agent = Agent::of("freestyle-git-second").with_jira(jira);
    let mut agent = agent.with_commits(messages);
    agent.unset("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    let ids = agent.git(&["rev-list", "--reverse", "HEAD"]);
    let ids = ids.lines().map(ToOwned::to_owned).collect();
    (agent, ids)
}

/// Run `number` of the job deploys a commit.
fn deploy(agent: &mut Agent, number: i64, commit: &str, options: &[&str]) -> Run {
    let name = number.to_string();
    agent.set("BUILD_NUMBER", &name);
    agent.set("BUILD_DISPLAY_NAME", &format!("#{name}"));
    agent.set("GIT_COMMIT", commit);
    let run = agent.run(&[&["deployment", "--format=json"], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

fn keys(run: &Run) -> Vec<String> {
    let json = run.json();
    let keys = json["issue_keys"].as_array().unwrap();
    let mut keys: Vec<String> = keys
        .iter()
        .map(|key| key.as_str().unwrap().to_owned())
        .collect();
    keys.sort();
    keys
}

const STAGING: &str = "--environment-id=staging";
const PROD: &str = "--environment-id=prod";
const SUCCESS: &str = "--state=SUCCESS";

#[test]
fn each_environment_has_its_own_last_deployment() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1", "PROJ-2", "PROJ-3"]);
    deploy(&mut agent, 1, &ids[0], &[STAGING, SUCCESS]);
    deploy(&mut agent, 1, &ids[0], &[PROD, SUCCESS]);
    let cases: [(i64, usize, &[&str], &[&str]); 6] = [
        (2, 2, &[STAGING, SUCCESS], &["PROJ-1", "PROJ-2"]),
        // Of the same commit, everything since its own last deployment.
        (2, 2, &[PROD, "--state=FAILURE"], &["PROJ-1", "PROJ-2"]),
        (3, 3, &[STAGING, SUCCESS], &["PROJ-3"]),
        // The failed one did not count, and a dry run neither.
        (
            3,
            3,
            &[PROD, SUCCESS, "--dry-run"],
            &["PROJ-1", "PROJ-2", "PROJ-3"],
        ),
        (3, 3, &[PROD, "--", "true"], &["PROJ-1", "PROJ-2", "PROJ-3"]),
        (4, 1, &[PROD, SUCCESS], &["PROJ-2", "PROJ-3"]),
    ];
    for (number, commit, options, expected) in cases {
        let wraps = options.contains(&"--");
        let run = if wraps {
            agent.set("BUILD_NUMBER", &number.to_string());
            agent.set("GIT_COMMIT", &ids[commit]);
            let run = agent.run(&[&["deployment"], options].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            let bodies = jira.submissions();
            let values = &bodies.last().unwrap()["deployments"][0]["associations"][0]["values"];
            let mut found: Vec<&str> = values
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{}", run.stderr);
            continue;
        } else {
            deploy(&mut agent, number, &ids[commit], options)
        };
        assert_eq!(keys(&run), expected, "{options:?} {}", run.stderr);
        let is_rollback = number == 4;
        assert_eq!(run.json()["deployed"]["is_rollback"], is_rollback);
    }
}

/// What Jira has rejected is linked nowhere: the next deployment begins where the one before it did. Zeros are no commit.
#[test]
fn a_rejected_deployment_does_not_count() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1", "PROJ-2"]);
    deploy(&mut agent, 1, &ids[0], &[PROD, SUCCESS]);
    agent.set("BUILD_NUMBER", "2");
    agent.set("GIT_COMMIT", &ids[1]);
    let refusal = json!({"acceptedDeployments": [], "rejectedDeployments": [{
        "key": {"pipelineId": "shop-freestyle", "environmentId": "prod", "deploymentSequenceNumber": 2},
        "errors": [{"message": "no"}],
    }]});
    jira.fail_times(Endpoint::Deployments, 1, Fault::Answer(refusal));
    let run = agent.run(&["deployment", PROD, SUCCESS]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let zeros = format!("--deployed-commit={}", "0".repeat(40));
    let run = deploy(&mut agent, 3, &ids[2], &[PROD, SUCCESS, &zeros]);
    assert_eq!(keys(&run), ["PROJ-1", "PROJ-2"], "{}", run.stderr);
    assert!(
        !run.stderr.contains("not in this repository"),
        "{}",
        run.stderr
    );
}

#[test]
fn all_branches_of_a_project_deploy_to_the_same_environment() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1", "PROJ-2"]);
    let of_branch = |agent: &mut Agent, branch: &str| {
        agent.set("BRANCH_NAME", branch);
        agent.set(
            "JOB_NAME",
            &format!("acme/shop/{}", branch.replace('/', "%2F")),
        );
    };
    of_branch(&mut agent, "main");
    deploy(&mut agent, 1, &ids[0], &[PROD, SUCCESS]);
    of_branch(&mut agent, "release/1.2");
    let run = deploy(&mut agent, 1, &ids[2], &[PROD, SUCCESS]);
    assert_eq!(keys(&run), ["PROJ-1", "PROJ-2"]);
    of_branch(&mut agent, "main");
    let run = deploy(&mut agent, 2, &ids[1], &[PROD, SUCCESS]);
    assert_eq!(run.json()["deployed"]["is_rollback"], true);
    assert_eq!(keys(&run), ["PROJ-2"]);
    // Another project, and another controller on the same machine.
    for (name, value) in [
        ("JOB_NAME", "acme/web/main"),
        ("JENKINS_URL", "https://other.example.com/"),
    ] {
        let before = agent.variables()[name].clone();
        agent.set(name, value);
        let run = deploy(&mut agent, 3, &ids[1], &[PROD, SUCCESS]);
        assert_eq!(
            run.json()["deployed"]["is_rollback"],
            false,
            "{}",
            run.stderr
        );
        agent.set(name, &before);
    }
}

#[test]
fn what_waits_counts_and_what_is_lost_does_not() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1", "PROJ-2"]);
    deploy(&mut agent, 1, &ids[0], &[PROD, SUCCESS]);
    agent.unset("JIRA_CLIENT_SECRET");
    let lost = [PROD, SUCCESS, "--no-outbox", "--on-error=warn"];
    deploy(&mut agent, 2, &ids[1], &lost);
    let waits = [PROD, SUCCESS, "--on-error=warn"];
    let run = deploy(&mut agent, 3, &ids[1], &waits);
    assert_eq!(run.json()["sites"][0]["queued"], true, "{}", run.stderr);
    agent.set("JIRA_CLIENT_SECRET", "sandbox-secret");
    let run = deploy(&mut agent, 4, &ids[2], &[PROD, SUCCESS]);
    assert_eq!(keys(&run), ["PROJ-2"], "{}", run.stderr);
}

/// The first deployment that Jira got.
fn deployment(jira: &Sandbox, index: usize) -> Value {
    jira.submissions()[index]["deployments"][0].clone()
}

#[test]
fn components_are_deployments_of_their_own() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1", "PROJ-2"]);
    let named = |name: &'static str| [PROD, SUCCESS, name];
    deploy(&mut agent, 1, &ids[1], &named("--display-name=api"));
    let run = deploy(&mut agent, 1, &ids[1], &named("--display-name=web"));
    let warning = run
        .stderr
        .lines()
        .find(|line| line.starts_with("warning: "))
        .unwrap();
    assert!(
        warning.contains("api") && warning.contains("web"),
        "{warning}"
    );
    assert!(run.stderr.contains("--component"), "{}", run.stderr);
    // The same once more, or in the next run, is no other one.
    for number in [1, 2] {
        let run = deploy(&mut agent, number, &ids[1], &named("--display-name=web"));
        assert!(!run.stderr.contains("is replaced"), "{}", run.stderr);
    }
    let before = jira.submissions().len();
    let run = deploy(&mut agent, 3, &ids[1], &named("--component=api"));
    assert!(!run.stderr.contains("is replaced"), "{}", run.stderr);
    agent.set("JIRA_SEND_COMPONENT", "web shop");
    deploy(&mut agent, 3, &ids[2], &[PROD, SUCCESS]);
    let job = agent.variables()["JOB_NAME"].clone();
    for (index, id, name) in [(0, "api", "api"), (1, "web~20shop", "web shop")] {
        let sent = deployment(&jira, before + index);
        assert_eq!(sent["pipeline"]["id"], format!("{job}~3A{id}"));
        assert_eq!(sent["pipeline"]["displayName"], format!("{job} ({name})"));
        assert_eq!(sent["displayName"], format!("{job} ({name}) #3 to prod"));
    }
    // Each remembers its own.
    let run = deploy(&mut agent, 4, &ids[2], &[PROD, SUCCESS, "--component=api"]);
    assert_eq!(keys(&run), ["PROJ-2"]);
}

#[test]
fn controllers_are_told_apart_when_that_is_asked_for() {
    let jira = Sandbox::start();
    let (mut agent, ids) = agent(&jira, &["base", "PROJ-1"]);
    agent.set("JENKINS_URL", "https://ci.example.com:8443/jenkins/");
    agent.set("JIRA_SEND_PER_CONTROLLER", "true");
    deploy(&mut agent, 1, &ids[1], &[PROD, SUCCESS]);
    let job = agent.variables()["JOB_NAME"].clone();
    let id = format!("{job}~40ci.example.com~3A8443~2Fjenkins");
    assert_eq!(deployment(&jira, 0)["pipeline"]["id"], id);
    let run = agent.run(&["build", SUCCESS]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(jira.submissions()[1]["builds"][0]["pipelineId"], id);
    agent.unset("JENKINS_URL");
    let run = agent.run(&["deployment", PROD, SUCCESS]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("JENKINS_URL"), "{}", run.stderr);
}

#[test]
fn types_of_environments_come_from_a_list_first() {
    let mut agent = Agent::of("freestyle-git-second");
    let list = "pantheon=production, prod=staging, nonsense";
    agent.set("JIRA_SEND_ENVIRONMENT_TYPES", list);
    let sent = |options: &[&str]| {
        let usual = [
            "deployment",
            "--dry-run",
            "--format=json",
            "--issue-keys=ABC-1",
            "--site=acme",
            SUCCESS,
        ];
        let run = agent.run(&[&usual, options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stderr.matches("nonsense").count(), 1, "{}", run.stderr);
        run.json()["request"]["body"]["deployments"][0]["environment"]["type"].clone()
    };
    for (options, expected) in [
        (&["--environment-id=eu-pantheon"][..], "production"),
        (
            &["--environment-id=x1", "--environment-name=Pantheon"],
            "production",
        ),
        (&["--environment-id=prod"], "staging"),
        (
            &["--environment-id=prod", "--environment-type=testing"],
            "testing",
        ),
        (&["--environment-id=acc"], "testing"),
        (&["--environment-id=olymp"], "unmapped"),
    ] {
        assert_eq!(sent(options), json!(expected), "{options:?}");
    }
}

#[test]
fn types_are_those_of_the_environments_of_flags_as_well() {
    let mut agent = Agent::of("freestyle-git-second");
    agent.set(
        "JIRA_SEND_ENVIRONMENT_TYPES",
        "pantheon=production, nonsense",
    );
    let flag = [
        "feature-flag",
        "--flag-key=ABC-1",
        "--enabled",
        "--dry-run",
        "--environment-name=pantheon",
        "--environment-name=qa \u{1F680} 2",
    ];
    let run = agent.run(&flag);
    let details = run.shown_body()["flags"][0]["details"].clone();
    let environments = details.as_array().unwrap().iter();
    let environments: Vec<_> = environments.map(|it| it["environment"].clone()).collect();
    assert_eq!(
        environments,
        [
            json!({"name": "pantheon", "type": "production"}),
            json!({"name": "qa 2", "type": "testing"}),
        ]
    );
    assert_eq!(run.stderr.matches("nonsense").count(), 1, "{}", run.stderr);
    let words = "the environment qa \u{1F680} 2 is called qa 2 in Jira, which takes no emoji";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

/// Jira takes no emoji, and a name is required.
#[test]
fn a_name_that_is_cut_is_said() {
    let agent = Agent::of("freestyle-git-second");
    for (options, shown, is_told) in [
        (&["--environment-id=prod \u{1F680}"][..], "prod", true),
        (
            &["--environment-id=prod", "--environment-name=\u{1F680}"],
            "prod",
            true,
        ),
        (&["--environment-id=\u{1F680}"], "\u{FFFD}", true),
        (
            &["--environment-id=prod", "--environment-name=日本 é\t2"],
            "日本 é 2",
            false,
        ),
    ] {
        let deployment = ["deployment", "--dry-run", "--issue-keys=ABC-1", SUCCESS];
        let run = agent.run(&[&deployment, options].concat());
        let environment = run.shown_body()["deployments"][0]["environment"].clone();
        assert_eq!(environment["displayName"], shown);
        assert_eq!(
            run.stderr.contains("takes no emoji"),
            is_told,
            "{}",
            run.stderr
        );
    }
}

/// What was guessed and waited is no refusal later either.
#[test]
fn a_wrong_guess_that_waited_is_a_warning() {
    for (option, code) in [("--branch=feature/XYZ-4", 0), ("--issue-keys=XYZ-4", 1)] {
        let jira = Sandbox::start();
        let (mut agent, _) = agent(&jira, &["base"]);
        agent.unset("JIRA_CLIENT_SECRET");
        let run = agent.run(&["build", SUCCESS, option, "--on-error=queue"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        agent.set("JIRA_CLIENT_SECRET", "sandbox-secret");
        let run = agent.run(&["flush"]);
        assert_eq!(run.code, code, "{}", run.stderr);
        let is_named = run.stderr.contains("does not know XYZ-4");
        assert_eq!(is_named, code == 0, "{}", run.stderr);
        assert_eq!(
            run.stderr.contains("--projects"),
            code == 0,
            "{}",
            run.stderr
        );
        assert!(agent.waiting().is_empty());
    }
}
