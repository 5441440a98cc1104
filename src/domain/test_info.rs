//! Test counts of a build.

use serde::Serialize;

/// The result of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestOutcome {
    Passed,
    Failed,
    Skipped,
}

/// Tests that were counted one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestCounts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl TestCounts {
    pub(crate) fn count(&mut self, outcome: TestOutcome) {
        let number = match outcome {
            TestOutcome::Passed => &mut self.passed,
            TestOutcome::Failed => &mut self.failed,
            TestOutcome::Skipped => &mut self.skipped,
        };
        *number = number.saturating_add(1);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

/// `testInfo` of a build. The parts never exceed the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestInfo {
    total_number: u32,
    number_passed: u32,
    number_failed: u32,
    number_skipped: u32,
}

impl TestInfo {
    /// `120 passed, 3 failed`; nothing when no test was run.
    pub(crate) fn words(&self) -> Option<String> {
        let counts = [
            (self.number_passed, "passed"),
            (self.number_failed, "failed"),
            (self.number_skipped, "skipped"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = counts
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Completes what is missing: the total is the sum of the parts, the passed ones are the rest of the total.
    /// Nothing at all gives nothing: no zeros for unknown tests.
    ///
    /// # Errors
    /// The parts are more than the total, or too little is given to know the total.
    pub(crate) fn new(
        total: Option<u32>,
        passed: Option<u32>,
        failed: Option<u32>,
        skipped: Option<u32>,
    ) -> Result<Option<Self>, String> {
        if [total, passed, failed, skipped].iter().all(Option::is_none) {
            return Ok(None);
        }
        let (failed, skipped) = (failed.unwrap_or(0), skipped.unwrap_or(0));
        let add = |a: u32, b: u32| a.checked_add(b).ok_or("too many tests");
        let not_passed = add(failed, skipped)?;
        let (total, passed) = match (total, passed) {
            (Some(total), Some(passed)) => (total, passed),
            (None, Some(passed)) => (add(passed, not_passed)?, passed),
            (Some(total), None) => (total, total.saturating_sub(not_passed)),
            (None, None) => {
                return Err("missing the number of passed tests, or of all tests".to_owned());
            }
        };
        let parts = add(passed, not_passed)?;
        if parts > total {
            return Err(format!(
                "{passed} passed, {failed} failed and {skipped} skipped tests are more than {total} in all"
            ));
        }
        Ok(Some(Self {
            total_number: total,
            number_passed: passed,
            number_failed: failed,
            number_skipped: skipped,
        }))
    }

    /// The counts with their sum.
    ///
    /// # Errors
    /// There are more tests than Jira has numbers for.
    pub(crate) fn of_counts(counts: TestCounts) -> Result<Option<Self>, String> {
        let [passed, failed, skipped] = [counts.passed, counts.failed, counts.skipped].map(Some);
        Self::new(None, passed, failed, skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::TestInfo;

    #[test]
    fn counts_have_words() {
        for (counts, words) in [
            ((120, 3, 0), Some("120 passed, 3 failed")),
            ((1, 0, 2), Some("1 passed, 2 skipped")),
            ((0, 1, 1), Some("1 failed, 1 skipped")),
            ((0, 0, 0), None),
        ] {
            let (passed, failed, skipped) = counts;
            let info = TestInfo::new(None, Some(passed), Some(failed), Some(skipped));
            let found = info.unwrap().unwrap().words();
            assert_eq!(found.as_deref(), words, "{counts:?}");
        }
    }

    #[test]
    fn counts_are_completed_or_refused() {
        let cases = [
            ((None, None, None, None), Ok(None)),
            (
                (Some(10), Some(7), Some(2), Some(1)),
                Ok(Some((10, 7, 2, 1))),
            ),
            ((None, Some(7), Some(2), None), Ok(Some((9, 7, 2, 0)))),
            ((Some(10), None, Some(2), Some(1)), Ok(Some((10, 7, 2, 1)))),
            ((Some(0), None, None, None), Ok(Some((0, 0, 0, 0)))),
            ((Some(3), Some(2), Some(2), None), Err(())),
            ((Some(1), None, Some(2), None), Err(())),
            ((None, None, Some(2), None), Err(())),
            ((None, Some(u32::MAX), Some(1), None), Err(())),
        ];
        for ((total, passed, failed, skipped), expected) in cases {
            let info = TestInfo::new(total, passed, failed, skipped);
            let expected = expected.map(|counts| {
                counts.map(
                    |(total_number, number_passed, number_failed, number_skipped)| TestInfo {
                        total_number,
                        number_passed,
                        number_failed,
                        number_skipped,
                    },
                )
            });
            assert_eq!(info.map_err(|_| ()), expected);
        }
    }
}
