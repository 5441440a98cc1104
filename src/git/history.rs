//! Commits with all that is known of them, read as git says it: history of any length takes the same memory.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::process::Process;
use super::{Commit, GitError, MAX_OUTPUT, Repository};
use crate::domain::timestamp::Timestamp;

/// Files of a commit that are kept; the others are counted.
const MAX_FILES: usize = 10;

/// Longest message, name or path that is read, in bytes.
const MAX_WORD: usize = 1024 * 1024;

/// Files larger than this count as binary, whose lines nobody counts; so one file costs a bounded time.
const BIG_FILE: &str = "core.bigFileThreshold=16m";

/// More files than this are not compared with each other to find what was renamed.
const RENAME_LIMIT: &str = "-l400";

/// The remedy for missing files.
const FULL_CLONE: &str = "git 2.31 or later finds them, in a clone that is not partial";

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

/// Which history is walked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Full ids of the newest commits.
    pub(crate) tips: Vec<String>,
    /// What leads to these is left out.
    pub(crate) excluded: Vec<String>,
}

impl Walked {
    /// Revisions as git reads them from its input, one a line.
    fn input(&self) -> String {
        let mut input = String::new();
        for tip in &self.tips {
            let _ = writeln!(input, "{tip}");
        }
        for excluded in &self.excluded {
            let _ = writeln!(input, "^{excluded}");
        }
        input
    }
}

/// The commits of a history, newest first.
pub(crate) struct Walk<'a>(Option<Process<'a>>);

impl Walk<'_> {
    /// The next commit with its message; nothing at the end.
    ///
    /// # Errors
    /// When git fails, or the time is up.
    pub(crate) fn next(&mut self) -> Result<Option<Commit>, GitError> {
        let Some(process) = &mut self.0 else {
            return Ok(None);
        };
        let Some(record) = process.word(MAX_WORD)? else {
            let process = self.0.take();
            process.map_or(Ok(()), Process::finish)?;
            return Ok(None);
        };
        let record = text(&record);
        let (id, message) = record.split_once('\n').unwrap_or((&record, ""));
        Ok(Some(Commit {
            id: id.trim().to_owned(),
            message: message.to_owned(),
        }))
    }
}

/// A branch and its newest commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) tip: String,
}

impl Repository<'_> {
    /// The commits of the history but for the first `skip`, in an order that stays the same.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn walk(&self, walked: &Walked, skip: usize) -> Result<Walk<'_>, GitError> {
        if walked.tips.is_empty() {
            return Ok(Walk(None));
        }
        let skip = format!("--skip={skip}");
        let arguments = [
            "log",
            "-z",
            "--format=%H%n%B",
            "--encoding=UTF-8",
            "--no-color",
            &skip,
            "--stdin",
        ];
        let process = self.start(&arguments, Some(walked.input()))?;
        Ok(Walk(Some(process)))
    }

    /// How many commits the history has.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn count(&self, walked: &Walked) -> Result<usize, GitError> {
        if walked.tips.is_empty() {
            return Ok(0);
        }
        let arguments = ["rev-list", "--count", "--stdin"];
        let output = self
            .start(&arguments, Some(walked.input()))?
            .rest(MAX_WORD)?;
        let number = text(&output).trim().parse();
        number.map_err(|_| GitError::Failed("git counts no commits".to_owned()))
    }

    /// The branches that match one of the patterns, or all: those of the remote, which are what its server has; in a
    /// clone without any, its own.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn branches(&self, patterns: &[String]) -> Result<Vec<Branch>, GitError> {
        let remote = self
            .remote()
            .map(|remote| format!("refs/remotes/{remote}/"));
        for prefix in remote.iter().map(String::as_str).chain(["refs/heads/"]) {
            let mut arguments = vec![
                "for-each-ref".to_owned(),
                "--format=%(objectname)%00%(symref)%00%(refname)%00".to_owned(),
            ];
            if patterns.is_empty() {
                arguments.push(prefix.to_owned());
            }
            arguments.extend(patterns.iter().map(|pattern| format!("{prefix}{pattern}")));
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let mut process = self.start(&arguments, None)?;
            let mut branches = Vec::new();
            while let Some(tip) = process.word(MAX_WORD)? {
                let symbolic = process.word(MAX_WORD)?.unwrap_or_default();
                let Some(name) = process.word(MAX_WORD)? else {
                    break;
                };
                let name = text(&name);
                let name = name.strip_prefix(prefix).unwrap_or(&name).to_owned();
                let tip = text(&tip).trim().to_owned();
                if symbolic.is_empty() {
                    branches.push(Branch { name, tip });
                }
            }
            process.finish()?;
            let is_there = |prefix: &str| {
                let any = self.run(&["for-each-ref", "--count=1", prefix]);
                any.is_ok_and(|refs| !refs.is_empty())
            };
            if !branches.is_empty() || is_there(prefix) {
                return Ok(branches);
            }
        }
        Ok(Vec::new())
    }

    /// The newest commit of a branch on the server, as it was last fetched, when it is at or after this commit.
    pub(crate) fn newer_tip(&self, branch: &str, commit: &str) -> Option<String> {
        let remote = self.remote()?;
        let tip = self.resolve(&format!("refs/remotes/{remote}/{branch}"))?;
        self.is_ancestor(commit, &tip).then_some(tip)
    }

    /// Those of the ids that are commits of this repository.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn existing(&self, ids: &[String]) -> Result<Vec<String>, GitError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let arguments = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
        let mut input = ids.join("\n");
        input.push('\n');
        let output = self.start(&arguments, Some(input))?.rest(MAX_OUTPUT)?;
        let output = text(&output);
        let commits = output
            .lines()
            .filter_map(|line| line.strip_suffix(" commit"));
        Ok(commits.map(ToOwned::to_owned).collect())
    }

    /// The commits whose parents were cut off when the repository was cloned.
    pub(crate) fn shallow_commits(&self) -> HashSet<String> {
        let path = self
            .is_shallow()
            .then(|| self.line(&["rev-parse", "--git-path", "shallow"]));
        let path = path.flatten().map(|path| self.directory.join(path));
        let text = path.and_then(|path| crate::files::read_bytes(&path, MAX_SHALLOW).ok());
        let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }
}

/// Longest list of cut commits that is read, in bytes.
const MAX_SHALLOW: u64 = 16 * 1024 * 1024;

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
                    "comparing files took too long: some commits are sent without theirs"
                        .to_owned(),
                    "a larger --budget gives git more time",
                ),
                (_, Depth::Lines) => (
                    format!("lines cannot be counted: {}", error.text()),
                    FULL_CLONE,
                ),
                _ => (
                    format!("changed files cannot be found: {}", error.text()),
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
        let mut records = Records::new(process);
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

/// Reads the output of `git log -z --raw --numstat`.
struct Records<'a> {
    process: Option<Process<'a>>,
    /// Whether the empty word was read that every record begins with, and that no path is.
    has_begun: bool,
}

impl<'a> Records<'a> {
    fn new(process: Process<'a>) -> Self {
        Self {
            process: Some(process),
            has_begun: false,
        }
    }

    /// The next word; nothing at the end of a git that did not fail.
    fn word(&mut self) -> Result<Option<Vec<u8>>, GitError> {
        let Some(process) = &mut self.process else {
            return Ok(None);
        };
        let word = process.word(MAX_WORD)?;
        if word.is_none() {
            self.process.take().map_or(Ok(()), Process::finish)?;
        }
        Ok(word)
    }

    fn field(&mut self) -> Result<Vec<u8>, GitError> {
        self.word()?
            .ok_or_else(|| GitError::Failed("git's answer breaks off".to_owned()))
    }

    /// A record, once it is certain that git said all of it.
    fn next(&mut self) -> Result<Option<Details>, GitError> {
        if !self.has_begun && self.word()?.is_none() {
            return Ok(None);
        }
        let [id, parents] = [self.field()?, self.field()?];
        let [author_time, commit_time] = [self.field()?, self.field()?];
        let [author_name, author_email] = [self.field()?, self.field()?];
        let message = self.field()?;
        let time = time(&author_time).or_else(|| time(&commit_time));
        let parents = text(&parents);
        let mut details = Details {
            id: text(&id),
            parents: parents.split_whitespace().map(ToOwned::to_owned).collect(),
            author_name: known(&author_name, "%aN"),
            author_email: known(&author_email, "%aE"),
            author_time: time.unwrap_or_else(|| Timestamp::from_second(0)),
            message: text(&message),
            file_count: 0,
            files: Vec::new(),
        };
        // The end of the record but for the files.
        if !self.field()?.is_empty() {
            let id = &details.id;
            return Err(GitError::Failed(format!(
                "git's record of {id} cannot be read"
            )));
        }
        self.has_begun = self.files(&mut details)?;
        Ok(Some(details))
    }

    /// Whether another record begins behind the files.
    fn files(&mut self, details: &mut Details) -> Result<bool, GitError> {
        let mut counted = 0;
        while let Some(word) = self.word()? {
            if word.is_empty() {
                return Ok(true);
            }
            let word = word.strip_prefix(b"\n").unwrap_or(&word);
            if word.starts_with(b":") {
                let change = change(word);
                let mut path = self.field()?;
                if matches!(change, Change::Copied | Change::Moved) {
                    path = self.field()?;
                }
                details.file_count += 1;
                if details.files.len() < MAX_FILES {
                    details.files.push(ChangedFile {
                        path,
                        change,
                        lines_added: 0,
                        lines_removed: 0,
                    });
                }
                continue;
            }
            let mut numbers = word.splitn(3, |byte| *byte == b'\t');
            let added = lines(numbers.next());
            let removed = lines(numbers.next());
            // Where a file was renamed, both paths follow.
            if numbers.next().is_some_and(<[u8]>::is_empty) {
                self.field()?;
                self.field()?;
            }
            // In the order of the files before.
            if let Some(file) = details.files.get_mut(counted) {
                (file.lines_added, file.lines_removed) = (added, removed);
            }
            counted += 1;
        }
        Ok(false)
    }
}

/// From `:100644 100644 OLD NEW R100`.
fn change(word: &[u8]) -> Change {
    let status = word.rsplit(|byte| *byte == b' ').next();
    match status.and_then(<[u8]>::first) {
        Some(b'A') => Change::Added,
        Some(b'C') => Change::Copied,
        Some(b'D') => Change::Deleted,
        // A change of the type of file is one of the file.
        Some(b'M' | b'T') => Change::Modified,
        Some(b'R') => Change::Moved,
        _ => Change::Unknown,
    }
}

/// `-` stands for a file that is not text.
fn lines(word: Option<&[u8]>) -> u32 {
    let digits = word.and_then(|word| std::str::from_utf8(word).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Git writes the placeholder itself where an author line makes no sense.
fn known(word: &[u8], placeholder: &str) -> String {
    let text = text(word);
    if text == placeholder {
        String::new()
    } else {
        text
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Seconds since 1970, which nothing keeps within any calendar; nothing for what is no number.
fn time(word: &[u8]) -> Option<Timestamp> {
    let number: i128 = std::str::from_utf8(word).ok()?.trim().parse().ok()?;
    let limit = i128::from(i64::MAX);
    let seconds = i64::try_from(number.clamp(-limit, limit)).ok()?;
    Some(Timestamp::from_second(seconds))
}

#[cfg(test)]
mod tests;
