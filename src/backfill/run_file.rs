//! `build.xml`: one run of a freestyle job, a pipeline or a branch.

use super::elements::Elements;
use super::{Checkout, PastRun};

/// The action of the git plugin.
const GIT: &str = "actions/hudson.plugins.git.util.BuildData";

/// The variables that a pipeline has set.
const VARIABLE: &str = "actions/org.jenkinsci.plugins.workflow.cps.EnvActionImpl/env/entry/string";

/// The variable with the memory of the run.
pub(super) const MEMORY: &str = "JIRA_SEND_MEMORY";

/// The counts of JUnit's action.
const TESTS: &str = "actions/hudson.tasks.junit.TestResultAction/";

/// In the path of a checkout that Jenkins makes to load a shared library.
const OF_LIBRARY: &str = "@libs/";

/// What the file says, and which files of changes are those of shared libraries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RunFile {
    pub(super) run: PastRun,
    pub(super) of_libraries: Vec<String>,
}

/// Addresses and change log of one checkout of a pipeline.
#[derive(Default)]
struct Scm {
    urls: Vec<String>,
    workspace: String,
    change_log: Option<String>,
}

/// One entry of the git plugin's data: the last run of a branch.
#[derive(Default)]
struct Built {
    number: Option<u64>,
    marked: Option<String>,
    revision: Option<String>,
    branch: Option<String>,
}

/// # Errors
/// What is no XML, is cut off, or says nothing of a run.
pub(super) fn parse(text: &str, number: u64) -> anyhow::Result<RunFile> {
    let mut elements = Elements::new(text);
    let mut run = PastRun {
        number,
        ..PastRun::default()
    };
    let (mut queued, mut started, mut took) = (None, None, 0);
    let mut is_running = false;
    let mut counts = [None; 3];
    let mut variable = String::new();
    let (mut scm, mut libraries) = (Scm::default(), Vec::new());
    let (mut built, mut checkout, mut urls) = (Built::default(), None, Vec::new());
    while let Some(element) = elements.next()? {
        let text = element.text;
        let time = || text.parse::<i64>().ok();
        match element.path {
            "timestamp" => queued = time(),
            "startTime" => started = time().filter(|time| *time > 0),
            "duration" => took = time().unwrap_or_default().max(0),
            "result" => run.result = Some(text.to_owned()),
            "displayName" => run.display_name = Some(text.to_owned()),
            "completed" => is_running = text == "false",
            VARIABLE if variable == MEMORY => {
                text.clone_into(&mut run.memory);
                variable.clear();
            }
            VARIABLE => text.clone_into(&mut variable),
            path if path.starts_with(TESTS) => {
                let names = ["totalCount", "failCount", "skipCount"];
                let place = names.iter().position(|name| path.ends_with(name));
                if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                    *count = text.parse().ok();
                }
            }
            GIT => {
                let found: Option<Checkout> = checkout.take();
                let urls = std::mem::take(&mut urls);
                run.checkouts.extend(found.map(|found| Checkout {
                    url: urls.into_iter().next(),
                    ..found
                }));
            }
            path if path.starts_with(GIT) => match path.rsplit('/').next().unwrap_or_default() {
                "string" if path.ends_with("remoteUrls/string") => urls.push(text.to_owned()),
                "sha1" if path.ends_with("/marked/sha1") => built.marked = Some(text.to_owned()),
                "sha1" if path.ends_with("/revision/sha1") => {
                    built.revision = Some(text.to_owned());
                }
                "name" if path.ends_with("Branch/name") => {
                    built.branch = Checkout::branch_name(text);
                }
                "hudsonBuildNumber" => built.number = text.parse().ok(),
                "hudson.plugins.git.util.Build" | "lastBuild" => {
                    let built = std::mem::take(&mut built);
                    checkout = built.checkout(number).or(checkout);
                }
                _ => {}
            },
            path if path.starts_with("checkouts/") => {
                let is_end = path.matches('/').count() == 1;
                if is_end {
                    let scm = std::mem::take(&mut scm);
                    libraries.extend(Some(scm).filter(|scm| scm.workspace.contains(OF_LIBRARY)));
                } else if path.ends_with("SCMCheckout/workspace") {
                    text.clone_into(&mut scm.workspace);
                } else if path.ends_with("SCMCheckout/changelogFile") {
                    let name = text.rsplit(['/', '\\']).next();
                    scm.change_log = name.map(ToOwned::to_owned);
                } else if path.ends_with("UserRemoteConfig/url") {
                    scm.urls.push(text.to_owned());
                }
            }
            _ => {}
        }
    }
    let Some(queued) = queued.or(started) else {
        anyhow::bail!("it does not say when the run began");
    };
    run.began = queued;
    run.ended = started.unwrap_or(queued).saturating_add(took);
    if is_running {
        run.result = None;
    }
    let [total, failed, skipped] = counts;
    run.tests = total.zip(failed).zip(skipped).map(|((a, b), c)| [a, b, c]);
    let is_library = |url: &String| libraries.iter().any(|scm: &Scm| scm.urls.contains(url));
    run.checkouts
        .retain(|it| !it.url.as_ref().is_some_and(is_library));
    let of_libraries = libraries.into_iter().filter_map(|scm| scm.change_log);
    Ok(RunFile {
        run,
        of_libraries: of_libraries.collect(),
    })
}

impl Built {
    /// What was checked out, when it was by this run: the data has the last run of every branch.
    fn checkout(self, number: u64) -> Option<Checkout> {
        let commit = self.revision.or(self.marked)?;
        (self.number == Some(number)).then_some(Checkout {
            commit,
            branch: self.branch,
            url: None,
        })
    }
}
