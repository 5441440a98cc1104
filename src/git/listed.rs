//! Commits that a change log lists: which of them a repository has, their whole messages, and what was merged with
//! them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::history::revisions;
use super::range::{MAX_COMMITS, OTHERS, too_large};
use super::submodules::FILE;
use super::{Commit, GitError, MAX_OUTPUT, Repository};
use crate::error::Warning;
use crate::ordered::ordered;

/// So many commits are read for each that is listed, and [`READ_FURTHER`] more: change logs have no merges, and other
/// branches lie between.
const READ_FOR_EACH: usize = 3;

const READ_FURTHER: usize = 200;

impl Repository<'_> {
    /// The full ids of the commits that these revisions name, each in its place.
    pub(crate) fn look_up(&self, revisions: &[String]) -> Result<Vec<Option<String>>, GitError> {
        let objects = self.objects(revisions)?.into_iter();
        let commits = objects.map(|object| Some(object.filter(Object::is_commit)?.id));
        Ok(commits.collect())
    }

    /// The objects of these names, each in its place.
    fn objects(&self, names: &[String]) -> Result<Vec<Option<Object>>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        // Without a format of our own, which the oldest gits do not know.
        let output = self.ask(&["cat-file", "--batch-check"], revisions(names, &[]))?;
        let found: Vec<Option<Object>> = output.lines().map(Object::parse).collect();
        if found.len() == names.len() {
            Ok(found)
        } else {
            Err(GitError::Failed(
                "git did not report which commits it has".to_owned(),
            ))
        }
    }

    /// Of these names those of commits: their full ids, and whether they have submodules.
    pub(super) fn commits_named(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<String, (String, bool)>, GitError> {
        let asked = names.iter();
        let asked = asked.flat_map(|name| [format!("{name}^{{commit}}"), format!("{name}:{FILE}")]);
        let objects = self.objects(&asked.collect::<Vec<_>>())?;
        let commits = names.iter().zip(objects.chunks(2));
        let commits = commits.filter_map(|(name, found)| {
            let commit = found[0].as_ref().filter(|it| it.is_commit())?;
            Some((name.clone(), (commit.id.clone(), found[1].is_some())))
        });
        Ok(ordered(commits))
    }

    /// The whole messages of these commits, all of which are there; with a warning when there is no room for all.
    pub(crate) fn messages(
        &self,
        ids: &[String],
    ) -> Result<(Vec<Commit>, Option<Warning>), GitError> {
        let commits = self.each(ids)?.rest()?;
        let cut = too_large(&commits, MAX_OUTPUT, OTHERS);
        Ok((commits, cut))
    }

    /// The parents of these commits, all of which are there.
    pub(crate) fn parents(&self, ids: &[String]) -> Result<HashMap<String, Vec<String>>, GitError> {
        let arguments = ["rev-list", "--parents", "--no-walk=unsorted", "--stdin"];
        let output = self.ask(&arguments, revisions(ids, &[]))?;
        let lines = output.lines().filter_map(|line| {
            let mut ids = line.split(' ').map(ToOwned::to_owned);
            Some((ids.next()?, ids.collect()))
        });
        Ok(lines.collect())
    }

    /// Those of the listed commits that lead to `head`, with the merges that brought them and whatever else came after
    /// them; nothing when none of them is near.
    pub(super) fn with_listed(
        &self,
        head: &str,
        listed: &[String],
    ) -> Result<Vec<Commit>, GitError> {
        let most = (listed.len() * READ_FOR_EACH + READ_FURTHER).min(MAX_COMMITS + 1);
        Ok(since_listed(self.log_of(head, &[], most)?, listed))
    }
}

/// Something that a repository has.
pub(super) struct Object {
    pub(super) id: String,
    kind: String,
}

impl Object {
    /// A line such as `8a91… commit 245`; nothing for what is missing.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (id, kind, _size) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
        })
    }

    pub(super) fn is_commit(&self) -> bool {
        self.kind == "commit"
    }
}

/// Of these commits the listed ones, and all that descend from them. What descends from a new commit is new as well.
pub(super) fn since_listed(commits: Vec<Commit>, listed: &[String]) -> Vec<Commit> {
    let listed: HashSet<&str> = listed.iter().map(String::as_str).collect();
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut waiting = Vec::new();
    for commit in &commits {
        let id = commit.id.as_str();
        for parent in &commit.parents {
            children.entry(parent).or_default().push(id);
        }
        if listed.contains(id) {
            waiting.push(id);
        }
    }
    let mut new: HashSet<String> = HashSet::new();
    while let Some(id) = waiting.pop() {
        if new.insert(id.to_owned()) {
            waiting.extend(children.get(id).into_iter().flatten());
        }
    }
    let commits = commits.into_iter();
    commits.filter(|commit| new.contains(&commit.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Commit, Object, since_listed};

    #[test]
    fn only_commits_that_are_there_have_an_id() {
        for (line, id) in [
            ("8a91 commit 245", Some("8a91")),
            ("8a91 tree 245", None),
            ("8a91 missing", None),
            ("commit missing", None),
            ("HEAD^{commit} ambiguous", None),
            ("", None),
        ] {
            let commit = Object::parse(line).filter(Object::is_commit);
            assert_eq!(commit.map(|it| it.id).as_deref(), id, "{line}");
        }
    }

    /// A history, newest first, each commit with its parents; what is listed; what is new.
    #[test]
    fn what_descends_from_a_listed_commit_is_new() {
        // m2 merges b2 into m1, m1 merges b1 into a1; b2 began at m1.
        let history = ["m2 m1 b2", "b2 m1", "m1 a1 b1", "b1 a1", "a1 a0", "a0"];
        let cases = [
            (&["b1", "b2"][..], vec!["m2", "b2", "m1", "b1"]),
            (&["b2"], vec!["m2", "b2"]),
            (&["m2"], vec!["m2"]),
            (&["a0"], vec!["m2", "b2", "m1", "b1", "a1", "a0"]),
            (&["elsewhere", "b2"], vec!["m2", "b2"]),
            (&["elsewhere"], vec![]),
            (&[], vec![]),
        ];
        for (listed, expected) in cases {
            let commits = history.map(Commit::of_record);
            let listed: Vec<String> = listed.iter().map(ToString::to_string).collect();
            let new = since_listed(commits.to_vec(), &listed);
            let new: Vec<&str> = new.iter().map(|commit| commit.id.as_str()).collect();
            assert_eq!(new, expected, "{listed:?}");
        }
    }
}
