//! Puts Jenkins builds, deployments, commits and feature flags onto Jira Cloud issues.

mod base64;
mod changes;
mod child;
mod cli;
mod color;
mod commands;
mod digest;
mod dns;
mod domain;
mod error;
mod facts;
mod files;
mod flag_file;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/mod.rs"]
pub mod fuzz_entries;
mod git;
mod invocation;
mod jenkins;
mod jira;
mod json;
mod limits;
mod outbox;
mod output;
mod policy;
mod program;
mod report;
mod secret;
mod side_by_side;
mod spelling;
mod step;
mod system;
mod test_reports;
mod variables;
mod watchdog;
mod wording;

use std::io::IsTerminal as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    child::outlive_file_size_limit();
    let arguments: Vec<_> = std::env::args_os().collect();
    let variables = variables::Variables::of_this_process();
    let is_terminal = std::io::stderr().is_terminal();
    let output = output::Output::new(std::io::stderr(), std::io::stdout()).on_terminal(is_terminal);
    program::run(&arguments, &variables, output)
}
