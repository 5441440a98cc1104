//! Kinds of remote links, and the mark beside one.

use std::str::FromStr;

use serde::Serialize;

use super::text::Line;

/// A word out of a fixed list, as Jira writes it.
macro_rules! words {
    ($(#[$note:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$note])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All words that Jira knows.
            pub(crate) const WORDS: &[&str] = &[$($word),+];
        }

        impl FromStr for $name {
            type Err = String;

            /// In any letter case.
            fn from_str(text: &str) -> Result<Self, String> {
                $(if text.trim().eq_ignore_ascii_case($word) {
                    return Ok(Self::$variant);
                })+
                Err(format!("expected one of {}", Self::WORDS.join(", ")))
            }
        }
    };
}

words! {
    /// `type` of a remote link (Remote Links API, submitRemoteLinks).
    LinkType {
        Document = "document",
        Alert = "alert",
        Test = "test",
        Security = "security",
        LogFile = "logFile",
        Prototype = "prototype",
        Coverage = "coverage",
        BugReport = "bugReport",
        Other = "other",
    }
}

words! {
    /// `status.appearance` of a remote link: its colour.
    Appearance {
        Default = "default",
        InProgress = "inprogress",
        Moved = "moved",
        New = "new",
        Removed = "removed",
        Prototype = "prototype",
        Success = "success",
    }
}

/// `status` of a remote link: a coloured mark with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LinkStatus {
    pub(crate) appearance: Appearance,
    pub(crate) label: Line,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Appearance, LinkType};

    #[test]
    fn jiras_words_are_read_in_any_letter_case_and_written_as_jira_has_them() {
        for word in LinkType::WORDS {
            let kind: LinkType = word.to_uppercase().parse().unwrap();
            assert_eq!(json!(kind), *word);
        }
        for word in Appearance::WORDS {
            let appearance: Appearance = format!(" {word}\n").parse().unwrap();
            assert_eq!(json!(appearance), *word);
        }
        assert_eq!((LinkType::WORDS.len(), Appearance::WORDS.len()), (9, 7));
        for wrong in ["", "log-file", "documents", "in progress"] {
            let error = wrong.parse::<LinkType>().unwrap_err();
            assert!(error.contains("bugReport") && wrong.parse::<Appearance>().is_err());
        }
    }
}
