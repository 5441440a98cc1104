//! The repositories of the workspace: those that the user names, else those that are found there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::cli::KeyOptions;
use crate::domain::revision::Revision;
use crate::git::{self, CloneFolder, GitError, Repository, Search};
use crate::jenkins::{self, CheckedOut, Run};
use crate::side_by_side::side_by_side;
use crate::system::{Deadline, System};
use crate::variables::{self, Variables};

/// Longest time for looking through the workspace.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// Looked for when they are needed, which a run with one repository never does.
pub(super) struct Checkouts<'a> {
    options: &'a KeyOptions,
    /// The workspace, or what stands for it; nothing outside Jenkins, where nobody says how far a search may go.
    workspace: Option<PathBuf>,
    /// Whether the run is one of git, as far as its change log tells. What lies about in another one's workspace is a
    /// tool's.
    pub(super) is_of_git: bool,
    /// The commit that was built.
    commit: Option<Revision>,
    /// What a scripted pipeline says of further repositories.
    pub(super) checked_out: Vec<CheckedOut>,
    /// Whether it cannot be read.
    pub(super) are_unreadable: bool,
    /// Full ids of the commits of the change log.
    pub(super) listed: Vec<String>,
    system: &'a dyn System,
    deadline: Deadline,
    found: OnceLock<Found>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) checkouts: Vec<Checkout>,
    /// Whether there may be commits that nobody could look for.
    pub(super) is_uncertain: bool,
    pub(super) warnings: Vec<(String, String)>,
    pub(super) details: Vec<String>,
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
    /// `listed` are the full ids of commits that repositories are told by.
    pub(super) fn new(
        options: &'a KeyOptions,
        run: &Run,
        variables: &Variables,
        listed: Vec<String>,
        system: &'a dyn System,
        patience: Duration,
    ) -> Self {
        let workspace = variables.get(variables::WORKSPACE).map(Path::new);
        let workspace = workspace.map(|folder| {
            if folder.is_dir() {
                folder
            } else {
                Path::new(".")
            }
        });
        let checked_out = jenkins::checkouts(variables);
        Self {
            options,
            workspace: workspace.map(Path::to_owned),
            is_of_git: true,
            commit: options.commit.clone().or_else(|| run.commit.clone()),
            are_unreadable: checked_out.is_err(),
            checked_out: checked_out.unwrap_or_default(),
            listed,
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

    /// A folder as people know it, seen from the workspace.
    pub(super) fn name_of(&self, folder: &Path) -> String {
        name_below(self.workspace.as_deref().unwrap_or(Path::new(".")), folder)
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
        !self.options.repositories.is_empty()
            || !self.checked_out.is_empty()
            || self.are_remembered()
    }

    /// Whether several were deployed to the same place before.
    pub(super) fn are_remembered(&self) -> bool {
        let deployed = self.options.deployed_before.as_ref();
        deployed.is_some_and(|deployed| !deployed.repositories.is_empty())
    }

    /// The repositories of the workspace, the named ones as they are named.
    pub(super) fn found(&self) -> &Found {
        self.found.get_or_init(|| self.look())
    }

    /// The repository of the run: the one that has the commit that was built; where none is known, the only one, the only one that has commits
    /// of the change log, or the one that the user names first.
    pub(super) fn first(&self) -> Option<&Checkout> {
        let all = &self.found().checkouts;
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

    fn look(&self) -> Found {
        let mut found = Found::default();
        let clones = if self.options.repositories.is_empty() {
            self.search(&mut found)
        } else {
            self.named(&mut found)
        };
        let is_named = !self.options.repositories.is_empty();
        let asked = self.asked();
        // One that hangs leaves the other half for reading the others.
        let patience = self.remaining() / 2;
        let answers = side_by_side(clones, |(clone, name)| {
            let repository = Repository::of_clone(&clone, self.system, patience);
            let answer = repository.look_up(&asked);
            (clone, name, answer)
        });
        for (clone, name, answer) in answers {
            match answer {
                Ok(ids) => found.checkouts.push(Checkout {
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
                    found.warnings.push(unreadable(&name, &error));
                }
                Err(error) => found
                    .details
                    .push(format!("{name} is left alone: {}", error.text())),
            }
        }
        found
    }

    /// What every repository is asked for: what is checked out first.
    fn asked(&self) -> Vec<String> {
        let deployed = self.options.deployed_before.iter();
        let deployed = deployed.flat_map(|deployed| deployed.repositories.values());
        let checked_out = self.checked_out.iter().map(|it| &it.commit);
        let revisions = self.commit.iter().chain(checked_out).chain(deployed);
        let revisions = revisions.map(|revision| with_kind(revision.as_str()));
        let head = with_kind("HEAD");
        let listed = self.listed.iter().cloned();
        std::iter::once(head)
            .chain(revisions)
            .chain(listed)
            .collect()
    }

    fn search(&self, found: &mut Found) -> Vec<(CloneFolder, String)> {
        let Some(workspace) = self.workspace.as_ref().filter(|_| self.is_of_git) else {
            return Vec::new();
        };
        let patience = LONGEST_SEARCH.min(self.remaining() / 2);
        let clones = git::clones_below(workspace, patience);
        match clones.search {
            Search::Whole => {}
            Search::TooMany => found.details.push(
                "the workspace is too large to be looked through for repositories: --repositories names them"
                    .to_owned(),
            ),
            Search::Late => {
                found.is_uncertain = true;
                found.details.push(
                    "there was no time to look through the workspace for repositories: --repositories names them"
                        .to_owned(),
                );
            }
        }
        let clones = clones.found.into_iter();
        let named = clones.map(|clone| {
            let name = name_below(workspace, &clone.directory);
            (clone, name)
        });
        named.collect()
    }

    fn named(&self, found: &mut Found) -> Vec<(CloneFolder, String)> {
        let mut seen = Vec::new();
        let mut clones = Vec::new();
        let start = self.workspace.as_deref().unwrap_or(Path::new("."));
        for given in &self.options.repositories {
            let candidates = [start.join(given), given.clone()];
            let clone = candidates.iter().find_map(|folder| git::clone_in(folder));
            let Some(clone) = clone else {
                let shown = given.display();
                found.is_uncertain = true;
                found.warnings.push((
                    format!(
                        "{shown}, which --repositories names, is not the folder of a repository"
                    ),
                    "name folders in the workspace that have a .git in them, each by itself"
                        .to_owned(),
                ));
                continue;
            };
            let real = std::fs::canonicalize(&clone.directory);
            if let Ok(real) = real
                && !seen.contains(&real)
            {
                seen.push(real);
                let name = name_below(start, &clone.directory);
                clones.push((clone, name));
            }
        }
        clones
    }
}

/// Git's trouble with one of several repositories, and what can be done about it.
pub(super) fn unreadable(name: &str, error: &GitError) -> (String, String) {
    (
        format!("the repository in {name} cannot be read: {}", error.text()),
        "commits there are known by the first lines of the change log only".to_owned(),
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

/// The path seen from the workspace, with slashes.
fn name_below(workspace: &Path, folder: &Path) -> String {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = real(folder);
    let Ok(below) = folder.strip_prefix(real(workspace)) else {
        return folder.display().to_string();
    };
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    let name = parts.collect::<Vec<_>>().join("/");
    if name.is_empty() {
        ".".to_owned()
    } else {
        name
    }
}
