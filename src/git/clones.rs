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
    /// Whether the folder holds git's data itself, and no files.
    is_bare: bool,
}

impl CloneFolder {
    /// Where the clone is, seen from the folder.
    pub(super) fn place(&self) -> Place {
        if self.is_bare {
            Place::of_data()
        } else {
            Place::above(0)
        }
    }
}

/// Where a clone is, seen from a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Git's data.
    pub(super) data: String,
    /// The uppermost folder of the files; a bare repository has none.
    pub(super) files: Option<String>,
}

impl Place {
    /// The clone that the folder is in, as git looks for it; a bare repository only in the folder itself and outside any
    /// clone, in which a stranger's files may look like one.
    pub(super) fn around(folder: &Path) -> Option<Self> {
        let whole = fs::canonicalize(folder).ok()?;
        let has_files = |folder: &Path| fs::symlink_metadata(folder.join(".git")).is_ok();
        let levels = whole.ancestors().position(has_files);
        let bare = || clone_in(folder).map(|_| Self::of_data());
        levels.map(Self::above).or_else(bare)
    }

    /// The uppermost folder, and the place as it is seen from there.
    pub(super) fn at_top(self, folder: &Path) -> (PathBuf, Self) {
        match self.files.as_deref().filter(|files| *files != ".") {
            Some(files) => (folder.join(files), Self::above(0)),
            None => (folder.to_owned(), self),
        }
    }

    fn above(levels: usize) -> Self {
        let up = "../".repeat(levels);
        Self {
            data: format!("{up}.git"),
            files: Some(format!("{up}.")),
        }
    }

    /// The folder itself holds git's data.
    fn of_data() -> Self {
        Self {
            data: ".".to_owned(),
            files: None,
        }
    }

    /// The data of a submodule without its files, whatever its configuration says about their folder.
    pub(super) fn of_submodule() -> Self {
        Self {
            files: Some(".".to_owned()),
            ..Self::of_data()
        }
    }

    /// What git is given.
    pub(super) fn options(&self) -> impl Iterator<Item = String> {
        let files = self
            .files
            .iter()
            .map(|files| format!("--work-tree={files}"));
        std::iter::once(format!("--git-dir={}", self.data)).chain(files)
    }
}

/// The clone in this very folder, if there is one; a worktree or submodule is one, too.
pub(crate) fn clone_in(folder: &Path) -> Option<CloneFolder> {
    let is_there = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    let has_files = is_there(".git");
    let is_bare = !has_files && is_there("HEAD") && is_there("objects");
    (has_files || is_bare).then(|| CloneFolder {
        directory: folder.to_owned(),
        is_bare,
    })
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clones {
    /// The uppermost first, those of one depth by their names.
    pub(crate) found: Vec<CloneFolder>,
    /// Whether there was too much to look at.
    pub(crate) is_cut: bool,
}

/// Looks for clones in a folder and below it, without following links. On a drive that hangs it does, too.
pub(crate) fn clones_below(start: &Path) -> Clones {
    let mut clones = Clones {
        found: Vec::new(),
        is_cut: false,
    };
    let mut looked_at = 0;
    let mut folders = VecDeque::from([(start.to_owned(), 0)]);
    for opened in 0.. {
        let Some((folder, depth)) = folders.pop_front() else {
            break;
        };
        let is_full = clones.found.len() >= MAX_CLONES;
        if opened >= MAX_FOLDERS || looked_at >= MAX_LOOKED_AT || is_full {
            clones.is_cut = true;
            break;
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
                clones.found.push(CloneFolder {
                    directory: folder.clone(),
                    is_bare: false,
                });
            } else if depth < MAX_DEPTH && is_looked_into(&entry) {
                below.push(entry.path());
            }
        }
        below.sort();
        folders.extend(below.into_iter().map(|folder| (folder, depth + 1)));
    }
    clones
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
