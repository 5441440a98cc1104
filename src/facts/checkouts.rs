//! The repositories of the workspace: those that the user names, else those that are found there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use super::notes::Found;
use super::workspace::{Clones, Workspace};
use super::{Notes, Question};
use crate::domain::revision::Revision;
use crate::git::{CloneFolder, GitError, Repository};
use crate::jenkins::Run;
use crate::side_by_side::{in_time, side_by_side};
use crate::system::{Deadline, System};
use crate::variables::Variables;

/// Longest time for looking through the workspace.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// Looked for when they are needed, which a run with one repository never does.
pub(super) struct Checkouts<'a> {
    question: &'a Question,
    pub(super) workspace: Workspace,
    /// The commit that was built.
    commit: Option<Revision>,
    /// Full ids of the commits of the change log.
    pub(super) listed: Vec<String>,
    system: &'a dyn System,
    deadline: Deadline,
    found: OnceLock<Found<Checkout>>,
}

/// One repository of the workspace.
pub(super) struct Checkout {
    pub(super) clone: CloneFolder,
    /// Its folder as people know it, seen from the workspace.
    pub(super) name: String,
    /// Whether the user says that it belongs to the run.
    pub(super) is_named: bool,
    head: Option<String>,
    /// Revisions that were asked for, and their full ids.
    commits: HashMap<String, String>,
}

impl Checkout {
    /// Whether the repository has the commit.
    pub(super) fn has(&self, revision: &str) -> bool {
        self.commits.contains_key(revision)
    }

    /// Whether that commit is checked out.
    pub(super) fn is_at(&self, revision: &str) -> bool {
        let id = self.commits.get(revision);
        id.is_some() && id == self.head.as_ref()
    }
}

impl<'a> Checkouts<'a> {
    pub(super) fn new(
        question: &'a Question,
        run: &Run,
        variables: &Variables,
        system: &'a dyn System,
        patience: Duration,
    ) -> Self {
        Self {
            question,
            workspace: Workspace::new(variables),
            commit: question.commit.clone().or_else(|| run.commit.clone()),
            listed: question.changes.full_ids(),
            system,
            deadline: Deadline::after(system, patience),
            found: OnceLock::new(),
        }
    }

    /// Git in the folder that comes first. One that hangs there leaves something for the others.
    pub(super) fn repository_in(&self, folder: &Path) -> Repository<'a> {
        let all = self.remaining();
        let patience = if self.are_expected() || !self.listed.is_empty() {
            all * 4 / 5
        } else {
            all
        };
        Repository::new(folder, self.system, patience)
    }

    /// What is left for git.
    fn remaining(&self) -> Duration {
        self.deadline.remaining(self.system)
    }

    /// Git in the folder of a checkout.
    pub(super) fn repository(&self, checkout: &Checkout) -> Repository<'a> {
        Repository::of_clone(&checkout.clone, self.system, self.remaining())
    }

    /// Whether it is known beforehand that there is more than one repository.
    pub(super) fn are_expected(&self) -> bool {
        !self.question.repositories.is_empty()
            || !self.question.checked_out.is_empty()
            || self.are_remembered()
    }

    /// Whether several were deployed to the same place before.
    pub(super) fn are_remembered(&self) -> bool {
        let deployed = self.question.deployed_before.as_ref();
        deployed.is_some_and(|deployed| !deployed.repositories.is_empty())
    }

    /// The repositories of the workspace, the named ones as they are named.
    pub(super) fn found(&self) -> &Found<Checkout> {
        self.found.get_or_init(|| self.look())
    }

    /// The repository of the run: the one that has the commit that was built. Where none is known, the one that the user
    /// names first, else the only one, or the only one that has commits of the change log.
    pub(super) fn first(&self) -> Option<&Checkout> {
        let all = &self.found().all;
        if let Some(commit) = &self.commit {
            let is_at = |checkout: &&Checkout| checkout.is_at(commit.as_str());
            let has = |checkout: &&Checkout| checkout.has(commit.as_str());
            return all.iter().find(is_at).or_else(|| all.iter().find(has));
        }
        let named = all.first().filter(|first| first.is_named);
        let mut told = all.iter().filter(|checkout| self.has_listed(checkout));
        let only_told = told.next().filter(|_| told.next().is_none());
        let only = all.first().filter(|_| all.len() == 1);
        named.or(only).or(only_told)
    }

    /// Whether the repository has commits of the change log.
    pub(super) fn has_listed(&self, checkout: &Checkout) -> bool {
        self.listed.iter().any(|id| checkout.has(id))
    }

    fn look(&self) -> Found<Checkout> {
        let clones = self.clones();
        let mut found = Found {
            all: Vec::new(),
            is_uncertain: clones.is_uncertain,
            notes: clones.notes,
        };
        let is_named = !self.question.repositories.is_empty();
        let asked = self.asked();
        // One that hangs leaves the other half for reading the others.
        let patience = self.remaining() / 2;
        let answers = side_by_side(clones.all, |(clone, name)| {
            let repository = Repository::of_clone(&clone, self.system, patience);
            let answer = repository.look_up(&asked);
            (clone, name, answer)
        });
        for (clone, name, answer) in answers {
            match answer {
                Ok(ids) => found.all.push(Checkout {
                    clone,
                    name,
                    is_named,
                    head: ids[0].clone(),
                    commits: asked
                        .iter()
                        .cloned()
                        .zip(ids)
                        .filter_map(|(asked, id)| Some((without_kind(&asked).to_owned(), id?)))
                        .collect(),
                }),
                Err(error) if is_named || error == GitError::TooSlow => {
                    found.is_uncertain = true;
                    found.notes = found.notes.and(unreadable(&name, &error));
                }
                Err(error) => {
                    let line = format!("{name} is skipped: {}", error.text());
                    found.notes = found.notes.and(Notes::detail(line));
                }
            }
        }
        found
    }

    /// What every repository is asked for: what is checked out first.
    fn asked(&self) -> Vec<String> {
        let deployed = self.question.deployed_before.iter();
        let deployed = deployed.flat_map(|deployed| deployed.repositories.values());
        let checked_out = self.question.checked_out.iter().map(|it| &it.commit);
        let revisions = self.commit.iter().chain(checked_out).chain(deployed);
        let revisions = revisions.map(|revision| with_kind(revision.as_str()));
        let head = with_kind("HEAD");
        let listed = self.listed.iter().cloned();
        std::iter::once(head)
            .chain(revisions)
            .chain(listed)
            .collect()
    }

    /// The folders to ask in, without asking git.
    fn clones(&self) -> Clones {
        let (workspace, names) = (self.workspace.clone(), self.question.repositories.clone());
        // What lies about in the workspace of another system than git is a tool's.
        if names.is_empty() && !self.question.changes.is_of_git() {
            return Clones::default();
        }
        let patience = LONGEST_SEARCH.min(self.remaining() / 2);
        let clones = in_time(patience, move || {
            if names.is_empty() {
                workspace.search()
            } else {
                workspace.named(&names)
            }
        });
        let too_slow = "ran out of time while searching the workspace for repositories";
        clones.unwrap_or_else(|| Clones {
            is_uncertain: true,
            notes: Notes::detail(too_slow.to_owned()),
            ..Clones::default()
        })
    }
}

/// Git's trouble with one of several repositories, and what can be done about it.
pub(super) fn unreadable(name: &str, error: &GitError) -> Notes {
    Notes::warning(
        format!("the repository in {name} cannot be read: {}", error.text()),
        "of its commits, only the first lines in the change log are known",
    )
}

/// The revision as git takes it where it must be a commit; a tag is followed.
fn with_kind(revision: &str) -> String {
    format!("{revision}{COMMIT_KIND}")
}

fn without_kind(asked: &str) -> &str {
    asked.strip_suffix(COMMIT_KIND).unwrap_or(asked)
}

const COMMIT_KIND: &str = "^{commit}";
