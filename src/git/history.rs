//! Histories and branches, read as git says them: history of any length takes the same memory.

use super::process::{Process, text};
use super::{Commit, GitError, LOG, MAX_OUTPUT, Reference, Repository};

/// Longest line of ids before a message, in bytes: a merge of many branches has as many parents.
const MAX_IDS: usize = 4 * 1024;

/// Revisions as git reads them from its input, one a line: what leads to these tips, but not to what is excluded.
pub(super) fn revisions(tips: &[String], excluded: &[String]) -> String {
    let excluded = excluded.iter().flat_map(|id| ["^", id, "\n"]);
    let tips = tips.iter().flat_map(|id| [id, "\n"]);
    tips.chain(excluded).collect()
}

/// The commits of a history, newest first.
pub(crate) struct Walk<'a>(Option<Process<'a>>);

impl Walk<'_> {
    /// The next commit with its message; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Commit>, GitError> {
        let Some(process) = &mut self.0 else {
            return Ok(None);
        };
        // A key may follow a long log that somebody has pasted into the message.
        let record = process.word(MAX_IDS + MAX_OUTPUT)?;
        Ok(record.map(|record| Commit::of_record(&text(&record))))
    }

    /// All that are left, until their messages are too long to be held.
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

impl Repository<'_> {
    /// The log of what leads to the tips and not to what is excluded; nothing leads to none.
    pub(super) fn logged(
        &self,
        option: &str,
        tips: &[String],
        excluded: &[String],
    ) -> Result<Walk<'_>, GitError> {
        if tips.is_empty() {
            return Ok(Walk(None));
        }
        let arguments = [&LOG[..], &[option, "--stdin"]].concat();
        let process = self.start(&arguments, Some(revisions(tips, excluded)))?;
        Ok(Walk(Some(process)))
    }

    /// The commits of the history but for the first `skip`, in an order that stays the same.
    pub(crate) fn walk(
        &self,
        tips: &[String],
        excluded: &[String],
        skip: usize,
    ) -> Result<Walk<'_>, GitError> {
        self.logged(&format!("--skip={skip}"), tips, excluded)
    }

    /// The commits themselves, without what leads to them, in their order; each with its whole message.
    pub(crate) fn each(&self, ids: &[String]) -> Result<Walk<'_>, GitError> {
        self.logged("--no-walk=unsorted", ids, &[])
    }

    /// How many commits the history has.
    pub(crate) fn count(&self, tips: &[String], excluded: &[String]) -> Result<usize, GitError> {
        if tips.is_empty() {
            return Ok(0);
        }
        let arguments = ["rev-list", "--count", "--stdin"];
        let output = self.ask(&arguments, revisions(tips, excluded))?;
        let number = output.trim().parse();
        number.map_err(|_| GitError::Failed("git returned no commit count".to_owned()))
    }

    /// The branches that match one of the patterns, or all: those of the remote, which are what its server has; in a
    /// clone without any, its own.
    pub(crate) fn branches(&self, patterns: &[String]) -> Result<Vec<Reference>, GitError> {
        let remote = self
            .remote()
            .map(|remote| format!("refs/remotes/{remote}/"));
        for prefix in remote.iter().map(String::as_str).chain(["refs/heads/"]) {
            let mut selection: Vec<String> = patterns
                .iter()
                .map(|pattern| format!("{prefix}{pattern}"))
                .collect();
            if patterns.is_empty() {
                selection.push(prefix.to_owned());
            }
            let format = "--format=%(objectname) %(symref) %(refname)%00";
            let arguments = ["for-each-ref", format].into_iter();
            let arguments = arguments.chain(selection.iter().map(String::as_str));
            let mut process = self.start(&arguments.collect::<Vec<_>>(), None)?;
            let mut branches = Vec::new();
            while let Some(reference) = process.text()? {
                let words: Vec<&str> = reference.trim_start().split(' ').collect();
                if let [tip, "", name] = words[..] {
                    branches.push(Reference {
                        name: name.strip_prefix(prefix).unwrap_or(name).to_owned(),
                        tip: tip.to_owned(),
                    });
                }
            }
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
