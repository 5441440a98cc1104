//! Durations as people write them: on the command line, in variables and in pipeline steps.

use std::ops::RangeInclusive;

use crate::phrases::counted;

/// Longest time that can be given, in seconds.
pub(crate) const MAX_SECONDS: u32 = 30 * 24 * 3600;

/// Seconds as a number, or as a text with a unit such as `90 s`, `20 min`, `2 h` or `1 d`.
fn seconds(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 24 * 3600,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(factor)
}

/// The same within a range.
pub(crate) fn seconds_in(text: &str, range: &RangeInclusive<u32>) -> Option<u32> {
    seconds(text).filter(|seconds| range.contains(seconds))
}

/// So many seconds in the largest unit that has no remainder: `2 hours`.
pub(crate) fn words(seconds: u32) -> String {
    let units = [(24 * 3600, "day"), (3600, "hour"), (60, "minute")];
    let fits = |(size, _): &&(u32, &str)| seconds >= *size && seconds.is_multiple_of(*size);
    let (size, unit) = units.iter().find(fits).copied().unwrap_or((1, "second"));
    counted(usize::try_from(seconds / size).unwrap_or(usize::MAX), unit)
}

#[cfg(test)]
mod tests {
    use super::{seconds, words};

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("90", Some(90)),
            ("90s", Some(90)),
            (" 90 s ", Some(90)),
            ("20 min", Some(1200)),
            ("20m", Some(1200)),
            ("2 Hours", Some(7200)),
            ("30 d", Some(2_592_000)),
            ("0", Some(0)),
            ("1.5 h", None),
            ("-1", None),
            ("", None),
            ("h", None),
            ("ten minutes", None),
            ("99999999999999999999", None),
            ("4294967295 d", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_said_in_the_largest_unit() {
        for (seconds, expected) in [
            (1, "1 second"),
            (90, "90 seconds"),
            (3600, "1 hour"),
            (7200, "2 hours"),
            (2_592_000, "30 days"),
        ] {
            assert_eq!(words(seconds), expected);
        }
    }
}
