//! Commits, branches and pull requests as Jira takes them (Development Information API, storeDevelopmentInformation).

use serde::Serialize;

use super::builds::ProviderMetadata;
use crate::domain::association::Associations;
use crate::domain::entity_ids::{EntityId, RepositoryId};
use crate::domain::issue_key::IssueKey;
use crate::domain::properties::Properties;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::{Line, LongText};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// Most entities of one kind in a repository of one request.
pub(crate) const MAX_OF_ONE_KIND: usize = 400;

/// Most entities in one request.
pub(crate) const MAX_ENTITIES: usize = 1_000;

/// The body of a submission.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DevInfo {
    pub(crate) repositories: Vec<Repository>,
    /// Whether Jira does without smart commits and automatic transitions.
    pub(crate) prevent_transitions: bool,
    pub(crate) operation_type: OperationType,
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub(crate) properties: Properties,
    pub(crate) provider_metadata: ProviderMetadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OperationType {
    Normal,
    /// Existing data: a much higher rate limit, processed more slowly.
    Backfill,
}

/// A repository and some of what is in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repository {
    pub(crate) id: RepositoryId,
    pub(crate) name: Line,
    pub(crate) url: WebUrl,
    pub(crate) update_sequence_id: SequenceNumber,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) commits: Vec<Commit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) branches: Vec<Branch>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pull_requests: Vec<PullRequest>,
    /// Branches that no longer exist. Jira has no such field: each is a request of its own, see [`deletions`].
    ///
    /// [`deletions`]: super::deletions
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) deleted_branches: Vec<EntityId>,
}

/// The issues of an entity. Both forms on one entity are a 400.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Issues {
    Associations(Associations),
    /// The only form that the last commit of a branch takes; never empty.
    IssueKeys(Vec<IssueKey>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    pub(crate) id: EntityId,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) issues: Option<Issues>,
    pub(crate) update_sequence_id: SequenceNumber,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) flags: Vec<Flag>,
    pub(crate) message: LongText<1024>,
    pub(crate) author: Author,
    /// Of all files.
    pub(crate) file_count: u32,
    pub(crate) url: WebUrl,
    /// At most ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<File>,
    pub(crate) author_timestamp: Timestamp,
    pub(crate) display_id: Line,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Flag {
    MergeCommit,
}

/// Jira finds its user by the e-mail address.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Author {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<Line>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct File {
    pub(crate) path: LongText<1024>,
    pub(crate) url: WebUrl,
    pub(crate) change_type: ChangeType,
    pub(crate) lines_added: u32,
    pub(crate) lines_removed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ChangeType {
    Added,
    Copied,
    Deleted,
    Modified,
    Moved,
    Unknown,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Branch {
    pub(crate) id: EntityId,
    #[serde(flatten)]
    pub(crate) issues: Issues,
    pub(crate) update_sequence_id: SequenceNumber,
    pub(crate) name: LongText<512>,
    pub(crate) last_commit: Commit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) create_pull_request_url: Option<WebUrl>,
    pub(crate) url: WebUrl,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullRequest {
    pub(crate) id: EntityId,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) issues: Option<Issues>,
    pub(crate) update_sequence_id: SequenceNumber,
    pub(crate) status: PullRequestStatus,
    pub(crate) title: LongText<1024>,
    pub(crate) author: Author,
    pub(crate) comment_count: u32,
    pub(crate) source_branch: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_branch_url: Option<WebUrl>,
    pub(crate) last_update: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_branch: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_branch_url: Option<WebUrl>,
    pub(crate) url: WebUrl,
    pub(crate) display_id: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PullRequestStatus {
    Open,
    Merged,
    Declined,
    Unknown,
}
