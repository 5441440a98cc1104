//! Which commits of a range take each other back, and what the range leaves of each.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Notes;
use crate::git::Commit;
use crate::ordered::ordered;

mod history;
mod message;
mod reach;

use history::{History, Reverted};
pub(crate) use message::is_revert;
use message::{
    MIN_ID, quoted_subject, request_of, reverted_ids, reverted_request, subject, without_number,
};

/// So much of the messages of others reverts hold together, in bytes. Further ones count as a whole.
const MAX_TAKEN_BACK: usize = 16 * 1024 * 1024;

/// What each of these messages takes besides its text, in bytes.
const BESIDES: usize = 256;

/// What the range leaves of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Left {
    #[default]
    All,
    Nothing,
    /// It takes others back, and counts without the issues of these messages.
    Without(Vec<String>),
}

/// What is said when there is no time for it: all counts then.
pub(super) fn unknown() -> Notes {
    Notes::warning(
        "there was not enough time to tell which commits were reverted: the issue keys of reverted commits count as well",
        "allow more time with --budget, or name a nearer start of the range with --since REV",
    )
}

/// What is left of each of the commits, which come newest first; nothing when that takes too long.
pub(super) fn left(commits: &[&Commit], is_late: &dyn Fn() -> bool) -> Option<Vec<Left>> {
    let are_reverts = commits.iter().map(|commit| is_revert(&commit.message));
    let are_reverts: Vec<bool> = are_reverts.collect();
    if !are_reverts.contains(&true) {
        return Some(vec![Left::All; commits.len()]);
    }
    let history = History::new(commits);
    let mut gone = vec![false; commits.len()];
    let mut reverts: BTreeMap<usize, Reverted> = BTreeMap::new();
    for number in 0..commits.len() {
        // A revert that is itself taken back takes nothing back.
        if gone[number] || !are_reverts[number] {
            continue;
        }
        if is_late() {
            return None;
        }
        let mut reverted = history.reverted(number, &gone);
        let new = reverted.commits.iter().filter(|target| !gone[**target]);
        let brought: Vec<usize> = new.flat_map(|it| history.brought_by(*it)).collect();
        reverted.extend(brought);
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
        if is_late() {
            return None;
        }
        let brought = history.brought_by(number);
        if brought.is_empty() || !brought.iter().all(|brought| is_over(*brought)) {
            continue;
        }
        let taken = brought.iter().filter_map(|brought| reverts.get(brought));
        let mut all = Reverted::default();
        for reverted in taken.filter(|it| it.reaches_beyond(&brought)) {
            all.extend(reverted.commits.iter().copied());
            all.is_partial |= reverted.is_partial;
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
        let quoted = quoted_subject(subject(&commit.message)).filter(|_| !reverted.is_partial);
        // The issue may be named only by the merge that brought them.
        let merges = reverted.commits.iter().filter_map(|it| merged_by.get(it));
        let merges: BTreeSet<&usize> = ordered(merges);
        let taken = reverted.commits.iter().chain(merges.iter().copied());
        let messages = taken.map(|number| commits[*number].message.as_str());
        let size = messages.clone().map(|message| message.len() + BESIDES);
        let Some(left_over) = room.checked_sub(size.sum()) else {
            return Left::All;
        };
        room = left_over;
        Left::Without(messages.chain(quoted).map(ToOwned::to_owned).collect())
    });
    Some(left.collect())
}

/// The same of a log without merges that is not held, the newest first: the places of those of which not all is left. It is
/// read only for reverts, and for what these may mean. Nothing when that takes too long.
pub(super) fn left_of_log<'a, I: Iterator<Item = Cow<'a, Commit>>>(
    log: impl Fn() -> I,
    is_late: &dyn Fn() -> bool,
) -> Option<HashMap<usize, Left>> {
    let reverts = log().filter(|commit| is_revert(&commit.message));
    let (mut ids, mut subjects, mut requests) = (HashSet::new(), HashSet::new(), HashSet::new());
    for revert in reverts {
        ids.extend(reverted_ids(&revert.message).map(|id| id[..MIN_ID].to_owned()));
        let quoted = quoted_subject(subject(&revert.message));
        subjects.extend(quoted.map(|quoted| without_number(quoted).to_owned()));
        requests.extend(reverted_request(&revert.message).map(ToOwned::to_owned));
    }
    if ids.is_empty() && subjects.is_empty() && requests.is_empty() {
        return Some(HashMap::new());
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
    let left = places.into_iter().zip(left(&commits, is_late)?);
    Some(left.filter(|(_, left)| *left != Left::All).collect())
}

#[cfg(test)]
mod tests;
