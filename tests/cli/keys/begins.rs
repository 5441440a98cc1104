//! Where the range of commits begins, for builds and deployments.

mod paths;
mod tags;

use serde_json::{Value, json};

use crate::support::{Agent, Run};

/// Names and values, or messages of commits and their tags.
type Pairs = &'static [(&'static str, &'static str)];

const BUILD: &[&str] = &["build", "--state=SUCCESS"];
const DEPLOYMENT: &[&str] = &[
    "deployment",
    "--environment-id=prod",
    "--environment-type=production",
    "--state=SUCCESS",
];

/// A run of Jenkins in a repository that has these commits on main; a message after `tag ` or `ref ` names the commit
/// before it.
fn agent(steps: &[&str]) -> Agent {
    let mut agent = Agent::bare();
    agent
        .set("JOB_NAME", "shop")
        .set("BUILD_NUMBER", "7")
        .set("BUILD_URL", "https://ci.example.com/job/shop/7/");
    agent.git(&["init", "--quiet", "--initial-branch=main"]);
    for step in steps {
        if let Some(tag) = step.strip_prefix("tag ") {
            agent.git(&["tag", tag]);
        } else if let Some(name) = step.strip_prefix("ref ") {
            agent.git(&["update-ref", name, "HEAD"]);
        } else {
            agent.git(&["commit", "--quiet", "--allow-empty", "--message", step]);
        }
    }
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    agent.git(&["checkout", "--quiet", "--detach"]);
    agent
}

fn sent(agent: &Agent, command: &[&str]) -> Run {
    agent.run(&[command, &["--dry-run", "--format=json"]].concat())
}

fn keys(run: &Run) -> Vec<String> {
    let mut keys: Vec<String> = serde_json::from_value(run.json()["issue_keys"].clone()).unwrap();
    keys.sort();
    keys
}

fn start(run: &Run) -> Value {
    run.json()["ranges"][0]["start"].clone()
}

/// Whoever builds a branch that another one already has entirely does not know where its work begins.
#[test]
fn a_branch_without_commits_of_its_own_is_a_warning() {
    for name in ["topic2", "main", "release/1.2"] {
        let mut agent = agent(&["A-0 old", "ref refs/remotes/origin/base", "AB-1", "AB-2"]);
        agent.git(&["update-ref", "refs/remotes/origin/topic", "HEAD"]);
        let other = format!("refs/remotes/origin/{name}");
        agent.git(&["update-ref", &other, "HEAD"]);
        agent.set("BRANCH_NAME", "topic");
        for command in [BUILD, DEPLOYMENT] {
            let run = sent(&agent, command);
            assert_eq!(keys(&run), ["AB-2"], "{name} {}", run.stderr);
            let words = "warning: searched only the newest commit for issue keys: topic has no commit that no other branch has";
            assert!(run.stderr.contains(words), "{name} {}", run.stderr);
            assert!(run.stderr.contains("--since REV"), "{}", run.stderr);
            assert_eq!(start(&run), "newest_commit");
        }
        // What failed before is known.
        agent.set("GIT_PREVIOUS_COMMIT", &agent.git(&["rev-parse", "HEAD~1"]));
        let run = sent(&agent, BUILD);
        assert_eq!(keys(&run), ["AB-1", "AB-2"], "{}", run.stderr);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    }
}

#[test]
fn no_start_is_a_warning_with_a_remedy() {
    for (variables, command, words) in [
        (
            &[("TAG_NAME", "v1.1.0")][..],
            BUILD,
            &[
                "no earlier tag of the series of v1.1.0",
                "git fetch --tags",
                "--since",
            ][..],
        ),
        (
            &[("TAG_NAME", "v1.1.0")],
            DEPLOYMENT,
            &["git fetch --tags", "--deployed-commit"],
        ),
        (
            &[("BRANCH_NAME", "main")],
            BUILD,
            &["only the newest commit", "--since"],
        ),
        (
            &[("BRANCH_NAME", "main")],
            DEPLOYMENT,
            &["only the newest commit", "--deployed-commit"],
        ),
        (
            &[
                ("CHANGE_ID", "1"),
                ("CHANGE_TARGET", "main2"),
                ("CHANGE_BRANCH", "x"),
            ],
            BUILD,
            &["target branch main2", "fetch the target"],
        ),
        // What Jenkins names is gone, and nothing else is known.
        (
            &[(
                "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
                "8428e75eecfa2ba54aa79029873b205bc1105b1f",
            )],
            BUILD,
            &["history was rewritten", "only the newest commit", "--since"],
        ),
    ] {
        let mut agent = agent(&["A-0", "AB-1", "AB-2 newest", "tag v1.1.0"]);
        for (name, value) in variables {
            agent.set(name, value);
        }
        let run = sent(&agent, command);
        assert_eq!(run.stderr.matches("warning").count(), 1, "{}", run.stderr);
        for words in words {
            assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        }
        assert_eq!(
            (keys(&run), start(&run)),
            (vec!["AB-2".to_owned()], json!("newest_commit"))
        );
    }
    // All there is was searched.
    let run = sent(&agent(&["AB-1 all"]), BUILD);
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
}

#[test]
fn the_first_build_of_a_branch_has_what_no_other_branch_has() {
    let steps = [
        "A-0 old",
        "ref refs/remotes/origin/main",
        "AB-1",
        "AB-2",
        "ref refs/remotes/origin/topic/x",
    ];
    let cases: &[(Pairs, &[&str], &str)] = &[
        (
            &[("BRANCH_NAME", "topic/x")],
            &["AB-1", "AB-2"],
            "own_commits_of_branch",
        ),
        (
            &[("GIT_BRANCH", "origin/topic/x")],
            &["AB-1", "AB-2"],
            "own_commits_of_branch",
        ),
        (&[], &["AB-1", "AB-2"], "own_commits_of_branch"),
        (
            &[("BRANCH_NAME", "topic/x"), ("BRANCH_IS_PRIMARY", "true")],
            &["AB-2"],
            "newest_commit",
        ),
        (&[("BRANCH_NAME", "develop")], &["AB-2"], "newest_commit"),
    ];
    for (variables, expected, begin) in cases {
        let mut agent = agent(&steps);
        for (name, value) in *variables {
            agent.set(name, value);
        }
        for command in [BUILD, DEPLOYMENT] {
            let run = sent(&agent, command);
            assert_eq!(
                (keys(&run), start(&run)),
                (
                    expected.iter().map(ToString::to_string).collect(),
                    json!(begin)
                ),
                "{}",
                run.stderr
            );
            let is_told = run
                .stderr
                .contains("2 commits of topic/x that no other branch has");
            assert_eq!(is_told, *begin == "own_commits_of_branch", "{}", run.stderr);
        }
    }
    // Two remotes have it, and a pull request of it is no other branch.
    let mut agent = agent(&steps);
    for name in ["fork/topic/x", "origin/PR-7", "origin/pr/7/head"] {
        agent.git(&["update-ref", &format!("refs/remotes/{name}"), "HEAD"]);
    }
    agent.set("BRANCH_NAME", "topic/x");
    assert_eq!(keys(&sent(&agent, BUILD)), ["AB-1", "AB-2"]);
    // Failed builds before do not make it less.
    agent.set("GIT_PREVIOUS_COMMIT", &agent.git(&["rev-parse", "HEAD~1"]));
    assert_eq!(keys(&sent(&agent, BUILD)), ["AB-1", "AB-2"]);
    // No other branch is here: a new job does not put years of history onto issues.
    let mut alone = self::agent(&["A-0 old", "AB-1", "AB-2", "ref refs/remotes/origin/x"]);
    alone.set("BRANCH_NAME", "x");
    assert_eq!(keys(&sent(&alone, BUILD)), ["AB-2"]);
    let many: Vec<String> = (1..=251).map(|number| format!("AB-{number}")).collect();
    let mut steps = vec!["A-0 old", "ref refs/remotes/origin/main"];
    steps.extend(many.iter().map(String::as_str));
    let mut long = self::agent(&steps);
    long.set("BRANCH_NAME", "x");
    assert_eq!(keys(&sent(&long, BUILD)), ["AB-251"]);
    long.set("GIT_COMMIT", &long.git(&["rev-parse", "HEAD~1"]));
    assert_eq!(keys(&sent(&long, BUILD)).len(), 250);
}

#[test]
fn what_failed_before_belongs_to_the_next_build() {
    let mut agent = agent(&["A-0 old", "AB-1 failed", "AB-2", "tidy"]);
    agent.set("GIT_PREVIOUS_COMMIT", &agent.git(&["rev-parse", "HEAD~2"]));
    let run = sent(&agent, BUILD);
    assert_eq!(keys(&run), ["AB-1", "AB-2"]);
    assert!(
        run.stderr
            .contains("no build has succeeded yet: searched 3 commits"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
}

#[test]
fn a_pull_request_begins_where_it_left_its_target() {
    for target in [
        "refs/remotes/origin/main",
        "refs/remotes/upstream/main",
        "refs/heads/trunk",
    ] {
        let name = target.rsplit('/').next().unwrap();
        let mut agent = agent(&["A-0 old", &format!("ref {target}"), "AB-1", "AB-2"]);
        for (variable, value) in [
            ("CHANGE_ID", "7"),
            ("CHANGE_TARGET", name),
            ("CHANGE_BRANCH", "x"),
            ("BRANCH_NAME", "PR-7"),
        ] {
            agent.set(variable, value);
        }
        // After a rebase the commit of the last success is gone, and nothing is missing.
        for gone in [None, Some("8428e75eecfa2ba54aa79029873b205bc1105b1f")] {
            agent.unset("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
            if let Some(gone) = gone {
                agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", gone);
            }
            let run = sent(&agent, BUILD);
            assert_eq!(keys(&run), ["AB-1", "AB-2"], "{target}: {}", run.stderr);
            assert!(!run.stderr.contains("warning"), "{}", run.stderr);
            let line = format!("searched 2 commits that {name} does not have");
            assert!(run.stderr.contains(&line), "{}", run.stderr);
        }
    }
}

#[test]
fn the_first_deployment_of_a_release_has_what_the_one_before_does_not() {
    let steps = [
        "A-0 old",
        "ref refs/remotes/origin/release/1.1",
        "AB-1",
        "ref refs/remotes/origin/main",
        "AB-2",
        "ref refs/remotes/origin/release/1.2",
    ];
    let mut agent = agent(&steps);
    let before = agent.git(&["rev-parse", "HEAD~1"]);
    agent
        .set("BRANCH_NAME", "release/1.2")
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &before);
    let run = sent(&agent, DEPLOYMENT);
    assert_eq!(
        (keys(&run), start(&run)),
        (
            vec!["AB-1".to_owned(), "AB-2".to_owned()],
            json!("previous_release")
        )
    );
    // What runs there is known, or it is a build.
    let known = [DEPLOYMENT, &["--deployed-commit", &before]].concat();
    for command in [&known[..], BUILD] {
        assert_eq!(keys(&sent(&agent, command)), ["AB-2"]);
    }
}

#[test]
fn a_promotion_deploys_the_commit_of_the_promoted_build() {
    let mut agent = agent(&["AB-1 promoted", "AB-9 not promoted"]);
    let promoted = agent.git(&["rev-parse", "HEAD~1"]);
    agent
        .unset("GIT_COMMIT")
        .set("PROMOTED_GIT_COMMIT", &promoted);
    assert_eq!(keys(&sent(&agent, DEPLOYMENT)), ["AB-1"]);
}

/// Jenkins' variables are those of the first checkout of the run, which is a shared library's.
#[test]
fn variables_of_another_repository_count_for_nothing() {
    let mut agent = agent(&[
        "A-0 old",
        "ref refs/remotes/origin/main",
        "AB-1",
        "ref refs/remotes/origin/topic",
    ]);
    let head = agent.git(&["rev-parse", "HEAD"]);
    agent.git(&[
        "remote",
        "add",
        "origin",
        "https://github.com/acme/shop.git",
    ]);
    for (name, value) in [
        ("BRANCH_NAME", "topic"),
        ("GIT_COMMIT", "8428e75eecfa2ba54aa79029873b205bc1105b1f"),
        (
            "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
            "1428e75eecfa2ba54aa79029873b205bc1105b1f",
        ),
        ("GIT_URL", "https://github.com/acme/library.git"),
        ("GIT_BRANCH", "LIB-9-fix"),
    ] {
        agent.set(name, value);
    }
    let run = sent(&agent, BUILD);
    assert_eq!(keys(&run), ["AB-1"], "{}", run.stderr);
    let references = &run.json()["request"]["body"]["builds"][0]["references"];
    assert_eq!(references[0]["commit"]["id"], head.as_str());
    assert_eq!(
        references[0]["commit"]["repositoryUri"],
        "https://github.com/acme/shop"
    );
    assert_eq!(run.stderr.matches("warning").count(), 1, "{}", run.stderr);
}

/// The commits that a clone lacks may be anywhere in the range, not only at its ends.
#[test]
fn a_commit_of_the_range_at_the_edge_of_the_clone_is_told() {
    let origin = agent(&["base"]);
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    for message in ["AB-1 deep", "AB-2 side"] {
        origin.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }
    origin.git(&["checkout", "--quiet", "main"]);
    origin.git(&["commit", "--quiet", "--allow-empty", "--message=live"]);
    let live = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "--message=Merge side",
        "side",
    ]);
    let address = format!("file://{}", origin.path().display());
    for (depth, warnings) in [("2", 1), ("9", 0)] {
        let mut clone = Agent::bare();
        clone.git(&["clone", "--quiet", "--depth", depth, &address, "."]);
        for name in ["JOB_NAME", "BUILD_NUMBER", "BUILD_URL"] {
            clone.set(name, &origin.variables()[name]);
        }
        clone.set("GIT_COMMIT", &clone.git(&["rev-parse", "HEAD"]));
        clone.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &live);
        let run = sent(&clone, BUILD);
        assert_eq!(
            run.stderr.matches("warning").count(),
            warnings,
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr.contains("git fetch --unshallow"), warnings == 1);
    }
}

/// Nothing of the variables holds when the workspace does not have their commit; that is found out once.
#[test]
fn a_commit_that_only_a_plugin_knows_is_looked_for_once() {
    let mut agent = agent(&["A-1 old", "ABC-2 new"]);
    agent.unset("GIT_COMMIT");
    agent
        .set("ghprbPullId", "7")
        .set("ghprbPullTitle", "ABC-3 Login")
        .set("ghprbTargetBranch", "main")
        .set("ghprbActualCommit", &"1".repeat(40));
    let run = sent(&agent, BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("in time"), "{}", run.stderr);
    let found = keys(&run);
    assert!(
        found.contains(&"ABC-2".to_owned()) && found.contains(&"ABC-3".to_owned()),
        "{found:?} {}",
        run.stderr
    );
}

/// An option that was set from something empty counts as not given.
#[test]
fn blank_names_count_as_not_given() {
    let agent = agent(&["ABC-1 only"]);
    for options in [["--branch="], ["--tag= "], ["--title="]] {
        let run = sent(&agent, &[BUILD, &options].concat());
        assert_eq!(keys(&run), ["ABC-1"], "{options:?} {}", run.stderr);
        assert!(!run.stderr.contains("series"), "{}", run.stderr);
        let run = agent.run(&[&["keys"][..], &options].concat());
        assert!(
            run.stdout.contains("ABC-1") || run.stderr.contains("ABC-1"),
            "{}",
            run.stderr
        );
    }
}

/// Git refuses the clones of other users, and its versions differ in how that is allowed; the workspace of a container
/// is often one.
#[test]
fn clones_of_other_users_are_read() {
    let mut agent = agent(&["base", "AB-1 one", "AB-2 two"]);
    let base = agent.git(&["rev-parse", "HEAD~2"]);
    let folder = agent.path().join("deep/er");
    std::fs::create_dir_all(&folder).unwrap();
    agent.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = elsewhere.path().join("bare.git");
    std::fs::rename(agent.path().join("bare.git"), &alone).unwrap();
    agent.git(&["worktree", "add", "--quiet", "tree"]);
    agent
        .set("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        .set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &base);
    for folder in [".", "deep/er", "tree", alone.to_str().unwrap()] {
        let run = sent(&agent, &[BUILD, &["--repository-dir", folder]].concat());
        assert_eq!(keys(&run), ["AB-1", "AB-2"], "{folder} {}", run.stderr);
    }
}
