//! Runs with what they have from the ones before: Jenkins' change log of a run begins at the run before, whether or not
//! that one succeeded, and a build has all since the last success.

use std::collections::VecDeque;

use super::{FoundRun, PastRun, Runs};
use crate::error::Failure;
use crate::git::Commit;

/// Most runs that failed in a row whose commits count.
const MAX_FAILED: usize = 50;

/// Most commits that a run has from the ones before.
const MAX_CHANGES: usize = 1_000;

/// A run, and what came before it.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) run: PastRun,
    /// The commits of failed runs since the last success.
    pub(crate) earlier: Vec<Commit>,
    /// What the last success and the run before had checked out.
    pub(crate) last_success: Vec<String>,
    pub(crate) last_run: Vec<String>,
}

/// Adds it to runs, the newest first.
pub(crate) struct Lineage<'a> {
    runs: Runs<'a>,
    window: VecDeque<FoundRun>,
    is_over: bool,
}

impl<'a> Lineage<'a> {
    pub(crate) fn new(runs: Runs<'a>) -> Self {
        Self {
            runs,
            window: VecDeque::new(),
            is_over: false,
        }
    }

    /// Reads on until the last success before the first run of the window is known.
    fn fill(&mut self) -> Result<(), Failure> {
        loop {
            let mut before = self.window.iter().skip(1).flatten();
            let is_known = before.any(|run| is_clean(run)) || self.window.len() > MAX_FAILED;
            if is_known && !self.window.is_empty() || self.is_over {
                return Ok(());
            }
            match self.runs.next() {
                Some(found) => self.window.push_back(found?),
                None => self.is_over = true,
            }
        }
    }
}

impl Iterator for Lineage<'_> {
    /// What is wrong with a run that cannot be read.
    type Item = Result<Result<Past, String>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(failure) = self.fill() {
            self.is_over = true;
            self.window.clear();
            return Some(Err(failure));
        }
        let run = match self.window.pop_front()? {
            Err(why) => return Some(Ok(Err(why))),
            Ok(run) => run,
        };
        let before = || self.window.iter().flatten().map(Box::as_ref);
        let failed = before().take_while(|run| !is_clean(run));
        let earlier = failed.flat_map(|run| &run.changes).take(MAX_CHANGES);
        let commits = |run: &PastRun| run.checkouts.iter().map(|it| it.commit.clone()).collect();
        let last_success = before().find(|run| is_success(run));
        Some(Ok(Ok(Past {
            earlier: earlier.cloned().collect(),
            last_success: last_success.map(commits).unwrap_or_default(),
            last_run: before().next().map(commits).unwrap_or_default(),
            run: *run,
        })))
    }
}

/// At which the steps of the pipeline library end their search.
fn is_clean(run: &PastRun) -> bool {
    run.result.as_deref() == Some("SUCCESS")
}

/// What Jenkins takes for a success: an unstable build is one, too.
fn is_success(run: &PastRun) -> bool {
    matches!(run.result.as_deref(), Some("SUCCESS" | "UNSTABLE"))
}
