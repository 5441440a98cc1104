//! What can go wrong, as people and callers see it: a kind with its exit code, a cause, a hint.

use std::error::Error;
use std::fmt;

use crate::secret::accounts;

/// Exit codes and their meanings, for `--help` and `docs/exit-codes.md`.
pub(crate) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "all accepted, or nothing to send"),
    (
        1,
        "Jira rejected some or all of it; with show or --verify: it is not stored",
    ),
    (2, "usage error: invalid options or values"),
    (3, "credential missing, wrong, or without the permission"),
    (
        4,
        "Jira could not be reached within the time budget; the error says whether the update is queued",
    ),
    (5, "nothing to send, and --require-issue-keys is set"),
    (
        6,
        "gate: the deployment is prevented, or the decision did not come in time",
    ),
    (7, "gate: still waiting for the decision"),
    (8, "gate: Jira cannot decide"),
];

/// The kinds of failure that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    Refused,
    Usage,
    Credentials,
    Unreachable,
    NothingToSend,
    /// A gate that stays shut.
    Prevented,
    /// A gate that may still open.
    Awaiting,
    /// A gate that cannot open.
    InvalidGate,
}

impl FailureKind {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Credentials => 3,
            Self::Unreachable => 4,
            Self::NothingToSend => 5,
            Self::Prevented => 6,
            Self::Awaiting => 7,
            Self::InvalidGate => 8,
        }
    }
}

/// One failure: what happened, why, and what to do about it. It repeats no user and password of an address.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    what: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: accounts::hidden_in(&what.into()),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, what)
    }

    #[must_use]
    pub(crate) fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(accounts::hidden_in(&cause.to_string()));
        self
    }

    /// The same with a word behind what happened.
    #[must_use]
    pub(crate) fn and(mut self, word: &str) -> Self {
        self.what.push_str(word);
        self
    }

    /// All errors of a chain, the outermost first.
    #[must_use]
    pub(crate) fn chain(mut self, error: &anyhow::Error) -> Self {
        let causes = error.chain().map(ToString::to_string);
        self.causes
            .extend(causes.map(|cause| accounts::hidden_in(&cause)));
        self
    }

    /// Caused by another failure, with its remedy.
    #[must_use]
    pub(crate) fn caused_by(mut self, other: &Self) -> Self {
        self.causes.push(other.what.clone());
        self.causes.extend_from_slice(&other.causes);
        self.hints.extend_from_slice(&other.hints);
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What happened and why, in one line.
    pub(crate) fn message(&self) -> String {
        let parts: Vec<_> = std::iter::once(&self.what)
            .chain(&self.causes)
            .cloned()
            .collect();
        parts.join(": ")
    }

    /// What to do about it.
    pub(crate) fn hints(&self) -> impl Iterator<Item = &str> {
        self.hints.iter().map(String::as_str)
    }

    /// The lines that people read, each with its label.
    pub(crate) fn lines(&self) -> Vec<(&'static str, &str)> {
        let causes = self
            .causes
            .iter()
            .map(|cause| ("caused by", cause.as_str()));
        let hints = self.hints().map(|hint| ("hint", hint));
        std::iter::once(("error", self.what.as_str()))
            .chain(causes)
            .chain(hints)
            .collect()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message())
    }
}

impl Error for Failure {}

/// Something that is not a failure but worth a line, with what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) what: String,
    pub(crate) advice: String,
}

impl Warning {
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: accounts::hidden_in(&what.into()),
            advice: advice.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EXIT_CODES, Failure, FailureKind};

    #[test]
    fn every_kind_has_a_documented_exit_code_of_its_own() {
        let kinds = [
            FailureKind::Refused,
            FailureKind::Usage,
            FailureKind::Credentials,
            FailureKind::Unreachable,
            FailureKind::NothingToSend,
            FailureKind::Prevented,
            FailureKind::Awaiting,
            FailureKind::InvalidGate,
        ];
        let codes: Vec<_> = kinds.iter().map(|kind| kind.exit_code()).collect();
        let documented: Vec<_> = EXIT_CODES.iter().map(|(code, _)| *code).skip(1).collect();
        assert_eq!(codes, documented);
    }

    #[test]
    fn lines_come_in_the_order_in_which_they_are_read() {
        let failure = Failure::usage("no site")
            .cause("none given")
            .hint("set JIRA_SITE");
        let expected = [
            ("error", "no site"),
            ("caused by", "none given"),
            ("hint", "set JIRA_SITE"),
        ];
        assert_eq!(failure.lines(), expected);
        assert_eq!(failure.message(), "no site: none given");
    }
}
