//! Repositories that do not have all of their history, and time that does not suffice.

use std::time::Duration;

use super::{MACHINE, Scratch, git};
use crate::error::Warning;
use crate::git::{DetailsReader, Repository};

/// The oldest commit of a shallow clone has its parents elsewhere: nothing tells what it changed.
#[test]
fn a_cut_commit_did_not_bring_every_file() {
    let scratch = Scratch::new();
    scratch.write("a", "1\n");
    scratch.commit("first");
    scratch.write("b", "1\n");
    scratch.commit("second");
    scratch.write("c", "1\n");
    let third = scratch.commit("third");
    let clone = tempfile::tempdir().unwrap();
    let address = format!("file://{}", scratch.path().display());
    let arguments = ["clone", "--quiet", "--depth=2", &address, "shop"];
    git(clone.path(), &arguments, b"");
    let repository = Repository::new(
        &clone.path().join("shop"),
        &*MACHINE,
        Duration::from_mins(1),
    );
    let second = scratch.git(&["rev-parse", "HEAD^"]);
    let mut reader = DetailsReader::new(&repository, Duration::from_secs(30));
    let details = reader.read(&[third, second]).unwrap();
    let counts: Vec<_> = details.iter().map(|commit| commit.file_count).collect();
    assert_eq!(counts, [1, 0]);
    assert_eq!(repository.edge().len(), 1);
}

/// A partial clone without contents still tells which files were changed; one without folders not even that.
#[test]
fn a_partial_clone_gives_what_it_has() {
    let scratch = Scratch::new();
    scratch.write("folder/a", "1\n");
    let first = scratch.commit("first");
    scratch.write("folder/a", "2\n");
    let second = scratch.commit("second");
    scratch.git(&["config", "uploadpack.allowFilter", "true"]);
    for (filter, counts, words) in [
        (
            "--filter=blob:none",
            [1, 1],
            "could not count the changed lines of some commits",
        ),
        (
            "--filter=tree:0",
            [0, 0],
            "could not count the changed lines of some commits",
        ),
    ] {
        let clone = tempfile::tempdir().unwrap();
        let address = format!("file://{}", scratch.path().display());
        let arguments = [
            "clone",
            "--quiet",
            "--no-checkout",
            filter,
            &address,
            "shop",
        ];
        git(clone.path(), &arguments, b"");
        let folder = clone.path().join("shop");
        let repository = Repository::new(&folder, &*MACHINE, Duration::from_mins(1));
        let mut reader = DetailsReader::new(&repository, Duration::from_secs(30));
        let details = reader.read(&[second.clone(), first.clone()]).unwrap();
        let found: Vec<_> = details.iter().map(|commit| commit.file_count).collect();
        assert_eq!(found, counts, "{filter}");
        assert!(
            details
                .iter()
                .all(|commit| commit.files.iter().all(|file| file.lines_added == 0))
        );
        let Warning {
            what: warning,
            advice,
        } = reader.warning.unwrap();
        assert!(
            warning.contains(words) && advice.contains("not partial"),
            "{warning}"
        );
    }
}

/// One large file costs the lines of its own commit, of no other.
#[test]
fn what_is_missing_of_one_commit_costs_no_other() {
    let scratch = Scratch::new();
    let mut ids = Vec::new();
    for number in 1..=5 {
        let size = if number == 3 { 4_000 } else { 1 };
        scratch.write(&format!("file{number}"), "x\n".repeat(size));
        ids.push(scratch.commit(&format!("commit {number}")));
    }
    scratch.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = tempfile::tempdir().unwrap();
    let address = format!("file://{}", scratch.path().display());
    let filter = "--filter=blob:limit=1k";
    let arguments = [
        "clone",
        "--quiet",
        "--no-checkout",
        filter,
        &address,
        "shop",
    ];
    git(clone.path(), &arguments, b"");
    let folder = clone.path().join("shop");
    let repository = Repository::new(&folder, &*MACHINE, Duration::from_mins(1));
    for _ in 0..2 {
        let mut reader = DetailsReader::new(&repository, Duration::from_secs(30));
        let details = reader.read(&ids).unwrap();
        let found: Vec<_> = details.iter().map(|commit| commit.id.clone()).collect();
        assert_eq!(found, ids);
        for (number, commit) in details.iter().enumerate() {
            let lines: Vec<u32> = commit.files.iter().map(|file| file.lines_added).collect();
            assert_eq!(lines, [u32::from(number != 2)], "{number}");
        }
        let warning = reader.warning.unwrap().what;
        assert!(!warning.contains('\n'), "{warning:?}");
        ids.reverse();
    }
}

/// The time for comparing is for all of them together: what is necessary has its own.
#[test]
fn slow_comparisons_cost_their_time_once() {
    let scratch = Scratch::new();
    let mut ids = Vec::new();
    for number in 0..3 {
        scratch.write("a", format!("{number}\n"));
        ids.push(scratch.commit("x"));
    }
    let short = Repository::new(scratch.path(), &*MACHINE, Duration::from_mins(1));
    let mut reader = DetailsReader::new(&short, Duration::from_mins(5));
    reader.allow(Duration::ZERO);
    for id in &ids {
        assert_eq!(
            reader.read(std::slice::from_ref(id)).unwrap()[0].file_count,
            0
        );
    }
    reader.allow(Duration::from_mins(1));
    assert_eq!(reader.read(&ids).unwrap()[0].file_count, 1);
}

/// A comparison that takes too long costs the files and their numbers, not the commits.
#[test]
fn no_time_for_files_leaves_the_commits() {
    let scratch = Scratch::new();
    scratch.write("a", "1\n");
    let first = scratch.commit("first");
    let repository = scratch.repository();
    let mut reader = DetailsReader::new(&repository, Duration::ZERO);
    let details = reader.read(std::slice::from_ref(&first)).unwrap();
    assert_eq!(
        (details[0].id.as_str(), details[0].file_count),
        (first.as_str(), 0)
    );
    assert!(
        reader
            .warning
            .take()
            .unwrap()
            .what
            .contains("took too long")
    );
    let unknown = "0".repeat(40);
    assert!(reader.read(&[first, unknown]).is_err());
}
