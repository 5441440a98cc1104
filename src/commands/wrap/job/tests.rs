use std::time::Duration;

use super::whole_seconds;

#[test]
fn seconds_are_rounded() {
    for (milliseconds, seconds) in [(0, 0), (499, 0), (500, 1), (1_499, 1), (61_000, 61)] {
        assert_eq!(whole_seconds(Duration::from_millis(milliseconds)), seconds);
    }
}
