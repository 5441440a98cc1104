//! A freestyle job that deploys what another job has built.

use jira_sandbox::Sandbox;

use super::{PROD, SUCCESS, keys};
use crate::support::Agent;

/// Builds `name` #41 on a machine, whose agent comes back as one of the deploying job without a repository.
fn after_build(jira: &Sandbox, name: &str) -> (Agent, String) {
    let agent = Agent::of("freestyle-git-second").with_jira(jira);
    let mut agent = agent.with_commits(&["base", "PROJ-1 login", "PROJ-2 logout"]);
    agent.set("JOB_NAME", name);
    agent.set("BUILD_NUMBER", "41");
    let run = agent.run(&["build", SUCCESS]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let commit = agent.git(&["rev-parse", "HEAD"]);
    let names: Vec<String> = agent
        .variables()
        .keys()
        .filter(|name| name.starts_with("GIT_"))
        .cloned()
        .collect();
    for name in names {
        agent.unset(&name);
    }
    std::fs::remove_dir_all(agent.path().join(".git")).unwrap();
    agent.set("JOB_NAME", "deploy");
    agent.set("BUILD_NUMBER", "7");
    (agent, commit)
}

#[test]
fn plugins_name_the_build_whose_issues_count() {
    let cases: [(&[(&str, &str)], bool); 6] = [
        (
            &[
                ("PROMOTED_JOB_FULL_NAME", "acme/shop"),
                ("PROMOTED_NUMBER", "41"),
            ],
            true,
        ),
        (
            &[("PROMOTED_JOB_NAME", "shop"), ("PROMOTED_NUMBER", "41")],
            true,
        ),
        (&[("COPYARTIFACT_BUILD_NUMBER_SHOP", "41")], true),
        (&[("TRIGGERED_BUILD_NUMBER_acme_shop", "41")], true),
        (
            &[("PROMOTED_JOB_NAME", "shop"), ("PROMOTED_NUMBER", "42")],
            false,
        ),
        (&[("COPYARTIFACT_BUILD_NUMBER_WEB", "41")], false),
    ];
    let jira = Sandbox::start();
    let (mut agent, commit) = after_build(&jira, "acme/shop");
    for (set, is_found) in cases {
        for (name, value) in set {
            agent.set(name, value);
        }
        let told = agent.run(&["keys", "--format=json"]);
        let run = agent.run(&["deployment", PROD, SUCCESS, "--dry-run", "--format=json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let expected: &[&str] = if is_found { &["PROJ-1", "PROJ-2"] } else { &[] };
        assert_eq!(
            (keys(&run), keys(&told)),
            (
                expected.iter().map(ToString::to_string).collect(),
                keys(&run)
            ),
            "{set:?} {}",
            run.stderr
        );
        if is_found {
            assert_eq!(run.json()["deployed"]["commit"], commit);
            assert_eq!(run.json()["upstream"], "acme/shop #41");
            assert!(run.stderr.contains("acme/shop #41"), "{}", run.stderr);
            assert!(told.stdout.contains("acme/shop #41"), "{}", told.stdout);
        }
        // What is named by hand stands.
        let own = agent.run(&[
            "deployment",
            PROD,
            SUCCESS,
            "--dry-run",
            "--format=json",
            "--issue-keys=PROJ-9",
        ]);
        assert_eq!(keys(&own), ["PROJ-9"]);
        for (name, _) in set {
            agent.unset(name);
        }
    }
}

/// The name of a job in upper case without digits may mean several.
#[test]
fn a_name_that_may_mean_several_jobs_means_none() {
    let jira = Sandbox::start();
    let (mut agent, _) = after_build(&jira, "shop1");
    agent.set("COPYARTIFACT_BUILD_NUMBER_SHOP_", "41");
    let deploy = ["deployment", PROD, SUCCESS, "--dry-run", "--format=json"];
    assert_eq!(keys(&agent.run(&deploy)), ["PROJ-1", "PROJ-2"]);
    agent.set("JOB_NAME", "shop2");
    agent.set("BUILD_NUMBER", "41");
    agent.run(&["build", SUCCESS, "--issue-keys=PROJ-3"]);
    agent.set("JOB_NAME", "deploy");
    assert!(keys(&agent.run(&deploy)).is_empty());
}

/// A build is remembered under the name that it was sent with, not under that of the job that sent it.
#[test]
fn the_name_that_was_sent_counts() {
    let jira = Sandbox::start();
    let mut agent = Agent::of("freestyle-no-scm").with_jira(&jira);
    let build = [
        "build",
        SUCCESS,
        "--issue-keys=PROJ-1",
        "--job-name=up",
        "--build-number=41",
    ];
    assert_eq!(agent.run(&build).code, 0);
    agent.set("BUILD_NUMBER", "7");
    for (variable, expected) in [
        ("COPYARTIFACT_BUILD_NUMBER_UP", true),
        ("COPYARTIFACT_BUILD_NUMBER_SHOP_FREESTYLE_NOSCM", false),
    ] {
        agent.set(variable, "41");
        let run = agent.run(&["keys"]);
        let is_found = run.stderr.contains("PROJ-1");
        assert_eq!(is_found, expected, "{variable}: {}", run.stderr);
        assert_eq!(
            run.stderr.contains("nothing is remembered"),
            !expected,
            "{}",
            run.stderr
        );
        agent.unset(variable);
    }
}
