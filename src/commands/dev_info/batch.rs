//! What goes into one request, within Jira's limits, up to its payload. Each of the three ways of `dev-info` fills
//! batches.

use serde::Serialize;

use super::about::About;
use crate::commands::payload::Payload;
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::IssueKey;
use crate::domain::properties::Properties;
use crate::domain::sequence::{Origin, SequenceNumber};
use crate::domain::text::Line;
use crate::jira::builds::ProviderMetadata;
use crate::jira::dev_info::{
    Branch, Commit, DevInfo, MAX_ENTITIES, MAX_OF_ONE_KIND, OperationType, PullRequest, Repository,
};
use crate::jira::{Body, DataType};

/// No request gets larger than this by another entity, in bytes. Jira states no limit.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Most branches that are deleted with one request: each costs another.
const MAX_DELETED: usize = 50;

/// What all requests of one call have in common.
pub(super) struct Frame<'a> {
    pub(super) about: &'a About,
    pub(super) sequence: SequenceNumber,
    pub(super) origin: Origin,
    pub(super) smart_commits: bool,
    pub(super) names_issues: bool,
    pub(super) operation: OperationType,
    pub(super) properties: Properties,
    pub(super) product: Option<Line>,
}

/// One of the entities of a repository.
pub(super) enum DevEntity {
    Commit(Box<Commit>),
    Branch(Box<Branch>),
    PullRequest(Box<PullRequest>),
    /// The branch of this id no longer exists.
    Deleted(EntityId),
}

/// An entity with the issues that it belongs to.
pub(super) type WithKeys = (DevEntity, Vec<IssueKey>);

/// The entities of one request.
#[derive(Default)]
pub(super) struct Batch {
    commits: Vec<Commit>,
    branches: Vec<Branch>,
    pull_requests: Vec<PullRequest>,
    deleted_branches: Vec<EntityId>,
    issue_keys: DistinctKeys,
    bytes: usize,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.counts() == [0; 4]
    }

    /// How many commits, branches, pull requests and deleted branches there are.
    pub(super) fn counts(&self) -> [usize; 4] {
        [
            self.commits.len(),
            self.branches.len(),
            self.pull_requests.len(),
            self.deleted_branches.len(),
        ]
    }

    /// Takes the entity and the issues that it belongs to; gives it back when there is no room for it.
    pub(super) fn add(&mut self, entity: DevEntity, keys: &[IssueKey]) -> Result<(), DevEntity> {
        let [commits, branches, pull_requests, deleted] = self.counts();
        let (list, most, bytes) = match &entity {
            DevEntity::Commit(commit) => (commits, MAX_OF_ONE_KIND, size(commit)),
            DevEntity::Branch(branch) => (branches, MAX_OF_ONE_KIND, size(branch)),
            DevEntity::PullRequest(request) => (pull_requests, MAX_OF_ONE_KIND, size(request)),
            DevEntity::Deleted(_) => (deleted, MAX_DELETED, 0),
        };
        let is_deleted = matches!(entity, DevEntity::Deleted(_));
        let is_full = commits + branches + pull_requests == MAX_ENTITIES;
        let is_too_large = self.bytes + bytes > MAX_BYTES && !self.is_empty();
        if list == most || !is_deleted && (is_full || is_too_large) {
            return Err(entity);
        }
        self.bytes += bytes;
        match entity {
            DevEntity::Commit(commit) => self.commits.push(*commit),
            DevEntity::Branch(branch) => self.branches.push(*branch),
            DevEntity::PullRequest(request) => self.pull_requests.push(*request),
            DevEntity::Deleted(id) => self.deleted_branches.push(id),
        }
        self.issue_keys.extend(keys.iter().cloned());
        Ok(())
    }

    /// As one request.
    pub(super) fn into_payload(self, frame: &Frame<'_>) -> Payload {
        let about = frame.about;
        let name = format!("{} of {}", words(self.counts()), about.name.as_str());
        let repository = Repository {
            id: about.id.clone(),
            name: about.name.clone(),
            url: about.hosting.page().clone(),
            update_sequence_id: frame.sequence,
            commits: self.commits,
            branches: self.branches,
            pull_requests: self.pull_requests,
            deleted_branches: self.deleted_branches,
        };
        let body = DevInfo {
            repositories: vec![repository],
            prevent_transitions: !frame.smart_commits,
            operation_type: frame.operation,
            properties: frame.properties.clone(),
            provider_metadata: ProviderMetadata::new(frame.product.as_ref()),
        };
        Payload {
            name,
            status: None,
            body: Body::new(DataType::DevInfo, &body),
            issue_keys: self.issue_keys.into_vec(),
            names_issues: frame.names_issues,
            origin: frame.origin,
            keeps_issue_keys: false,
            may_wait: frame.operation == OperationType::Normal,
        }
    }
}

/// `2 commits, 1 branch`
pub(super) fn words(counts: [usize; 4]) -> String {
    let names = [
        ("commit", "commits"),
        ("branch", "branches"),
        ("pull request", "pull requests"),
        ("deleted branch", "deleted branches"),
    ];
    let words = counts.iter().zip(names).filter(|(count, _)| **count > 0);
    let words = words.map(|(count, (one, many))| {
        let word = if *count == 1 { one } else { many };
        format!("{count} {word}")
    });
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() {
        return "nothing".to_owned();
    }
    words
}

fn size(entity: &impl Serialize) -> usize {
    serde_json::to_string(entity).map_or(0, |text| text.len())
}
