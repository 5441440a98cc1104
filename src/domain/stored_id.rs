//! Ids of what is already stored: Jira's or the user's, taken as they are.

use std::str::FromStr;

/// Longest id that Jira takes, in characters (development information; 255 elsewhere).
const MAX: usize = 1024;

/// An id by which something is looked up. What cannot be an id cannot have been sent either, so nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredId(String);

impl StoredId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StoredId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_wrong = text.trim().is_empty() || text.chars().any(char::is_control);
        if is_wrong || text.chars().count() > MAX {
            return Err(format!("expected an id: one line of 1 to {MAX} characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

shown_as_text!(StoredId);

#[cfg(test)]
mod tests {
    use super::StoredId;

    #[test]
    fn ids_are_taken_as_they_are() {
        let longest = "é".repeat(1024);
        for good in [
            "a",
            " a ",
            "..",
            "a/b?c#d",
            "🚀",
            "~2F%2F",
            longest.as_str(),
        ] {
            let id: StoredId = good.parse().unwrap();
            assert_eq!(id.as_str(), good);
        }
        let long = "x".repeat(1025);
        for bad in ["", " ", "a\nb", "a\u{0}", "\u{85}", long.as_str()] {
            assert!(bad.parse::<StoredId>().is_err(), "{bad:?}");
        }
    }
}
