//! What a format of reports is to whoever reads one.

use anyhow::bail;

use super::markup::Markup;
use crate::domain::test_info::{TestCounts, TestOutcome};

/// Counts the tests while the elements of a report go by.
pub(super) trait Format {
    /// An element begins.
    ///
    /// # Errors
    /// A test whose outcome is not known.
    fn open(&mut self, element: &Markup<'_>, counts: &mut TestCounts) -> anyhow::Result<()>;

    /// An element of this depth ends.
    fn close(&mut self, _depth: usize, _counts: &mut TestCounts) {}
}

/// A format's words for the results of tests, with blanks between them.
pub(super) struct Words {
    pub(super) passed: &'static str,
    pub(super) failed: &'static str,
    pub(super) skipped: &'static str,
}

/// What an attribute of the element that has begun means by a format's words.
///
/// # Errors
/// There is no such attribute, or it is none of the words.
pub(super) fn outcome(
    element: &Markup<'_>,
    attribute: &[u8],
    words: &Words,
) -> anyhow::Result<TestOutcome> {
    let value = element.attribute(attribute).unwrap_or_default();
    let known = [
        (words.passed, TestOutcome::Passed),
        (words.failed, TestOutcome::Failed),
        (words.skipped, TestOutcome::Skipped),
    ];
    let has_value = |words: &str| words.split(' ').any(|word| word.as_bytes() == value);
    match known.into_iter().find(|(words, _)| has_value(words)) {
        Some((_, outcome)) => Ok(outcome),
        None if value.is_empty() => bail!("it has a test without a result"),
        None => bail!("it has a test with an unknown result: {}", text(value)),
    }
}

/// The beginning of what a stranger wrote, for people.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().take(60).collect()
}
