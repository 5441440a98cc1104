//! Which format a report has, told by its outermost element, and what its tests came to.

use std::io::Read;

use super::encoding;
use super::format::{Element, Format, text};
use super::junit::JUnit;
use super::markup::{Event, Markup};
use super::nunit::NUnit;
use super::trx::Trx;
use super::unreadable::Unreadable;
use super::xunit::XUnit;
use crate::domain::test_info::TestCounts;

/// Counts the tests of one report.
///
/// # Errors
/// It cannot be read to its end, or is no report. Half of a report is no report: its counts would be wrong.
pub(super) fn count(input: impl Read) -> Result<TestCounts, Unreadable> {
    let mut markup = Markup::new(encoding::narrow(input)?);
    let mut counts = TestCounts::default();
    // The outermost element decides, whatever comes before it.
    let Some(first) = markup.next()? else {
        return Err(Unreadable::Empty);
    };
    let mut format = format_of(markup.name())?;
    let mut next = Some(first);
    while let Some(event) = next {
        match event {
            Event::Open(depth) => open(&markup, depth, format.as_mut(), &mut counts)?,
            Event::Close(depth) => format.close(depth, &mut counts),
        }
        next = markup.next()?;
    }
    Ok(counts)
}

fn open<R: Read>(
    markup: &Markup<R>,
    depth: usize,
    format: &mut dyn Format,
    counts: &mut TestCounts,
) -> Result<(), Unreadable> {
    let element = Element {
        name: markup.name(),
        parent: markup.parent(),
        depth,
        attribute: &|name| markup.attribute(name),
    };
    format.open(&element, counts)
}

fn format_of(root: &[u8]) -> Result<Box<dyn Format>, Unreadable> {
    Ok(match root {
        b"testsuites" | b"testsuite" => Box::new(JUnit::default()),
        b"assemblies" | b"assembly" => Box::new(XUnit),
        b"test-run" | b"test-results" => Box::new(NUnit),
        b"TestRun" => Box::new(Trx::default()),
        other => return Err(Unreadable::NoReport(text(other))),
    })
}
