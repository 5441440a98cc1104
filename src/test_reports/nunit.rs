//! The XML of NUnit 3 and 4, and of NUnit 2, which Pester writes as well.
//!
//! <https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html>

use super::format::{Element, Format};
use super::unreadable::Unreadable;
use crate::domain::test_info::{TestCounts, TestOutcome};

/// Words of NUnit 3 and after them those that NUnit 2 alone has.
const OUTCOMES: &[(&str, TestOutcome)] = &[
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
];

pub(super) struct NUnit;

impl Format for NUnit {
    fn open(&mut self, element: &Element<'_>, counts: &mut TestCounts) -> Result<(), Unreadable> {
        if element.name == b"test-case" {
            counts.count(element.outcome("result", OUTCOMES)?);
        }
        Ok(())
    }
}
