use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::{Commit, Commits, RangeRequest, commits, too_large};
use crate::error::Warning;
use crate::git::{GitError, Repository};
use crate::system::Machine;

static MACHINE: LazyLock<Machine> = LazyLock::new(Machine::new);

fn repository(folder: &Path) -> Repository<'static> {
    Repository::new(folder, &*MACHINE, Duration::from_mins(1))
}

/// A repository in a folder of its own that goes when the test ends.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        scratch.git(&["init", "--quiet", "--initial-branch=main"]);
        scratch
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        git_in(self.path(), arguments)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A branch with one commit, merged into the one that is checked out.
    fn merge(&self, branch: &str, message: &str) {
        let back = self.git(&["rev-parse", "--abbrev-ref", "HEAD"]);
        self.git(&["checkout", "--quiet", "-b", branch]);
        self.commit(message);
        self.git(&["checkout", "--quiet", &back]);
        self.git(&[
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            &format!("Merge {branch}"),
            branch,
        ]);
    }

    fn read(&self, wanted: &RangeRequest) -> Commits {
        commits(&repository(self.path()), wanted).unwrap()
    }
}

fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn messages(commits: &Commits) -> Vec<&str> {
    commits
        .commits
        .iter()
        .map(|commit| commit.message.trim_end())
        .collect()
}

fn since(revision: &str) -> RangeRequest {
    RangeRequest {
        since: Some(revision.parse().unwrap()),
        ..RangeRequest::default()
    }
}

#[test]
fn the_range_starts_after_the_last_success() {
    let scratch = Scratch::new();
    let first = scratch.commit("first");
    scratch.commit("second\n\nbody with ABC-1\n\nCo-authored-by: x");
    let head = scratch.commit("third");
    let read = scratch.read(&since(&first));
    assert_eq!(
        messages(&read),
        ["third", "second\n\nbody with ABC-1\n\nCo-authored-by: x"]
    );
    assert_eq!(read.head, head);
    assert!(read.warnings.is_empty());
    assert_eq!(messages(&scratch.read(&RangeRequest::default())), ["third"]);
}

#[test]
fn a_build_run_again_has_its_head_commit() {
    let scratch = Scratch::new();
    scratch.commit("first");
    let head = scratch.commit("second");
    assert_eq!(messages(&scratch.read(&since(&head))), ["second"]);
}

#[test]
fn a_merge_brings_its_commits() {
    let scratch = Scratch::new();
    scratch.commit("first");
    scratch.merge("feature/ABC-1", "inside");
    let read = scratch.read(&RangeRequest::default());
    assert_eq!(messages(&read), ["Merge feature/ABC-1", "inside"]);
}

#[test]
fn the_first_commit_of_all_is_read() {
    let scratch = Scratch::new();
    scratch.commit("first");
    assert_eq!(messages(&scratch.read(&RangeRequest::default())), ["first"]);
}

#[test]
fn a_pull_request_has_none_of_its_targets_commits() {
    let scratch = Scratch::new();
    let base = scratch.commit("base");
    scratch.git(&["checkout", "--quiet", "-b", "feature"]);
    scratch.commit("ABC-1 mine");
    let tip = scratch.commit("ABC-2 mine");
    scratch.git(&["checkout", "--quiet", "main"]);
    let target = scratch.commit("XYZ-9 not mine");
    scratch.git(&["branch", "--quiet", "--move", "elsewhere"]);
    let wanted = RangeRequest {
        target: Some("main".to_owned()),
        ..RangeRequest::default()
    };

    // Jenkins merges the target into the pull request, git servers the other way round.
    let by_jenkins = format!("Merge commit '{target}' into HEAD");
    let by_server = format!("Merge {tip} into {target}");
    for (from, with, message) in [(&tip, &target, by_jenkins), (&target, &tip, by_server)] {
        scratch.git(&["checkout", "--quiet", "--detach", from]);
        scratch.git(&["merge", "--quiet", "--no-ff", "--message", &message, with]);
        let read = scratch.read(&wanted);
        assert_eq!(messages(&read), [message.as_str(), "ABC-2 mine"]);

        scratch.git(&["update-ref", "refs/remotes/origin/main", &target]);
        let read = scratch.read(&wanted);
        assert_eq!(
            messages(&read),
            [message.as_str(), "ABC-2 mine", "ABC-1 mine"]
        );
        scratch.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    }

    scratch.git(&["checkout", "--quiet", "feature"]);
    scratch.git(&["update-ref", "refs/remotes/origin/main", &target]);
    let since_base = RangeRequest {
        since: Some(base.parse().unwrap()),
        ..wanted
    };
    assert_eq!(
        messages(&scratch.read(&since_base)),
        ["ABC-2 mine", "ABC-1 mine"]
    );
}

#[test]
fn a_start_that_is_gone_is_explained() {
    let scratch = Scratch::new();
    scratch.commit("first");
    scratch.commit("second");
    let read = scratch.read(&since("8428e75eecfa2ba54aa79029873b205bc1105b1f"));
    assert_eq!(messages(&read), ["second"]);
    assert!(
        read.warnings[0].what.contains("history was rewritten"),
        "{:?}",
        read.warnings
    );
}

#[test]
fn a_shallow_clone_is_told_how_to_deepen() {
    let scratch = Scratch::new();
    let first = scratch.commit("first");
    scratch.commit("second");
    scratch.commit("third");
    let clone = tempfile::tempdir().unwrap();
    let address = format!("file://{}", scratch.path().display());
    git_in(
        clone.path(),
        &["clone", "--quiet", "--depth=1", &address, "shop"],
    );
    let read = commits(&repository(&clone.path().join("shop")), &since(&first)).unwrap();
    assert_eq!(messages(&read), ["third"]);
    let Warning {
        what: warning,
        advice,
    } = &read.warnings[0];
    assert!(warning.contains("shallow") && advice.contains("--unshallow"));
}

#[test]
fn a_tag_brings_everything_since_the_tag_before() {
    let scratch = Scratch::new();
    scratch.commit("one");
    scratch.git(&["tag", "v1"]);
    scratch.commit("two");
    scratch.commit("three");
    scratch.git(&["tag", "--annotate", "--message", "release ABC-7", "v2"]);
    let wanted = RangeRequest {
        tag: Some("v2".to_owned()),
        ..RangeRequest::default()
    };
    assert_eq!(messages(&scratch.read(&wanted)), ["three", "two"]);
    let repository = repository(scratch.path());
    assert_eq!(
        repository.tag_message("v2").as_deref(),
        Some("release ABC-7\n\n")
    );
    assert_eq!(repository.tag_message("v1"), None);
    assert_eq!(repository.tag_message("none"), None);
}

#[test]
fn a_commit_of_another_repository_falls_back_to_the_checkout() {
    let scratch = Scratch::new();
    scratch.commit("here");
    let wanted = RangeRequest {
        head: Some("8428e75eecfa2ba54aa79029873b205bc1105b1f".parse().unwrap()),
        ..RangeRequest::default()
    };
    let read = scratch.read(&wanted);
    assert_eq!(messages(&read), ["here"]);
    assert!(read.lacks_head);
}

#[test]
fn git_itself_names_the_branch() {
    let scratch = Scratch::new();
    scratch.commit("one");
    let repository = repository(scratch.path());
    assert_eq!(repository.branch().as_deref(), Some("main"));
    scratch.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(
        (repository.branch(), repository.remote_branch()),
        (None, None)
    );
    scratch.git(&["update-ref", "refs/remotes/origin/feature/ABC-1", "HEAD"]);
    assert_eq!(repository.remote_branch().as_deref(), Some("feature/ABC-1"));
    scratch.git(&["update-ref", "refs/remotes/origin/other", "HEAD"]);
    assert_eq!(repository.remote_branch(), None);
}

#[test]
fn no_repository_and_no_commit_are_errors() {
    let empty = tempfile::tempdir().unwrap();
    assert!(commits(&repository(empty.path()), &RangeRequest::default()).is_err());
    assert!(commits(&repository(Path::new("/nowhere")), &RangeRequest::default()).is_err());
    let scratch = Scratch::new();
    assert!(commits(&repository(scratch.path()), &RangeRequest::default()).is_err());
}

/// A filter of the repository that never ends stands for a network drive that hangs.
#[cfg(unix)]
#[test]
fn a_git_that_hangs_is_left_alone() {
    let scratch = Scratch::new();
    scratch.commit("one");
    let slow = scratch.path().join("slow");
    std::fs::write(&slow, "#!/bin/sh\nexec sleep 60\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&slow, mode).unwrap();
    let hanging = Repository::new(scratch.path(), &*MACHINE, Duration::from_millis(300));
    let begin = Instant::now();
    let alias = format!("alias.hang=!{}", slow.display());
    let result = hanging.run(&["-c", &alias, "hang"]);
    assert_eq!(result, Err(GitError::TooSlow));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

/// What is missing in a partial clone stays missing: nothing is fetched for a build's report.
#[test]
fn nothing_is_fetched() {
    let scratch = Scratch::new();
    scratch.commit("one");
    scratch.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = tempfile::tempdir().unwrap();
    let address = format!("file://{}", scratch.path().display());
    let partial = [
        "clone",
        "--quiet",
        "--filter=tree:0",
        "--no-checkout",
        &address,
        "shop",
    ];
    git_in(clone.path(), &partial);
    let shop = clone.path().join("shop");
    let marker = clone.path().join("asked");
    let upload = format!("touch {}; git-upload-pack", marker.display());
    git_in(&shop, &["config", "remote.origin.uploadpack", &upload]);
    let missing = since("1111111111111111111111111111111111111111");
    let read = commits(&repository(&shop), &missing).unwrap();
    assert_eq!(messages(&read), ["one"]);
    assert!(!marker.exists());
}

#[test]
fn a_range_is_cut_at_its_limit() {
    let scratch = Scratch::new();
    let first = scratch.commit("first");
    let mut stream = String::from("feature done\n");
    for number in 1..=5_001 {
        let from = if number == 1 {
            format!("from {first}\n")
        } else {
            String::new()
        };
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {number} +0000\ndata 1\nx\n{from}"
        );
    }
    stream.push_str("done\n");
    let file = scratch.path().join("stream");
    std::fs::write(&file, stream).unwrap();
    let import = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(scratch.path())
        .stdin(std::fs::File::open(&file).unwrap())
        .status();
    assert!(import.unwrap().success());
    let read = scratch.read(&since(&first));
    assert_eq!(read.commits.len(), 5_000);
    assert!(read.warnings[0].what.contains("5000"));
}

#[test]
fn a_record_of_the_log_has_ids_and_a_message() {
    let commit = Commit::of_record("aa bb cc\nsubject\n\nbody\n");
    assert_eq!(
        (commit.id.as_str(), commit.message.as_str()),
        ("aa", "subject\n\nbody\n")
    );
    assert_eq!(commit.parents, ["bb", "cc"]);
    assert_eq!(Commit::of_record("aa").message, "");
}

#[test]
fn messages_that_have_no_room_are_told() {
    let commits = ["aa\none", "bb\ntwo"].map(Commit::of_record);
    assert_eq!(too_large(&commits, 7, "do this"), None);
    let warning = too_large(&commits, 6, "do this").unwrap();
    assert!(warning.what.contains("the first 6 bytes"), "{warning:?}");
}

/// What was never searched for this branch is not searched again.
#[test]
fn a_branch_at_a_merge_of_another_counts_what_that_brought() {
    let scratch = Scratch::new();
    scratch.commit("first");
    scratch.merge("topic", "on topic");
    for branch in ["main", "ABC-1-login"] {
        let name = format!("refs/remotes/origin/{branch}");
        scratch.git(&["update-ref", &name, "HEAD"]);
    }
    let read = scratch.read(&RangeRequest {
        branch: Some("ABC-1-login".to_owned()),
        ..RangeRequest::default()
    });
    assert_eq!(messages(&read), ["Merge topic", "on topic"]);
    assert_eq!(
        read.range.searched(),
        "searched only the newest commit, a merge, and what it brought (2 commits)"
    );
}
