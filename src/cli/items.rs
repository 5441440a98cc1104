//! Options that feature flags and remote links have in common.

use std::path::PathBuf;

use clap::Args;

use crate::domain::properties::Property;
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;

/// What is said of one item, or of all items of a file.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sending")]
pub(crate) struct ItemOptions {
    /// When it happened, RFC 3339 or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) event_time: Option<Timestamp>,
    /// Time that people see [default: the time of the event]
    #[arg(long, value_name = "TIME")]
    pub(crate) last_updated: Option<Timestamp>,
    /// Number that orders updates; only a greater one replaces [default: milliseconds of the event]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) update_sequence_number: Option<SequenceNumber>,
    /// Label for later deletes, KEY=VALUE; five at most
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
    /// Name of the sending product
    #[arg(long, value_name = "NAME")]
    pub(crate) product: Option<String>,
    /// Exit with 5 when there is no issue key
    #[arg(long)]
    pub(crate) require_issue_keys: bool,
    /// File of many of them, or - for standard input; see the end of this help
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
