use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{GRACE, SLICE, TOLD_GRACE, TOLD_TO_STOP, Unfinished, Watchdog, failures};

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

/// A process that is stopped, or whose machine sleeps, wakes up beyond its time.
#[test]
fn whoever_was_stopped_has_a_moment_to_keep_what_it_holds() {
    let dog = Watchdog::new(Instant::now());
    let seconds = Duration::from_secs;
    dog.watch(seconds(5));
    dog.state().wakes(seconds(2), SLICE);
    assert_eq!(dog.state().end(), Some(seconds(5) + GRACE));
    dog.state().wakes(seconds(3), seconds(2));
    assert_eq!(dog.state().end(), Some(seconds(5) + GRACE));
    dog.state().wakes(seconds(60), seconds(57));
    assert_eq!(dog.state().end(), Some(seconds(60) + GRACE));
    // Only once, or a machine with too much to do would never end it.
    dog.state().wakes(seconds(61), seconds(1));
    assert_eq!(dog.state().end(), Some(seconds(60) + GRACE));
    dog.forget();
    dog.watch(seconds(70));
    dog.state().wakes(seconds(90), seconds(1));
    assert_eq!(dog.state().end(), Some(seconds(90) + GRACE));
}

#[test]
fn what_is_settled_is_no_longer_under_way() {
    let dog = Watchdog::new(Instant::now());
    for site in ["one", "two"] {
        dog.begins("build", site);
    }
    dog.keeps("build", "two", Path::new("/box"));
    dog.settles("build", "one", 1);
    dog.settles("build", "three", 1);
    let unfinished = dog.unfinished();
    let [only] = unfinished.under_way.as_slice() else {
        panic!("{unfinished:?}");
    };
    assert_eq!((only.site.as_str(), only.kept.is_some()), ("two", true));
    assert_eq!(unfinished.settled, [1]);
    dog.settles("build", "two", 0);
    let said = failures(&dog.unfinished());
    assert!(said[0].message().contains("nothing was left to send"));
    assert!(
        failures(&Unfinished::default())[0]
            .message()
            .contains("nothing more was sent")
    );
}
