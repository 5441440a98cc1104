//! The repository of the run: where it is, what is read there, and what git says where Jenkins does not.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::checkouts::{Checkouts, unreadable};
use super::repository::RepositoryFacts;
use super::{Facts, Notes, Question};
use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::revision::Revision;
use crate::git::{GitError, RangeRequest, Repository};
use crate::jenkins::{Ref, Run};
use crate::side_by_side::both;
use crate::variables::{self, Variables};

/// What is known of the repository of the run.
#[derive(Default)]
pub(super) struct OfRun<'a> {
    /// As far as this repository shows them.
    pub(super) facts: Facts,
    /// What was read there; nothing when git could not.
    pub(super) repository: Option<RepositoryFacts<'a>>,
    /// The commit that Jenkins names, when the workspace does not have it.
    pub(super) lacking: Option<Revision>,
    /// Git's own branch where Jenkins names none, or the message of an annotated tag.
    pub(super) text: Option<Text>,
    /// Whether it is not known which commits of the change log it has.
    pub(super) is_uncertain: bool,
}

/// Reads the repository of the run.
pub(super) fn read<'a>(
    question: &Question,
    run: Run,
    variables: &Variables,
    checkouts: &Checkouts<'a>,
) -> OfRun<'a> {
    let named = question.commit.as_ref().or(run.commit.as_ref()).cloned();
    let known = run.reference.clone();
    let mut first = OfRun {
        facts: Facts {
            commit: named.as_ref().map(ToString::to_string),
            repository: run.repository.clone(),
            run,
            ..Facts::default()
        },
        ..OfRun::default()
    };
    if question.lacks_workspace {
        return first.with_refs(question, known, None);
    }
    let facts = &mut first.facts;
    let (git, answer, notes) = look(question, &facts.run, variables, checkouts);
    git.directory().clone_into(&mut facts.directory);
    let mut read = match answer {
        Ok(read) => read,
        Err(error) => {
            facts.notes = notes.and(trouble(&error, &facts.run));
            return first.with_refs(question, known, Some(&git));
        }
    };
    let listed = listed_in(&read, &checkouts.listed);
    let taken = listed.and_then(|listed| read.take_listed(listed, question));
    let trouble = taken.as_ref().err();
    let trouble = trouble.map(|error| unreadable(&read.folder, error));
    let is_of_branch = variables.get(variables::BRANCH_NAME).is_some();
    let known = known.map(|known| {
        if is_of_branch {
            known
        } else {
            known.without_remote(&git.remotes())
        }
    });
    let found = &read.found;
    // Jenkins' word stands even when the folder holds another repository.
    let elsewhere = facts.commit.take().filter(|_| found.lacks_head);
    let commit = elsewhere.unwrap_or_else(|| found.head.clone());
    let built = found.commits.iter().find(|it| it.id == commit);
    let subject = built.and_then(|built| built.message.lines().next());
    facts.subject = subject.map(ToOwned::to_owned);
    facts.commit = Some(commit);
    facts.head = Some(found.head.clone());
    facts.is_rollback = found.is_rollback;
    facts.ranges = vec![(read.folder.clone(), found.range.clone())];
    facts.repository.clone_from(&read.url);
    facts.notes = notes
        .and(read.notes.clone())
        .and(trouble.unwrap_or_default());
    first.is_uncertain = taken.is_err();
    first.lacking = named.filter(|_| is_lacking(question, found.lacks_head));
    first.repository = Some(read);
    first.with_refs(question, known, Some(&git))
}

/// Whether a commit that the workspace does not have is one that Jenkins names, and not the user; the workspace is asked
/// once.
fn is_lacking(question: &Question, lacks_head: bool) -> bool {
    lacks_head && question.commit.is_none() && question.lacking.is_none()
}

impl OfRun<'_> {
    /// `known` is the branch or tag that Jenkins names.
    fn with_refs(
        mut self,
        question: &Question,
        known: Option<Ref>,
        git: Option<&Repository<'_>>,
    ) -> Self {
        let tag = question.tag.clone().map(Ref::Tag);
        let given = tag.or_else(|| question.branch.clone().map(Ref::Branch));
        let mut reference = given.or_else(|| known.clone());
        match (&reference, git) {
            (None, Some(git)) => {
                let branch = match &self.repository {
                    Some(read) => read.branch.clone(),
                    None => git.branch(),
                };
                let branch = branch.or_else(|| git.remote_branch());
                let text = |branch: &String| Text::new(TextKind::Branch, "git branch", branch);
                self.text = branch.as_ref().map(text);
                reference = branch.map(Ref::Branch);
            }
            (Some(Ref::Tag(tag)), Some(git)) => {
                let message = git.tag_message(tag).unwrap_or_default();
                self.text = Some(Text::new(TextKind::Commit, format!("tag {tag}"), &message));
            }
            _ => {}
        }
        self.facts.built_ref = known.or_else(|| reference.clone().filter(Ref::is_possible));
        self.facts.run.reference = reference;
        self
    }
}

/// The repository that was built with what was read there: in the folder that comes first, else the one of the
/// workspace that has the commit.
fn look<'a>(
    question: &Question,
    run: &Run,
    variables: &Variables,
    checkouts: &Checkouts<'a>,
) -> (Repository<'a>, Result<RepositoryFacts<'a>, GitError>, Notes) {
    let named = question.repository_dir.as_deref();
    let here = checkouts.repository_in(&directory(named, run, variables));
    let answer = read_in(&here, question, run, checkouts);
    if named.is_some() || !is_elsewhere(&answer) {
        return (here, answer, Notes::default());
    }
    let Some(chosen) = checkouts.first() else {
        return (here, answer, several(question, run, checkouts));
    };
    let there = checkouts.repository(chosen);
    let answer = read_in(&there, question, run, checkouts);
    (there, answer, Notes::default())
}

fn read_in<'a>(
    git: &Repository<'a>,
    question: &Question,
    run: &Run,
    checkouts: &Checkouts<'a>,
) -> Result<RepositoryFacts<'a>, GitError> {
    let url = || run.repository.clone().or_else(|| git.remote_url());
    let folder = checkouts.workspace.name_of(git.directory());
    let name = checkouts.are_remembered();
    let name = name.then(|| RepositoryName::new(url().as_deref(), &folder));
    let wanted = wanted(question, run, name.as_ref(), &checkouts.listed);
    let read = || RepositoryFacts::read(git, folder, None, &wanted, question);
    let is_named = question.tag.is_some() || question.branch.is_some() || run.reference.is_some();
    let branch = || (!is_named).then(|| git.branch()).flatten();
    let ((url, branch), read) = both(|| (url(), branch()), read);
    Ok(RepositoryFacts {
        url,
        branch,
        ..read?
    })
}

/// What git is asked for.
fn wanted(
    question: &Question,
    run: &Run,
    name: Option<&RepositoryName>,
    listed: &[String],
) -> RangeRequest {
    let of_jenkins = || match &run.reference {
        Some(Ref::Tag(tag)) if question.branch.is_none() => Some(tag.clone()),
        _ => None,
    };
    let change = run.change.as_ref();
    let deployed = question.deployed_before.as_ref();
    let by_name = deployed.filter(|deployed| !deployed.is_given);
    let by_name = by_name.and_then(|deployed| deployed.repositories.get(name?));
    let deployed = by_name.or(deployed.and_then(|it| it.commit.as_ref()));
    RangeRequest {
        head: question.commit.clone().or_else(|| run.commit.clone()),
        since: question.since.clone(),
        is_deployment: question.deployed_before.is_some(),
        deployed: deployed.filter(|_| question.since.is_none()).cloned(),
        last_success: run.last_success.clone(),
        last_build: run.last_build.clone(),
        branch: match &run.reference {
            Some(Ref::Branch(branch)) if change.is_none() => Some(branch.clone()),
            _ => None,
        },
        is_primary: run.is_primary,
        paths: question.paths.clone(),
        target: change.and_then(|change| change.target.clone()),
        tag: question.tag.clone().or_else(of_jenkins),
        listed: listed.to_vec(),
        only_new: false,
        instead_of: question.lacking.clone(),
    }
}

/// Those of the change log that the repository has besides the range.
fn listed_in(read: &RepositoryFacts<'_>, listed: &[String]) -> Result<Vec<String>, GitError> {
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let known = read.ids();
    let missing = listed.iter().filter(|id| !known.contains(id.as_str()));
    let missing: Vec<String> = missing.cloned().collect();
    let found = read.git.look_up(&missing)?;
    let found: HashSet<String> = found.into_iter().flatten().collect();
    let there = missing.into_iter().filter(|id| found.contains(id));
    Ok(there.collect())
}

/// Says that nothing shows which repository was built.
fn several(question: &Question, run: &Run, checkouts: &Checkouts<'_>) -> Notes {
    let found = checkouts.found();
    let names: Vec<&str> = found.all.iter().map(|it| it.name.as_str()).collect();
    let is_known = question.commit.is_some() || run.commit.is_some();
    if is_known || names.is_empty() {
        return found.notes.clone();
    }
    let message = format!(
        "could not tell which repository in the workspace was built: {}",
        names.join(", ")
    );
    let several = if found.all.iter().any(|it| checkouts.has_listed(it)) {
        Notes::detail(message)
    } else {
        Notes::warning(
            format!("{message}; commit messages were not searched"),
            "name them with --repositories, or pass a step what checkout returned: scm: [app, lib]",
        )
    };
    found.notes.clone().and(several)
}

fn trouble(error: &GitError, run: &Run) -> Notes {
    match error {
        GitError::TooSlow => Notes::warning(
            "git did not answer in time: commit messages were not searched",
            "if the workspace is on a slow drive, allow more time with --budget",
        ),
        GitError::NotInstalled => Notes::warning(
            "git is not installed: commit messages were not searched",
            "install git on the agent, or pass the keys with --issue-keys",
        ),
        GitError::Failed(text) if run.commit.is_some() || !is_no_repository(text) => {
            Notes::warning(
                format!("could not run git, so commit messages were not searched: {text}"),
                "run it in the folder of the repository, or name that folder with --repository-dir",
            )
        }
        GitError::Failed(text) => Notes::detail(format!("no commit messages: {text}")),
    }
}

/// Whether the repository of the run must be another one.
fn is_elsewhere(answer: &Result<RepositoryFacts<'_>, GitError>) -> bool {
    match answer {
        Ok(read) => read.found.lacks_head,
        Err(GitError::Failed(text)) => is_no_repository(text),
        Err(_) => false,
    }
}

/// Git's words for a folder that is not a repository, where nobody expects commits.
fn is_no_repository(text: &str) -> bool {
    text.contains("not a git repository")
}

/// The folder that git is asked in first.
pub(super) fn directory(named: Option<&Path>, run: &Run, variables: &Variables) -> PathBuf {
    if let Some(named) = named {
        return named.to_owned();
    }
    let current = PathBuf::from(".");
    let Some(checkout) = &run.checkout_directory else {
        return current;
    };
    let workspace = variables.get(variables::WORKSPACE).map(Path::new);
    let candidates = [
        workspace.unwrap_or(&current).join(checkout),
        current.join(checkout),
    ];
    candidates
        .into_iter()
        .find(|folder| folder.is_dir())
        .unwrap_or(current)
}

#[cfg(test)]
mod tests;
