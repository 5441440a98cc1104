//! What Jira stores under one key, what that key is, and where it is read and deleted. Bodies consist of items; `show`,
//! `delete` and `--verify` look for them.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::DataType;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::properties::Properties;
use crate::domain::stored_id::StoredId;

/// What a part of a path has unescaped.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// So many entities of a repository are shown by it: its most recent ones (getRepository).
pub(crate) const ENTITIES_SHOWN: usize = 400;

/// One thing that Jira stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Build {
        pipeline: PipelineId,
        number: i64,
    },
    Deployment(DeploymentKey),
    Repository(StoredId),
    /// It can be read with its repository only.
    Entity {
        repository: StoredId,
        kind: EntityKind,
        id: StoredId,
    },
    FeatureFlag(StoredId),
}

/// What a repository holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntityKind {
    Commit,
    Branch,
    PullRequest,
}

impl EntityKind {
    pub(crate) const ALL: [Self; 3] = [Self::Commit, Self::Branch, Self::PullRequest];

    /// The list of a repository that holds them.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Commit => "commits",
            Self::Branch => "branches",
            Self::PullRequest => "pullRequests",
        }
    }

    /// The word in the keys of an answer, as we make them of it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::PullRequest => "pullRequest",
            other => other.segment(),
        }
    }

    /// The word in a path (deleteEntity).
    fn segment(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Branch => "branch",
            Self::PullRequest => "pull_request",
        }
    }

    /// The word for people.
    fn word(self) -> &'static str {
        match self {
            Self::PullRequest => "pull request",
            other => other.segment(),
        }
    }
}

/// Whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence<'a> {
    Stored(&'a Value),
    Absent,
    /// Not among the most recent entities of its repository, which does not show the others.
    OutOfSight,
}

impl Item {
    pub(crate) fn data(&self) -> DataType {
        match self {
            Self::Build { .. } => DataType::Builds,
            Self::Deployment(_) => DataType::Deployments,
            Self::Repository(_) | Self::Entity { .. } => DataType::DevInfo,
            Self::FeatureFlag(_) => DataType::FeatureFlags,
        }
    }

    /// Its identity as Jira repeats it in an answer; of repositories and their entities as we make it of one.
    pub(crate) fn key(&self) -> Value {
        match self {
            Self::Build { pipeline, number } => {
                json!({"pipelineId": pipeline, "buildNumber": number})
            }
            Self::Deployment(key) => json!({
                "pipelineId": key.pipeline,
                "environmentId": key.environment,
                "deploymentSequenceNumber": key.number,
            }),
            Self::Repository(id) => json!({"repositoryId": id.as_str()}),
            Self::Entity {
                repository,
                kind,
                id,
            } => json!({"repositoryId": repository.as_str(), kind.key(): id.as_str()}),
            Self::FeatureFlag(id) => json!(id.as_str()),
        }
    }

    /// Path below that of its data, where it is deleted.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Build { pipeline, number } => {
                format!("pipelines/{}/builds/{number}", segment(pipeline.as_str()))
            }
            Self::Deployment(key) => key.path(),
            Self::Repository(id) => repository_path(id),
            Self::Entity {
                repository,
                kind,
                id,
            } => format!(
                "{}/{}/{}",
                repository_path(repository),
                kind.segment(),
                segment(id.as_str())
            ),
            Self::FeatureFlag(id) => format!("flag/{}", segment(id.as_str())),
        }
    }

    /// Path below that of its data, where it is read.
    pub(crate) fn read_path(&self) -> String {
        match self {
            Self::Entity { repository, .. } => repository_path(repository),
            other => other.path(),
        }
    }

    /// Picks it out of what stands at that path.
    pub(crate) fn find<'a>(&self, read: &'a Value) -> Presence<'a> {
        let Self::Entity { kind, id, .. } = self else {
            return Presence::Stored(read);
        };
        let list = |kind: EntityKind| read.get(kind.list()).and_then(Value::as_array);
        let mut entities = list(*kind).into_iter().flatten();
        let found =
            entities.find(|entity| entity.get("id").is_some_and(|found| found == id.as_str()));
        let shown = || -> usize {
            EntityKind::ALL
                .into_iter()
                .filter_map(list)
                .map(Vec::len)
                .sum()
        };
        match found {
            Some(found) => Presence::Stored(found),
            None if shown() < ENTITIES_SHOWN => Presence::Absent,
            None => Presence::OutOfSight,
        }
    }
}

/// As people would name it.
impl fmt::Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build { pipeline, number } => {
                write!(formatter, "build {number} of {}", pipeline.as_str())
            }
            Self::Deployment(key) => write!(
                formatter,
                "deployment {} of {} to {}",
                key.number,
                key.pipeline.as_str(),
                key.environment.as_str()
            ),
            Self::Repository(id) => write!(formatter, "repository {id}"),
            Self::Entity {
                repository,
                kind,
                id,
            } => write!(formatter, "{} {id} of {repository}", kind.word()),
            Self::FeatureFlag(id) => write!(formatter, "feature flag {id}"),
        }
    }
}

fn repository_path(id: &StoredId) -> String {
    format!("repository/{}", segment(id.as_str()))
}

/// What was sent with all of these properties: a query as `bulkByProperties` and `existsByProperties` take it.
pub(crate) fn query(properties: &Properties) -> String {
    let pairs = properties.pairs().map(|(key, value)| {
        let encoded = |text| utf8_percent_encode(text, UNRESERVED);
        format!("{}={}", encoded(key), encoded(value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The identity of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeploymentKey {
    pub(crate) pipeline: PipelineId,
    pub(crate) environment: EnvironmentId,
    pub(crate) number: i64,
}

impl DeploymentKey {
    /// Path below that of the deployments (getDeploymentByKey).
    pub(crate) fn path(&self) -> String {
        let (pipeline, environment) = (self.pipeline.as_str(), self.environment.as_str());
        format!(
            "pipelines/{}/environments/{}/deployments/{}",
            segment(pipeline),
            segment(environment),
            self.number
        )
    }

    /// Path below that of the deployments (getDeploymentGatingStatusByKey).
    pub(crate) fn gating_path(&self) -> String {
        format!("{}/gating-status", self.path())
    }
}

/// One segment of a path, whatever is in it.
fn segment(id: &str) -> String {
    match id {
        // Between slashes this is not a name, and some servers go up a folder for it.
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        id => utf8_percent_encode(id, UNRESERVED).to_string(),
    }
}

#[cfg(test)]
mod tests;
