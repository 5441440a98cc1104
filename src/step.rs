//! `jira-send step`: one call of a pipeline step. The library hands over what Jenkins and the user say, and does what the
//! answer says; everything between is decided here.

mod answer;
mod body;
mod call;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/steps.rs"]
pub(crate) mod fuzz_entry;
mod gate;
mod kept;
mod late;
mod memory;
mod options;
mod parameters;
mod past;
mod request;
mod send;
mod steps;

pub(crate) use past::Remembered;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use answer::Answer;
use request::Request;

use crate::output::Output;
use crate::system::System;
use crate::variables::Variables;

/// The word that stands for this command; people never type it.
pub(crate) const COMMAND: &str = "step";

/// For a call whose parameters say nothing else.
pub(crate) const BUDGET: Duration = Duration::from_secs(14);

/// The answer of a call that hangs: the library keeps the request.
pub(crate) const HANGS: &str = r#"{"protocol":1,"problem":"the time budget was used up, and something does not answer: a file, a drive, git or the name service"}"#;

/// The version of the agreement with the library; each side refuses another one.
const PROTOCOL: u32 = 1;

/// Reads the request, carries it out, and prints the answer. Whatever happens is in the answer.
pub(crate) fn run(
    request: &Path,
    variables: &Variables,
    system: &dyn System,
    output: &Output,
) -> ExitCode {
    let answer = match Request::read(request) {
        Ok(request) => call::answer(&request, variables, system, output),
        Err(failure) => Answer::refused(&failure),
    };
    match output.result(&answer.to_json()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

#[cfg(test)]
mod tests;
