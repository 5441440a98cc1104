//! What a build or deployment belongs to: issues, services, commits, repositories.

use std::str::FromStr;

use serde::Serialize;
use serde_json::{Value, json};

use super::entity_ids::RepositoryId;
use super::issue_key::IssueKey;
use super::text::{is_allowed, is_number};

/// Most values of all types together on one build or deployment.
pub(crate) const MAX_VALUES: usize = 500;

/// The numeric id of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssueId(String);

impl FromStr for IssueId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !is_number(text) || text.starts_with('0') || text.len() > 255 {
            return Err("expected the number of an issue, such as 10042".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// Id or key of a service of Jira Service Management.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct ServiceId(String);

impl FromStr for ServiceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let allowed = text.chars().all(|c| is_allowed(c) && !c.is_control());
        if text.is_empty() || text.chars().count() > 255 || !allowed {
            return Err("expected the id of a service: 1 to 255 characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// A commit that was sent as development information, `REPOSITORY_ID:COMMIT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitReference {
    commit_hash: String,
    repository_id: RepositoryId,
}

impl FromStr for CommitReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (repository, commit) = text
            .split_once(':')
            .ok_or("expected REPOSITORY_ID:COMMIT")?;
        let commit = commit.trim();
        let hexadecimal = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(7..=255).contains(&commit.len()) || !hexadecimal {
            return Err(format!("{commit:?} is not the id of a commit"));
        }
        Ok(Self {
            commit_hash: commit.to_ascii_lowercase(),
            repository_id: repository.parse()?,
        })
    }
}

/// The blocks of `associations` of one build or deployment (Builds and Deployments API), 500 values at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Associations(Vec<Value>);

/// What the user names besides issue keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct OtherAssociations {
    pub(crate) issue_ids: Vec<IssueId>,
    pub(crate) services: Vec<ServiceId>,
    pub(crate) commits: Vec<CommitReference>,
    pub(crate) repositories: Vec<RepositoryId>,
}

/// What there was no room for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) issue_keys: Vec<IssueKey>,
    /// Issue ids, services, commits and repositories.
    pub(crate) others: usize,
}

impl Associations {
    /// Commits, repositories and services give way first when there are too many values, then issue keys from the
    /// end. The second value is what was left out.
    pub(crate) fn new(
        keys: &mut dyn Iterator<Item = &IssueKey>,
        others: &OtherAssociations,
    ) -> (Self, Cut) {
        let mut room = Room {
            left: MAX_VALUES,
            cut: 0,
        };
        let mut issues = room.take(&mut others.issue_ids.iter().map(|id| json!(id.0)));
        let keys: Vec<&IssueKey> = keys.collect();
        let (taken, cut) = keys.split_at(keys.len().min(room.left));
        issues.extend(room.take(&mut taken.iter().map(|key| json!(key))));
        let services = room.take(&mut others.services.iter().map(|id| json!(id)));
        let repositories = others.repositories.iter();
        let mut repositories = repositories.map(|id| json!({ "repositoryId": id }));
        let repositories = room.take(&mut repositories);
        let commits = room.take(&mut others.commits.iter().map(|commit| json!(commit)));
        let blocks = [
            ("issueIdOrKeys", issues),
            ("serviceIdOrKeys", services),
            ("commit", commits),
            ("repository", repositories),
        ];
        // Jira refuses the whole request for an empty block.
        let blocks = blocks.into_iter().filter(|(_, values)| !values.is_empty());
        let blocks =
            blocks.map(|(kind, values)| json!({"associationType": kind, "values": values}));
        let cut = Cut {
            issue_keys: cut.iter().copied().cloned().collect(),
            others: room.cut,
        };
        (Self(blocks.collect()), cut)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many blocks there are; Jira takes three on a deployment.
    pub(crate) fn blocks(&self) -> usize {
        self.0.len()
    }
}

struct Room {
    left: usize,
    cut: usize,
}

impl Room {
    fn take(&mut self, values: &mut dyn Iterator<Item = Value>) -> Vec<Value> {
        let mut taken = Vec::new();
        for value in values {
            if taken.contains(&value) {
                continue;
            }
            if self.left == 0 {
                self.cut += 1;
            } else {
                self.left -= 1;
                taken.push(value);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{Associations, CommitReference, Cut, IssueId, OtherAssociations, ServiceId};
    use crate::domain::issue_key::IssueKey;
    use serde_json::json;

    #[test]
    fn blocks_are_never_empty() {
        let (none, _) = Associations::new(&mut [].iter(), &OtherAssociations::default());
        assert!(none.is_empty());
        let keys: [IssueKey; 2] = ["ABC-1", "ABC-2"].map(|key| key.parse().unwrap());
        let others = OtherAssociations {
            issue_ids: vec!["10042".parse().unwrap()],
            services: vec!["s-1".parse().unwrap(), "s-1".parse().unwrap()],
            commits: vec!["repo-1:8428E75".parse().unwrap()],
            repositories: vec!["repo-1".parse().unwrap()],
        };
        let (all, cut) = Associations::new(&mut keys.iter(), &others);
        assert_eq!((all.blocks(), cut), (4, Cut::default()));
        let expected = json!([
            {"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1", "ABC-2"]},
            {"associationType": "serviceIdOrKeys", "values": ["s-1"]},
            {"associationType": "commit", "values": [{"commitHash": "8428e75", "repositoryId": "repo-1"}]},
            {"associationType": "repository", "values": [{"repositoryId": "repo-1"}]},
        ]);
        assert_eq!(serde_json::to_value(all).unwrap(), expected);
    }

    #[test]
    fn five_hundred_values_in_all_and_issues_stay_longest() {
        let keys: Vec<IssueKey> = (1..=499)
            .map(|n| format!("ABC-{n}").parse().unwrap())
            .collect();
        let others = OtherAssociations {
            services: ["a", "b", "c"].map(|id| id.parse().unwrap()).to_vec(),
            repositories: vec!["repo".parse().unwrap()],
            ..OtherAssociations::default()
        };
        let (associations, cut) = Associations::new(&mut keys.iter(), &others);
        assert_eq!((associations.blocks(), cut.others), (2, 3));
        let others = OtherAssociations {
            issue_ids: vec!["1".parse().unwrap(), "2".parse().unwrap()],
            ..OtherAssociations::default()
        };
        let (_, cut) = Associations::new(&mut keys.iter(), &others);
        assert_eq!(cut.issue_keys, ["ABC-499".parse().unwrap()]);
    }

    #[test]
    fn ids_are_checked() {
        for bad in ["", "0", "012", "ABC-1", "1 2"] {
            assert!(bad.parse::<IssueId>().is_err(), "{bad}");
        }
        for bad in ["", " ", "a\nb", "🚀"] {
            assert!(bad.parse::<ServiceId>().is_err(), "{bad:?}");
        }
        for bad in ["8428e75", "repo:xyz", "re/po:8428e75", ":8428e75", "repo:"] {
            assert!(bad.parse::<CommitReference>().is_err(), "{bad}");
        }
    }
}
