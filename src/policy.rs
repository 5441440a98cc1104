//! How outcomes become exit codes, as one table: the reports and the help read it.

use clap::ValueEnum;

use crate::report::Outcome;

/// What a failure does to the exit code (`--on-error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnError {
    /// Exit with 1, 3 or 4
    Fail,
    /// Warn and exit with 0
    Warn,
    /// Warn and exit with 0 if it is queued in the outbox, else exit with 1, 3 or 4
    Queue,
}

/// One row: what happened at a site, whether the data is queued, and the exit codes under
/// `--on-error fail`, `warn` and `queue`.
pub(crate) const POLICIES: &[(Outcome, bool, [u8; 3])] = &[
    (Outcome::Accepted, false, [0, 0, 0]),
    (Outcome::NothingToSend, false, [0, 0, 0]),
    (Outcome::DryRun, false, [0, 0, 0]),
    (Outcome::Unverified, false, [1, 0, 1]),
    (Outcome::PartlyAccepted, false, [1, 0, 1]),
    (Outcome::Rejected, false, [1, 0, 1]),
    (Outcome::Unauthorized, true, [3, 0, 0]),
    (Outcome::Unauthorized, false, [3, 0, 3]),
    (Outcome::Unreachable, true, [4, 0, 0]),
    (Outcome::Unreachable, false, [4, 0, 4]),
    (Outcome::Invalid, false, [2, 2, 2]),
];

pub(crate) fn table() -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "  {:<16} {:<14} {:<5} {:<5} queue\n",
        "outcome", "in the outbox", "fail", "warn"
    );
    for (outcome, queued, [fail, warn, queue]) in POLICIES {
        let name = serde_json::json!(outcome);
        let name = name.as_str().unwrap_or_default();
        let queued = if *queued { "yes" } else { "no" };
        let _ = writeln!(
            text,
            "  {name:<16} {queued:<14} {fail:<5} {warn:<5} {queue}"
        );
    }
    text
}

/// Exit codes from the one that matters most: a refusal is final, a credential wants somebody, the network wants time.
const RANKS: [u8; 4] = [2, 1, 3, 4];

pub(crate) fn exit_code(outcome: Outcome, queued: bool, on_error: OnError) -> u8 {
    let fits = |row: &&(Outcome, bool, [u8; 3])| row.0 == outcome && row.1 == queued;
    let row = POLICIES.iter().find(fits);
    row.map_or(2, |(.., codes)| match on_error {
        OnError::Fail => codes[0],
        OnError::Warn => codes[1],
        OnError::Queue => codes[2],
    })
}

pub(crate) fn worst(codes: &[u8]) -> u8 {
    let worst = RANKS.into_iter().find(|rank| codes.contains(rank));
    worst.unwrap_or(0)
}

/// What happened at several sites, in one word: the one that they share; `unverified` when all took it, but not all were
/// seen to store it; `partly_accepted` when some of them took it; else what matters most.
pub(crate) fn overall(outcomes: &[Outcome]) -> Outcome {
    let Some(first) = outcomes.first() else {
        return Outcome::NothingToSend;
    };
    if outcomes.iter().all(|outcome| outcome == first) {
        return *first;
    }
    let took_all = |outcome: &Outcome| matches!(outcome, Outcome::Accepted | Outcome::Unverified);
    let took = |outcome: &Outcome| took_all(outcome) || *outcome == Outcome::PartlyAccepted;
    if outcomes.iter().all(took_all) {
        return Outcome::Unverified;
    }
    if outcomes.iter().any(took) {
        return Outcome::PartlyAccepted;
    }
    let ranks = [
        Outcome::Invalid,
        Outcome::Rejected,
        Outcome::Unauthorized,
        Outcome::Unreachable,
    ];
    let worst = ranks.into_iter().find(|rank| outcomes.contains(rank));
    worst.unwrap_or(*first)
}

#[cfg(test)]
mod tests {
    use super::{OnError, Outcome, POLICIES, exit_code, overall, worst};

    #[test]
    fn every_row_is_found_once_and_its_codes_are_its_own() {
        for (index, (outcome, queued, codes)) in POLICIES.iter().enumerate() {
            let again = POLICIES[index + 1..].iter();
            assert!(
                again
                    .clone()
                    .all(|row| (row.0, row.1) != (*outcome, *queued))
            );
            let found = [OnError::Fail, OnError::Warn, OnError::Queue]
                .map(|on_error| exit_code(*outcome, *queued, on_error));
            assert_eq!(found, *codes, "{outcome:?} {queued}");
            // Warnings are for what Jira did, and the outbox is for what it may take later.
            assert_eq!(codes[1], if *outcome == Outcome::Invalid { 2 } else { 0 });
            let undelivered = matches!(outcome, Outcome::Unauthorized | Outcome::Unreachable);
            assert!(undelivered || !queued);
            assert_eq!(codes[2], if *queued { 0 } else { codes[0] });
        }
    }

    #[test]
    fn several_sites_have_one_outcome_and_one_exit_code() {
        use Outcome::{Accepted, PartlyAccepted, Rejected, Unauthorized, Unreachable, Unverified};
        let cases = [
            (vec![Accepted], Accepted),
            (vec![Accepted, Accepted], Accepted),
            (vec![Accepted, Unverified], Unverified),
            (vec![Unverified, PartlyAccepted], PartlyAccepted),
            (vec![Unreachable, Unverified], PartlyAccepted),
            (vec![Accepted, Rejected], PartlyAccepted),
            (vec![Accepted, Unauthorized], PartlyAccepted),
            (vec![Unreachable, Accepted], PartlyAccepted),
            (vec![PartlyAccepted, Unreachable], PartlyAccepted),
            (vec![PartlyAccepted, PartlyAccepted], PartlyAccepted),
            (vec![Rejected, Rejected], Rejected),
            (vec![Unauthorized, Rejected, Unreachable], Rejected),
            (vec![Unreachable, Unauthorized], Unauthorized),
            (vec![Unreachable, Unreachable], Unreachable),
            (vec![], Outcome::NothingToSend),
        ];
        for (outcomes, expected) in cases {
            assert_eq!(overall(&outcomes), expected, "{outcomes:?}");
        }
        let cases = [
            (vec![0, 0], 0),
            (vec![0, 4], 4),
            (vec![4, 3], 3),
            (vec![4, 3, 1], 1),
            (vec![], 0),
        ];
        for (codes, expected) in cases {
            assert_eq!(worst(&codes), expected, "{codes:?}");
        }
    }
}
