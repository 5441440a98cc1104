//! Several things at once. Where no thread is to be had, the same is done one after the other.

use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// What one thread leaves for another, or whoever is first takes.
type Place<T> = Mutex<Option<T>>;

fn lock<T>(place: &Place<T>) -> MutexGuard<'_, Option<T>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something to do once, and the place of its result.
struct Slot<T, R> {
    item: Place<T>,
    result: Place<R>,
}

impl<T, R> Slot<T, R> {
    fn new(item: T) -> Self {
        Self {
            item: Mutex::new(Some(item)),
            result: Mutex::new(None),
        }
    }

    fn work(&self, work: impl FnOnce(T) -> R) {
        let item = lock(&self.item).take();
        if let Some(item) = item {
            let result = work(item);
            *lock(&self.result) = Some(result);
        }
    }

    fn result(&self) -> Option<R> {
        lock(&self.result).take()
    }
}

/// Does each of so many things, all at once: the first by itself, and what no thread is to be had for after that.
/// Everything generic is above it, so that there is one of it in the program.
fn each(count: usize, first: &mut dyn FnMut(), other: &(dyn Fn(usize) + Sync)) {
    thread::scope(|scope| {
        let threads = (1..count).map(|number| {
            let thread = new_thread()?.spawn_scoped(scope, move || other(number));
            thread.ok()
        });
        let threads: Vec<_> = threads.collect();
        first();
        for (thread, number) in threads.into_iter().zip(1..) {
            match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                None => other(number),
            }
        }
    });
}

/// Does the same for all at once; the results come in the order of the items.
pub(crate) fn side_by_side<T: Send, R: Send>(
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let slots: Vec<_> = items.into_iter().map(Slot::new).collect();
    let run = |number: usize| {
        if let Some(slot) = slots.get(number) {
            slot.work(&work);
        }
    };
    each(slots.len(), &mut || run(0), &run);
    slots.iter().filter_map(Slot::result).collect()
}

/// Does two things at once.
pub(crate) fn both<A: Send, B>(
    other: impl FnOnce() -> A + Send,
    own: impl FnOnce() -> B,
) -> (A, B) {
    let (other, own) = (Slot::new(other), Slot::new(own));
    let run = |_| other.work(|other| other());
    each(2, &mut || own.work(|own| own()), &run);
    match (other.result(), own.result()) {
        (Some(other), Some(own)) => (other, own),
        _ => unreachable!("both are done"),
    }
}

/// Does something without waiting for it, or at once.
pub(crate) fn aside(work: impl FnOnce() + Send + 'static) {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    let work = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&work);
    let run = move || run_once(&theirs);
    let thread = new_thread().map(|thread| thread.spawn(run));
    if !matches!(thread, Some(Ok(_))) {
        run_once(&work);
    }
}

fn run_once<F: FnOnce()>(work: &Place<F>) {
    let work = lock(work).take();
    if let Some(work) = work {
        work();
    }
}

/// The same in a scope, which waits for it at its end. Where no thread is to be had it is given back.
pub(crate) fn aside_in<'scope, F: FnOnce() + Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: F,
) -> Option<F> {
    let work = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&work);
    let run = move || run_once(&theirs);
    let thread = new_thread().map(|thread| thread.spawn_scoped(scope, run));
    if matches!(thread, Some(Ok(_))) {
        None
    } else {
        lock(&work).take()
    }
}

/// What another thread will bring.
pub(crate) struct Awaited<T>(Arc<(Place<T>, Condvar)>);

impl<T> Awaited<T> {
    /// What it is when it has come by then.
    pub(crate) fn within(&self, patience: Duration) -> Option<T> {
        let (place, has_come) = &*self.0;
        let waited = has_come.wait_timeout_while(lock(place), patience, |place| place.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }
}

/// Begins something whose end may never come: what hangs is left behind and ends with the process.
pub(crate) fn begin<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Awaited<T> {
    let ours = Arc::new((Mutex::new(None), Condvar::new()));
    let theirs = Arc::clone(&ours);
    aside(move || {
        let done = work();
        let (place, has_come) = &*theirs;
        *lock(place) = Some(done);
        has_come.notify_one();
    });
    Awaited(ours)
}

/// Does something, unless it takes too long.
pub(crate) fn in_time<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    begin(work).within(patience)
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
