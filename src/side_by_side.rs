//! Several things at once. Where no thread is to be had, the same is done one after the other.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, Builder, Scope};
use std::time::Duration;

use crate::limits;

/// With less memory than this, in bytes, no thread is started: its stack would take what the work needs.
const MEMORY_FOR_THREADS: u64 = 32 * 1024 * 1024;

/// For a new thread; none where too little memory is left.
pub(crate) fn new_thread() -> Option<Builder> {
    let is_enough = limits::memory_left().is_none_or(|left| left >= MEMORY_FOR_THREADS);
    is_enough.then(Builder::new)
}

/// Work that whoever is first does, and nobody else.
struct Once<F>(Mutex<Option<F>>);

impl<F> Once<F> {
    fn new(work: F) -> Self {
        Self(Mutex::new(Some(work)))
    }

    fn take(&self) -> Option<F> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<F: FnOnce()> Once<F> {
    fn run(&self) {
        if let Some(work) = self.take() {
            work();
        }
    }
}

/// Does the same for all at once; the results come in the order of the items.
pub(crate) fn side_by_side<T: Send, R: Send>(
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let work = &work;
    let items: Vec<Once<T>> = items.into_iter().map(Once::new).collect();
    let run = |item: &Once<T>| item.take().map(work);
    thread::scope(|scope| {
        // The first is ours, and what nobody else can do.
        let others = items.iter().skip(1);
        let threads = others.map(|item| new_thread()?.spawn_scoped(scope, move || run(item)).ok());
        let threads: Vec<_> = threads.collect();
        let own = items.first().and_then(run);
        let others = threads.into_iter().zip(items.iter().skip(1));
        let others = others.map(|(thread, item)| match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => run(item),
        });
        own.into_iter().chain(others.flatten()).collect()
    })
}

/// Does two things at once.
pub(crate) fn both<A: Send, B>(
    other: impl FnOnce() -> A + Send,
    own: impl FnOnce() -> B,
) -> (A, B) {
    let work = Once::new(other);
    let run = || work.take().map(|work| work());
    let (other, own) = thread::scope(|scope| {
        let thread = new_thread().and_then(|thread| thread.spawn_scoped(scope, run).ok());
        let own = own();
        let other = match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => run(),
        };
        (other, own)
    });
    match other {
        Some(other) => (other, own),
        None => unreachable!("whoever takes the work does it"),
    }
}

/// Does something without waiting for it, or at once.
pub(crate) fn aside(work: impl FnOnce() + Send + 'static) {
    let work = Arc::new(Once::new(work));
    let theirs = Arc::clone(&work);
    let thread = new_thread().map(|thread| thread.spawn(move || theirs.run()));
    if !matches!(thread, Some(Ok(_))) {
        work.run();
    }
}

/// The same in a scope, which waits for it at its end. Where no thread is to be had it is given back.
pub(crate) fn aside_in<'scope, F: FnOnce() + Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: F,
) -> Option<F> {
    let work = Arc::new(Once::new(work));
    let theirs = Arc::clone(&work);
    let thread = new_thread().map(|thread| thread.spawn_scoped(scope, move || theirs.run()));
    if matches!(thread, Some(Ok(_))) {
        None
    } else {
        work.take()
    }
}

/// Does something, unless it takes too long: what hangs is left behind and ends with the process.
pub(crate) fn in_time<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    aside(move || {
        // Nobody listens any more when the time is up.
        let _ = sender.send(work());
    });
    receiver.recv_timeout(patience).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{aside, both, in_time, side_by_side};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in 0..5 {
            let doubled = side_by_side(0..count, |number| number * 2);
            assert_eq!(
                doubled,
                (0..count).map(|number| number * 2).collect::<Vec<_>>()
            );
        }
        assert_eq!(both(|| 1, || 2), (1, 2));
        let (sender, receiver) = std::sync::mpsc::channel();
        aside(move || sender.send(3).unwrap());
        assert_eq!(receiver.recv(), Ok(3));
    }

    #[test]
    fn what_hangs_is_left_behind() {
        let (sender, never) = std::sync::mpsc::channel::<()>();
        let begun = std::time::Instant::now();
        let hangs = in_time(Duration::from_millis(50), move || never.recv());
        assert!(hangs.is_none() && begun.elapsed() < Duration::from_secs(2));
        drop(sender);
        assert_eq!(in_time(Duration::from_mins(1), || 5), Some(5));
    }
}
