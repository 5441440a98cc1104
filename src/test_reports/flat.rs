//! Formats in which one element stands for each test, with its result as an attribute.

use super::format::{Format, Words, outcome};
use super::markup::Markup;
use crate::domain::test_info::TestCounts;

/// Such a format.
pub(super) struct Flat {
    /// The name of the element.
    test: &'static [u8],
    words: Words,
}

/// The XML of xUnit.net, version 2 of the format and the older one.
///
/// <https://xunit.net/docs/format-xml-v2>
pub(super) const XUNIT: Flat = Flat {
    test: b"test",
    words: Words {
        passed: "Pass",
        failed: "Fail",
        skipped: "Skip NotRun",
    },
};

/// The XML of NUnit 3 and 4, and of NUnit 2, which Pester writes as well.
///
/// <https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html>
pub(super) const NUNIT: Flat = Flat {
    test: b"test-case",
    // Words of NUnit 3 and after them those that NUnit 2 alone has.
    words: Words {
        passed: "Passed Warning Success",
        failed: "Failed Failure Error Cancelled",
        skipped: "Skipped Inconclusive Ignored NotRunnable",
    },
};

impl Format for Flat {
    fn open(&mut self, element: &Markup<'_>, counts: &mut TestCounts) -> anyhow::Result<()> {
        if element.name() == self.test {
            counts.count(outcome(element, b"result", &self.words)?);
        }
        Ok(())
    }
}
