//! One call of a step from the request to the answer. `step.rs` begins it; gates and steps that send go on in files of
//! their own.

use std::ffi::OsString;

use serde_json::{Map, Value};

use super::answer::{Answer, camel_cased, hints};
use super::memory::Memory;
use super::options::{self, Settled};
use super::parameters::Parameters;
use super::request::{Request, UpstreamRun};
use super::steps::{Step, Task};
use crate::cli::later::whole;
use crate::cli::sources::all_options;
use crate::cli::{Command, JiraOptions};
use crate::commands::{self, Context, StepPhase, Upstream};
use crate::error::Failure;
use crate::invocation::{self, Stop};
use crate::output::{KeptLines, Output, Verbosity, log_line};
use crate::report::Report;
use crate::system::System;
use crate::variables::{JIRA_SEND_FAIL_ON_ERROR, Variables};
use crate::wording::Wording;

pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) step: &'static Step,
    pub(super) parameters: Parameters,
    pub(super) variables: &'a Variables,
    pub(super) system: &'a dyn System,
    pub(super) memory: Memory,
    /// Keeps the lines for people.
    output: Output,
    lines: KeptLines,
    /// Prints at once, where the user wants to see everything.
    verbose: Output,
}

pub(super) struct Done<T> {
    /// Nothing if the options are invalid.
    pub(super) command: Option<Command>,
    pub(super) result: T,
    /// Warnings and hints, for the log.
    pub(super) said: Vec<String>,
}

impl<T> Done<T> {
    pub(super) fn jira(&self) -> Option<&JiraOptions> {
        self.command.as_ref()?.common().jira
    }
}

pub(super) fn answer(
    request: &Request,
    variables: &Variables,
    system: &dyn System,
    output: &Output,
) -> Answer {
    let Some(step) = Step::find(&request.step) else {
        let name = &request.step;
        let failure = Failure::usage(format!("this version of jira-send has no step {name}"))
            .hint("install the program that belongs to the library");
        return Answer::refused(&failure);
    };
    let mut verbose = output.clone();
    verbose.set_wording(Wording::of_steps(|| all_options(&whole())));
    let (mut kept, lines) = verbose.kept();
    verbose.set_verbosity(Verbosity::Verbose);
    kept.set_verbosity(Verbosity::Quiet);
    let mut parameters = Parameters::read(step, &request.parameters, request.misused.as_deref());
    // No variable of the whole job lets a deployment pass that nobody has allowed.
    let is_gate = matches!(step.task, Task::CheckGate | Task::AwaitGate);
    if let Some(value) = variables.get(JIRA_SEND_FAIL_ON_ERROR)
        && parameters.fail_on_error.is_none()
        && !is_gate
    {
        parameters.take_fail_on_error(JIRA_SEND_FAIL_ON_ERROR.name, &value.into());
    }
    let mut call = Call {
        parameters,
        memory: Memory::new(&request.run),
        request,
        step,
        variables,
        system,
        output: kept,
        lines,
        verbose,
    };
    let mut answer = match step.task {
        Task::Keys | Task::Check => call.explain(),
        Task::CheckGate | Task::AwaitGate => call.ask_gate(),
        Task::Build | Task::Deployment | Task::DevInfo | Task::FeatureFlag => call.send(),
    };
    call.finish(&mut answer);
    answer
}

impl Call<'_> {
    /// What every answer has behind its own lines.
    fn finish(self, answer: &mut Answer) {
        let warn = |warning: String| format!("  warning: {warning}");
        if !answer.is_poll() {
            answer
                .echo
                .extend(self.parameters.complaints.into_iter().map(warn));
        }
        let (memory, left_out) = self.memory.finish();
        if left_out > 0 {
            answer.echo.push(warn(format!(
                "the memory of the run has no room for {left_out} more for later runs"
            )));
        }
        answer.memory = memory;
        let clean = |line: &mut String| *line = log_line(&self.output.without_secrets(line));
        answer.echo.iter_mut().for_each(clean);
        answer.fail.iter_mut().for_each(clean);
    }

    fn explain(&mut self) -> Answer {
        let settled = self.settled();
        let done = self.perform(&settled, |command, context| match command {
            Command::Keys(options) => {
                let explained = commands::explain_keys(options, context)?;
                Ok((explained.to_json(), explained.to_text(), 0))
            }
            Command::Check(options) => {
                let items = commands::check(options, context)?;
                Ok((items.to_json(), items.to_text(false), items.exit_code()))
            }
            _ => Err(Failure::usage("the step has no such command")),
        });
        let name = self.step.name;
        let (json, text, code) = match done.result {
            Ok(explained) => explained,
            Err(failure) => return Answer::of_failure(name, &failure),
        };
        let words = self.output.wording();
        let mut fields = camel_cased(json);
        fields.entry("exitCode").or_insert(code.into());
        for list in ["dropped", "items"] {
            let entries = fields.get_mut(list).and_then(Value::as_array_mut);
            entries
                .into_iter()
                .flatten()
                .for_each(|entry| reword(entry, words));
        }
        let text = words.apply(&text);
        let mut echo = vec![format!("{name}:")];
        echo.extend(text.lines().map(ToOwned::to_owned));
        echo.extend(done.said);
        let fails = self.is_strict() && code != 0;
        Answer {
            returns: fields.into(),
            echo,
            fail: fails
                .then(|| format!("{name}: the settings have a problem, see the lines above")),
            ..Answer::default()
        }
    }

    /// Whether trouble with Jira fails the step. A beginning that Jira refused must not keep the body from running, and what
    /// a body threw counts more.
    pub(super) fn is_strict(&self) -> bool {
        self.parameters.fail_on_error == Some(true) && !self.request.has_another_say()
    }

    /// What the command of this call is called with.
    pub(super) fn settled(&self) -> Settled {
        let phase = self.phase(self.request, &self.parameters);
        options::settle(
            self.step,
            self.request,
            &self.parameters,
            self.variables,
            phase,
        )
    }

    /// What only a pipeline step knows, of a call or of one that is made up for.
    pub(super) fn phase(&self, request: &Request, parameters: &Parameters) -> StepPhase {
        StepPhase {
            pipeline: options::pipeline(request, parameters),
            deployed: self.memory.deployed(i64::MAX),
            deployed_until: None,
            upstream: request.run.upstream.iter().map(upstream).collect(),
            unreachable: self.outages(),
            asks_once: self.step.task == Task::AwaitGate,
            flags: parameters.flags.as_ref().map(ToString::to_string),
            no_credential: options::no_credential(
                &self.request.credential,
                &self.request.parameters,
            ),
        }
    }

    /// Runs the command of a step that sends or asks something.
    pub(super) fn report(&self, settled: &Settled) -> Done<Report> {
        let done = self.perform(settled, commands::report);
        let (report, mut said) = match done.result {
            Ok(report) => (report, done.said),
            Err(failure) => (Report::failed(&failure), hints(&failure).collect()),
        };
        let words = self.output.wording();
        for line in &mut said {
            *line = words.apply(line).into_owned();
        }
        Done {
            command: done.command,
            result: report.worded(words),
            said,
        }
    }

    /// Parses the options and runs something with them.
    pub(super) fn perform<T>(
        &self,
        settled: &Settled,
        run: impl FnOnce(&Command, &Context<'_>) -> Result<T, Failure>,
    ) -> Done<Result<T, Failure>> {
        let command = match parse(settled.command, &settled.options, &settled.variables) {
            Ok(command) => command,
            Err(failure) => {
                return Done {
                    command: None,
                    result: Err(failure),
                    said: Vec::new(),
                };
            }
        };
        let output = match command.common().output.globals.verbosity() {
            Verbosity::Verbose => &self.verbose,
            _ => &self.output,
        };
        let result = commands::check_options(&command, true).and_then(|()| {
            invocation::perform(
                &command,
                &settled.variables,
                &settled.phase,
                self.system,
                output,
                |context| run(&command, context),
            )
        });
        Done {
            command: Some(command),
            result,
            said: told(self.lines.take()),
        }
    }
}

/// What a run remembers that started this one.
fn upstream(run: &UpstreamRun) -> Upstream {
    let (issue_keys, commit) = Memory::keys_in(&run.memory);
    Upstream {
        job: run.job.clone(),
        number: run.number,
        issue_keys,
        commit,
    }
}

/// The warnings and hints among the lines for people. The failure is in the report, and is not repeated.
fn told(lines: Vec<String>) -> Vec<String> {
    let mut told = Vec::new();
    let mut is_error = false;
    for line in lines {
        if !line.starts_with("  caused by: ") {
            is_error = line.starts_with("error: ");
        }
        if !is_error {
            told.push(format!("  {line}"));
        }
    }
    told
}

/// What is for people in an entry of a list.
fn reword(entry: &mut Value, words: &Wording) {
    for name in ["explanation", "message", "hint"] {
        if let Some(Value::String(text)) = entry.get_mut(name) {
            *text = words.apply(text).into_owned();
        }
    }
}

fn parse(
    command: &'static str,
    options: &Map<String, Value>,
    variables: &Variables,
) -> Result<Command, Failure> {
    let typed: [OsString; 2] = ["jira-send".into(), command.into()];
    invocation::parse(&typed, variables, Some(options)).map_err(|stop| match stop {
        Stop::Failed(failure) => failure,
        Stop::Shown(_) => Failure::usage("the step has no command"),
    })
}

#[cfg(test)]
mod tests;
