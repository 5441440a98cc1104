//! JUnit's XML: Ant, Maven, Gradle, pytest, Jest, go-junit-report, ctest, GoogleTest and many more.
//!
//! Nobody owns the format, so the elements count and not the sums that stand in attributes. What counts is what the
//! junit step of Jenkins counts.

use super::format::Format;
use super::markup::Markup;
use crate::domain::test_info::{TestCounts, TestOutcome};

#[derive(Default)]
pub(super) struct JUnit {
    case: Option<Case>,
    /// Depths of the suites' own errors that were counted, one for each suite that is open.
    errors: Vec<usize>,
}

struct Case {
    depth: usize,
    is_failed: bool,
    is_skipped: bool,
}

impl Format for JUnit {
    fn open(&mut self, element: &Markup<'_>, counts: &mut TestCounts) -> anyhow::Result<()> {
        match &mut self.case {
            None if element.name() == b"testcase" => self.case = Some(Case::new(element)),
            // The suite itself went wrong, such as a class that could not be loaded.
            None if element.name() == b"error"
                && element.parent() == b"testsuite"
                && !self.errors.contains(&element.depth()) =>
            {
                self.errors.push(element.depth());
                counts.count(TestOutcome::Failed);
            }
            Some(case) if element.depth() == case.depth + 1 => case.look_at(element.name()),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, depth: usize, counts: &mut TestCounts) {
        if let Some(case) = self.case.take_if(|case| case.depth == depth) {
            counts.count(case.outcome());
        }
        self.errors.retain(|error| *error <= depth);
    }
}

impl Case {
    fn new(element: &Markup<'_>) -> Self {
        // GoogleTest writes no element for a test that is switched off.
        let status = element.attribute(b"status").unwrap_or_default();
        Self {
            depth: element.depth(),
            is_failed: false,
            is_skipped: matches!(status, b"notrun" | b"disabled" | b"skipped"),
        }
    }

    /// Failures of earlier tries (`flakyFailure`, `rerunFailure` and their like, of Maven Surefire) tell nothing: a
    /// test that failed to the end has a `failure` as well.
    fn look_at(&mut self, child: &[u8]) {
        match child {
            b"failure" | b"error" => self.is_failed = true,
            b"skipped" => self.is_skipped = true,
            _ => {}
        }
    }

    /// A test that is skipped counts as that, even when it failed before.
    fn outcome(&self) -> TestOutcome {
        if self.is_skipped {
            TestOutcome::Skipped
        } else if self.is_failed {
            TestOutcome::Failed
        } else {
            TestOutcome::Passed
        }
    }
}
