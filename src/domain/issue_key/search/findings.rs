//! What a search found.

use std::mem::{Discriminant, discriminant};

use super::super::reason::Reason;
use super::super::text::TextKind;
use super::super::{IssueKey, MAX_ISSUE_KEYS};

/// A key that was kept, with the first place it was found in.
#[derive(Clone, Debug)]
pub(crate) struct FoundKey {
    pub(crate) key: IssueKey,
    pub(crate) place: Place,
    /// How many more times it stands in what was searched.
    pub(crate) again: usize,
}

/// A candidate that was not kept.
#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    pub(crate) candidate: String,
    /// The issue that it names, by itself or by a template.
    pub(crate) key: Option<IssueKey>,
    pub(crate) place: Place,
    pub(crate) reason: Reason,
}

/// Where something stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) kind: TextKind,
    pub(crate) source: String,
    /// The line that it stands in.
    pub(crate) line: String,
    /// Characters before it, counted from the start of the whole text.
    pub(crate) position: usize,
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// In order of first appearance, without duplicates, at most [`MAX_ISSUE_KEYS`].
    pub(crate) found: Vec<FoundKey>,
    /// At most [`MAX_DROPPED`] for each reason, so that a long text cannot fill the memory.
    pub(crate) dropped: Vec<Dropped>,
    /// How many candidates were dropped beyond those.
    pub(crate) dropped_beyond: usize,
    /// The keys that there is no room for, each once, at most [`MAX_CUT`].
    pub(crate) cut: Vec<IssueKey>,
    /// For each reason. There are few, and a search may drop millions of candidates.
    counts: Vec<(Discriminant<Reason>, usize)>,
}

/// Most candidates of one text that are judged: a commit with megabytes of keys must not take the time of all others.
pub(crate) const MAX_IN_TEXT: usize = 100_000;

/// Most dropped candidates that are recorded for one reason.
const MAX_DROPPED: usize = 1_000;

/// Most keys beyond the limit that are counted.
pub(crate) const MAX_CUT: usize = 100_000;

impl Findings {
    /// `named` is what names the issue: the candidate, or what a template made of it.
    pub(super) fn drop(
        &mut self,
        candidate: &str,
        named: &str,
        reason: Reason,
        place: impl FnOnce() -> Place,
    ) {
        if self.count(discriminant(&reason)) > MAX_DROPPED {
            self.dropped_beyond += 1;
            return;
        }
        self.dropped.push(Dropped {
            candidate: cut(candidate),
            key: named.parse().ok(),
            place: place(),
            reason,
        });
    }

    /// How often this happened, with this time.
    fn count(&mut self, reason: Discriminant<Reason>) -> usize {
        if let Some((_, count)) = self.counts.iter_mut().find(|(it, _)| *it == reason) {
            *count += 1;
            return *count;
        }
        self.counts.push((reason, 1));
        1
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &IssueKey> {
        self.found.iter().map(|found| &found.key)
    }

    /// The same without keys that Jira is known not to know, but for those that the user names.
    pub(crate) fn without(mut self, unknown: &[IssueKey]) -> Self {
        let is_unknown = |found: &FoundKey| {
            found.place.kind != TextKind::Explicit && unknown.contains(&found.key)
        };
        let (out, found) = self.found.into_iter().partition(is_unknown);
        self.found = found;
        for FoundKey { key, place, .. } in out {
            self.drop(key.as_str(), key.as_str(), Reason::Unknown, || place);
        }
        self
    }

    /// The same behind the keys that were found before; those stay when there are too many.
    pub(crate) fn after(mut self, before: &[IssueKey]) -> Self {
        self.found.retain(|found| !before.contains(&found.key));
        let earlier = before.iter().map(|key| FoundKey {
            key: key.clone(),
            place: Place {
                kind: TextKind::Explicit,
                source: "the beginning of the run".to_owned(),
                line: key.to_string(),
                position: 0,
            },
            again: 0,
        });
        self.found.splice(0..0, earlier);
        let room = self.found.len().min(MAX_ISSUE_KEYS);
        let beyond = self.found.drain(room..).map(|found| found.key);
        self.cut.retain(|key| !before.contains(key));
        self.cut.splice(0..0, beyond);
        self
    }
}

/// Longest candidate that is shown, in bytes. A key is shorter, and what is not may be as long as the text.
const MAX_CANDIDATE: usize = 1_000;

fn cut(candidate: &str) -> String {
    let end = candidate.floor_char_boundary(MAX_CANDIDATE.min(candidate.len()));
    let dots = if end < candidate.len() { "…" } else { "" };
    format!("{}{dots}", &candidate[..end])
}
