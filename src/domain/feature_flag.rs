//! What a feature flag does, and how far it is rolled out.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::text::Line;

/// `rollout.percentage` of a feature flag: 0 to 100, fractions included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Percentage(f64);

const EXPECTED: &str = "expected a number from 0 to 100";

impl Percentage {
    /// # Errors
    /// What is not from 0 to 100.
    pub(crate) fn new(number: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&number) {
            // No -0, which JSON would tell apart from 0.
            Ok(Self(number.abs()))
        } else {
            Err(format!("{EXPECTED}, got {number}"))
        }
    }
}

impl Serialize for Percentage {
    /// A whole number without a fraction: `25`, `12.5`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 100"
        )]
        let whole = self.0.trunc() as u8;
        if (f64::from(whole) - self.0).abs() < f64::EPSILON {
            serializer.serialize_u8(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// Digits behind the point that count.
const MAX_FRACTION: usize = 12;

impl FromStr for Percentage {
    type Err = String;

    /// `25`, `12.5` or `25%`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = [whole, fraction]
            .concat()
            .bytes()
            .all(|byte| byte.is_ascii_digit());
        // Further digits would not be exact.
        let fraction = fraction.get(..MAX_FRACTION).unwrap_or(fraction);
        let digits = [whole, fraction].concat().parse::<u64>().ok();
        let digits = digits.filter(|digits| is_number && *digits <= 1 << f64::MANTISSA_DIGITS);
        let divisor = 10_u64.pow(u32::try_from(fraction.len()).unwrap_or(0));
        #[expect(clippy::cast_precision_loss, reason = "2^53 at most")]
        let number = digits.ok_or(EXPECTED)? as f64 / divisor as f64;
        Self::new(number)
    }
}

/// `status.rollout` of a feature flag (Feature Flags API, submitFeatureFlags): one of the three.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rollout {
    Percentage(Percentage),
    /// Such as the name of a cohort.
    Text(Line),
    /// The number of active rules.
    Rules(u32),
}

/// `status` of a feature flag, in one environment or in all.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlagStatus {
    /// On, wholly or partly.
    pub(crate) enabled: bool,
    /// What is served while it is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_value: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rollout: Option<Rollout>,
}

impl FlagStatus {
    /// One status for several: on when one of them is on. What all those that are on have in common stays; where they
    /// differ, words say in how many it is on.
    pub(crate) fn of_all(all: &[&Self]) -> Self {
        let (on, count) = (all.iter().filter(|it| it.enabled).count(), all.len());
        // Where it is off everywhere, what the environments say about their rollout is all there is.
        let shown = all.iter().filter(|it| it.enabled || on == 0);
        let mut shown = shown.map(|it| &it.rollout);
        let first = shown.next().cloned().flatten();
        let is_common = shown.all(|rollout| *rollout == first);
        let rollout = match on {
            0 => first.filter(|_| is_common),
            _ if on == count && is_common => first,
            _ => {
                let text = format!("on in {on} of {count} environments");
                Some(Rollout::Text(Line::required(&text)))
            }
        };
        let default_value = all.first().and_then(|first| first.default_value.clone());
        let same = all
            .iter()
            .all(|status| status.default_value == default_value);
        Self {
            enabled: on > 0,
            default_value: default_value.filter(|_| same),
            rollout,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FlagStatus, Line, Percentage, Rollout};

    #[test]
    fn percentages_are_from_0_to_100() {
        let cases = [
            ("0", Some(json!(0))),
            ("25", Some(json!(25))),
            (" 25 % ", Some(json!(25))),
            ("12.5%", Some(json!(12.5))),
            ("99.999", Some(json!(99.999))),
            ("5.", Some(json!(5))),
            (".5", Some(json!(0.5))),
            ("050", Some(json!(50))),
            ("33.3", Some(json!(33.3))),
            ("66.666666666666666666", Some(json!(66.666_666_666_666))),
            ("1.2.3", None),
            (".", None),
            ("100.0", Some(json!(100))),
            ("100.1", None),
            ("-0", None),
            ("-1", None),
            ("1e1", None),
            ("NaN", None),
            ("inf", None),
            ("%", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let percentage = text.parse::<Percentage>().ok();
            assert_eq!(percentage.map(|found| json!(found)), expected, "{text:?}");
        }
        assert_eq!(json!(Percentage::new(-0.0).unwrap()), json!(0));
        assert!(Percentage::new(f64::NAN).is_err());
    }

    #[test]
    fn a_status_is_written_as_jira_reads_it() {
        let mut status = FlagStatus {
            enabled: true,
            default_value: Some(Line::required("off")),
            rollout: Some(Rollout::Percentage(Percentage::new(5.0).unwrap())),
        };
        let expected =
            json!({"enabled": true, "defaultValue": "off", "rollout": {"percentage": 5}});
        assert_eq!(json!(status), expected);
        status.rollout = Some(Rollout::Rules(0));
        assert_eq!(json!(status)["rollout"], json!({"rules": 0}));
        status.rollout = Some(Rollout::Text(Line::required("beta")));
        assert_eq!(json!(status)["rollout"], json!({"text": "beta"}));
        status.rollout = None;
        status.default_value = None;
        assert_eq!(json!(status), json!({"enabled": true}));
    }

    #[test]
    fn one_status_stands_for_several() {
        let percent = |number| Some(Rollout::Percentage(Percentage::new(number).unwrap()));
        let status = |enabled, rollout: Option<Rollout>, default: &str| FlagStatus {
            enabled,
            default_value: Line::optional(default),
            rollout,
        };
        let text = |text| Some(Rollout::Text(Line::required(text)));
        let cases = [
            (
                vec![status(true, percent(25.0), "a")],
                status(true, percent(25.0), "a"),
            ),
            (
                vec![status(false, percent(25.0), "")],
                status(false, percent(25.0), ""),
            ),
            (
                vec![
                    status(true, percent(25.0), "a"),
                    status(true, percent(25.0), "a"),
                ],
                status(true, percent(25.0), "a"),
            ),
            (
                vec![status(true, None, "a"), status(false, None, "b")],
                status(true, text("on in 1 of 2 environments"), ""),
            ),
            (
                vec![
                    status(true, percent(10.0), ""),
                    status(true, percent(50.0), ""),
                ],
                status(true, text("on in 2 of 2 environments"), ""),
            ),
            (
                vec![status(false, percent(10.0), ""), status(false, None, "")],
                status(false, None, ""),
            ),
            (
                vec![status(true, None, ""), status(true, None, "")],
                status(true, None, ""),
            ),
        ];
        for (all, expected) in cases {
            let all: Vec<&FlagStatus> = all.iter().collect();
            assert_eq!(FlagStatus::of_all(&all), expected, "{all:?}");
        }
    }
}
