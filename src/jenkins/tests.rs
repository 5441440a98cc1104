use super::{Ref, Run, texts};
use crate::domain::issue_key::{KeyRules, TextKind, find};
use crate::variables::Variables;

fn measured(kind: &str) -> Variables {
    let path = format!("tests/data/jenkins-env/{kind}.json");
    let json = std::fs::read_to_string(path).unwrap();
    let pairs: std::collections::BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
    Variables::new(
        pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into())),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "compared with an option")]
fn branch(name: &str) -> Option<Ref> {
    Some(Ref::Branch(name.to_owned()))
}

/// Kind of job, what was built, the keys that its variables name.
#[test]
fn measured_environments_give_their_ref_and_keys() {
    let tag = Some(Ref::Tag("v1.2.0-PROJ-9".to_owned()));
    let cases = [
        ("freestyle-git-first", branch("main"), vec![]),
        (
            "freestyle-git-feature-branch",
            branch("feature/PROJ-2-login"),
            vec!["PROJ-2"],
        ),
        (
            "freestyle-git-local-branch-subdirectory",
            branch("main"),
            vec![],
        ),
        ("freestyle-git-tag", tag.clone(), vec!["PROJ-9"]),
        ("freestyle-no-scm", None, vec![]),
        ("pipeline-inline-declarative", None, vec![]),
        ("pipeline-scm-declarative-second", branch("main"), vec![]),
        (
            "multibranch-declarative-bugfix-lowercase",
            branch("bugfix/proj-7-lower"),
            vec!["PROJ-7"],
        ),
        (
            "multibranch-declarative-nested-folder-feature-slash",
            branch("feature/PROJ-2-login"),
            vec!["PROJ-2"],
        ),
        ("multibranch-declarative-tag", tag.clone(), vec!["PROJ-9"]),
        ("multibranch-scripted-tag", tag, vec!["PROJ-9"]),
        (
            "multibranch-declarative-pull-request",
            branch("feature/PROJ-2-login"),
            vec!["PROJ-2"],
        ),
        (
            "multibranch-scripted-pull-request",
            branch("feature/PROJ-2-login"),
            vec!["PROJ-2"],
        ),
    ];
    for (kind, reference, expected) in cases {
        let variables = measured(kind);
        assert_eq!(Run::new(&variables).reference, reference, "{kind}");
        let findings = find(&texts(&variables), &KeyRules::default());
        let keys: Vec<_> = findings.keys().map(ToString::to_string).collect();
        assert_eq!(keys, expected, "{kind}");
    }
}

#[test]
fn branches_lose_what_git_puts_before_them() {
    let cases = [
        ("origin/main", branch("main")),
        ("refs/heads/main", branch("main")),
        ("refs/remotes/origin/a/b", branch("a/b")),
        ("upstream/feature/x", branch("upstream/feature/x")),
        ("tags/v1", Some(Ref::Tag("v1".to_owned()))),
        ("detached", None),
    ];
    for (git_branch, reference) in cases {
        let run = Run::new(&Variables::from([("GIT_BRANCH", git_branch)]));
        assert_eq!(run.reference, reference, "{git_branch}");
    }
    let named = [
        ("GIT_BRANCH", "upstream/feature/x"),
        ("GIT_LOCAL_BRANCH", "feature/x"),
    ];
    let run = Run::new(&Variables::from(named));
    assert_eq!(run.reference, branch("feature/x"));
}

#[test]
fn a_tag_is_told_with_the_variable_that_names_it() {
    for (variable, value) in [
        ("TAG_NAME", "v1-ABC-1"),
        ("GIT_BRANCH", "refs/tags/v1-ABC-1"),
        ("GIT_BRANCH", "tags/v1-ABC-1"),
        ("gitlabSourceBranch", "refs/tags/v1-ABC-1"),
    ] {
        let texts = texts(&Variables::from([(variable, value)]));
        let found = find(&texts, &KeyRules::default()).found;
        assert_eq!(found[0].place.kind, TextKind::Tag);
        assert_eq!(found[0].place.source, variable);
    }
}

#[test]
fn only_jenkins_own_variables_tell_of_jenkins() {
    let number = ("BUILD_NUMBER", "7");
    for (variables, expected) in [
        (vec![number], false),
        (
            vec![number, ("BUILD_URL", "https://ci.example.com/7")],
            false,
        ),
        (vec![number, ("JOB_NAME", "shop")], false),
        (
            vec![
                number,
                ("JOB_NAME", "shop"),
                ("BUILD_URL", "https://ci.example.com/job/shop/7/"),
            ],
            true,
        ),
        (vec![("JENKINS_URL", "https://ci.example.com/")], true),
    ] {
        let variables = Variables::new(
            variables
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        assert_eq!(Run::new(&variables).is_of_jenkins(), expected);
    }
}

#[test]
fn a_pull_request_is_known_by_its_number() {
    let run = Run::new(&measured("multibranch-declarative-pull-request"));
    let change = run.change.unwrap();
    assert_eq!(change.target.as_deref(), Some("main"));
    assert!(change.title.unwrap().starts_with("PROJ-2: Add the login"));
    assert_eq!(change.number, "7");
    assert!(!change.is_from_fork);
    let fork = Run::new(&measured("multibranch-declarative-pull-request-fork"));
    assert!(fork.change.unwrap().is_from_fork);
    assert_eq!(Run::new(&measured("freestyle-git-first")).change, None);
}
