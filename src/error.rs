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

/// The kinds of failure that callers tell apart, with their exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    Refused = 1,
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
        self as u8
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
            what: words(&what.into()),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, what)
    }

    #[must_use]
    pub(crate) fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(words(&cause));
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
        self.causes.extend(error.chain().map(|error| words(&error)));
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

/// The words of an error, without users and passwords of addresses.
fn words(error: &dyn fmt::Display) -> String {
    accounts::hidden_in(&plain(error))
}

/// The words of an error and of its causes, as people say them: not `No such file or directory (os error 2)`.
pub(crate) fn plain(error: impl fmt::Display) -> String {
    plain_words(&format!("{error:#}"))
}

fn plain_words(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(" (os error ") {
        let start = before.rfind(": ").map_or(0, |colon| colon + 2);
        let (place, reason) = before.split_at(start);
        plain.push_str(place);
        let mut letters = reason.trim_end_matches('.').chars();
        plain.extend(letters.next().map(|first| first.to_ascii_lowercase()));
        plain.push_str(letters.as_str());
        rest = behind.split_once(')').map_or("", |(_, behind)| behind);
    }
    plain + rest
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
            what: words(&what.into()),
            advice: advice.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EXIT_CODES, Failure, FailureKind, plain};

    #[test]
    fn reasons_of_the_system_have_no_numbers() {
        for (error, expected) in [
            (
                "No such file or directory (os error 2)",
                "no such file or directory",
            ),
            (
                "/x cannot be read: Is a directory (os error 21)",
                "/x cannot be read: is a directory",
            ),
            (
                "The system cannot find the file specified. (os error 2)",
                "the system cannot find the file specified",
            ),
            (
                "a: Not a directory (os error 20); b: Éa (os error 1), c",
                "a: not a directory; b: Éa, c",
            ),
            ("x (os error ", "x"),
            ("Plain words", "Plain words"),
            (" (os error 2)", ""),
            ("", ""),
        ] {
            assert_eq!(plain(error), expected);
        }
        let error = anyhow::Error::from(std::io::Error::from_raw_os_error(2));
        let failure = Failure::usage("no file").chain(&error.context("no text"));
        assert!(!failure.message().contains("(os"), "{failure}");
        assert!(failure.message().starts_with("no file: no text: "));
    }

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
