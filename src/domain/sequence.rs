//! The number that decides which of two updates is the newer one.

use std::str::FromStr;

use serde::Serialize;

use super::timestamp::Timestamp;

/// `updateSequenceNumber`: milliseconds of the event. Jira ignores an update whose number is not greater than
/// the stored one, and still calls it accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct SequenceNumber(i64);

impl SequenceNumber {
    /// Greatest number that every JSON reader keeps exactly.
    const MAX: i64 = (1 << 53) - 1;

    pub(crate) fn at(time: Timestamp) -> Self {
        Self(time.as_millisecond().clamp(0, Self::MAX))
    }

    /// The least number that replaces this one; the greatest stays what it is.
    pub(crate) fn next(self) -> Self {
        Self((self.0 + 1).min(Self::MAX))
    }
}

impl FromStr for SequenceNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().parse() {
            Ok(number) if (0..=Self::MAX).contains(&number) => Ok(Self(number)),
            _ => Err(format!("not a whole number from 0 to {}", Self::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SequenceNumber;

    #[test]
    fn numbers_stay_exact_in_json() {
        for (text, valid) in [
            ("0", true),
            ("1767225600123", true),
            ("9007199254740991", true),
        ]
        .into_iter()
        .chain([
            ("9007199254740992", false),
            ("-1", false),
            ("1.5", false),
            ("", false),
        ]) {
            assert_eq!(text.parse::<SequenceNumber>().is_ok(), valid, "{text:?}");
        }
        let time = "2026-01-01T00:00:00.123Z".parse().unwrap();
        assert_eq!(SequenceNumber::at(time), "1767225600123".parse().unwrap());
    }
}
