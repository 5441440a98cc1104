//! All that was sent with a label.

use std::time::Duration;

use jira_sandbox::Sandbox;
use serde_json::json;

use super::{build, deployment, expected, filled, flag, last, only_site, repository, store};
use crate::support::Agent;

/// The kind, its group of addresses.
pub(super) const GROUPS: [(&str, &str); 4] = [
    ("build", "builds/0.1"),
    ("deployment", "deployments/0.1"),
    ("dev-info", "devinfo/0.1"),
    ("feature-flag", "featureflags/0.1"),
];

/// Two of every kind, the first with the labels `job` and `team`, the second with `job` alone.
fn labelled() -> Sandbox {
    let jira = Sandbox::start();
    let both = json!({"job": "shop/main & co", "team": "a"});
    let one = json!({"job": "shop/main & co"});
    for (id, properties) in [("1", both), ("2", one)] {
        for (group, list, item) in [
            ("builds/0.1", "builds", build(id, 1)),
            ("deployments/0.1", "deployments", deployment(id, "e", 1)),
            ("devinfo/0.1", "repositories", repository(id, &["c"])),
            ("featureflags/0.1", "flags", flag(id)),
        ] {
            store(
                &jira,
                group,
                &json!({"properties": properties, list: [item]}),
            );
        }
    }
    jira
}

/// Which of the two are there.
fn there(jira: &Sandbox, kind: &str) -> Vec<&'static str> {
    let is_there = |id: &&str| match kind {
        "build" => jira.build(id, 1).is_some(),
        "deployment" => jira.deployment(id, "e", 1).is_some(),
        "dev-info" => jira.repository(id).is_some(),
        _ => jira.feature_flag(id).is_some(),
    };
    ["1", "2"].into_iter().filter(is_there).collect()
}

#[test]
fn all_with_a_label_are_deleted() {
    let jira = labelled();
    let agent = Agent::of("multibranch-declarative-pull-request").with_jira(&jira);
    for (kind, group) in GROUPS {
        let delete = ["delete", kind, "--yes", "--property=job=shop/main & co"];
        assert_eq!(there(&jira, kind), ["1", "2"]);
        let run = agent.run(&[&delete[..], &["--property=team=a"]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let path = format!("{group}/cloud/{{}}/bulkByProperties?job=shop%2Fmain%20%26%20co");
        assert_eq!(last(&jira), expected("DELETE", &format!("{path}&team=a")));
        assert_eq!(there(&jira, kind), ["2"], "{kind}");
        assert_eq!(agent.run(&delete).code, 0);
        assert_eq!(last(&jira), expected("DELETE", &path));
        assert!(there(&jira, kind).is_empty(), "{kind}");
    }
}

#[test]
fn more_than_one_thing_wants_to_be_confirmed() {
    let jira = labelled();
    let mut agent = Agent::bare().with_jira(&jira);
    // Nobody confirms by a variable, nor chooses what is deleted by the labels of what is sent.
    agent.set("JIRA_SEND_YES", "true");
    let before = jira.requests().len();
    let repository: &[&str] = &["repository", "--repository-id=1"];
    let kinds = GROUPS.map(|(kind, _)| [kind, "--property=job=shop/main & co"]);
    let whats = kinds.iter().map(|words| &words[..]).chain([repository]);
    for what in whats {
        let run = agent.run(&[&["delete"], what].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stdout.starts_with("DELETE http://"), "{}", run.stdout);
        assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
        assert!(run.stderr.contains("error: "), "{}", run.stderr);
        assert!(run.stderr.contains("then add --yes"), "{}", run.stderr);
        let run = agent.run(&[&["delete"], what, &["--format=json"]].concat());
        let json = run.json();
        assert_eq!((run.code, &json["outcome"]), (2, &json!("invalid")));
        assert_eq!(json["request"]["method"], "DELETE");
        assert_eq!(json["request"]["body"], json!(null));
        for yes in [&[][..], &["--yes"]] {
            let run = agent.run(&[&["delete"], what, &["--dry-run"], yes].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert!(run.stdout.starts_with("DELETE http://"), "{}", run.stdout);
        }
    }
    assert_eq!(jira.requests().len(), before);

    let jira = filled();
    let mut agent = Agent::bare().with_jira(&jira);
    agent.set("JIRA_SEND_PROPERTY", "job=shop");
    let build = [
        "delete",
        "build",
        "--job-name=shop/main",
        "--build-number=7",
    ];
    let run = agent.run(&build);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let path = "builds/0.1/cloud/{}/pipelines/shop~2Fmain/builds/7";
    assert_eq!(last(&jira), expected("DELETE", path));
    // What is typed wins over the identity that variables give, and contradicts the one that is typed.
    agent.set("JIRA_SEND_JOB_NAME", "other");
    let run = agent.run(&["delete", "build", "--property=a=b", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = agent.run(&[&build[..], &["--property=a=b", "--yes"]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    let run = agent.run(&[
        "delete",
        "build",
        "--property=a=b",
        "--property=a=c",
        "--yes",
    ]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("once for each"), "{}", run.stderr);
}

#[test]
fn whether_anything_has_a_label() {
    let jira = labelled();
    let agent = Agent::bare().with_jira(&jira);
    for (labels, answer, code) in [
        (&["--property=team=a"][..], "yes\n", 0),
        (&["--property=team=a", "--property=job=other"], "no\n", 1),
        (&["--property=nothing=x"], "no\n", 1),
    ] {
        let show = [&["show", "dev-info"], labels].concat();
        let run = agent.run(&show);
        assert_eq!(
            (run.stdout.as_str(), run.code),
            (answer, code),
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr, "");
        let run = agent.run(&[&show[..], &["--format=json"]].concat());
        let site = only_site(&run);
        assert_eq!(site["exists"], code == 0);
        assert_eq!(
            site["outcome"],
            if code == 0 { "found" } else { "not_found" }
        );
    }
    let path = "devinfo/0.1/cloud/{}/existsByProperties?nothing=x";
    assert_eq!(last(&jira), expected("GET", path));
    let (acme, beta) = (labelled(), Sandbox::start());
    let run =
        Agent::bare()
            .with_sites(&[&acme, &beta])
            .run(&["show", "dev-info", "--property=team=a"]);
    assert_eq!(run.json(), json!({acme.url(): "yes", beta.url(): "no"}));
    assert_eq!(run.code, 1);
}

#[test]
fn only_repositories_with_a_label_can_be_waited_for() {
    let jira = labelled();
    let agent = Agent::bare().with_jira(&jira);
    for (kind, _) in GROUPS {
        jira.delay_visibility(Duration::from_millis(300));
        let run = agent.run(&["delete", kind, "--property=team=a", "--yes", "--verify"]);
        if kind == "dev-info" {
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert!(run.stderr.contains(": all repositories"), "{}", run.stderr);
            assert_eq!(there(&jira, kind), ["2"]);
        } else {
            assert_eq!(run.code, 2, "{kind}: {}", run.stderr);
            assert_eq!(there(&jira, kind), ["1", "2"]);
        }
    }
}
