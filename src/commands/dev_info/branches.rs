//! Branches with the issues of their names and newest commits. `--pushed` and `--all` make them here, many at once.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::{DevEntity, WithKeys};
use super::entities::Maker;
use super::is_sent;
use super::key_finder::KeyFinder;
use crate::domain::issue_key::{IssueKey, Text};
use crate::facts::commit_text;
use crate::git::{DetailsReader, GitError, PRIMARY, Repository};
use crate::ordered::ordered;

/// What other branches are, for those that are sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Others {
    /// The branch that others come from, besides those that are usually called so.
    pub(super) primary: Option<String>,
    /// What these commits lead to is no branch's own.
    pub(super) tips: Vec<String>,
}

impl Others {
    /// Of a clone whose branches are read together, the primary branches alone. `primary` is the one that Jenkins
    /// calls so.
    pub(super) fn primary(
        primary: Option<&str>,
        repository: &Repository<'_>,
    ) -> Result<Self, GitError> {
        let primary = primary.map(ToOwned::to_owned);
        let primary = primary.or_else(|| repository.default_branch());
        let names = PRIMARY.into_iter().chain(primary.as_deref());
        let names: Vec<String> = names.map(ToOwned::to_owned).collect();
        let branches = repository.branches(&names)?.into_iter();
        Ok(Self {
            primary,
            tips: branches.map(|branch| branch.tip).collect(),
        })
    }
}

/// For each name and its newest commit the branch as it is sent; nothing for one that belongs to no issue.
pub(super) fn with_keys(
    branches: &[(&str, &str)],
    others: &Others,
    repository: &Repository<'_>,
    maker: &Maker<'_>,
    finder: &mut KeyFinder<'_>,
    reader: &mut DetailsReader<'_>,
) -> Result<Vec<Option<WithKeys>>, GitError> {
    let tips = distinct(branches.iter().map(|(_, tip)| *tip));
    let of_tips = keys_of_commits(&tips, repository, finder)?;
    let of_tip = |tip: &str| of_tips.get(tip).cloned().unwrap_or_default();
    let named = branches.iter().map(|(name, tip)| {
        let keys = finder.keys([Text::change_branch("git branch", name)]);
        (*name, *tip, keys, of_tip(tip))
    });
    let named: Vec<_> = named.collect();
    let undecided = named.iter();
    let undecided =
        undecided.filter(|(_, _, keys, of_last)| keys.is_empty() && !of_last.is_empty());
    let undecided = distinct(undecided.map(|(_, tip, ..)| *tip));
    let own = repository.beyond(&undecided, &others.tips)?;
    let found: Vec<_> = named
        .into_iter()
        .map(|(name, tip, keys, of_last)| {
            let own_keys = if own.contains(tip) { &of_last[..] } else { &[] };
            let is_sent = is_sent(name, others.primary.as_deref(), &keys, own_keys);
            is_sent.then_some((name, tip, keys, of_last))
        })
        .collect();
    let tips = distinct(found.iter().flatten().map(|(_, tip, ..)| *tip));
    let details = reader.read(&tips)?;
    let details: BTreeMap<&str, _> = ordered(details.iter().map(|it| (it.id.as_str(), it)));
    let entities = found.into_iter().map(|found| {
        let (name, tip, keys, of_last) = found?;
        let branch = maker.branch(name, details.get(tip)?, &keys, &of_last)?;
        let keys = keys.into_iter().chain(of_last).collect();
        Some((DevEntity::Branch(Box::new(branch)), keys))
    });
    Ok(entities.collect())
}

/// The issues that these commits name, by their ids; whole messages may be long, and are read one by one.
fn keys_of_commits(
    ids: &[String],
    repository: &Repository<'_>,
    finder: &mut KeyFinder<'_>,
) -> Result<BTreeMap<String, Vec<IssueKey>>, GitError> {
    let mut walk = repository.each(ids)?;
    let mut keys = BTreeMap::new();
    while let Some(commit) = walk.next()? {
        let found = finder.keys([commit_text(&commit)]);
        keys.insert(commit.id, found);
    }
    Ok(keys)
}

/// Each of the ids once.
fn distinct<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let ids: BTreeSet<&str> = ordered(ids);
    ids.into_iter().map(ToOwned::to_owned).collect()
}
