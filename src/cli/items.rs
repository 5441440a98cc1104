//! Options that feature flags and remote links have in common.

use std::path::PathBuf;

use clap::Args;

use super::options::UpdateOptions;

/// What is said of one item, or of all items of a file.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sending")]
pub(crate) struct ItemOptions {
    #[command(flatten)]
    pub(crate) update: UpdateOptions,
    /// File with many of them, or - for standard input; its format is at the end of this help
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
