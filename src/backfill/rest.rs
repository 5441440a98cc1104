//! The REST API of a controller. It is asked for no more than a hundred things at once, and one after the other.

mod answers;

use std::time::Duration;

use serde_json::Value;

use super::{Controller, Job, PastRun, Runs, path_of, walk};
use crate::error::{Failure, FailureKind};
use crate::jira::http::{Request, Transport};
use crate::jira::{is_safe_address, pause_after};
use crate::json::whole_characters;
use crate::secret::Secret;
use crate::system::System;

/// So many jobs or runs are asked for at once.
const PAGE: usize = 100;

/// Longest time for one answer: Jenkins reads each run from its drive.
const TIME: Duration = Duration::from_mins(2);

/// Most tries of one question.
const MAX_TRIES: u32 = 5;

/// Folders within folders.
const MAX_DEPTH: usize = 50;

/// A controller that answers.
pub(crate) struct Rest<'a> {
    /// Without a slash at the end.
    url: String,
    /// User and token as a header has them.
    account: Option<Secret>,
    transport: &'a dyn Transport,
    system: &'a dyn System,
}

impl<'a> Rest<'a> {
    /// # Errors
    /// An address to which no token should go.
    pub(crate) fn new(
        url: &str,
        account: Option<Secret>,
        transport: &'a dyn Transport,
        system: &'a dyn System,
    ) -> Result<Self, Failure> {
        if !is_safe_address(url) {
            return Err(Failure::usage(format!("{url} cannot be used: a token would be readable on its way"))
                .hint("use https, or plain http on this machine only: run the command on the controller, or through an SSH tunnel"));
        }
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            account,
            transport,
            system,
        })
    }

    /// The address that Jenkins has for itself.
    ///
    /// # Errors
    /// When there is no answer, or none of Jenkins.
    pub(crate) fn address(&self) -> Result<Option<String>, Failure> {
        Ok(answers::text(&self.get("", "url")?["url"]))
    }

    fn get(&self, path: &str, tree: &str) -> Result<Value, Failure> {
        let body = self.read(&format!("{}{path}/api/json?tree={tree}", self.url))?;
        let object: Result<serde_json::Map<String, Value>, _> =
            serde_json::from_str(&whole_characters(&body));
        object.map(Value::Object).map_err(|error| {
            Failure::new(FailureKind::Unreachable, self.trouble())
                .cause(format!("its answer cannot be read: {error}"))
                .hint(
                    "is it the address of Jenkins, as under Manage Jenkins > System > Jenkins URL?",
                )
        })
    }

    fn read(&self, url: &str) -> Result<String, Failure> {
        let request = Request {
            account: self.account.as_ref().map(Secret::reveal),
            ..Request::get(url)
        };
        let mut tried = 0;
        let result = loop {
            let result = self.transport.send(request, TIME);
            tried += 1;
            let pause = pause_after(&result, tried, self.system.random(), self.system.now());
            match pause.filter(|_| tried < MAX_TRIES) {
                Some(pause) => self.system.sleep(pause),
                None => break result,
            }
        };
        let what = self.trouble();
        let answer = result.map_err(|error| {
            let failure = Failure::new(FailureKind::Unreachable, what.as_str());
            failure.cause(error.words()).hint(error.hint())
        })?;
        let status = answer.status;
        let said = format!("Jenkins answered with status {status}");
        match status {
            200 => Ok(answer.body),
            401 | 403 => Err(Failure::new(FailureKind::Credentials, what).cause(said).hint(
                "set JENKINS_USER_ID and JENKINS_API_TOKEN; the token is made on the user's page under Security, and the user needs Overall/Read and Job/Read",
            )),
            300..=399 | 404 => Err(Failure::usage(what).cause(said).hint(
                "pass the address of Jenkins with --from, as it is under Manage Jenkins > System > Jenkins URL",
            )),
            _ => Err(Failure::new(FailureKind::Unreachable, what)
                .cause(said)
                .hint("run the command again when Jenkins answers: it continues where it stopped")),
        }
    }

    fn trouble(&self) -> String {
        format!("could not read the history from {}", self.url)
    }

    /// What is in a folder, by name.
    fn items(&self, folder: &str) -> Result<Vec<JenkinsItem>, Failure> {
        let mut items: Vec<JenkinsItem> = Vec::new();
        let path = match folder {
            "" => String::new(),
            name => path_of(name),
        };
        for page in 0.. {
            let tree = answers::items_tree(page * PAGE, (page + 1) * PAGE);
            let answer = self.get(&path, &tree)?;
            items.extend(answers::items(&answer, folder));
            if answers::list(&answer["jobs"]).len() < PAGE {
                break;
            }
        }
        items.sort_unstable_by(|one, other| one.job.name.cmp(&other.job.name));
        items.dedup_by(|one, other| one.job.name == other.job.name);
        Ok(items)
    }
}

/// Reads a page of runs as fuzzers make it up.
#[cfg(any(test, fuzzing))]
pub(super) fn parse_page(text: &str) {
    if let Ok(page) = serde_json::from_str::<Value>(text) {
        let mut runs = answers::list(&page["allBuilds"]).iter();
        assert!(runs.all(|run| answers::run(run).is_none_or(|run| run.ended >= run.began)));
    }
}

/// A job or a folder.
struct JenkinsItem {
    job: Job,
    is_folder: bool,
}

impl Controller for Rest<'_> {
    fn jobs(&self) -> Box<dyn Iterator<Item = Result<Job, Failure>> + '_> {
        let top = JenkinsItem {
            job: Job::default(),
            is_folder: true,
        };
        walk(vec![top], |JenkinsItem { job, is_folder }, depth| {
            let below = if is_folder && depth <= MAX_DEPTH {
                self.items(&job.name)?
            } else {
                Vec::new()
            };
            Ok((Some(job).filter(|job| job.runs > 0), below))
        })
    }

    /// One page after the other. New runs move the others to a later place, so that some come twice.
    fn runs<'a>(&'a self, job: &Job, below: Option<u64>) -> Runs<'a> {
        let path = path_of(&job.name);
        let (mut next, mut below) = (Some(0), below);
        let pages = std::iter::from_fn(move || {
            let from = next.take()?;
            let page = match self.get(&path, &answers::runs_tree(from, from + PAGE)) {
                Ok(page) => page,
                Err(failure) => return Some(vec![Err(failure)]),
            };
            let runs = answers::list(&page["allBuilds"]);
            if runs.len() >= PAGE {
                next = Some(from + PAGE);
            }
            let runs = runs.iter().filter_map(answers::run);
            let runs = runs.filter(|run| below.is_none_or(|below| run.number < below));
            let runs: Vec<PastRun> = runs.collect();
            below = runs.last().map(|run| run.number).or(below);
            Some(runs.into_iter().map(|run| Ok(Ok(Box::new(run)))).collect())
        });
        Box::new(pages.flatten())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Duration, MAX_DEPTH, Request, Rest, Transport};
    use crate::backfill::Controller as _;
    use crate::jira::http::{Answer, TransportError};
    use crate::system::fake::FakeMachine;

    /// A controller each of whose folders has a job and a folder of the same kind.
    #[derive(Default)]
    struct Endless {
        asked: AtomicUsize,
    }

    impl Transport for Endless {
        fn send(&self, _: Request<'_>, _: Duration) -> Result<Answer, TransportError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Ok(Answer {
                status: 200,
                headers: Vec::new(),
                body: r#"{"jobs":[{"name":"b","nextBuildNumber":2},{"name":"a","jobs":[]}]}"#
                    .to_owned(),
            })
        }
    }

    #[test]
    fn folders_without_end_are_left_at_some_depth() {
        let (endless, system) = (Endless::default(), FakeMachine::default());
        let rest = Rest::new("https://ci.example", None, &endless, &system);
        let rest = rest.ok().unwrap();
        let jobs = rest.jobs().map(|job| job.ok().unwrap().name);
        let jobs: Vec<String> = jobs.collect();
        assert_eq!(endless.asked.load(Ordering::Relaxed), MAX_DEPTH);
        // What is in a folder comes before what follows it.
        assert_eq!(jobs.len(), MAX_DEPTH);
        assert_eq!(jobs[0], format!("{}b", "a/".repeat(MAX_DEPTH - 1)));
        assert_eq!(jobs[MAX_DEPTH - 1], "b");
    }
}
