//! Issue keys: the type, and the search for them in branch names, titles, tags and commit messages.
//!
//! The rule is narrower than what Jira accepts, because a false key links a stranger's issue.

mod deny_list;
mod pattern;
mod reason;
mod scan;
mod search;
mod text;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub(crate) use pattern::KeyPattern;
pub(crate) use reason::Reason;
pub(crate) use search::{Findings, Place, Rules, find};
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
}

impl fmt::Display for IssueKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for IssueKey {
    type Err = String;

    /// Accepts underscores in the project, which only a `--key-pattern` can bring up.
    fn from_str(text: &str) -> Result<Self, String> {
        let (project, number) = text
            .rsplit_once('-')
            .ok_or_else(|| format!("{text:?} is no issue key: there is no hyphen"))?;
        let project: ProjectKey = project.parse()?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || number.starts_with('0') || number.len() > MAX_PART {
            return Err(format!(
                "{text:?} is no issue key: {number:?} is not the number of an issue"
            ));
        }
        Ok(Self(format!("{project}-{number}")))
    }
}

/// The key of a Jira project, in upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectKey(String);

impl ProjectKey {
    fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ProjectKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let shape = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && (2..=MAX_PART).contains(&text.len());
        if shape {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(format!(
                "{text:?} is not the key of a project: two or more letters and digits, a letter first"
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
            ("DC_KEY-7", Some("DC_KEY-7")),
            ("A-1", None),
            ("ABC-0", None),
            ("ABC-01", None),
            ("ABC-", None),
            ("ABC", None),
            ("4BC-1", None),
            ("ABC-1 ", None),
            ("ÄBC-1", None),
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
        assert_eq!(
            " abc ".parse::<ProjectKey>().unwrap().to_string(),
            "ABC".to_owned()
        );
        assert!("A".parse::<ProjectKey>().is_err());
        assert!("AB C".parse::<ProjectKey>().is_err());
    }
}
