//! Moments in time, as RFC 3339 in UTC with milliseconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, exact to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The moment so many milliseconds after 1970; far beyond any calendar it is cut to the calendar's end.
    pub(crate) fn from_millisecond(milliseconds: i64) -> Self {
        Self(jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::MAX))
    }

    /// The moment so many seconds after 1970, moved into the years 1 to 9999: a commit may bear any time.
    pub(crate) fn from_second(seconds: i64) -> Self {
        /// The beginning of the year 1.
        const FIRST: i64 = -62_135_596_800;
        let time = jiff::Timestamp::from_second(seconds.max(FIRST));
        Self(time.unwrap_or(jiff::Timestamp::MAX))
    }

    pub(crate) fn as_millisecond(self) -> i64 {
        self.0.as_millisecond()
    }

    /// One millisecond later.
    pub(crate) fn next(self) -> Self {
        Self::from_millisecond(self.as_millisecond().saturating_add(1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Timestamp {
    type Err = String;

    /// RFC 3339 with a zone, or milliseconds since 1970.
    fn from_str(text: &str) -> Result<Self, String> {
        /// 1973 in milliseconds, but the year 5138 in seconds.
        const LEAST_MILLISECONDS: i64 = 100_000_000_000;
        let text = text.trim();
        if let Ok(number) = text.parse::<i64>() {
            return match jiff::Timestamp::from_millisecond(number) {
                Ok(time) if number >= LEAST_MILLISECONDS => Ok(Self(time)),
                _ => Err(
                    "expected milliseconds since 1970, such as 1767225600123; this looks like another unit"
                        .to_owned(),
                ),
            };
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| {
            "expected a time with its zone, such as 2026-01-01T00:00:00Z, or milliseconds since 1970"
                .to_owned()
        })?;
        if time < jiff::Timestamp::UNIX_EPOCH {
            return Err("a build cannot have a time before 1970".to_owned());
        }
        Ok(Self::from_millisecond(time.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn seconds_of_any_size_have_a_year_of_four_digits() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.000Z"),
            (i64::MIN, "0001-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-30T22:00:00.999Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(Timestamp::from_second(seconds).to_string(), expected);
        }
    }

    #[test]
    fn times_are_read_strictly_and_written_in_utc() {
        let cases = [
            ("2026-01-01T00:00:00.123Z", Some("2026-01-01T00:00:00.123Z")),
            (
                "2026-01-01T01:30:00+01:30",
                Some("2026-01-01T00:00:00.000Z"),
            ),
            ("1767225600123", Some("2026-01-01T00:00:00.123Z")),
            ("1767225600", None),
            ("99999999999", None),
            ("100000000000", Some("1973-03-03T09:46:40.000Z")),
            ("-5", None),
            ("2026-01-01T00:00:00", None),
            ("2026-13-01T00:00:00Z", None),
            ("1960-01-01T00:00:00Z", None),
            ("yesterday", None),
            ("99999999999999999", None),
        ];
        for (text, expected) in cases {
            let time = text.parse::<Timestamp>().ok();
            let shown = time.map(|time| time.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }
}
