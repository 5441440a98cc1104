//! Options of `jira-send gate`.

use std::path::PathBuf;

use clap::Args;

use super::deployment::DeploymentKeyOptions;
use super::options::{DEFAULT_BUDGET, OutputOptions};

#[derive(Clone, Debug, Args)]
pub(crate) struct GateOptions {
    /// Wait until Jira has decided
    #[arg(long, help_heading = "Waiting")]
    pub(crate) wait: bool,
    /// Seconds to wait for the decision
    #[arg(long, value_name = "SECONDS", default_value = "3600", help_heading = "Waiting", value_parser = clap::value_parser!(u32).range(1..=2_592_000))]
    pub(crate) timeout: u32,
    #[command(flatten)]
    pub(crate) key: DeploymentKeyOptions,
    /// The one Jira site whose Jira Service Management decides: acme, acme.atlassian.net or its address [else:
    /// `JIRA_SITE`]
    #[arg(long, value_name = "SITE", help_heading = "Jira")]
    pub(crate) site: Option<String>,
    /// Cloud id of the site, which saves the look-up [else: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID", help_heading = "Jira")]
    pub(crate) cloud_id: Option<String>,
    /// File of certificates (PEM) to trust besides the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE", help_heading = "Jira")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds for one question, retries included; without --wait for all of it
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_BUDGET, help_heading = "Jira", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
