//! The beginning and the end of a body: which state each has, and when it was.

use super::request::End;
use crate::domain::timestamp::Timestamp;
use crate::json;
use crate::report::Begun;

/// What the beginning found, as its answer hands it to the end. What is no such text has no issues.
pub(super) fn begun(token: Option<&str>) -> Begun {
    token.and_then(json::parsed).unwrap_or_default()
}

/// The result of a body, in the words of Jira or of Jenkins: its exception says more than the result of the run, which
/// is still empty then in scripted pipelines.
pub(super) fn end_state(end: &End, result: Option<&str>) -> String {
    // Such as by a gate: the run ends with this result, whatever was thrown.
    let is_stopped = matches!(result, Some("ABORTED" | "NOT_BUILT"));
    if end.interrupted || end.threw && is_stopped {
        return "cancelled".to_owned();
    }
    if end.threw {
        return "failed".to_owned();
    }
    // A body may make the run unstable and go through.
    match result {
        Some(result) if end.result_before.as_deref() != Some(result) => result.to_owned(),
        _ => "successful".to_owned(),
    }
}

/// The moment of the end: Jira takes it only when it is later than the beginning, which the user may have set.
pub(super) fn end_time(started: i64, given: Option<&str>, now: i64) -> Timestamp {
    let given: Option<Timestamp> = given.and_then(|given| given.parse().ok());
    let given = given.map_or(i64::MIN, Timestamp::as_millisecond);
    let begun = started.max(given);
    Timestamp::from_millisecond(now.max(begun.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::{Begun, End, begun, end_state, end_time};
    use crate::report::{Outcome, Report, SiteReport};

    fn end(threw: bool, interrupted: bool, before: Option<&str>) -> End {
        End {
            threw,
            interrupted,
            result_before: before.map(ToOwned::to_owned),
            ..End::default()
        }
    }

    #[test]
    fn the_state_of_the_end_is_that_of_the_body() {
        for (threw, interrupted, before, after, state) in [
            (false, false, None, None, "successful"),
            (false, false, None, Some("UNSTABLE"), "UNSTABLE"),
            (
                false,
                false,
                Some("UNSTABLE"),
                Some("UNSTABLE"),
                "successful",
            ),
            (false, false, Some("UNSTABLE"), Some("FAILURE"), "FAILURE"),
            (true, false, None, None, "failed"),
            (true, false, None, Some("UNSTABLE"), "failed"),
            (true, false, None, Some("ABORTED"), "cancelled"),
            (true, false, None, Some("NOT_BUILT"), "cancelled"),
            (true, true, None, None, "cancelled"),
            (false, true, None, Some("SUCCESS"), "cancelled"),
        ] {
            assert_eq!(end_state(&end(threw, interrupted, before), after), state);
        }
    }

    #[test]
    fn the_end_is_later_than_the_beginning() {
        for (started, given, now, expected) in [
            (1000, None, 5000, 5000),
            (5000, None, 5000, 5001),
            (6000, None, 5000, 6001),
            (1000, Some("2026-01-01T00:00:00Z"), 5000, 1_767_225_600_001),
            (1000, Some("soon"), 5000, 5000),
        ] {
            let time = end_time(started, given, now).as_millisecond();
            assert_eq!(time, expected, "{started} {given:?} {now}");
        }
    }

    #[test]
    fn the_keys_come_back_whatever_happens_to_the_token() {
        let keys = ["ABC-1", "ABC-2"].map(|key| key.parse().unwrap());
        let mut site = SiteReport::new("acme".to_owned(), Outcome::Accepted);
        site.unknown_issue_keys = vec!["ABC-2".to_owned()];
        let report = Report {
            issue_keys: keys.to_vec(),
            sites: vec![site],
            ..Report::new(Outcome::Accepted, String::new())
        };
        let found = begun(Some(&serde_json::json!(report.begun()).to_string()));
        assert_eq!(found.issue_keys, keys[..1]);
        assert_eq!(found.unknown_issue_keys, keys[1..]);
        for junk in [None, Some(""), Some("5"), Some(r#"{"issueKeys":[5,"x"]}"#)] {
            assert_eq!(begun(junk), Begun::default());
        }
    }
}
