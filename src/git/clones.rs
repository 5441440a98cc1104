//! The clones in a folder, found without git. The facts look through a workspace by it, and for submodules.

use std::collections::VecDeque;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// So deep below the start clones are looked for: `libs/java/core` is found.
const MAX_DEPTH: usize = 3;

/// Most folders that are opened.
const MAX_FOLDERS: usize = 5_000;

/// Most files and folders that are searched.
const MAX_LOOKED_AT: usize = 200_000;

/// Most clones that are found.
const MAX_CLONES: usize = 32;

/// Folders of other tools, large and with clones that are not of the run; hidden ones are not looked into either.
const NOT_LOOKED_INTO: [&str; 9] = [
    "node_modules",
    "bower_components",
    "target",
    "vendor",
    "_deps",
    "Pods",
    "Carthage",
    "site-packages",
    "__pycache__",
];

/// What Jenkins puts beside its folders: scripts, and the clones of libraries.
const OF_JENKINS: [&str; 3] = ["@tmp", "@libs", "@script"];

/// A folder with a repository of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloneFolder {
    pub(crate) directory: PathBuf,
    pub(super) place: Place,
}

/// What of a clone its folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The files, and git's data below them.
    Files,
    /// Git's data, and no files.
    Bare,
    /// The data of a submodule without its files, whatever its configuration says about their folder.
    Submodule,
}

impl Place {
    /// Git's data, seen from the folder.
    pub(super) fn data(self) -> &'static str {
        match self {
            Self::Files => ".git",
            Self::Bare | Self::Submodule => ".",
        }
    }

    /// What git is given.
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Self::Files => &["--git-dir=.git", "--work-tree=."],
            Self::Bare => &["--git-dir=."],
            Self::Submodule => &["--git-dir=.", "--work-tree=."],
        }
    }
}

/// The clone that the folder is in, as git looks for it; a bare repository only in the folder itself and outside any
/// clone, in which a stranger's files may look like one.
pub(super) fn clone_around(folder: &Path) -> Option<CloneFolder> {
    let whole = fs::canonicalize(folder).ok()?;
    let has_files = |folder: &Path| fs::symlink_metadata(folder.join(".git")).is_ok();
    match whole.ancestors().position(has_files) {
        None | Some(0) => clone_in(folder),
        Some(levels) => Some(CloneFolder {
            directory: folder.join("../".repeat(levels)),
            place: Place::Files,
        }),
    }
}

/// The clone in this very folder, if there is one; a worktree or submodule is one, too.
pub(crate) fn clone_in(folder: &Path) -> Option<CloneFolder> {
    let is_there = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    let is_bare = || is_there("HEAD") && is_there("objects");
    let place = if is_there(".git") {
        Some(Place::Files)
    } else {
        is_bare().then_some(Place::Bare)
    };
    place.map(|place| CloneFolder {
        directory: folder.to_owned(),
        place,
    })
}

/// Looks for clones in a folder and below it, without following links: the uppermost first, those of one depth by their
/// names; and whether there was too much to look at. On a drive that hangs it does, too.
pub(crate) fn clones_below(start: &Path) -> (Vec<CloneFolder>, bool) {
    let mut found = Vec::new();
    let mut looked_at = 0;
    let mut folders = VecDeque::from([(start.to_owned(), 0)]);
    for opened in 0.. {
        let Some((folder, depth)) = folders.pop_front() else {
            break;
        };
        if opened >= MAX_FOLDERS || looked_at >= MAX_LOOKED_AT || found.len() >= MAX_CLONES {
            return (found, true);
        }
        // What cannot be read has no clone that git could read.
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        let mut below = Vec::new();
        for entry in entries.take(MAX_LOOKED_AT - looked_at) {
            looked_at += 1;
            let Ok(entry) = entry else {
                break;
            };
            if entry.file_name() == ".git" && is_no_link(&entry) {
                found.push(CloneFolder {
                    directory: folder.clone(),
                    place: Place::Files,
                });
            } else if depth < MAX_DEPTH && is_looked_into(&entry) {
                below.push(entry.path());
            }
        }
        below.sort_unstable();
        folders.extend(below.into_iter().map(|folder| (folder, depth + 1)));
    }
    (found, false)
}

fn is_no_link(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| !kind.is_symlink())
}

fn is_looked_into(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let is_skipped = name.starts_with('.')
        || NOT_LOOKED_INTO.contains(&name.as_ref())
        || OF_JENKINS.iter().any(|mark| name.contains(mark));
    !is_skipped && entry.file_type().is_ok_and(|kind| kind.is_dir())
}

#[cfg(test)]
mod tests;
