//! Where submodules lie, and what they are called.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{CORE, Scene, git_in, moved};

#[test]
fn a_submodule_without_files_is_read_where_git_keeps_it() {
    for name in ["core", "libs/core", "what ever/ünï"] {
        let mut scene = Scene::new();
        let library = scene.library("core", &["ABC-1 old"]);
        scene.add(&library, CORE, name);
        let before = scene.commit("take core in");
        scene.library("core", &["ABC-2 more"]);
        scene.update(CORE);
        scene.commit("move core");
        scene.git(&["submodule", "--quiet", "deinit", "--force", CORE]);
        assert_eq!(scene.keys(&before).0, ["ABC-2"], "{name}");
        std::fs::remove_dir_all(scene.agent.path().join("libs")).unwrap();
        assert_eq!(scene.keys(&before).0, ["ABC-2"], "{name}");
    }
}

/// Names and paths are a stranger's, and what a configuration says is not done.
#[test]
fn hostile_submodules_lead_nowhere() {
    let (scene, _, _) = moved();
    let outside = scene.library("outside", &["ABC-66 outside", "ABC-67 outside"]);
    let mut scene = scene;
    let before = scene.git(&["rev-parse", "HEAD"]);
    let marker = scene.folder.path().join("marker");
    let old = git_in(&outside, &["rev-parse", "HEAD~1"]);
    let new = git_in(&outside, &["rev-parse", "HEAD"]);
    let elsewhere = format!("../../..{}", outside.join(".git").display());
    let texts = [
        ("../core", outside.to_str().unwrap()),
        (elsewhere.as_str(), "ok"),
        ("x", "../outside"),
        ("x", ".git/modules/core"),
        ("-x", "--output=marker"),
        (":(top)", ":(exclude)libs"),
        ("$(touch marker)", "`touch marker`"),
        ("new\nline", "a\nb"),
        ("../../evil", "libs/../../x"),
    ];
    for (name, path) in texts {
        let quoted = |text: &str| {
            text.replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        };
        let modules = format!(
            "[submodule \"{}\"]\n\tpath = \"{}\"\n\turl = ext::sh -c \"touch {}\"\n\tupdate = !touch {}\n\tignore = all\n[include]\n\tpath = /dev/zero\n[core]\n\tfsmonitor = touch {}\n",
            name.replace('\n', ""),
            quoted(path),
            marker.display(),
            marker.display(),
            marker.display(),
        );
        std::fs::write(scene.agent.path().join(".gitmodules"), modules).unwrap();
        let set = |id: &str| {
            let is_possible = !path.starts_with(['/', '.']) && !path.contains("..");
            let entry = format!("160000,{id},{}", if is_possible { path } else { "ok" });
            scene.git(&["update-index", "--add", "--cacheinfo", &entry]);
        };
        set(&old);
        scene.git(&["add", ".gitmodules"]);
        scene.git(&["commit", "--quiet", "--message=old"]);
        let from = scene.git(&["rev-parse", "HEAD"]);
        set(&new);
        scene.git(&["commit", "--quiet", "--message=ABC-5 new"]);
        let (keys, warnings) = scene.keys(&from);
        assert_eq!(keys, ["ABC-5"], "{name} {path} {warnings}");
        assert!(!marker.exists(), "{name} {path}");
        assert!(!scene.agent.path().join("marker").exists(), "{name} {path}");
        scene.git(&["reset", "--quiet", "--hard", &before]);
    }
    // A folder that leads out of the workspace.
    #[cfg(unix)]
    {
        let (mut scene, library, before) = moved();
        std::fs::remove_dir_all(scene.agent.path().join("libs")).unwrap();
        std::fs::remove_dir_all(scene.agent.path().join(".git/modules")).unwrap();
        std::fs::create_dir(scene.agent.path().join("libs")).unwrap();
        std::os::unix::fs::symlink(&library, scene.agent.path().join(CORE)).unwrap();
        let (keys, warnings) = scene.keys(&before);
        assert_eq!(keys, [""; 0]);
        assert!(warnings.contains("libs/core moved"), "{warnings}");
    }
}

/// A folder below the top one, a folder's own name and a broken file change nothing.
#[test]
fn wherever_it_is_called_and_lies_it_is_found() {
    let keys = ["ABC-2".to_owned(), "ABC-3".to_owned()];
    // From a folder below, as in dir('app') { … }.
    let (mut scene, _, before) = moved();
    let below = scene.agent.path().join("app/x");
    std::fs::create_dir_all(&below).unwrap();
    let below = below.to_str().unwrap().to_owned();
    for options in [&[][..], &["--paths=libs"], &["--paths=libs/core"]] {
        let directory = format!("--repository-dir={below}");
        let fixed = ["build", "--state=SUCCESS", "--dry-run", "--format=json"];
        let run = scene.run(
            &before,
            &[&fixed[..], &[directory.as_str()], options].concat(),
        );
        let mut found: Vec<String> =
            serde_json::from_value(run.json()["issue_keys"].clone()).unwrap();
        found.sort();
        assert_eq!(found, keys, "{options:?} {}", run.stderr);
        assert!(!run.stderr.contains("has no libs"), "{}", run.stderr);
    }
    // The file names a folder that is not there: a workspace that lies elsewhere now.
    let file = scene.agent.path().join(CORE).join(".git");
    std::fs::write(file, "gitdir: /gone/modules/core\n").unwrap();
    assert_eq!(scene.keys(&before).0, keys);
}

#[test]
fn a_submodule_whose_folder_was_renamed_is_the_same() {
    let (mut scene, _, _) = moved();
    let head = scene.git(&["rev-parse", "HEAD"]);
    scene.git(&["mv", CORE, "libs/kernel"]);
    scene.commit("ABC-9 rename");
    let (keys, warnings) = scene.keys(&head);
    assert_eq!(keys, ["ABC-9"], "{warnings}");
    assert!(!warnings.contains("is new"), "{warnings}");
    let run = scene.run(&head, &["keys", "--format=json"]);
    assert_eq!(run.json()["ranges"].as_array().unwrap().len(), 1);
    scene.library("core", &["ABC-4 further"]);
    scene.update("libs/kernel");
    scene.commit("move kernel");
    assert_eq!(scene.keys(&head).0, ["ABC-4", "ABC-9"]);
}

#[test]
fn submodules_that_lie_too_deep_are_named() {
    let mut scene = Scene::new();
    let mut inner = scene.library("lib0", &["ABC-1 old"]);
    for level in 1..=9 {
        let outer = scene.library(&format!("lib{level}"), &["take it in"]);
        let from = inner.to_str().unwrap().to_owned();
        git_in(
            &outer,
            &[
                "submodule",
                "--quiet",
                "add",
                "--name",
                "in",
                "--",
                &from,
                "in",
            ],
        );
        git_in(&outer, &["commit", "--quiet", "-m", "in"]);
        inner = outer;
    }
    let before = scene.commit("begin");
    scene.add(&inner, CORE, "core");
    scene.git(&["submodule", "--quiet", "update", "--init", "--recursive"]);
    scene.commit("take core in");
    let (_, warnings) = scene.keys(&before);
    assert!(
        warnings.contains("no more than 8 levels are read"),
        "{warnings}"
    );
}

/// Whoever writes the file by hand writes it in another way than git.
#[test]
fn odd_names_are_those_that_they_mean() {
    for name in [
        "./libs/core",
        "libs//core",
        "-core",
        "core.path",
        "Core \"q\" [x]",
        "a\\b",
    ] {
        let mut scene = Scene::new();
        let library = scene.library("core", &["ABC-1 old"]);
        scene.add(&library, CORE, "core");
        let from = scene.agent.path().join(".git/modules/core");
        let to = scene.agent.path().join(".git/modules").join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(&from, &to).unwrap();
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!(
            "[submodule \"{quoted}\"]\n\tpath = ./libs/core/\n\turl = {}\n",
            library.display()
        );
        scene.agent.write(".gitmodules", &text);
        let note = format!("gitdir: {}\n", to.display());
        scene.agent.write("libs/core/.git", &note);
        let (file, files) = (to.join("config"), scene.agent.path().join(CORE));
        let (file, files) = (file.to_str().unwrap(), files.to_str().unwrap());
        scene.git(&["config", "--file", file, "core.worktree", files]);
        let before = scene.commit("take core in");
        scene.library("core", &["ABC-2 more"]);
        scene.update(CORE);
        scene.commit("move core");
        for _ in 0..2 {
            let (keys, warnings) = scene.keys(&before);
            assert_eq!(keys, ["ABC-2"], "{name}: {warnings}");
            assert!(!warnings.contains("warning"), "{name}: {warnings}");
            // Without its files, what git keeps is read.
            let _ = std::fs::remove_dir_all(scene.agent.path().join(CORE));
        }
    }
}

#[test]
fn a_linked_worktree_reads_its_own_submodules_and_those_of_its_clone() {
    let (mut scene, _, before) = moved();
    let folder = tempfile::tempdir().unwrap();
    let linked = folder.path().join("linked");
    scene.git(&[
        "worktree",
        "add",
        "--quiet",
        "--detach",
        linked.to_str().unwrap(),
    ]);
    let keys = [
        "keys",
        "--format=json",
        "--repository-dir",
        linked.to_str().unwrap(),
    ];
    let run = scene.run(&before, &keys);
    assert_eq!(
        run.json()["issue_keys"],
        json!(["ABC-3", "ABC-2"]),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    // What was checked out there is newer than what the clone has.
    scene.git(&["submodule", "--quiet", "deinit", "--force", CORE]);
    std::fs::remove_dir_all(scene.agent.path().join(".git/modules")).unwrap();
    git_in(&linked, &["submodule", "--quiet", "update", "--init"]);
    for _ in 0..2 {
        let run = scene.run(&before, &keys);
        assert_eq!(
            run.json()["issue_keys"],
            json!(["ABC-3", "ABC-2"]),
            "{}",
            run.stderr
        );
        std::fs::remove_dir_all(linked.join(CORE)).unwrap();
        std::fs::create_dir(linked.join(CORE)).unwrap();
    }
}

/// Another repository may be committed without a word about where it comes from.
#[test]
fn a_repository_without_a_name_moves_as_well() {
    let mut scene = Scene::new();
    let library = scene.library("core", &["ABC-1 old"]);
    let clone = |from: &Path, to: PathBuf| {
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap().to_owned());
        git_in(from.as_ref(), &["clone", "--quiet", from, &to]);
    };
    clone(&library, scene.agent.path().join(CORE));
    let before = scene.commit("take core in");
    scene.library("core", &["ABC-2 more", "ABC-3 most"]);
    scene.update(CORE);
    scene.commit("move core");
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(keys, ["ABC-2", "ABC-3"], "{warnings}");
    assert!(!warnings.contains("warning"), "{warnings}");
    std::fs::remove_dir_all(scene.agent.path().join(CORE)).unwrap();
    let (keys, warnings) = scene.keys(&before);
    assert_eq!(keys.len(), 0, "{warnings}");
    let words = "the submodule libs/core moved, and its commits are not in the workspace";
    assert!(warnings.contains(words), "{warnings}");
    // Nothing else is.
    let head = scene.git(&["rev-parse", "HEAD"]);
    scene.agent.write("ABC-9.txt", "x");
    scene.git(&["add", "ABC-9.txt"]);
    scene.git(&["commit", "--quiet", "--message=ABC-9 file"]);
    let (keys, warnings) = scene.keys(&head);
    assert_eq!(
        (keys, warnings.contains("warning")),
        (vec!["ABC-9".to_owned()], false),
        "{warnings}"
    );
}
