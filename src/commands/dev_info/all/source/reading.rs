//! Reads on in the history, and fills requests with what is found. The source calls it when nothing is ready.

use super::WholeHistory;
use crate::commands::dev_info::all::TIME_FOR_FILES;
use crate::commands::dev_info::all::progress::Step;
use crate::commands::dev_info::batch::{Batch, DevEntity};
use crate::commands::dev_info::{AT_ONCE, branches};
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::IssueKey;
use crate::facts::commit_text;
use crate::git::{GitError, Reference, Walk};
use crate::outbox::UnderWay;

/// A commit that is to be sent with its issues, and how many commits of the history are done with it.
type FoundCommit = (String, Vec<IssueKey>, usize);

impl<'a> WholeHistory<'a> {
    /// Reads on in the history until there is something to send, or its end.
    pub(super) fn read_commits(
        &mut self,
        mut position: UnderWay,
        mut walk: Walk<'a>,
    ) -> Result<(), GitError> {
        let mut wanted: Vec<FoundCommit> = Vec::new();
        let mut is_end = false;
        while wanted.len() < AT_ONCE {
            let Some(commit) = walk.next()? else {
                is_end = true;
                break;
            };
            position.done += 1;
            position.last.clone_from(&commit.id);
            self.read += 1;
            self.show_progress();
            let keys = self.finder.keys([commit_text(&commit)]);
            if self.is_wanted(&keys) {
                wanted.push((commit.id, keys, position.done));
            }
        }
        self.make_commits(wanted, &position)?;
        if is_end {
            let tips = position.tips.clone();
            let is_last = self.left.is_empty();
            let covers_all = is_last && self.parts.options.history.branches.is_empty();
            let step = Step::History { tips, covers_all };
            self.ready.push_back((Batch::default(), step));
        } else {
            self.walk = Some((position, walk));
        }
        Ok(())
    }

    /// `end` is how far the history was read for them.
    fn make_commits(&mut self, wanted: Vec<FoundCommit>, end: &UnderWay) -> Result<(), GitError> {
        let ids: Vec<String> = wanted.iter().map(|(id, ..)| id.clone()).collect();
        self.reader.allow(TIME_FOR_FILES);
        let details = self.reader.read(&ids)?;
        let mut batch = Batch::default();
        let mut last = None;
        for (details, (id, keys, done)) in details.iter().zip(wanted) {
            let entity = DevEntity::Commit(Box::new(self.maker.commit(details, &keys)));
            if let Err(entity) = batch.add(entity, &keys) {
                let full = std::mem::take(&mut batch);
                // A repository may have many tips: they are not noted for each commit.
                let end = end.clone();
                let reached = last
                    .take()
                    .map(|(last, done)| UnderWay { done, last, ..end });
                self.ready
                    .extend(reached.map(|it| (full, Step::Commits(it))));
                let _ = batch.add(entity, &keys);
            }
            last = Some((id, done));
        }
        if last.is_some() {
            let step = Step::Commits(end.clone());
            self.ready.push_back((batch, step));
        }
        Ok(())
    }

    /// The deletion of this branch, and of as many others as fit into a request.
    pub(super) fn make_gone(&mut self, first: String) {
        let mut batch = Batch::default();
        let mut names = Vec::new();
        let mut next = Some(first);
        while let Some(name) = next {
            let deleted = DevEntity::Deleted(EntityId::of(&name));
            if batch.add(deleted, &[]).is_err() {
                self.gone.push_front(name);
                break;
            }
            names.push(name);
            next = self.gone.pop_front();
        }
        self.ready.push_back((batch, Step::Gone(names)));
    }

    /// Branches whose name or newest commit names issues. The others are done without sending.
    pub(super) fn make_branches(&mut self) -> Result<(), GitError> {
        let count = self.changed.len().min(AT_ONCE);
        let branches: Vec<Reference> = self.changed.drain(..count).collect();
        let named: Vec<(&str, &str)> = branches
            .iter()
            .map(|branch| (branch.name.as_str(), branch.tip.as_str()))
            .collect();
        self.reader.allow(TIME_FOR_FILES);
        let (repository, maker) = (self.parts.repository, &self.maker);
        let others = &self.parts.others;
        let (finder, reader) = (&mut self.finder, &mut self.reader);
        let entities = branches::with_keys(&named, others, repository, maker, finder, reader)?;
        let mut done = Vec::new();
        let mut batch = Batch::default();
        for (Reference { name, tip }, entity) in branches.into_iter().zip(entities) {
            let is_sent = entity.is_some();
            if let Some((entity, keys)) = entity
                && let Err(entity) = batch.add(entity, &keys)
            {
                let step = Step::Branches(std::mem::take(&mut done));
                let full = std::mem::take(&mut batch);
                self.ready.push_back((full, step));
                let _ = batch.add(entity, &keys);
            }
            done.push((name, tip, is_sent));
        }
        self.ready.push_back((batch, Step::Branches(done)));
        Ok(())
    }

    /// Where a history goes on; at its beginning when its order is no longer the same.
    pub(super) fn begin(&self, mut position: UnderWay) -> Result<(UnderWay, Walk<'a>), GitError> {
        let repository = self.parts.repository;
        let walk = |position: &UnderWay, skip: usize| {
            repository.walk(&position.tips, &position.excluded, skip)
        };
        if let Some(before) = position.done.checked_sub(1) {
            let mut walk = walk(&position, before)?;
            let last = walk.next()?;
            if last.is_some_and(|commit| commit.id == position.last) {
                return Ok((position, walk));
            }
            position.done = 0;
            position.last.clear();
        }
        let walk = walk(&position, 0)?;
        Ok((position, walk))
    }
}
