//! Formats in which one element stands for each test, with its result as an attribute.

use super::format::{Format, outcome};
use super::markup::Markup;
use crate::domain::test_info::{TestCounts, TestOutcome};

/// Such a format.
pub(super) struct Flat {
    /// The name of the element.
    test: &'static [u8],
    outcomes: &'static [(&'static str, TestOutcome)],
}

/// The XML of xUnit.net, version 2 of the format and the older one.
///
/// <https://xunit.net/docs/format-xml-v2>
pub(super) const XUNIT: Flat = Flat {
    test: b"test",
    outcomes: &[
        ("Pass", TestOutcome::Passed),
        ("Fail", TestOutcome::Failed),
        ("Skip", TestOutcome::Skipped),
        ("NotRun", TestOutcome::Skipped),
    ],
};

/// The XML of NUnit 3 and 4, and of NUnit 2, which Pester writes as well.
///
/// <https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html>
pub(super) const NUNIT: Flat = Flat {
    test: b"test-case",
    // Words of NUnit 3 and after them those that NUnit 2 alone has.
    outcomes: &[
        ("Passed", TestOutcome::Passed),
        ("Warning", TestOutcome::Passed),
        ("Failed", TestOutcome::Failed),
        ("Skipped", TestOutcome::Skipped),
        ("Inconclusive", TestOutcome::Skipped),
        ("Success", TestOutcome::Passed),
        ("Failure", TestOutcome::Failed),
        ("Error", TestOutcome::Failed),
        ("Cancelled", TestOutcome::Failed),
        ("Ignored", TestOutcome::Skipped),
        ("NotRunnable", TestOutcome::Skipped),
    ],
};

impl Format for Flat {
    fn open(&mut self, element: &Markup<'_>, counts: &mut TestCounts) -> anyhow::Result<()> {
        if element.name() == self.test {
            counts.count(outcome(element, b"result", self.outcomes)?);
        }
        Ok(())
    }
}
