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
pub(crate) use check::CheckOptions;
pub(crate) use deployment::{DeploymentKeyOptions, DeploymentOptions, EnvironmentOptions};
pub(crate) use dev_info::DevInfoOptions;
pub(crate) use feature_flag::FeatureFlagOptions;
pub(crate) use flush::FlushOptions;
pub(crate) use gate::{DEFAULT_TIMEOUT, GateOptions};
pub(crate) use globals::typed_value;
pub(crate) use later::Later;
pub(crate) use options::{
    ConnectionOptions, Format, IdentityOptions, JiraOptions, KeyOptions, OutputOptions, RunOptions,
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

    /// What it has in common with others.
    pub(crate) fn common(&self) -> Common<'_> {
        match self {
            Self::Build(it) => Common::of_sender(&it.jira, Some(&it.keys), &it.output),
            Self::Deployment(it) => Common::of_sender(&it.jira, Some(&it.keys), &it.output),
            Self::DevInfo(it) => Common::of_sender(&it.jira, Some(&it.keys), &it.output),
            Self::FeatureFlag(it) => Common::of_sender(&it.jira, Some(&it.keys), &it.output),
            Self::Backfill(it) => Common::of_sender(&it.jira, None, &it.output),
            Self::Show(it) => Common::of_asker(it.what.how()),
            Self::Delete(it) => Common::of_asker(&it.what.how().ask),
            Self::Gate(it) => Common::new(it.budget, it.ca_file.as_deref(), &it.output),
            Self::Flush(it) => Common::new(it.budget, it.ca_file.as_deref(), &it.output),
            Self::Check(it) => Common {
                keys: Some(&it.keys),
                ..Common::new(it.budget, it.ca_file.as_deref(), &it.output)
            },
            Self::Keys(it) => Common {
                keys: Some(&it.keys),
                ..Common::new(it.budget, None, &it.output)
            },
        }
    }

    /// Whether Jira is asked anything.
    pub(crate) fn needs_network(&self) -> bool {
        match self {
            Self::Delete(options) => options.what.is_carried_out(),
            // The controller is asked by a dry run as well.
            Self::Backfill(options) if options.history.is_remote() => true,
            Self::Keys(_) => false,
            _ => self.common().jira.is_none_or(|jira| !jira.dry_run),
        }
    }

    /// What a failure does to the exit code.
    pub(crate) fn on_error(&self) -> OnError {
        let jira = self.common().jira;
        jira.map_or(OnError::Fail, |jira| jira.on_error)
    }

    /// Whether there is something to do when there is no way to Jira: a command to run, data to keep, or this to tell.
    pub(crate) fn goes_on(&self) -> bool {
        self.common().jira.is_some() || matches!(self, Self::Check(_))
    }

    /// The run that is sent, and the command that it is about, of commands that may have one.
    pub(crate) fn run(&self) -> Option<(&RunOptions, &WrapOptions)> {
        match self {
            Self::Build(options) => Some((&options.run, &options.wrap)),
            Self::Deployment(options) => Some((&options.run, &options.wrap)),
            _ => None,
        }
    }

    /// Where the report is written as well.
    pub(crate) fn result_file(&self) -> Option<&Path> {
        match self {
            Self::DevInfo(options) => options.sending.result_file.as_deref(),
            _ => self.run()?.1.result_file.as_deref(),
        }
    }

    /// Whether another command is run, which then has stdout to itself.
    pub(crate) fn wraps(&self) -> bool {
        self.run().is_some_and(|(_, wrap)| !wrap.command.is_empty())
    }
}

/// The options that several commands have.
pub(crate) struct Common<'a> {
    /// How it talks to Jira, of commands that send.
    pub(crate) jira: Option<&'a JiraOptions>,
    /// Where issue keys come from, of commands that look for them.
    pub(crate) keys: Option<&'a KeyOptions>,
    pub(crate) output: &'a OutputOptions,
    /// The time budget in seconds.
    pub(crate) budget: u32,
    /// Further certificates to trust.
    pub(crate) ca_file: Option<&'a Path>,
}

impl<'a> Common<'a> {
    fn new(budget: u32, ca_file: Option<&'a Path>, output: &'a OutputOptions) -> Self {
        Self {
            jira: None,
            keys: None,
            output,
            budget,
            ca_file,
        }
    }

    fn of_asker(AskOptions { connection, output }: &'a AskOptions) -> Self {
        Self::new(connection.budget, connection.ca_file.as_deref(), output)
    }

    fn of_sender(
        jira: &'a JiraOptions,
        keys: Option<&'a KeyOptions>,
        output: &'a OutputOptions,
    ) -> Self {
        let JiraOptions { connection, .. } = jira;
        Self {
            jira: Some(jira),
            keys,
            ..Self::new(connection.budget, connection.ca_file.as_deref(), output)
        }
    }
}

#[cfg(test)]
mod tests;
