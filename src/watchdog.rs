//! The one watchdog: it ends the process a second after its time, from wherever something hangs, and says what becomes
//! of the data. Where no thread is to be had there is none, and every step keeps its own time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Failure, Kind};
use crate::side_by_side::new_thread;

/// So long after its time a process that hangs is ended.
const GRACE: Duration = Duration::from_secs(1);

/// From the signal on that tells us to stop, when only the sending is left: whoever sent it may lose patience. A request
/// that hangs is given up a moment after its time, so that it makes five seconds in all.
const TOLD_TO_STOP: Duration = Duration::from_millis(4_500);

/// The same grace after that.
const TOLD_GRACE: Duration = Duration::from_millis(400);

/// So often it is looked whether we were told to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

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

/// Says what is lost and what is kept, and gives the exit code.
pub(crate) type LastWords = Box<dyn FnOnce(&[UnderWay]) -> u8 + Send>;

/// Knows when everything has to be over.
#[derive(Clone)]
pub(crate) struct Watchdog {
    started: Instant,
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// Since the program began.
    until: Option<Duration>,
    /// Nothing has said yet how long it really takes.
    is_guess: bool,
    /// The same since we were told to stop.
    curfew: Option<Duration>,
    /// Raised when we are told to.
    stops: Vec<Arc<AtomicBool>>,
    under_way: Vec<UnderWay>,
    last_words: Option<LastWords>,
}

impl State {
    fn is_told(&mut self, now: Duration) -> bool {
        let raised = |stop: &Arc<AtomicBool>| stop.load(Ordering::Relaxed);
        if self.curfew.is_none() && self.stops.iter().any(raised) {
            self.curfew = Some(now.saturating_add(TOLD_TO_STOP));
        }
        self.curfew.is_some()
    }

    /// When the process is ended.
    fn end(&self) -> Option<Duration> {
        let until = self.until.map(|until| until.saturating_add(GRACE));
        let curfew = self.curfew.map(|curfew| curfew.saturating_add(TOLD_GRACE));
        [until, curfew].into_iter().flatten().min()
    }
}

impl Watchdog {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            shared: Arc::default(),
        }
    }

    /// Begins to watch, for so long unless the first [`watch`](Self::watch) says something else; nothing happens where there
    /// is no thread for it.
    pub(crate) fn start(&self, guess: Duration, last_words: LastWords) {
        self.watch(self.started.elapsed().saturating_add(guess));
        let mut state = self.state();
        state.is_guess = true;
        state.last_words = Some(last_words);
        drop(state);
        let dog = self.clone();
        let _ = new_thread().map(|thread| thread.spawn(move || dog.wait()));
    }

    /// Everything may take until then, or longer where that was said before.
    pub(crate) fn watch(&self, until: Duration) {
        let mut state = self.state();
        if state.is_guess || state.until.is_none_or(|known| known < until) {
            state.is_guess = false;
            state.until = Some(until);
            self.shared.1.notify_all();
        }
    }

    /// From now on nothing is on its way and no time is set; a command of the user's may take as long as it wants.
    pub(crate) fn forget(&self) {
        *self.state() = State::default();
    }

    /// One of these is raised when we are told to stop.
    pub(crate) fn heed(&self, stops: Vec<Arc<AtomicBool>>) {
        self.state().stops = stops;
        self.shared.1.notify_all();
    }

    /// When all has to be over, if we were told to stop.
    pub(crate) fn curfew(&self) -> Option<Duration> {
        let now = self.started.elapsed();
        let mut state = self.state();
        state.is_told(now);
        state.curfew
    }

    pub(crate) fn begins(&self, title: &str, site: &str, kept: Option<&Path>) {
        self.state().under_way.push(UnderWay {
            title: title.to_owned(),
            site: site.to_owned(),
            kept: kept.map(Path::to_owned),
        });
    }

    pub(crate) fn ends(&self, title: &str, site: &str) {
        let mut state = self.state();
        let position = state
            .under_way
            .iter()
            .position(|known| known.title == title && known.site == site);
        if let Some(position) = position {
            state.under_way.remove(position);
        }
    }

    pub(crate) fn under_way(&self) -> Vec<UnderWay> {
        self.state().under_way.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
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
            let pause = left.into_iter().chain(heeds).min();
            let waited = self.shared.1.wait_timeout(state, pause.unwrap_or(GRACE));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let under_way = std::mem::take(&mut state.under_way);
        let last_words = state.last_words.take();
        drop(state);
        let Some(last_words) = last_words else {
            return;
        };
        // Whoever hangs may hold the output.
        let code = crate::files::in_time(LAST_WORDS, move || last_words(&under_way));
        end(code.unwrap_or(Kind::Unreachable.exit_code()));
    }
}

/// What is said of what could not be finished: one failure for each, or one for nothing in particular.
pub(crate) fn failures(under_way: &[UnderWay]) -> Vec<Failure> {
    let unreachable = |what: String| {
        Failure::new(Kind::Unreachable, what).cause(
            "the time budget was used up, and something does not answer: a file, a drive, git or the name service",
        )
    };
    if under_way.is_empty() {
        let nothing = unreachable("nothing more was sent".to_owned());
        return vec![nothing.hint(
            "check the drives of the workspace, of the outbox and of the files that the options name; then run the command again",
        )];
    }
    let each = under_way.iter().map(|UnderWay { title, site, kept }| {
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
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use super::{GRACE, TOLD_GRACE, TOLD_TO_STOP, Watchdog};

    #[test]
    fn the_longest_time_counts_until_we_are_told_to_stop() {
        let dog = Watchdog::new(Instant::now());
        assert_eq!(dog.state().end(), None);
        for (seconds, expected) in [(5, 5), (3, 5), (9, 9)] {
            dog.watch(Duration::from_secs(seconds));
            let expected = Duration::from_secs(expected) + GRACE;
            assert_eq!(dog.state().end(), Some(expected));
        }
        let stop = Arc::new(AtomicBool::new(false));
        dog.heed(vec![Arc::clone(&stop)]);
        assert_eq!(dog.curfew(), None);
        stop.store(true, Ordering::Relaxed);
        let curfew = dog.curfew().unwrap();
        assert!(curfew >= TOLD_TO_STOP && curfew < TOLD_TO_STOP + Duration::from_secs(3));
        assert_eq!(dog.curfew(), Some(curfew));
        assert_eq!(dog.state().end(), Some(curfew + TOLD_GRACE));
        dog.forget();
        assert_eq!((dog.curfew(), dog.state().end()), (None, None));
    }

    #[test]
    fn what_is_settled_is_no_longer_under_way() {
        let dog = Watchdog::new(Instant::now());
        dog.begins("build", "one", None);
        dog.begins("build", "two", Some(Path::new("/box")));
        dog.ends("build", "one");
        dog.ends("build", "three");
        let under_way = dog.state().under_way.clone();
        let [only] = under_way.as_slice() else {
            panic!("{under_way:?}");
        };
        assert_eq!((only.site.as_str(), only.kept.is_some()), ("two", true));
    }
}
