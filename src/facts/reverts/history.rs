//! The commits of a range, as reverts and merges name them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use super::message::{
    MIN_ID, quoted_subject, request_of, reverted_ids, reverted_request, subject, without_number,
};
use super::reach::Reach;
use crate::git::Commit;
use crate::ordered::ordered;

/// What a revert takes back.
#[derive(Default)]
pub(super) struct Reverted {
    /// In the order of the range, each once.
    pub(super) commits: Vec<usize>,
    /// Whether some of what it names is not in the range.
    pub(super) is_partial: bool,
}

impl Reverted {
    /// Takes these back as well.
    pub(super) fn extend(&mut self, commits: impl IntoIterator<Item = usize>) {
        self.commits.extend(commits);
        self.commits.sort_unstable();
        self.commits.dedup();
    }

    /// Whether it takes back more than these commits, which are in the order of the range.
    pub(super) fn reaches_beyond(&self, commits: &[usize]) -> bool {
        let mut own = self.commits.iter();
        self.is_partial || own.any(|commit| commits.binary_search(commit).is_err())
    }
}

pub(super) struct History<'a> {
    commits: &'a [&'a Commit],
    by_id: BTreeMap<&'a str, usize>,
    /// The newest last.
    by_subject: HashMap<&'a str, Vec<usize>>,
    /// By the numbers of the pull requests that they merged, the newest last.
    by_request: HashMap<String, Vec<usize>>,
    /// Of each, in their order; nothing stands for one that is not in the range.
    parents: Vec<Vec<Option<usize>>>,
    reach: OnceCell<Reach>,
}

impl<'a> History<'a> {
    pub(super) fn new(commits: &'a [&'a Commit]) -> Self {
        let numbered = || commits.iter().enumerate();
        let by_id = numbered().map(|(number, commit)| (commit.id.as_str(), number));
        let by_id = by_id.filter(|(id, _)| id.len() >= MIN_ID);
        let by_id: BTreeMap<&str, usize> = ordered(by_id);
        let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_request: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, commit) in numbered().rev() {
            let subject = without_number(subject(&commit.message));
            by_subject.entry(subject).or_default().push(number);
            if let Some(request) = request_of(&commit.message) {
                by_request.entry(request).or_default().push(number);
            }
        }
        let number = |id: &String| by_id.get(id.as_str()).copied();
        let parents = commits.iter();
        let parents = parents.map(|commit| commit.parents.iter().map(number).collect());
        Self {
            commits,
            parents: parents.collect(),
            by_id,
            by_subject,
            by_request,
            reach: OnceCell::new(),
        }
    }

    /// What a revert takes back, as far as it is there.
    pub(super) fn reverted(&self, revert: usize, gone: &[bool]) -> Reverted {
        let message = &self.commits[revert].message;
        let mut reverted = Reverted::default();
        let mut found = Vec::new();
        for id in reverted_ids(message) {
            match self.find(id) {
                Some(number) => found.push(number),
                None => reverted.is_partial = true,
            }
        }
        if !found.is_empty() {
            reverted.extend(found);
            return reverted;
        }
        // Without an id, or with one from before a rebase. The nearest before it.
        let quoted = quoted_subject(subject(message)).map(without_number);
        let same = quoted.and_then(|quoted| self.by_subject.get(quoted));
        let request = || self.by_request.get(reverted_request(message)?);
        let mut same = same.or_else(request).into_iter().flatten().rev();
        let nearest = same.find(|number| **number > revert && !gone[**number]);
        Reverted {
            commits: nearest.copied().into_iter().collect(),
            is_partial: false,
        }
    }

    fn find(&self, id: &str) -> Option<usize> {
        let (found, number) = self.by_id.range(id..).next()?;
        found.starts_with(id).then_some(*number)
    }

    /// Whether it is a merge whose second parent is over; of more parents nothing is known so quickly.
    pub(super) fn may_bring_nothing(&self, merge: usize, is_over: impl Fn(usize) -> bool) -> bool {
        match self.parents[merge].as_slice() {
            [] | [_] => false,
            [_, second] => second.is_some_and(is_over),
            _ => true,
        }
    }

    /// What a merge brought besides its first parent's history, in the order of the range.
    pub(super) fn brought_by(&self, merge: usize) -> Vec<usize> {
        match self.parents[merge].as_slice() {
            [] | [_] => Vec::new(),
            [first, others @ ..] => {
                let reach = self.reach.get_or_init(|| Reach::new(&self.parents));
                reach.beyond(*first, others)
            }
        }
    }
}
