//! Which repository, commit, branch … it is.

use std::path::PathBuf;

use clap::Args;

use crate::domain::hosting::RepositoryKind;
use crate::domain::ids::ItemId;
use crate::domain::stored_id::StoredId;
use crate::domain::web_url::WebUrl;

/// Which repository it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct RepositoryKeyOptions {
    /// Repository id [default: derived from the URL of the clone]
    #[arg(long, value_name = "ID")]
    pub(crate) repository_id: Option<StoredId>,
    /// URL of the repository's page, if it has no remote
    #[arg(long, value_name = "URL")]
    pub(crate) repository_url: Option<WebUrl>,
    /// Kind of git server [default: guessed from the URL of the clone]
    #[arg(long, value_name = "KIND")]
    pub(crate) repository_kind: Option<RepositoryKind>,
    /// Folder of the repository [default: `GIT_CHECKOUT_DIR` in the workspace, else the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository_dir: Option<PathBuf>,
}

/// Which commit it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct CommitOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Full hash of the commit [default: `GIT_COMMIT`, else the commit that is checked out]
    #[arg(long, value_name = "ID")]
    pub(crate) commit: Option<StoredId>,
}

/// Which branch it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct BranchOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Branch name [default: from Jenkins or git]
    #[arg(long, value_name = "NAME", conflicts_with = "branch_id")]
    pub(crate) branch: Option<String>,
    /// Id of the branch in Jira, instead of its name
    #[arg(long, value_name = "ID")]
    pub(crate) branch_id: Option<StoredId>,
}

/// Which pull request it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct PullRequestKeyOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Number of the pull request [default: `CHANGE_ID`]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) pull_request: Option<String>,
}

/// Which feature flag it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Flag")]
pub(crate) struct FlagOptions {
    /// Id of the feature flag; its key, if it was sent without an id
    #[arg(long, value_name = "ID")]
    pub(crate) flag_id: Option<ItemId>,
}
