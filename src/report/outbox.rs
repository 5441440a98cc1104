//! What happened to the outbox, besides what was sent: a part of every report of a command that delivers.

use serde::Serialize;

use crate::domain::timestamp::Timestamp;
use crate::phrases::{counts, with_more};

/// Most names of delivered updates that one line has.
const MAX_NAMED: usize = 10;

/// Most of them that are listed.
const MAX_LISTED: usize = 1_000;

/// What happened to entries of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OutboxReport {
    pub(crate) delivered: usize,
    /// What people call them: `build shop #6 successful`.
    pub(crate) delivered_names: Vec<String>,
    /// Refused by Jira for good and set aside.
    pub(crate) refused: usize,
    pub(crate) waiting: usize,
    /// Set aside since they were too old, or dropped since they were too many.
    pub(crate) expired: usize,
    /// Dropped since a later update of the same build or deployment takes their place.
    pub(crate) superseded: usize,
    /// How many of those that wait are paused, since they failed alone; only of a flush, and only if there are any.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) paused: usize,
    /// When the first of these is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_try: Option<Timestamp>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes it like this"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl OutboxReport {
    pub(crate) fn deliver(&mut self, name: &str) {
        self.delivered += 1;
        if self.delivered_names.len() < MAX_LISTED {
            self.delivered_names.push(name.to_owned());
        }
    }

    /// The first names of what was delivered, behind a label; nothing when that is nothing.
    pub(crate) fn delivered_line(&self, label: &str) -> Option<String> {
        let shown = &self.delivered_names[..self.delivered_names.len().min(MAX_NAMED)];
        let names = with_more(shown, self.delivered - shown.len());
        (self.delivered > 0).then(|| format!("{label}: {names}"))
    }

    /// The counts, as people say them: `2 delivered, 1 still queued`.
    pub(crate) fn words(&self) -> String {
        let counts = counts(&[
            (self.delivered, "delivered"),
            (self.refused, "rejected by Jira"),
            (self.waiting, "still queued"),
            (self.paused, "of them paused"),
            (self.expired, "too old or too many"),
            (self.superseded, "replaced by later updates"),
        ]);
        match self.next_try {
            _ if counts.is_empty() => "nothing is queued".to_owned(),
            None => counts,
            Some(next) => format!("{counts}; next try at {next}"),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        let room = MAX_LISTED.saturating_sub(self.delivered_names.len());
        let names = other.delivered_names.into_iter();
        self.delivered_names.extend(names.take(room));
        self.refused += other.refused;
        self.waiting += other.waiting;
        self.expired += other.expired;
        self.superseded += other.superseded;
        self.paused += other.paused;
        self.next_try = self.next_try.into_iter().chain(other.next_try).min();
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_LISTED, OutboxReport};
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn only_what_happened_is_counted() {
        let mut report = OutboxReport::default();
        assert_eq!(report.words(), "nothing is queued");
        report.deliver("b1");
        assert_eq!(report.words(), "1 delivered");
        report.waiting = 2;
        report.superseded = 1;
        let words = "1 delivered, 2 still queued, 1 replaced by later updates";
        assert_eq!(report.words(), words);
    }

    #[test]
    fn what_was_delivered_is_named_up_to_a_limit() {
        for (count, line) in [
            (0, None),
            (1, Some("also delivered: b1")),
            (
                10,
                Some("also delivered: b1, b2, b3, b4, b5, b6, b7, b8, b9, b10"),
            ),
            (
                12,
                Some("also delivered: b1, b2, b3, b4, b5, b6, b7, b8, b9, b10 and 2 more"),
            ),
        ] {
            let mut report = OutboxReport::default();
            for number in 1..=count {
                report.deliver(&format!("b{number}"));
            }
            assert_eq!(
                report.delivered_line("also delivered").as_deref(),
                line,
                "{count}"
            );
        }
        let mut whole = OutboxReport::default();
        for _ in 0..2 {
            let mut part = OutboxReport::default();
            (0..=MAX_LISTED).for_each(|_| part.deliver("b"));
            whole.add(part);
        }
        let counts = (whole.delivered, whole.delivered_names.len());
        assert_eq!(counts, (2 * MAX_LISTED + 2, MAX_LISTED));
        let one = || OutboxReport {
            refused: 1,
            waiting: 2,
            expired: 3,
            superseded: 4,
            paused: 1,
            next_try: Some(Timestamp::from_millisecond(60_000)),
            ..OutboxReport::default()
        };
        let mut both = one();
        both.add(one());
        let counts = [both.refused, both.waiting, both.expired, both.superseded];
        assert_eq!(counts, [2, 4, 6, 8]);
        let words = "2 rejected by Jira, 4 still queued, 2 of them paused, 6 too old or too many, \
            8 replaced by later updates; next try at 1970-01-01T00:01:00.000Z";
        assert_eq!(both.words(), words);
    }
}
