//! The test counts of a build: the numbers that are given, else those in report files.

use super::Context;
use crate::cli::BuildOptions;
use crate::domain::test_info::{TestCounts, TestInfo};
use crate::output::Output;
use crate::phrases;
use crate::system::Deadline;
use crate::test_reports::{self, Patterns, Reports, Stop};

/// The numbers that the options give.
///
/// # Errors
/// They cannot be.
pub(super) fn given(options: &BuildOptions) -> Result<Option<TestInfo>, String> {
    TestInfo::new(
        options.tests_total,
        options.tests_passed,
        options.tests_failed,
        options.tests_skipped,
    )
}

/// The numbers in the report files. Whatever is wrong with these is a warning, and the build goes without counts.
pub(super) fn read(
    options: &BuildOptions,
    deadline: Deadline,
    context: &Context<'_>,
) -> Option<TestInfo> {
    let patterns = texts(&options.test_reports)?;
    // Half of the time is left for sending.
    let patience = deadline.remaining(context.system) / 2;
    let deadline = deadline.at_most(context.system, patience);
    let is_over = || deadline.remaining(context.system).is_zero();
    let since = context.phase.reports_since;
    let reports = match test_reports::count(&options.test_reports, since, &is_over) {
        Ok(reports) => reports,
        Err(stop) => {
            warn_stopped(&stop, context.output);
            return None;
        }
    };
    let Reports {
        counts,
        counted,
        older,
        wrong,
    } = reports;
    if counted == 0 && older == 0 && wrong.is_empty() {
        let folder = std::env::current_dir().unwrap_or_default();
        context.output.advise(
            &format!("no test report matches {patterns}"),
            &format!(
                "patterns start in the current folder, {}; ** stands for any folders but hidden ones; did the tests run?",
                folder.display()
            ),
        );
    }
    super::notices::warn_each(wrong, context.output);
    let Some(counts) = counts else {
        if older > 0 {
            context.output.advise(
                &format!("{} older than the command: the counts are left out", matching(older)),
                "does the command run the tests, and does it write the reports where the pattern looks?",
            );
        }
        return None;
    };
    match TestInfo::of_counts(counts) {
        Ok(info) => {
            context.output.say(&summary(counts, counted, older));
            info
        }
        Err(reason) => {
            context.output.warn(&format!(
                "the counts in the test reports are left out: {reason}"
            ));
            None
        }
    }
}

/// The patterns for people; nothing when there are none.
fn texts(patterns: &[Patterns]) -> Option<String> {
    let texts: Vec<String> = patterns.iter().map(ToString::to_string).collect();
    let texts = texts.join(", ");
    (!texts.is_empty()).then_some(texts)
}

fn warn_stopped(stop: &Stop, output: &Output) {
    match stop {
        Stop::Late => output.advise(
            "the test reports could not all be read in time: the counts are left out",
            "allow more time with --budget, or a narrower pattern with --test-reports",
        ),
        Stop::TooMany(many) => output.advise(
            &format!("the test reports were not counted: {many}"),
            "use a narrower pattern with --test-reports, such as build/reports/*.xml",
        ),
    }
}

fn matching(files: usize) -> String {
    match files {
        1 => "the one test report that matches is".to_owned(),
        _ => format!("all {files} test reports that match are"),
    }
}

fn summary(counts: TestCounts, counted: usize, older: usize) -> String {
    let TestCounts {
        passed,
        failed,
        skipped,
    } = counts;
    let files = phrases::counted(counted, "test report");
    let older = match older {
        0 => String::new(),
        _ => format!("; {older} from before the command not counted"),
    };
    format!("{files}: {passed} passed, {failed} failed, {skipped} skipped{older}")
}
