//! The user's own idea of what an issue key looks like (`--key-pattern`).

use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};

use super::Reason;
use super::scan::Candidate;

/// A regular expression; its group `key`, else its first group, else the whole match is the key, unless a template
/// makes the key of its groups.
///
/// Its classes are those of ASCII, and it works in linear time, so that no pattern can stall a build.
#[derive(Clone, Debug)]
pub(crate) struct KeyPattern {
    regex: Regex,
    template: Option<KeyTemplate>,
}

/// What the key is made of (`--key-template`): text with the groups of the pattern, such as `ABC-$1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyTemplate(String);

impl KeyPattern {
    /// The same pattern, whose keys are made by the template.
    #[must_use]
    pub(crate) fn with_template(self, template: Option<KeyTemplate>) -> Self {
        Self { template, ..self }
    }

    /// What it finds in the text.
    pub(super) fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Candidate> + 'a {
        let found = self.regex.captures_iter(text);
        found.filter_map(|captures| {
            let group = captures.name("key").or(captures.get(1));
            let range = group.or(captures.get(0))?.range();
            if range.is_empty() {
                return None;
            }
            let made = self.template.as_ref().map(|template| {
                let mut key = String::new();
                captures.expand(&template.0, &mut key);
                key
            });
            // A pattern that stops within a number would name another issue.
            let is_cut = text[range.end..].starts_with(|c: char| c.is_ascii_digit());
            let wrong = (is_cut && made.is_none()).then_some(Reason::Boundary);
            Some(Candidate { range, wrong, made })
        })
    }

    /// The first group that a template names and the pattern does not have.
    pub(crate) fn lacks_group_of<'a>(&self, template: &'a KeyTemplate) -> Option<&'a str> {
        let names = self.regex.capture_names().flatten();
        let mut groups = template.groups();
        groups.find(|group| match group.parse::<usize>() {
            Ok(number) => number >= self.regex.captures_len(),
            Err(_) => !names.clone().any(|name| name == *group),
        })
    }
}

impl KeyTemplate {
    /// The names and numbers behind its dollar signs, by the rules of `Captures::expand`.
    fn groups(&self) -> impl Iterator<Item = &str> {
        let behind = self.0.split('$').skip(1);
        behind.map(|rest| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            match rest.strip_prefix('{') {
                Some(braced) => braced.split('}').next(),
                None => rest.split(|c| !is_name(c)).next(),
            }
            .unwrap_or_default()
        })
    }
}

impl FromStr for KeyTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let template = Self(text.trim().to_owned());
        if template.groups().next().is_none() || template.groups().any(str::is_empty) {
            return Err(
                "expected a group of the pattern, as in ABC-$1 or ABC-${number}".to_owned(),
            );
        }
        Ok(template)
    }
}

impl FromStr for KeyPattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        Ok(Self {
            regex: regex(pattern)?,
            template: None,
        })
    }
}

/// A regular expression, or what is wrong with the text.
pub(crate) fn regex(pattern: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(pattern).size_limit(1 << 20).build();
    regex.map_err(|error| format!("expected a regular expression: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{KeyPattern, KeyTemplate};

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
                .map(|found| &text[found.range])
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

    #[test]
    fn a_template_makes_the_key_of_the_groups() {
        let cases = [
            (r"^(\d+)-", "ABC-$1", "5539-feature", "ABC-5539"),
            (
                r"(?<team>\w+)/(?<number>\d+)",
                "${team}-${number}",
                "abc/7",
                "abc-7",
            ),
            (r"(?:(\d+)|x(y)?)", "ABC-$2", "x", "ABC-"),
            // It may take a part of a number.
            (r"^(\d{2})", "ABC-$1", "5539-feature", "ABC-55"),
        ];
        for (pattern, template, text, key) in cases {
            let pattern: KeyPattern = pattern.parse().unwrap();
            let pattern = pattern.with_template(template.parse().ok());
            let found = pattern.matches(text).next().unwrap();
            assert_eq!(found.made.as_deref(), Some(key), "{text}");
            assert_eq!(found.wrong, None, "{text}");
        }
    }

    #[test]
    fn a_template_names_groups_of_the_pattern() {
        let cases = [
            (r"(\d+)", "ABC-$1", Some(None)),
            (r"(?<n>\d+)", "ABC-$n", Some(None)),
            (r"(?<n>\d+)", "ABC-$1", Some(None)),
            (r"\d+", "ABC-$0", Some(None)),
            (r"\d+", "ABC-$1", Some(Some("1"))),
            (r"(\d+)", "ABC-$1x", Some(Some("1x"))),
            (r"(\d+)", "ABC-${1}x$m", Some(Some("m"))),
            (r"(\d+)", "ABC-1", None),
            (r"(\d+)", "ABC-$", None),
            (r"(\d+)", "ABC-$$1", None),
            (r"(\d+)", "", None),
        ];
        for (pattern, template, expected) in cases {
            let pattern: KeyPattern = pattern.parse().unwrap();
            let parsed = template.parse::<KeyTemplate>().ok();
            let lacking = parsed
                .as_ref()
                .map(|template| pattern.lacks_group_of(template));
            assert_eq!(lacking, expected, "{template}");
        }
    }
}
