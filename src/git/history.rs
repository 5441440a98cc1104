//! Histories and branches, read as git says them: history of any length takes the same memory.

use std::fmt::Write as _;

use super::process::{MAX_WORD, Process, text};
use super::{Commit, GitError, LOG, MAX_OUTPUT, Repository};

/// Longest line of ids before a message, in bytes: a merge of many branches has as many parents.
const MAX_IDS: usize = 4 * 1024;

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
    pub(super) fn input(&self) -> String {
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

impl<'a> Walk<'a> {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn of(process: Process<'a>) -> Self {
        Self(Some(process))
    }
}

impl Walk<'_> {
    /// The next commit with its message; nothing at the end.
    ///
    /// # Errors
    /// When git fails, or the time is up.
    pub(crate) fn next(&mut self) -> Result<Option<Commit>, GitError> {
        let Some(process) = &mut self.0 else {
            return Ok(None);
        };
        // A key may follow a long log that somebody has pasted into the message.
        let Some(record) = process.word(MAX_IDS + MAX_OUTPUT)? else {
            let process = self.0.take();
            process.map_or(Ok(()), Process::finish)?;
            return Ok(None);
        };
        Ok(Some(Commit::of_record(&text(&record))))
    }

    /// All that are left, until their messages are too long to be held.
    ///
    /// # Errors
    /// When git fails, or the time is up.
    pub(super) fn rest(mut self) -> Result<Vec<Commit>, GitError> {
        let (mut commits, mut room) = (Vec::new(), MAX_OUTPUT);
        while room > 0
            && let Some(commit) = self.next()?
        {
            room = room.saturating_sub(commit.message.len());
            commits.push(commit);
        }
        Ok(commits)
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
        let arguments = [&LOG[..], &[&skip, "--stdin"]].concat();
        let process = self.start(&arguments, Some(walked.input()))?;
        Ok(Walk(Some(process)))
    }

    /// How many commits the history has.
    pub(crate) fn count(&self, walked: &Walked) -> Result<usize, GitError> {
        if walked.tips.is_empty() {
            return Ok(0);
        }
        let arguments = ["rev-list", "--count", "--stdin"];
        let output = self
            .start(&arguments, Some(walked.input()))?
            .rest(MAX_WORD)?;
        let number = text(&output).trim().parse();
        number.map_err(|_| GitError::Failed("git returned no commit count".to_owned()))
    }

    /// The branches that match one of the patterns, or all: those of the remote, which are what its server has; in a
    /// clone without any, its own.
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
    pub(crate) fn existing(&self, ids: &[String]) -> Result<Vec<String>, GitError> {
        let found = self.look_up(ids)?;
        Ok(found.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests;
