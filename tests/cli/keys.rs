//! `jira-send keys`.

mod begins;
mod named;
mod range;
mod unknown;

use serde_json::json;

use crate::support::Agent;

#[test]
fn given_texts_are_explained() {
    let run = Agent::bare().run(&[
        "keys",
        "--format=json",
        "--branch=feature/abc-1-utf-8",
        "--title=ABC-2: login",
        "--tag=v1.2-ABC-3",
        "--message=ABC-1 again\nand def-4",
        "--message=ABC-5x",
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let json = run.json();
    assert_eq!(json["issue_keys"], json!(["ABC-1", "ABC-2", "ABC-3"]));
    let expected = json!([
        {"key": "ABC-1", "kind": "branch", "source": "--branch", "text": "feature/abc-1-utf-8", "position": 8},
        {"key": "ABC-2", "kind": "title", "source": "--title", "text": "ABC-2: login", "position": 0},
        {"key": "ABC-3", "kind": "tag", "source": "--tag", "text": "v1.2-ABC-3", "position": 5},
    ]);
    assert_eq!(json["found"], expected);
    let dropped: Vec<_> = json["dropped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["candidate"].as_str().unwrap(),
                entry["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("utf-8", "deny-list"),
        ("ABC-1", "duplicate"),
        ("def-4", "lower case"),
        ("ABC-5", "boundary"),
    ];
    assert_eq!(dropped, expected);
}

#[test]
fn people_get_a_text() {
    let run = Agent::bare().run(&["keys", "--branch=feature/ABC-1", "--message=UTF-8"]);
    let expected = "issue keys: ABC-1\n\n\
        found:\n  ABC-1          --branch: feature/ABC-1\n\n\
        dropped:\n  UTF-8          --message: deny-list: UTF is on the list of words that are not projects; \
        if yours is called that, name it with --projects or pass the key with --issue-keys\n\n\
        searched: branch, 1 commit message\n  --branch: feature/ABC-1\n  --message: UTF-8\n";
    assert_eq!(run.stdout, expected);
    let nothing = Agent::bare().run(&["keys", "--branch=main"]);
    assert_eq!(
        (nothing.code, nothing.stdout.as_str()),
        (
            0,
            "no issue keys found\n\nsearched: branch\n  --branch: main\n"
        )
    );
    let nowhere = Agent::bare().run(&["keys"]);
    assert_eq!(
        nowhere.stdout,
        "no issue keys found\n\nsearched: nothing, since there is no branch, title, tag or commit\n"
    );
}

/// Why an issue is missing is seen from what was searched, with or without a key in it.
#[test]
fn all_that_was_searched_is_listed() {
    let mut messages: Vec<String> = (1..=23).map(|number| format!("Step {number}")).collect();
    messages.push(format!("{}\n\nABC-1", "é".repeat(130)));
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let agent = Agent::of("multibranch-declarative-pull-request").with_commits(&messages);
    let run = agent.run(&["keys"]);
    let searched = run.stdout.split_once("\nsearched: ").unwrap().1;
    let lines: Vec<&str> = searched.lines().collect();
    assert_eq!(lines[0], "2 branches, title, 23 commit messages");
    assert!(lines[1].starts_with("  CHANGE_BRANCH: "), "{searched}");
    assert_eq!(lines[2], "  BRANCH_NAME: PR-7");
    assert!(lines[3].starts_with("  CHANGE_TITLE: "), "{searched}");
    let newest = lines[4].strip_prefix("  commit ").unwrap();
    assert_eq!(&newest[12..], format!(": {}…", "é".repeat(120)));
    assert!(lines[5].ends_with(": Step 23"), "{searched}");
    assert_eq!(lines[24], "  and 3 more commit messages");

    let json = agent.run(&["keys", "--format=json"]).json();
    let searched = json["searched"].as_array().unwrap();
    assert_eq!((searched.len(), &json["searched_beyond"]), (26, &json!(0)));
    assert_eq!(searched[2]["kind"], "title");
    assert_eq!(searched[25]["text"], "Step 2");
}

#[test]
fn the_run_is_explained_when_nothing_is_given() {
    let agent = Agent::of("multibranch-declarative-tag").with_commits(&["OPS-1 x", "PROJ-3 y"]);
    agent.git(&[
        "tag",
        "--annotate",
        "--message=PROJ-4 release",
        "v1.2.0-PROJ-9",
    ]);
    let json = agent.run(&["keys", "--format=json"]).json();
    assert_eq!(json["issue_keys"], json!(["PROJ-9", "PROJ-4", "PROJ-3"]));
}

#[test]
fn filters_apply() {
    let cases = [
        (
            vec!["--branch=abc-1-def-2", "--projects=def"],
            json!(["DEF-2"]),
        ),
        (vec!["--branch=abc-1-def-2", "--deny=DEF"], json!(["ABC-1"])),
        (
            vec!["--message=fix utf-8 in abc-1", "--projects=UTF,ABC"],
            json!(["UTF-8", "ABC-1"]),
        ),
        (
            vec![
                "--message=see #7 or ABC-1",
                "--key-pattern=([A-Z]+-[0-9]+)$",
            ],
            json!(["ABC-1"]),
        ),
        (
            vec!["--issue-keys=abc-1,,DEF-2, abc-1,"],
            json!(["ABC-1", "DEF-2"]),
        ),
    ];
    for (options, keys) in cases {
        let run = Agent::bare().run(&[&["keys", "--format=json"][..], &options].concat());
        assert_eq!(run.json()["issue_keys"], keys, "{options:?}");
    }
}

#[test]
fn a_file_of_changes_is_searched() {
    let agent = Agent::bare();
    agent.write(
        "changes",
        "{\"commit\":\"8a91\",\"message\":\"ABC-1\"}\n{\"message\":\"ABC-2\"}\n",
    );
    let json = agent
        .run(&["keys", "--format=json", "--changes=changes"])
        .json();
    assert_eq!(json["issue_keys"], json!(["ABC-1", "ABC-2"]));
    assert_eq!(json["found"][0]["source"], "commit 8a91");
}

/// Anybody who can commit could write it: it must not cost the keys that the others name.
#[test]
fn a_message_with_more_keys_than_anybody_names_is_searched_in_part() {
    let agent = Agent::bare();
    let message = "ABC-1 ".repeat(100_000) + "XYZ-9";
    let line = json!({"commit": "8a91", "message": message}).to_string();
    agent.write("changes", &format!("{line}\n{{\"message\":\"DEF-2\"}}\n"));
    let run = agent.run(&["keys", "--format=json", "--changes=changes"]);
    assert_eq!(run.json()["issue_keys"], json!(["ABC-1", "DEF-2"]));
    let warning =
        "warning: commit 8a91: only the first 100000 possible issue keys of a text are searched";
    assert_eq!(run.stderr.matches(warning).count(), 1, "{}", run.stderr);
}

/// Git's whole message counts, not the first line that a pipeline knows of the same commit.
#[test]
fn changes_add_only_commits_that_git_did_not_read() {
    let agent = Agent::of("pipeline-scm-declarative-second").with_commits(&["x", "ABC-1\n\nABC-2"]);
    let head = agent.git(&["rev-parse", "HEAD"]);
    let changes = format!(
        "{{\"commit\":\"{head}\",\"message\":\"ABC-1\"}}\n{{\"commit\":\"{}\",\"message\":\"ABC-3\"}}\n",
        "0".repeat(40)
    );
    agent.write("changes", &changes);
    let run = agent.run(&["build", "--dry-run", "--changes=changes", "--format=json"]);
    assert_eq!(run.json()["issue_keys"], json!(["ABC-1", "ABC-2", "ABC-3"]));
}

#[test]
fn the_branch_of_a_repository_without_a_commit_counts() {
    let agent = Agent::bare();
    agent.git(&["init", "--quiet", "--initial-branch=feature/ABC-88"]);
    assert_eq!(
        agent.run(&["keys", "--format=json"]).json()["issue_keys"],
        json!(["ABC-88"])
    );
}

#[test]
fn only_the_given_keys_are_sent_when_asked_for() {
    let agent = Agent::of("multibranch-declarative-pull-request").with_commits(&["OPS-1"]);
    let run = agent.run(&[
        "build",
        "--dry-run",
        "--format=json",
        "--issue-keys=ABC-1",
        "--only-issue-keys",
    ]);
    assert_eq!(run.json()["issue_keys"], json!(["ABC-1"]));
}

#[cfg(unix)]
#[test]
fn a_hanging_git_costs_the_budget() {
    let mut agent = Agent::of("freestyle-git-second");
    let path = agent.path_with_hanging_git();
    agent.set("PATH", &path);
    let begin = std::time::Instant::now();
    let run = agent.run(&["keys", "--budget=1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("git did not answer in time"));
    let elapsed = begin.elapsed();
    assert!(elapsed < std::time::Duration::from_secs(2), "{elapsed:?}");
}

/// Only git's messages are read, whatever the branch says.
#[test]
fn messages_in_other_systems_are_said_to_be_missing() {
    for (name, value, system, key) in [
        (
            "SVN_URL",
            "https://svn.example.com/shop/branches/ABC-12-login",
            "Subversion",
            Some("ABC-12"),
        ),
        (
            "SVN_URL",
            "https://svn.example.com/shop/trunk",
            "Subversion",
            None,
        ),
        (
            "MERCURIAL_REVISION_BRANCH",
            "abc-12-login",
            "Mercurial",
            Some("ABC-12"),
        ),
        ("P4_CHANGELIST", "4711", "Perforce", None),
    ] {
        let mut agent = Agent::bare();
        agent.set("JOB_NAME", "shop").set("BUILD_NUMBER", "7");
        agent.set("BUILD_URL", "https://ci.example.com/job/shop/7/");
        agent.set(name, value);
        let build = ["build", "--state=SUCCESS", "--dry-run", "--format=json"];
        let words =
            format!("warning: commit messages in {system} were not searched: only git's are read");
        let run = agent.run(&build);
        let expected: Vec<&str> = key.into_iter().collect();
        assert_eq!(run.json()["issue_keys"], json!(expected), "{value}");
        assert!(run.stderr.contains(&words), "{value} {}", run.stderr);
        // What the user passes stands for them.
        for given in ["--message=ABC-1", "--issue-keys=ABC-1"] {
            let run = agent.run(&[&build[..], &[given]].concat());
            assert!(!run.stderr.contains("were not searched"), "{}", run.stderr);
        }
    }
}
