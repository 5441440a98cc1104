//! Issue keys in the order in which they came, each once. What goes into a request or a report collects them here.

use std::collections::HashSet;

use super::issue_key::IssueKey;

/// Such a list.
#[derive(Clone, Default)]
pub(crate) struct DistinctKeys {
    keys: Vec<IssueKey>,
    seen: HashSet<IssueKey>,
}

impl DistinctKeys {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn into_vec(self) -> Vec<IssueKey> {
        self.keys
    }
}

impl Extend<IssueKey> for DistinctKeys {
    fn extend<I: IntoIterator<Item = IssueKey>>(&mut self, keys: I) {
        for key in keys {
            if self.seen.insert(key.clone()) {
                self.keys.push(key);
            }
        }
    }
}

impl FromIterator<IssueKey> for DistinctKeys {
    fn from_iter<I: IntoIterator<Item = IssueKey>>(keys: I) -> Self {
        let mut distinct = Self::default();
        distinct.extend(keys);
        distinct
    }
}
