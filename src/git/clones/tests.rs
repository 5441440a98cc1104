use std::fs;
use std::path::Path;

use super::{MAX_CLONES, MAX_FOLDERS, Place, clone_around, clone_in, clones_below};

#[test]
fn the_clone_around_a_folder_is_the_nearest() {
    let start = folders(&[
        "bare/HEAD",
        "bare/objects",
        "clone/.git",
        "clone/a/HEAD",
        "clone/a/objects",
    ]);
    for (folder, expected) in [
        ("bare", Some(("bare", Place::Bare))),
        ("clone", Some(("clone", Place::Files))),
        ("clone/a", Some(("clone", Place::Files))),
        ("clone/a/objects", Some(("clone", Place::Files))),
        ("bare/objects", None),
        ("nowhere", None),
    ] {
        let real = |folder: &Path| fs::canonicalize(folder).unwrap();
        let found = clone_around(&start.path().join(folder));
        let found = found.map(|clone| (real(&clone.directory), clone.place));
        let expected = expected.map(|(top, place)| (real(&start.path().join(top)), place));
        assert_eq!(found, expected, "{folder}");
    }
    let options = [Place::Files, Place::Bare, Place::Submodule].map(Place::options);
    let files = ["--git-dir=.git", "--work-tree=."];
    assert_eq!(
        options,
        [
            &files[..],
            &["--git-dir=."],
            &["--git-dir=.", "--work-tree=."]
        ]
    );
}

fn folders(names: &[&str]) -> tempfile::TempDir {
    let start = tempfile::tempdir().unwrap();
    for name in names {
        fs::create_dir_all(start.path().join(name)).unwrap();
    }
    start
}

/// The folders below the start in which a clone was found.
fn found(start: &Path) -> (Vec<String>, bool) {
    let (clones, is_cut) = clones_below(start);
    let below = |path: &Path| {
        path.strip_prefix(start)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let folders = clones.iter().map(|clone| below(&clone.directory));
    (folders.collect(), is_cut)
}

#[test]
fn clones_are_found_where_people_put_them() {
    let start = folders(&[
        "b/.git",
        "a/.git",
        "a/inner/.git",
        "libs/java/core/.git",
        "libs/java/core/deep/.git",
        "node_modules/x/.git",
        "target/x/.git",
        ".cache/x/.git",
        "app@tmp/x/.git",
        "app@libs/0123/.git",
        "empty/no.git",
        "new\nline \"'$(x) 🚀/.git",
    ]);
    fs::create_dir(start.path().join("worktree")).unwrap();
    fs::write(start.path().join("worktree/.git"), "gitdir: ../a/.git").unwrap();
    let expected = [
        "a",
        "b",
        "new\nline \"'$(x) 🚀",
        "worktree",
        "a/inner",
        "libs/java/core",
    ];
    assert_eq!(
        found(start.path()),
        (expected.map(str::to_owned).to_vec(), false)
    );
    fs::create_dir(start.path().join(".git")).unwrap();
    assert_eq!(found(start.path()).0[0], "");
}

#[test]
fn what_is_not_there_has_no_clones() {
    assert_eq!(found(Path::new("/nowhere")), (vec![], false));
    let start = folders(&[]);
    assert_eq!(found(start.path()), (vec![], false));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let start = folders(&["a/.git", "b"]);
    symlink(start.path(), start.path().join("b/circle")).unwrap();
    symlink("../a", start.path().join("b/a")).unwrap();
    symlink("../a/.git", start.path().join("b/.git")).unwrap();
    assert_eq!(found(start.path()), (vec!["a".to_owned()], false));
}

#[test]
fn a_search_has_an_end() {
    let start = folders(&["a/.git"]);
    for number in 0..=MAX_FOLDERS {
        fs::create_dir(start.path().join(format!("x{number}"))).unwrap();
    }
    assert_eq!(found(start.path()), (vec!["a".to_owned()], true));
    let start = folders(&[]);
    for number in 0..=MAX_CLONES {
        fs::create_dir_all(start.path().join(format!("x{number}/.git"))).unwrap();
    }
    let (clones, search) = found(start.path());
    assert_eq!((clones.len(), search), (MAX_CLONES, true));
}

#[test]
fn a_folder_is_a_clone_or_not() {
    let start = folders(&["a/.git", "bare/objects", "b"]);
    fs::write(start.path().join("bare/HEAD"), "ref: refs/heads/main").unwrap();
    let place = |name: &str| clone_in(&start.path().join(name)).map(|clone| clone.place);
    assert_eq!(place("a"), Some(Place::Files));
    assert_eq!(place("bare"), Some(Place::Bare));
    assert_eq!((place("b"), place("c")), (None, None));
}
