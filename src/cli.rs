//! What users may type: clap structures and help. No logic.

mod build;
mod check;
pub(crate) mod completion;
mod deployment;
mod dev_info;
pub(crate) mod errors;
mod examples;
mod feature_flag;
mod flush;
mod gate;
pub(crate) mod globals;
pub(crate) mod help;
pub(crate) mod misspelt;
mod numbers;
mod options;
mod outbox;
#[cfg(test)]
mod pages;
mod stored;
mod suggestions;
pub(crate) mod words;
mod wrap;

use std::path::Path;

use clap::{ArgMatches, Args, Parser, Subcommand};

use crate::policy::OnError;

pub(crate) use build::BuildOptions;
pub(crate) use check::{CheckOptions, CheckedData};
pub(crate) use deployment::{DeploymentKeyOptions, DeploymentOptions, EnvironmentOptions};
pub(crate) use dev_info::{DevInfoOptions, PullRequestOptions, RepositoryOptions};
pub(crate) use feature_flag::FeatureFlagOptions;
pub(crate) use flush::FlushOptions;
pub(crate) use gate::GateOptions;
pub(crate) use options::{
    ConnectionOptions, Format, IdentityOptions, JiraOptions, KeyOptions, OutputOptions, RunOptions,
    UpdateOptions,
};
pub(crate) use outbox::OutboxOptions;
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
    Build(Box<BuildOptions>),
    /// Send this Jenkins run to Jira as a deployment to an environment
    Deployment(Box<DeploymentOptions>),
    /// Read whether a deployment may proceed, or wait until Jira Service Management has decided
    Gate(Box<GateOptions>),
    /// Send the state of feature flags to Jira, from options or a file
    #[command(after_long_help = feature_flag::FILE_HELP)]
    FeatureFlag(Box<FeatureFlagOptions>),
    /// Send the commits, the branch and the pull request of this Jenkins run, or a repository's whole history
    DevInfo(Box<DevInfoOptions>),
    /// Read back what Jira has stored
    ///
    /// Prints it as JSON; of repositories with a label only whether there are any. Of a repository Jira shows the 400 most
    /// recent commits, branches and pull requests, and no others. Jira needs a moment to store what was sent, and as far as
    /// is known shows only data that was sent with the same credential. The exit code is 1 if nothing is stored.
    Show(Box<ShowOptions>),
    /// Delete what Jira has stored: one thing, or all with a label
    ///
    /// One build, deployment, commit, branch, pull request or flag is deleted at once. Deleting more than one thing, a
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
    /// Time limit for git, in seconds or with a unit, such as '2 min'
    #[arg(long, value_name = "DURATION", default_value_t = options::DEFAULT_BUDGET, value_parser = numbers::seconds(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

impl Command {
    /// Takes in what follows from options together.
    pub(crate) fn complete(&mut self, matches: &ArgMatches) {
        if let Some(keys) = self.keys_mut() {
            for text in [&mut keys.branch, &mut keys.title, &mut keys.tag] {
                // As with a variable: it was set from something that turned out empty.
                text.take_if(|text| text.trim().is_empty());
            }
        }
        let given = matches.subcommand().map(|(_, given)| given);
        if let (Self::DevInfo(options), Some(given)) = (self, given) {
            options.spare_pushes(given);
        }
    }

    fn keys_mut(&mut self) -> Option<&mut KeyOptions> {
        match self {
            Self::Build(options) => Some(&mut options.keys),
            Self::Deployment(options) => Some(&mut options.keys),
            Self::FeatureFlag(options) => Some(&mut options.keys),
            Self::DevInfo(options) => Some(&mut options.keys),
            Self::Keys(options) => Some(&mut options.keys),
            _ => None,
        }
    }

    /// Whether Jira is asked anything.
    pub(crate) fn needs_network(&self) -> bool {
        match self {
            Self::Build(options) => !options.jira.dry_run,
            Self::Deployment(options) => !options.jira.dry_run,
            Self::FeatureFlag(options) => !options.jira.dry_run,
            Self::DevInfo(options) => !options.jira.dry_run,
            Self::Delete(options) => options.what.is_carried_out(),
            Self::Gate(_) | Self::Show(_) | Self::Flush(_) | Self::Check(_) => true,
            Self::Keys(_) => false,
        }
    }

    /// The time budget in seconds.
    pub(crate) fn budget(&self) -> u32 {
        match self {
            Self::Build(options) => options.jira.connection.budget,
            Self::Deployment(options) => options.jira.connection.budget,
            Self::FeatureFlag(options) => options.jira.connection.budget,
            Self::DevInfo(options) => options.jira.connection.budget,
            Self::Show(options) => options.what.how().connection.budget,
            Self::Delete(options) => options.what.how().ask.connection.budget,
            Self::Gate(options) => options.budget,
            Self::Flush(options) => options.budget,
            Self::Check(options) => options.budget,
            Self::Keys(options) => options.budget,
        }
    }

    /// What a failure does to the exit code.
    pub(crate) fn on_error(&self) -> OnError {
        match self {
            Self::Build(options) => options.jira.on_error,
            Self::Deployment(options) => options.jira.on_error,
            Self::FeatureFlag(options) => options.jira.on_error,
            Self::DevInfo(options) => options.jira.on_error,
            Self::Gate(_)
            | Self::Show(_)
            | Self::Delete(_)
            | Self::Flush(_)
            | Self::Keys(_)
            | Self::Check(_) => OnError::Fail,
        }
    }

    /// Further certificates to trust.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        let file = match self {
            Self::Build(options) => &options.jira.connection.ca_file,
            Self::Deployment(options) => &options.jira.connection.ca_file,
            Self::Gate(options) => &options.ca_file,
            Self::FeatureFlag(options) => &options.jira.connection.ca_file,
            Self::DevInfo(options) => &options.jira.connection.ca_file,
            Self::Show(options) => &options.what.how().connection.ca_file,
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
            Self::DevInfo(_)
            | Self::Gate(_)
            | Self::FeatureFlag(_)
            | Self::Show(_)
            | Self::Delete(_)
            | Self::Flush(_)
            | Self::Keys(_)
            | Self::Check(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::CommandFactory as _;

    use super::{Cli, errors};

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    /// What the libraries below say by themselves.
    const OF_LIBRARIES: &[&str] = &[
        "invalid digit",
        "cannot parse",
        "too large to fit",
        " is not in ",
        "expected ident",
        "expected value",
        "EOF while",
        "invalid type",
        "invalid float",
        "at line 1 column",
        "os error",
        "regex parse error",
        "provided string",
    ];

    #[test]
    fn no_error_is_in_the_words_of_a_library() {
        const JUNK: &[&str] = &[
            "",
            " ",
            "-1",
            "abc",
            "[",
            "{",
            "1.5",
            "99999999999999999999",
            "/tmp",
            "é\u{1f680}",
        ];
        fn check(words: &[&str], command: &clap::Command, seen: &mut BTreeSet<String>) {
            for option in command.get_arguments() {
                let long = option.get_long().unwrap_or_default();
                let takes_value = option.get_action().takes_values();
                if long.is_empty() || !takes_value || !seen.insert(long.to_owned()) {
                    continue;
                }
                for junk in JUNK {
                    let option = format!("--{long}={junk}");
                    let typed = [words, &[option.as_str()]].concat();
                    let Err(error) = Cli::command().try_get_matches_from(&typed) else {
                        continue;
                    };
                    let failure = errors::explain(&error, None, command, &BTreeMap::new(), false);
                    let lines = failure.lines();
                    for (_, line) in &lines {
                        let raw = OF_LIBRARIES.iter().find(|raw| line.contains(*raw));
                        assert!(raw.is_none(), "{typed:?}: {line}");
                    }
                    // Quoted as it was typed.
                    let is_about_value = error.kind() == clap::error::ErrorKind::ValueValidation;
                    let quoted = format!("'{junk}'");
                    assert!(
                        !is_about_value || lines[0].1.contains(&quoted),
                        "{typed:?}: {lines:?}"
                    );
                }
            }
            for nested in command.get_subcommands() {
                check(&[words, &[nested.get_name()]].concat(), nested, seen);
            }
        }
        let mut seen = BTreeSet::new();
        check(&["jira-send"], &Cli::command(), &mut seen);
        assert!(seen.len() > 60, "{seen:?}");
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
