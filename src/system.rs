//! Clock, sleep and randomness: the one place that touches them.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::timestamp::Timestamp;
use crate::watchdog::Watchdog;

/// What the program needs of the machine besides network and files.
pub(crate) trait System: Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Time since the program began; it never goes backwards.
    fn elapsed(&self) -> Duration;
    fn sleep(&self, duration: Duration);
    /// A number from 0 up to and without 1.
    fn random(&self) -> f64;
    /// Who we are among the processes of all machines, as a part of a file's name.
    fn process(&self) -> &str;
    /// Whether the process of this name has certainly ended. For other machines, nothing is certain.
    fn is_gone(&self, process: &str) -> bool;
    /// Who ends the process when something hangs.
    fn watchdog(&self) -> Option<&Watchdog> {
        None
    }
}

/// How often a sleep checks for a signal to stop.
const SLICE: Duration = Duration::from_millis(100);

/// The real machine.
pub(crate) struct Machine {
    started: Instant,
    /// Id and place of this process.
    process: String,
    watchdog: Watchdog,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let started = Instant::now();
        Self {
            started,
            process: format!("{}@{}", std::process::id(), place()),
            watchdog: Watchdog::new(started),
        }
    }
}

/// The machine, and on Linux also the container, among whose processes an id is unique.
fn place() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(|| std::env::var("COMPUTERNAME").ok());
    let host = host.or_else(|| std::env::var("HOSTNAME").ok());
    let container = std::fs::read_link("/proc/self/ns/pid").ok();
    let container = container.map(|path| path.to_string_lossy().into_owned());
    let place = [host, container].into_iter().flatten();
    let place: Vec<String> = place.map(|name| plain(&name)).collect();
    place.join("-")
}

/// At most 60 characters that are allowed in a file's name.
fn plain(name: &str) -> String {
    let is_plain = |character: &char| character.is_ascii_alphanumeric() || *character == '-';
    name.chars().filter(is_plain).take(60).collect()
}

impl System for Machine {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        let end = self.elapsed().saturating_add(duration);
        loop {
            let curfew = self.watchdog.curfew().unwrap_or(Duration::MAX);
            let left = end.min(curfew).saturating_sub(self.elapsed());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(SLICE));
        }
    }

    fn watchdog(&self) -> Option<&Watchdog> {
        Some(&self.watchdog)
    }

    fn random(&self) -> f64 {
        // The standard library seeds every hasher state anew; jitter needs no more than that.
        let number = RandomState::new().hash_one(self.started) >> 32;
        f64::from(u32::try_from(number).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }

    fn process(&self) -> &str {
        &self.process
    }

    fn is_gone(&self, process: &str) -> bool {
        let own_place = self.process.split_once('@').map(|(_, place)| place);
        let Some((id, place)) = process.split_once('@') else {
            return false;
        };
        let processes = std::path::Path::new("/proc");
        Some(place) == own_place
            && id.parse::<u32>().is_ok()
            && processes.join("self").exists()
            && !processes.join(id).exists()
    }
}

/// The end of the time budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Duration);

impl Deadline {
    pub(crate) fn after(system: &dyn System, budget: Duration) -> Self {
        let end = system.elapsed().saturating_add(budget);
        if let Some(watchdog) = system.watchdog() {
            watchdog.watch(end);
        }
        Self(end)
    }

    /// The same end, or an earlier one.
    #[must_use]
    pub(crate) fn at_most(self, system: &dyn System, budget: Duration) -> Self {
        Self(self.0.min(system.elapsed().saturating_add(budget)))
    }

    /// What is left; zero when the time is up.
    pub(crate) fn remaining(self, system: &dyn System) -> Duration {
        let curfew = system.watchdog().and_then(Watchdog::curfew);
        let end = curfew.map_or(self.0, |curfew| curfew.min(self.0));
        end.saturating_sub(system.elapsed())
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) mod fake {
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use super::System;
    use crate::domain::timestamp::Timestamp;

    /// A machine whose time passes only in its sleep; it remembers every nap.
    #[derive(Default)]
    pub(crate) struct FakeMachine {
        pub(crate) naps: Mutex<Vec<Duration>>,
    }

    impl System for FakeMachine {
        fn now(&self) -> Timestamp {
            let elapsed = i64::try_from(self.elapsed().as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_millisecond(elapsed.saturating_add(1_767_225_600_000))
        }

        fn elapsed(&self) -> Duration {
            let naps = self.naps.lock().unwrap_or_else(PoisonError::into_inner);
            naps.iter().sum()
        }

        fn sleep(&self, duration: Duration) {
            let mut naps = self.naps.lock().unwrap_or_else(PoisonError::into_inner);
            naps.push(duration);
        }

        fn random(&self) -> f64 {
            0.5
        }

        fn process(&self) -> &'static str {
            "1@here"
        }

        fn is_gone(&self, process: &str) -> bool {
            process == "2@here"
        }
    }
}
