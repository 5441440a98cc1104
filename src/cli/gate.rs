//! Options of `jira-send gate`.

use std::path::PathBuf;

use clap::Args;

use super::deployment::DeploymentKeyOptions;
use super::numbers::seconds;
use super::options::{DEFAULT_BUDGET, OutputOptions};
use crate::domain::duration::MAX_SECONDS;

/// Seconds that are waited for a decision when nobody says how long.
pub(crate) const DEFAULT_TIMEOUT: u32 = 3600;

#[derive(Clone, Debug, Args)]
pub(crate) struct GateOptions {
    /// Wait until Jira has decided
    #[arg(long, help_heading = "Waiting")]
    pub(crate) wait: bool,
    /// How long to wait for the decision, in seconds or with a unit, such as '2 h'
    #[arg(long, value_name = "DURATION", default_value_t = DEFAULT_TIMEOUT, help_heading = "Waiting", value_parser = seconds(1..=MAX_SECONDS))]
    pub(crate) timeout: u32,
    #[command(flatten)]
    pub(crate) key: DeploymentKeyOptions,
    /// Jira site whose Jira Service Management decides: acme, acme.atlassian.net or its URL [default: `JIRA_SITE`]
    #[arg(long, value_name = "SITE", help_heading = "Jira")]
    pub(crate) site: Option<String>,
    /// Cloud id of the site, which saves a look-up [default: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID", help_heading = "Jira")]
    pub(crate) cloud_id: Option<String>,
    /// File of certificates (PEM) to trust in addition to the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE", help_heading = "Jira")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Time limit for each request, in seconds or with a unit, retries included; without --wait for the whole call
    #[arg(long, value_name = "DURATION", default_value_t = DEFAULT_BUDGET, help_heading = "Jira", value_parser = seconds(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
