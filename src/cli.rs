//! What users may type: clap structures and help. No logic.

mod backfill;
mod build;
mod check;
mod deployment;
mod dev_info;
pub(crate) mod errors;
mod examples;
mod feature_flag;
mod flush;
mod gate;
pub(crate) mod globals;
pub(crate) mod help;
pub(crate) mod later;
pub(crate) mod misspelt;
mod numbers;
mod options;
mod outbox;
pub(crate) mod sources;
mod stored;
mod suggestions;
pub(crate) mod words;
mod wrap;

use std::path::Path;

use clap::{Args, Parser, Subcommand};

use crate::policy::OnError;

pub(crate) use backfill::{BackfillOptions, is_url};
pub(crate) use build::BuildOptions;
pub(crate) use check::{CheckOptions, CheckedData};
pub(crate) use deployment::{DeploymentKeyOptions, DeploymentOptions, EnvironmentOptions};
pub(crate) use dev_info::DevInfoOptions;
pub(crate) use feature_flag::FeatureFlagOptions;
pub(crate) use flush::FlushOptions;
pub(crate) use gate::{DEFAULT_TIMEOUT, GateOptions};
pub(crate) use globals::typed_value;
pub(crate) use later::Later;
pub(crate) use options::{
    ConnectionOptions, Format, IdentityOptions, JiraOptions, KeyOptions, OutputOptions, RunOptions,
    UpdateOptions,
};
pub(crate) use outbox::{OutboxOptions, turned_off_by};
pub(crate) use stored::{
    AskOptions, BranchOptions, CommitOptions, DeleteOptions, PullRequestKeyOptions,
    RepositoryKeyOptions, ShowOptions, Which,
};
pub(crate) use wrap::WrapOptions;

/// Puts Jenkins builds, deployments, commits and feature flags onto Jira Cloud issues, with nothing but Jira's OAuth client
/// credentials.
#[derive(Debug, Parser)]
#[command(name = "jira-send", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    globals: globals::GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send this Jenkins run to Jira as a build
    Build(Later<BuildOptions>),
    /// Send this Jenkins run to Jira as a deployment to an environment
    Deployment(Later<DeploymentOptions>),
    /// Read whether a deployment may proceed, or wait until Jira Service Management has decided
    Gate(Later<GateOptions>),
    /// Send the state of feature flags to Jira, from options or a file
    #[command(after_long_help = feature_flag::FILE_HELP)]
    FeatureFlag(Later<FeatureFlagOptions>),
    /// Send the commits, the branch and the pull request of this Jenkins run, or a repository's whole history
    DevInfo(Later<DevInfoOptions>),
    /// Read back what Jira has stored
    ///
    /// Prints it as JSON; for repositories with a label, only whether there are any. For a repository, Jira returns only the
    /// 400 most recent commits, branches and pull requests. Jira needs a moment to store what was sent, and probably shows
    /// only data that was sent with the same credential. The exit code is 1 if nothing is stored.
    Show(Later<ShowOptions>),
    /// Delete what Jira has stored: one thing, or all with a label
    ///
    /// One build, deployment, commit, branch, pull request or flag is deleted at once. Deleting more than one thing, a
    /// repository or everything with a label, requires --yes. Jira deletes a moment later, and gives the same answer whether
    /// or not there was anything to delete.
    Delete(Later<DeleteOptions>),
    /// Send the updates that are queued in the outbox
    Flush(Later<FlushOptions>),
    /// Send the builds and deployments that a Jenkins controller remembers
    Backfill(Later<BackfillOptions>),
    /// Explain which issue keys are found, where, and what was dropped
    Keys(Later<KeysOptions>),
    /// Check the settings, the network and the credential; sends no data
    Check(Later<CheckOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct KeysOptions {
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    /// Time limit for git, in seconds or with a unit, such as '2 min'
    #[arg(long, value_name = "DURATION", default_value_t = options::DEFAULT_BUDGET, value_parser = numbers::seconds(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

impl Command {
    /// A command of which nothing but its name was typed.
    pub(crate) fn untyped(name: &str) -> Option<Self> {
        let cli = Cli::try_parse_from(["jira-send", name]);
        cli.ok().map(|cli| cli.command)
    }

    /// How it talks to Jira, of commands that send.
    pub(crate) fn jira(&self) -> Option<&JiraOptions> {
        match self {
            Self::Build(options) => Some(&options.jira),
            Self::Deployment(options) => Some(&options.jira),
            Self::FeatureFlag(options) => Some(&options.jira),
            Self::DevInfo(options) => Some(&options.jira),
            Self::Backfill(options) => Some(&options.jira),
            _ => None,
        }
    }

    /// Whether Jira is asked anything.
    pub(crate) fn needs_network(&self) -> bool {
        match self {
            Self::Delete(options) => options.what.is_carried_out(),
            // The controller is asked by a dry run as well.
            Self::Backfill(options) if options.history.is_remote() => true,
            Self::Keys(_) => false,
            _ => self.jira().is_none_or(|jira| !jira.dry_run),
        }
    }

    /// The time budget in seconds, and further certificates to trust.
    fn budget_and_ca_file(&self) -> (u32, Option<&Path>) {
        fn of(connection: &ConnectionOptions) -> (u32, Option<&Path>) {
            (connection.budget, connection.ca_file.as_deref())
        }
        match self {
            Self::Build(options) => of(&options.jira.connection),
            Self::Deployment(options) => of(&options.jira.connection),
            Self::FeatureFlag(options) => of(&options.jira.connection),
            Self::DevInfo(options) => of(&options.jira.connection),
            Self::Backfill(options) => of(&options.jira.connection),
            Self::Show(options) => of(&options.what.how().connection),
            Self::Delete(options) => of(&options.what.how().ask.connection),
            Self::Gate(options) => (options.budget, options.ca_file.as_deref()),
            Self::Flush(options) => (options.budget, options.ca_file.as_deref()),
            Self::Check(options) => (options.budget, options.ca_file.as_deref()),
            Self::Keys(options) => (options.budget, None),
        }
    }

    /// The time budget in seconds.
    pub(crate) fn budget(&self) -> u32 {
        self.budget_and_ca_file().0
    }

    /// Further certificates to trust.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        self.budget_and_ca_file().1
    }

    /// What a failure does to the exit code.
    pub(crate) fn on_error(&self) -> OnError {
        self.jira().map_or(OnError::Fail, |jira| jira.on_error)
    }

    /// Whether there is something to do when there is no way to Jira: a command to run, data to keep, or this to tell.
    pub(crate) fn goes_on(&self) -> bool {
        self.jira().is_some() || matches!(self, Self::Check(_))
    }

    /// Where issue keys come from, of commands that look for them.
    pub(crate) fn keys(&self) -> Option<&KeyOptions> {
        match self {
            Self::Build(options) => Some(&options.keys),
            Self::Deployment(options) => Some(&options.keys),
            Self::FeatureFlag(options) => Some(&options.keys),
            Self::DevInfo(options) => Some(&options.keys),
            Self::Keys(options) => Some(&options.keys),
            Self::Check(options) => Some(&options.keys),
            _ => None,
        }
    }

    pub(crate) fn output(&self) -> &OutputOptions {
        match self {
            Self::Build(options) => &options.output,
            Self::Deployment(options) => &options.output,
            Self::Gate(options) => &options.output,
            Self::FeatureFlag(options) => &options.output,
            Self::DevInfo(options) => &options.output,
            Self::Backfill(options) => &options.output,
            Self::Show(options) => &options.what.how().output,
            Self::Delete(options) => &options.what.how().ask.output,
            Self::Flush(options) => &options.output,
            Self::Keys(options) => &options.output,
            Self::Check(options) => &options.output,
        }
    }

    /// Whether another command is run, which then has stdout to itself.
    pub(crate) fn wraps(&self) -> bool {
        match self {
            Self::Build(options) => options.wrap.wraps(),
            Self::Deployment(options) => options.wrap.wraps(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
