//! Which commits of a range take each other back, so that the range leaves nothing of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::git::Commit;

/// How the subject of a revert begins, before that of what it takes back.
const REVERT: &str = "Revert \"";

/// Shortest id that a revert may name.
const MIN_ID: usize = 7;

/// For each of the commits, which come newest first, whether it and its revert are both among them.
pub(super) fn taken_back(commits: &[&Commit]) -> Vec<bool> {
    let mut gone = vec![false; commits.len()];
    if !commits.iter().any(|commit| is_revert(&commit.message)) {
        return gone;
    }
    let history = History::new(commits);
    for (number, commit) in commits.iter().enumerate() {
        // A revert that is itself taken back takes nothing back.
        if gone[number] || !is_revert(&commit.message) {
            continue;
        }
        let targets = history.targets(number, &gone);
        if targets.is_empty() {
            continue;
        }
        gone[number] = true;
        for target in targets {
            gone[target] = true;
            for brought in history.brought_by(target) {
                gone[brought] = true;
            }
        }
    }
    // A merge of nothing but that brings nothing. The oldest first, since merges are merged in turn.
    for number in (0..commits.len()).rev() {
        if !history.may_bring_nothing(number, &gone) {
            continue;
        }
        let brought = history.brought_by(number);
        if !brought.is_empty() && brought.iter().all(|brought| gone[*brought]) {
            gone[number] = true;
        }
    }
    gone
}

/// The same of a log without merges that is not held, the newest first: the places of those that are taken back. It is read
/// only for reverts, and for what these may mean.
pub(super) fn taken_back_in<'a, I: Iterator<Item = Cow<'a, Commit>>>(
    log: impl Fn() -> I,
) -> HashSet<usize> {
    let reverts = log().filter(|commit| is_revert(&commit.message));
    let (mut ids, mut subjects) = (HashSet::new(), HashSet::new());
    for revert in reverts {
        ids.extend(reverted_ids(&revert.message).map(|id| id[..MIN_ID].to_owned()));
        let quoted = quoted_subject(subject(&revert.message));
        subjects.extend(quoted.map(|quoted| without_number(quoted).to_owned()));
    }
    if ids.is_empty() && subjects.is_empty() {
        return HashSet::new();
    }
    let may_be_meant = |commit: &Commit| {
        commit.id.get(..MIN_ID).is_some_and(|id| ids.contains(id))
            || subjects.contains(without_number(subject(&commit.message)))
            || is_revert(&commit.message)
    };
    let numbered = log().enumerate().filter(|(_, commit)| may_be_meant(commit));
    let (places, commits): (Vec<usize>, Vec<_>) = numbered.unzip();
    let commits: Vec<&Commit> = commits.iter().map(AsRef::as_ref).collect();
    let gone = taken_back(&commits).into_iter().zip(places);
    gone.filter_map(|(is_gone, place)| is_gone.then_some(place))
        .collect()
}

struct History<'a> {
    commits: &'a [&'a Commit],
    by_id: BTreeMap<&'a str, usize>,
    /// The newest last.
    by_subject: HashMap<&'a str, Vec<usize>>,
}

impl<'a> History<'a> {
    fn new(commits: &'a [&'a Commit]) -> Self {
        let numbered = || commits.iter().enumerate();
        let by_id = numbered().map(|(number, commit)| (commit.id.as_str(), number));
        let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, commit) in numbered().rev() {
            let subject = without_number(subject(&commit.message));
            by_subject.entry(subject).or_default().push(number);
        }
        Self {
            commits,
            by_id: by_id.filter(|(id, _)| id.len() >= MIN_ID).collect(),
            by_subject,
        }
    }

    /// The commits that a revert takes back; none when one of them is not there.
    fn targets(&self, revert: usize, gone: &[bool]) -> Vec<usize> {
        let message = &self.commits[revert].message;
        let named: Vec<Option<usize>> = reverted_ids(message).map(|id| self.find(id)).collect();
        let found: Vec<usize> = named.iter().flatten().copied().collect();
        if !found.is_empty() {
            let is_whole = found.len() == named.len();
            return if is_whole { found } else { Vec::new() };
        }
        // Without an id, or with one from before a rebase. The nearest before it.
        let quoted = quoted_subject(subject(message)).map(without_number);
        let same = quoted.and_then(|quoted| self.by_subject.get(quoted));
        let mut same = same.into_iter().flatten().rev();
        let nearest = same.find(|number| **number > revert && !gone[**number]);
        nearest.copied().into_iter().collect()
    }

    fn find(&self, id: &str) -> Option<usize> {
        let (found, number) = self.by_id.range(id..).next()?;
        found.starts_with(id).then_some(*number)
    }

    /// Whether it is a merge whose second parent is gone; of more parents nothing is known so quickly.
    fn may_bring_nothing(&self, merge: usize, gone: &[bool]) -> bool {
        let number = |id: &String| self.by_id.get(id.as_str());
        match self.parents_of(merge) {
            [] | [_] => false,
            [_, second] => number(second).is_some_and(|number| gone[*number]),
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

fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim_end()
}

pub(crate) fn is_revert(message: &str) -> bool {
    let is_quoting = message.starts_with(REVERT) && quoted_subject(subject(message)).is_some();
    is_quoting || reverted_ids(message).next().is_some()
}

/// The ids in "This reverts commit 8428e75…", as git writes it below the subject of a revert, also of a reapplied one.
fn reverted_ids(message: &str) -> impl Iterator<Item = &str> {
    // Of all messages of a log nearly none has one, and few have its first letter.
    let behind = memchr::memchr_iter(b'T', message.as_bytes())
        .filter_map(|at| message[at..].strip_prefix("This reverts commit "));
    let ids = behind.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit());
        &rest[..end.unwrap_or(rest.len())]
    });
    ids.filter(|id| id.len() >= MIN_ID)
}

/// The subject of the commit that is taken back: `Revert "ABC-1 login"`, behind which GitHub puts a number.
fn quoted_subject(subject: &str) -> Option<&str> {
    let (quoted, behind) = subject.strip_prefix(REVERT)?.rsplit_once('"')?;
    let is_whole = behind.is_empty() || behind.starts_with(" (");
    (is_whole && !quoted.is_empty()).then_some(quoted)
}

/// Without the ` (#12)` that GitHub puts behind the title of a pull request.
fn without_number(subject: &str) -> &str {
    let Some((before, number)) = subject.rsplit_once(" (#") else {
        return subject;
    };
    let digits = number.strip_suffix(')').unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { before } else { subject }
}

#[cfg(test)]
mod tests;
