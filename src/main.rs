//! Puts Jenkins builds, deployments, commits and feature flags onto Jira Cloud issues.

mod changes;
mod child;
mod cli;
mod commands;
mod dns;
mod domain;
mod error;
mod facts;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzz_entries;
mod git;
mod invocation;
mod item_file;
mod jenkins;
mod jira;
mod json;
mod outbox;
mod output;
mod policy;
mod program;
mod report;
mod secret;
mod side_by_side;
mod step;
mod system;
mod test_reports;
mod variables;
mod wording;

use std::process::ExitCode;

fn main() -> ExitCode {
    child::outlive_file_size_limit();
    let arguments: Vec<_> = std::env::args_os().collect();
    let variables = variables::Variables::of_this_process();
    let output = output::Output::new(std::io::stderr(), std::io::stdout());
    program::run(&arguments, &variables, output)
}
