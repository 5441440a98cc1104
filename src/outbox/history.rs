//! How far the history of each repository has been delivered to each site, so that nothing is begun again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

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
    /// The newest commit of each branch as it was looked at.
    pub(crate) branches: BTreeMap<String, String>,
    /// The branches that Jira has.
    pub(crate) sent_branches: BTreeSet<String>,
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Progress, UnderWay};
    use crate::outbox::{ItemHash, Limits, Outbox};
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
            .map(|site| ItemHash::new(site, "devinfo", &json!({"repositoryId": "r"})));
        assert_eq!(histories.read::<Progress>(&one), None);
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
            sent_branches: ["main".to_owned()].into(),
        };
        histories.write(&one, &progress).unwrap();
        histories.write(&one, &progress).unwrap();
        assert_eq!(histories.read(&one), Some(progress));
        assert_eq!(histories.read::<Progress>(&other), None);
        std::fs::write(histories.path(&one), "[").unwrap();
        assert_eq!(histories.read::<Progress>(&one), None);
        assert!(outbox.list(None).due.is_empty());
    }
}
