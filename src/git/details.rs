//! Commits with all that is known of them.

mod records;

use std::collections::HashSet;
use std::time::Duration;

use super::process::{MAX_WORD, Process};
use super::{GitError, Repository};
use crate::domain::timestamp::Timestamp;
use records::{Records, Words};

#[cfg(any(test, fuzzing))]
pub(super) use records::read_all;

/// Files larger than this count as binary, whose lines nobody counts; so one file costs a bounded time.
const BIG_FILE: &str = "core.bigFileThreshold=16m";

/// More files than this are not compared with each other to find what was renamed.
const RENAME_LIMIT: &str = "-l400";

/// The remedy for missing files.
const FULL_CLONE: &str = "use git 2.31 or later and a clone that is not partial";

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
    pub(crate) change: Change,
    /// Zero for what is not text.
    pub(crate) lines_added: u32,
    pub(crate) lines_removed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Copied,
    Deleted,
    Modified,
    Moved,
    Unknown,
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

/// Reads details of commits, with less where the clone or the time does not allow for more.
pub(crate) struct DetailsReader<'a> {
    repository: &'a Repository<'a>,
    /// What the clone allows for.
    depth: Depth,
    shallow: HashSet<String>,
    /// For comparing the files of one call of git; what is beyond it goes without.
    patience: Duration,
    /// What kept us from reading all, with what can be done about it.
    pub(crate) warning: Option<(String, String)>,
}

impl<'a> DetailsReader<'a> {
    pub(crate) fn new(repository: &'a Repository<'a>, patience: Duration) -> Self {
        Self {
            repository,
            depth: Depth::Lines,
            shallow: repository.shallow_commits(),
            patience,
            warning: None,
        }
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
        let mut depth = self.depth;
        loop {
            let left = &ids[details.len() - begin..];
            let error = match self.read_at(depth, left, details) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if depth == Depth::Nothing {
                return Err(error);
            }
            let (warning, advice) = match (&error, depth) {
                (GitError::TooSlow, _) => (
                    "comparing files took too long: some commits are sent without their files"
                        .to_owned(),
                    "allow more time with --budget",
                ),
                (_, Depth::Lines) => (
                    format!("could not count changed lines: {}", error.text()),
                    FULL_CLONE,
                ),
                _ => (
                    format!("could not list changed files: {}", error.text()),
                    FULL_CLONE,
                ),
            };
            self.warning
                .get_or_insert_with(|| (warning, advice.to_owned()));
            depth = match (&error, depth) {
                (GitError::Failed(_), Depth::Lines) => Depth::Files,
                _ => Depth::Nothing,
            };
            // What is missing stays missing; the next commits may be quicker.
            if error != GitError::TooSlow {
                self.depth = depth;
            }
        }
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
        let mut input = ids.join("\n");
        input.push('\n');
        let repository = self.repository;
        let deadline = match depth {
            Depth::Nothing => repository.deadline,
            _ => repository
                .deadline
                .at_most(repository.system, self.patience),
        };
        let process = repository.start_until(&arguments, Some(input), deadline)?;
        let mut records = Records::new(Said(Some(process)));
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
            }
            details.push(record);
        }
        Ok(())
    }
}

/// What a git says that is being read.
struct Said<'a>(Option<Process<'a>>);

impl Words for Said<'_> {
    fn word(&mut self) -> Result<Option<Vec<u8>>, GitError> {
        let Some(process) = &mut self.0 else {
            return Ok(None);
        };
        let word = process.word(MAX_WORD)?;
        if word.is_none() {
            self.0.take().map_or(Ok(()), Process::finish)?;
        }
        Ok(word)
    }
}
