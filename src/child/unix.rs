//! Commands and signals on Unix. No thread is needed: a signal raises a flag and wakes whoever waits.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::unistd::alarm;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
use signal_hook::consts::{
    SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGXFSZ,
};
use signal_hook::flag;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::{End, GRACE, Waited};
use crate::system::System;

/// A signal wakes us; this is only for a `SIGCHLD` that our caller has blocked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The same where nothing wakes us, since there was no free file.
const LOOK_OFTEN: Duration = Duration::from_millis(20);

/// Whoever stops a build signals one process after the other, and the command may be the first to know.
const LATE_SIGNAL: Duration = Duration::from_millis(100);

/// The signals that stop us.
const STOPS: [i32; 3] = [SIGTERM, SIGINT, SIGHUP];

/// What is for the command alone.
const OTHERS: [i32; 4] = [SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH];

/// What a terminal sends to everybody in its foreground.
const FROM_TERMINAL: [i32; 3] = [SIGINT, SIGQUIT, SIGWINCH];

/// Makes a write beyond `ulimit -f` an error like that of a full disk. Commands get the usual signal, since only what is
/// ignored is inherited.
pub(crate) fn outlive_file_size_limit() {
    // Without it, the signal ends us as it ends others.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// Becomes the command. Returns only if that fails, and then why.
pub(crate) fn replace_us(words: &[OsString], keep_credentials: bool) -> io::Error {
    super::command(words, keep_credentials).exec()
}

/// Whether it is the machine that has no process, memory or file left for the command.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    let shortages = [Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE];
    let mut shortages = shortages.iter();
    shortages.any(|shortage| error.raw_os_error() == Some(shortage.raw_os_error()))
}

/// The next alarm ends the process with this code, whatever hangs.
pub(crate) fn end_at_alarm(code: u8) {
    let always = Arc::new(AtomicBool::new(true));
    // Without it, the signal ends us as it ends others.
    let _ = flag::register_conditional_shutdown(SIGALRM, code.into(), always);
}

/// Lets the system raise an alarm after so long, or none any more. Commands do not inherit it.
pub(crate) fn set_alarm(after: Option<Duration>) {
    match after {
        Some(after) => alarm::set(u32::try_from(after.as_secs()).unwrap_or(u32::MAX - 1) + 1),
        None => alarm::cancel(),
    };
}

/// Takes the signals that are for us or for the command, from its making on.
pub(crate) struct Listener {
    raised: Vec<(i32, Arc<AtomicBool>)>,
    wake: Option<SignalDelivery<UnixStream, SignalOnly>>,
    told_by_others: bool,
}

impl Listener {
    /// `told_by_others`: whoever stops us signals the command as well, as Jenkins does. A second signal makes some
    /// programs give up their orderly end.
    ///
    /// A signal that cannot be listened to does to us what it does to others.
    pub(crate) fn new(told_by_others: bool) -> Self {
        let ignored = ignored();
        let heard = STOPS.into_iter().chain(OTHERS);
        let heard = heard.filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let raised = heard.filter_map(|signal| {
            let is_raised = Arc::new(AtomicBool::new(false));
            let id = flag::register(signal, Arc::clone(&is_raised));
            id.is_ok().then_some((signal, is_raised))
        });
        let raised: Vec<_> = raised.collect();
        // The flags before the waking: whoever wakes up sees them.
        let signals = raised.iter().map(|(signal, _)| *signal).chain([SIGCHLD]);
        let wake = UnixStream::pair()
            .and_then(|(wake, waker)| SignalDelivery::with_pipe(wake, waker, SignalOnly, signals));
        Self {
            raised,
            wake: wake.ok(),
            told_by_others,
        }
    }

    /// A signal to stop raises these.
    pub(crate) fn stops(&self) -> Vec<Arc<AtomicBool>> {
        let stops = self.raised.iter();
        let stops = stops.filter(|(signal, _)| STOPS.contains(signal));
        stops.map(|(_, raised)| Arc::clone(raised)).collect()
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

    /// The signals that came since the last time.
    fn take(&self) -> Vec<i32> {
        let raised = self.raised.iter();
        let raised = raised.filter(|(_, raised)| raised.swap(false, Ordering::Relaxed));
        raised.map(|(signal, _)| *signal).collect()
    }

    /// Waits for a signal; ends early now and then.
    fn sleep(&mut self, pause: Duration, system: &dyn System) {
        let pause = pause.max(Duration::from_millis(1));
        match self.wake.as_mut().map(SignalDelivery::get_read_mut) {
            Some(wake) if wake.set_read_timeout(Some(pause)).is_ok() => {
                let _ = wake.read(&mut [0; 64]);
            }
            _ => system.sleep(pause.min(LOOK_OFTEN)),
        }
    }
}

/// As the first process of a container nobody else sees to orphans: everything is done by ourselves once more, as a child,
/// and this process passes signals on and reaps whatever ends. The exit code; nothing where this is not the first process,
/// or cannot start another one.
pub(crate) fn as_first_process(arguments: &[OsString], system: &dyn System) -> Option<u8> {
    if std::process::id() != 1 {
        return None;
    }
    let mut listener = Listener::new(false);
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.args(arguments.get(1..)?);
    let child = Pid::from_child(&command.spawn().ok()?);
    loop {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((ended, status))) if ended == child => {
                    let signal = status.terminating_signal().map(|signal| signal + 128);
                    let code = status.exit_status().or(signal);
                    return Some(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return Some(1),
            }
        }
        for signal in listener.take() {
            pass_on(child, signal);
        }
        listener.sleep(LOOK_AGAIN, system);
    }
}

fn pass_on(child: Pid, signal: i32) {
    if let Some(signal) = Signal::from_named_raw(signal) {
        let _ = kill_process(child, signal);
    }
}

/// A command that was started.
pub(crate) struct Running {
    child: Child,
    listener: Listener,
    told: Option<Told>,
}

/// A signal to stop.
#[derive(Clone, Copy)]
struct Told {
    signal: i32,
    /// Since the program began.
    grace_ends: Duration,
    passed_on: bool,
    overdue: bool,
}

impl Running {
    /// A signal to stop raises these.
    pub(crate) fn stops(&self) -> Vec<Arc<AtomicBool>> {
        self.listener.stops()
    }

    /// Waits for the end. A command that does not end in time is left running: to kill it is for whoever told us to stop.
    pub(crate) fn wait(&mut self, system: &dyn System) -> Waited {
        loop {
            match self.child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return self.ended(end(status), system),
                // Nobody else waits for our child, so this does not happen; waiting on would be for ever.
                Err(_) => return self.ended(End::Code(1), system),
            }
            for signal in self.listener.take() {
                self.heed(signal, system);
            }
            let mut pause = LOOK_AGAIN;
            if let Some(told) = self.told.filter(|told| !told.overdue) {
                let left = told.grace_ends.saturating_sub(system.elapsed());
                if left.is_zero() {
                    return self.overdue(told);
                }
                pause = left.min(pause);
            }
            self.listener.sleep(pause, system);
        }
    }

    fn heed(&mut self, signal: i32, system: &dyn System) {
        let from_terminal = FROM_TERMINAL.contains(&signal) && io::stdin().is_terminal();
        if !STOPS.contains(&signal) {
            if !from_terminal {
                self.pass_on(signal);
            }
            return;
        }
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
        pass_on(Pid::from_child(&self.child), signal);
    }

    fn ended(&mut self, end: End, system: &dyn System) -> Waited {
        let until = system.elapsed() + LATE_SIGNAL;
        let mut told = self.told.map(|told| told.signal);
        loop {
            let mut came = self.listener.take().into_iter();
            told = told.or_else(|| came.find(|signal| STOPS.contains(signal)));
            let left = until.saturating_sub(system.elapsed());
            if told.is_some() || left.is_zero() || !matches!(end, End::Code(1..)) {
                return Waited::Ended { end, told };
            }
            self.listener.sleep(left, system);
        }
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
