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
    /// Tell whether a deployment may go on, or wait until Jira Service Management has decided
    Gate(Box<GateOptions>),
    /// Send the state of feature flags to Jira, from options or a file
    #[command(after_long_help = feature_flag::FILE_HELP)]
    FeatureFlag(Box<FeatureFlagOptions>),
    /// Send links to Jira; Atlassian does not confirm that OAuth credentials may send them
    #[command(after_long_help = remote_link::FILE_HELP)]
    RemoteLink(Box<RemoteLinkOptions>),
    /// Send the commits, the branch and the pull request of this Jenkins run, or a repository's whole history
    DevInfo(Box<DevInfoOptions>),
    /// Read back what Jira has stored
    ///
    /// Prints it as JSON. What was just sent takes Jira a moment, and as far as is known only data of the same credential
    /// can be seen. When nothing is stored the exit code is 1.
    Show(Box<ShowOptions>),
    /// Delete what Jira has stored: one thing, or all with a label
    ///
    /// One build, deployment, commit, branch, pull request, flag or link is deleted at once. What takes more than one thing,
    /// a repository or all with a label, wants --yes. Jira deletes after a moment, and says the same whether or not there
    /// was anything.
    Delete(Box<DeleteOptions>),
    /// Send what could not be delivered before
    Flush(Box<FlushOptions>),
    /// Explain which issue keys are found, where, and what was dropped
    Keys(Box<KeysOptions>),
    /// Find out what keeps builds and deployments from Jira; sends no data
    Check(Box<CheckOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct KeysOptions {
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    /// Seconds for git
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
        "\n\nExit codes by outcome and --on-error; of several sites the first of 1, 3, 4:\n",
    );
    text.push_str(&crate::policy::table());
    text.push_str("\nVariables that Jenkins sets:\n");
    list_variables(&mut text, crate::variables::JENKINS);
    text.push_str("\nVariables of the network (proxies in lower case too, which wins):\n");
    list_variables(&mut text, crate::variables::NETWORK);
    text.push_str("\nVariables of the machine:\n");
    list_variables(&mut text, crate::variables::MACHINE);
    text.push_str("\nVariables that a pipeline step sets:\n");
    list_variables(&mut text, crate::variables::STEP);
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
        "Each but JIRA_SITE, which may name several sites, can be given for one site, whose name follows two \
         underscores: JIRA_CLIENT_ID__ACME for acme.atlassian.net.\n",
    );
    text.push_str("\nExit codes:\n");
    for (code, meaning) in crate::error::EXIT_CODES {
        let _ = writeln!(text, "  {code}  {meaning}");
    }
    text.push_str("\nWith -- COMMAND the exit code is the command's own: 128 and the number of the signal that ended it, 127 when there is no such command, 126 when it cannot be run.\n");
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
