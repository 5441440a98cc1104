//! What of the names of a range the repository has, and what is said where it lacks one.

use super::super::{GitError, Repository};
use super::{Asked, DEEPEN, Range, RangeRequest, Start};
use crate::domain::revision::Revision;
use crate::error::Warning;

impl<'a> Asked<'a> {
    pub(super) fn look_up(
        repository: &'a Repository<'a>,
        wanted: &'a RangeRequest,
    ) -> Result<Self, GitError> {
        let named = [
            &wanted.head,
            &wanted.since,
            &wanted.deployed,
            &wanted.last_success,
            &wanted.last_build,
        ];
        let named = named.into_iter().flatten().map(Revision::to_string);
        let named: Vec<String> = named.chain(["HEAD".to_owned()]).collect();
        let known = match repository.commits_named(&named) {
            // A clone without trees says nothing of any file, but has all commits.
            Err(GitError::Failed(_)) => {
                let commits = named.iter().map(|name| format!("{name}^{{commit}}"));
                let ids = repository.look_up(&commits.collect::<Vec<_>>())?;
                let known = named.into_iter().zip(ids);
                let known = known.filter_map(|(name, id)| Some((name, (id?, false))));
                known.collect()
            }
            known => known?,
        };
        let find = |name: &str| known.get(name).map(|(id, _)| id.clone());
        let named = wanted.head.as_ref().and_then(|head| find(head.as_str()));
        let lacks_head = named.is_none() && wanted.head.is_some();
        let none = || GitError::Failed("the repository has no commit yet".to_owned());
        Ok(Self {
            head: named.or_else(|| find("HEAD")).ok_or_else(none)?,
            repository,
            wanted,
            known,
            lacks_head,
        })
    }

    pub(super) fn id(&self, revision: Option<&Revision>) -> Option<&String> {
        let (id, _) = self.known.get(revision?.as_str())?;
        Some(id)
    }

    pub(super) fn has_submodules(&self, commit: &str) -> bool {
        let mut known = self.known.values();
        known.any(|(id, has_submodules)| id == commit && *has_submodules)
    }

    /// The commit that is deployed, when this one leads to it: that is taken back.
    pub(super) fn rolled_back(&self) -> Option<&String> {
        let since = self.id(self.wanted.since.as_ref());
        let deployed = self.id(self.wanted.deployed.as_ref());
        deployed
            .filter(|id| since.is_none() && **id != self.head)
            .filter(|newer| self.repository.is_ancestor(&self.head, newer))
    }

    /// Says that only a part was searched, or something else than was asked for; with the remedy.
    pub(super) fn incomplete(
        &self,
        range: &Range,
        is_cut: bool,
        is_shallow: bool,
    ) -> Option<Warning> {
        let wanted = self.wanted;
        let missing = |revision: &Option<Revision>| {
            let revision = revision.as_ref()?;
            (self.id(Some(revision)).is_none()).then(|| revision.to_string())
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
