//! Options of `jira-send show` and `jira-send delete`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::deployment::DeploymentKeyOptions;
use super::options::{IdentityOptions, OutputOptions};
use crate::domain::hosting::RepositoryKind;
use crate::domain::ids::ItemId;
use crate::domain::properties::Property;
use crate::domain::stored_id::StoredId;
use crate::domain::web_url::WebUrl;
use crate::jira::DataType;

#[derive(Clone, Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(subcommand)]
    pub(crate) what: Shown,
}

/// What can be read.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Shown {
    /// A build: of this Jenkins run, or as the options say
    Build {
        #[command(flatten)]
        key: IdentityOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A deployment: of this Jenkins run to an environment, or as the options say
    Deployment {
        #[command(flatten)]
        key: DeploymentKeyOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A repository with its 400 most recent commits, branches and pull requests
    Repository {
        #[command(flatten)]
        key: RepositoryKeyOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A commit, if it is among the 400 most recent entities of its repository: Jira shows no others
    Commit {
        #[command(flatten)]
        key: CommitOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A branch, if it is among the 400 most recent entities of its repository: Jira shows no others
    Branch {
        #[command(flatten)]
        key: BranchOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A pull request, if it is among the 400 most recent entities of its repository: Jira shows no others
    PullRequest {
        #[command(flatten)]
        key: PullRequestKeyOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// Whether any repository was sent with a label: yes, or no with exit code 1
    DevInfo {
        /// Label that it was sent with, KEY=VALUE; several mean all of them
        #[arg(
            long,
            value_name = "KEY=VALUE",
            help_heading = "All with a label",
            required = true
        )]
        property: Vec<Property>,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A feature flag
    FeatureFlag {
        #[command(flatten)]
        key: FlagOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
    /// A remote link
    RemoteLink {
        #[command(flatten)]
        key: LinkOptions,
        #[command(flatten)]
        ask: AskOptions,
    },
}

impl Shown {
    pub(crate) fn ask(&self) -> &AskOptions {
        match self {
            Self::Build { ask, .. }
            | Self::Deployment { ask, .. }
            | Self::Repository { ask, .. }
            | Self::Commit { ask, .. }
            | Self::Branch { ask, .. }
            | Self::PullRequest { ask, .. }
            | Self::DevInfo { ask, .. }
            | Self::FeatureFlag { ask, .. }
            | Self::RemoteLink { ask, .. } => ask,
        }
    }

    pub(crate) fn which(&self) -> Which<'_> {
        match self {
            Self::Build { key, .. } => Which::Build(key),
            Self::Deployment { key, .. } => Which::Deployment(key),
            Self::Repository { key, .. } => Which::Repository(key),
            Self::Commit { key, .. } => Which::Commit(key),
            Self::Branch { key, .. } => Which::Branch(key),
            Self::PullRequest { key, .. } => Which::PullRequest(key),
            Self::DevInfo { property, .. } => Which::Labelled(DataType::DevInfo, property),
            Self::FeatureFlag { key, .. } => Which::Flag(key),
            Self::RemoteLink { key, .. } => Which::Link(key),
        }
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeleteOptions {
    #[command(subcommand)]
    pub(crate) what: Deleted,
}

/// What can be deleted.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Deleted {
    /// A build: of this Jenkins run, or as the options say; or all builds with a label
    Build {
        #[command(flatten)]
        key: IdentityOptions,
        /// Delete all builds that were sent with this label, KEY=VALUE; several mean all of them
        #[arg(long, value_name = "KEY=VALUE", help_heading = "All with a label", conflicts_with_all = ["pipeline_id", "job_name", "build_number"])]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A deployment: of this Jenkins run to an environment, or as the options say; or all deployments with a label
    Deployment {
        #[command(flatten)]
        key: DeploymentKeyOptions,
        /// Delete all deployments that were sent with this label, KEY=VALUE; several mean all of them
        #[arg(long, value_name = "KEY=VALUE", help_heading = "All with a label", conflicts_with_all = ["pipeline_id", "job_name", "build_number", "environment_id", "environment_name", "deployment_sequence_number"])]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A repository with all its commits, branches and pull requests
    Repository {
        #[command(flatten)]
        key: RepositoryKeyOptions,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A commit
    Commit {
        #[command(flatten)]
        key: CommitOptions,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A branch
    Branch {
        #[command(flatten)]
        key: BranchOptions,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A pull request
    PullRequest {
        #[command(flatten)]
        key: PullRequestKeyOptions,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// All repositories with a label, each with all its commits, branches and pull requests
    DevInfo {
        /// Label that they were sent with, KEY=VALUE; several mean all of them
        #[arg(
            long,
            value_name = "KEY=VALUE",
            help_heading = "All with a label",
            required = true
        )]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A feature flag, or all with a label
    FeatureFlag {
        #[command(flatten)]
        key: FlagOptions,
        /// Delete all feature flags that were sent with this label, KEY=VALUE; several mean all of them
        #[arg(
            long,
            value_name = "KEY=VALUE",
            help_heading = "All with a label",
            conflicts_with = "flag_id"
        )]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A remote link, or all with a label
    RemoteLink {
        #[command(flatten)]
        key: LinkOptions,
        /// Delete all remote links that were sent with this label, KEY=VALUE; several mean all of them
        #[arg(
            long,
            value_name = "KEY=VALUE",
            help_heading = "All with a label",
            conflicts_with_all = ["link_id", "url"]
        )]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
}

impl Deleted {
    pub(crate) fn how(&self) -> &HowToDelete {
        match self {
            Self::Build { how, .. }
            | Self::Deployment { how, .. }
            | Self::Repository { how, .. }
            | Self::Commit { how, .. }
            | Self::Branch { how, .. }
            | Self::PullRequest { how, .. }
            | Self::DevInfo { how, .. }
            | Self::FeatureFlag { how, .. }
            | Self::RemoteLink { how, .. } => how,
        }
    }

    pub(crate) fn which(&self) -> Which<'_> {
        match self {
            Self::Build { key, property, .. } if property.is_empty() => Which::Build(key),
            Self::Build { property, .. } => Which::Labelled(DataType::Builds, property),
            Self::Deployment { key, property, .. } if property.is_empty() => Which::Deployment(key),
            Self::Deployment { property, .. } => Which::Labelled(DataType::Deployments, property),
            Self::Repository { key, .. } => Which::Repository(key),
            Self::Commit { key, .. } => Which::Commit(key),
            Self::Branch { key, .. } => Which::Branch(key),
            Self::PullRequest { key, .. } => Which::PullRequest(key),
            Self::DevInfo { property, .. } => Which::Labelled(DataType::DevInfo, property),
            Self::FeatureFlag { key, property, .. } if property.is_empty() => Which::Flag(key),
            Self::FeatureFlag { property, .. } => Which::Labelled(DataType::FeatureFlags, property),
            Self::RemoteLink { key, property, .. } if property.is_empty() => Which::Link(key),
            Self::RemoteLink { property, .. } => Which::Labelled(DataType::RemoteLinks, property),
        }
    }

    /// Whether Jira is asked for it.
    pub(crate) fn is_carried_out(&self) -> bool {
        let how = self.how();
        !how.dry_run && (how.yes || !self.which().is_of_many())
    }
}

/// What is read or deleted, whichever of the two it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'a> {
    Build(&'a IdentityOptions),
    Deployment(&'a DeploymentKeyOptions),
    Repository(&'a RepositoryKeyOptions),
    Commit(&'a CommitOptions),
    Branch(&'a BranchOptions),
    PullRequest(&'a PullRequestKeyOptions),
    Flag(&'a FlagOptions),
    Link(&'a LinkOptions),
    /// All that was sent with all of these labels.
    Labelled(DataType, &'a [Property]),
}

impl Which<'_> {
    /// Whether more than one thing goes with it.
    pub(crate) fn is_of_many(self) -> bool {
        matches!(self, Self::Repository(_) | Self::Labelled(..))
    }
}

/// Where Jira is asked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Jira")]
pub(crate) struct AskOptions {
    /// The Jira site: acme, acme.atlassian.net or its address; several with commas between them or by repeating the
    /// option [else: `JIRA_SITE`]
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    pub(crate) site: Vec<String>,
    /// Cloud id of the site, which saves the look-up [else: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID")]
    pub(crate) cloud_id: Option<String>,
    /// File of certificates (PEM) to trust besides the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds for everything, retries included
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// How it is deleted.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Deleting")]
pub(crate) struct HowToDelete {
    /// Delete more than one thing; nobody is asked
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the request; no credential is needed and nothing is deleted
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wait, within --budget, until it is not there any more; not possible for --property but that of dev-info
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) ask: AskOptions,
}

/// Which repository it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct RepositoryKeyOptions {
    /// Id of the repository [else: made from the address that it is cloned from]
    #[arg(long, value_name = "ID")]
    pub(crate) repository_id: Option<StoredId>,
    /// Address of the repository's page, where it is not cloned from anywhere
    #[arg(long, value_name = "URL")]
    pub(crate) repository_url: Option<WebUrl>,
    /// Kind of the server [else: guessed from the clone's address]
    #[arg(long, value_name = "KIND")]
    pub(crate) repository_kind: Option<RepositoryKind>,
    /// Folder of the repository [else: `GIT_CHECKOUT_DIR` in the workspace, else the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository_dir: Option<PathBuf>,
}

/// Which commit it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct CommitOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Id of the commit, the whole hash [else: `GIT_COMMIT`, else what is checked out]
    #[arg(long, value_name = "ID")]
    pub(crate) commit: Option<StoredId>,
}

/// Which branch it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct BranchOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Name of the branch [else: as Jenkins and git name it]
    #[arg(long, value_name = "NAME", conflicts_with = "branch_id")]
    pub(crate) branch: Option<String>,
    /// Id of the branch as Jira has it, instead of its name
    #[arg(long, value_name = "ID")]
    pub(crate) branch_id: Option<StoredId>,
}

/// Which pull request it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct PullRequestKeyOptions {
    #[command(flatten)]
    pub(crate) repository: RepositoryKeyOptions,
    /// Number of the pull request [else: `CHANGE_ID`]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) pull_request: Option<String>,
}

/// Which feature flag it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Flag")]
pub(crate) struct FlagOptions {
    /// Id of the feature flag; its key, where it was sent without an id
    #[arg(long, value_name = "ID")]
    pub(crate) flag_id: Option<ItemId>,
}

/// Which remote link it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Link")]
pub(crate) struct LinkOptions {
    /// Id of the remote link [else: made from its address]
    #[arg(long, value_name = "ID")]
    pub(crate) link_id: Option<ItemId>,
    /// Address that the link leads to
    #[arg(long, value_name = "URL", conflicts_with = "link_id")]
    pub(crate) url: Option<WebUrl>,
}
