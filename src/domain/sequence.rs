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
        Self::new(time.as_millisecond())
    }

    /// Any whole number, cut to the limits.
    pub(crate) fn new(number: i64) -> Self {
        Self(number.clamp(0, Self::MAX))
    }

    pub(crate) fn as_i64(self) -> i64 {
        self.0
    }

    /// The next greater number; the greatest one stays itself.
    #[must_use]
    pub(crate) fn following(self) -> Self {
        Self::new(self.0.saturating_add(1))
    }
}

/// Where the number of an update comes from, which decides whether it may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The user gave the number: it stands.
    Given,
    /// The user gave the moment of the event. An event that is older than the last one keeps its number, so that
    /// Jira keeps the newer state; only another event of the very same millisecond gets the next number.
    Event,
    /// The clock of this machine, which may step back.
    Clock,
}

impl Origin {
    /// Of what the user gives; nothing is asked of the values, only whether they are there.
    pub(crate) fn of(number: Option<SequenceNumber>, event: Option<Timestamp>) -> Self {
        match (number, event) {
            (Some(_), _) => Self::Given,
            (None, Some(_)) => Self::Event,
            (None, None) => Self::Clock,
        }
    }

    /// The number to send, so that numbers grow from update to update.
    pub(crate) fn number(self, wanted: SequenceNumber, last: Option<Last>) -> SequenceNumber {
        let Some(last) = last else {
            return wanted;
        };
        match self {
            Self::Event if last.number == wanted && !last.same => wanted.following(),
            Self::Given | Self::Event => wanted,
            Self::Clock => wanted.max(last.number.following()),
        }
    }
}

/// The last update of the same build or deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) number: SequenceNumber,
    /// Whether it said the same.
    pub(crate) same: bool,
}

impl FromStr for SequenceNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().parse() {
            Ok(number) if (0..=Self::MAX).contains(&number) => Ok(Self(number)),
            _ => Err(format!("expected a whole number from 0 to {}", Self::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Last, Origin, SequenceNumber};

    #[test]
    fn numbers_grow_unless_the_user_says_otherwise() {
        use Origin::{Clock, Event, Given};
        let cases = [
            (Given, 100, Some((100, false)), 100),
            (Given, 100, Some((200, false)), 100),
            (Event, 100, None, 100),
            (Event, 100, Some((99, false)), 100),
            (Event, 100, Some((100, false)), 101),
            // The same event sent again: whatever came after it must not be overwritten.
            (Event, 100, Some((100, true)), 100),
            (Event, 100, Some((101, false)), 100),
            (Clock, 100, None, 100),
            (Clock, 100, Some((99, true)), 100),
            (Clock, 100, Some((100, true)), 101),
            // The clock stepped back.
            (Clock, 100, Some((5_000, false)), 5_001),
            (Clock, 100, Some((i64::MAX, false)), SequenceNumber::MAX),
        ];
        for (origin, wanted, last, expected) in cases {
            let last = last.map(|(number, same)| Last {
                number: SequenceNumber::new(number),
                same,
            });
            let found = origin.number(SequenceNumber::new(wanted), last);
            assert_eq!(found.as_i64(), expected, "{origin:?} {wanted} {last:?}");
        }
    }

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
