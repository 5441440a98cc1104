//! The one watchdog: it ends the process a second after its time, from wherever something hangs, and says what becomes
//! of the data. Where no thread is to be had an alarm of the system ends it, without a word.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::child;
use crate::error::{Failure, FailureKind};
use crate::side_by_side::{in_time, new_thread};

/// So long after its time a process that hangs is ended.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// After a signal to stop, when only the sending is left: whoever sent it may lose patience. A request that hangs is
/// given up a moment later, which makes five seconds in all.
pub(crate) const TOLD_TO_STOP: Duration = Duration::from_millis(4_500);

/// The same grace after that.
const TOLD_GRACE: Duration = Duration::from_millis(400);

/// How often we check for a signal to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How often we check whether the process was stopped for a while: by a signal, or with its machine.
const SLICE: Duration = Duration::from_millis(500);

/// The last words take no longer, though nobody may read them.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Something that is on its way to Jira.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnderWay {
    /// `build shop #7 successful`
    pub(crate) title: String,
    pub(crate) site: String,
    /// The outbox that has it.
    pub(crate) kept: Option<PathBuf>,
}

impl UnderWay {
    fn is(&self, title: &str, site: &str) -> bool {
        self.title == title && self.site == site
    }
}

/// How far it was when the time was up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unfinished {
    pub(crate) under_way: Vec<UnderWay>,
    /// The exit codes of what was settled before.
    pub(crate) settled: Vec<u8>,
}

/// Gives the exit code, and what says what is lost and what is kept: whoever hangs may hold the output.
pub(crate) type LastWords = Box<dyn FnOnce(Unfinished) -> (u8, Box<dyn FnOnce() + Send>) + Send>;

/// Knows when everything has to be over.
#[derive(Clone)]
pub(crate) struct Watchdog {
    started: Instant,
    shared: Arc<(Mutex<Watched>, Condvar)>,
}

#[derive(Default)]
struct Watched {
    /// Since the program began.
    until: Option<Duration>,
    /// Nothing has said yet how long it really takes.
    is_guess: bool,
    /// The same, since the signal to stop.
    curfew: Option<Duration>,
    /// The end of a grace for what was stopped itself: its time has passed, and what it holds is not in the outbox yet.
    not_before: Option<Duration>,
    /// Raised by a signal to stop.
    stops: Vec<Arc<AtomicBool>>,
    /// Whether an alarm ends the process, since there is no thread for it.
    by_alarm: bool,
    unfinished: Unfinished,
    last_words: Option<LastWords>,
}

impl Watched {
    fn is_told(&mut self, now: Duration) -> bool {
        let raised = |stop: &Arc<AtomicBool>| stop.load(Ordering::Relaxed);
        if self.curfew.is_none() && self.stops.iter().any(raised) {
            self.curfew = Some(now.saturating_add(TOLD_TO_STOP));
            self.set_alarm(now);
        }
        self.curfew.is_some()
    }

    /// Where no thread looks at the time, the system does.
    fn set_alarm(&self, now: Duration) {
        if self.by_alarm {
            child::set_alarm(self.end().map(|end| end.saturating_sub(now)));
        }
    }

    fn end(&self) -> Option<Duration> {
        let until = self.until.map(|until| until.saturating_add(GRACE));
        let curfew = self.curfew.map(|curfew| curfew.saturating_add(TOLD_GRACE));
        let end = [until, curfew].into_iter().flatten().min();
        end.map(|end| end.max(self.not_before.unwrap_or_default()))
    }

    /// Woke up so much later than it wanted. This counts once: where too much is running, it may happen every time.
    fn wakes(&mut self, now: Duration, late: Duration) {
        let moment = now.saturating_add(GRACE);
        let is_short = self.end().is_some_and(|end| end < moment);
        if late > SLICE && is_short && self.not_before.is_none() {
            self.not_before = Some(moment);
        }
    }
}

impl Watchdog {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            shared: Arc::default(),
        }
    }

    /// Begins to watch, for so long unless the first [`watch`](Self::watch) says something else. Where there is no thread
    /// for it, the process ends with this code.
    pub(crate) fn start(&self, guess: Duration, code: u8, last_words: LastWords) {
        self.watch(self.started.elapsed().saturating_add(guess));
        let mut state = self.state();
        state.is_guess = true;
        state.last_words = Some(last_words);
        drop(state);
        let dog = self.clone();
        let thread = new_thread().map(|thread| thread.spawn(move || dog.wait()));
        if !matches!(thread, Some(Ok(_))) {
            child::end_at_alarm(code);
            let mut state = self.state();
            state.by_alarm = true;
            state.set_alarm(self.started.elapsed());
        }
    }

    /// Everything may take until then, or longer where that was said before.
    pub(crate) fn watch(&self, until: Duration) {
        let mut state = self.state();
        if state.is_guess || state.until.is_none_or(|known| known < until) {
            state.is_guess = false;
            state.until = Some(until);
            state.set_alarm(self.started.elapsed());
            self.shared.1.notify_all();
        }
    }

    /// From now on nothing is on its way and no time is set; a command of the user's may take as long as it wants.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        let by_alarm = state.by_alarm;
        *state = Watched::default();
        state.by_alarm = by_alarm;
        state.set_alarm(self.started.elapsed());
    }

    /// A signal to stop raises one of these.
    pub(crate) fn heed(&self, stops: Vec<Arc<AtomicBool>>) {
        self.state().stops = stops;
        self.shared.1.notify_all();
    }

    /// When everything has to be over, after a signal to stop.
    pub(crate) fn curfew(&self) -> Option<Duration> {
        let now = self.started.elapsed();
        let mut state = self.state();
        state.is_told(now);
        state.curfew
    }

    pub(crate) fn begins(&self, title: &str, site: &str) {
        self.state().unfinished.under_way.push(UnderWay {
            title: title.to_owned(),
            site: site.to_owned(),
            kept: None,
        });
    }

    /// The outbox in this folder has it.
    pub(crate) fn keeps(&self, title: &str, site: &str, folder: &Path) {
        let mut state = self.state();
        let mut all = state.unfinished.under_way.iter_mut();
        if let Some(one) = all.find(|one| one.is(title, site)) {
            one.kept = Some(folder.to_owned());
        }
    }

    /// It is sent, refused or queued, and that was printed; it results in this exit code.
    pub(crate) fn settles(&self, title: &str, site: &str, code: u8) {
        let mut state = self.state();
        let all = &mut state.unfinished;
        if let Some(position) = all.under_way.iter().position(|one| one.is(title, site)) {
            all.under_way.remove(position);
        }
        // A history may be very long.
        if !all.settled.contains(&code) {
            all.settled.push(code);
        }
    }

    pub(crate) fn unfinished(&self) -> Unfinished {
        self.state().unfinished.clone()
    }

    fn state(&self) -> MutexGuard<'_, Watched> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) {
        let mut state = self.state();
        loop {
            let now = self.started.elapsed();
            state.is_told(now);
            let left = state.end().map(|end| end.saturating_sub(now));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            let heeds = (!state.stops.is_empty()).then_some(LOOK_AGAIN);
            let pause = left.into_iter().chain(heeds).fold(SLICE, Duration::min);
            let waited = self.shared.1.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let woken = self.started.elapsed();
            state.wakes(woken, woken.saturating_sub(now + pause));
        }
        let unfinished = std::mem::take(&mut state.unfinished);
        let last_words = state.last_words.take();
        drop(state);
        let Some(last_words) = last_words else {
            return;
        };
        let (code, say) = last_words(unfinished);
        in_time(LAST_WORDS, say);
        end(code);
    }
}

/// The failures of what could not be finished: one for each, or one for nothing in particular.
pub(crate) fn failures(unfinished: &Unfinished) -> Vec<Failure> {
    let unreachable = |what: String| {
        Failure::new(FailureKind::Unreachable, what).cause(
            "the time budget was used up, and something does not answer: a file, a drive, git or the name service",
        )
    };
    if unfinished.under_way.is_empty() && !unfinished.settled.is_empty() {
        let late =
            unreachable("nothing was left to send, but the call did not end in time".to_owned());
        return vec![late.hint("check the drive of the outbox")];
    }
    if unfinished.under_way.is_empty() {
        let nothing = unreachable("nothing more was sent".to_owned());
        return vec![nothing.hint(
            "check the drives of the workspace, of the outbox and of the files that the options name; then run the command again",
        )];
    }
    let each = unfinished
        .under_way
        .iter()
        .map(|UnderWay { title, site, kept }| {
            let failure = unreachable(format!("{title} was not sent to {site}"));
            match kept {
                Some(folder) => failure.hint(format!(
                    "queued in {}; it is sent with the next update, or run jira-send flush",
                    folder.display()
                )),
                None => failure.hint("it is not queued: run the command again"),
            }
        });
    each.collect()
}

/// Ends the process at once, whatever its threads are doing.
pub(crate) fn end(code: u8) -> ! {
    #[cfg(unix)]
    signal_hook::low_level::exit(code.into());
    #[cfg(not(unix))]
    std::process::exit(code.into());
}

#[cfg(test)]
mod tests;
