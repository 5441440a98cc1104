//! What a Jenkins controller remembers: its jobs and their runs, from its home folder or from its REST API.

mod change_log;
mod config;
mod elements;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/backfill.rs"]
pub(crate) mod fuzz_entry;
mod home;
mod lineage;
mod rest;
mod run_file;

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::domain::web_url::UNSAFE_IN_PATH;
use crate::domain::wildcard;
use crate::error::Failure;
use crate::git::Commit;
use crate::jenkins::Change;

pub(crate) use home::Home;
pub(crate) use lineage::{Lineage, Past};
pub(crate) use rest::Rest;

/// Where jobs and runs are read. Each listing has the same order.
pub(crate) trait Controller {
    /// All jobs, one after the other.
    fn jobs(&self) -> Box<dyn Iterator<Item = Result<Job, Failure>> + '_>;

    /// The runs of a job, the newest first; only those with a smaller number than `below`.
    fn runs<'a>(&'a self, job: &Job, below: Option<u64>) -> Runs<'a>;
}

/// Runs on their way. An error ends all.
pub(crate) type Runs<'a> = Box<dyn Iterator<Item = Result<FoundRun, Failure>> + 'a>;

/// What is where a run should be: the run, or which one cannot be read and what is wrong with it.
pub(crate) type FoundRun = Result<Box<PastRun>, String>;

/// Goes through folders within folders, from the first of these on, whose depth is 1: `look` says whether one is a job, and what
/// is in it. An error ends all.
fn walk<'a, F: 'a>(
    first: Vec<F>,
    look: impl Fn(F, usize) -> Result<(Option<Job>, Vec<F>), Failure> + 'a,
) -> Box<dyn Iterator<Item = Result<Job, Failure>> + 'a> {
    let at = |depth: usize| move |folder: F| (folder, depth);
    let mut stack: Vec<(F, usize)> = first.into_iter().rev().map(at(1)).collect();
    Box::new(std::iter::from_fn(move || {
        while let Some((folder, depth)) = stack.pop() {
            match look(folder, depth) {
                Ok((job, below)) => {
                    stack.extend(below.into_iter().rev().map(at(depth + 1)));
                    if let Some(job) = job {
                        return Some(Ok(job));
                    }
                }
                Err(failure) => {
                    stack.clear();
                    return Some(Err(failure));
                }
            }
        }
        None
    }))
}

/// One job, or one branch of a multibranch project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its place among all; parts are separated by `/`, and jobs come in the order of their parts.
    pub(crate) place: String,
    /// As `JOB_NAME` has it: `acme/shop/feature%2FABC-1`.
    pub(crate) name: String,
    /// How many runs it may have.
    pub(crate) runs: u64,
    pub(crate) head: Option<Head>,
}

impl Job {
    /// Whether one of the patterns stands for it; all jobs are named when there is none.
    pub(crate) fn is_named(&self, patterns: &[String]) -> bool {
        let decoded = config::decoded(&self.name);
        let is_it = |pattern: &String| {
            wildcard::matches(pattern, &self.name) || wildcard::matches(pattern, &decoded)
        };
        patterns.is_empty() || patterns.iter().any(is_it)
    }
}

/// What a job of a multibranch project builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// `feature/ABC-1`, `v1.2` or `PR-7`.
    pub(crate) name: String,
    pub(crate) is_tag: bool,
    pub(crate) is_primary: bool,
    pub(crate) change: Option<Change>,
}

/// One run as it was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PastRun {
    pub(crate) number: u64,
    /// What it was renamed to.
    pub(crate) display_name: Option<String>,
    /// When it began, and when it ended, in milliseconds since 1970.
    pub(crate) began: i64,
    pub(crate) ended: i64,
    /// Nothing while it runs.
    pub(crate) result: Option<String>,
    /// What was checked out, without shared libraries where they are known.
    pub(crate) checkouts: Vec<Checkout>,
    /// The commits that it brought, as the change log has them.
    pub(crate) changes: Vec<Commit>,
    /// All tests, failed ones, skipped ones.
    pub(crate) tests: Option<[u32; 3]>,
    /// `JIRA_SEND_MEMORY`.
    pub(crate) memory: String,
}

/// One checkout of git.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    pub(crate) commit: String,
    /// As `GIT_BRANCH` has it: `origin/main`.
    pub(crate) branch: Option<String>,
    pub(crate) url: Option<String>,
}

impl Checkout {
    /// Git's name of a branch as Jenkins shows it.
    fn branch_name(name: &str) -> Option<String> {
        let name = name.strip_prefix("refs/remotes/").unwrap_or(name);
        (!name.is_empty()).then(|| name.to_owned())
    }
}

/// The order of jobs: by their parts.
pub(crate) fn order(one: &str, other: &str) -> std::cmp::Ordering {
    one.split('/').cmp(other.split('/'))
}

/// What Jenkins escapes in the address of a job.
const IN_ADDRESS: &AsciiSet = &UNSAFE_IN_PATH.add(b'/').add(b':').add(b';').add(b'~');

/// The address of a job, below that of the controller: `/job/acme/job/shop`.
pub(crate) fn path_of(job: &str) -> String {
    let parts = job.split('/').map(|part| {
        let part = utf8_percent_encode(part, IN_ADDRESS);
        format!("/job/{part}")
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{order, path_of};

    #[test]
    fn addresses_are_those_of_jenkins() {
        let cases = [
            ("shop", "/job/shop"),
            (
                "acme/Web Team/shop pipeline é",
                "/job/acme/job/Web%20Team/job/shop%20pipeline%20%C3%A9",
            ),
            ("shop/feature%2FABC-1", "/job/shop/job/feature%252FABC-1"),
            (
                " !\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~\u{7F}\n",
                "/job/%20!%22%23$%25&'()*+,-.%3A%3B%3C=%3E%3F@%5B%5C%5D%5E_%60%7B%7C%7D%7E%7F%0A",
            ),
        ];
        for (name, path) in cases {
            assert_eq!(path_of(name), path);
        }
    }

    #[test]
    fn jobs_come_part_by_part() {
        let cases = [
            ("a", "a/b", Ordering::Less),
            ("a/z", "a-b", Ordering::Less),
            ("a/b", "a/b", Ordering::Equal),
            ("b", "a/b", Ordering::Greater),
        ];
        for (one, other, expected) in cases {
            assert_eq!(order(one, other), expected, "{one} {other}");
        }
    }
}
