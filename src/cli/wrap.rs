//! Options of the commands that can run another command: `jira-send build -- CMD`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// A command to run between the beginning and the end.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Command")]
pub(crate) struct WrapOptions {
    /// Run this command: send `in_progress` when it starts and the result when it ends; the exit code is the command's
    /// own
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
    /// Leave Jira's credential in the environment of the command; otherwise it is removed
    #[arg(long)]
    pub(crate) keep_credentials: bool,
    /// Also write the JSON object to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) result_file: Option<PathBuf>,
}
