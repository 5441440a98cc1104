//! What a backfill has read, sent and skipped, and why: a part of its report, and its lines for people.

use serde::Serialize;

use crate::output::Output;
use crate::phrases::{counted, counts};

/// Most runs that are named with what is wrong with them.
const MAX_NAMED: usize = 5;

/// Of runs, unless something else is said.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct BackfillReport {
    pub(crate) jobs: usize,
    pub(crate) read: usize,
    /// What was sent, or would be; some of it Jira may have rejected.
    pub(crate) builds: usize,
    pub(crate) deployments: usize,
    /// Builds and deployments that no site took.
    pub(crate) rejected: usize,
    pub(crate) skipped: Skipped,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Skipped {
    pub(crate) without_issue_key: usize,
    pub(crate) running: usize,
    /// The file is broken or says too little.
    pub(crate) unreadable: usize,
    pub(crate) too_old: usize,
    pub(crate) sent_before: usize,
    /// Of jobs.
    pub(crate) jobs_not_named: usize,
    /// The first of those that cannot be read, and why.
    pub(crate) problems: Vec<String>,
}

impl Skipped {
    pub(crate) fn unreadable(&mut self, why: String) {
        self.unreadable += 1;
        if self.problems.len() < MAX_NAMED {
            self.problems.push(why);
        }
    }

    /// `3 without an issue key, 1 still running`
    fn words(&self) -> String {
        counts(&[
            (self.without_issue_key, "without an issue key"),
            (self.running, "still running"),
            (self.unreadable, "unreadable"),
            (self.too_old, "older than --since"),
            (self.sent_before, "sent before"),
        ])
    }
}

impl BackfillReport {
    /// `3 builds, 1 deployment`
    pub(crate) fn sent(&self) -> String {
        format!(
            "{}, {}",
            counted(self.builds, "build"),
            counted(self.deployments, "deployment")
        )
    }

    /// `100 runs of 7 jobs read`
    pub(crate) fn read(&self) -> String {
        format!(
            "{} of {} read",
            counted(self.read, "run"),
            counted(self.jobs, "job")
        )
    }

    pub(crate) fn say(&self, output: &Output) {
        let skipped = self.skipped.words();
        if !skipped.is_empty() {
            output.say(&format!("skipped: {skipped}"));
        }
        let jobs = self.skipped.jobs_not_named;
        if jobs > 0 {
            output.say(&format!("{} do not match --jobs", counted(jobs, "job")));
        }
        for problem in &self.skipped.problems {
            output.warn(problem);
        }
        let more = self.skipped.unreadable - self.skipped.problems.len();
        if more > 0 {
            output.warn(&format!("and {more} more like these"));
        }
    }
}
