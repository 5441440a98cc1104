//! Issue keys: the type, and the search for them in branch names, titles, tags and commit messages.
//!
//! The rule is narrower than what Jira accepts, because a false key links a stranger's issue.

mod branch;
mod deny_list;
mod identifiers;
mod merge;
mod pattern;
mod reason;
mod scan;
mod search;
mod text;

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

pub(crate) use merge::branches as merged_branches;
pub(crate) use pattern::{KeyPattern, KeyTemplate, regex};
pub(crate) use reason::Reason;
pub(crate) use search::{
    Dropped, Findings, FoundKey, KeyRules, MAX_CUT, MAX_IN_TEXT, Place, by_kind, find, find_also,
};
pub(crate) use text::{Text, TextKind};

/// Most issue keys one build or deployment may carry ("Sum of Association values … maximum of 500").
pub(crate) const MAX_ISSUE_KEYS: usize = 500;

/// Longest project key and longest number that are taken for an issue key.
const MAX_PART: usize = 255;

/// An issue key such as `ABC-12`, in upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct IssueKey(String);

impl IssueKey {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The project part, `ABC` of `ABC-12`.
    fn project(&self) -> &str {
        self.0.rsplit_once('-').map_or("", |(project, _)| project)
    }

    fn number(&self) -> &str {
        self.0.rsplit_once('-').map_or("", |(_, number)| number)
    }
}

shown_as_text!(IssueKey);

impl<'de> Deserialize<'de> for IssueKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for IssueKey {
    type Err = String;

    /// Jira's own pattern for keys, `\w{1,255}-\d{1,255}`: what the user names is taken as named. The search for keys in
    /// texts is narrower.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_key = text.rsplit_once('-').is_some_and(|(project, number)| {
            is_word(project)
                && (1..=MAX_PART).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_key {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(format!(
                "{text:?} is not an issue key: expected the key of a project, a hyphen and a number, such as ABC-12"
            ))
        }
    }
}

/// `\w{1,255}` of Jira's pattern.
fn is_word(text: &str) -> bool {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=MAX_PART).contains(&text.len()) && text.bytes().all(is_of_word)
}

/// The key of a Jira project, in upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectKey(String);

impl ProjectKey {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the search for keys comes upon it by itself: a letter first, no underscore.
    fn is_plain(&self) -> bool {
        self.0.len() > 1
            && self
                .0
                .starts_with(|first: char| first.is_ascii_alphabetic())
            && !self.0.contains('_')
    }
}

impl FromStr for ProjectKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if is_word(text) {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(format!(
                "{text:?} is not the key of a project: expected letters, digits and underscores, such as ABC"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IssueKey, ProjectKey};

    #[test]
    fn keys_are_parsed_whole() {
        let cases = [
            ("abc-12", Some("ABC-12")),
            ("J42-1", Some("J42-1")),
            ("BIZ_PROJ2-2342", Some("BIZ_PROJ2-2342")),
            ("A-1", Some("A-1")),
            ("ABC-01", Some("ABC-01")),
            ("4BC-1", Some("4BC-1")),
            ("ABC-", None),
            ("-1", None),
            ("ABC", None),
            ("ABC-DEF-1", None),
            ("ABC-1x", None),
            ("ABC-1 ", None),
            ("ABC-1.2", None),
            ("ÄBC-1", None),
            ("ABC-١", None),
        ];
        for (text, expected) in cases {
            let key = text.parse::<IssueKey>().ok();
            assert_eq!(key.as_ref().map(IssueKey::as_str), expected, "{text:?}");
        }
        let long = format!("ABC-{}", "1".repeat(256));
        assert!(long.parse::<IssueKey>().is_err());
    }

    #[test]
    fn project_keys_are_upper_cased() {
        assert_eq!(" abc ".parse::<ProjectKey>().unwrap().as_str(), "ABC");
        assert_eq!("sdr_6".parse::<ProjectKey>().unwrap().as_str(), "SDR_6");
        for text in ["", "AB C", "AB-C", "ÄB", "A.B"] {
            assert!(text.parse::<ProjectKey>().is_err(), "{text}");
        }
    }
}
