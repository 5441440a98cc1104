//! What was sent, as it is to be found later.

use serde_json::{Value, json};

use super::DataType;
use super::bulk;
use super::item::{DeploymentKey, EntityKind, Item, Presence};
use crate::domain::ids::{EnvironmentId, PipelineId};

/// One thing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its identity as Jira would repeat it.
    pub(crate) key: Value,
    pub(crate) item: Item,
    /// The number that orders its updates.
    pub(crate) sequence: i64,
}

/// What became of it, as far as can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// This update is stored.
    Stored,
    /// A later update is stored, so that Jira may have ignored this one.
    Newer(i64),
    /// An earlier update is stored.
    Older(i64),
    Absent,
    /// Older entities of a repository are not shown.
    OutOfSight,
}

impl State {
    /// Whether there is nothing to wait for.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Older(_) | Self::Absent)
    }
}

impl Sent {
    /// Its state, when this stands where it is read.
    pub(crate) fn state(&self, read: Option<&Value>) -> State {
        let stored = match read.map(|read| self.item.find(read)) {
            Some(Presence::Stored(stored)) => stored,
            Some(Presence::OutOfSight) => return State::OutOfSight,
            Some(Presence::Absent) | None => return State::Absent,
        };
        match stored[self.item.data().sequence_field()].as_i64() {
            Some(number) if number > self.sequence => State::Newer(number),
            Some(number) if number < self.sequence => State::Older(number),
            // Every answer should have the number; it is stored in any case.
            _ => State::Stored,
        }
    }
}

/// Everything that a body sends, in its order: of development information the entities.
pub(crate) fn sent(body: &Value, data: DataType) -> Vec<Sent> {
    let items = body.get(data.list()).and_then(Value::as_array);
    let items = items.into_iter().flatten();
    if data == DataType::DevInfo {
        return items.flat_map(entities).collect();
    }
    let keys = bulk::keys(body, data);
    let found = items.zip(keys).filter_map(|(item, key)| {
        Some(Sent {
            key,
            item: item_of(item, data)?,
            sequence: item[data.sequence_field()].as_i64()?,
        })
    });
    found.collect()
}

fn item_of(item: &Value, data: DataType) -> Option<Item> {
    let id = |value: &Value| value.as_str()?.parse().ok();
    Some(match data {
        DataType::Builds => Item::Build {
            pipeline: PipelineId::of_body(item["pipelineId"].as_str()?),
            number: item["buildNumber"].as_i64()?,
        },
        DataType::Deployments => Item::Deployment(DeploymentKey {
            pipeline: PipelineId::of_body(item["pipeline"]["id"].as_str()?),
            environment: EnvironmentId::of_body(item["environment"]["id"].as_str()?),
            number: item["deploymentSequenceNumber"].as_i64()?,
        }),
        DataType::FeatureFlags => Item::FeatureFlag(id(&item["id"])?),
        DataType::DevInfo => Item::Repository(id(&item["id"])?),
    })
}

fn entities(repository: &Value) -> Vec<Sent> {
    let Some(id) = repository["id"].as_str() else {
        return Vec::new();
    };
    let entity = |kind: EntityKind, entity: &Value| {
        let entity_id = entity["id"].as_str()?;
        Some(Sent {
            key: json!({"repositoryId": id, kind.key(): entity_id}),
            item: Item::Entity {
                repository: id.parse().ok()?,
                kind,
                id: entity_id.parse().ok()?,
            },
            sequence: entity[DataType::DevInfo.sequence_field()].as_i64()?,
        })
    };
    let of_kind = |kind: EntityKind| {
        let list = repository.get(kind.list()).and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(move |item| entity(kind, item))
    };
    EntityKind::ALL.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{DataType, State, sent};
    use crate::jira::bulk;

    #[test]
    fn everything_in_a_body_is_to_be_found_by_the_key_of_the_answer() {
        let entity = json!({"id": "x", "updateSequenceId": 7});
        let cases = [
            (
                DataType::Builds,
                json!({"builds": [
                    {"pipelineId": "shop", "buildNumber": 1, "updateSequenceNumber": 7},
                    {"pipelineId": "shop", "buildNumber": 2, "updateSequenceNumber": 8},
                ]}),
                &["pipelines/shop/builds/1", "pipelines/shop/builds/2"][..],
            ),
            (
                DataType::Deployments,
                json!({"deployments": [{
                    "pipeline": {"id": "a/b"}, "environment": {"id": "eu prod"},
                    "deploymentSequenceNumber": 1, "updateSequenceNumber": 7,
                }]}),
                &["pipelines/a%2Fb/environments/eu%20prod/deployments/1"],
            ),
            (
                DataType::DevInfo,
                json!({"repositories": [{
                    "id": "r", "updateSequenceId": 7,
                    "commits": [entity], "branches": [entity], "pullRequests": [entity],
                }]}),
                &[
                    "repository/r/commit/x",
                    "repository/r/branch/x",
                    "repository/r/pull_request/x",
                ],
            ),
            (
                DataType::FeatureFlags,
                json!({"flags": [{"id": "f", "updateSequenceId": 7}]}),
                &["flag/f"],
            ),
        ];
        for (data, body, paths) in cases {
            let found = sent(&body, data);
            let keys: Vec<_> = found.iter().map(|sent| sent.key.clone()).collect();
            assert_eq!(keys, bulk::keys(&body, data));
            let found: Vec<String> = found.iter().map(|sent| sent.item.path()).collect();
            assert_eq!(found, paths);
            assert!(sent(&json!({}), data).is_empty());
            assert!(sent(&json!({data.list(): [5, {}, {"id": 5}]}), data).is_empty());
        }
    }

    #[test]
    fn the_number_tells_what_became_of_it() {
        let flags = json!({"flags": [{"id": "f", "updateSequenceId": 7}]});
        let flag = sent(&flags, DataType::FeatureFlags).remove(0);
        let cases = [
            (None, State::Absent, false),
            (Some(json!({"updateSequenceId": 7})), State::Stored, true),
            (Some(json!({"updateSequenceId": 8})), State::Newer(8), true),
            (Some(json!({"updateSequenceId": 6})), State::Older(6), false),
            (Some(json!({"id": "f"})), State::Stored, true),
        ];
        for (read, state, is_final) in cases {
            let found = flag.state(read.as_ref());
            assert_eq!((found, found.is_final()), (state, is_final), "{read:?}");
        }
        let commit = json!({"id": "c", "updateSequenceId": 7});
        let body = json!({"repositories": [{"id": "r", "commits": [commit]}]});
        let commit = sent(&body, DataType::DevInfo).remove(0);
        let full: Vec<_> = (0..400).map(|id| json!({"id": id.to_string()})).collect();
        let cases = [
            (
                json!({"commits": [{"id": "c", "updateSequenceId": 6}]}),
                State::Older(6),
            ),
            (json!({"commits": []}), State::Absent),
            (json!({"commits": full}), State::OutOfSight),
        ];
        for (read, state) in cases {
            assert_eq!(commit.state(Some(&read)), state);
        }
    }
}
