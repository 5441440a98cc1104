//! Options of `jira-send dev-info`.

use clap::{Arg, Args};

use super::options::{JiraOptions, KeyOptions, OutputOptions};
use crate::domain::entity_ids::RepositoryId;
use crate::domain::hosting::{RepositoryKind, Template};
use crate::domain::properties::Property;
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::jira::dev_info::PullRequestStatus;

/// Sends the commits since the last successful build, the branch that was built and, in the build of a pull request,
/// the pull request, if they name issues.
///
/// A branch without an issue in its name belongs to the issues of its newest commit, a pull request to those of its
/// title and its branch. Jira does not store tags: the build of a tag sends the commits since the previous tag, and the
/// tag's commit also belongs to the issues in the tag's name and message.
#[derive(Clone, Debug, Args)]
#[command(mut_args(with_defaults))]
pub(crate) struct DevInfoOptions {
    #[command(flatten)]
    pub(crate) history: HistoryOptions,
    #[command(flatten)]
    pub(crate) push: PushOptions,
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

/// What holds for a push, which is never held up, and for a whole history, as far as the user does not want it otherwise.
fn with_defaults(option: Arg) -> Arg {
    match option.get_id().as_str() {
        // Jira may ask for patience with the many requests of a history.
        "budget" => option
            .default_value_if("pushed", "true", "5")
            .default_value_if("all", "true", "120"),
        "on_error" => option.default_value_if("pushed", "true", "warn"),
        _ => option,
    }
}

/// The history of a repository in one go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The whole history")]
pub(crate) struct HistoryOptions {
    /// Send the commits and branches of the whole repository as existing data, which Jira processes more slowly.
    /// Resumes after an interruption; later calls send what is new. --budget applies to each request, and is 120 unless it
    /// is given
    #[arg(long)]
    pub(crate) all: bool,
    /// Only these branches, such as main or release/*; can be repeated
    #[arg(long, value_name = "PATTERN", requires = "all")]
    pub(crate) branches: Vec<String>,
    /// Send everything again, regardless of what was sent before
    #[arg(long, requires = "all")]
    pub(crate) restart: bool,
}

/// What a git server was sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "In a git server's hook")]
pub(crate) struct PushOptions {
    /// Send what was pushed: reads the lines of a post-receive hook from stdin, in the repository on the git server. Unless
    /// they are given, --budget is 5 and --on-error is warn, so that no push waits for Jira
    #[arg(long, conflicts_with = "all")]
    pub(crate) pushed: bool,
}

/// Which repository it is, and where its pages are.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct RepositoryOptions {
    /// Repository id, the same in every call [default: derived from the URL of the clone]
    #[arg(long, value_name = "ID")]
    pub(crate) repository_id: Option<RepositoryId>,
    /// Repository name shown in Jira [default: its path on the server]
    #[arg(long, value_name = "TEXT")]
    pub(crate) repository_name: Option<String>,
    /// URL of the repository's page [default: derived from the URL of the clone]
    #[arg(long, value_name = "URL")]
    pub(crate) repository_url: Option<WebUrl>,
    /// Kind of git server, which determines the URLs of its pages [default: guessed from the URL of the clone]
    #[arg(long, value_name = "KIND")]
    pub(crate) repository_kind: Option<RepositoryKind>,
    /// URL of a commit's page, such as {repository}/commit/{commit}, for other kinds of server
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) commit_url: Option<Template>,
    /// URL of a file's page, with {commit} and {path}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) file_url: Option<Template>,
    /// URL of a branch's page, with {branch}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) branch_url: Option<Template>,
    /// URL of the page that opens a pull request, with {branch}
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) create_pull_request_url: Option<Template>,
}

/// The pull request of the build.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Pull request")]
pub(crate) struct PullRequestOptions {
    /// Number of the pull request [default: `CHANGE_ID`]
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["all", "pushed"])]
    pub(crate) pull_request: Option<String>,
    /// URL of the pull request's page, which may contain {repository} and {number} [default: `CHANGE_URL`]
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) pull_request_url: Option<Template>,
    /// Status of the pull request; the branch of a merged one is not sent
    #[arg(long, value_name = "STATUS", default_value = "open")]
    pub(crate) pull_request_status: PullRequestStatus,
    /// Target branch of the pull request [default: `CHANGE_TARGET`]
    #[arg(long, value_name = "NAME")]
    pub(crate) pull_request_target: Option<String>,
}

/// How it is sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sending")]
pub(crate) struct SendingOptions {
    /// Let Jira carry out smart commits and automatic transitions
    #[arg(long, conflicts_with = "all")]
    pub(crate) smart_commits: bool,
    /// Also send commits and pull requests that name no issue; Atlassian does not say whether Jira keeps them
    #[arg(long)]
    pub(crate) all_entities: bool,
    /// Time of the event, RFC 3339 or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) event_time: Option<Timestamp>,
    /// Number that orders updates; a higher one replaces a lower one [default: the time of the event in milliseconds]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) update_sequence_number: Option<SequenceNumber>,
    /// Label of the repository for later deletion, KEY=VALUE; at most five
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
    /// Name of the sending product
    #[arg(long, value_name = "NAME")]
    pub(crate) product: Option<String>,
    /// Exit with code 5 if there is no issue key
    #[arg(long)]
    pub(crate) require_issue_keys: bool,
    /// Also write the JSON object to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) result_file: Option<std::path::PathBuf>,
}
