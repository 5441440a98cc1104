//! What was sent, as it is to be found later: `--verify` reads it back.

use serde_json::Value;

use super::Body;
use super::item::{Item, Presence};

/// One thing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) item: Item,
    /// The number that orders its updates.
    pub(crate) sequence: i64,
}

/// What happened to it, as far as can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
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

impl Fate {
    /// Whether there is nothing to wait for.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Older(_) | Self::Absent)
    }
}

impl Sent {
    /// Its fate, when this stands where it is read.
    pub(crate) fn fate(&self, read: Option<&Value>) -> Fate {
        let stored = match read.map(|read| self.item.find(read)) {
            Some(Presence::Stored(stored)) => stored,
            Some(Presence::OutOfSight) => return Fate::OutOfSight,
            Some(Presence::Absent) | None => return Fate::Absent,
        };
        match stored[self.item.data().sequence_field()].as_i64() {
            Some(number) if number > self.sequence => Fate::Newer(number),
            Some(number) if number < self.sequence => Fate::Older(number),
            // Every answer should have the number; it is stored in any case.
            _ => Fate::Stored,
        }
    }
}

impl Body {
    /// What is to be found of it later.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let items = self.items().into_iter();
        let sent = items.filter_map(|(item, json)| {
            Some(Sent {
                sequence: json[self.kind.sequence_field()].as_i64()?,
                item,
            })
        });
        sent.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Body, Fate};
    use crate::jira::DataType;

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
            let body = Body::new(data, &body);
            let found = body.sent();
            let keys: Vec<_> = found.iter().map(|sent| sent.item.key()).collect();
            assert_eq!(keys, body.keys());
            let found: Vec<String> = found.iter().map(|sent| sent.item.path()).collect();
            assert_eq!(found, paths);
            for odd in [json!({}), json!({data.list(): [5, {}, {"id": 5}]})] {
                assert!(Body::new(data, &odd).sent().is_empty());
            }
        }
    }

    #[test]
    fn the_number_tells_what_became_of_it() {
        let flags = json!({"flags": [{"id": "f", "updateSequenceId": 7}]});
        let flag = Body::new(DataType::FeatureFlags, &flags).sent().remove(0);
        let cases = [
            (None, Fate::Absent, false),
            (Some(json!({"updateSequenceId": 7})), Fate::Stored, true),
            (Some(json!({"updateSequenceId": 8})), Fate::Newer(8), true),
            (Some(json!({"updateSequenceId": 6})), Fate::Older(6), false),
            (Some(json!({"id": "f"})), Fate::Stored, true),
        ];
        for (read, state, is_final) in cases {
            let found = flag.fate(read.as_ref());
            assert_eq!((found, found.is_final()), (state, is_final), "{read:?}");
        }
        let commit = json!({"id": "c", "updateSequenceId": 7});
        let body = json!({"repositories": [{"id": "r", "commits": [commit]}]});
        let commit = Body::new(DataType::DevInfo, &body).sent().remove(0);
        let full: Vec<_> = (0..400).map(|id| json!({"id": id.to_string()})).collect();
        let cases = [
            (
                json!({"commits": [{"id": "c", "updateSequenceId": 6}]}),
                Fate::Older(6),
            ),
            (json!({"commits": []}), Fate::Absent),
            (json!({"commits": full}), Fate::OutOfSight),
        ];
        for (read, state) in cases {
            assert_eq!(commit.fate(Some(&read)), state);
        }
    }
}
