//! Options of the outbox.

use std::path::PathBuf;

use clap::Args;

use super::numbers::number;
use crate::variables::Variables;

/// What is kept on this machine.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Outbox")]
pub(crate) struct OutboxOptions {
    /// Folder for undelivered updates [default: jira-send in the user's state folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) outbox: Option<PathBuf>,
    /// Keep nothing on this machine: no undelivered updates, and no sequence numbers or issue keys of earlier ones
    #[arg(long)]
    pub(crate) no_outbox: bool,
    /// Days after which undelivered updates are set aside
    #[arg(long, value_name = "DAYS", default_value = "14", value_parser = number::<u32>(1..=365))]
    pub(crate) outbox_max_age_days: u32,
    /// Maximum number of updates in the outbox; the oldest are dropped
    #[arg(long, value_name = "COUNT", default_value = "10000", value_parser = number::<u32>(1..=1_000_000))]
    pub(crate) outbox_max_entries: u32,
    /// Maximum size of the outbox in MiB; the oldest updates are dropped
    #[arg(long, value_name = "MIB", default_value = "100", value_parser = number::<u32>(1..=100_000))]
    pub(crate) outbox_max_size: u32,
}

impl OutboxOptions {
    /// For commands without these options, which only read what is there.
    pub(crate) fn default_for_reading(variables: &Variables) -> Self {
        Self {
            outbox: variables.by_name("JIRA_SEND_OUTBOX").map(PathBuf::from),
            no_outbox: variables.by_name("JIRA_SEND_NO_OUTBOX").is_some(),
            outbox_max_age_days: 14,
            outbox_max_entries: 10_000,
            outbox_max_size: 100,
        }
    }
}
