//! Commits of submodules that the range of a run moves.

mod places;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::{Agent, Run};

/// A repository `libs/core`, which others take in as a submodule, and the workspace of a run.
struct Scene {
    folder: tempfile::TempDir,
    agent: Agent,
}

fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Scene {
    fn new() -> Self {
        let mut agent = Agent::bare();
        let workspace = agent.path().to_str().unwrap().to_owned();
        agent
            .set("JOB_NAME", "shop")
            .set("BUILD_NUMBER", "7")
            .set("BUILD_URL", "https://ci.example.com/job/shop/7/")
            .set("WORKSPACE", &workspace);
        agent.git(&["init", "--quiet", "--initial-branch=main"]);
        Self {
            folder: tempfile::tempdir().unwrap(),
            agent,
        }
    }

    /// A repository elsewhere, with these commits.
    fn library(&self, name: &str, messages: &[&str]) -> PathBuf {
        let path = self.folder.path().join(name);
        if !path.exists() {
            std::fs::create_dir(&path).unwrap();
            git_in(&path, &["init", "--quiet", "--initial-branch=main"]);
        }
        for message in messages {
            git_in(
                &path,
                &["commit", "--quiet", "--allow-empty", "--message", message],
            );
        }
        path
    }

    fn git(&self, arguments: &[&str]) -> String {
        git_in(self.agent.path(), arguments)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Takes the library in.
    fn add(&self, library: &Path, path: &str, name: &str) {
        let from = library.to_str().unwrap();
        let add = [
            "submodule",
            "--quiet",
            "add",
            "--name",
            name,
            "--",
            from,
            path,
        ];
        self.git(&add);
    }

    /// The submodule goes to the newest commit of its library.
    fn update(&self, path: &str) {
        let folder = self.agent.path().join(path);
        git_in(&folder, &["fetch", "--quiet", "origin"]);
        git_in(&folder, &["checkout", "--quiet", "--detach", "origin/main"]);
    }

    fn run(&mut self, since: &str, command: &[&str]) -> Run {
        let head = self.git(&["rev-parse", "HEAD"]);
        self.agent.set("GIT_COMMIT", &head);
        self.agent.set("GIT_PREVIOUS_SUCCESSFUL_COMMIT", since);
        self.agent.run(command)
    }

    /// The keys of a build, sorted, and what it warned of.
    fn keys(&mut self, since: &str) -> (Vec<String>, String) {
        let run = self.run(
            since,
            &["build", "--state=SUCCESS", "--dry-run", "--format=json"],
        );
        let mut keys: Vec<String> =
            serde_json::from_value(run.json()["issue_keys"].clone()).unwrap();
        keys.sort();
        (keys, run.stderr)
    }
}

const CORE: &str = "libs/core";

/// A submodule that was taken in and moves from ABC-1 to ABC-3; the commit before that.
fn moved() -> (Scene, PathBuf, String) {
    let scene = Scene::new();
    let library = scene.library("core", &["ABC-1 old"]);
    scene.add(&library, CORE, "core");
    let before = scene.commit("take core in");
    scene.library("core", &["ABC-2 more", "ABC-3 most"]);
    scene.update(CORE);
    scene.commit("move core");
    (scene, library, before)
}

#[test]
fn its_commits_between_the_two_pointers_count() {
    let (mut scene, _, before) = moved();
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(
        (keys, warnings.contains("warning")),
        (vec!["ABC-2".to_owned(), "ABC-3".to_owned()], false),
        "{warnings}"
    );

    let run = scene.run(&before, &["keys", "--format=json"]);
    let from = git_in(&scene.agent.path().join(CORE), &["rev-parse", "HEAD~2"]);
    assert_eq!(
        run.json()["ranges"][1],
        json!({"repository": CORE, "start": "submodule_before", "from": from, "commits": 2})
    );
    let source = run.json()["found"][0]["source"].to_string();
    assert!(source.ends_with(" in libs/core\""), "{source}");
    let line = format!(
        "searched 2 commits since {}, where the submodule was before",
        &from[..12]
    );
    for command in [
        &["keys"][..],
        &["build", "--dry-run", "--verbose"],
        &["check"],
    ] {
        let run = scene.run(&before, command);
        let all = run.stdout + &run.stderr;
        assert!(all.contains(&line), "{command:?} {all}");
    }

    // The body is about the repository of the run.
    let build = ["build", "--state=SUCCESS", "--dry-run"];
    scene
        .agent
        .set("GIT_URL", "https://git.example.com/acme/shop.git");
    let run = scene.run(&before, &build);
    let body = run.shown_body()["builds"][0].clone();
    let (associations, references) = (&body["associations"], &body["references"]);
    assert_eq!(
        associations[0]["values"],
        json!(["ABC-3", "ABC-2"]),
        "{body}"
    );
    let head = scene.git(&["rev-parse", "HEAD"]);
    let page = "https://git.example.com/acme/shop";
    assert_eq!(
        references[0]["commit"],
        json!({"id": head, "repositoryUri": page})
    );
    assert_eq!(references.as_array().unwrap().len(), 1);
}

#[test]
fn what_did_not_move_does_not_count() {
    let (mut scene, _, _) = moved();
    let head = scene.git(&["rev-parse", "HEAD"]);
    scene.commit("ABC-9 elsewhere");
    assert_eq!(scene.keys(&head).0, ["ABC-9"]);
    // Nothing is new at all.
    let head = scene.git(&["rev-parse", "HEAD"]);
    assert_eq!(scene.keys(&head).0, ["ABC-9"]);
    // Moved there and back again.
    let core = scene.agent.path().join(CORE);
    git_in(&core, &["checkout", "--quiet", "HEAD~1"]);
    scene.commit("back");
    git_in(&core, &["checkout", "--quiet", "origin/main"]);
    scene.commit("forth");
    assert_eq!(scene.keys(&head).0, [""; 0]);
    // Moved back for good: what is taken back.
    git_in(&core, &["checkout", "--quiet", "HEAD~2"]);
    scene.commit("back");
    assert_eq!(scene.keys(&head).0, ["ABC-2", "ABC-3"]);
    let run = scene.run(&head, &["keys"]);
    assert!(
        run.stdout
            .contains("2 commits that the submodule no longer has"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_rollback_takes_its_commits_back() {
    let (mut scene, _, before) = moved();
    let newer = scene.git(&["rev-parse", "HEAD"]);
    scene.git(&["checkout", "--quiet", "--detach", &before]);
    let deployment = [
        "deployment",
        "--environment-id=prod",
        "--state=SUCCESS",
        "--dry-run",
        "--format=json",
        "--deployed-commit",
        &newer,
    ];
    let run = scene.run(&before, &deployment);
    assert_eq!(
        run.json()["issue_keys"],
        json!(["ABC-3", "ABC-2"]),
        "{}",
        run.stderr
    );
}

#[test]
fn a_submodule_that_is_added_counts_with_its_newest_commit() {
    let mut scene = Scene::new();
    let before = scene.commit("begin");
    let library = scene.library("core", &["ABC-1 old", "ABC-2 new"]);
    scene.add(&library, CORE, "core");
    scene.commit("take core in");
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(keys, ["ABC-2"]);
    assert!(
        warnings.contains("libs/core: the submodule is new: searched only the newest commit")
            && warnings.contains("--issue-keys"),
        "{warnings}"
    );
    // Taken out again, nothing is left of it.
    let with = scene.git(&["rev-parse", "HEAD"]);
    scene.git(&["rm", "--quiet", CORE]);
    scene.commit("ABC-9 without core");
    let (keys, warnings) = scene.keys(&with);
    assert_eq!(
        (keys, warnings.contains("warning")),
        (vec!["ABC-9".to_owned()], false)
    );
    // The whole history, and nothing was before it.
    scene.agent.set("TAG_NAME", "v1");
    let run = scene.agent.run(&["keys"]);
    assert!(run.stdout.contains("ABC-9"), "{}", run.stdout);
}

#[test]
fn a_submodule_that_is_not_checked_out_is_said_once() {
    let (mut scene, library, before) = moved();
    let clone = tempfile::tempdir().unwrap();
    let from = scene.agent.path().to_str().unwrap().to_owned();
    git_in(clone.path(), &["clone", "--quiet", &from, "shop"]);
    let shop = clone.path().join("shop");
    scene.agent.set("WORKSPACE", shop.to_str().unwrap());
    let command = [
        "build",
        "--state=SUCCESS",
        "--dry-run",
        "--repository-dir",
        shop.to_str().unwrap(),
    ];
    let run = scene.run(&before, &command);
    let words = "warning: the submodule libs/core moved, and its commits are not in the workspace";
    assert_eq!(run.stderr.matches(words).count(), 1, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("git submodule update --init --recursive"),
        "{}",
        run.stderr
    );
    // It is there, but was not updated.
    git_in(&shop, &["submodule", "--quiet", "update", "--init"]);
    std::fs::remove_dir_all(shop.join(".git/modules")).unwrap();
    std::fs::remove_dir_all(shop.join(CORE)).unwrap();
    let old = library.to_str().unwrap();
    git_in(&shop, &["clone", "--quiet", old, CORE]);
    let core = shop.join(CORE);
    git_in(&core, &["reset", "--quiet", "--hard", "HEAD~2"]);
    git_in(&core, &["update-ref", "-d", "refs/remotes/origin/main"]);
    git_in(&core, &["update-ref", "-d", "refs/remotes/origin/HEAD"]);
    git_in(
        &core,
        &[
            "-c",
            "gc.reflogExpire=now",
            "reflog",
            "expire",
            "--expire=now",
            "--all",
        ],
    );
    git_in(&core, &["gc", "--quiet", "--prune=now"]);
    let run = scene.run(&before, &command);
    assert_eq!(run.stderr.matches(words).count(), 1, "{}", run.stderr);
}

#[test]
fn a_shallow_submodule_is_told_how_to_deepen() {
    let (mut scene, library, before) = moved();
    let core = scene.agent.path().join(CORE);
    let address = format!("file://{}", library.display());
    for depth in ["1", "2"] {
        std::fs::remove_dir_all(&core).unwrap();
        git_in(
            scene.agent.path(),
            &["clone", "--quiet", "--depth", depth, &address, CORE],
        );
        let (found, warnings) = scene.keys(&before);
        assert_eq!(found, ["ABC-3"], "{warnings}");
        let words = "where the submodule was before, is not in its clone: searched only the newest";
        assert!(
            warnings.contains(words) && warnings.contains("--unshallow in it"),
            "{warnings}"
        );
    }
    // Of the repository itself, nobody knows what was before.
    std::fs::remove_dir_all(&core).unwrap();
    let from = format!("file://{}", scene.agent.path().display());
    let clone = tempfile::tempdir().unwrap();
    git_in(
        clone.path(),
        &[
            "clone",
            "--quiet",
            "--depth=1",
            "--recurse-submodules",
            &from,
            "shop",
        ],
    );
    let shop = clone.path().join("shop");
    let run = scene.run(
        &before,
        &["keys", "--repository-dir", shop.to_str().unwrap()],
    );
    assert!(run.stdout.starts_with("no issue keys"), "{}", run.stdout);
    assert!(!run.stderr.contains("libs/core"), "{}", run.stderr);
}

#[test]
fn submodules_of_submodules_count_as_well() {
    let mut scene = Scene::new();
    scene.library("inner", &["ABC-1 old"]);
    let inner = scene.folder.path().join("inner");
    let outer = scene.library("outer", &["ABC-2 old"]);
    git_in(
        &outer,
        &[
            "submodule",
            "--quiet",
            "add",
            inner.to_str().unwrap(),
            "deep",
        ],
    );
    scene.library("outer", &["take deep in"]);
    scene.add(&outer, "out", "out");
    scene.git(&["submodule", "--quiet", "update", "--init", "--recursive"]);
    let before = scene.commit("take out in");
    scene.library("inner", &["ABC-3 new"]);
    git_in(&outer.join("deep"), &["pull", "--quiet"]);
    git_in(&outer, &["add", "deep"]);
    scene.library("outer", &["ABC-4 move deep"]);
    scene.update("out");
    let out = scene.agent.path().join("out");
    git_in(
        &out,
        &["submodule", "--quiet", "update", "--init", "--recursive"],
    );
    scene.commit("ABC-5 move out");
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(keys, ["ABC-3", "ABC-4", "ABC-5"], "{warnings}");
    let ranges = scene.run(&before, &["keys", "--format=json"]).json()["ranges"].clone();
    let names: Vec<_> = ranges
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["repository"].clone())
        .collect();
    assert_eq!(names, [json!("."), json!("out"), json!("out/deep")]);
    scene.git(&["submodule", "--quiet", "deinit", "--force", "--all"]);
    assert_eq!(scene.keys(&before).0, ["ABC-3", "ABC-4", "ABC-5"]);
}

#[test]
fn both_lines_of_a_merge_are_where_it_began() {
    let (mut scene, _, _) = moved();
    // Main moves the submodule; the pull request does not, and has main merged.
    scene.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let main = scene.git(&["rev-parse", "HEAD"]);
    scene.git(&["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    scene.git(&["submodule", "--quiet", "update"]);
    scene.commit("ABC-9 mine");
    scene.git(&["checkout", "--quiet", "--detach"]);
    let message = format!("Merge commit '{main}' into HEAD");
    scene.git(&["merge", "--quiet", "--no-ff", "--message", &message, &main]);
    scene
        .agent
        .set("CHANGE_ID", "1")
        .set("CHANGE_TARGET", "main");
    let head = scene.git(&["rev-parse", "HEAD"]);
    scene.agent.set("GIT_COMMIT", &head);
    let run = scene.agent.run(&["keys", "--format=json"]);
    assert_eq!(run.json()["issue_keys"], json!(["ABC-9"]), "{}", run.stderr);
}

#[test]
fn paths_limit_submodules_as_well() {
    let (mut scene, _, before) = moved();
    for (paths, expected) in [
        ("libs", json!(["ABC-3", "ABC-2"])),
        (CORE, json!(["ABC-3", "ABC-2"])),
        ("web", json!([])),
        (".gitmodules", json!([])),
    ] {
        let run = scene.run(&before, &["keys", "--format=json", "--paths", paths]);
        assert_eq!(run.json()["issue_keys"], expected, "{paths} {}", run.stderr);
    }
}

#[test]
fn submodules_that_are_repositories_of_the_run_are_searched_by_their_pointers() {
    let (mut scene, _, before) = moved();
    let run = scene.run(
        &before,
        &[
            "keys",
            "--format=json",
            "--repositories=.",
            "--repositories=libs/core",
        ],
    );
    let mut found: Vec<String> = serde_json::from_value(run.json()["issue_keys"].clone()).unwrap();
    let run = scene.run(&before, &["keys", "--format=json"]);
    let mut of_submodules: Vec<String> =
        serde_json::from_value(run.json()["issue_keys"].clone()).unwrap();
    found.sort();
    of_submodules.sort();
    // Naming a submodule loses none of the commits between its two pointers.
    assert!(
        of_submodules.len() > 1 && found == of_submodules,
        "{found:?}"
    );
    // What the user names alone is searched.
    let run = scene.run(
        &before,
        &[
            "keys",
            "--format=json",
            "--issue-keys=XYZ-1",
            "--only-issue-keys",
        ],
    );
    assert_eq!(run.json()["issue_keys"], json!(["XYZ-1"]));
}

/// What `ignore` hides from `git status` is there all the same.
#[test]
fn ignored_submodules_count() {
    let (mut scene, _, before) = moved();
    scene.git(&["config", "submodule.core.ignore", "all"]);
    scene.git(&["config", "diff.ignoreSubmodules", "all"]);
    assert_eq!(scene.keys(&before).0, ["ABC-2", "ABC-3"]);
}

#[test]
fn many_submodules_are_named_together() {
    let mut scene = Scene::new();
    let library = scene.library("core", &["ABC-1 old", "ABC-2 new"]);
    let (old, new) = (
        git_in(&library, &["rev-parse", "HEAD~1"]),
        git_in(&library, &["rev-parse", "HEAD"]),
    );
    let entry = |number| format!("[submodule \"s{number}\"]\n\tpath = s{number:03}\n");
    let modules: String = (0..300).map(entry).collect();
    std::fs::write(scene.agent.path().join(".gitmodules"), modules).unwrap();
    scene.git(&["add", ".gitmodules"]);
    let mut commits = Vec::new();
    for id in [&old, &new] {
        for number in 0..300 {
            let entry = format!("160000,{id},s{number:03}");
            scene.git(&["update-index", "--add", "--cacheinfo", &entry]);
        }
        scene.git(&["commit", "--quiet", "--message=move"]);
        commits.push(scene.git(&["rev-parse", "HEAD"]));
    }
    let (keys, warnings) = scene.keys(&commits[0]);
    assert_eq!(keys, [""; 0]);
    assert!(
        warnings.contains("the submodules s000, s001, s002, s003, s004 and 195 more moved"),
        "{warnings}"
    );
    assert!(
        warnings.contains("s200, s201, s202, s203, s204 and 95 more: no more than 200 are read"),
        "{warnings}"
    );
}

/// A branch that began before the range says nothing of where the submodule was when the range began.
#[test]
fn a_merged_branch_from_before_hides_no_move() {
    let (mut scene, _, _) = moved();
    scene.git(&["branch", "feature"]);
    let core = scene.agent.path().join(CORE);
    git_in(&core, &["checkout", "--quiet", "HEAD~2"]);
    let deployed = scene.commit("take the move back");
    scene.git(&["checkout", "--quiet", "feature"]);
    scene.git(&["submodule", "--quiet", "update"]);
    scene.commit("ABC-9 feature");
    scene.git(&["checkout", "--quiet", "main"]);
    scene.git(&["submodule", "--quiet", "update"]);
    scene.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "feature"]);
    git_in(&core, &["checkout", "--quiet", "--detach", "origin/main"]);
    scene.commit("move core again");
    assert_eq!(scene.keys(&deployed).0, ["ABC-2", "ABC-3", "ABC-9"]);
}

/// The submodule comes from another repository now: its history is not what is new.
#[test]
fn a_submodule_with_another_history_counts_with_its_newest_commit() {
    let (mut scene, _, _) = moved();
    let before = scene.git(&["rev-parse", "HEAD"]);
    let other = scene.library("other", &["XYZ-1 old", "XYZ-2 older", "XYZ-3 new"]);
    let core = scene.agent.path().join(CORE);
    git_in(
        &core,
        &["fetch", "--quiet", other.to_str().unwrap(), "main"],
    );
    git_in(&core, &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
    scene.commit("take core from elsewhere");
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(keys, ["XYZ-3"], "{warnings}");
    assert!(
        warnings.contains(
            "where the submodule was before, has another history: searched only the newest commit"
        ) && warnings.contains("--issue-keys"),
        "{warnings}"
    );
}
