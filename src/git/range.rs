//! Which commits belong to a run: everything since its [start] that the clone has.

mod start;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::history::Walk;
use super::process::text;
use super::submodules::{FILE, Moving};
use super::{Commit, GitError, LOG, MAX_OUTPUT, Repository};
use crate::domain::revision::Revision;
use crate::error::Warning;
pub(crate) use start::{PRIMARY, Range, Start};

/// Most commits that are read. A release of more than that is linked through its newest ones.
pub(super) const MAX_COMMITS: usize = 5_000;

/// The remedy for a shallow clone.
pub(crate) const DEEPEN: &str = "deepen the clone: in the job's Git settings set a greater depth or none, or run git fetch --unshallow";

/// What is known of the range before git is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The commit that was built, else what is checked out.
    pub(crate) head: Option<Revision>,
    /// The user's start.
    pub(crate) since: Option<Revision>,
    pub(crate) is_deployment: bool,
    /// The commit that runs where this one is deployed to. The range starts after it, or leads back from it.
    pub(crate) deployed: Option<Revision>,
    /// The commit of the last successful build.
    pub(crate) last_success: Option<Revision>,
    /// The commit of the build before, however it ended.
    pub(crate) last_build: Option<Revision>,
    /// Target branch of a pull request: what is on it already does not belong to the pull request.
    pub(crate) target: Option<String>,
    pub(crate) tag: Option<String>,
    /// What Jenkins calls the branch, else git is asked.
    pub(crate) branch: Option<String>,
    /// Whether the branch is the one that others come from.
    pub(crate) is_primary: bool,
    /// Full ids of commits that a change log lists. Where no start of the range is known, they stand in for it.
    pub(crate) listed: Vec<String>,
    /// Nothing new is nothing, and not the newest commit once more.
    pub(crate) only_new: bool,
    /// Only commits that change these count.
    pub(crate) paths: Vec<String>,
    /// What Jenkins names and the repository does not have: what is checked out stands for it.
    pub(crate) instead_of: Option<Revision>,
}

/// The commits of a run, newest first, and what people should know about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commits {
    /// Full id of the newest commit that was read.
    pub(crate) head: String,
    pub(crate) commits: Vec<Commit>,
    pub(crate) range: Range,
    /// The commits are those that are taken back: an older one is deployed again.
    pub(crate) is_rollback: bool,
    /// The repository does not have the commit that was built.
    pub(crate) lacks_head: bool,
    pub(crate) is_shallow: bool,
    /// What is asked for the submodules, when there are any.
    pub(crate) moving: Option<Moving>,
    /// Why only a part was searched.
    pub(crate) warnings: Vec<Warning>,
}

/// Reads the commits of the range. Trouble with it is a warning: the head commit is read at least.
///
/// # Errors
/// When there is no git, no repository, or no commit.
pub(crate) fn commits(repository: &Repository<'_>, wanted: &Wanted) -> Result<Commits, GitError> {
    let edge = repository.edge();
    let known = Known::look_up(repository, wanted)?;
    let (head, lacks_head) = known.head(wanted)?;
    let asked = Asked {
        repository,
        wanted,
        known: &known,
        head: &head,
    };
    let found = asked.read()?;
    let mut commits = found.commits;
    let too_large = too_large(&commits, MAX_OUTPUT);
    let is_long = commits.len() > MAX_COMMITS;
    commits.truncate(MAX_COMMITS);
    let is_cut = commits.iter().any(|commit| edge.contains(&commit.id));
    let newest = found.newest.as_str();
    let are_named = known.with_submodules.contains(newest);
    let moving = are_named || repository.has_repositories();
    let moving = moving.then(|| Moving::new(newest, &commits, &edge));
    let commits = repository.touching(commits, &wanted.paths)?;
    let range = Range {
        paths: wanted.paths.clone(),
        start: found.start,
        commits: commits.len(),
        is_again: found.is_again,
    };
    let incomplete = known.incomplete(wanted, &range, is_cut, !edge.is_empty());
    let mut warnings: Vec<_> = incomplete.into_iter().collect();
    let unknown = repository.unknown_paths(&head, &wanted.paths);
    if !unknown.is_empty() {
        warnings.push(Warning::new(
            format!("the commit that was built has no {}", unknown.join(", ")),
            "check --paths: each is a path from the top folder of the repository",
        ));
    }
    warnings.extend(too_large.or_else(|| is_long.then(|| too_long(NEARER))));
    Ok(Commits {
        head,
        commits,
        range,
        is_rollback: found.is_rollback,
        lacks_head,
        is_shallow: !edge.is_empty(),
        moving,
        warnings,
    })
}

/// The remedy for a range that is too long.
const NEARER: &str = "name a nearer start of the range with --since REV";

/// Says that reading ended with the last of these, since the messages have no room.
fn too_large(commits: &[Commit], room: usize) -> Option<Warning> {
    let length: usize = commits.iter().map(|commit| commit.message.len()).sum();
    (length >= room).then(|| {
        Warning::new(
            format!("only the first {room} bytes of the commit messages, the newest first, were searched for issue keys"),
            NEARER,
        )
    })
}

pub(super) fn too_long(advice: &str) -> Warning {
    Warning::new(
        format!("only the newest {MAX_COMMITS} commits were searched for issue keys"),
        advice,
    )
}

/// What is named, as far as the repository has it.
struct Known {
    /// The full ids of the commits, by their names.
    ids: BTreeMap<String, String>,
    /// Those of them that have submodules.
    with_submodules: BTreeSet<String>,
}

impl Known {
    fn look_up(repository: &Repository<'_>, wanted: &Wanted) -> Result<Self, GitError> {
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

    fn id(&self, revision: Option<&Revision>) -> Option<&String> {
        self.ids.get(revision?.as_str())
    }

    /// The newest commit, and whether it is another one than the named.
    fn head(&self, wanted: &Wanted) -> Result<(String, bool), GitError> {
        if let Some(head) = self.id(wanted.head.as_ref()) {
            return Ok((head.clone(), false));
        }
        let none = || GitError::Failed("the repository has no commit yet".to_owned());
        let head = self.ids.get("HEAD").ok_or_else(none)?;
        Ok((head.clone(), wanted.head.is_some()))
    }

    /// Says that only a part was searched, or something else than was asked for; with the remedy.
    fn incomplete(
        &self,
        wanted: &Wanted,
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

impl Wanted {
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

/// Commits, and where they begin.
struct Found {
    start: Start,
    /// The full id of the newest.
    newest: String,
    commits: Vec<Commit>,
    is_again: bool,
    is_rollback: bool,
}

/// What git is asked, with what is known already.
struct Asked<'a> {
    repository: &'a Repository<'a>,
    wanted: &'a Wanted,
    known: &'a Known,
    head: &'a str,
}

impl Asked<'_> {
    fn read(&self) -> Result<Found, GitError> {
        let (repository, head) = (self.repository, self.head);
        let since = self.known.id(self.wanted.since.as_ref());
        let deployed = self.known.id(self.wanted.deployed.as_ref());
        if let Some(newer) = deployed.filter(|id| since.is_none() && *id != head)
            && repository.is_ancestor(head, newer)
        {
            return Ok(Found {
                start: Start::Deployed(newer.clone()),
                newest: newer.clone(),
                commits: repository.log(newer, &[head.to_owned()])?,
                is_again: false,
                is_rollback: true,
            });
        }
        let (mut start, mut commits) = self.since_start()?;
        let takes_newest = commits.is_empty() && !self.wanted.only_new;
        if takes_newest {
            commits = repository.head_commits(head, self.wanted.target.is_some())?;
        }
        if let Start::Newest { is_whole } = &mut start {
            *is_whole = commits
                .iter()
                .any(|it| it.id == head && it.parents.is_empty());
        }
        Ok(Found {
            is_again: takes_newest
                && !matches!(start, Start::Newest { .. } | Start::NoneOfBranch(_)),
            start,
            newest: head.to_owned(),
            commits,
            is_rollback: false,
        })
    }
}

impl Repository<'_> {
    /// The commits that lead to `head` and to none of the excluded ones; one more than the limit at most.
    pub(super) fn log(&self, head: &str, excluded: &[String]) -> Result<Vec<Commit>, GitError> {
        self.log_of(head, excluded, MAX_COMMITS + 1)
    }

    fn log_of(
        &self,
        head: &str,
        excluded: &[String],
        most: usize,
    ) -> Result<Vec<Commit>, GitError> {
        let count = format!("--max-count={most}");
        let excluded: HashSet<&String> = excluded.iter().collect();
        let excluded = excluded.into_iter().map(|id| format!("^{id}\n"));
        let input = std::iter::once(format!("{head}\n")).chain(excluded);
        let arguments = [&LOG[..], &[&count, "--stdin"]].concat();
        let process = self.start(&arguments, Some(input.collect()))?;
        Walk::of(process).rest()
    }

    /// Those of the commits that change one of the paths, or all without any; for a merge, what it brought counts.
    pub(crate) fn touching(
        &self,
        commits: Vec<Commit>,
        paths: &[String],
    ) -> Result<Vec<Commit>, GitError> {
        if paths.is_empty() || commits.is_empty() {
            return Ok(commits);
        }
        let input = commits
            .iter()
            .map(|Commit { id, parents, .. }| match parents.first() {
                Some(first) => format!("{id} {first}\n"),
                None => format!("{id}\n"),
            });
        let paths = paths.iter().map(String::as_str);
        let arguments = ["diff-tree", "--stdin", "-r", "--root", "--name-only", "--"];
        let arguments: Vec<&str> = arguments.into_iter().chain(paths).collect();
        let process = self.start(&arguments, Some(input.collect()))?;
        let output = text(&process.rest(MAX_OUTPUT)?);
        // The id of a commit precedes the files that it changes, if there are any.
        let touching: HashSet<&str> = output.lines().collect();
        let commits = commits.into_iter();
        Ok(commits
            .filter(|commit| touching.contains(commit.id.as_str()))
            .collect())
    }

    /// Those of the paths that a commit does not have; of patterns nothing is known.
    fn unknown_paths(&self, commit: &str, paths: &[String]) -> Vec<String> {
        let plain = |path: &&String| !path.contains(['*', '?', '[', ':']) && *path != ".";
        let plain: Vec<&String> = paths.iter().filter(plain).collect();
        if plain.is_empty() {
            return Vec::new();
        }
        let arguments = ["ls-tree", "-z", "--name-only", commit, "--"];
        let arguments = arguments
            .into_iter()
            .chain(plain.iter().map(|it| it.as_str()));
        let Ok(output) = self.run(&arguments.collect::<Vec<_>>()) else {
            return Vec::new();
        };
        let there: HashSet<&str> = output.split('\0').collect();
        let unknown = plain.into_iter().filter(|it| !there.contains(it.as_str()));
        unknown.cloned().collect()
    }

    fn one(&self, commit: &str) -> Result<Vec<Commit>, GitError> {
        self.log_of(commit, &[], 1)
    }

    /// The newest commit; for a merge also what it brought in.
    pub(super) fn head_commits(
        &self,
        head: &str,
        pull_request: bool,
    ) -> Result<Vec<Commit>, GitError> {
        let mut commits = self.one(head)?;
        let newest = commits.first().cloned().unwrap_or_default();
        let [first, second] = newest.parents.as_slice() else {
            return Ok(commits);
        };
        if !pull_request {
            return self.log(head, std::slice::from_ref(first));
        }
        // The merge was made by Jenkins or the git server, and the target branch is not here to compare with.
        commits.extend(self.one(pull_request_tip(&newest.message, first, second))?);
        Ok(commits)
    }
}

impl Repository<'_> {
    /// The pull request's own newest commit, when `head` is a merge that was made for its build alone and that no
    /// branch has: by Jenkins, by GitHub (`refs/pull/7/merge`) or by GitLab (`refs/merge-requests/7/merge`).
    pub(crate) fn merged_for_build(
        &self,
        head: &Commit,
        source: Option<&str>,
        target: Option<&str>,
    ) -> Option<String> {
        let parent = |number: u8| self.resolve(&format!("{}^{number}", head.id));
        let (first, second) = (parent(1)?, parent(2)?);
        if parent(3).is_some() {
            return None;
        }
        let subject = head.message.lines().next()?.trim_end();
        let by_github = format!("Merge {second} into {first}");
        let by_gitlab = source
            .zip(target)
            .map(|(source, target)| format!("Merge branch '{source}' into '{target}'"));
        if subject == by_jenkins(&second) {
            Some(first)
        } else if subject == by_github || by_gitlab.as_deref() == Some(subject) {
            Some(second)
        } else {
            None
        }
    }
}

/// What Jenkins calls the merge of a pull request with the target's commit.
fn by_jenkins(target: &str) -> String {
    format!("Merge commit '{target}' into HEAD")
}

/// The parent that is the pull request's own commit. Jenkins merges the target into the pull request
/// ("Merge commit '…' into HEAD"), git servers merge the pull request into the target.
pub(super) fn pull_request_tip<'a>(message: &str, first: &'a str, second: &'a str) -> &'a str {
    if message.trim() == by_jenkins(second) {
        first
    } else {
        second
    }
}

#[cfg(test)]
mod tests;
