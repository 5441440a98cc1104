//! Puts Jenkins builds, deployments, commits and feature flags onto Jira Cloud issues.

mod backfill;
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
mod ordered;
mod outbox;
mod output;
mod phrases;
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

/// The stack of a thread that does all the work, in bytes.
const STACK: usize = 2 * 1024 * 1024;

fn main() -> ExitCode {
    child::outlive_file_size_limit();
    if limits::has_stack() {
        return run();
    }
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(_) => {
            let arguments: Vec<_> = std::env::args_os().collect();
            let why = "the stack limit leaves too little, and there is no thread";
            let advice = "raise ulimit -s or ulimit -u";
            program::in_our_place(&arguments, why, advice, &output()).unwrap_or_else(run)
        }
    }
}

fn run() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let variables = variables::Variables::of_this_process();
    program::run(&arguments, &variables, output())
}

fn output() -> output::Output {
    let stderr = std::io::stderr();
    let terminal = stderr.is_terminal().then(|| {
        terminal_size::terminal_size_of(&stderr).map_or(80, |(width, _)| usize::from(width.0))
    });
    output::Output::new(stderr, std::io::stdout()).on_terminal(terminal)
}
