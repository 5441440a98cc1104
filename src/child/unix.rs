//! Commands and signals on Unix.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::{End, GRACE, Waited};
use crate::system::System;

/// A signal wakes us; this is only for a `SIGCHLD` that our caller has blocked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whoever stops a build signals one process after the other, and the command may be the first to know.
const LATE_SIGNAL: Duration = Duration::from_millis(100);

/// Makes a write beyond `ulimit -f` an error like that of a full disk. Commands get the usual signal, since only what is
/// ignored is inherited.
pub(crate) fn outlive_file_size_limit() {
    // Without it, the signal ends us as it ends others.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// Takes the signals that tell us to stop, from its making on.
pub(crate) struct Listener {
    signals: Receiver<i32>,
    told_by_others: bool,
}

impl Listener {
    /// `told_by_others`: whoever tells us to stop tells the command as well, as Jenkins does. Twice is too much for
    /// programs that give up their orderly end at the second signal.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub(crate) fn new(told_by_others: bool) -> io::Result<Self> {
        let ignored = ignored();
        let stops = [SIGTERM, SIGINT, SIGHUP].into_iter();
        let stops = stops.filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let mut caught = Signals::new(stops.chain([SIGCHLD]))?;
        let (sender, signals) = channel();
        std::thread::spawn(move || {
            for signal in caught.forever() {
                if sender.send(signal).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            signals,
            told_by_others,
        })
    }

    /// Starts the command, without our credentials unless they are kept.
    ///
    /// # Errors
    /// When the command cannot be started.
    pub(crate) fn start(self, words: &[OsString], keep_credentials: bool) -> io::Result<Running> {
        let child = super::command(words, keep_credentials).spawn()?;
        Ok(Running {
            child,
            listener: self,
            told: None,
        })
    }
}

/// A command that was started.
pub(crate) struct Running {
    child: Child,
    listener: Listener,
    told: Option<Told>,
}

/// That we were told to stop.
#[derive(Clone, Copy)]
struct Told {
    signal: i32,
    /// Since the program began.
    grace_ends: Duration,
    passed_on: bool,
    overdue: bool,
}

impl Running {
    /// Waits for the end. A command that does not end in time is left running: to kill it is for whoever told us to stop.
    pub(crate) fn wait(&mut self, system: &dyn System) -> Waited {
        loop {
            match self.child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return self.ended(end(status)),
                // Nobody else waits for our child, so this does not happen; waiting on would be for ever.
                Err(_) => return self.ended(End::Code(1)),
            }
            let mut pause = LOOK_AGAIN;
            if let Some(told) = self.told.filter(|told| !told.overdue) {
                let left = told.grace_ends.saturating_sub(system.elapsed());
                if left.is_zero() {
                    return self.overdue(told);
                }
                pause = left.min(pause);
            }
            match self.listener.signals.recv_timeout(pause) {
                Ok(SIGCHLD) | Err(RecvTimeoutError::Timeout) => {}
                Ok(signal) => self.stop(signal, system),
                Err(RecvTimeoutError::Disconnected) => system.sleep(pause),
            }
        }
    }

    fn stop(&mut self, signal: i32, system: &dyn System) {
        let from_terminal = signal == SIGINT && io::stdin().is_terminal();
        let told = self.told.get_or_insert_with(|| Told {
            signal,
            grace_ends: system.elapsed() + GRACE,
            passed_on: false,
            overdue: false,
        });
        if told.overdue || !(self.listener.told_by_others || from_terminal) {
            told.passed_on = true;
            self.pass_on(signal);
        }
    }

    fn overdue(&mut self, told: Told) -> Waited {
        if !told.passed_on {
            self.pass_on(told.signal);
        }
        self.told = Some(Told {
            passed_on: true,
            overdue: true,
            ..told
        });
        Waited::Overdue(told.signal)
    }

    /// The child has not been waited for, so its id is still its own.
    fn pass_on(&self, signal: i32) {
        if let Some(signal) = Signal::from_named_raw(signal) {
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }

    fn ended(&mut self, end: End) -> Waited {
        let mut told = self.told.map(|told| told.signal);
        while told.is_none() && matches!(end, End::Code(1..)) {
            match self.listener.signals.recv_timeout(LATE_SIGNAL) {
                Ok(SIGCHLD) => {}
                Ok(signal) => told = Some(signal),
                Err(_) => break,
            }
        }
        Waited::Ended { end, told }
    }
}

/// The signals that our caller has us ignore (`nohup`, `&`), the first in the lowest bit. A command started by us must
/// go on ignoring them, and it would not if we listened to them. Known on Linux only.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

fn end(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(code),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => End::Code(1),
    }
}
