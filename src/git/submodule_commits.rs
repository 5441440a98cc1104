//! The commits by which a submodule moved. The facts read them in the clones that `submodules.rs` finds.

use super::range::{Commits, OTHERS, Range, Start, limit};
use super::submodules::{Moved, Moving};
use super::{Commit, GitError, Repository};
use crate::domain::revision::short;
use crate::error::Warning;

/// The remedy for a shallow submodule.
const DEEPEN: &str = "clone the submodule whole: in the job's Git settings untick the shallow clone of submodules, or run git fetch --unshallow in it";

impl Repository<'_> {
    /// The commits between where a submodule was and where it is, when this is a clone of it that has it there.
    pub(crate) fn moved_by(&self, moved: &Moved) -> Result<Option<Commits>, GitError> {
        let ids = moved.before.iter().chain([&moved.now]);
        let known = self.commits_named(&ids.cloned().collect::<Vec<_>>())?;
        if !known.contains_key(&moved.now) {
            return Ok(None);
        }
        let edge = self.edge();
        let there = moved.before.iter().filter(|id| known.contains_key(*id));
        let before: Vec<String> = there.cloned().collect();
        let (start, newest, mut commits) = self.between(&before, &moved.now)?;
        let limit = limit(&mut commits, OTHERS);
        let range = Range {
            start,
            commits: commits.len(),
            ..Range::default()
        };
        let is_cut = commits.iter().any(|commit| edge.contains(&commit.id));
        let incomplete = moved.incomplete(&before, &range, is_cut, !edge.is_empty());
        let moving = known
            .get(&newest)
            .filter(|(_, has_submodules)| *has_submodules);
        Ok(Some(Commits {
            head: moved.now.clone(),
            moving: moving.and_then(|_| Moving::new(&newest, &commits, &edge)),
            commits,
            range,
            is_shallow: !edge.is_empty(),
            warnings: incomplete.into_iter().chain(limit).collect(),
            ..Commits::default()
        }))
    }

    /// What is new; where nothing is, what is taken back. With the newest of these commits.
    fn between(
        &self,
        before: &[String],
        now: &str,
    ) -> Result<(Start, String, Vec<Commit>), GitError> {
        let Some(first) = before.first() else {
            let start = Start::Newest { is_whole: false };
            return Ok((start, now.to_owned(), self.head_commits(now, false)?));
        };
        if !before.iter().any(|id| self.are_related(id, now)) {
            let commits = self.head_commits(now, false)?;
            return Ok((Start::Unrelated, now.to_owned(), commits));
        }
        let new = self.log(now, before)?;
        if new.is_empty() {
            // Back from the one of them that has what it had no more.
            for first in before {
                let back = self.log(first, &[now.to_owned()])?;
                if !back.is_empty() {
                    return Ok((Start::MovedBack(first.clone()), first.clone(), back));
                }
            }
        }
        Ok((Start::Moved(first.clone()), now.to_owned(), new))
    }
}

impl Moved {
    /// Says that only a part was searched; with the remedy.
    fn incomplete(
        &self,
        before: &[String],
        range: &Range,
        is_cut: bool,
        is_shallow: bool,
    ) -> Option<Warning> {
        let searched = range.searched();
        let (message, advice) = match self.before.first() {
            None => (
                format!("the submodule is new: {searched}"),
                "name the issues of its earlier commits with --issue-keys, if they belong to it",
            ),
            Some(lost) if before.is_empty() => (
                format!(
                    "{}, where the submodule was before, is not in its clone: {searched}",
                    short(lost)
                ),
                if is_shallow {
                    DEEPEN
                } else {
                    "run git fetch in the submodule, or name the issues with --issue-keys"
                },
            ),
            Some(before) if range.start == Start::Unrelated => (
                format!(
                    "{}, where the submodule was before, has another history: {searched}",
                    short(before)
                ),
                if is_shallow {
                    DEEPEN
                } else {
                    "name the issues of its other commits with --issue-keys, if they belong to it"
                },
            ),
            Some(_) if is_cut => (
                format!(
                    "the clone of the submodule is shallow: {searched}, and those that it lacks are missing"
                ),
                DEEPEN,
            ),
            Some(_) => return None,
        };
        Some(Warning::new(message, advice))
    }
}
