//! How far the history of each repository has been delivered to each site, so that nothing is begun again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::Outbox;
use super::file::{self, Content};
use super::folder;
use super::name::Entity;

/// Longest file that is read, in bytes: a hundred thousand branches.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// How far one repository has been delivered to one site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    /// What decided which commits were sent; when it changes, all has to be sent again.
    pub(crate) rules: String,
    /// Commits whose whole history has been delivered.
    pub(crate) delivered: Vec<String>,
    /// The history that is being delivered.
    pub(crate) under_way: Option<UnderWay>,
    /// The newest commit of each branch as it was delivered.
    pub(crate) branches: BTreeMap<String, String>,
}

/// A history that has been delivered in part, newest commits first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UnderWay {
    pub(crate) tips: Vec<String>,
    pub(crate) excluded: Vec<String>,
    /// How many of its commits are done.
    pub(crate) done: usize,
    /// The last one of those, to see that the order is still the same.
    pub(crate) last: String,
}

/// The folder of what has been delivered.
pub(crate) struct Histories<'a>(&'a Outbox<'a>);

impl<'a> Histories<'a> {
    pub(super) fn new(outbox: &'a Outbox<'a>) -> Self {
        Self(outbox)
    }

    fn path(&self, repository: &Entity) -> PathBuf {
        let file = format!("{}.json", repository.folder());
        self.0.folder().join(HISTORIES).join(file)
    }

    /// What is remembered of a repository at a site; nothing where nothing is, or nothing that can be read.
    pub(crate) fn read(&self, repository: &Entity) -> Option<Progress> {
        match file::read(&self.path(repository), MAX_FILE) {
            Content::Text(text) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, repository: &Entity, progress: &Progress) -> anyhow::Result<()> {
        let path = self.path(repository);
        folder::make(&self.0.folder().join(HISTORIES))?;
        let text = serde_json::json!(progress).to_string();
        file::replace(&path, &self.0.temporary(), &text)
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Folder below the outbox.
const HISTORIES: &str = "history";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Entity, Progress, UnderWay};
    use crate::outbox::{Limits, Outbox};
    use crate::system::fake::FakeMachine;

    #[test]
    fn what_is_written_is_read_and_nonsense_counts_as_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let machine = FakeMachine::default();
        let limits = Limits {
            age: Duration::from_hours(24),
            entries: 10,
            bytes: 1_000_000,
        };
        let outbox = Outbox::open(folder.path(), limits, true, &machine).unwrap();
        let histories = outbox.histories();
        let [one, other] = ["one", "other"]
            .map(|site| Entity::new(site, "devinfo", &json!({"repositoryId": "r"})));
        assert_eq!(histories.read(&one), None);
        let progress = Progress {
            rules: "r".to_owned(),
            delivered: vec!["a".to_owned()],
            under_way: Some(UnderWay {
                tips: vec!["b".to_owned()],
                excluded: vec!["a".to_owned()],
                done: 3,
                last: "c".to_owned(),
            }),
            branches: [("main".to_owned(), "b".to_owned())].into(),
        };
        histories.write(&one, &progress).unwrap();
        histories.write(&one, &progress).unwrap();
        assert_eq!(histories.read(&one), Some(progress));
        assert_eq!(histories.read(&other), None);
        std::fs::write(histories.path(&one), "[").unwrap();
        assert_eq!(histories.read(&one), None);
        assert!(outbox.list(None).due.is_empty());
    }
}
