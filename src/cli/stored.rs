//! Options of `jira-send show` and `jira-send delete`, which name the same kinds of things.

mod keys;

use clap::{Arg, Args, Subcommand};

use super::Later;
use super::deployment::DeploymentKeyOptions;
use super::globals::GlobalOptions;
use super::options::{ConnectionOptions, IdentityOptions, OutputOptions};
use crate::domain::properties::Property;
use crate::jira::DataType;

pub(crate) use keys::{
    BranchOptions, CommitOptions, FlagOptions, PullRequestKeyOptions, RepositoryKeyOptions,
};

#[derive(Clone, Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    globals: GlobalOptions,
    #[command(subcommand)]
    pub(crate) what: Stored<Nothing, AskOptions>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeleteOptions {
    #[command(flatten)]
    globals: GlobalOptions,
    #[command(subcommand)]
    pub(crate) what: Stored<Labels, HowToDelete>,
}

/// The kinds of things that Jira stores: what names one of them, the labels that replace it (Jira deletes by label, and
/// does not read by it), and how it is read or deleted.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Stored<L: Args, H: Args> {
    /// A build: the one of this Jenkins run, or the one that the options identify
    Build(Later<One<IdentityOptions, L, H>>),
    /// A deployment: the one of this Jenkins run to an environment, or the one that the options identify
    Deployment(Later<One<DeploymentKeyOptions, L, H>>),
    /// A repository with its commits, branches and pull requests
    Repository(Later<One<RepositoryKeyOptions, Nothing, H>>),
    /// A commit
    Commit(Later<One<CommitOptions, Nothing, H>>),
    /// A branch
    Branch(Later<One<BranchOptions, Nothing, H>>),
    /// A pull request
    PullRequest(Later<One<PullRequestKeyOptions, Nothing, H>>),
    /// All repositories that were sent with a label
    DevInfo(Later<One<Nothing, LabelsAlone, H>>),
    /// A feature flag
    FeatureFlag(Later<One<FlagOptions, L, H>>),
}

impl<L: Args + AsRef<[Property]>, H: Args> Stored<L, H> {
    pub(crate) fn which(&self) -> Which<'_> {
        self.parts().0
    }

    pub(crate) fn how(&self) -> &H {
        self.parts().1
    }

    fn parts(&self) -> (Which<'_>, &H) {
        match self {
            Self::Build(one) => one.parts(DataType::Builds, Which::Build),
            Self::Deployment(one) => one.parts(DataType::Deployments, Which::Deployment),
            Self::Repository(one) => one.parts(DataType::DevInfo, Which::Repository),
            Self::Commit(one) => one.parts(DataType::DevInfo, Which::Commit),
            Self::Branch(one) => one.parts(DataType::DevInfo, Which::Branch),
            Self::PullRequest(one) => one.parts(DataType::DevInfo, Which::PullRequest),
            Self::DevInfo(one) => (
                Which::Labelled(DataType::DevInfo, one.labels.as_ref()),
                &one.how,
            ),
            Self::FeatureFlag(one) => one.parts(DataType::FeatureFlags, Which::Flag),
        }
    }
}

impl Stored<Labels, HowToDelete> {
    /// Whether Jira can be asked for it.
    pub(crate) fn is_carried_out(&self) -> bool {
        let (which, how) = self.parts();
        !how.dry_run && (how.yes || !which.is_of_many())
    }
}

/// One thing, or all with these labels, and how it is read or deleted.
#[derive(Clone, Debug, Args)]
pub(crate) struct One<K: Args, L: Args, H: Args> {
    #[command(flatten)]
    key: K,
    #[command(flatten)]
    labels: L,
    #[command(flatten)]
    how: H,
}

impl<K: Args, L: Args + AsRef<[Property]>, H: Args> One<K, L, H> {
    fn parts<'a>(
        &'a self,
        data: DataType,
        of_key: impl FnOnce(&'a K) -> Which<'a>,
    ) -> (Which<'a>, &'a H) {
        let which = match self.labels.as_ref() {
            [] => of_key(&self.key),
            labels => Which::Labelled(data, labels),
        };
        (which, &self.how)
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
    /// All that was sent with all of these labels.
    Labelled(DataType, &'a [Property]),
}

impl Which<'_> {
    /// Whether more than one thing is deleted with it.
    pub(crate) fn is_of_many(self) -> bool {
        matches!(self, Self::Repository(_) | Self::Labelled(..))
    }
}

/// The options that name one thing among those that may have a label.
const NAMES: [&str; 7] = [
    "pipeline_id",
    "job_name",
    "build_number",
    "environment_id",
    "environment_name",
    "deployment_sequence_number",
    "flag_id",
];

/// Makes the label conflict with every option before it that names one thing.
fn without_names() -> impl FnMut(Arg) -> Arg {
    let mut names = Vec::new();
    move |option| {
        if NAMES.contains(&option.get_id().as_str()) {
            names.push(option.get_id().clone());
        }
        match option.get_id().as_str() {
            "property" => option.conflicts_with_all(&names),
            _ => option,
        }
    }
}

/// All with a label in place of one.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "All with a label", mut_args(without_names()))]
pub(crate) struct Labels {
    /// Take all that were sent with this label, KEY=VALUE; with several labels, all must match
    #[arg(long, value_name = "KEY=VALUE")]
    property: Vec<Property>,
}

impl AsRef<[Property]> for Labels {
    fn as_ref(&self) -> &[Property] {
        &self.property
    }
}

/// All with a label: there is no other way to say which.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "All with a label")]
pub(crate) struct LabelsAlone {
    /// Label that they were sent with, KEY=VALUE; with several labels, all must match
    #[arg(long, value_name = "KEY=VALUE", required = true)]
    property: Vec<Property>,
}

impl AsRef<[Property]> for LabelsAlone {
    fn as_ref(&self) -> &[Property] {
        &self.property
    }
}

/// No option.
#[derive(Clone, Debug, Args)]
pub(crate) struct Nothing {}

impl AsRef<[Property]> for Nothing {
    fn as_ref(&self) -> &[Property] {
        &[]
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
