//! Options of `jira-send check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::options::{DEFAULT_BUDGET, KeyOptions, OutputOptions};
use super::outbox::OutboxOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct CheckOptions {
    /// The Jira site: acme, acme.atlassian.net or its address; may be several [else: `JIRA_SITE`]
    #[arg(
        long,
        value_name = "SITE",
        help_heading = "Jira",
        value_delimiter = ','
    )]
    pub(crate) site: Vec<String>,
    /// Cloud id of the site, compared with the one that is looked up [else: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID", help_heading = "Jira")]
    pub(crate) cloud_id: Option<String>,
    /// What is to be sent: the permissions to ask for
    #[arg(
        long,
        value_name = "DATA",
        help_heading = "Jira",
        value_delimiter = ',',
        default_value = "builds,deployments"
    )]
    pub(crate) data: Vec<CheckedData>,
    /// Seconds for everything, git and all sites included
    #[arg(long, value_name = "SECONDS", help_heading = "Jira", default_value_t = DEFAULT_BUDGET, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) budget: u32,
    /// File of further certificates to trust, in PEM, such as that of a proxy that inspects TLS
    #[arg(long, value_name = "FILE", help_heading = "Jira")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) outbox: OutboxOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// The data whose permission can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckedData {
    Builds,
    Deployments,
    DevInfo,
    FeatureFlags,
    RemoteLinks,
}
