//! Several checkouts in one run, and commits of shared libraries in its change log.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Agent, EVENT, Run};

mod deployed;
mod found;
mod trouble;

/// A commit of a shared library, which no repository of the workspace has.
const LIBRARY: (&str, &str) = ("1111111111111111111111111111111111111111", "LIB-1 library");

/// Each commit has a second of its own: git lists them by their time.
static NEXT_SECOND: AtomicU64 = AtomicU64::new(1_767_225_600);

/// A repository in a folder of the workspace.
struct Repo(PathBuf);

impl Repo {
    fn new(agent: &Agent, folder: &str) -> Self {
        let path = agent.path().join(folder);
        std::fs::create_dir_all(&path).unwrap();
        let repo = Self(path);
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(arguments)
            .current_dir(&self.0)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env(
                "GIT_COMMITTER_DATE",
                format!("{} +0000", NEXT_SECOND.fetch_add(1, Ordering::Relaxed)),
            )
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A branch with one commit, merged with this message; the commit on the branch comes back.
    fn merge(&self, message: &str, on_branch: &str) -> String {
        self.git(&["checkout", "--quiet", "-b", "side"]);
        let commit = self.commit(on_branch);
        self.git(&["checkout", "--quiet", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--message", message, "side"]);
        self.git(&["branch", "--quiet", "--delete", "side"]);
        commit
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }
}

/// A run of Jenkins in whose workspace there is nothing yet.
fn agent() -> Agent {
    let mut agent = Agent::bare();
    let workspace = agent.path().to_str().unwrap().to_owned();
    for (name, value) in [
        ("JOB_NAME", "shop"),
        ("BUILD_NUMBER", "7"),
        ("BUILD_URL", "https://ci.example.com/job/shop/7/"),
        ("WORKSPACE", &workspace),
    ] {
        agent.set(name, value);
    }
    agent
}

/// What a step hands over: the first lines of these commits, newest first.
fn change_log(agent: &mut Agent, commits: &[(&str, &str)]) {
    let line = |(commit, message): &(&str, &str)| {
        let first = message.lines().next().unwrap();
        json!({"commit": commit, "message": first}).to_string() + "\n"
    };
    let lines: String = commits.iter().map(line).collect();
    agent.write("changes.jsonl", &lines);
    let path = agent.path().join("changes.jsonl");
    agent.set("JIRA_SEND_CHANGES", path.to_str().unwrap());
    agent.set("JIRA_SEND_CHANGES_OF_JENKINS", "true");
}

fn keys(agent: &Agent, options: &[&str]) -> Run {
    let run = agent.run(&[&["keys", "--format=json"], options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

fn found(run: &Run) -> Value {
    run.json()["issue_keys"].clone()
}

/// The key and where it was found, of all that were found.
fn sources(run: &Run) -> Vec<(String, String)> {
    let json = run.json();
    let entries = json["found"].as_array().unwrap().iter();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    entries
        .map(|entry| (text(entry, "key"), text(entry, "source")))
        .collect()
}

/// A repository in the workspace itself, with a commit of the last success and one after it.
fn usual() -> (Agent, Repo, String) {
    let mut agent = agent();
    let repo = Repo::new(&agent, "");
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &repo.commit("ABC-1 old"));
    let head = repo.commit("ABC-2 new\n\nand ABC-3");
    agent.set("GIT_COMMIT", &head);
    (agent, repo, head)
}

#[test]
fn commits_of_a_library_do_not_count() {
    let (mut agent, _, head) = usual();
    change_log(&mut agent, &[(&head, "ABC-2 new"), LIBRARY]);
    let run = keys(&agent, &[]);
    assert_eq!(found(&run), json!(["ABC-2", "ABC-3"]));
    let dropped = &run.json()["dropped"];
    let expected = json!([{
        "candidate": "LIB-1",
        "kind": "commit",
        "source": "commit 111111111111",
        "text": "LIB-1 library",
        "position": 0,
        "reason": "other repository",
        "explanation": "no repository of the workspace has this commit of the change log, as is so for a shared library; --all-changes takes it",
    }]);
    assert_eq!(*dropped, expected);
    let warnings: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("warning: not linked: LIB-1 (named only by commits of"));
    assert!(warnings[1].contains("--repositories") && warnings[1].contains("--all-changes"));

    let left_out = "left out 1 commit of the change log that no repository in the workspace has, such as those of a shared library; --all-changes takes all";
    let build = agent.run(&["build", "--dry-run", "--verbose"]);
    assert!(build.stderr.contains(left_out), "{}", build.stderr);
    assert_eq!(run.json()["commits_left_out"], 1);
    let text = agent.run(&["keys"]).stdout;
    assert!(text.contains("  LIB-1          commit 111111111111: other repository: no repository"));
    assert!(text.ends_with(&format!("\n\n{left_out}\n")), "{text}");

    // Also when no key is lost with it, and then without a warning.
    change_log(&mut agent, &[(LIBRARY.0, "none"), (&head, "ABC-2 new")]);
    let run = agent.run(&["keys"]);
    assert!(run.stdout.ends_with(&format!("\n{left_out}\n")) && run.stderr.is_empty());
}

#[test]
fn the_body_has_no_issue_of_the_library() {
    let (mut agent, _, head) = usual();
    change_log(&mut agent, &[LIBRARY, (&head, "ABC-2 new")]);
    let run = agent.run(&["build", "--state=SUCCESS", "--dry-run", EVENT]);
    let expected = json!({
        "builds": [{
            "schemaVersion": "1.0",
            "pipelineId": "shop",
            "buildNumber": 7,
            "updateSequenceNumber": 1_767_268_800_123_i64,
            "displayName": "shop #7",
            "description": "ABC-2 new",
            "label": "#7",
            "url": "https://ci.example.com/job/shop/7/",
            "state": "successful",
            "lastUpdated": "2026-01-01T12:00:00.123Z",
            "associations": [{"associationType": "issueIdOrKeys", "values": ["ABC-2", "ABC-3"]}],
        }],
        "properties": {"job": "shop"},
        "providerMetadata": {"product": concat!("jira-send/", env!("CARGO_PKG_VERSION"))},
    });
    assert_eq!(run.shown_body(), expected);
}

/// Why a commit counts that no repository has.
#[test]
fn where_it_is_not_known_all_commits_count() {
    let with_library = json!(["ABC-2", "ABC-3", "LIB-1"]);
    let (mut agent, repo, head) = usual();
    let log = [(head.as_str(), "ABC-2 new"), LIBRARY];
    change_log(&mut agent, &log);
    assert_eq!(found(&keys(&agent, &["--all-changes"])), with_library);
    // A file that somebody made counts as a whole.
    agent.unset("JIRA_SEND_CHANGES_OF_JENKINS");
    assert_eq!(found(&keys(&agent, &[])), with_library);
    agent.set("JIRA_SEND_CHANGES_OF_JENKINS", "true");

    // The commit that was built is not here: an agent of its own, with what an earlier run left.
    agent.set("GIT_COMMIT", "2222222222222222222222222222222222222222");
    assert_eq!(found(&keys(&agent, &[])), with_library);
    agent.set("GIT_COMMIT", &head);

    // Other systems than git have other ids.
    change_log(&mut agent, &[("1234", "SVN-1"), ("", "SVN-2"), LIBRARY]);
    assert_eq!(
        found(&keys(&agent, &[])),
        json!(["ABC-2", "ABC-3", "SVN-1", "SVN-2"])
    );

    // No git, no repository, no whole history.
    change_log(&mut agent, &log);
    let path = std::env::var("PATH").unwrap();
    agent.set("PATH", "/nowhere");
    assert_eq!(found(&keys(&agent, &[])), json!(["ABC-2", "LIB-1"]));
    agent.set("PATH", &path);
    let address = format!("file://{}", repo.path().display());
    repo.git(&["clone", "--quiet", "--depth=1", &address, "shallow"]);
    let shallow = keys(&agent, &["--repository-dir=shallow"]);
    assert_eq!(found(&shallow), with_library);
    std::fs::rename(repo.path().join(".git"), repo.path().join("git")).unwrap();
    std::fs::remove_dir_all(repo.path().join("shallow")).unwrap();
    assert_eq!(found(&keys(&agent, &[])), json!(["ABC-2", "LIB-1"]));
}

#[test]
fn one_is_warned_only_of_keys_that_are_lost() {
    let (mut agent, _, head) = usual();
    let (id, _) = LIBRARY;
    let cases: [(&str, &[&str], bool); 6] = [
        ("LIB-1 lost", &[], true),
        ("no key at all, UTF-8", &[], false),
        ("ABC-3 is found elsewhere", &[], false),
        ("LIB-1 denied", &["--deny=LIB"], false),
        ("LIB-1 of another project", &["--projects=ABC"], false),
        ("LIB-1 given", &["--issue-keys=LIB-1"], false),
    ];
    for (message, options, is_warned) in cases {
        change_log(&mut agent, &[(id, message), (&head, "ABC-2 new")]);
        let usual = ["build", "--state=SUCCESS", "--dry-run"];
        let run = agent.run(&[&usual, options].concat());
        assert_eq!(
            run.stderr.contains("not linked: LIB-1"),
            is_warned,
            "{message}: {}",
            run.stderr
        );
    }
    let many: Vec<(String, String)> = (0..30)
        .map(|number| {
            (
                format!("{number:040x}"),
                format!("LIB-{} x", number / 2 + 1),
            )
        })
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(id, message)| (id.as_str(), message.as_str()))
        .collect();
    change_log(&mut agent, &many);
    let stderr = keys(&agent, &[]).stderr;
    assert!(stderr.contains("LIB-9, LIB-10 and 5 more ("), "{stderr}");
}

/// What git has counts: also what was fetched once and is on no branch, and what is borrowed from another clone.
#[test]
fn a_commit_in_the_object_store_counts_with_its_whole_message() {
    let (mut agent, repo, head) = usual();
    repo.git(&["checkout", "--quiet", "--detach"]);
    let gone = repo.commit("ABC-8 gone\n\nand ABC-9");
    repo.git(&["checkout", "--quiet", "main"]);
    change_log(
        &mut agent,
        &[(&head, "ABC-2 new"), (&gone, "ABC-8 gone"), LIBRARY],
    );
    assert_eq!(
        found(&keys(&agent, &[])),
        json!(["ABC-2", "ABC-3", "ABC-8", "ABC-9"])
    );

    repo.git(&["clone", "--quiet", "--shared", ".", "borrowed"]);
    let run = keys(&agent, &["--repository-dir=borrowed"]);
    assert_eq!(found(&run), json!(["ABC-2", "ABC-3", "ABC-8", "ABC-9"]));

    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let address = format!("file://{}", repo.path().display());
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = [
            "clone",
            "--quiet",
            filter,
            "--no-checkout",
            &address,
            "partial",
        ];
        repo.git(&clone);
        change_log(&mut agent, &[(&head, "ABC-2 new"), LIBRARY]);
        let run = keys(&agent, &["--repository-dir=partial"]);
        assert_eq!(found(&run), json!(["ABC-2", "ABC-3"]), "{filter}");
        std::fs::remove_dir_all(repo.path().join("partial")).unwrap();
    }
}

/// A scripted pipeline without scm knows no commit but those of the change log: of them, bodies and merges count.
#[test]
fn the_change_log_stands_in_for_the_start_of_the_range() {
    let mut agent = agent();
    let repo = Repo::new(&agent, "");
    repo.commit("ABC-1 old");
    let one = repo.commit("ABC-2 new\n\nbody ABC-3");
    let two = repo.merge(
        "Merge pull request from feature/ABC-4",
        "ABC-5\n\nbody ABC-6",
    );
    change_log(&mut agent, &[(&two, "ABC-5"), (&one, "ABC-2 new"), LIBRARY]);
    let run = keys(&agent, &[]);
    assert_eq!(
        found(&run),
        json!(["ABC-4", "ABC-5", "ABC-6", "ABC-2", "ABC-3"])
    );
    // Only the library is new: the commit that is built is searched.
    change_log(&mut agent, &[LIBRARY]);
    assert_eq!(
        found(&keys(&agent, &[])),
        json!(["ABC-4", "ABC-5", "ABC-6"])
    );
}

#[test]
fn a_given_message_replaces_what_git_has_and_no_more() {
    let (mut agent, _, head) = usual();
    change_log(&mut agent, &[(&head, "ABC-2 new"), LIBRARY]);
    let run = agent.run(&["build", "--dry-run", "--format=json", "--message=ABC-7"]);
    assert_eq!(run.json()["issue_keys"], json!(["ABC-7", "ABC-2"]));
}

fn within(limit: Duration, action: impl FnOnce()) {
    let begin = Instant::now();
    action();
    assert!(begin.elapsed() < limit, "{:?}", begin.elapsed());
}
