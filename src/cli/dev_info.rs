//! Options of `jira-send dev-info`.

use clap::Args;

use super::options::{JiraOptions, KeyOptions, OutputOptions};
use crate::domain::entity_ids::RepositoryId;
use crate::domain::hosting::{RepositoryKind, Template};
use crate::domain::properties::Property;
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jira::dev_info::PullRequestStatus;

/// Sends the commits since the last successful build, the branch that was built and, in the build of a pull request,
/// the pull request, as far as they name issues.
///
/// A branch without an issue in its name belongs to the issues of its newest commit, a pull request to those of its
/// title and its branch. Jira has no room for tags: the build of a tag sends the commits since the tag before, and the
/// tag's commit belongs to the issues of the tag's name and message as well.
#[derive(Clone, Debug, Args)]
pub(crate) struct DevInfoOptions {
    #[command(flatten)]
    pub(crate) history: HistoryOptions,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
    #[command(flatten)]
    pub(crate) pull_request: PullRequestOptions,
    #[command(flatten)]
    pub(crate) sending: SendingOptions,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// The history of a repository in one go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The whole history")]
pub(crate) struct HistoryOptions {
    /// Send the commits and branches of the whole repository, as existing data, which Jira takes in more slowly; after
    /// an interruption it goes on, and later it sends what is new. --budget holds for each request
    #[arg(long)]
    pub(crate) all: bool,
    /// Of these branches only, such as main or release/*; may be repeated
    #[arg(long, value_name = "PATTERN", requires = "all")]
    pub(crate) branches: Vec<String>,
    /// Begin again, whatever was sent before
    #[arg(long, requires = "all")]
    pub(crate) restart: bool,
}

/// Which repository it is, and where its pages are.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct RepositoryOptions {
    /// Id of the repository, the same for ever [else: made from the address that it is cloned from]
    #[arg(long, value_name = "ID")]
    pub(crate) repository_id: Option<RepositoryId>,
    /// Name that people see [else: its path on the server]
    #[arg(long, value_name = "TEXT")]
    pub(crate) repository_name: Option<String>,
    /// Address of the repository's page [else: made from the clone's address]
    #[arg(long, value_name = "URL")]
    pub(crate) repository_url: Option<WebUrl>,
    /// Kind of the server, which tells the addresses of its pages [else: guessed from the clone's address]
    #[arg(long, value_name = "KIND")]
    pub(crate) repository_kind: Option<RepositoryKind>,
    /// Address of a commit's page, such as {repository}/commit/{commit}, on a server of another kind
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) commit_url: Option<Template>,
    /// The same of a file at a commit, with {commit} and {path}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) file_url: Option<Template>,
    /// The same of a branch, with {branch}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) branch_url: Option<Template>,
    /// The same of a page that begins a pull request from a branch, with {branch}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) create_pull_request_url: Option<Template>,
}

/// The pull request of the build.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Pull request")]
pub(crate) struct PullRequestOptions {
    /// Number of the pull request [else: `CHANGE_ID`]
    #[arg(long, value_name = "NUMBER", conflicts_with = "all")]
    pub(crate) pull_request: Option<String>,
    /// Address of its page, which may hold {repository} and {number} [else: `CHANGE_URL`]
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) pull_request_url: Option<Template>,
    /// What became of it; the branch of a merged one is not sent
    #[arg(long, value_name = "STATUS", default_value = "open")]
    pub(crate) pull_request_status: PullRequestStatus,
    /// Branch that it goes to [else: `CHANGE_TARGET`]
    #[arg(long, value_name = "NAME")]
    pub(crate) pull_request_target: Option<String>,
}

/// How it is sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sending")]
pub(crate) struct SendingOptions {
    /// Let Jira carry out smart commits and automatic transitions for what is sent
    #[arg(long, conflicts_with = "all")]
    pub(crate) smart_commits: bool,
    /// Send commits and pull requests that name no issue as well; Atlassian does not say whether Jira keeps them
    #[arg(long)]
    pub(crate) all_entities: bool,
    /// When it happened, RFC 3339 or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) event_time: Option<Timestamp>,
    /// Number that orders updates; only a greater one replaces [default: milliseconds of the event]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) update_sequence_number: Option<SequenceNumber>,
    /// Label of the repository for later deletes, KEY=VALUE; five at most
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
    /// Name of the sending product
    #[arg(long, value_name = "NAME")]
    pub(crate) product: Option<String>,
    /// Exit with 5 when there is no issue key
    #[arg(long)]
    pub(crate) require_issue_keys: bool,
    /// Write the JSON object to this file as well
    #[arg(long, value_name = "FILE")]
    pub(crate) result_file: Option<std::path::PathBuf>,
}
