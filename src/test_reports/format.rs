//! What a format of reports is to whoever reads one.

use super::unreadable::Unreadable;
use crate::domain::test_info::{TestCounts, TestOutcome};

/// Counts the tests while the elements of a report go by.
pub(super) trait Format {
    /// An element begins.
    ///
    /// # Errors
    /// A test whose outcome is not known.
    fn open(&mut self, element: &Element<'_>, counts: &mut TestCounts) -> Result<(), Unreadable>;

    /// An element of this depth ends.
    fn close(&mut self, _depth: usize, _counts: &mut TestCounts) {}
}

/// An element that begins; names are without prefixes.
pub(super) struct Element<'a> {
    pub(super) name: &'a [u8],
    /// Name of the element around it; empty for the outermost one.
    pub(super) parent: &'a [u8],
    /// The outermost element has 1.
    pub(super) depth: usize,
    /// The value of an attribute.
    pub(super) attribute: &'a dyn Fn(&str) -> Option<&'a [u8]>,
}

impl Element<'_> {
    /// What the value of this attribute means by a format's table of words.
    ///
    /// # Errors
    /// There is no such attribute, or it is none of the words.
    pub(super) fn outcome(
        &self,
        attribute: &str,
        words: &[(&str, TestOutcome)],
    ) -> Result<TestOutcome, Unreadable> {
        let value = (self.attribute)(attribute).unwrap_or_default();
        let mut known = words.iter();
        let known = known.find(|(word, _)| word.as_bytes() == value);
        known
            .map(|(_, outcome)| *outcome)
            .ok_or_else(|| Unreadable::UnknownOutcome(text(value)))
    }
}

/// The beginning of what a stranger wrote, for people.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().take(60).collect()
}
