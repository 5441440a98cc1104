//! What was pushed a moment ago. The hooks of pushes at the same time run at the same time, and each would leave to the
//! others what all of them have brought. Whoever notes its own push before it reads the others' is seen by all that come
//! after it, so at least one knows of all.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Memory, Reserved, numbers};
use crate::outbox::name::ItemHash;

/// Most pushes that are noted in one millisecond.
const MAX_TRIES: i64 = 200;

const MAX_READ: usize = 200;

/// The references of a push that there are afterwards, by their full names.
pub(crate) type PushRecord = BTreeMap<String, Moved>;

/// Where a reference was before, and is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moved {
    pub(crate) old: Option<String>,
    pub(crate) new: String,
}

impl Memory<'_> {
    pub(crate) fn note_push(&self, repository: &ItemHash, push: &PushRecord) -> Reserved {
        let now = self.outbox.now();
        let tries = (now..now + MAX_TRIES).map(|at| self.write(&repository.folder(), at, push));
        let mut tries = tries.filter(|reserved| !matches!(reserved, Reserved::Taken));
        let reserved = tries.next().unwrap_or(Reserved::Taken);
        self.clean();
        reserved
    }

    /// What was pushed a moment ago, also by whoever asks.
    pub(crate) fn pushed(&self, repository: &ItemHash) -> Vec<PushRecord> {
        let folder = self.folder.join(repository.folder());
        let mut numbers = numbers(&folder);
        numbers.sort_unstable();
        let newest = numbers.into_iter().rev().take(MAX_READ);
        newest.filter_map(|at| self.record(&folder, at)).collect()
    }
}

/// What pushes have changed together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) names: BTreeSet<String>,
    /// Where these were before all of it: a push that continues another one has no beginning of its own.
    pub(crate) old: BTreeSet<String>,
}

impl Changed {
    pub(crate) fn by(pushes: &[PushRecord]) -> Self {
        let mut changed = Self::default();
        let mut moves: BTreeMap<&str, Vec<&Moved>> = BTreeMap::new();
        for (name, moved) in pushes.iter().flatten() {
            moves.entry(name).or_default().push(moved);
        }
        for (name, moves) in moves {
            changed.names.insert(name.to_owned());
            let is_end = |id: &&String| moves.iter().any(|moved| moved.new == **id);
            let old = || moves.iter().filter_map(|moved| moved.old.as_ref());
            let begins =
                old().any(|id| !is_end(&id)) || moves.iter().any(|moved| moved.old.is_none());
            // There and back: whatever it was, it had before.
            changed
                .old
                .extend(old().filter(|id| !begins || !is_end(id)).cloned());
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Changed, Moved, PushRecord};

    fn push(moves: &[(&str, &str, &str)]) -> PushRecord {
        let moves = moves.iter().map(|(name, old, new)| {
            let old = (!old.is_empty()).then(|| (*old).to_owned());
            let new = (*new).to_owned();
            ((*name).to_owned(), Moved { old, new })
        });
        moves.collect()
    }

    #[test]
    fn only_what_was_there_before_all_of_them_is_old() {
        let cases: &[(&[PushRecord], &str, &str)] = &[
            (&[], "", ""),
            (&[push(&[("x", "a", "b"), ("y", "", "c")])], "x y", "a"),
            (
                &[push(&[("x", "a", "b")]), push(&[("y", "c", "d")])],
                "x y",
                "a c",
            ),
            // One after the other, whichever is looked at first.
            (
                &[push(&[("x", "", "a")]), push(&[("x", "a", "b")])],
                "x",
                "",
            ),
            (
                &[push(&[("x", "b", "c")]), push(&[("x", "a", "b")])],
                "x",
                "a",
            ),
            (
                &[push(&[("x", "a", "b")]), push(&[("y", "b", "c")])],
                "x y",
                "a b",
            ),
            (
                &[push(&[("x", "b", "a")]), push(&[("x", "a", "b")])],
                "x",
                "a b",
            ),
        ];
        let words = |text: &str| -> BTreeSet<String> {
            text.split_whitespace().map(ToOwned::to_owned).collect()
        };
        for (pushes, names, old) in cases {
            let (names, old) = (words(names), words(old));
            assert_eq!(Changed::by(pushes), Changed { names, old }, "{pushes:?}");
        }
    }
}
