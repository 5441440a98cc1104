//! What is read of one repository of the run, whichever it is. The first, the further ones and submodules come to this.

use std::collections::HashSet;

use super::reverts::{self, Left};
use super::{Notes, Question};
use crate::domain::deployed::RepositoryName;
use crate::git::{self, Commit, Commits, GitError, RangeRequest, Repository, Start};

/// The facts of one repository, the first or a further one.
pub(super) struct RepositoryFacts<'a> {
    pub(super) git: Repository<'a>,
    /// Its folder, seen from the workspace.
    pub(super) folder: String,
    /// Clone URL; for other repositories than the first only if it is asked for.
    pub(super) url: Option<String>,
    /// The branch that is checked out; only of the first repository, where nothing names one.
    pub(super) branch: Option<String>,
    /// What counts, and the range that brought it.
    pub(super) found: Commits,
    /// What it has of the change log.
    pub(super) listed: Vec<String>,
    pub(super) notes: Notes,
}

impl<'a> RepositoryFacts<'a> {
    /// Reads the range.
    pub(super) fn read(
        git: &Repository<'a>,
        folder: String,
        url: Option<String>,
        wanted: &RangeRequest,
        question: &Question,
    ) -> Result<Self, GitError> {
        let found = git::commits(git, wanted)?;
        let lacking = wanted.head.as_ref().filter(|_| found.lacks_head).map(|named| {
            Notes::warning(
                format!("commit {named} is not in this repository: what is checked out was read instead"),
                "run it in the folder of the repository, or name that folder with --repository-dir",
            )
        });
        let searched = question.searches_commits().then(|| searched(&found));
        let notes = lacking
            .unwrap_or_default()
            .and(searched.unwrap_or_default());
        let read = Self::of(git.clone(), folder, found);
        Ok(Self { url, notes, ..read })
    }

    /// What git has found in a clone.
    pub(super) fn of(git: Repository<'a>, folder: String, found: Commits) -> Self {
        Self {
            notes: searched(&found),
            git,
            folder,
            url: None,
            branch: None,
            found,
            listed: Vec::new(),
        }
    }

    /// Takes in these of the listed commits, all of which it has: those count that the range does not have, with whole messages.
    pub(super) fn take_listed(
        &mut self,
        listed: Vec<String>,
        question: &Question,
    ) -> Result<(), GitError> {
        // What is deployed already is left to its deployment.
        let is_deployed = matches!(self.found.range.start, Start::Deployed(_));
        if !is_deployed || !question.sorts_changes {
            let known = self.ids();
            let missing = listed.iter().filter(|id| !known.contains(id.as_str()));
            let missing: Vec<String> = missing.cloned().collect();
            let (messages, cut) = self.git.messages(&missing)?;
            let beyond = self.git.touching(messages, &self.found.range.paths)?;
            self.found.commits.extend(beyond);
            self.notes.warnings.extend(cut);
        }
        self.listed = listed;
        Ok(())
    }

    /// The ids of the commits that were read.
    pub(super) fn ids(&self) -> HashSet<&str> {
        let commits = self.found.commits.iter();
        commits.map(|commit| commit.id.as_str()).collect()
    }

    /// These, and the ids of what it has of the change log besides.
    pub(super) fn known(&self) -> HashSet<&str> {
        let listed = self.listed.iter().map(String::as_str);
        self.ids().into_iter().chain(listed).collect()
    }

    /// What it is remembered by where a deployment remembers several.
    pub(super) fn name(&self) -> RepositoryName {
        RepositoryName::new(self.url.as_deref(), &self.folder)
    }

    /// What the range leaves of each of the commits; nothing when that takes too long.
    pub(super) fn left(&self, is_late: &dyn Fn() -> bool) -> Option<Vec<Left>> {
        let all: Vec<&Commit> = self.found.commits.iter().collect();
        reverts::left(&all, is_late)
    }
}

/// What was searched, and why not more.
fn searched(found: &Commits) -> Notes {
    let searched = found.range.searched();
    let is_line = found.range.is_told() && found.warnings.is_empty();
    Notes {
        lines: is_line.then(|| searched.clone()).into_iter().collect(),
        details: vec![searched],
        warnings: found.warnings.clone(),
    }
}
