//! Numbers and durations among the options. Their errors say what is expected, in the words of all the others.

use std::ops::RangeInclusive;

use crate::domain::duration;

/// A whole number in a range.
pub(super) fn number(
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.trim().parse().ok();
        let number = number.filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            format!("expected a whole number from {least} to {most}")
        })
    }
}

/// A count of anything.
pub(super) fn count() -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    number(0..=u32::MAX)
}

/// A duration, as seconds.
pub(super) fn seconds(
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        duration::seconds_in(text, &range).ok_or_else(|| {
            let (least, most) = (duration::words(*range.start()), duration::words(*range.end()));
            format!("expected seconds, or a duration such as '90 s', '5 min' or '2 h', from {least} to {most}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{number, seconds};

    #[test]
    fn errors_are_in_our_own_words() {
        for wrong in ["", "abc", "-1", "366", "1.5", "99999999999999999999"] {
            assert_eq!(
                number(1..=365)(wrong),
                Err("expected a whole number from 1 to 365".to_owned()),
                "{wrong}"
            );
        }
        assert_eq!(number(0..=9)(" 7 "), Ok(7));
        for wrong in ["", "soon", "-1", "0", "2 h"] {
            let error = seconds(1..=3600)(wrong).unwrap_err();
            assert!(error.ends_with("from 1 second to 1 hour"), "{error}");
        }
        assert_eq!(seconds(1..=3600)("5 min"), Ok(300));
    }
}
