//! Options of `jira-send flush`.

use std::path::PathBuf;

use clap::{Arg, Args};

use super::numbers::seconds;
use super::options::OutputOptions;
use super::outbox::OutboxOptions;

/// Without an outbox there is nothing to flush.
fn without_no_outbox(option: Arg) -> Arg {
    let is_senseless = option.get_id() == "no_outbox";
    option.hide(is_senseless)
}

#[derive(Debug, Args)]
#[command(mut_args(without_no_outbox), next_help_heading = "Jira")]
pub(crate) struct FlushOptions {
    /// Send only what is queued for these sites [default: the sites in `JIRA_SITE` and those that have their own
    /// credential]
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    pub(crate) site: Vec<String>,
    /// File of certificates (PEM) to trust in addition to the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Time limit for the whole call, in seconds or with a unit, such as '2 min', retries included
    #[arg(long, value_name = "DURATION", default_value = "300", value_parser = seconds(1..=86_400))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) outbox: OutboxOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
