//! Why something that looks like an issue key is not taken for one.

use super::MAX_ISSUE_KEYS;

/// Why a candidate was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Duplicate,
    Boundary,
    Version,
    Number,
    LowerCase,
    /// With the entry of the built-in list.
    DenyList(&'static str),
    /// Named by `--deny`.
    Denied,
    NotAllowed,
    JenkinsBranchName,
    /// In a commit that no repository of the run has.
    OtherRepository,
    Limit,
}

impl Reason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Boundary => "boundary",
            Self::Version => "version",
            Self::Number => "number",
            Self::LowerCase => "lower case",
            Self::DenyList(_) | Self::Denied => "deny-list",
            Self::NotAllowed => "not in the allow-list",
            Self::JenkinsBranchName => "Jenkins branch name",
            Self::OtherRepository => "other repository",
            Self::Limit => "limit",
        }
    }

    /// One sentence for people, with the way out where there is one.
    pub(crate) fn explanation(self) -> String {
        match self {
            Self::Duplicate => "already found in an earlier place".to_owned(),
            Self::Boundary => "a letter or number stands right after it".to_owned(),
            Self::Version => "it is part of a version number".to_owned(),
            Self::Number => "no issue has such a number".to_owned(),
            Self::LowerCase => {
                "in prose only upper case counts; with --projects any case does".to_owned()
            }
            Self::DenyList(entry) => format!(
                "{entry} is on the list of words that are no projects; if yours is called so, name it with --projects or give the key with --issue-keys"
            ),
            Self::Denied => "its project is named by --deny".to_owned(),
            Self::NotAllowed => "its project is not among --projects".to_owned(),
            Self::JenkinsBranchName => {
                "Jenkins gives this name to the branch of a pull request".to_owned()
            }
            Self::OtherRepository => {
                "no repository of the workspace has this commit of the change log, as is so for a shared library; --all-changes takes it".to_owned()
            }
            Self::Limit => {
                format!("Jira takes {MAX_ISSUE_KEYS} issue keys, and it comes after them")
            }
        }
    }
}
