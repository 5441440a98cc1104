//! The commits of the repositories of a run besides the first.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::Question;
use super::checkouts::{Checkout, Checkouts, unreadable};
use super::reverts;
use crate::domain::deployed::RepositoryName;
use crate::domain::revision::Revision;
use crate::git::{self, Commit, Commits, GitError, Repository, Wanted};
use crate::jenkins::CheckedOut;
use crate::side_by_side::side_by_side;

/// What is read, and by which rules.
pub(super) struct Reading<'a> {
    pub(super) question: &'a Question<'a>,
    /// Full ids of commits of the change log that the first repository does not have.
    pub(super) listed: &'a [String],
    /// Commits that are deployed already are left to their deployment, also where the change log has them.
    pub(super) only_since_deployed: bool,
    /// Nothing was built before: the newest commit stands for all.
    pub(super) is_first_build: bool,
    /// Of a deployment that remembers several, what the first repository is remembered by.
    pub(super) name_of_first: Option<&'a RepositoryName>,
}

impl Reading<'_> {
    /// What was deployed of the further repositories.
    fn deployed(&self) -> impl Iterator<Item = (&RepositoryName, &Revision)> {
        let deployed = self.question.deployed_before.iter();
        let all = deployed.flat_map(|deployed| &deployed.repositories);
        all.filter(|(name, _)| Some(*name) != self.name_of_first)
    }

    /// What was deployed of the one in this folder.
    fn deployed_of(&self, name: &RepositoryName, folder: &str) -> Option<&Revision> {
        let find = |name: &RepositoryName| self.deployed().find(|(known, _)| *known == name);
        let found = find(&name.in_folder(folder)).or_else(|| find(name));
        found.map(|(_, commit)| commit)
    }
}

/// One further repository of the run.
pub(super) struct Further {
    /// Its folder, seen from the workspace.
    pub(super) folder: String,
    /// Only of a deployment.
    pub(super) name: Option<RepositoryName>,
    /// Full id of the commit that is checked out, or that `checkout` returned.
    pub(super) commit: Option<String>,
    /// What counts, newest first.
    pub(super) commits: Vec<Commit>,
    /// What it has of the change log.
    pub(super) listed: Vec<String>,
    /// For each of the commits, whether the range leaves nothing of it.
    pub(super) taken_back: Vec<bool>,
    pub(super) is_shallow: bool,
    pub(super) warnings: Vec<(String, String)>,
}

/// One that is to be read.
struct Plan<'a> {
    checkout: &'a Checkout,
    checked_out: Option<&'a CheckedOut>,
    listed: Vec<String>,
    deployed: Option<&'a Revision>,
}

/// Reads all at once, but for the one in the folder of the first repository: one that hangs does not keep the others.
/// Those that nothing connects with the run are not read.
pub(super) fn read(
    reading: &Reading<'_>,
    first: Option<&Path>,
    checkouts: &Checkouts<'_>,
) -> Vec<Result<Further, (String, String)>> {
    let first = first.and_then(top_level);
    let is_first = |checkout: &Checkout| {
        let real = std::fs::canonicalize(&checkout.clone.directory).ok();
        first.is_some() && real == first
    };
    let others = checkouts.found().checkouts.iter();
    let others: Vec<&Checkout> = others.filter(|checkout| !is_first(checkout)).collect();
    let plans = others
        .iter()
        .filter_map(|checkout| plan(checkout, &others, reading, checkouts));
    side_by_side(plans.collect::<Vec<_>>(), |plan| {
        read_one(&plan, reading, checkouts).map_err(|error| unreadable(&plan.checkout.name, &error))
    })
}

/// The folder of the repository that git finds from here, without asking git.
fn top_level(folder: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(folder).ok()?;
    let top = real
        .ancestors()
        .find(|folder| git::clone_in(folder).is_some());
    top.map(Path::to_owned)
}

/// Nothing when the repository is not of the run.
fn plan<'a>(
    checkout: &'a Checkout,
    others: &[&Checkout],
    reading: &'a Reading<'_>,
    checkouts: &'a Checkouts<'_>,
) -> Option<Plan<'a>> {
    // Of several with the commit, the one that is at it.
    let is_meant = |commit: &str| {
        let nearest = others.iter().find(|other| other.is_at(commit));
        let nearest = nearest.or_else(|| others.iter().find(|other| other.has(commit)));
        nearest.is_some_and(|nearest| std::ptr::eq(*nearest, checkout))
    };
    let mut checked_out = checkouts.checked_out.iter();
    let checked_out = checked_out.find(|it| is_meant(it.commit.as_str()));
    let listed = reading.listed.iter().filter(|id| checkout.has(id));
    let listed: Vec<String> = listed.cloned().collect();
    let mut deployed = reading.deployed().map(|(_, commit)| commit);
    let deployed = deployed.find(|commit| checkout.has(commit.as_str()));
    let is_of_run =
        checkout.is_named || checked_out.is_some() || deployed.is_some() || !listed.is_empty();
    is_of_run.then_some(Plan {
        checkout,
        checked_out,
        listed,
        deployed,
    })
}

fn read_one(
    plan: &Plan<'_>,
    reading: &Reading<'_>,
    checkouts: &Checkouts<'_>,
) -> Result<Further, GitError> {
    let folder = plan.checkout.name.clone();
    let repository = checkouts.repository(plan.checkout);
    let question = reading.question;
    let name = question.deployed_before.as_ref().map(|_| {
        let url = plan.checked_out.and_then(|it| it.url.clone());
        let url = url.or_else(|| repository.remote_url());
        RepositoryName::new(url.as_deref(), &folder)
    });
    let since = plan.checked_out.and_then(|it| it.previous_commit.clone());
    let deployed = name
        .as_ref()
        .and_then(|name| reading.deployed_of(name, &folder));
    let deployed = deployed.or(plan.deployed);
    // The user's start is a commit of the first repository.
    let is_asked = question.options.since.is_none();
    let wanted = Wanted {
        head: plan.checked_out.map(|it| it.commit.clone()),
        only_new: !reading.is_first_build || since.is_some() || deployed.is_some(),
        since: since.filter(|_| is_asked),
        deployed: deployed.filter(|_| is_asked).cloned(),
        listed: plan.listed.clone(),
        ..Wanted::default()
    };
    let mut found = git::commits(&repository, &wanted)?;
    add_listed(
        &repository,
        &plan.listed,
        &mut found,
        reading.only_since_deployed,
    )?;
    let in_folder = |(warning, advice)| (format!("{folder}: {warning}"), advice);
    Ok(Further {
        name,
        commit: found.head,
        taken_back: taken_back(&repository, &found.commits),
        commits: found.commits,
        listed: plan.listed.clone(),
        is_shallow: repository.is_shallow(),
        warnings: found.warnings.into_iter().map(in_folder).collect(),
        folder,
    })
}

/// Which of the commits of a repository take each other back.
pub(super) fn taken_back(repository: &Repository<'_>, commits: &[Commit]) -> Vec<bool> {
    let all: Vec<&Commit> = commits.iter().collect();
    reverts::taken_back(&all, || {
        let ids: Vec<&str> = commits.iter().map(|commit| commit.id.as_str()).collect();
        // Without them only merges are not seen through.
        repository.parents(&ids).unwrap_or_default()
    })
}

/// Adds the commits of the change log that are not in the range, with their whole messages.
pub(super) fn add_listed(
    repository: &Repository<'_>,
    listed: &[String],
    found: &mut Commits,
    only_since_deployed: bool,
) -> Result<(), GitError> {
    if found.is_since_deployed && only_since_deployed {
        return Ok(());
    }
    let known: HashSet<&str> = found
        .commits
        .iter()
        .map(|commit| commit.id.as_str())
        .collect();
    let missing = listed.iter().filter(|id| !known.contains(id.as_str()));
    let missing: Vec<String> = missing.cloned().collect();
    found.commits.extend(repository.messages(&missing)?);
    Ok(())
}

/// The commits by the names of their repositories. Of several clones of one repository, each has a name.
pub(super) fn by_name<'a>(
    repositories: impl IntoIterator<Item = (RepositoryName, &'a str, &'a str)>,
) -> BTreeMap<RepositoryName, String> {
    let mut all = BTreeMap::new();
    for (name, folder, commit) in repositories {
        let name = if all.contains_key(&name) {
            name.in_folder(folder)
        } else {
            name
        };
        all.insert(name, commit.to_owned());
    }
    all
}
