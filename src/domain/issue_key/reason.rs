//! Why something that looks like an issue key is not taken for one.

use super::{MAX_IN_TEXT, MAX_ISSUE_KEYS};

/// Why a candidate was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Duplicate,
    /// A letter or a number follows the digits directly.
    Boundary,
    /// `.` and a digit follow.
    Version,
    /// It starts with 0 or is too long.
    Number,
    LowerCase,
    /// In lower case in a branch that a bot or a git server named.
    MachineBranch,
    /// In lower case in a branch: part of a date.
    Date,
    /// `Z0-9` in `[A-Z0-9]`.
    CharacterClass,
    /// What the user gave, or what `--key-pattern` found, is not an issue key as a whole.
    NotAKey,
    /// With the entry of the built-in list.
    DenyList(&'static str),
    /// Named by `--deny`.
    Denied,
    NotAllowed,
    JenkinsBranchName,
    /// In a commit that no repository of the run has.
    OtherRepository,
    /// In a commit that another one of the range reverts, or in that one.
    Reverted,
    /// Jira did not know it a moment ago.
    Unknown,
    Limit,
    /// There is so much before it in the same text that neither it nor what follows was searched.
    TooMany,
}

impl Reason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Boundary => "boundary",
            Self::Version => "version",
            Self::Number => "number",
            Self::LowerCase | Self::MachineBranch => "lower case",
            Self::Date => "date",
            Self::NotAKey => "not an issue key",
            Self::DenyList(_) | Self::Denied | Self::CharacterClass => "deny-list",
            Self::NotAllowed => "not in the allow-list",
            Self::JenkinsBranchName => "Jenkins branch name",
            Self::OtherRepository => "other repository",
            Self::Reverted => "reverted",
            Self::Unknown => "unknown",
            Self::Limit => "limit",
            Self::TooMany => "too many",
        }
    }

    /// One sentence for people, with the way out where there is one.
    pub(crate) fn explanation(self) -> String {
        match self {
            Self::Duplicate => "already found in an earlier place".to_owned(),
            Self::Boundary => "a letter or number follows it directly".to_owned(),
            Self::Version => "it is part of a version number".to_owned(),
            Self::Number => "no issue has such a number".to_owned(),
            Self::LowerCase => {
                "in prose only upper case counts; with --projects any case does".to_owned()
            }
            Self::MachineBranch => {
                "a bot or a git server named this branch, and only upper case counts there; with --projects any case does".to_owned()
            }
            Self::Date => "it is part of a date or a long id".to_owned(),
            Self::CharacterClass => "it is part of a regular expression".to_owned(),
            Self::NotAKey => {
                "an issue key is the key of a project, a hyphen and a number, such as ABC-12".to_owned()
            }
            // The words of branches are listed in lower case.
            Self::DenyList(word) if word.starts_with(|first: char| first.is_ascii_lowercase()) => format!(
                "\"{word}\" is on the list of words that branches often contain; it counts in upper case, and in any case when your project is named with --projects"
            ),
            Self::DenyList(entry) => format!(
                "{entry} is on the list of words that are not projects; if yours is called that, name it with --projects or pass the key with --issue-keys"
            ),
            Self::Denied => "its project is named by --deny".to_owned(),
            Self::NotAllowed => "its project is not among --projects".to_owned(),
            Self::JenkinsBranchName => {
                "Jenkins gives this name to the branch of a pull request".to_owned()
            }
            Self::OtherRepository => {
                "no repository of the workspace has this commit of the change log, such as those of a shared library; --all-changes includes it".to_owned()
            }
            Self::Reverted => {
                "the range has both the commit and its revert, and no other commit of this issue".to_owned()
            }
            Self::Unknown => "Jira did not know it when the run began".to_owned(),
            Self::Limit => {
                format!("Jira accepts {MAX_ISSUE_KEYS} issue keys, and this one is beyond them")
            }
            Self::TooMany => format!(
                "only the first {MAX_IN_TEXT} possible issue keys of a text are searched; the rest of it was left out"
            ),
        }
    }
}
