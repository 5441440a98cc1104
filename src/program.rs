//! From the arguments to the exit code.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::child;
use crate::cli::{Command, help, misspelt, typed_value};
use crate::color;
use crate::commands::{self, Phase};
use crate::error::{Failure, FailureKind};
use crate::invocation::{self, Stop};
use crate::limits;
use crate::output::Output;
use crate::policy::{OnError, exit_code, worst};
use crate::report::{Outcome, Report};
use crate::step;
use crate::system::{Machine, System as _};
use crate::variables::Variables;
use crate::watchdog::{LastWords, Unfinished, failures};

const MORE_MEMORY: &str = "raise ulimit -v or ulimit -d";

/// Parses, runs, and reports whatever ends it.
pub(crate) fn run(typed: &[OsString], variables: &Variables, mut output: Output) -> ExitCode {
    // Before anything is parsed: an error repeats what was given.
    for secret in variables.secrets() {
        output.hide(&secret);
    }
    if let [_, word, request] = typed
        && word == step::COMMAND
    {
        return run_step(Path::new(request), variables, &output);
    }
    let has_colors = |is_terminal| {
        let color = typed_value(typed, "--color");
        color::is_wanted(color.as_deref(), variables, is_terminal)
    };
    output.set_colors(has_colors(std::io::stderr().is_terminal()));
    // Even to understand the options takes memory.
    let why = "the memory limit leaves too little";
    if !limits::has_memory_to_send()
        && let Some(code) = in_our_place(typed, why, MORE_MEMORY, &output)
    {
        return code;
    }
    let is_json = wants_json(typed, variables);
    let (command, trouble) = match parse(typed, variables) {
        Ok(command) => (command, None),
        Err(Stop::Failed(failure)) => match wrapped_as_typed(typed) {
            Some(command) => (command, Some(failure)),
            None => return failed(&failure, is_json, &output),
        },
        Err(Stop::Shown(page)) => {
            let has_colors = has_colors(std::io::stdout().is_terminal());
            return show(&page, has_colors, is_json, &output);
        }
    };
    let system = Machine::new();
    output.set_verbosity(command.common().output.globals.verbosity());
    // The check has them in its list.
    if !matches!(command, Command::Check(_)) {
        for warning in misspelt::variables(variables) {
            output.warning(&warning);
        }
    }
    if command.wraps() {
        if let Some(code) = child::as_first_process(typed, &system) {
            return ExitCode::from(code);
        }
        output.leave_results();
    } else {
        watch(&command, is_json, &system, &output);
        if command.needs_network() && !limits::has_memory_to_send() {
            let code = exit_code(Outcome::Unreachable, false, command.on_error());
            let failure = Failure::new(FailureKind::Unreachable, "nothing was sent")
                .cause("the limit of memory leaves too little")
                .hint(MORE_MEMORY);
            say_failed(&failure, code, is_json, &output);
            return ExitCode::from(code);
        }
    }
    let run = |context: &commands::Context<'_>| commands::run(&command, trouble.as_ref(), context);
    invocation::perform(
        &command,
        variables,
        &Phase::default(),
        &system,
        &output,
        run,
    )
    .unwrap_or_else(|failure| failed(&failure, is_json, &output))
}

/// Answers a pipeline step, in time whatever hangs.
fn run_step(request: &Path, variables: &Variables, output: &Output) -> ExitCode {
    let system = Machine::new();
    if let Some(watchdog) = system.watchdog() {
        let output = output.clone();
        let say = move || {
            let _ = output.result(step::HANGS);
        };
        let code = FailureKind::Unreachable.exit_code();
        watchdog.start(step::BUDGET, code, Box::new(move |_| (0, Box::new(say))));
    }
    step::run(request, variables, &system, output)
}

/// Runs the user's command instead of this program, if there is one, where we get too little of the machine.
pub(crate) fn in_our_place(
    typed: &[OsString],
    why: &str,
    advice: &str,
    output: &Output,
) -> Option<ExitCode> {
    let (ours, command) = typed.split_at(typed.iter().position(|word| word == "--")?);
    let wraps = ours
        .iter()
        .any(|word| word == "build" || word == "deployment");
    let command = command
        .get(1..)
        .filter(|words| wraps && !words.is_empty())?;
    output.advise(&format!("this run is not reported to Jira: {why}"), advice);
    let keeps_credentials = ours.iter().any(|word| word == "--keep-credentials");
    let error = child::replace_us(command, keeps_credentials);
    Some(commands::cannot_start(command, &error, output).into())
}

fn parse(typed: &[OsString], variables: &Variables) -> Result<Command, Stop> {
    let command = invocation::parse(typed, variables, None)?;
    commands::check_options(&command, false).map_err(Stop::Failed)?;
    Ok(command)
}

/// A call that wraps a command and is right as it was typed: what is wrong then is a variable, and whoever set it, on the
/// controller perhaps, does not keep the command from being run.
fn wrapped_as_typed(typed: &[OsString]) -> Option<Command> {
    let command = parse(typed, &Variables::default()).ok();
    command.filter(Command::wraps)
}

/// Whatever hangs, the process ends in time, and says what happens to the data.
fn watch(command: &Command, is_json: bool, system: &Machine, output: &Output) {
    let Some(watchdog) = system.watchdog() else {
        return;
    };
    let (output, on_error) = (output.clone(), command.on_error());
    let last_words: LastWords = Box::new(move |unfinished| {
        let code = code_of(&unfinished, on_error);
        let say = move || {
            for (index, failure) in failures(&unfinished).iter().enumerate() {
                say_failed(failure, code, is_json && index == 0, &output);
            }
        };
        (code, Box::new(say))
    });
    let code = code_of(&Unfinished::default(), on_error);
    let guess = Duration::from_secs(command.common().budget.into());
    watchdog.start(guess, code, last_words);
}

/// What could not be finished was not sent; without any, what was settled before counts.
fn code_of(unfinished: &Unfinished, on_error: OnError) -> u8 {
    let under_way = &unfinished.under_way;
    if under_way.is_empty() && !unfinished.settled.is_empty() {
        return worst(&unfinished.settled);
    }
    let queued = !under_way.is_empty() && under_way.iter().all(|one| one.kept.is_some());
    let code = exit_code(Outcome::Unreachable, queued, on_error);
    worst(&[unfinished.settled.as_slice(), &[code]].concat())
}

fn show(page: &clap::Error, has_colors: bool, is_json: bool, output: &Output) -> ExitCode {
    if page.use_stderr() && is_json {
        let failure = Failure::usage("missing command").hint("see jira-send --help");
        return failed(&failure, is_json, output);
    }
    let page_text = page.render();
    let text = if has_colors {
        page_text.ansi().to_string()
    } else {
        page_text.to_string()
    };
    match output.result(help::printed(text.trim_end()).as_str()) {
        Ok(()) => ExitCode::from(u8::try_from(page.exit_code()).unwrap_or(2)),
        Err(failure) => failed(&failure, false, output),
    }
}

fn failed(failure: &Failure, is_json: bool, output: &Output) -> ExitCode {
    let code = failure.kind.exit_code();
    say_failed(failure, code, is_json, output);
    ExitCode::from(code)
}

/// Says why it came to nothing, to programs as well.
fn say_failed(failure: &Failure, code: u8, is_json: bool, output: &Output) {
    output.failure_for(failure, code);
    if is_json {
        let report = Report {
            exit_code: code,
            ..Report::failed(failure)
        };
        // There is no other place to tell it.
        let _ = output.result(&report.to_json());
    }
}

/// Whoever reads JSON gets JSON, even when the arguments could not be parsed.
fn wants_json(typed: &[OsString], variables: &Variables) -> bool {
    let format = typed_value(typed, "--format");
    format.as_deref() == Some("json") || variables.by_name("JIRA_SEND_FORMAT") == Some("json")
}

#[cfg(test)]
mod tests {
    use super::{OnError, Unfinished, code_of};
    use crate::watchdog::UnderWay;

    #[test]
    fn what_is_unfinished_decides_the_exit_code_with_what_is_settled() {
        let under_way = |kept: bool| UnderWay {
            title: "build shop #7".to_owned(),
            site: "acme".to_owned(),
            kept: kept.then(|| "/box".into()),
        };
        for (all, settled, fail, queue) in [
            (vec![], vec![], 4, 4),
            (vec![], vec![0], 0, 0),
            (vec![], vec![0, 1], 1, 1),
            (vec![under_way(true)], vec![], 4, 0),
            (vec![under_way(true)], vec![0], 4, 0),
            (vec![under_way(true), under_way(false)], vec![0], 4, 4),
            (vec![under_way(false)], vec![1], 1, 1),
        ] {
            let unfinished = Unfinished {
                under_way: all,
                settled,
            };
            let codes = [OnError::Fail, OnError::Queue].map(|it| code_of(&unfinished, it));
            assert_eq!(codes, [fail, queue], "{unfinished:?}");
        }
    }
}
