//! The user's own idea of what an issue key looks like (`--key-pattern`).

use std::ops::Range;
use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression; its group `key`, else its first group, else the whole match is the key.
///
/// It works on bytes with ASCII classes and in linear time, so that no pattern can stall a build.
#[derive(Clone, Debug)]
pub(crate) struct KeyPattern(Regex);

impl KeyPattern {
    /// Where the keys stand in the text, in bytes. Matches that split a character are left out.
    pub(super) fn matches(&self, text: &str) -> Vec<Range<usize>> {
        self.0
            .captures_iter(text.as_bytes())
            .filter_map(|captures| captures.name("key").or(captures.get(1)).or(captures.get(0)))
            .map(|matched| matched.range())
            .filter(|range| !range.is_empty() && text.get(range.clone()).is_some())
            .collect()
    }
}

impl FromStr for KeyPattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        RegexBuilder::new(pattern)
            .unicode(false)
            .size_limit(1 << 20)
            .build()
            .map(Self)
            .map_err(|error| error.to_string().replace('\n', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::KeyPattern;

    #[test]
    fn the_key_is_the_named_group_else_the_first_else_everything() {
        let cases = [
            (r"[A-Z]+-\d+", "see ABC-1", "ABC-1"),
            (r"issue/([A-Z]+-\d+)", "issue/ABC-2", "ABC-2"),
            (r"(x)?#(?<key>[A-Z]+-\d+)", "#ABC-3", "ABC-3"),
            (r"\bDC_\w+-\d+\b", "é DC_A-4 é", "DC_A-4"),
        ];
        for (pattern, text, key) in cases {
            let pattern: KeyPattern = pattern.parse().unwrap();
            let keys: Vec<_> = pattern
                .matches(text)
                .into_iter()
                .map(|r| &text[r])
                .collect();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn wrong_patterns_are_explained() {
        assert!(
            "[A-Z"
                .parse::<KeyPattern>()
                .unwrap_err()
                .contains("unclosed")
        );
        assert!("(?:a{1000}){1000}".parse::<KeyPattern>().is_err());
    }
}
