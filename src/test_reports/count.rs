//! Which format a report has, told by its outermost element, and what its tests came to.

use std::io::Read;

use anyhow::{Context as _, bail};

use super::format::{Format, text};
use super::junit::JUnit;
use super::markup::{Event, Markup};
use super::trx::Trx;
use super::{encoding, flat, not_readable};
use crate::domain::test_info::TestCounts;

/// Counts the tests of one report.
///
/// # Errors
/// It cannot be read to its end, or is no report. Half of a report is no report: its counts would be wrong.
pub(super) fn count(input: impl Read) -> anyhow::Result<TestCounts> {
    let mut markup = Markup::new(encoding::narrow(input).map_err(not_readable)?);
    let mut counts = TestCounts::default();
    // The outermost element decides, whatever comes before it.
    let first = markup.next()?.context("it is empty")?;
    let mut format = format_of(markup.name())?;
    let mut next = Some(first);
    while let Some(event) = next {
        match event {
            Event::Open => format.open(&markup, &mut counts)?,
            Event::Close(depth) => format.close(depth, &mut counts),
        }
        next = markup.next()?;
    }
    Ok(counts)
}

fn format_of(root: &[u8]) -> anyhow::Result<Box<dyn Format>> {
    Ok(match root {
        b"testsuites" | b"testsuite" => Box::new(JUnit::default()),
        b"assemblies" | b"assembly" => Box::new(flat::XUNIT),
        b"test-run" | b"test-results" => Box::new(flat::NUNIT),
        b"TestRun" => Box::new(Trx::default()),
        other => bail!(
            "it is not a JUnit, xUnit.net, NUnit or TRX report: it begins with <{}>",
            text(other)
        ),
    })
}
