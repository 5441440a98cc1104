//! What git knows of the repository of the run, and where that is.

use std::path::{Path, PathBuf};

use super::checkouts::{Checkouts, Found};
use super::{Facts, Question};
use crate::cli::KeyOptions;
use crate::domain::deployed::RepositoryName;
use crate::domain::issue_key::{Text, TextKind};
use crate::git::{self, Commits, GitError, Repository, Wanted};
use crate::jenkins::{Ref, Run};
use crate::variables::{self, Variables};

/// The repository of the run and what was read there.
pub(super) struct First<'a> {
    pub(super) repository: Repository<'a>,
    pub(super) found: Commits,
    /// Its folder, seen from the workspace.
    pub(super) folder: String,
    /// Of a deployment that remembers several repositories.
    pub(super) name: Option<RepositoryName>,
}

impl Facts {
    /// Reads the commits of the run, newest first, and what git knows and Jenkins did not say. Nothing comes back when
    /// there is no such repository.
    pub(super) fn ask_git<'a>(
        &mut self,
        question: &Question<'_>,
        variables: &Variables,
        checkouts: &Checkouts<'a>,
    ) -> Option<First<'a>> {
        let options = question.options;
        if question
            .pipeline
            .is_some_and(|pipeline| pipeline.lacks_workspace)
        {
            let head = options.commit.as_ref().or(self.run.commit.as_ref());
            self.commit = head.map(ToString::to_string);
            self.repository.clone_from(&self.run.repository);
            return None;
        }
        self.directory = directory(options, &self.run, variables);
        let mut repository = checkouts.repository_in(&self.directory);
        let (mut wanted, mut name) = self.wanted(question, checkouts, &repository);
        let mut answer = git::commits(&repository, &wanted);
        if options.repository_dir.is_none() && is_elsewhere(&answer) {
            match checkouts.first() {
                Some(chosen) => {
                    self.directory.clone_from(&chosen.clone.directory);
                    repository = checkouts.repository(chosen);
                    (wanted, name) = self.wanted(question, checkouts, &repository);
                    answer = git::commits(&repository, &wanted);
                }
                None => self.tell_several(&wanted, checkouts),
            }
        }
        let found = match answer {
            Ok(found) => found,
            Err(error) => {
                self.explain(error);
                self.texts_of_git(&repository);
                self.commit = wanted.head.map(|head| head.to_string());
                self.repository.clone_from(&self.run.repository);
                return None;
            }
        };
        self.warnings.extend(found.warnings.iter().cloned());
        self.is_rollback = found.is_rollback;
        self.head.clone_from(&found.head);
        self.commit = match wanted.head {
            // Jenkins' word stands even when the folder holds another repository.
            Some(head) if found.lacks_head => Some(head.to_string()),
            _ => found.head.clone(),
        };
        let newest = found
            .commits
            .iter()
            .find(|commit| Some(&commit.id) == self.commit.as_ref());
        self.subject = newest
            .and_then(|commit| commit.message.lines().next())
            .map(ToOwned::to_owned);
        self.repository = self
            .run
            .repository
            .clone()
            .or_else(|| repository.remote_url());
        let is_from_git_branch = variables.get(variables::BRANCH_NAME).is_none();
        if is_from_git_branch && self.known_ref.is_some() {
            let remotes = repository.remotes();
            let known = self.known_ref.take();
            self.known_ref = known.map(|name| name.without_remote(&remotes));
            if options.branch.is_none() {
                let reference = self.run.reference.take();
                self.run.reference = reference.map(|name| name.without_remote(&remotes));
            }
        }
        self.texts_of_git(&repository);
        Some(First {
            repository,
            found,
            folder: checkouts.workspace.name_of(&self.directory),
            name,
        })
    }

    /// What git is asked for, and what the repository is remembered by where a deployment remembers several.
    fn wanted(
        &self,
        question: &Question<'_>,
        checkouts: &Checkouts<'_>,
        repository: &Repository<'_>,
    ) -> (Wanted, Option<RepositoryName>) {
        let options = question.options;
        let tag = match &self.run.reference {
            Some(Ref::Tag(tag)) => Some(tag.clone()),
            _ => None,
        };
        let change = self.run.change.as_ref();
        let deployed = question.deployed_before.as_ref();
        let several = deployed.filter(|deployed| !deployed.repositories.is_empty());
        let name = several.map(|_| {
            let url = self
                .run
                .repository
                .clone()
                .or_else(|| repository.remote_url());
            RepositoryName::new(
                url.as_deref(),
                &checkouts.workspace.name_of(&self.directory),
            )
        });
        let by_name = several
            .filter(|several| !several.is_given)
            .zip(name.as_ref());
        let by_name = by_name.and_then(|(several, name)| several.repositories.get(name));
        let wanted = Wanted {
            head: options.commit.clone().or_else(|| self.run.commit.clone()),
            since: options
                .since
                .clone()
                .or_else(|| self.run.previous_commit.clone()),
            deployed: match options.since {
                Some(_) => None,
                None => by_name
                    .or(deployed.and_then(|it| it.commit.as_ref()))
                    .cloned(),
            },
            target: change.and_then(|change| change.target.clone()),
            tag,
            listed: checkouts.listed.clone(),
            only_new: false,
        };
        (wanted, name)
    }

    /// Says once how the repositories of the workspace were found.
    pub(super) fn tell_found(&mut self, found: &Found) {
        let is_new = |warning: &&(String, String)| !self.warnings.contains(warning);
        let warnings: Vec<_> = found.warnings.iter().filter(is_new).cloned().collect();
        self.warnings.extend(warnings);
        let is_new = |detail: &&String| !self.details.contains(detail);
        let details: Vec<_> = found.details.iter().filter(is_new).cloned().collect();
        self.details.extend(details);
    }

    /// Says that nothing tells which repository was built.
    fn tell_several(&mut self, wanted: &Wanted, checkouts: &Checkouts<'_>) {
        let found = checkouts.found();
        self.tell_found(found);
        let names: Vec<&str> = found.checkouts.iter().map(|it| it.name.as_str()).collect();
        if wanted.head.is_some() || names.is_empty() {
            return;
        }
        let message = format!(
            "could not tell which repository in the workspace was built: {}",
            names.join(", ")
        );
        if found.checkouts.iter().any(|it| checkouts.has_listed(it)) {
            self.details.push(message);
        } else {
            self.warnings.push((
                format!("{message}; commit messages were not searched"),
                "name them with --repositories, or pass a step what checkout returned: scm: [app, lib]"
                    .to_owned(),
            ));
        }
    }

    fn explain(&mut self, error: GitError) {
        match error {
            GitError::TooSlow => self.warnings.push((
                "git did not answer in time: commit messages were not searched".to_owned(),
                "if the workspace is on a slow drive, allow more time with --budget".to_owned(),
            )),
            GitError::NotInstalled => self.warnings.push((
                "git is not installed: commit messages were not searched".to_owned(),
                "install git on the agent, or pass the keys with --issue-keys".to_owned(),
            )),
            GitError::Failed(text) if self.run.commit.is_some() || !is_no_repository(&text) => self.warnings.push((
                format!("could not run git, so commit messages were not searched: {text}"),
                "run it in the folder of the repository, or name that folder with --repository-dir"
                    .to_owned(),
            )),
            GitError::Failed(text) => self.details.push(format!("no commit messages: {text}")),
        }
    }

    /// Git's own branch where Jenkins names none, and the message of an annotated tag.
    fn texts_of_git(&mut self, repository: &Repository<'_>) {
        match &self.run.reference {
            Some(Ref::Branch(_)) => {}
            Some(Ref::Tag(tag)) => {
                let message = repository.tag_message(tag).unwrap_or_default();
                let source = format!("tag {tag}");
                self.texts
                    .push(Text::new(TextKind::Commit, source, &message));
            }
            None => {
                let branch = repository.branch().or_else(|| repository.remote_branch());
                let text = |branch: &String| Text::new(TextKind::Branch, "git branch", branch);
                self.texts.extend(branch.as_ref().map(text));
                self.run.reference = branch.map(Ref::Branch);
            }
        }
    }
}

/// Whether the repository of the run must be another one.
fn is_elsewhere(answer: &Result<Commits, GitError>) -> bool {
    match answer {
        Ok(found) => found.lacks_head,
        Err(GitError::Failed(text)) => is_no_repository(text),
        Err(_) => false,
    }
}

/// Git's words for a folder that is no repository, where nobody expects commits.
fn is_no_repository(text: &str) -> bool {
    text.contains("not a git repository")
}

/// The folder that git is asked in first.
pub(super) fn directory(options: &KeyOptions, run: &Run, variables: &Variables) -> PathBuf {
    if let Some(named) = &options.repository_dir {
        return named.clone();
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
