use super::plain;
use crate::domain::issue_key::{KeyRules, find};
use crate::jenkins::{Ref, Run, texts, without_git};
use crate::variables::Variables;

struct Case<'a> {
    set: &'a [(&'a str, &'a str)],
    branch: Option<&'a str>,
    keys: &'a [&'a str],
    /// Number, target and page of the pull request.
    change: Option<(&'a str, &'a str, Option<&'a str>)>,
}

const CASES: &[Case<'_>] = &[
    Case {
        set: &[
            ("GIT_BRANCH", "origin/pr/196/merge"),
            ("ghprbPullId", "196"),
            ("ghprbSourceBranch", "feature/abc-12-login"),
            ("ghprbTargetBranch", "release/ABC-1"),
            ("ghprbPullTitle", "Login (ABC-13)"),
            ("ghprbPullLink", "https://github.com/acme/shop/pull/196"),
        ],
        branch: Some("feature/abc-12-login"),
        keys: &["ABC-12", "ABC-13"],
        change: Some((
            "196",
            "release/ABC-1",
            Some("https://github.com/acme/shop/pull/196"),
        )),
    },
    Case {
        set: &[
            ("GITHUB_PR_NUMBER", "7"),
            ("GITHUB_PR_SOURCE_BRANCH", "ABC-12"),
            ("GITHUB_PR_TARGET_BRANCH", "main"),
            ("GITHUB_PR_TITLE", "x"),
        ],
        branch: Some("ABC-12"),
        keys: &["ABC-12"],
        change: Some(("7", "main", None)),
    },
    Case {
        set: &[
            ("GIT_BRANCH", "detached"),
            ("gitlabMergeRequestIid", "5"),
            ("gitlabSourceBranch", "feature/ABC-12-login"),
            ("gitlabTargetBranch", "main"),
            ("gitlabMergeRequestTitle", "Draft: ABC-13 Login"),
            (
                "gitlabTargetRepoHttpUrl",
                "https://git.example.com/acme/shop.git",
            ),
        ],
        branch: Some("feature/ABC-12-login"),
        keys: &["ABC-12", "ABC-13"],
        change: Some((
            "5",
            "main",
            Some("https://git.example.com/acme/shop/-/merge_requests/5"),
        )),
    },
    // A push.
    Case {
        set: &[
            ("gitlabSourceBranch", "feature/ABC-12"),
            ("gitlabTargetBranch", "feature/ABC-12"),
        ],
        branch: Some("feature/ABC-12"),
        keys: &["ABC-12"],
        change: None,
    },
    // A push of another branch than the one that the job builds.
    Case {
        set: &[
            ("gitlabSourceBranch", "feature/ABC-12"),
            ("GIT_BRANCH", "origin/main"),
        ],
        branch: Some("main"),
        keys: &[],
        change: None,
    },
    Case {
        set: &[
            ("BITBUCKET_PULL_REQUEST_ID", "3"),
            ("BITBUCKET_SOURCE_BRANCH", "bugfix/ABC-12"),
            ("BITBUCKET_TARGET_BRANCH", "develop"),
        ],
        branch: Some("bugfix/ABC-12"),
        keys: &["ABC-12"],
        change: Some(("3", "develop", None)),
    },
    Case {
        set: &[
            ("GIT_BRANCH", "main"),
            ("GERRIT_CHANGE_NUMBER", "1234"),
            ("GERRIT_BRANCH", "main"),
            ("GERRIT_TOPIC", "abc-12-login"),
            ("GERRIT_CHANGE_SUBJECT", "ABC-13 Add the login"),
            // "ABC-13 Add the login\n\nFixes: ABC-14\n"
            (
                "GERRIT_CHANGE_COMMIT_MESSAGE",
                "QUJDLTEzIEFkZCB0aGUgbG9naW4KCkZpeGVzOiBBQkMtMTQK",
            ),
        ],
        branch: Some("main"),
        keys: &["ABC-12", "ABC-13", "ABC-14"],
        change: Some(("1234", "main", None)),
    },
    // A job that is given these as parameters.
    Case {
        set: &[("GERRIT_TOPIC", "abc-12-login"), ("GERRIT_BRANCH", "main")],
        branch: None,
        keys: &["ABC-12"],
        change: None,
    },
    Case {
        set: &[
            ("GERRIT_CHANGE_NUMBER", "1"),
            ("GERRIT_BRANCH", "feature/ABC-9"),
        ],
        branch: None,
        keys: &["ABC-9"],
        change: Some(("1", "feature/ABC-9", None)),
    },
    // What a multibranch project says counts more.
    Case {
        set: &[
            ("CHANGE_ID", "7"),
            ("CHANGE_BRANCH", "ABC-1"),
            ("CHANGE_TARGET", "main"),
            ("BRANCH_NAME", "PR-7"),
            ("gitlabSourceBranch", "ABC-2"),
            ("gitlabMergeRequestTitle", "ABC-3"),
        ],
        branch: Some("ABC-1"),
        keys: &["ABC-1"],
        change: Some(("7", "main", None)),
    },
];

#[test]
fn each_plugin_has_its_variables() {
    for Case {
        set,
        branch,
        keys,
        change,
    } in CASES
    {
        let pairs = set
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        let variables = Variables::new(pairs);
        let run = Run::new(&variables);
        let expected = branch.map(|name| Ref::Branch(name.to_owned()));
        assert_eq!(run.reference, expected, "{set:?}");
        let findings = find(&texts(&variables), &KeyRules::default());
        let found: Vec<_> = findings.keys().map(ToString::to_string).collect();
        assert_eq!(&found, keys, "{set:?}");
        let found = run.change.as_ref();
        let found = found.map(|it| {
            (
                it.number.as_str(),
                it.target.as_deref().unwrap(),
                it.url.as_deref(),
            )
        });
        assert_eq!(&found, change, "{set:?}");
    }
}

#[test]
fn a_tag_that_was_pushed_is_a_tag() {
    let run = Run::new(&Variables::from([("gitlabSourceBranch", "refs/tags/v1.2")]));
    assert_eq!(run.reference, Some(Ref::Tag("v1.2".to_owned())));
}

#[test]
fn forks_are_told_by_their_repositories() {
    let of = |source: &str| {
        let set = [
            ("ghprbPullId", "7"),
            ("ghprbGhRepository", "acme/shop"),
            ("ghprbAuthorRepoGitUrl", source),
        ];
        Run::new(&Variables::from(set)).change.unwrap().is_from_fork
    };
    assert!(of("https://github.com/ada/shop.git"));
    assert!(of("https://github.com/notacme/shop.git"));
    for own in [
        "https://github.com/acme/shop.git",
        "git@github.com:Acme/Shop.git",
        "acme/shop",
    ] {
        assert!(!of(own), "{own}");
    }
}

#[test]
fn without_the_commit_of_git_there_is_none_of_a_plugin() {
    let set = [
        ("ghprbPullId", "7"),
        ("ghprbActualCommit", "2222"),
        ("PROMOTED_GIT_COMMIT", "3333"),
    ];
    let run = Run::new(&without_git(&Variables::from(set)));
    assert_eq!((run.commit, run.change.is_some()), (None, true));
}

#[test]
fn the_commit_of_git_comes_first() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[
                ("GIT_COMMIT", "1111"),
                ("ghprbPullId", "7"),
                ("ghprbActualCommit", "2222"),
            ],
            "1111",
        ),
        (
            &[("ghprbPullId", "7"), ("ghprbActualCommit", "2222")],
            "2222",
        ),
        (
            &[
                ("GERRIT_CHANGE_NUMBER", "7"),
                ("GERRIT_PATCHSET_REVISION", "3333"),
            ],
            "3333",
        ),
        (&[("PROMOTED_GIT_COMMIT", "4444")], "4444"),
    ];
    for (set, expected) in cases {
        let pairs = set
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        let run = Run::new(&Variables::new(pairs));
        assert_eq!(run.commit.unwrap().as_str(), *expected, "{set:?}");
    }
}

#[test]
fn messages_are_decoded_where_they_are_encoded() {
    for (message, expected) in [
        ("QUJDLTE=", "ABC-1"),
        ("QUJD\nLTE=\n", "ABC-1"),
        ("ABC-1 login", "ABC-1 login"),
        ("ABC-1", "ABC-1"),
        ("=", "="),
        ("====", "===="),
        ("/////w==", "/////w=="),
    ] {
        assert_eq!(plain(message), expected, "{message}");
    }
}
