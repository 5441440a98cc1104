//! The XML of xUnit.net, version 2 of the format and the older one.
//!
//! <https://xunit.net/docs/format-xml-v2>

use super::format::{Element, Format};
use super::unreadable::Unreadable;
use crate::domain::test_info::{TestCounts, TestOutcome};

const OUTCOMES: &[(&str, TestOutcome)] = &[
    ("Pass", TestOutcome::Passed),
    ("Fail", TestOutcome::Failed),
    ("Skip", TestOutcome::Skipped),
    ("NotRun", TestOutcome::Skipped),
];

pub(super) struct XUnit;

impl Format for XUnit {
    fn open(&mut self, element: &Element<'_>, counts: &mut TestCounts) -> Result<(), Unreadable> {
        if element.name == b"test" {
            counts.count(element.outcome("result", OUTCOMES)?);
        }
        Ok(())
    }
}
