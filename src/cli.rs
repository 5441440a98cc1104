//! What users may type: clap structures and help. No logic.

mod build;
mod check;
pub(crate) mod completion;
mod deployment;
mod dev_info;
pub(crate) mod errors;
mod feature_flag;
mod flush;
mod gate;
mod items;
mod options;
mod outbox;
mod remote_link;
mod stored;
pub(crate) mod words;
mod wrap;

use std::path::Path;

use clap::{Args, Parser, Subcommand};

pub(crate) use build::BuildOptions;
pub(crate) use check::{CheckOptions, CheckedData};
pub(crate) use deployment::{DeploymentKeyOptions, DeploymentOptions, EnvironmentOptions};
pub(crate) use dev_info::{DevInfoOptions, PullRequestOptions, RepositoryOptions};
pub(crate) use feature_flag::FeatureFlagOptions;
pub(crate) use flush::FlushOptions;
pub(crate) use gate::GateOptions;
pub(crate) use items::ItemOptions;
pub(crate) use options::{
    ConnectionOptions, Format, IdentityOptions, JiraOptions, KeyOptions, OutputOptions, RunOptions,
};
pub(crate) use outbox::OutboxOptions;
pub(crate) use remote_link::RemoteLinkOptions;
pub(crate) use stored::{
    AskOptions, BranchOptions, CommitOptions, DeleteOptions, PullRequestKeyOptions,
    RepositoryKeyOptions, ShowOptions, Which,
};
pub(crate) use wrap::WrapOptions;

/// Puts Jenkins builds, deployments, commits and feature flags onto Jira Cloud issues, with nothing but Jira's OAuth client
/// credentials.
#[derive(Debug, Parser)]
#[command(name = "jira-send", version, max_term_width = 100, after_help = after_help(), after_long_help = after_long_help())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send this Jenkins run to Jira as a build
    Build(Box<BuildOptions>),
    /// Send this Jenkins run to Jira as a deployment to an environment
    Deployment(Box<DeploymentOptions>),
    /// Read whether a deployment may proceed, or wait until Jira Service Management has decided
    Gate(Box<GateOptions>),
    /// Send the state of feature flags to Jira, from options or a file
    #[command(after_long_help = feature_flag::FILE_HELP)]
    FeatureFlag(Box<FeatureFlagOptions>),
    /// Send links to Jira; Atlassian does not confirm that OAuth credentials may do this
    #[command(after_long_help = remote_link::FILE_HELP)]
    RemoteLink(Box<RemoteLinkOptions>),
    /// Send the commits, the branch and the pull request of this Jenkins run, or a repository's whole history
    DevInfo(Box<DevInfoOptions>),
    /// Read back what Jira has stored
    ///
    /// Prints it as JSON. Jira needs a moment to store what was sent, and as far as is known shows only data that was sent
    /// with the same credential. The exit code is 1 if nothing is stored.
    Show(Box<ShowOptions>),
    /// Delete what Jira has stored: one thing, or all with a label
    ///
    /// One build, deployment, commit, branch, pull request, flag or link is deleted at once. Deleting more than one thing, a
    /// repository or everything with a label, requires --yes. Jira deletes a moment later, and gives the same answer whether
    /// or not there was anything to delete.
    Delete(Box<DeleteOptions>),
    /// Send the updates that are queued in the outbox
    Flush(Box<FlushOptions>),
    /// Explain which issue keys are found, where, and what was dropped
    Keys(Box<KeysOptions>),
    /// Check the settings, the network and the credential; sends no data
    Check(Box<CheckOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct KeysOptions {
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    /// Time limit for git in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = options::DEFAULT_BUDGET, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

impl Command {
    /// Whether Jira is asked anything.
    pub(crate) fn needs_network(&self) -> bool {
        match self {
            Self::Build(options) => !options.jira.dry_run,
            Self::Deployment(options) => !options.jira.dry_run,
            Self::FeatureFlag(options) => !options.jira.dry_run,
            Self::RemoteLink(options) => !options.jira.dry_run,
            Self::DevInfo(options) => !options.jira.dry_run,
            Self::Delete(options) => options.what.is_carried_out(),
            Self::Gate(_) | Self::Show(_) | Self::Flush(_) | Self::Check(_) => true,
            Self::Keys(_) => false,
        }
    }

    /// Further certificates to trust.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        let file = match self {
            Self::Build(options) => &options.jira.connection.ca_file,
            Self::Deployment(options) => &options.jira.connection.ca_file,
            Self::Gate(options) => &options.ca_file,
            Self::FeatureFlag(options) => &options.jira.connection.ca_file,
            Self::RemoteLink(options) => &options.jira.connection.ca_file,
            Self::DevInfo(options) => &options.jira.connection.ca_file,
            Self::Show(options) => &options.what.ask().connection.ca_file,
            Self::Delete(options) => &options.what.how().ask.connection.ca_file,
            Self::Flush(options) => &options.ca_file,
            Self::Check(options) => &options.ca_file,
            Self::Keys(_) => &None,
        };
        file.as_deref()
    }

    /// Whether there is something to do when there is no way to Jira: a command to run, data to keep, or this to tell.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(
            self,
            Self::Build(_)
                | Self::Deployment(_)
                | Self::FeatureFlag(_)
                | Self::RemoteLink(_)
                | Self::DevInfo(_)
                | Self::Check(_)
        )
    }

    /// Where issue keys come from, of commands that look for them.
    pub(crate) fn keys(&self) -> Option<&KeyOptions> {
        match self {
            Self::Build(options) => Some(&options.keys),
            Self::Deployment(options) => Some(&options.keys),
            Self::FeatureFlag(options) => Some(&options.keys),
            Self::RemoteLink(options) => Some(&options.keys),
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
            Self::RemoteLink(options) => &options.output,
            Self::DevInfo(options) => &options.output,
            Self::Show(options) => &options.what.ask().output,
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
            Self::DevInfo(_)
            | Self::Gate(_)
            | Self::FeatureFlag(_)
            | Self::RemoteLink(_)
            | Self::Show(_)
            | Self::Delete(_)
            | Self::Flush(_)
            | Self::Keys(_)
            | Self::Check(_) => false,
        }
    }
}

fn after_long_help() -> String {
    let mut text = after_help();
    text.push_str(
        "\n\nExit codes by outcome and --on-error; with several sites, the first of 1, 3, 4:\n",
    );
    text.push_str(&crate::policy::table());
    text.push_str("\nVariables that Jenkins sets:\n");
    list_variables(&mut text, crate::variables::JENKINS);
    text.push_str(
        "\nVariables of the network (proxies also in lower case, which takes precedence):\n",
    );
    list_variables(&mut text, crate::variables::NETWORK);
    text.push_str("\nVariables of the machine:\n");
    list_variables(&mut text, crate::variables::MACHINE);
    text
}

fn list_variables(text: &mut String, variables: &[crate::variables::Variable]) {
    use std::fmt::Write as _;
    for variable in variables {
        let _ = writeln!(text, "  {:<30} {}", variable.name, variable.meaning);
    }
}

/// Variables and exit codes, from the same tables that the code uses.
fn after_help() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "Every option can also be given as a variable: --environment-id as JIRA_SEND_ENVIRONMENT_ID.\n\nVariables:\n",
    );
    list_variables(&mut text, crate::variables::CONNECTION);
    text.push_str(
        "Each of them except JIRA_SITE can be set for a single site, whose name follows two underscores: \
         JIRA_CLIENT_ID__ACME for acme.atlassian.net.\n",
    );
    text.push_str("\nExit codes:\n");
    for (code, meaning) in crate::error::EXIT_CODES {
        let _ = writeln!(text, "  {code}  {meaning}");
    }
    text.push_str("\nWith -- COMMAND the exit code is the command's own: 128 plus the number of the signal that ended it, 127 if there is no such command, 126 if it cannot be run.\n");
    text.push_str("\nExample: JIRA_SITE=acme jira-send build --state SUCCESS");
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_has_help() {
        fn check(command: &clap::Command) {
            for command in command.get_subcommands() {
                assert!(command.get_about().is_some(), "{}", command.get_name());
                for argument in command.get_arguments() {
                    assert!(argument.get_help().is_some(), "{}", argument.get_id());
                }
                check(command);
            }
        }
        check(&Cli::command());
    }
}
