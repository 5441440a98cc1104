//! The texts that are searched for issue keys.

use std::ops::Range;

use super::{Reason, merge};
use crate::domain::text::{is_number, percent_decoded};

/// Where a text comes from, in the order in which texts are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextKind {
    /// Keys that the user gives: the filters do not apply.
    Explicit,
    Branch,
    /// Title of a pull request: prose.
    Title,
    Tag,
    /// Whole commit message: prose.
    Commit,
}

impl TextKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Branch => "branch",
            Self::Title => "title",
            Self::Tag => "tag",
            Self::Commit => "commit",
        }
    }

    /// So many of it, as people say it: `branch`, `12 commit messages`.
    pub(crate) fn counted(self, count: usize) -> String {
        let (one, many) = match self {
            Self::Explicit => ("keys that were passed", "keys that were passed"),
            Self::Branch => ("branch", "branches"),
            Self::Title => ("title", "titles"),
            Self::Tag => ("tag", "tags"),
            Self::Commit => ("1 commit message", "commit messages"),
        };
        match (self, count) {
            (Self::Explicit, _) | (_, 1) => one.to_owned(),
            _ => format!("{count} {many}"),
        }
    }

    pub(super) fn is_prose(self) -> bool {
        matches!(self, Self::Title | Self::Commit)
    }
}

/// One text to search. No key ever spans two of them.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) kind: TextKind,
    /// The option, variable or commit that it is from.
    pub(crate) source: String,
    pub(super) text: String,
    /// Whether Jenkins may have made this branch name up (`PR-7`).
    jenkins_made: bool,
    /// Why its keys do not count, if they do not.
    pub(crate) left_out: Option<Reason>,
    /// The texts that it takes back: their keys do not count here.
    pub(super) taken_back: Vec<Text>,
}

impl Text {
    /// `source` names the option, variable or commit, for the report.
    pub(crate) fn new(kind: TextKind, source: impl Into<String>, text: &str) -> Self {
        Self {
            kind,
            source: source.into(),
            text: match kind {
                TextKind::Branch | TextKind::Tag => percent_decoded(text),
                _ => text.to_owned(),
            },
            jenkins_made: kind == TextKind::Branch,
            left_out: None,
            taken_back: Vec::new(),
        }
    }

    /// The same text of something that does not count: its keys are dropped for this reason.
    #[must_use]
    pub(crate) fn left_out(self, reason: Reason) -> Self {
        Self {
            left_out: Some(reason),
            ..self
        }
    }

    /// The same text of a commit that takes others back, with these messages.
    #[must_use]
    pub(crate) fn taking_back(self, messages: Vec<String>) -> Self {
        let messages = messages.into_iter();
        let taken_back = messages.map(|message| Self::new(TextKind::Commit, "", &message));
        Self {
            taken_back: taken_back.collect(),
            ..self
        }
    }

    /// The parts that are searched each by itself, with their kinds: the message of a merge names branches.
    pub(super) fn parts(&self) -> Vec<(TextKind, Range<usize>)> {
        let branches = match self.kind {
            TextKind::Commit => merge::branches(&self.text),
            _ => Vec::new(),
        };
        let mut parts = Vec::new();
        let mut end = 0;
        for branch in branches {
            parts.push((self.kind, end..branch.start));
            end = branch.end;
            parts.push((TextKind::Branch, branch));
        }
        parts.push((self.kind, end..self.text.len()));
        parts
    }

    /// Whether it is the same branch, tag or title, whatever it is from.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.kind, &self.text) == (other.kind, &other.text)
    }

    pub(crate) fn first_line(&self) -> &str {
        self.text.trim_start().lines().next().unwrap_or_default()
    }

    /// Whether the whole text is a name that Jenkins gives to the branch of a pull request.
    pub(super) fn is_named_by_jenkins(&self) -> bool {
        self.jenkins_made && is_jenkins_branch_name(&self.text)
    }

    /// The source branch of a pull request, whose name people chose: `PR-7` may be a key there.
    pub(crate) fn change_branch(source: impl Into<String>, text: &str) -> Self {
        Self {
            jenkins_made: false,
            ..Self::new(TextKind::Branch, source, text)
        }
    }
}

/// `PR-7`, `MR-7-head`: names that Jenkins' branch sources give to pull requests.
fn is_jenkins_branch_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("PR-").or(name.strip_prefix("MR-")) else {
        return false;
    };
    let number = rest.strip_suffix("-head").or(rest.strip_suffix("-merge"));
    is_number(number.unwrap_or(rest))
}
