//! Moments in time, as RFC 3339 in UTC with milliseconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// The years 1 to 9999, in seconds since 1970; the last is 9999 in every zone.
const YEARS: (i64, i64) = (-62_135_596_800, 253_402_207_200);

/// A moment in the years 1 to 9999, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// The moment so many milliseconds after 1970, moved into the years 1 to 9999.
    pub(crate) fn from_millisecond(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(YEARS.0 * 1_000, YEARS.1 * 1_000 + 999))
    }

    /// The moment so many seconds after 1970, moved into the years 1 to 9999: a commit may bear any time.
    pub(crate) fn from_second(seconds: i64) -> Self {
        Self(seconds.clamp(YEARS.0, YEARS.1) * 1_000)
    }

    /// The moment in a header of HTTP, such as `Thu, 01 Jan 2026 00:00:00 GMT`.
    pub(crate) fn of_header(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text.trim(), &Rfc2822).ok()?;
        Some(Self::from_second(time.unix_timestamp()))
    }

    pub(crate) fn as_millisecond(self) -> i64 {
        self.0
    }

    /// One millisecond later.
    pub(crate) fn next(self) -> Self {
        Self::from_millisecond(self.0.saturating_add(1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000));
        let at = seconds.map_err(|_| fmt::Error)?;
        let (month, milliseconds) = (u8::from(at.month()), self.0.rem_euclid(1_000));
        let (hour, minute, second) = at.to_hms();
        write!(
            formatter,
            "{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z",
            at.year(),
            at.day(),
        )
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
            let time = Self::from_millisecond(number);
            if number < LEAST_MILLISECONDS || time.0 != number {
                return Err(
                    "expected milliseconds since 1970, such as 1767225600123; this looks like another unit"
                        .to_owned(),
                );
            }
            return Ok(time);
        }
        let time = in_full(text).and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
        let time = time.ok_or(
            "expected a time with its zone, such as 2026-01-01T00:00:00Z, or milliseconds since 1970",
        )?;
        if time < OffsetDateTime::UNIX_EPOCH {
            return Err("a build cannot have a time before 1970".to_owned());
        }
        let milliseconds = time.unix_timestamp() * 1_000 + i64::from(time.millisecond());
        let time = Self::from_millisecond(milliseconds);
        if time.0 != milliseconds {
            return Err("a build cannot have a time after the year 9999".to_owned());
        }
        Ok(time)
    }
}

/// RFC 3339 in full: `date +%FT%T%z` leaves out the colon of the zone, and Java's classes leave out seconds that are zero.
fn in_full(text: &str) -> Option<String> {
    // The name of a zone, as Java adds it, stands for the offset before it.
    let (text, _) = text.split_once('[').unwrap_or((text, ""));
    let (time, zone) = text.split_at(text.rfind(['Z', 'z', '+', '-'])?);
    time.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let seconds = if time.len() == "2026-01-01T00:00".len() {
        ":00"
    } else {
        ""
    };
    let (hours, minutes) = zone.split_at_checked(3).unwrap_or((zone, ""));
    let minutes = match minutes {
        _ if hours.len() < 3 => "",
        "" => ":00",
        minutes => &format!(":{}", minutes.strip_prefix(':').unwrap_or(minutes)),
    };
    let time = time.replace(',', ".");
    Some(format!("{time}{seconds}{hours}{minutes}"))
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
            (i64::MAX, "9999-12-30T22:00:00.000Z"),
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
            ("2026-01-01T00:00Z", Some("2026-01-01T00:00:00.000Z")),
            ("2026-01-01 00:00:00.5z", Some("2026-01-01T00:00:00.500Z")),
            ("2025-12-31T16:30:00-0730", Some("2026-01-01T00:00:00.000Z")),
            ("2026-01-01T00:00:00+00", Some("2026-01-01T00:00:00.000Z")),
            (
                "2026-01-01T00:00:00.1239999999Z",
                Some("2026-01-01T00:00:00.123Z"),
            ),
            ("2024-12-31T23:59:60Z", Some("2024-12-31T23:59:59.999Z")),
            ("9999-12-31T23:59:59-01:00", None),
            (
                "2026-01-01T01:00+01:00[Europe/Berlin]",
                Some("2026-01-01T00:00:00.000Z"),
            ),
            ("2026-01-01T00:00:00,5Z", Some("2026-01-01T00:00:00.500Z")),
            ("2026-01-01T00:00:00+01::00", None),
            ("2026-01-01_00:00:00Z", None),
            ("2026-02-29T00:00:00Z", None),
            ("2026-01-01T24:00:00Z", None),
            ("2026-01-01T00:00:00+", None),
            ("2026-01-01T00:00:00+1", None),
            ("2026-01-01T00:00:00+010", None),
            ("2026-01-01é00:00:00Z", None),
            ("Z", None),
            ("99999999999999999", None),
        ];
        for (text, expected) in cases {
            let time = text.parse::<Timestamp>().ok();
            let shown = time.map(|time| time.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }
}
