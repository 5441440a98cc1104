//! Which commits of a range take each other back, and what the range leaves of each.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::git::Commit;

mod message;

pub(crate) use message::is_revert;
use message::{
    MIN_ID, quoted_subject, request_of, reverted_ids, reverted_request, subject, without_number,
};

/// So much of the messages of others reverts hold together, in bytes. Further ones count as a whole.
const MAX_TAKEN_BACK: usize = 16 * 1024 * 1024;

/// What the range leaves of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Left {
    #[default]
    All,
    Nothing,
    /// It takes others back, and counts without the issues of these messages.
    Without(Vec<String>),
}

/// What is left of each of the commits, which come newest first.
pub(super) fn left(commits: &[&Commit]) -> Vec<Left> {
    if !commits.iter().any(|commit| is_revert(&commit.message)) {
        return vec![Left::All; commits.len()];
    }
    let history = History::new(commits);
    let mut gone = vec![false; commits.len()];
    let mut reverts: BTreeMap<usize, Reverted> = BTreeMap::new();
    for (number, commit) in commits.iter().enumerate() {
        // A revert that is itself taken back takes nothing back.
        if gone[number] || !is_revert(&commit.message) {
            continue;
        }
        let mut reverted = history.reverted(number, &gone);
        let new = reverted.commits.iter().filter(|target| !gone[**target]);
        let brought: HashSet<usize> = new.flat_map(|it| history.brought_by(*it)).collect();
        reverted.commits.extend(brought);
        for target in &reverted.commits {
            gone[*target] = true;
        }
        if !reverted.commits.is_empty() {
            reverts.insert(number, reverted);
        }
    }
    // A merge of nothing but that brings nothing. The oldest first, since merges are merged in turn.
    let mut merged_by = HashMap::new();
    for number in (0..commits.len()).rev() {
        let is_over = |number: usize| gone[number] || reverts.contains_key(&number);
        if gone[number] || !history.may_bring_nothing(number, is_over) {
            continue;
        }
        let brought = history.brought_by(number);
        if brought.is_empty() || !brought.iter().all(|brought| is_over(*brought)) {
            continue;
        }
        let taken = brought.iter().filter_map(|brought| reverts.get(brought));
        let mut all = Reverted::default();
        for reverted in taken.filter(|it| it.reaches_beyond(&brought)) {
            all.commits.extend(&reverted.commits);
            all.is_whole &= reverted.is_whole;
        }
        if all.commits.is_empty() {
            gone[number] = true;
            merged_by.extend(brought.into_iter().map(|brought| (brought, number)));
        } else {
            reverts.insert(number, all);
        }
    }
    let mut room = MAX_TAKEN_BACK;
    let left = commits.iter().enumerate().map(|(number, commit)| {
        if gone[number] {
            return Left::Nothing;
        }
        let Some(reverted) = reverts.get(&number) else {
            return Left::All;
        };
        let quoted = quoted_subject(subject(&commit.message)).filter(|_| reverted.is_whole);
        // The issue may be named only by the merge that brought them.
        let merges = reverted.commits.iter().filter_map(|it| merged_by.get(it));
        let merges: BTreeSet<&usize> = merges.collect();
        let taken = reverted.commits.iter().chain(merges.iter().copied());
        let messages = taken.map(|number| commits[*number].message.as_str());
        let size = messages.clone().map(str::len).sum();
        let Some(left_over) = room.checked_sub(size) else {
            return Left::All;
        };
        room = left_over;
        Left::Without(messages.chain(quoted).map(ToOwned::to_owned).collect())
    });
    left.collect()
}

/// The same of a log without merges that is not held, the newest first: the places of those of which not all is left. It is
/// read only for reverts, and for what these may mean.
pub(super) fn left_of_log<'a, I: Iterator<Item = Cow<'a, Commit>>>(
    log: impl Fn() -> I,
) -> HashMap<usize, Left> {
    let reverts = log().filter(|commit| is_revert(&commit.message));
    let (mut ids, mut subjects, mut requests) = (HashSet::new(), HashSet::new(), HashSet::new());
    for revert in reverts {
        ids.extend(reverted_ids(&revert.message).map(|id| id[..MIN_ID].to_owned()));
        let quoted = quoted_subject(subject(&revert.message));
        subjects.extend(quoted.map(|quoted| without_number(quoted).to_owned()));
        requests.extend(reverted_request(&revert.message).map(ToOwned::to_owned));
    }
    if ids.is_empty() && subjects.is_empty() && requests.is_empty() {
        return HashMap::new();
    }
    let may_be_meant = |commit: &Commit| {
        commit.id.get(..MIN_ID).is_some_and(|id| ids.contains(id))
            || subjects.contains(without_number(subject(&commit.message)))
            || request_of(&commit.message).is_some_and(|number| requests.contains(&number))
            || is_revert(&commit.message)
    };
    let numbered = log().enumerate().filter(|(_, commit)| may_be_meant(commit));
    let (places, commits): (Vec<usize>, Vec<_>) = numbered.unzip();
    let commits: Vec<&Commit> = commits.iter().map(AsRef::as_ref).collect();
    let left = places.into_iter().zip(left(&commits));
    left.filter(|(_, left)| *left != Left::All).collect()
}

/// What a revert takes back.
struct Reverted {
    commits: HashSet<usize>,
    /// Whether all that it names is in the range.
    is_whole: bool,
}

impl Default for Reverted {
    fn default() -> Self {
        Self {
            commits: HashSet::new(),
            is_whole: true,
        }
    }
}

impl Reverted {
    /// Whether it takes back more than these commits.
    fn reaches_beyond(&self, commits: &HashSet<usize>) -> bool {
        !self.is_whole || !self.commits.is_subset(commits)
    }
}

struct History<'a> {
    commits: &'a [&'a Commit],
    by_id: BTreeMap<&'a str, usize>,
    /// The newest last.
    by_subject: HashMap<&'a str, Vec<usize>>,
    /// By the numbers of the pull requests that they merged, the newest last.
    by_request: HashMap<String, Vec<usize>>,
}

impl<'a> History<'a> {
    fn new(commits: &'a [&'a Commit]) -> Self {
        let numbered = || commits.iter().enumerate();
        let by_id = numbered().map(|(number, commit)| (commit.id.as_str(), number));
        let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_request: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, commit) in numbered().rev() {
            let subject = without_number(subject(&commit.message));
            by_subject.entry(subject).or_default().push(number);
            if let Some(request) = request_of(&commit.message) {
                by_request.entry(request).or_default().push(number);
            }
        }
        Self {
            commits,
            by_id: by_id.filter(|(id, _)| id.len() >= MIN_ID).collect(),
            by_subject,
            by_request,
        }
    }

    /// What a revert takes back, as far as it is there.
    fn reverted(&self, revert: usize, gone: &[bool]) -> Reverted {
        let message = &self.commits[revert].message;
        let named: Vec<Option<usize>> = reverted_ids(message).map(|id| self.find(id)).collect();
        let commits: HashSet<usize> = named.iter().flatten().copied().collect();
        if !commits.is_empty() {
            let is_whole = named.iter().all(Option::is_some);
            return Reverted { commits, is_whole };
        }
        // Without an id, or with one from before a rebase. The nearest before it.
        let quoted = quoted_subject(subject(message)).map(without_number);
        let same = quoted.and_then(|quoted| self.by_subject.get(quoted));
        let request = || self.by_request.get(reverted_request(message)?);
        let mut same = same.or_else(request).into_iter().flatten().rev();
        let nearest = same.find(|number| **number > revert && !gone[**number]);
        Reverted {
            commits: nearest.copied().into_iter().collect(),
            is_whole: true,
        }
    }

    fn find(&self, id: &str) -> Option<usize> {
        let (found, number) = self.by_id.range(id..).next()?;
        found.starts_with(id).then_some(*number)
    }

    /// Whether it is a merge whose second parent is over; of more parents nothing is known so quickly.
    fn may_bring_nothing(&self, merge: usize, is_over: impl Fn(usize) -> bool) -> bool {
        let number = |id: &String| self.by_id.get(id.as_str());
        match self.parents_of(merge) {
            [] | [_] => false,
            [_, second] => number(second).is_some_and(|number| is_over(*number)),
            _ => true,
        }
    }

    /// What a merge brought besides its first parent's history.
    fn brought_by(&self, merge: usize) -> HashSet<usize> {
        let parents = self.parents_of(merge);
        let Some((first, others)) = parents
            .split_first()
            .filter(|(_, others)| !others.is_empty())
        else {
            return HashSet::new();
        };
        let kept = self.reach(std::slice::from_ref(first));
        let brought = self.reach(others);
        brought.difference(&kept).copied().collect()
    }

    /// The commits of the range that lead to these, and themselves.
    fn reach(&self, heads: &[String]) -> HashSet<usize> {
        let number = |id: &String| self.by_id.get(id.as_str()).copied();
        let mut open: Vec<usize> = heads.iter().filter_map(number).collect();
        let mut seen = HashSet::new();
        while let Some(commit) = open.pop() {
            if seen.insert(commit) {
                open.extend(self.parents_of(commit).iter().filter_map(number));
            }
        }
        seen
    }

    fn parents_of(&self, commit: usize) -> &[String] {
        &self.commits[commit].parents
    }
}

#[cfg(test)]
mod tests;
