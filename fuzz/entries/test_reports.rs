//! Files that somebody calls test reports, and patterns.

use std::io::{self, Read};

use super::Patterns;
use super::count::count;
use crate::domain::test_info::TestCounts;

/// Length of the shortest element that counts as a test, in bytes.
const LEAST_TEST: usize = "<error/>".len();

/// A file, and at the same time patterns.
///
/// # Panics
/// When something that must hold does not.
pub(crate) fn test_reports(bytes: &[u8]) {
    let counted = shown(count(bytes));
    assert_eq!(counted, shown(count(Slow(bytes))), "however it is read");
    if let Ok(counts) = counted {
        let tests = [counts.passed, counts.failed, counts.skipped];
        let tests: usize = tests.iter().map(|count| *count as usize).sum();
        assert!(tests * LEAST_TEST <= bytes.len());
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(patterns) = text.parse::<Patterns>() {
        assert_eq!(patterns.to_string().parse(), Ok(patterns));
    }
}

fn shown(counted: anyhow::Result<TestCounts>) -> Result<TestCounts, String> {
    counted.map_err(|error| error.to_string())
}

/// A byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}
