//! Counts of tests from the report files in the workspace.

mod count;
mod encoding;
mod flat;
mod format;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/test_reports.rs"]
pub(crate) mod fuzz_entry;
mod junit;
mod markup;
mod pattern;
mod scan;
mod search;
#[cfg(test)]
mod tests;
mod trx;

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, anyhow};

pub(crate) use pattern::Patterns;

use crate::domain::test_info::TestCounts;
use crate::domain::timestamp::Timestamp;
use crate::error::plain;
use crate::files;
use search::{FileSearch, not_counted};

/// Clocks of files are coarse (two seconds on FAT), and those of file servers a little off.
const TOLERANCE: Duration = Duration::from_secs(3);

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reports {
    /// Nothing when no report could be counted.
    pub(crate) counts: Option<TestCounts>,
    /// Reports that were counted.
    pub(crate) counted: usize,
    /// Reports that were left out because of their age.
    pub(crate) older: usize,
    /// Files and folders that could not be used, each with the reason.
    pub(crate) wrong: Vec<String>,
}

/// Why there are no counts at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The time was up: half of the counts would be wrong.
    Late,
    /// A limit was hit: a sentence that says which.
    TooMany(String),
}

/// Counts the tests in all files that match. Files that last changed before `since` are left out.
///
/// # Errors
/// It had to end early.
pub(crate) fn count(
    patterns: &[Patterns],
    since: Option<Timestamp>,
    is_over: &dyn Fn() -> bool,
) -> Result<Reports, Stop> {
    let mut search = FileSearch::new(is_over);
    for pattern in patterns.iter().flat_map(Patterns::iter) {
        search.add(pattern)?;
    }
    let mut reports = Reports {
        wrong: search.wrong,
        ..Reports::default()
    };
    let mut counts = TestCounts::default();
    for (real, shown) in search.files {
        match count_file(&real, since, is_over) {
            _ if is_over() => return Err(Stop::Late),
            Ok(Some(of_file)) => {
                counts.add(of_file);
                reports.counted += 1;
            }
            Ok(None) => reports.older += 1,
            Err(reason) => reports.wrong.push(not_counted(&shown, &reason.to_string())),
        }
    }
    reports.counts = (reports.counted > 0).then_some(counts);
    Ok(reports)
}

/// The tests of one file; nothing when it is too old.
fn count_file(
    path: &Path,
    since: Option<Timestamp>,
    is_over: &dyn Fn() -> bool,
) -> anyhow::Result<Option<TestCounts>> {
    let opened = files::open_regular(path).map_err(not_readable)?;
    let (file, metadata) = opened.context("it is not a regular file")?;
    if since.is_some_and(|since| is_older(&metadata, since)) {
        return Ok(None);
    }
    // What is written from now on belongs to another run.
    let input = Watched {
        input: file.take(metadata.len()),
        is_over,
    };
    count::count(input).map(Some)
}

fn not_readable(error: io::Error) -> anyhow::Error {
    anyhow!("it cannot be read: {}", plain(error))
}

fn is_older(metadata: &Metadata, since: Timestamp) -> bool {
    let Ok(changed) = metadata.modified() else {
        return false;
    };
    let changed = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = u64::try_from(since.as_millisecond()).unwrap_or(0);
    changed.saturating_add(TOLERANCE) < Duration::from_millis(since)
}

/// Ends with an error when the time is up.
struct Watched<'a, R> {
    input: R,
    is_over: &'a dyn Fn() -> bool,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.is_over)() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.input.read(buffer)
    }
}
