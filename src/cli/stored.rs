//! Options of `jira-send show` and `jira-send delete`.

mod keys;

use clap::{Args, Subcommand};

use super::deployment::DeploymentKeyOptions;
use super::options::{ConnectionOptions, IdentityOptions, OutputOptions};
use crate::domain::properties::Property;
use crate::jira::DataType;

pub(crate) use keys::{
    BranchOptions, CommitOptions, FlagOptions, LinkOptions, PullRequestKeyOptions,
    RepositoryKeyOptions,
};

#[derive(Clone, Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(subcommand)]
    pub(crate) what: Shown,
}

/// What can be read.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Shown {
    /// A build: the one of this Jenkins run, or the one that the options identify
    Build(One<IdentityOptions, AskOptions>),
    /// A deployment: the one of this Jenkins run to an environment, or the one that the options identify
    Deployment(One<DeploymentKeyOptions, AskOptions>),
    /// A repository with its 400 most recent commits, branches and pull requests
    Repository(One<RepositoryKeyOptions, AskOptions>),
    /// A commit, if it is one of the 400 most recent entities of its repository: Jira returns no others
    Commit(One<CommitOptions, AskOptions>),
    /// A branch, if it is one of the 400 most recent entities of its repository: Jira returns no others
    Branch(One<BranchOptions, AskOptions>),
    /// A pull request, if it is one of the 400 most recent entities of its repository: Jira returns no others
    PullRequest(One<PullRequestKeyOptions, AskOptions>),
    /// Whether a repository was sent with a label: yes, or no with exit code 1
    DevInfo {
        /// Label that it was sent with, KEY=VALUE; with several labels, all must match
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
    FeatureFlag(One<FlagOptions, AskOptions>),
    /// A remote link
    RemoteLink(One<LinkOptions, AskOptions>),
}

impl Shown {
    pub(crate) fn ask(&self) -> &AskOptions {
        match self {
            Self::Build(One { how: ask, .. })
            | Self::Deployment(One { how: ask, .. })
            | Self::Repository(One { how: ask, .. })
            | Self::Commit(One { how: ask, .. })
            | Self::Branch(One { how: ask, .. })
            | Self::PullRequest(One { how: ask, .. })
            | Self::DevInfo { ask, .. }
            | Self::FeatureFlag(One { how: ask, .. })
            | Self::RemoteLink(One { how: ask, .. }) => ask,
        }
    }

    pub(crate) fn which(&self) -> Which<'_> {
        match self {
            Self::Build(one) => Which::Build(&one.key),
            Self::Deployment(one) => Which::Deployment(&one.key),
            Self::Repository(one) => Which::Repository(&one.key),
            Self::Commit(one) => Which::Commit(&one.key),
            Self::Branch(one) => Which::Branch(&one.key),
            Self::PullRequest(one) => Which::PullRequest(&one.key),
            Self::DevInfo { property, .. } => Which::Labelled(DataType::DevInfo, property),
            Self::FeatureFlag(one) => Which::Flag(&one.key),
            Self::RemoteLink(one) => Which::Link(&one.key),
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
    /// A build: the one of this Jenkins run, or the one that the options identify; or all builds with a label
    Build {
        #[command(flatten)]
        key: IdentityOptions,
        /// Delete all builds that were sent with this label, KEY=VALUE; with several labels, all must match
        #[arg(long, value_name = "KEY=VALUE", help_heading = "All with a label", conflicts_with_all = ["pipeline_id", "job_name", "build_number"])]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A deployment: the one of this Jenkins run to an environment, or the one that the options identify; or all deployments
    /// with a label
    Deployment {
        #[command(flatten)]
        key: DeploymentKeyOptions,
        /// Delete all deployments that were sent with this label, KEY=VALUE; with several labels, all must match
        #[arg(long, value_name = "KEY=VALUE", help_heading = "All with a label", conflicts_with_all = ["pipeline_id", "job_name", "build_number", "environment_id", "environment_name", "deployment_sequence_number"])]
        property: Vec<Property>,
        #[command(flatten)]
        how: HowToDelete,
    },
    /// A repository with all its commits, branches and pull requests
    Repository(One<RepositoryKeyOptions, HowToDelete>),
    /// A commit
    Commit(One<CommitOptions, HowToDelete>),
    /// A branch
    Branch(One<BranchOptions, HowToDelete>),
    /// A pull request
    PullRequest(One<PullRequestKeyOptions, HowToDelete>),
    /// All repositories with a label, each with all its commits, branches and pull requests
    DevInfo {
        /// Label that they were sent with, KEY=VALUE; with several labels, all must match
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
        /// Delete all feature flags that were sent with this label, KEY=VALUE; with several labels, all must match
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
        /// Delete all remote links that were sent with this label, KEY=VALUE; with several labels, all must match
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
            | Self::Repository(One { how, .. })
            | Self::Commit(One { how, .. })
            | Self::Branch(One { how, .. })
            | Self::PullRequest(One { how, .. })
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
            Self::Repository(one) => Which::Repository(&one.key),
            Self::Commit(one) => Which::Commit(&one.key),
            Self::Branch(one) => Which::Branch(&one.key),
            Self::PullRequest(one) => Which::PullRequest(&one.key),
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

/// One thing, and how it is read or deleted.
#[derive(Clone, Debug, Args)]
pub(crate) struct One<K: Args, H: Args> {
    #[command(flatten)]
    pub(crate) key: K,
    #[command(flatten)]
    pub(crate) how: H,
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
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// How it is deleted.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Deleting")]
pub(crate) struct HowToDelete {
    /// Delete more than one thing, without a prompt
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the request and delete nothing; needs no credential
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wait, within --budget, until it is deleted; with --property, possible for dev-info only
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) ask: AskOptions,
}
