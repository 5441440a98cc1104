//! Which commits of the change log belong to the run. Jenkins lists those of shared libraries among them; the
//! only difference is that no repository of the workspace has them.

use std::collections::HashSet;

use super::Question;
use super::first::OfRun;
use super::further::Others;
use crate::domain::revision::is_full_id;
use crate::git::Commit;

/// Most commits that repositories are asked for; those beyond count.
const MAX_ASKED: usize = 5_000;

/// The commits that a repository can be asked for. Other systems than git have other ids.
pub(super) fn ids(entries: &[Commit]) -> Vec<String> {
    let ids = entries.iter().map(|entry| &entry.id);
    let mut seen = HashSet::new();
    ids.filter(|id| is_full_id(id) && seen.insert(id.as_str()))
        .take(MAX_ASKED)
        .cloned()
        .collect()
}

/// Whether it may be a log of git: it is empty, or has commits that are git's.
pub(super) fn is_of_git(entries: &[Commit]) -> bool {
    entries.is_empty() || entries.iter().any(|entry| is_full_id(&entry.id))
}

/// What only the log knows.
pub(super) struct ChangeLog<'a> {
    /// These belong to the run; only their first lines are known.
    pub(super) of_run: Vec<&'a Commit>,
    /// These count for nothing. Those of a library may be more than once in the log.
    pub(super) left_out: HashSet<&'a str>,
}

/// Sorts the commits of the log by what the repositories have.
pub(super) fn sort<'a>(
    question: &'a Question,
    first: &OfRun<'_>,
    others: &Others<'_>,
) -> ChangeLog<'a> {
    let repositories = || first.repository.iter().chain(&others.read);
    let known: HashSet<&str> = repositories().flat_map(|read| read.known()).collect();
    let is_certain = !first.is_uncertain && !others.is_uncertain;
    let mut left_out = HashSet::new();
    if question.sorts_changes && is_certain {
        let ids = question.changes.iter().map(|entry| entry.id.as_str());
        let ids = ids.filter(|id| is_full_id(id)).take(MAX_ASKED);
        let (there, elsewhere): (Vec<&str>, Vec<&str>) = ids.partition(|id| known.contains(id));
        left_out = elsewhere.into_iter().collect();
        let is_of_run = question.lacking.is_none() || !there.is_empty();
        if !left_out.is_empty() && (!is_of_run || !are_whole(first, others)) {
            left_out.clear();
        }
    }
    // Where messages are given, those that git read are not searched, and the log stands for them.
    let is_replaced = !question.messages.is_empty();
    // Nobody knows which files a commit changes that no repository has.
    let is_limited = question.sorts_changes && !question.paths.is_empty();
    let entries = question.changes.iter().filter(|_| !is_limited);
    let of_run = entries.filter(|entry| {
        let id = entry.id.as_str();
        !left_out.contains(id) && (is_replaced || !known.contains(id))
    });
    ChangeLog {
        of_run: of_run.collect(),
        left_out,
    }
}

/// Whether what none of the repositories has cannot be of the run: the commit that was built is there, and nothing was
/// cut off.
fn are_whole(first: &OfRun<'_>, others: &Others<'_>) -> bool {
    let is_built_here = match &first.repository {
        Some(read) => !read.lacks_head,
        None => first.commit.is_none() && !others.read.is_empty(),
    };
    let mut repositories = first.repository.iter().chain(&others.read);
    is_built_here && !repositories.any(|read| read.is_shallow)
}

#[cfg(test)]
mod tests {
    use super::{Commit, MAX_ASKED, ids, is_full_id};

    #[test]
    fn only_full_ids_are_asked_for() {
        let cases = [
            ("8428e75eecfa2ba54aa79029873b205bc1105b1f", true),
            ("8428E75EECFA2BA54AA79029873B205BC1105B1F", false),
            ("8428e75eecfa", false),
            ("1234", false),
            ("", false),
            ("8428e75eecfa2ba54aa79029873b205bc1105b1\n", false),
            ("--batch-all-objects8428e75eecfa2ba54aa79", false),
        ];
        for (id, expected) in cases {
            assert_eq!(is_full_id(id), expected, "{id:?}");
        }
        assert!(is_full_id(&"a".repeat(64)));
    }

    #[test]
    fn each_commit_is_asked_for_once_and_not_without_end() {
        let entry = |number: usize| Commit {
            id: format!("{number:040x}"),
            message: String::new(),
            ..Commit::default()
        };
        let entries = (0..MAX_ASKED + 10).flat_map(|number| [entry(number), entry(number)]);
        let ids = ids(&entries.collect::<Vec<_>>());
        assert_eq!(ids.len(), MAX_ASKED);
        assert_eq!(ids[1], entry(1).id);
    }
}
