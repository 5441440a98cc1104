//! Facts from the repository in the workspace, through the `git` command.

mod clones;
mod details;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/git.rs"]
pub(crate) mod fuzz_entry;
mod history;
mod listed;
mod process;
mod range;
mod references;
mod submodule_commits;
mod submodules;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::system::{Deadline, System};
use clones::{Place, clone_around};
use process::Process;

pub(crate) use clones::{CloneFolder, clone_in, clones_below};
pub(crate) use details::{ChangedFile, Details, DetailsReader};
pub(crate) use history::Walk;
pub(crate) use range::{Commits, DEEPEN, PRIMARY, Range, RangeRequest, Start, commits};
pub(crate) use references::Reference;
pub(crate) use submodules::Moved;

/// Longest list of cut commits that is read, in bytes.
const MAX_SHALLOW: u64 = 16 * 1024 * 1024;

/// Longest index that is searched, in bytes.
const MAX_INDEX: u64 = 64 * 1024 * 1024;

/// Longest path in a file, in bytes.
const MAX_PATH: u64 = 64 * 1024;

/// Longest output of one call that is read whole, in bytes.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// The beginning of a call that prints commits with their whole messages, for [`Commit::of_record`].
const LOG: [&str; 5] = [
    "log",
    "-z",
    "--format=%H %P%n%B",
    "--encoding=UTF-8",
    "--no-color",
];

/// One commit with its whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// The ids of its parents, as far as git was asked and has them.
    pub(crate) parents: Vec<String>,
    pub(crate) message: String,
}

impl Commit {
    /// A record of [`LOG`].
    fn of_record(record: &str) -> Self {
        let (ids, message) = record.split_once('\n').unwrap_or((record, ""));
        let ids = ids.split(' ').filter(|id| !id.is_empty());
        let mut ids = ids.map(ToOwned::to_owned);
        Self {
            id: ids.next().unwrap_or_default(),
            parents: ids.collect(),
            message: message.to_owned(),
        }
    }
}

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GitError {
    /// There is no `git` command on this machine.
    NotInstalled,
    /// It did not answer in time.
    TooSlow,
    /// Git's own words.
    Failed(String),
}

impl GitError {
    /// As a sentence.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::NotInstalled => "git is not installed",
            Self::TooSlow => "git did not answer in time",
            Self::Failed(text) => text,
        }
    }
}

/// A folder in which git is called, until the deadline.
#[derive(Clone)]
pub(crate) struct Repository<'a> {
    directory: PathBuf,
    /// What of a clone is there; nothing where there is none.
    place: Option<Place>,
    system: &'a dyn System,
    deadline: Deadline,
}

impl<'a> Repository<'a> {
    /// `patience` is for all calls together: a network drive or a filter of the repository may hang.
    pub(crate) fn new(directory: &Path, system: &'a dyn System, patience: Duration) -> Self {
        // A git that looks for itself refuses clones of other users (safe.directory), which the workspace of a container
        // often is; the versions differ in how that is allowed, and a user's configuration is not ours to replace.
        // And one below the uppermost folder takes every path from there.
        let clone = clone_around(directory);
        let place = clone.as_ref().map(|clone| clone.place);
        let directory = clone.map_or_else(|| directory.to_owned(), |clone| clone.directory);
        Self {
            directory,
            place,
            system,
            deadline: Deadline::after(system, patience),
        }
    }

    /// The clone and no other: where it is broken, git must not take the one around it.
    pub(crate) fn of_clone(
        clone: &CloneFolder,
        system: &'a dyn System,
        patience: Duration,
    ) -> Self {
        Self {
            directory: clone.directory.clone(),
            place: Some(clone.place),
            system,
            deadline: Deadline::after(system, patience),
        }
    }

    /// The uppermost folder of the clone.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn is_bare(&self) -> bool {
        self.place == Some(Place::Bare)
    }

    /// Where git keeps the data of these files; a submodule or a linked worktree has only a note of it.
    fn data(&self) -> Option<PathBuf> {
        let path = self.directory.join(self.place?.data());
        let Some(note) = path.is_file().then(|| read_path(&path)) else {
            return Some(path);
        };
        let note = note?;
        let data = note.strip_prefix("gitdir:")?.trim_start();
        Some(path.parent()?.join(data))
    }

    /// The same of what a linked worktree shares with the clone that it belongs to.
    fn shared_data(&self) -> Option<PathBuf> {
        let data = self.data()?;
        let shared = read_path(&data.join("commondir"));
        Some(shared.map_or_else(|| data.clone(), |shared| data.join(shared)))
    }

    /// The commits whose parents were cut off when the repository was cloned.
    pub(crate) fn edge(&self) -> HashSet<String> {
        let shallow = self.shared_data().map(|data| data.join("shallow"));
        let text = shallow.and_then(|path| crate::files::read_bytes(&path, MAX_SHALLOW).ok());
        let text = text.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// Whether something that is checked out is another repository. With `.gitmodules` or without, the index has it.
    fn has_repositories(&self) -> bool {
        let index = self.data().map(|data| data.join("index"));
        let bytes = index.and_then(|path| crate::files::read_bytes(&path, MAX_INDEX).ok());
        bytes.is_some_and(|bytes| may_have_gitlink(&bytes))
    }

    /// # Errors
    /// When there is no git, or this is not a repository.
    pub(crate) fn check(&self) -> Result<(), GitError> {
        self.run(&["rev-parse", "--git-dir"]).map(drop)
    }

    /// The full id of the commit that the revision names.
    pub(crate) fn resolve(&self, revision: &str) -> Option<String> {
        let commit = format!("{revision}^{{commit}}");
        self.line(&["rev-parse", "--verify", "--quiet", &commit])
    }

    /// The local branch; nothing when the head is detached, as it nearly always is on Jenkins.
    pub(crate) fn branch(&self) -> Option<String> {
        self.line(&["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    /// The one remote branch whose tip is checked out; nothing when there are none or several.
    pub(crate) fn remote_branch(&self) -> Option<String> {
        let format = "--format=%(refname)";
        let refs = self
            .run(&["for-each-ref", "--points-at=HEAD", format, "refs/remotes"])
            .ok()?;
        only_branch(&refs)
    }

    /// The names of the remotes; Jenkins puts one before the branch in `GIT_BRANCH`.
    pub(crate) fn remotes(&self) -> Vec<String> {
        names(&self.run(&["remote"]).unwrap_or_default())
    }

    /// The remote that the repository was cloned from: `origin`, else the first.
    pub(crate) fn remote(&self) -> Option<String> {
        let remotes = self.remotes();
        let origin = remotes.iter().find(|name| *name == "origin");
        origin.or(remotes.first()).cloned()
    }

    /// The clone address of that remote.
    pub(crate) fn remote_url(&self) -> Option<String> {
        let name = format!("remote.{}.url", self.remote()?);
        self.line(&["config", "--get", &name])
    }

    /// The message of an annotated tag; nothing for a lightweight one, which has only its commit's.
    pub(crate) fn tag_message(&self, tag: &str) -> Option<String> {
        let name = format!("refs/tags/{tag}");
        let kind = self.line(&["cat-file", "-t", &name])?;
        let format = "--format=%(contents)";
        (kind == "tag").then(|| self.run(&["for-each-ref", format, &name]).ok())?
    }

    /// Whether history was cut off when it was cloned.
    pub(crate) fn is_shallow(&self) -> bool {
        self.line(&["rev-parse", "--is-shallow-repository"])
            .as_deref()
            == Some("true")
    }

    pub(crate) fn is_ancestor(&self, older: &str, newer: &str) -> bool {
        self.run(&["merge-base", "--is-ancestor", older, newer])
            .is_ok()
    }

    /// Whether the two have a commit in common.
    pub(crate) fn are_related(&self, one: &str, other: &str) -> bool {
        self.line(&["merge-base", one, other]).is_some()
    }

    /// The first line of the output, if there is one.
    fn line(&self, arguments: &[&str]) -> Option<String> {
        single_line(&self.run(arguments).ok()?)
    }

    /// The output of a call.
    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        self.start(arguments, None)?.rest()
    }

    /// The same of a call that reads something.
    fn ask(&self, arguments: &[&str], input: String) -> Result<String, GitError> {
        self.start(arguments, Some(input))?.rest()
    }

    /// A call whose output is read as it comes.
    fn start(&self, arguments: &[&str], input: Option<String>) -> Result<Process<'a>, GitError> {
        self.start_until(arguments, input, self.deadline)
    }

    fn start_until(
        &self,
        arguments: &[&str],
        input: Option<String>,
        deadline: Deadline,
    ) -> Result<Process<'a>, GitError> {
        let place = self.place.map_or(&[][..], Place::options);
        let arguments = [place, arguments].concat();
        Process::start(&self.directory, &arguments, input, self.system, deadline)
    }
}

/// Whether an index lists the commit of another repository. What looks like one and is none costs a look.
fn may_have_gitlink(index: &[u8]) -> bool {
    const MODE: [u8; 4] = 0o160_000_u32.to_be_bytes();
    // The entries of all versions but the fourth begin at multiples of eight bytes behind a head of twelve.
    let is_packed = index.get(7) == Some(&4);
    let step = if is_packed { 1 } else { 8 };
    let modes = index.get(4..).unwrap_or_default();
    modes.windows(MODE.len()).step_by(step).any(|it| it == MODE)
}

/// A path in a small file of git's.
fn read_path(file: &Path) -> Option<String> {
    let bytes = crate::files::read_bytes(file, MAX_PATH).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The branch, when these references are of one branch only.
fn only_branch(references: &str) -> Option<String> {
    let branches = references.lines().filter_map(|name| {
        let (_, branch) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
        (branch != "HEAD" && !branch.is_empty()).then_some(branch)
    });
    let mut branches: Vec<&str> = branches.collect();
    branches.dedup();
    match branches.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn names(output: &str) -> Vec<String> {
    let lines = output.lines().filter(|line| !line.is_empty());
    lines.map(ToOwned::to_owned).collect()
}

fn single_line(output: &str) -> Option<String> {
    let line = output.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
