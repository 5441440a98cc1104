//! What of the names of a range the repository has, and what is said where it lacks one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::submodules::FILE;
use super::super::{GitError, Repository};
use super::{DEEPEN, Range, RangeRequest, Start};
use crate::domain::revision::Revision;
use crate::error::Warning;

/// What is named, as far as the repository has it.
pub(super) struct Known {
    /// The full ids of the commits, by their names.
    ids: BTreeMap<String, String>,
    /// Those of them that have submodules.
    pub(super) with_submodules: BTreeSet<String>,
}

impl Known {
    pub(super) fn look_up(
        repository: &Repository<'_>,
        wanted: &RangeRequest,
    ) -> Result<Self, GitError> {
        let named = [
            &wanted.head,
            &wanted.since,
            &wanted.deployed,
            &wanted.last_success,
            &wanted.last_build,
        ];
        let named = named.into_iter().flatten().map(Revision::as_str);
        let named: Vec<&str> = ["HEAD"].into_iter().chain(named).collect();
        let commit = |name: &&str| format!("{name}^{{commit}}");
        let asked = named.iter();
        let asked = asked.flat_map(|name| [commit(name), format!("{name}:{FILE}")]);
        let objects = match repository.objects(&asked.collect::<Vec<_>>()) {
            // A clone without trees says nothing of any file, but has all commits.
            Err(GitError::Failed(_)) => {
                let commits = repository.objects(&named.iter().map(commit).collect::<Vec<_>>())?;
                commits.into_iter().flat_map(|it| [it, None]).collect()
            }
            found => found?,
        };
        let mut ids = BTreeMap::new();
        let mut with_submodules = BTreeSet::new();
        for (name, found) in named.into_iter().zip(objects.chunks(2)) {
            if let Some(commit) = found[0].as_ref().filter(|it| it.is_commit()) {
                ids.insert(name.to_owned(), commit.id.clone());
                with_submodules.extend(found[1].as_ref().map(|_| commit.id.clone()));
            }
        }
        Ok(Self {
            ids,
            with_submodules,
        })
    }

    pub(super) fn id(&self, revision: Option<&Revision>) -> Option<&String> {
        self.ids.get(revision?.as_str())
    }

    /// The newest commit, and whether it is another one than the named.
    pub(super) fn head(&self, wanted: &RangeRequest) -> Result<(String, bool), GitError> {
        if let Some(head) = self.id(wanted.head.as_ref()) {
            return Ok((head.clone(), false));
        }
        let none = || GitError::Failed("the repository has no commit yet".to_owned());
        let head = self.ids.get("HEAD").ok_or_else(none)?;
        Ok((head.clone(), wanted.head.is_some()))
    }

    /// Says that only a part was searched, or something else than was asked for; with the remedy.
    pub(super) fn incomplete(
        &self,
        wanted: &RangeRequest,
        range: &Range,
        is_cut: bool,
        is_shallow: bool,
    ) -> Option<Warning> {
        let missing = |revision: &Option<Revision>| {
            let revision = revision.as_ref()?;
            (!self.ids.contains_key(revision.as_str())).then(|| revision.to_string())
        };
        let why = if is_shallow {
            "this clone is shallow"
        } else {
            "history was rewritten, or it was never fetched"
        };
        let of_deployed = || match wanted.since {
            Some(_) => None,
            None => missing(&wanted.deployed).map(|it| format!("{it}, which was deployed before,")),
        };
        let of_newest = || match range.start {
            Start::Newest { is_whole: false } | Start::NoneOfBranch(_) => {
                missing(&wanted.last_success)
                    .map(|it| format!("{it}, the commit of the last successful build,"))
            }
            _ => None,
        };
        let reason = missing(&wanted.since)
            .or_else(of_deployed)
            .or_else(of_newest);
        let searched = range.searched();
        let message = match (reason, &range.start) {
            (Some(missing), _) => Some(format!(
                "{missing} is not in this repository ({why}): {searched}"
            )),
            (None, Start::Newest { is_whole: false }) => {
                Some(format!("{searched}: {}", wanted.unknown_start()))
            }
            (None, Start::NoneOfBranch(branch)) => Some(format!(
                "{searched}: {branch} has no commit that no other branch has"
            )),
            (None, _) if is_cut => Some(format!(
                "the clone is shallow: {searched}, and those that it lacks are missing"
            )),
            (None, _) => None,
        };
        let (message, advice) = match &wanted.instead_of {
            Some(commit) => {
                let searched = message.unwrap_or(searched);
                let message = format!(
                    "commit {commit} is not in this repository: what is checked out was read instead; {searched}"
                );
                (message, FOREIGN)
            }
            None => (message?, wanted.remedy()),
        };
        let is_deepened = is_shallow && wanted.instead_of.is_none();
        let advice = if is_deepened { DEEPEN } else { advice };
        Some(Warning::new(message, advice))
    }
}

/// The remedy where Jenkins' variables are about another repository.
const FOREIGN: &str = "if Jenkins names the commit of a shared library, pass the step what checkout returned: scm: checkout(scm); else name the folder of the repository with --repository-dir";

impl RangeRequest {
    /// Why only the newest commit is searched.
    fn unknown_start(&self) -> String {
        match (&self.tag, &self.target) {
            (_, Some(target)) => format!("the target branch {target} is not in this clone"),
            (Some(tag), None) => format!("no earlier tag of the series of {tag} is in this clone"),
            (None, None) if self.is_deployment => {
                "no earlier deployment or successful build is known".to_owned()
            }
            (None, None) => "no earlier successful build is known".to_owned(),
        }
    }

    fn remedy(&self) -> &'static str {
        match (&self.tag, &self.target) {
            (_, Some(_)) => {
                "fetch the target branch as well, or name the start of the range with --since REV"
            }
            (Some(_), None) if self.is_deployment => {
                "fetch all tags with git fetch --tags, or name the commit that runs there now with --deployed-commit REV, or the start of the range with --since REV"
            }
            (Some(_), None) => {
                "fetch all tags with git fetch --tags, or name the start of the range with --since REV"
            }
            (None, None) if self.is_deployment => {
                "name the commit that runs there now with --deployed-commit REV, or the start of the range with --since REV"
            }
            (None, None) => "name the start of the range with --since REV",
        }
    }
}
