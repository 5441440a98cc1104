//! Which commits belong to a run: everything since its [start] that the clone has.

mod known;
pub(crate) mod merge;
mod paths;
mod start;

use std::collections::BTreeMap;

use super::submodules::Moving;
use super::{Commit, GitError, MAX_OUTPUT, Repository};
use crate::domain::revision::Revision;
use crate::error::Warning;
pub(crate) use start::{PRIMARY, Range, Start};

/// Most commits that are read. A release of more than that is linked through its newest ones.
pub(super) const MAX_COMMITS: usize = 5_000;

/// The remedy for a shallow clone.
pub(crate) const DEEPEN: &str = "deepen the clone: in the job's Git settings set a greater depth or none, or run git fetch --unshallow";

/// What is known of the range before git is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct RangeRequest {
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
pub(crate) fn commits(
    repository: &Repository<'_>,
    wanted: &RangeRequest,
) -> Result<Commits, GitError> {
    let edge = repository.edge();
    let asked = Asked::look_up(repository, wanted)?;
    let head = asked.head.as_str();
    let rolled_back = asked.rolled_back();
    let (mut start, mut commits) = match rolled_back {
        Some(newer) => (
            Start::Deployed(newer.clone()),
            repository.log(newer, &[head.to_owned()])?,
        ),
        None => asked.since_start()?,
    };
    let takes_newest = commits.is_empty() && !wanted.only_new;
    if takes_newest {
        commits = repository.head_commits(head, wanted.target.is_some())?;
    }
    if let Start::Newest { is_whole } = &mut start {
        let mut commits = commits.iter();
        *is_whole = commits.any(|it| it.id == head && it.parents.is_empty());
    }
    let is_again = takes_newest && !matches!(start, Start::Newest { .. } | Start::NoneOfBranch(_));
    let limit = limit(&mut commits, NEARER);
    let is_cut = commits.iter().any(|commit| edge.contains(&commit.id));
    let newest = rolled_back.map_or(head, String::as_str);
    let moving = asked.has_submodules(newest) || repository.has_repositories();
    let moving = moving.then(|| Moving::new(newest, &commits, &edge));
    let commits = repository.touching(commits, &wanted.paths)?;
    let range = Range {
        paths: wanted.paths.clone(),
        start,
        commits: commits.len(),
        is_again,
    };
    let incomplete = asked.incomplete(&range, is_cut, !edge.is_empty());
    let unknown = repository.unknown_paths(head, &wanted.paths);
    let unknown = (!unknown.is_empty()).then(|| {
        Warning::new(
            format!("the commit that was built has no {}", unknown.join(", ")),
            "check --paths: each is a path from the top folder of the repository",
        )
    });
    Ok(Commits {
        commits,
        range,
        is_rollback: rolled_back.is_some(),
        lacks_head: asked.lacks_head,
        is_shallow: !edge.is_empty(),
        moving: moving.flatten(),
        warnings: [incomplete, unknown, limit].into_iter().flatten().collect(),
        head: asked.head,
    })
}

/// The remedy for a range that is too long.
const NEARER: &str = "name a nearer start of the range with --since REV";

/// The same where nothing names a start.
pub(super) const OTHERS: &str = "name the issues of the others with --issue-keys";

/// Says that reading ended with the last of these, since the messages have no room.
pub(super) fn too_large(commits: &[Commit], room: usize, advice: &str) -> Option<Warning> {
    let length: usize = commits.iter().map(|commit| commit.message.len()).sum();
    (length >= room).then(|| {
        Warning::new(
            format!("only the first {room} bytes of the commit messages, the newest first, were searched for issue keys"),
            advice,
        )
    })
}

/// Leaves no more commits than are read; says so, or that their messages had no room.
pub(super) fn limit(commits: &mut Vec<Commit>, advice: &str) -> Option<Warning> {
    let too_large = too_large(commits, MAX_OUTPUT, advice);
    let too_long = (commits.len() > MAX_COMMITS).then(|| {
        let searched = "commits were searched for issue keys";
        Warning::new(format!("only the newest {MAX_COMMITS} {searched}"), advice)
    });
    commits.truncate(MAX_COMMITS);
    too_large.or(too_long)
}

/// What git is asked, and what of its names the repository has.
struct Asked<'a> {
    repository: &'a Repository<'a>,
    wanted: &'a RangeRequest,
    /// The commits by their names: their full ids, and whether they have submodules.
    known: BTreeMap<String, (String, bool)>,
    /// The newest commit.
    head: String,
    /// Whether that is another one than the named.
    lacks_head: bool,
}

impl Repository<'_> {
    /// The commits that lead to `head` and to none of the excluded ones; one more than the limit at most.
    pub(super) fn log(&self, head: &str, excluded: &[String]) -> Result<Vec<Commit>, GitError> {
        self.log_of(head, excluded, MAX_COMMITS + 1)
    }

    pub(super) fn log_of(
        &self,
        head: &str,
        excluded: &[String],
        most: usize,
    ) -> Result<Vec<Commit>, GitError> {
        let count = format!("--max-count={most}");
        self.logged(&count, &[head.to_owned()], excluded)?.rest()
    }
}

#[cfg(test)]
mod tests;
