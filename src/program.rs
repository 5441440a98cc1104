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

/// Parses, runs, and reports whatever ends it.
pub(crate) fn run(typed: &[OsString], variables: &Variables, mut output: Output) -> ExitCode {
    // Before anything is parsed: an error repeats what was given.
    for secret in variables.secrets() {
        output.hide(&secret);
    }
    if let [_, word, request] = typed
        && word == step::COMMAND
    {
        let system = Machine::new();
        if let Some(watchdog) = system.watchdog() {
            let output = output.clone();
            let say = move || {
                let _ = output.result(step::HANGS);
            };
            let code = FailureKind::Unreachable.exit_code();
            watchdog.start(step::BUDGET, code, Box::new(move |_| (0, Box::new(say))));
        }
        return step::run(Path::new(request), variables, &system, &output);
    }
    let has_colors = |is_terminal| {
        let color = typed_value(typed, "--color");
        color::is_wanted(color.as_deref(), variables, is_terminal)
    };
    output.set_colors(has_colors(std::io::stderr().is_terminal()));
    if let Some(code) = without_us(typed, &output) {
        return code;
    }
    let (command, trouble) = match parse(typed, variables) {
        Ok(command) => (command, None),
        Err(Stop::Failed(failure, arguments)) => match wrapped_as_typed(typed) {
            Some(command) => (command, Some(failure)),
            None => return failed(&failure, &arguments, variables, &output),
        },
        Err(Stop::Shown(page)) => {
            let has_colors = has_colors(std::io::stdout().is_terminal());
            return show(&page, has_colors, typed, variables, &output);
        }
    };
    let system = Machine::new();
    output.set_verbosity(command.output().globals.verbosity());
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
        watch(&command, typed, variables, &system, &output);
    }
    if command.needs_network() && !command.wraps() && !limits::has_memory_to_send() {
        let code = exit_code(Outcome::Unreachable, false, command.on_error());
        return without_memory(code, typed, variables, &output);
    }
    let phase = Phase::default();
    let run = |context: &commands::Context<'_>| {
        let wrapped = commands::run_wrapped(&command, trouble.as_ref(), context);
        wrapped.map_or_else(|| commands::run(&command, context), Ok)
    };
    match invocation::perform(&command, variables, &phase, &system, &output, run) {
        Ok(code) => code,
        Err(failure) => failed(&failure, typed, variables, &output),
    }
}

/// Without the memory to send anything, or even to understand the options, the user's command is run in our place.
fn without_us(typed: &[OsString], output: &Output) -> Option<ExitCode> {
    if limits::has_memory_to_send() {
        return None;
    }
    in_our_place(
        typed,
        "the memory limit leaves too little",
        "raise ulimit -v or ulimit -d",
        output,
    )
}

/// The same with less stack than that takes, and no thread to be had.
pub(crate) fn without_stack(typed: &[OsString], output: &Output) -> Option<ExitCode> {
    in_our_place(
        typed,
        "the stack limit leaves too little, and there is no thread",
        "raise ulimit -s or ulimit -u",
        output,
    )
}

/// Runs the user's command instead of this program, if there is one.
fn in_our_place(typed: &[OsString], why: &str, advice: &str, output: &Output) -> Option<ExitCode> {
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
    let checked = commands::check_options(&command, false);
    let failed = |failure| Stop::Failed(failure, typed.to_vec());
    checked.map_err(failed).map(|()| command)
}

/// A call that wraps a command and is right as it was typed: what is wrong then is a variable, and whoever set it, on the
/// controller perhaps, does not keep the command from being run.
fn wrapped_as_typed(typed: &[OsString]) -> Option<Command> {
    let command = parse(typed, &Variables::default()).ok();
    command.filter(Command::wraps)
}

/// Whatever hangs, the process ends in time, and says what happens to the data.
fn watch(
    command: &Command,
    typed: &[OsString],
    variables: &Variables,
    system: &Machine,
    output: &Output,
) {
    let Some(watchdog) = system.watchdog() else {
        return;
    };
    let (output, on_error) = (output.clone(), command.on_error());
    let is_json = wants_json(typed, variables);
    let last_words: LastWords = Box::new(move |unfinished| {
        let code = code_of(&unfinished, on_error);
        let say = move || {
            for (index, failure) in failures(&unfinished).iter().enumerate() {
                say_unsent(failure, code, is_json && index == 0, &output);
            }
        };
        (code, Box::new(say))
    });
    let code = code_of(&Unfinished::default(), on_error);
    let guess = Duration::from_secs(command.budget().into());
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

/// Says why nothing was sent, to programs as well.
fn say_unsent(failure: &Failure, code: u8, is_json: bool, output: &Output) {
    output.failure_for(failure, code);
    if is_json {
        let report = Report {
            exit_code: code,
            ..Report::failed(failure)
        };
        let _ = output.result(&report.to_json());
    }
}

/// Nothing is tried.
fn without_memory(
    code: u8,
    typed: &[OsString],
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    let failure = Failure::new(FailureKind::Unreachable, "nothing was sent")
        .cause("the limit of memory leaves too little")
        .hint("raise ulimit -v or ulimit -d");
    say_unsent(&failure, code, wants_json(typed, variables), output);
    ExitCode::from(code)
}

/// Help, the version, or both where no command was typed.
fn show(
    page: &clap::Error,
    has_colors: bool,
    typed: &[OsString],
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    if page.use_stderr() && wants_json(typed, variables) {
        let failure = Failure::usage("missing command").hint("see jira-send --help");
        return failed(&failure, typed, variables, output);
    }
    let page_text = page.render();
    let text = if has_colors {
        page_text.ansi().to_string()
    } else {
        page_text.to_string()
    };
    if let Err(failure) = output.result(help::printed(text.trim_end()).as_str()) {
        output.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    ExitCode::from(u8::try_from(page.exit_code()).unwrap_or(2))
}

fn failed(
    failure: &Failure,
    arguments: &[OsString],
    variables: &Variables,
    output: &Output,
) -> ExitCode {
    output.failure(failure);
    if wants_json(arguments, variables) {
        // There is no other place to tell it.
        let _ = output.result(&Report::failed(failure).to_json());
    }
    ExitCode::from(failure.kind.exit_code())
}

/// Whoever reads JSON gets JSON, even when the arguments could not be parsed.
fn wants_json(arguments: &[OsString], variables: &Variables) -> bool {
    let typed = typed_value(arguments, "--format");
    typed.as_deref() == Some("json") || variables.by_name("JIRA_SEND_FORMAT") == Some("json")
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
