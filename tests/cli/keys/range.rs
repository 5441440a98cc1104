//! Keys of the commits of a range: what merges name, what is taken back, what there is no room for.

use serde_json::json;

use crate::support::{Agent, Run};

fn agent(messages: &[&str]) -> Agent {
    let messages = [&["base"], messages].concat();
    Agent::of("pipeline-scm-declarative-second").with_commits(&messages)
}

fn explained(agent: &Agent) -> Run {
    agent.run(&["keys", "--format=json"])
}

#[test]
fn the_subject_of_a_merge_names_a_branch() {
    let cases = [
        "Merge branch 'feature/abc-12-login' into main",
        "Merge branch 'feature/abc-12-login' into 'main'\n\nSee merge request acme/shop!7",
        "Merge branches 'abc-12-login' and 'patch-1'",
        "Merge remote-tracking branch 'origin/abc-12-login'",
        "Merge pull request #7 from acme-3/abc-12-login",
        "Merge pull request 'Log in' (#7) from abc-12-login into main",
        "Merged in feature/abc-12-login (pull request #7)",
        "Pull request #7: Log in\n\nMerge in PROJ/repo from abc-12-login to main",
        "Merged PR 7: abc-12-login",
    ];
    for message in cases {
        let json = explained(&agent(&[message])).json();
        assert_eq!(json["issue_keys"], json!(["ABC-12"]), "{message}");
        assert_eq!(json["found"][0]["kind"], "branch", "{message}");
        let source = json["found"][0]["source"].as_str().unwrap();
        assert!(source.starts_with("commit "), "{source}");
    }
}

#[test]
fn a_commit_and_its_revert_leave_nothing() {
    let agent = agent(&["ABC-1 login", "ABC-2 logout", "ABC-3 theme"]);
    agent.git(&["checkout", "--quiet", "main"]);
    for back in ["HEAD~2", "HEAD~1"] {
        let commit = agent.git(&["rev-parse", back]);
        let message = format!("Revert \"x\"\n\nThis reverts commit {commit}.");
        agent.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
    }
    // The second revert takes back the commit with ABC-3; what takes that back lets it count again.
    let mut agent = agent;
    let head = agent.git(&["rev-parse", "HEAD"]);
    agent.set("GIT_COMMIT", &head);
    let json = explained(&agent).json();
    assert_eq!(json["issue_keys"], json!(["ABC-2"]));
    let dropped = json["dropped"].as_array().unwrap().iter();
    let reverted = dropped.filter(|entry| entry["reason"] == "reverted");
    let reverted: Vec<_> = reverted.map(|entry| entry["candidate"].clone()).collect();
    assert_eq!(reverted, [json!("ABC-3"), json!("ABC-1")]);
    let message = format!("Reapply \"x\"\n\nThis reverts commit {head}.");
    agent.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    assert_eq!(
        explained(&agent).json()["issue_keys"],
        json!(["ABC-3", "ABC-2"])
    );
    let run = agent.run(&["keys"]);
    let words = "reverted: the range has both the commit and its revert";
    assert!(run.stdout.contains(words), "{}", run.stdout);
}

#[test]
fn a_reverted_merge_leaves_nothing() {
    let mut agent = agent(&["ABC-1 login"]);
    agent.git(&["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    for message in ["DEF-2 one", "DEF-3 two"] {
        agent.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }
    agent.git(&["checkout", "--quiet", "main"]);
    let merge = [
        "merge",
        "--quiet",
        "--no-ff",
        "--message=Merge branch 'def-4' into main",
    ];
    agent.git(&[&merge[..], &["topic"]].concat());
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    let all = json!(["DEF-4", "DEF-3", "DEF-2", "ABC-1"]);
    let mut found = explained(&agent).json()["issue_keys"].clone();
    found
        .as_array_mut()
        .unwrap()
        .sort_by_key(|key| all.as_array().unwrap().iter().position(|it| it == key));
    assert_eq!(found, all);
    let (merge, main) = (
        agent.git(&["rev-parse", "HEAD"]),
        agent.git(&["rev-parse", "HEAD^1"]),
    );
    let message =
        format!("Revert \"x\"\n\nThis reverts commit {merge}, reversing\nchanges made to {main}.");
    agent.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
    agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
    assert_eq!(explained(&agent).json()["issue_keys"], json!(["ABC-1"]));
}

#[test]
fn a_revert_keeps_its_own_issues() {
    let cases = [
        ("ABC-9: Revert \"ABC-1 Add x\"", "ABC-9"),
        (
            "Revert \"ABC-1 Add x\"\n\nThis reverts commit @.\n\nNeeded for ABC-9.",
            "ABC-9",
        ),
        (
            "Revert \"ABC-1 Add x\"\n\nABC-1 breaks ABC-9.\n\nThis reverts commit @.",
            "ABC-9",
        ),
        ("[ABC-9] Take it back\n\nThis reverts commit @.", "ABC-9"),
    ];
    for (message, own) in cases {
        let mut agent = agent(&["ABC-1 Add x", "ABC-2 logout"]);
        agent.git(&["checkout", "--quiet", "main"]);
        let message = message.replace('@', &agent.git(&["rev-parse", "HEAD~1"]));
        agent.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
        agent.set("GIT_COMMIT", &agent.git(&["rev-parse", "HEAD"]));
        let json = explained(&agent).json();
        assert_eq!(json["issue_keys"], json!([own, "ABC-2"]), "{message}");
        // The same in the change log of a run without a repository.
        let change = |message: &str, commit: &str| json!({"commit": commit, "message": message});
        let old = agent.git(&["rev-parse", "HEAD~2"]);
        let log = [change(&message, "8428e75e"), change("ABC-1 Add x", &old)];
        let log = log.map(|change| change.to_string()).join("\n");
        agent.write("changes", &log);
        let args = ["keys", "--format=json", "--message=x", "--changes=changes"];
        assert_eq!(
            agent.run(&args).json()["issue_keys"],
            json!([own]),
            "{message}"
        );
    }
}

#[test]
fn cut_keys_are_counted_and_named_once() {
    let many: Vec<_> = (1..=500).map(|number| format!("ABC-{number}")).collect();
    let beyond: Vec<_> = (1..=1_500).map(|number| format!("DEF-{number}")).collect();
    let cases: [(&[&str], &str); 2] = [
        (
            &["XYZ-777 a", "XYZ-777 b", &many.join(" ")],
            "1 issue key was cut, because Jira accepts 500: XYZ-777\n",
        ),
        (
            &[
                "XYZ-777",
                &beyond.join(" "),
                &beyond.join(" "),
                &many.join(" "),
            ],
            "1501 issue keys were cut, because Jira accepts 500: DEF-1, DEF-2, DEF-3, DEF-4, DEF-5, DEF-6, DEF-7, DEF-8, DEF-9, DEF-10 and 1491 more\n",
        ),
    ];
    for (messages, line) in cases {
        let run = agent(messages).run(&["build", "--dry-run"]);
        assert!(run.stderr.contains(line), "{}", run.stderr);
        assert_eq!(
            run.stderr.matches("cut, because").count(),
            1,
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_key_is_counted_each_time() {
    let counted = |messages: &[&str]| {
        let args = messages
            .iter()
            .map(|message| format!("--message={message}"));
        let args: Vec<String> = [String::from("keys")].into_iter().chain(args).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Agent::bare().run(&args).stdout
    };
    let many = "ABC-1 ".repeat(2_501);
    let listed = counted(&[&many, "DEF-2 DEF-2 UTF-8"]);
    assert!(listed.contains("(and 2500 more times)"), "{listed}");
    assert!(
        listed.contains("DEF-2 DEF-2 UTF-8 (and once more)"),
        "{listed}"
    );
    assert!(
        listed.contains("deny-list") && !listed.contains("  and "),
        "{listed}"
    );
    // Of what is not a key, the rest is counted without the keys.
    let words = "UTF-8 ".repeat(1_007);
    let listed = counted(&[&many, &words]);
    assert!(listed.contains("\n  and 7 more\n"), "{listed}");
    // A template makes the keys of other words.
    let template = [
        "keys",
        r"--key-pattern=#(\d+)|(UTF-\d)",
        "--key-template=ABC-$1",
        &format!("--message={}{words}", "#1 ".repeat(2_501)),
    ];
    let listed = Agent::bare().run(&template).stdout;
    assert!(listed.contains("(and 2500 more times)"), "{listed}");
    assert!(listed.contains("\n  and 7 more\n"), "{listed}");
    assert!(!listed.contains("duplicate"), "{listed}");
}

#[test]
fn what_is_no_key_is_cut_in_every_format() {
    let digits = "7".repeat(100_000);
    let agent = Agent::bare();
    agent.write(
        "changes",
        &json!({"message": format!("ABC-{digits} DEF-1")}).to_string(),
    );
    let run = agent.run(&["keys", "--changes=changes", "--format=json"]);
    let json = run.json();
    assert_eq!(json["issue_keys"], json!(["DEF-1"]));
    let candidate = json["dropped"][0]["candidate"].as_str().unwrap();
    assert!(
        candidate.starts_with("ABC-777") && candidate.ends_with('…'),
        "{candidate}"
    );
    assert!(run.stdout.len() < 5_000, "{}", run.stdout.len());
    let run = agent.run(&["keys", "--changes=changes"]);
    assert!(run.stdout.len() < 5_000, "{}", run.stdout.len());
}

/// A partial clone without trees has no file of older commits, but all messages.
#[test]
fn a_clone_without_trees_has_all_messages() {
    let agent = Agent::bare();
    agent.git(&["init", "--quiet", "--initial-branch=main"]);
    agent.git(&["config", "uploadpack.allowFilter", "true"]);
    for number in 1..=4 {
        agent.write("file", &number.to_string());
        agent.git(&["add", "file"]);
        let message = format!("ABC-{number}");
        agent.git(&["commit", "--quiet", "--message", &message]);
    }
    let address = format!("file://{}", agent.path().display());
    for checkout in ["--checkout", "--no-checkout"] {
        let clone = Agent::bare();
        let options = ["clone", "--quiet", "--filter=tree:0", checkout];
        clone.git(&[&options[..], &[address.as_str(), "."]].concat());
        let run = clone.run(&["keys", "--since=HEAD~2", "--format=json"]);
        assert_eq!(
            run.json()["issue_keys"],
            json!(["ABC-4", "ABC-3"]),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    }
}
