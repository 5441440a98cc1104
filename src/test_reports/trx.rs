//! TRX, the XML of Visual Studio and `dotnet test`.

use super::format::{Format, Words, outcome};
use super::markup::Markup;
use crate::domain::test_info::{TestCounts, TestOutcome};

/// The outcomes of the format (`TestOutcome` of `TrxLogger` in microsoft/vstest).
const OUTCOMES: Words = Words {
    passed: "Passed PassedButRunAborted Warning Completed",
    failed: "Failed Error Timeout Aborted Disconnected",
    skipped: "Inconclusive NotExecuted NotRunnable InProgress Pending",
};

/// The results that are open, the innermost last.
#[derive(Default)]
pub(super) struct Trx(Vec<Open>);

struct Open {
    depth: usize,
    outcome: TestOutcome,
    has_inner: bool,
}

impl Format for Trx {
    fn open(&mut self, element: &Markup<'_>, _: &mut TestCounts) -> anyhow::Result<()> {
        if !is_result(element) {
            return Ok(());
        }
        // Writers leave out the first of the outcomes, which is Error.
        let outcome = if element.attribute(b"outcome").is_some() {
            outcome(element, b"outcome", &OUTCOMES)?
        } else {
            TestOutcome::Failed
        };
        if let Some(around) = self.0.last_mut() {
            around.has_inner = true;
        }
        self.0.push(Open {
            depth: element.depth(),
            outcome,
            has_inner: false,
        });
        Ok(())
    }

    /// A result with inner ones, of the rows of its data or of the tests of its list, only sums them up.
    fn close(&mut self, depth: usize, counts: &mut TestCounts) {
        let ended = self.0.pop_if(|result| result.depth == depth);
        if let Some(result) = ended.filter(|result| !result.has_inner) {
            counts.count(result.outcome);
        }
    }
}

/// `UnitTestResult`, and the results of other kinds of tests, which have names of their own.
fn is_result(element: &Markup<'_>) -> bool {
    let name = element.name();
    matches!(element.parent(), b"Results" | b"InnerResults")
        && (name.ends_with(b"TestResult") || name == b"TestResultAggregation")
}
