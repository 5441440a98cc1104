//! Which commits and branches there are.

use std::time::Duration;

use super::{MACHINE, Scratch, git};
use crate::git::{GitError, Repository};

#[test]
fn a_history_is_walked_newest_first() {
    let scratch = Scratch::new();
    let ids: Vec<String> = (1..=5)
        .map(|n| scratch.commit(&format!("commit {n}\n\nbody")))
        .collect();
    let repository = scratch.repository();
    let walk = |tips: &[String], excluded: &[String], skip| {
        let mut walk = repository.walk(tips, excluded, skip).unwrap();
        let mut found = Vec::new();
        while let Some(commit) = walk.next().unwrap() {
            assert!(commit.message.starts_with("commit ") && commit.message.contains("\n\nbody"));
            found.push(commit.id);
        }
        found.reverse();
        found
    };
    let newest = &ids[4..];
    assert_eq!(walk(newest, &[], 0), ids);
    assert_eq!(walk(newest, &[], 2), ids[..3]);
    assert_eq!(repository.count(newest, &[]), Ok(5));
    let older = &ids[1..2];
    assert_eq!(walk(newest, older, 0), ids[2..]);
    assert_eq!(repository.count(newest, older), Ok(3));
    assert_eq!(walk(&[], older, 0), [""; 0]);
    assert_eq!(repository.count(&[], older), Ok(0));
    let unknown = ["0".repeat(40)];
    let result = repository.walk(&unknown, &[], 0).unwrap().next();
    assert!(matches!(result, Err(GitError::Failed(_))), "{result:?}");
}

#[test]
fn branches_are_those_of_the_server() {
    let scratch = Scratch::new();
    let tip = scratch.commit("x");
    scratch.git(&["branch", "feature/ABC-1"]);
    scratch.git(&["branch", "release/1"]);
    let names = |repository: &Repository<'_>, patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let branches = repository.branches(&patterns).unwrap();
        assert!(branches.iter().all(|branch| branch.tip == tip));
        branches
            .into_iter()
            .map(|branch| branch.name)
            .collect::<Vec<_>>()
    };
    let own = scratch.repository();
    assert_eq!(names(&own, &[]), ["feature/ABC-1", "main", "release/1"]);
    assert_eq!(names(&own, &["release/*", "main"]), ["main", "release/1"]);
    assert_eq!(names(&own, &["nothing"]), [""; 0]);
    let clone = tempfile::tempdir().unwrap();
    let address = format!("file://{}", scratch.path().display());
    git(clone.path(), &["clone", "--quiet", &address, "shop"], b"");
    let folder = clone.path().join("shop");
    git(&folder, &["branch", "mine-alone"], b"");
    let cloned = Repository::new(&folder, &*MACHINE, Duration::from_mins(1));
    assert_eq!(names(&cloned, &[]), ["feature/ABC-1", "main", "release/1"]);
    assert_eq!(names(&cloned, &["mine-alone"]), [""; 0]);
}
