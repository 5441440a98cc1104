//! Commits with all that is known of them.

mod records;

use std::collections::HashSet;
use std::time::Duration;

use super::history::revisions;
use super::process::MAX_WORD;
use super::{GitError, Repository};
use crate::domain::timestamp::Timestamp;
use crate::error::Warning;
use crate::system::Deadline;
use records::Records;

#[cfg(any(test, fuzzing))]
pub(super) use records::read_all;

/// Files larger than this count as binary, whose lines nobody counts; so one file costs a bounded time.
const BIG_FILE: &str = "core.bigFileThreshold=16m";

/// More files than this are not compared with each other to find what was renamed.
const RENAME_LIMIT: &str = "-l400";

/// The remedy for missing files.
const FULL_CLONE: &str = "use git 2.31 or later and a clone that is not partial";

/// After so many commits that cannot be compared, no other one is tried: the clone lacks the contents of files.
const MAX_FAILURES: usize = 20;

/// Most commits that are asked for in one call.
const AT_ONCE: usize = 400;

/// A commit as git has it. Texts that are not UTF-8 have replacement characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author_name: String,
    pub(crate) author_email: String,
    pub(crate) author_time: Timestamp,
    pub(crate) message: String,
    /// How many files were changed, the first ones of which are in `files`.
    pub(crate) file_count: usize,
    pub(crate) files: Vec<ChangedFile>,
}

/// What a commit did to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangedFile {
    /// As git has it, which need not be UTF-8.
    pub(crate) path: Vec<u8>,
    /// Git's letter: `A`, `C`, `D`, `M`, `R`, or `T` where it is of another type now.
    pub(crate) change: char,
    /// Zero for what is not text.
    pub(crate) lines_added: u32,
    pub(crate) lines_removed: u32,
}

/// How much is asked of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Changed files and their lines; a merge is compared with its first parent.
    Lines,
    /// Changed files: a partial clone has no contents to count lines in.
    Files,
    /// Nothing that needs a comparison.
    Nothing,
}

/// Reads details of commits, with less where the clone or the time does not allow for more: what is necessary is there
/// without a comparison.
pub(crate) struct DetailsReader<'a> {
    repository: &'a Repository<'a>,
    /// What the clone allows for.
    depth: Depth,
    /// How many commits could not be compared.
    failures: usize,
    shallow: HashSet<String>,
    /// Files are compared until then; what is beyond it goes without.
    compare_until: Deadline,
    /// What kept us from reading all.
    pub(crate) warning: Option<Warning>,
}

impl<'a> DetailsReader<'a> {
    /// `patience` is for comparing files, of all commits together.
    pub(crate) fn new(repository: &'a Repository<'a>, patience: Duration) -> Self {
        Self {
            repository,
            depth: Depth::Lines,
            failures: 0,
            shallow: repository.edge(),
            compare_until: Deadline::after(repository.system, patience),
            warning: None,
        }
    }

    /// So much time from now on for comparing files.
    pub(crate) fn allow(&mut self, patience: Duration) {
        self.compare_until = Deadline::after(self.repository.system, patience);
    }

    /// The details of the commits, in the order of their full ids.
    ///
    /// # Errors
    /// When even the commits themselves cannot be read.
    pub(crate) fn read(&mut self, ids: &[String]) -> Result<Vec<Details>, GitError> {
        let mut details = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            self.read_some(ids, &mut details)?;
        }
        Ok(details)
    }

    fn read_some(&mut self, ids: &[String], details: &mut Vec<Details>) -> Result<(), GitError> {
        let begin = details.len();
        loop {
            let left = &ids[details.len() - begin..];
            let depth = self.depth_now();
            if depth != self.depth {
                self.note(self.depth, &GitError::TooSlow);
            }
            match self.read_at(depth, left, details) {
                Ok(()) => return Ok(()),
                Err(error) if depth == Depth::Nothing => return Err(error),
                Err(GitError::TooSlow) => self.allow(Duration::ZERO),
                // It is the next commit, or the one behind it: git does not say which of them is complete.
                Err(_) => match ids.get(details.len() - begin) {
                    Some(next) => self.read_one(depth, next, details)?,
                    None => return Ok(()),
                },
            }
        }
    }

    fn depth_now(&self) -> Depth {
        let time = self.compare_until.remaining(self.repository.system);
        if time.is_zero() {
            Depth::Nothing
        } else {
            self.depth
        }
    }

    /// One commit, with as much as there is.
    fn read_one(
        &mut self,
        most: Depth,
        id: &String,
        details: &mut Vec<Details>,
    ) -> Result<(), GitError> {
        let mut depth = most;
        loop {
            let error = match self.read_at(depth, std::slice::from_ref(id), details) {
                Ok(()) => break,
                Err(error) if depth == Depth::Nothing => return Err(error),
                Err(error) => error,
            };
            self.note(depth, &error);
            depth = match (&error, depth) {
                (GitError::Failed(_), Depth::Lines) => Depth::Files,
                _ => Depth::Nothing,
            };
        }
        if depth != most {
            self.failures += 1;
            if self.failures >= MAX_FAILURES {
                self.depth = depth;
            }
        }
        Ok(())
    }

    fn note(&mut self, depth: Depth, error: &GitError) {
        let words = error.text().lines().next().unwrap_or_default();
        let (warning, advice) = match (error, depth) {
            (GitError::TooSlow, _) => (
                "comparing files took too long: some commits are sent without their files"
                    .to_owned(),
                "allow more time with --budget",
            ),
            (_, Depth::Lines) => (
                format!("could not count the changed lines of some commits: {words}"),
                FULL_CLONE,
            ),
            _ => (
                format!("could not list the changed files of some commits: {words}"),
                FULL_CLONE,
            ),
        };
        self.warning
            .get_or_insert_with(|| Warning::new(warning, advice));
    }

    /// Adds details until an error; those that were added are whole.
    fn read_at(
        &self,
        depth: Depth,
        ids: &[String],
        details: &mut Vec<Details>,
    ) -> Result<(), GitError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut arguments = vec![
            "-c",
            BIG_FILE,
            "log",
            "-z",
            "--format=%x00%H%x00%P%x00%at%x00%ct%x00%aN%x00%aE%x00%B%x00",
            "--encoding=UTF-8",
            "--no-color",
            "--no-walk=unsorted",
            "--stdin",
        ];
        let compare = [
            "--raw",
            "--diff-merges=first-parent",
            "--root",
            "--no-ext-diff",
            "--no-textconv",
            "--no-relative",
            "--ignore-submodules=none",
        ];
        match depth {
            Depth::Lines => {
                arguments.extend(compare);
                arguments.extend(["--numstat", "-M", "-C", RENAME_LIMIT]);
            }
            Depth::Files => {
                arguments.extend(compare);
                arguments.push("--no-renames");
            }
            Depth::Nothing => arguments.push("--no-patch"),
        }
        let input = revisions(ids, &[]);
        let repository = self.repository;
        let deadline = match depth {
            Depth::Nothing => repository.deadline,
            _ => repository.deadline.at_most(
                repository.system,
                self.compare_until.remaining(repository.system),
            ),
        };
        let mut process = repository.start_until(&arguments, Some(input), deadline)?;
        let mut words = || process.word(MAX_WORD);
        let mut records = Records::new(&mut words);
        for id in ids {
            let Some(mut record) = records.next()? else {
                break;
            };
            if record.id != *id {
                return Err(GitError::Failed(format!("git has no commit {id}")));
            }
            if self.shallow.contains(id) {
                // Compared with nothing, as if the commit had brought every file.
                record.files.clear();
                record.file_count = 0;
                record.parents = repository.named_parents(id);
            }
            details.push(record);
        }
        Ok(())
    }
}
