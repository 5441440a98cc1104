//! What a build or deployment belongs to: issues, services, commits, repositories.

use std::str::FromStr;

use serde::Serialize;

use super::entity_ids::RepositoryId;
use super::issue_key::IssueKey;

/// Most values of all types together on one build or deployment.
pub(crate) const MAX_VALUES: usize = 500;

/// The numeric id of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssueId(String);

impl FromStr for IssueId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !number || text.starts_with('0') || text.len() > 255 {
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
        let allowed = text
            .chars()
            .all(|c| super::text::is_allowed(c) && !c.is_control());
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryReference {
    repository_id: RepositoryId,
}

/// One block of `associations` (Builds and Deployments API).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Association<T> {
    association_type: &'static str,
    values: Vec<T>,
}

impl<T> Association<T> {
    /// Never an empty block: Jira refuses the whole request for one.
    fn block(association_type: &'static str, values: Vec<T>) -> Option<Self> {
        (!values.is_empty()).then_some(Self {
            association_type,
            values,
        })
    }
}

/// All associations of one build or deployment, 500 values at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Associations(Vec<AnyAssociation>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum AnyAssociation {
    Text(Association<String>),
    Service(Association<ServiceId>),
    Commit(Association<CommitReference>),
    Repository(Association<RepositoryReference>),
}

/// What the user names besides issue keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Others {
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
    pub(crate) fn new<'a>(
        keys: impl IntoIterator<Item = &'a IssueKey>,
        others: &Others,
    ) -> (Self, Cut) {
        let mut room = Room {
            left: MAX_VALUES,
            cut: 0,
        };
        let mut issues = room.take(others.issue_ids.iter().map(|id| id.0.clone()).collect());
        let keys: Vec<&IssueKey> = keys.into_iter().collect();
        let (taken, cut) = keys.split_at(keys.len().min(room.left));
        issues.extend(room.take(taken.iter().map(|key| key.as_str().to_owned()).collect()));
        let cut_keys = cut.iter().map(|key| (*key).clone()).collect();
        let services = room.take(others.services.clone());
        let repositories = others.repositories.iter().map(|id| RepositoryReference {
            repository_id: id.clone(),
        });
        let repositories = room.take(repositories.collect());
        let commits = room.take(others.commits.clone());
        let blocks = [
            Association::block("issueIdOrKeys", issues).map(AnyAssociation::Text),
            Association::block("serviceIdOrKeys", services).map(AnyAssociation::Service),
            Association::block("commit", commits).map(AnyAssociation::Commit),
            Association::block("repository", repositories).map(AnyAssociation::Repository),
        ];
        let cut = Cut {
            issue_keys: cut_keys,
            others: room.cut,
        };
        (Self(blocks.into_iter().flatten().collect()), cut)
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
    fn take<T: PartialEq>(&mut self, values: Vec<T>) -> Vec<T> {
        let mut taken: Vec<T> = Vec::new();
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
    use super::{Associations, CommitReference, Cut, IssueId, Others, ServiceId};
    use crate::domain::issue_key::IssueKey;
    use serde_json::json;

    #[test]
    fn blocks_are_never_empty() {
        let (none, _) = Associations::new([], &Others::default());
        assert!(none.is_empty());
        let keys: [IssueKey; 2] = ["ABC-1", "ABC-2"].map(|key| key.parse().unwrap());
        let others = Others {
            issue_ids: vec!["10042".parse().unwrap()],
            services: vec!["s-1".parse().unwrap(), "s-1".parse().unwrap()],
            commits: vec!["repo-1:8428E75".parse().unwrap()],
            repositories: vec!["repo-1".parse().unwrap()],
        };
        let (all, cut) = Associations::new(&keys, &others);
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
        let others = Others {
            services: ["a", "b", "c"].map(|id| id.parse().unwrap()).to_vec(),
            repositories: vec!["repo".parse().unwrap()],
            ..Others::default()
        };
        let (associations, cut) = Associations::new(&keys, &others);
        assert_eq!((associations.blocks(), cut.others), (2, 3));
        let others = Others {
            issue_ids: vec!["1".parse().unwrap(), "2".parse().unwrap()],
            ..Others::default()
        };
        let (_, cut) = Associations::new(&keys, &others);
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
