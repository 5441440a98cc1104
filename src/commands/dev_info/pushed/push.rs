//! One push as what is sent of it: deleted branches, pull requests that came to their end, branches and commits.

use std::collections::{BTreeMap, BTreeSet};

use super::ALL;
use super::lines::RefUpdate;
use crate::cli::DevInfoOptions;
use crate::commands::Context;
use crate::commands::dev_info::about::About;
use crate::commands::dev_info::batch::{DevEntity, WithKeys};
use crate::commands::dev_info::branches::{self, Others};
use crate::commands::dev_info::entities::Maker;
use crate::commands::dev_info::key_finder::KeyFinder;
use crate::commands::dev_info::merged::{self, Built};
use crate::commands::dev_info::this_run::merged_entities;
use crate::commands::dev_info::{AT_ONCE, commits};
use crate::domain::entity_ids::EntityId;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::merged_request::MergedRequest;
use crate::domain::timestamp::Timestamp;
use crate::facts::commit_text;
use crate::git::{Commit, DetailsReader, GitError, PRIMARY, Repository};
use crate::ordered::ordered;
use crate::outbox::{Changed, OpenRequests};
use crate::system::Deadline;

/// Most commits, and most branches, of one push. What is more is a history, and has its own way.
const MOST: usize = 1_000;

/// Most tags of one push whose names and messages are read.
const MOST_TAGS: usize = 100;

/// One push on its way.
pub(super) struct Push<'a> {
    pub(super) options: &'a DevInfoOptions,
    pub(super) repository: &'a Repository<'a>,
    pub(super) about: &'a About,
    pub(super) event: Timestamp,
    /// What this push has changed, and what others have at the same time.
    pub(super) changed: Changed,
    pub(super) maker: Maker<'a>,
    pub(super) finder: KeyFinder<'a>,
    pub(super) reader: DetailsReader<'a>,
    /// The time after that is for the details of what was found, and for sending it.
    pub(super) walk_until: Deadline,
    pub(super) context: &'a Context<'a>,
}

/// The commits that came with a push and are sent, newest first.
#[derive(Default)]
struct FoundCommits {
    wanted: Vec<(String, Vec<IssueKey>)>,
    /// Those that merge a pull request.
    merges: Vec<Commit>,
    has_more: bool,
    /// How many commits were read.
    read: usize,
}

impl Push<'_> {
    /// Deletions, branches, then commits, newest first; and how many commits were read for them.
    pub(super) fn entities(
        &mut self,
        updates: &[RefUpdate],
    ) -> Result<(Vec<WithKeys>, usize), GitError> {
        let tips = self.tips(updates)?;
        let tagged = self.tagged(updates, &tips);
        let found = self.commits(updates, &tips, tagged)?;
        if found.has_more {
            let message = "more commits were pushed than a hook has time for: the newest are sent";
            self.context.output.advise(message, ALL);
        }
        let mut entities = Vec::new();
        let deleted = updates.iter().filter(|update| update.new.is_none());
        let deleted = deleted.filter_map(RefUpdate::branch);
        entities.extend(deleted.map(|name| (DevEntity::Deleted(EntityId::of(name)), Vec::new())));
        entities.extend(self.merged(&found.merges));
        entities.extend(self.branches(updates, &tips)?);
        entities.extend(commits(&found.wanted, &self.maker, &mut self.reader)?);
        Ok((entities, found.read))
    }

    /// The commit that each new id leads to, as far as it is one of this repository.
    fn tips(&self, updates: &[RefUpdate]) -> Result<BTreeMap<String, String>, GitError> {
        let counts = |update: &&RefUpdate| update.branch().or(update.tag()).is_some();
        let news = updates.iter().filter(counts);
        let ids: BTreeSet<&str> = ordered(news.filter_map(|update| update.new.as_deref()));
        // What a tag leads to may be no commit.
        let revisions: Vec<String> = ids.iter().map(|id| format!("{id}^{{commit}}")).collect();
        let found = self.repository.look_up(&revisions)?;
        let unknown = found.iter().filter(|commit| commit.is_none()).count();
        if unknown > 0 {
            self.context.output.advise(
                &format!(
                    "{unknown} of the ids that were pushed are not commits of this repository"
                ),
                "run it in the repository that was pushed to, or name it with --repository-dir",
            );
        }
        let pairs = ids.into_iter().zip(found);
        let found = pairs.filter_map(|(id, commit)| Some((id.to_owned(), commit?)));
        Ok(ordered(found))
    }

    /// The issues that new tags name, by the commits that they are on.
    fn tagged(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
    ) -> BTreeMap<String, Vec<Text>> {
        let mut tagged: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        let tags = updates.iter().filter_map(|update| {
            let commit = tips.get(update.new.as_ref()?)?;
            Some((update.tag()?, update.new.as_ref() != Some(commit), commit))
        });
        for (name, is_annotated, commit) in tags.take(MOST_TAGS) {
            let source = format!("tag {name}");
            let texts = tagged.entry(commit.clone()).or_default();
            texts.push(Text::new(TextKind::Tag, source.clone(), name));
            let message = is_annotated.then(|| self.repository.tag_message(name));
            let message = message.flatten().unwrap_or_default();
            texts.push(Text::new(TextKind::Commit, source, &message));
        }
        tagged.retain(|_, texts| !self.finder.keys(texts.clone()).is_empty());
        tagged
    }

    /// The commits that no other branch and no tag had, and those that a new tag puts onto an issue.
    fn commits(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
        mut tagged: BTreeMap<String, Vec<Text>>,
    ) -> Result<FoundCommits, GitError> {
        let deleted = updates.iter().filter(|update| update.new.is_none());
        let deleted = deleted.filter_map(|update| update.old.clone());
        let old: Vec<String> = deleted.chain(self.changed.old.iter().cloned()).collect();
        let old = self.repository.existing(&old)?;
        let news: BTreeSet<&String> = ordered(tips.values());
        let news: Vec<String> = news.into_iter().cloned().collect();
        let moved = updates.iter().filter(|update| update.old.is_some());
        let moved = moved.filter_map(|update| tips.get(update.new.as_ref()?).cloned());
        let moved: Vec<String> = moved.collect();
        let is_other = |name: &str| !self.changed.names.contains(name);
        let excluded = self.repository.not_new(old, &moved, is_other)?;
        let mut walk = self.repository.walk(&news, &excluded, 0)?;
        let mut found = FoundCommits::default();
        while let Some(commit) = walk.next()? {
            if self.walk_until.remaining(self.context.system).is_zero() {
                // What was read is sent.
                found.has_more = true;
                break;
            }
            found.read += 1;
            let of_tag = tagged.remove(&commit.id).unwrap_or_default();
            if let Some(wanted) = self.wanted(&commit, of_tag) {
                if found.wanted.len() == MOST {
                    found.has_more = true;
                    break;
                }
                found.wanted.push(wanted);
            }
            if MergedRequest::of(&commit.message).is_some_and(|it| it.is_certain) {
                found.merges.push(commit);
            }
        }
        let ids: Vec<String> = tagged.keys().cloned().collect();
        let mut walk = self.repository.each(&ids)?;
        while let Some(commit) = walk.next()? {
            let of_tag = tagged.remove(&commit.id).unwrap_or_default();
            found.wanted.extend(self.wanted(&commit, of_tag));
        }
        Ok(found)
    }

    fn wanted(&mut self, commit: &Commit, of_tag: Vec<Text>) -> Option<(String, Vec<IssueKey>)> {
        let texts = of_tag.into_iter().chain([commit_text(commit)]);
        let keys = self.finder.keys(texts);
        let is_sent = !keys.is_empty() || self.options.sending.all_entities;
        is_sent.then(|| (commit.id.clone(), keys))
    }

    /// The pull requests that came to their end. Their branches are deleted when they are.
    fn merged(&mut self, commits: &[Commit]) -> Vec<WithKeys> {
        let built = Built {
            commits,
            head: "",
            branch: None,
            event: self.event,
        };
        let open = OpenRequests::default();
        let mut merged = merged::find(&built, &open, self.about, self.repository);
        for merged in &mut merged {
            merged.branch = None;
        }
        merged_entities(&merged, false, self.options, &self.maker, &mut self.finder)
    }

    /// New and moved branches whose name or newest commit names issues.
    fn branches(
        &mut self,
        updates: &[RefUpdate],
        tips: &BTreeMap<String, String>,
    ) -> Result<Vec<WithKeys>, GitError> {
        let tip = |update: &RefUpdate| tips.get(update.new.as_ref()?).map(String::as_str);
        let moved: Vec<(&str, &str)> = updates
            .iter()
            .filter_map(|update| Some((update.branch()?, tip(update)?)))
            .collect();
        if moved.len() > MOST {
            let message = format!("more than {MOST} branches were pushed: the first are sent");
            self.context.output.advise(&message, ALL);
        }
        let mut entities = Vec::new();
        let others = self.others()?;
        for some in moved[..moved.len().min(MOST)].chunks(AT_ONCE) {
            let (finder, reader) = (&mut self.finder, &mut self.reader);
            let some =
                branches::with_keys(some, &others, self.repository, &self.maker, finder, reader)?;
            entities.extend(some.into_iter().flatten());
        }
        Ok(entities)
    }

    /// The branches that stay as they are, and the primary ones.
    fn others(&self) -> Result<Others, GitError> {
        let primary = self.repository.branch();
        let is_other = |name: &str| {
            let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
            let is_primary = PRIMARY.contains(&branch) || primary.as_deref() == Some(branch);
            is_primary || !self.changed.names.contains(name)
        };
        let tips = self.repository.tips_of(&["refs/heads"], is_other)?;
        Ok(Others { primary, tips })
    }
}
