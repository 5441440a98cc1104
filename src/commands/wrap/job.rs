//! A command on its way, from its start to its exit code, with what is sent at both ends. Builds and deployments differ only in how
//! they report.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::Scope;
use std::time::Duration;

use super::ending::{code, state};
use super::moment::Moment;
use super::{cannot_start, report};
use crate::child::{self, Listener, Running, Waited};
use crate::cli::{Command, Format, RunOptions, WrapOptions};
use crate::commands::{Context, show, write_result};
use crate::domain::state::RunState;
use crate::error::{Failure, plain};
use crate::output::Output;
use crate::report::{Begun, Report};
use crate::side_by_side::aside_in;
use crate::system::System;
use crate::variables;
use crate::watchdog::{self, LastWords, Unfinished, Watchdog, failures};

/// For sending the beginning: the end waits for it, and has to be sent in time even when the command is stopped at once.
const BEGIN_BUDGET: Duration = Duration::from_secs(3);

/// A beginning that takes so much longer hangs.
const BEGIN_GRACE: Duration = Duration::from_millis(500);

/// For the end at least.
const MIN_BUDGET: Duration = Duration::from_millis(500);

/// What builds and deployments are wrapped with alike.
pub(super) struct Job<'a> {
    /// The one of ours.
    pub(super) command: &'a Command,
    pub(super) run: &'a RunOptions,
    pub(super) wrap: &'a WrapOptions,
    /// Reported in place of the run.
    pub(super) trouble: Option<&'a Failure>,
}

impl Job<'_> {
    fn budget(&self) -> Duration {
        Duration::from_secs(self.command.common().budget.into())
    }

    fn send(&self, moment: &Moment, context: &Context<'_>) -> Result<Report, Failure> {
        match self.trouble {
            Some(failure) => Err(failure.clone()),
            None => report(self.command, moment, context),
        }
    }

    /// Sends the beginning, waits for the command, and sends its end.
    pub(super) fn run(&self, context: &Context<'_>) -> ExitCode {
        let system = context.system;
        let begun = system.elapsed();
        let time = self.budget().min(BEGIN_BUDGET);
        let beginning = &Moment::beginning(self.run, time, system);
        // Jenkins finds the processes of a build by this variable, and signals each of them.
        let cookie = context.variables.get(variables::JENKINS_SERVER_COOKIE);
        let listener = Listener::new(cookie.is_some());
        let (sender, receiver) = mpsc::sync_channel(1);
        let send_beginning = move || {
            // Nobody waits for a beginning that hangs.
            let _ = sender.send(self.begin(beginning, context));
        };
        let code = std::thread::scope(|scope| {
            // Before anything else takes time, threads or memory.
            let running = listener.start(&self.wrap.command, self.wrap.keep_credentials);
            let mut running = running.map_err(|error| self.become_it(error, context));
            // Without a thread there is none: should it hang, nobody would watch the command.
            drop(aside_in(scope, send_beginning));
            let waited = match &mut running {
                Ok(running) => Ok(running.wait(system)),
                Err(error) => Err(cannot_start(&self.wrap.command, error, context.output)),
            };
            let ended = system.elapsed();
            let (state, code) = match waited {
                Ok(waited) => (state(waited), code(waited)),
                Err(code) => (RunState::Failed, code),
            };
            let send_end = move || {
                let patience = begun + time + BEGIN_GRACE;
                let patience = patience.saturating_sub(ended);
                let begun_with = receiver.recv_timeout(patience);
                // A beginning that died or hangs has found nothing.
                let hangs = matches!(begun_with, Err(RecvTimeoutError::Timeout));
                let (begun_with, failure) = begun_with.unwrap_or_default();
                let time = self.left(system.elapsed().saturating_sub(ended), state);
                let mut moment = beginning.end(state, time, system);
                moment.seconds = Some(whole_seconds(ended.saturating_sub(begun)));
                moment.phase.begun = begun_with;
                self.end(&moment, failure.as_deref(), code, context);
                hangs
            };
            let stops = running.as_ref().map(Running::stops).unwrap_or_default();
            let (code, hangs) = if let (Ok(running), Ok(Waited::Overdue(_))) = (running, waited) {
                self.send_while_waiting(running, send_end, scope, context)
            } else {
                self.watch(stops, state, code, context);
                (code, send_end())
            };
            if hangs {
                // Whatever hangs ends with the process.
                watchdog::end(code);
            }
            if let Some(watchdog) = system.watchdog() {
                watchdog.forget();
            }
            code
        });
        ExitCode::from(code)
    }

    /// Where there is no process for the command, it gets ours. Returns why it cannot be started.
    fn become_it(&self, error: io::Error, context: &Context<'_>) -> io::Error {
        if !child::is_shortage(&error) {
            return error;
        }
        let what = format!(
            "no process can be started: {}; the command takes the place of jira-send, so this run is not reported to Jira",
            plain(&error)
        );
        let advice = "raise ulimit -u (processes), ulimit -v (memory) or ulimit -n (files)";
        context.output.advise(&what, advice);
        child::replace_us(&self.wrap.command, self.wrap.keep_credentials)
    }

    /// The command still runs and is not left alone, whatever becomes of the sending. Its exit code, and whether anything
    /// hangs.
    fn send_while_waiting<'scope>(
        &self,
        running: Running,
        send_end: impl FnOnce() -> bool + Send + 'scope,
        scope: &'scope Scope<'scope, '_>,
        context: &Context<'_>,
    ) -> (u8, bool) {
        let system = context.system;
        let (sender, receiver) = mpsc::sync_channel(1);
        let until =
            system.elapsed() + self.left(Duration::ZERO, RunState::Cancelled) + watchdog::GRACE;
        let stops = running.stops();
        let not_sent = aside_in(scope, move || {
            let _ = sender.send(send_end());
        });
        let code = wait_on(running, system);
        if let Some(send_end) = not_sent {
            self.watch(stops, RunState::Cancelled, code, context);
            send_end();
        }
        let hangs = receiver.recv_timeout(until.saturating_sub(system.elapsed()));
        if hangs.is_err() {
            let unfinished = system.watchdog().map(Watchdog::unfinished);
            say_hanging(&unfinished.unwrap_or_default(), context.output);
        }
        (code, hangs.unwrap_or(true))
    }

    /// Once the command has ended nothing may hang any more; the exit code is still the command's.
    fn watch(&self, stops: Vec<Arc<AtomicBool>>, state: RunState, code: u8, context: &Context<'_>) {
        let Some(watchdog) = context.system.watchdog() else {
            return;
        };
        let output = context.output.clone();
        watchdog.forget();
        watchdog.heed(stops);
        let last_words: LastWords = Box::new(move |unfinished| {
            let say = move || say_hanging(&unfinished, &output);
            (code, Box::new(say))
        });
        watchdog.start(self.left(Duration::ZERO, state), code, last_words);
    }

    /// Sends `in_progress`; only trouble is said, since the command is talking meanwhile. What the end takes over, and why it
    /// could not be sent.
    fn begin(&self, moment: &Moment, context: &Context<'_>) -> (Begun, Option<String>) {
        let output = context.output.quieter();
        let context = Context {
            output: &output,
            ..*context
        };
        match self.send(moment, &context) {
            Ok(report) => {
                if self.command.common().output.format == Format::Text {
                    show(&report, Format::Text, &output);
                }
                (report.begun(), None)
            }
            Err(failure) => {
                output.failure_as_warning(&failure);
                output.warn("this run is not reported to Jira; the command is run anyway");
                (Begun::default(), Some(failure.message()))
            }
        }
    }

    fn end(&self, moment: &Moment, said: Option<&str>, code: u8, context: &Context<'_>) {
        let mut report = self.send(moment, context).unwrap_or_else(|failure| {
            if said != Some(failure.message().as_str()) {
                context.output.failure_as_warning(&failure);
            }
            Report::failed(&failure)
        });
        report.exit_code = code;
        show(&report, self.command.common().output.format, context.output);
        write_result(&report, self.wrap.result_file.as_deref(), context.output);
    }

    /// For sending the end, when so much time went by in waiting for the beginning.
    fn left(&self, waited: Duration, state: RunState) -> Duration {
        let budget = match state {
            RunState::Cancelled => self.budget().min(watchdog::TOLD_TO_STOP),
            _ => self.budget(),
        };
        budget.saturating_sub(waited).max(MIN_BUDGET)
    }
}

fn say_hanging(unfinished: &Unfinished, output: &Output) {
    for failure in failures(unfinished) {
        output.failure_as_warning(&failure);
    }
}

fn wait_on(mut running: Running, system: &dyn System) -> u8 {
    loop {
        let waited = running.wait(system);
        if matches!(waited, Waited::Ended { .. }) {
            return code(waited);
        }
    }
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis().saturating_add(500) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
