//! Options of `jira-send check`.

use std::path::PathBuf;

use clap::Args;

use super::numbers::seconds;
use super::options::{DEFAULT_BUDGET, KeyOptions, OutputOptions};
use super::outbox::OutboxOptions;
use crate::jira::DataType;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Jira")]
pub(crate) struct CheckOptions {
    /// Jira site: acme, acme.atlassian.net or its URL; separate several with commas or repeat the option [default:
    /// `JIRA_SITE`]
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    pub(crate) site: Vec<String>,
    /// Cloud id of the site, compared with the one that is looked up [default: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID")]
    pub(crate) cloud_id: Option<String>,
    /// Data that you want to send: its permissions are checked
    #[arg(
        long,
        value_name = "DATA",
        value_delimiter = ',',
        default_value = "builds,deployments"
    )]
    pub(crate) data: Vec<DataType>,
    /// Time limit for all checks, in seconds or with a unit, such as '2 min'
    #[arg(long, value_name = "DURATION", default_value_t = DEFAULT_BUDGET, value_parser = seconds(1..=3600))]
    pub(crate) budget: u32,
    /// File of certificates (PEM) to trust in addition to the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) outbox: OutboxOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
