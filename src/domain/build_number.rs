//! The number of a build, which is a text for some tools.

use std::fmt;
use std::str::FromStr;

use super::text::is_number;

/// The largest number that JavaScript, and so Jira's page, can distinguish from its neighbours.
const MAX_NUMBER: i64 = (1 << 53) - 1;

/// How many digits each part after the first takes, for two, three and four parts: what is left of the 15 digits of
/// `MAX_NUMBER` is enough for a date in the first part.
const WIDTHS: [u32; 3] = [6, 5, 4];

const EXPECTED: &str =
    "expected a whole number such as 17, or up to four with dots between them, such as 1.0.17";

/// A number for Jira, and the same as the tool writes it.
///
/// `1.0.17` becomes 1·00000·00017: the order of versions, and no two texts with as many parts become the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuildNumber {
    number: i64,
    written: String,
}

impl BuildNumber {
    pub(crate) fn get(&self) -> i64 {
        self.number
    }
}

impl fmt::Display for BuildNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

impl FromStr for BuildNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let written = text.strip_prefix('#').unwrap_or(text);
        let parts: Vec<&str> = written.split('.').collect();
        if !parts.iter().all(|part| is_number(part)) || parts.len() > WIDTHS.len() + 1 {
            return Err(EXPECTED.to_owned());
        }
        // What is too large for the type is too large for Jira.
        let value = |part: &str| part.parse::<u64>().unwrap_or(u64::MAX);
        let mut number = value(parts[0]);
        for part in &parts[1..] {
            let width = WIDTHS[parts.len() - 2];
            let scale = 10_u64.pow(width);
            if value(part) >= scale {
                return Err(format!(
                    "Jira needs a whole number: of {} parts, each after the first may have {width} digits",
                    parts.len()
                ));
            }
            number = number.saturating_mul(scale).saturating_add(value(part));
        }
        let number = i64::try_from(number).ok();
        let number = number.filter(|number| *number <= MAX_NUMBER);
        Ok(Self {
            number: number
                .ok_or_else(|| format!("Jira needs a whole number of at most {MAX_NUMBER}"))?,
            written: written.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::BuildNumber;

    /// What a tool writes, what Jira gets, what people see.
    const CASES: &[(&str, i64, &str)] = &[
        ("0", 0, "0"),
        ("17", 17, "17"),
        (" 17\n", 17, "17"),
        ("#17", 17, "17"),
        ("007", 7, "007"),
        (
            "9007199254740991",
            9_007_199_254_740_991,
            "9007199254740991",
        ),
        ("1.0.17", 10_000_000_017, "1.0.17"),
        ("1.0.99999", 10_000_099_999, "1.0.99999"),
        ("2026.08.31", 20_260_000_800_031, "2026.08.31"),
        ("20260831.2", 20_260_831_000_002, "20260831.2"),
        ("42.1", 42_000_001, "42.1"),
        ("0.1", 1, "0.1"),
        ("0.0.0", 0, "0.0.0"),
        ("1.2.3.4", 1_000_200_030_004, "1.2.3.4"),
        ("2026.08.31.2", 2_026_000_800_310_002, "2026.08.31.2"),
    ];

    #[test]
    fn texts_become_numbers() {
        for (text, number, written) in CASES {
            let parsed: BuildNumber = text.parse().expect(text);
            assert_eq!(
                (parsed.get(), parsed.to_string().as_str()),
                (*number, *written),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_later_number_is_larger() {
        for series in [
            &[
                "1.0.9", "1.0.10", "1.0.17", "1.1.0", "1.10.0", "2.0.0", "10.0.0",
            ][..],
            &["20260831.2", "20260831.10", "20260901.1", "20270101.1"],
            &["1.0.0.9", "1.0.0.10", "1.0.1.0", "1.1.0.0"],
            &["9", "10", "100"],
        ] {
            let numbers: Vec<i64> = series
                .iter()
                .map(|text| text.parse::<BuildNumber>().unwrap().get())
                .collect();
            assert!(
                numbers.is_sorted_by(|one, other| one < other),
                "{series:?}: {numbers:?}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, error) in [
            ("", "expected a whole number"),
            ("#", "expected a whole number"),
            ("-1", "expected a whole number"),
            ("+1", "expected a whole number"),
            ("1e3", "expected a whole number"),
            ("1.", "expected a whole number"),
            (".1", "expected a whole number"),
            ("1..2", "expected a whole number"),
            ("1.2.3.4.5", "expected a whole number"),
            ("1.0.17-rc1", "expected a whole number"),
            ("v1.0.17", "expected a whole number"),
            ("\u{661}", "expected a whole number"),
            (
                "1.0.100000",
                "Jira needs a whole number: of 3 parts, each after the first may have 5 digits",
            ),
            (
                "9007199254740992",
                "Jira needs a whole number of at most 9007199254740991",
            ),
            (
                "99999999999999999999",
                "Jira needs a whole number of at most 9007199254740991",
            ),
            (
                "20260831.1.2.3",
                "Jira needs a whole number of at most 9007199254740991",
            ),
        ] {
            let refused = text.parse::<BuildNumber>().unwrap_err();
            assert!(refused.starts_with(error), "{text:?}: {refused}");
        }
    }
}
