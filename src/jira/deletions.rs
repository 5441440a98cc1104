//! Branches that are deleted with the update that reports it: one body for us and for the outbox, but a request each.

use serde_json::{Value, json};

use super::item::{EntityKind, Item};
use super::{Body, DataType, Jira, JiraError, Rejected, RejectionError, Submitted};
use crate::domain::stored_id::StoredId;

/// Our own field of a repository in a body.
const FIELD: &str = "deletedBranches";

/// One branch, as far as it was sent under no later number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    repository: StoredId,
    branch: StoredId,
    number: Option<i64>,
}

impl Deletion {
    fn item(&self) -> Item {
        Item::Entity {
            repository: self.repository.clone(),
            kind: EntityKind::Branch,
            id: self.branch.clone(),
        }
    }

    /// Path below that of the data (deleteEntity).
    pub(crate) fn path(&self) -> String {
        let path = self.item().path();
        match self.number {
            Some(number) => format!("{path}?_updateSequenceId={number}"),
            None => path,
        }
    }

    fn key(&self) -> Value {
        key(self.repository.as_str(), self.branch.as_str())
    }
}

fn key(repository: &str, branch: &str) -> Value {
    json!({"repositoryId": repository, "branch": branch, "deleted": true})
}

/// The identities of what a repository of a body has deleted.
pub(super) fn keys(repository: &Value) -> Vec<Value> {
    let id = repository["id"].as_str().unwrap_or_default();
    let branches = repository[FIELD].as_array().into_iter().flatten();
    let branches = branches.filter_map(Value::as_str);
    branches.map(|branch| key(id, branch)).collect()
}

impl Body {
    /// The body as Jira takes it, which is nothing when there are only deletions, and those.
    pub(crate) fn split_deletions(&self) -> (Option<Self>, Vec<Deletion>) {
        let mut rest = self.clone();
        let list = rest.json.get_mut(self.kind.list());
        let list = list.and_then(Value::as_array_mut);
        let Some(list) = list.filter(|_| self.kind == DataType::DevInfo) else {
            return (Some(rest), Vec::new());
        };
        let mut deletions = Vec::new();
        for repository in list.iter_mut() {
            let number = repository[self.kind.sequence_field()].as_i64();
            let id = repository["id"].as_str().and_then(|id| id.parse().ok());
            let fields = repository.as_object_mut();
            let branches = fields.and_then(|fields| fields.remove(FIELD));
            let branches = branches.as_ref().and_then(Value::as_array);
            for branch in branches.into_iter().flatten() {
                let branch = branch.as_str().and_then(|branch| branch.parse().ok());
                deletions.extend(id.clone().zip(branch).map(|(repository, branch)| Deletion {
                    repository,
                    branch,
                    number,
                }));
            }
        }
        if !deletions.is_empty() {
            list.retain(has_entities);
        }
        let is_empty = list.is_empty() && !deletions.is_empty();
        ((!is_empty).then_some(rest), deletions)
    }
}

/// Whether a repository of a body has anything that Jira takes.
fn has_entities(repository: &Value) -> bool {
    let is_there = |kind: EntityKind| {
        let list = repository[kind.list()].as_array();
        list.is_some_and(|list| !list.is_empty())
    };
    EntityKind::ALL.into_iter().any(is_there)
}

impl Jira<'_> {
    /// Deletes one after the other. Repeating it is harmless.
    ///
    /// # Errors
    /// What keeps Jira from taking any. Whether it refuses one of them is in the answer.
    pub(super) fn delete_branches(
        &mut self,
        deletions: &[Deletion],
    ) -> Result<Submitted, JiraError> {
        let mut accepted = Vec::new();
        let mut rejected = Vec::new();
        for deletion in deletions {
            match self.delete_at(DataType::DevInfo, &deletion.path()) {
                Ok(()) => accepted.push(deletion.key()),
                Err(error) if error.is_absence() => accepted.push(deletion.key()),
                Err(error) if error.status() == Some(400) => rejected.push(Rejected {
                    key: deletion.key(),
                    errors: vec![RejectionError {
                        message: error.reason(),
                        error_trace_id: None,
                    }],
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(Submitted {
            accepted: Some(accepted),
            rejected,
            ..Submitted::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Body, DataType, Deletion, keys};

    #[test]
    fn jira_gets_a_body_without_what_is_ours() {
        let commit = json!({"id": "c"});
        let repository = json!({"id": "r", "updateSequenceId": 7, "commits": [commit]});
        let mut with = repository.clone();
        with["deletedBranches"] = json!(["a", 5, "b~2Fc"]);
        let alone = json!({"id": "r", "deletedBranches": ["a"]});
        let body = |repositories: Vec<&Value>| json!({"repositories": repositories});
        let paths = [
            "repository/r/branch/a?_updateSequenceId=7",
            "repository/r/branch/b~2Fc?_updateSequenceId=7",
        ];
        let cases = [
            (
                body(vec![&repository]),
                Some(body(vec![&repository])),
                vec![],
            ),
            (
                body(vec![&with]),
                Some(body(vec![&repository])),
                paths.to_vec(),
            ),
            (body(vec![&alone]), None, vec!["repository/r/branch/a"]),
            (
                body(vec![&alone, &repository]),
                Some(body(vec![&repository])),
                vec!["repository/r/branch/a"],
            ),
            (json!({}), Some(json!({})), vec![]),
            (body(vec![]), Some(body(vec![])), vec![]),
        ];
        for (body, rest, paths) in cases {
            let (found, deletions) = Body::new(DataType::DevInfo, &body).split_deletions();
            let found_paths: Vec<String> = deletions.iter().map(Deletion::path).collect();
            assert_eq!(found.map(|body| body.json), rest);
            assert_eq!(found_paths, paths);
        }
        let builds = Body::new(DataType::Builds, &body(vec![&alone]));
        assert_eq!(builds.split_deletions(), (Some(builds.clone()), vec![]));
        let key = json!({"repositoryId": "r", "branch": "a", "deleted": true});
        assert_eq!(keys(&alone), [key]);
    }
}
