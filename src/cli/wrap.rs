//! Options of the commands that can run another command: `jira-send build -- CMD`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// A command to run between the beginning and the end.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Command")]
pub(crate) struct WrapOptions {
    /// Run this command: `in_progress` is sent when it begins, its end when it ends; exits with its own code
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
    /// Let the command see Jira's credential, which is taken out of its environment otherwise
    #[arg(long)]
    pub(crate) keep_credentials: bool,
    /// Write the JSON object to this file as well
    #[arg(long, value_name = "FILE")]
    pub(crate) result_file: Option<PathBuf>,
}

impl WrapOptions {
    pub(crate) fn wraps(&self) -> bool {
        !self.command.is_empty()
    }
}
