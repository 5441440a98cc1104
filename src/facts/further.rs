//! The repositories of a run besides the first: those that the user, `checkout`, the change log or an earlier deployment
//! name. `facts::gather` reads them.

use std::collections::BTreeMap;

use super::checkouts::{Checkout, Checkouts, unreadable};
use super::first::OfRun;
use super::notes::Found;
use super::repository::RepositoryFacts;
use super::{Notes, Question};
use crate::domain::deployed::RepositoryName;
use crate::domain::revision::{Revision, short};
use crate::git::{GitError, RangeRequest};
use crate::ordered::ordered;
use crate::side_by_side::side_by_side;

/// What was read of repositories.
pub(super) type Repositories<'a> = Found<RepositoryFacts<'a>>;

/// Reads all at once, but for the one in the folder of the first repository: one that hangs does not keep the others.
/// Those that nothing connects with the run are not read.
pub(super) fn read<'a>(
    question: &Question,
    first: &OfRun<'a>,
    checkouts: &Checkouts<'a>,
) -> Repositories<'a> {
    let elsewhere = elsewhere(&checkouts.listed, first);
    if !checkouts.are_expected() && elsewhere.is_empty() {
        return Repositories::default();
    }
    let found = checkouts.found();
    let read_first = first.repository.as_ref();
    let top = read_first.and_then(|read| std::fs::canonicalize(read.git.directory()).ok());
    let is_first = |checkout: &Checkout| {
        let real = std::fs::canonicalize(&checkout.clone.directory).ok();
        top.is_some() && real == top
    };
    let others = found.all.iter().filter(|it| !is_first(it));
    let name_of_first = read_first.map(RepositoryFacts::name);
    let reading = Reading {
        question,
        others: others.collect(),
        deployed: deployed_before(question, name_of_first.as_ref()),
        is_first_build: question.changes.is_empty() && first.facts.run.last_success.is_none(),
        checkouts,
    };
    let results = side_by_side(reading.others.iter(), |checkout| {
        let listed = elsewhere.iter().filter(|id| checkout.has(id));
        let read = reading.one(checkout, listed.cloned().collect());
        read.map_err(|error| unreadable(&checkout.name, &error))
    });
    let mut others = Repositories {
        is_uncertain: found.is_uncertain,
        notes: found.notes.clone(),
        ..Repositories::default()
    };
    for result in results {
        match result {
            Ok(read) => others.all.extend(read),
            Err(trouble) => {
                others.is_uncertain = true;
                others.notes = others.notes.and(trouble);
            }
        }
    }
    others.notes = others.notes.and(nowhere(question, first, checkouts));
    for read in &others.all {
        others.notes = others.notes.and(read.notes.in_folder(&read.folder));
    }
    others
}

/// Full ids of the commits of the change log that the first repository does not have.
fn elsewhere(listed: &[String], first: &OfRun<'_>) -> Vec<String> {
    let read = match &first.repository {
        Some(read) if !listed.is_empty() => read,
        _ => return listed.to_vec(),
    };
    let known = read.known();
    let rest = listed.iter().filter(|id| !known.contains(id.as_str()));
    rest.cloned().collect()
}

/// What was deployed of the further repositories before.
fn deployed_before<'a>(
    question: &'a Question,
    first: Option<&RepositoryName>,
) -> BTreeMap<&'a RepositoryName, &'a Revision> {
    let deployed = question.deployed_before.iter();
    let all = deployed.flat_map(|deployed| &deployed.repositories);
    ordered(all.filter(|(name, _)| Some(*name) != first))
}

/// What is read, and by which rules.
struct Reading<'a, 'b> {
    question: &'b Question,
    others: Vec<&'b Checkout>,
    deployed: BTreeMap<&'b RepositoryName, &'b Revision>,
    /// Nothing was built before: the newest commit stands for all.
    is_first_build: bool,
    checkouts: &'b Checkouts<'a>,
}

impl<'a> Reading<'a, '_> {
    /// Nothing when the repository is not of the run. `listed` is what it has of the change log.
    fn one(
        &self,
        checkout: &Checkout,
        listed: Vec<String>,
    ) -> Result<Option<RepositoryFacts<'a>>, GitError> {
        let mut returned = self.question.checked_out.iter();
        let returned = returned.find(|it| self.is_meant(checkout, it.commit.as_str()));
        let mut deployed = self.deployed.values();
        let deployed = deployed.find(|commit| checkout.has(commit.as_str()));
        let is_of_run =
            checkout.is_named || returned.is_some() || deployed.is_some() || !listed.is_empty();
        if !is_of_run {
            return Ok(None);
        }
        let git = self.checkouts.repository(checkout);
        let folder = checkout.name.clone();
        let url = returned.and_then(|it| it.url.clone());
        let is_deployment = self.question.deployed_before.is_some();
        let of_git = || is_deployment.then(|| git.remote_url()).flatten();
        let url = url.or_else(of_git);
        let name = RepositoryName::new(url.as_deref(), &folder);
        let by_name = self.deployed.get(&name.in_folder(&folder));
        let deployed = by_name.or_else(|| self.deployed.get(&name)).or(deployed);
        let last_success = returned.and_then(|it| it.last_success.clone());
        let last_build = returned.and_then(|it| it.last_build.clone());
        // The user's start is a commit of the first repository.
        let is_asked = self.question.since.is_none();
        let wanted = RangeRequest {
            head: returned.map(|it| it.commit.clone()),
            is_deployment,
            only_new: !self.is_first_build || last_success.is_some() || deployed.is_some(),
            last_success: last_success.filter(|_| is_asked),
            last_build: last_build.filter(|_| is_asked),
            deployed: deployed.filter(|_| is_asked).map(|it| (*it).clone()),
            listed: listed.clone(),
            ..RangeRequest::default()
        };
        let mut read = RepositoryFacts::read(&git, folder, url, &wanted, self.question)?;
        read.take_listed(listed, self.question)?;
        Ok(Some(read))
    }

    /// Whether it is the one that has this commit; if several have it, the one that has checked it out.
    fn is_meant(&self, checkout: &Checkout, commit: &str) -> bool {
        let nearest = self.others.iter().find(|other| other.is_at(commit));
        let nearest = nearest.or_else(|| self.others.iter().find(|other| other.has(commit)));
        nearest.is_some_and(|nearest| std::ptr::eq(*nearest, checkout))
    }
}

/// What `checkout` returned and is not here: on another agent, or gone.
fn nowhere(question: &Question, first: &OfRun<'_>, checkouts: &Checkouts<'_>) -> Notes {
    let all = &checkouts.found().all;
    let returned = question.checked_out.iter().map(|it| it.commit.as_str());
    let is_in_first = |commit: &str| {
        let first = first.repository.as_ref();
        first.is_some_and(|first| first.git.resolve(commit).is_some())
    };
    let missing = returned.filter(|commit| {
        let is_built = first.facts.commit.as_deref() == Some(*commit);
        !is_built && !all.iter().any(|it| it.has(commit)) && !is_in_first(commit)
    });
    let warnings = missing.map(|commit| {
        Notes::warning(
            format!("commit {}, which checkout returned, is not in any repository of the workspace", short(commit)),
            "call the step on the agent that has all checkouts, or name their folders with --repositories",
        )
    });
    warnings.fold(Notes::default(), Notes::and)
}

/// Which commit of which repository is deployed, where there are several. If one repository has several clones, each has
/// a name.
pub(super) fn deployed(
    first: &OfRun<'_>,
    others: &Repositories<'_>,
    remembers_several: bool,
) -> BTreeMap<RepositoryName, String> {
    let mut all = BTreeMap::new();
    if others.all.is_empty() && !remembers_several {
        return all;
    }
    // Jenkins knows the commit also where there is no clone.
    let by_jenkins = || {
        let url = first.facts.repository.as_deref()?;
        Some((RepositoryName::new(Some(url), ""), ""))
    };
    let of_first = first.repository.as_ref();
    let of_first = of_first.map(|read| (read.name(), read.folder.as_str()));
    let of_first = of_first
        .or_else(by_jenkins)
        .zip(first.facts.commit.as_deref());
    let of_others = others.all.iter();
    let of_others = of_others.map(|read| {
        (
            (read.name(), read.folder.as_str()),
            read.found.head.as_str(),
        )
    });
    for ((name, folder), commit) in of_first.into_iter().chain(of_others) {
        let name = if all.contains_key(&name) {
            name.in_folder(folder)
        } else {
            name
        };
        all.insert(name, commit.to_owned());
    }
    all
}
