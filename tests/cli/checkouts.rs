//! Several checkouts in one run, and commits of shared libraries in its change log.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::deployed::credential;
use crate::support::{Agent, Answer};

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

/// The workspace of a run, and what the library says of the run.
struct Workspace {
    agent: Agent,
    run: Value,
}

impl Deref for Workspace {
    type Target = Agent;

    fn deref(&self) -> &Agent {
        &self.agent
    }
}

impl DerefMut for Workspace {
    fn deref_mut(&mut self) -> &mut Agent {
        &mut self.agent
    }
}

impl Workspace {
    /// A run of Jenkins in whose workspace there is nothing yet.
    fn new() -> Self {
        let mut agent = credential(Agent::bare());
        let workspace = agent.path().to_str().unwrap().to_owned();
        for (name, value) in [
            ("JOB_NAME", "shop"),
            ("BUILD_NUMBER", "7"),
            ("BUILD_URL", "https://ci.example.com/job/shop/7/"),
            ("WORKSPACE", &workspace),
        ] {
            agent.set(name, value);
        }
        Self {
            agent,
            run: json!({}),
        }
    }

    /// What Jenkins lists: the first lines of these commits, newest first.
    fn change_log(&mut self, commits: &[(&str, &str)]) {
        let change = |(commit, message): &(&str, &str)| {
            let first = message.lines().next().unwrap();
            json!({"commit": commit, "message": first, "system": "git"})
        };
        self.run["changes"] = commits.iter().map(change).collect();
    }

    fn keys(&self, parameters: &Value) -> Answer {
        let answer = self.step("jiraSendKeys", parameters, &self.run);
        assert_eq!(answer.returns()["exitCode"], 0, "{}", answer.echo());
        answer
    }

    /// What a build with these parameters would send.
    fn build(&self, parameters: &Value) -> Answer {
        let mut all = json!({"state": "SUCCESS", "dryRun": true});
        for (name, value) in parameters.as_object().unwrap() {
            all[name] = value.clone();
        }
        let answer = self.step("jiraSendBuildInfo", &all, &self.run);
        assert_eq!(answer.outcome(), "dry_run", "{}", answer.echo());
        answer
    }
}

/// The key and where it was found, of all that were found.
fn sources(answer: &Answer) -> Vec<(String, String)> {
    let entries = answer.returns()["found"].as_array().unwrap().iter();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    entries
        .map(|entry| (text(entry, "key"), text(entry, "source")))
        .collect()
}

/// A repository in the workspace itself, with a commit of the last success and one after it.
fn usual() -> (Workspace, Repo, String) {
    let mut agent = Workspace::new();
    let repo = Repo::new(&agent, "");
    agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &repo.commit("ABC-1 old"));
    let head = repo.commit("ABC-2 new\n\nand ABC-3");
    agent.set("GIT_COMMIT", &head);
    (agent, repo, head)
}

#[test]
fn commits_of_a_library_do_not_count() {
    let (mut agent, _, head) = usual();
    agent.change_log(&[(&head, "ABC-2 new"), LIBRARY]);
    let run = agent.keys(&json!({}));
    assert_eq!(*run.issue_keys(), json!(["ABC-2", "ABC-3"]));
    let expected = json!([{
        "candidate": "LIB-1",
        "kind": "commit",
        "source": "commit 111111111111",
        "text": "LIB-1 library",
        "position": 0,
        "reason": "other repository",
        "explanation": "no repository of the workspace has this commit of the change log, such as those of a shared library; allChanges includes it",
    }]);
    assert_eq!(run.returns()["dropped"], expected);
    assert_eq!(run.returns()["commitsLeftOut"], 1);
    let warnings = run.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("warning: not linked: LIB-1 (named only by commits of"));
    assert!(warnings[1].contains("repositories") && warnings[1].contains("allChanges"));

    let left_out = "left out 1 commit of the change log that no repository in the workspace has, such as those of a shared library; allChanges includes them";
    let build = agent.build(&json!({"verbose": true}));
    let start = &left_out[..left_out.find(';').unwrap()];
    assert!(build.stderr.contains(start), "{}", build.stderr);
    let text = run.echo();
    assert!(text.contains("  LIB-1          commit 111111111111: other repository: no repository"));
    assert!(text.contains(&format!("\n\n{left_out}\n")), "{text}");

    // Also when no key is lost with it, and then without a warning.
    agent.change_log(&[(LIBRARY.0, "none"), (&head, "ABC-2 new")]);
    let text = agent.keys(&json!({})).echo();
    assert!(text.ends_with(&format!("\n{left_out}")), "{text}");
}

#[test]
fn the_body_has_no_issue_of_the_library() {
    let (mut agent, _, head) = usual();
    agent.change_log(&[LIBRARY, (&head, "ABC-2 new")]);
    let run = agent.build(&json!({}));
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
    assert_eq!(*run.shown_body(), expected);
}

/// Why a commit counts that no repository has.
#[test]
fn where_it_is_not_known_all_commits_count() {
    let with_library = json!(["ABC-2", "ABC-3", "LIB-1"]);
    let (mut agent, repo, head) = usual();
    let log = [(head.as_str(), "ABC-2 new"), LIBRARY];
    agent.change_log(&log);
    let all = json!({"allChanges": true});
    assert_eq!(*agent.keys(&all).issue_keys(), with_library);
    // A step that took an agent has not the workspace of the run.
    let mut request =
        crate::support::request("jiraSendBuildInfo", &json!({"dryRun": true}), &agent.run);
    request["ownAgent"] = true.into();
    assert_eq!(*agent.ask(&request).issue_keys(), with_library);
    // A file that somebody made counts as a whole.
    let line = |(commit, message): &(&str, &str)| {
        json!({"commit": commit, "message": message}).to_string() + "\n"
    };
    let lines: String = log.iter().map(line).collect();
    agent.write("changes.jsonl", &lines);
    let file = agent
        .agent
        .run(&["keys", "--format=json", "--changes=changes.jsonl"]);
    assert_eq!(file.json()["issue_keys"], with_library);
    let file = json!({"changes": "changes.jsonl"});
    assert_eq!(*agent.keys(&file).issue_keys(), with_library);

    // The commit that was built is not here, nor any of the log: an agent of its own, with what an earlier run left.
    agent.set("GIT_COMMIT", "2222222222222222222222222222222222222222");
    agent.change_log(&[LIBRARY]);
    let found = agent.keys(&json!({})).issue_keys().clone();
    assert!(
        found.as_array().unwrap().contains(&json!("LIB-1")),
        "{found}"
    );
    agent.change_log(&log);
    let found = agent.keys(&json!({})).issue_keys().clone();
    assert_eq!(found, json!(["ABC-2", "ABC-3"]));
    agent.set("GIT_COMMIT", &head);

    // Other systems than git have other ids.
    agent.change_log(&[("1234", "SVN-1"), ("", "SVN-2"), LIBRARY]);
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["ABC-2", "ABC-3", "SVN-1", "SVN-2"])
    );

    // No git, no repository, no whole history.
    agent.change_log(&log);
    let path = std::env::var("PATH").unwrap();
    agent.set("PATH", "/nowhere");
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["ABC-2", "LIB-1"])
    );
    agent.set("PATH", &path);
    let address = format!("file://{}", repo.path().display());
    repo.git(&["clone", "--quiet", "--depth=1", &address, "shallow"]);
    let shallow = agent.keys(&json!({"repositoryDir": "shallow"}));
    assert_eq!(*shallow.issue_keys(), with_library);
    std::fs::rename(repo.path().join(".git"), repo.path().join("git")).unwrap();
    std::fs::remove_dir_all(repo.path().join("shallow")).unwrap();
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["ABC-2", "LIB-1"])
    );
}

#[test]
fn one_is_warned_only_of_keys_that_are_lost() {
    let (mut agent, _, head) = usual();
    let (id, _) = LIBRARY;
    let cases = [
        ("LIB-1 lost", json!({}), true),
        ("no key at all, UTF-8", json!({}), false),
        ("ABC-3 is found elsewhere", json!({}), false),
        ("LIB-1 denied", json!({"deny": "LIB"}), false),
        (
            "LIB-1 of another project",
            json!({"projects": "ABC"}),
            false,
        ),
        (
            "LIB-1 given",
            json!({"issueKeys": "LIB-1", "onlyIssueKeys": false}),
            false,
        ),
    ];
    for (message, parameters, is_warned) in cases {
        agent.change_log(&[(id, message), (&head, "ABC-2 new")]);
        let echo = agent.build(&parameters).echo();
        assert_eq!(
            echo.contains("not linked: LIB-1"),
            is_warned,
            "{message}: {echo}"
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
    agent.change_log(&many);
    let echo = agent.keys(&json!({})).echo();
    assert!(echo.contains("LIB-9, LIB-10 and 5 more ("), "{echo}");
}

/// What git has counts: also what was fetched once and is on no branch, and what is borrowed from another clone.
#[test]
fn a_commit_in_the_object_store_counts_with_its_whole_message() {
    let (mut agent, repo, head) = usual();
    repo.git(&["checkout", "--quiet", "--detach"]);
    let gone = repo.commit("ABC-8 gone\n\nand ABC-9");
    repo.git(&["checkout", "--quiet", "main"]);
    agent.change_log(&[(&head, "ABC-2 new"), (&gone, "ABC-8 gone"), LIBRARY]);
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["ABC-2", "ABC-3", "ABC-8", "ABC-9"])
    );

    repo.git(&["clone", "--quiet", "--shared", ".", "borrowed"]);
    let run = agent.keys(&json!({"repositoryDir": "borrowed"}));
    assert_eq!(
        *run.issue_keys(),
        json!(["ABC-2", "ABC-3", "ABC-8", "ABC-9"])
    );

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
        agent.change_log(&[(&head, "ABC-2 new"), LIBRARY]);
        let run = agent.keys(&json!({"repositoryDir": "partial"}));
        assert_eq!(*run.issue_keys(), json!(["ABC-2", "ABC-3"]), "{filter}");
        std::fs::remove_dir_all(repo.path().join("partial")).unwrap();
    }
}

/// A scripted pipeline without scm knows no commit but those of the change log: of them, bodies and merges count.
#[test]
fn the_change_log_stands_in_for_the_start_of_the_range() {
    let mut agent = Workspace::new();
    let repo = Repo::new(&agent, "");
    repo.commit("ABC-1 old");
    let one = repo.commit("ABC-2 new\n\nbody ABC-3");
    let two = repo.merge(
        "Merge pull request from feature/ABC-4",
        "ABC-5\n\nbody ABC-6",
    );
    agent.change_log(&[(&two, "ABC-5"), (&one, "ABC-2 new"), LIBRARY]);
    let run = agent.keys(&json!({}));
    assert_eq!(
        *run.issue_keys(),
        json!(["ABC-4", "ABC-5", "ABC-6", "ABC-2", "ABC-3"])
    );
    // Only the library is new: the commit that is built is searched.
    agent.change_log(&[LIBRARY]);
    assert_eq!(
        *agent.keys(&json!({})).issue_keys(),
        json!(["ABC-4", "ABC-5", "ABC-6"])
    );
}

#[test]
fn a_given_message_replaces_what_git_has_and_no_more() {
    let (mut agent, _, head) = usual();
    agent.change_log(&[(&head, "ABC-2 new"), LIBRARY]);
    let run = agent.build(&json!({"message": "ABC-7"}));
    assert_eq!(*run.issue_keys(), json!(["ABC-7", "ABC-2"]));
}

fn within(limit: Duration, action: impl FnOnce()) {
    let begin = Instant::now();
    action();
    assert!(begin.elapsed() < limit, "{:?}", begin.elapsed());
}
