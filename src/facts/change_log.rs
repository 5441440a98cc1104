//! Which commits of the change log belong to the run. Jenkins lists those of shared libraries among them; the
//! only difference is that no repository of the workspace has them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Question;
use super::first::OfRun;
use super::further::Repositories;
use super::reverts::{self, Left};
use super::texts::{commit_text, what_is_left};
use crate::changes::Changes;
use crate::domain::issue_key::{Reason, Text};
use crate::git::Commit;

/// What only the log knows. It is not held, but read again whenever it is searched.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog {
    changes: Changes,
    /// The whole messages of these were read from a repository.
    known: HashSet<String>,
    /// These count for nothing. Those of a library may be more than once in the log.
    pub(super) left_out: HashSet<String>,
    /// Nobody knows which files a commit changes that no repository has, and only some files count.
    is_limited: bool,
    /// Places of those of the run of which it does not leave all; nothing when there was no time to find out.
    left: Option<HashMap<usize, Left>>,
}

impl ChangeLog {
    /// All of it belongs to the run.
    pub(super) fn whole(changes: Changes) -> Self {
        let log = Self {
            changes,
            ..Self::default()
        };
        log.without_reverted(&|| false)
    }

    /// The same, without what it takes back itself.
    fn without_reverted(self, is_late: &dyn Fn() -> bool) -> Self {
        let left = if self.changes.may_revert() {
            reverts::left_of_log(|| self.of_run(), is_late)
        } else {
            Some(HashMap::new())
        };
        Self { left, ..self }
    }

    /// Whether there was no time to find out what it takes back.
    pub(super) fn is_unsorted(&self) -> bool {
        self.left.is_none()
    }

    /// These belong to the run.
    fn of_run(&self) -> impl Iterator<Item = Cow<'_, Commit>> {
        let changes = (!self.is_limited).then(|| self.changes.iter());
        changes
            .into_iter()
            .flatten()
            .filter(|entry| !self.left_out.contains(&entry.id) && !self.known.contains(&entry.id))
    }

    /// Its texts, one after the other.
    pub(crate) fn texts(&self) -> impl Iterator<Item = Text> {
        let of_run = self.of_run().enumerate().map(|(place, entry)| {
            let left = self
                .left
                .as_ref()
                .and_then(|left| left.get(&place))
                .cloned();
            what_is_left(commit_text(&entry), left.unwrap_or_default())
        });
        let left_out = (!self.left_out.is_empty()).then(|| self.changes.iter());
        let left_out = left_out.into_iter().flatten();
        let left_out = left_out.filter(|entry| self.left_out.contains(&entry.id));
        of_run.chain(left_out.map(|entry| commit_text(&entry).left_out(Reason::OtherRepository)))
    }
}

/// Sorts the commits of the log by what the repositories have.
pub(super) fn sort(
    question: &Question,
    first: &OfRun<'_>,
    others: &Repositories<'_>,
    is_late: &dyn Fn() -> bool,
) -> ChangeLog {
    let changes = question.changes.clone();
    if changes.is_empty() {
        return ChangeLog::whole(changes);
    }
    let repositories = || first.repository.iter().chain(&others.all);
    let known: HashSet<&str> = repositories().flat_map(|read| read.known()).collect();
    let is_certain = !first.is_uncertain && !others.is_uncertain;
    let mut left_out = HashSet::new();
    if question.sorts_changes && is_certain {
        let ids = changes.full_ids().into_iter();
        let (there, elsewhere): (HashSet<_>, HashSet<_>) =
            ids.partition(|id| known.contains(id.as_str()));
        left_out = elsewhere;
        let is_of_run = question.lacking.is_none() || !there.is_empty();
        if !left_out.is_empty() && (!is_of_run || !are_whole(first, others)) {
            left_out.clear();
        }
    }
    // Where messages are given, those that git read are not searched, and the log stands for them.
    let is_replaced = !question.messages.is_empty();
    let known = known
        .into_iter()
        .filter(|_| !is_replaced)
        .map(ToOwned::to_owned);
    let log = ChangeLog {
        known: known.collect(),
        left_out,
        is_limited: question.sorts_changes && !question.paths.is_empty(),
        changes,
        left: None,
    };
    log.without_reverted(is_late)
}

/// Whether what none of the repositories has cannot be of the run: the commit that was built is there, and nothing was
/// cut off.
fn are_whole(first: &OfRun<'_>, others: &Repositories<'_>) -> bool {
    let is_built_here = match &first.repository {
        Some(read) => !read.found.lacks_head,
        None => first.facts.commit.is_none() && !others.all.is_empty(),
    };
    let mut repositories = first.repository.iter().chain(&others.all);
    is_built_here && !repositories.any(|read| read.found.is_shallow)
}
