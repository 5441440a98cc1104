//! Which commits belong to a run: everything since the last successful one, or what stands in for it.

use super::{Commit, GitError, Repository};
use crate::domain::revision::Revision;

/// Most commits that are read. A release of more than that is linked through its newest ones.
pub(super) const MAX_COMMITS: usize = 5_000;

/// The remedy for a shallow clone.
pub(crate) const DEEPEN: &str = "deepen the clone: in the job's Git settings set a greater depth or none, or run git fetch --unshallow";

/// What is known about the range before git is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The commit that was built, else what is checked out.
    pub(crate) head: Option<Revision>,
    /// The range starts after this commit.
    pub(crate) since: Option<Revision>,
    /// The commit that runs where this one is deployed to. The range starts after it, or leads back from it.
    pub(crate) deployed: Option<Revision>,
    /// Target branch of a pull request: what is on it already does not belong to the pull request.
    pub(crate) target: Option<String>,
    pub(crate) tag: Option<String>,
    /// Full ids of commits that a change log lists. Where no start of the range is known, they stand in for it.
    pub(crate) listed: Vec<String>,
    /// Nothing new is nothing, and not the newest commit once more.
    pub(crate) only_new: bool,
}

/// The commits of a run, newest first, and what people should know about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commits {
    pub(crate) head: Option<String>,
    pub(crate) commits: Vec<Commit>,
    /// The commits are those that are taken back: an older one is deployed again.
    pub(crate) is_rollback: bool,
    /// The commits are those since, or back to, the commit that was deployed.
    pub(crate) is_since_deployed: bool,
    /// The repository does not have the commit that was built.
    pub(crate) lacks_head: bool,
    /// Each with what can be done about it.
    pub(crate) warnings: Vec<(String, String)>,
}

/// Reads the commits of the range. Trouble with it is a warning: the head commit is read at least.
///
/// # Errors
/// When there is no git, no repository, or no commit.
pub(crate) fn commits(repository: &Repository<'_>, wanted: &Wanted) -> Result<Commits, GitError> {
    repository.check()?;
    let mut result = Commits::default();
    let head = head(repository, wanted, &mut result)?;
    result.head = Some(head.clone());

    let target = wanted
        .target
        .as_ref()
        .and_then(|target| repository.resolve(&format!("refs/remotes/origin/{target}")));
    let previous_tag = || {
        wanted
            .tag
            .as_ref()
            .and_then(|_| repository.previous_tag(&head))
    };
    let deployed = wanted
        .deployed
        .as_ref()
        .and_then(|deployed| deployed_before(repository, deployed, &mut result));
    result.is_since_deployed = deployed.is_some();
    if let Some(newer) = deployed.as_ref().filter(|id| **id != head)
        && repository.is_ancestor(&head, newer)
    {
        result.commits = repository.log(newer, &[&head])?;
        result.is_rollback = true;
        cut(&mut result);
        return Ok(result);
    }
    let since = deployed.or_else(|| {
        let since = wanted.since.clone().or_else(previous_tag);
        since.and_then(|since| start(repository, &since, &head, &mut result))
    });

    let excluded: Vec<&str> = [&since, &target]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if !excluded.is_empty() {
        result.commits = repository.log(&head, &excluded)?;
    } else if wanted.target.is_none() && !wanted.listed.is_empty() {
        result.commits = repository.with_listed(&head, &wanted.listed)?;
    }
    // Nothing new since then: a build run again, or the last commit reverted to.
    if result.commits.is_empty() && !wanted.only_new {
        result.commits = repository.head_commits(&head, wanted.target.is_some())?;
    }
    cut(&mut result);
    Ok(result)
}

fn cut(result: &mut Commits) {
    if result.commits.len() > MAX_COMMITS {
        result.commits.truncate(MAX_COMMITS);
        result.warnings.push((
            format!("only the newest {MAX_COMMITS} commits were searched for issue keys"),
            "name a nearer start of the range with --since REV".to_owned(),
        ));
    }
}

/// The id of the commit that was deployed before, if the repository has it.
fn deployed_before(
    repository: &Repository<'_>,
    deployed: &Revision,
    result: &mut Commits,
) -> Option<String> {
    let id = repository.resolve(deployed.as_str());
    if id.is_none() {
        let (reason, advice) = why_missing(repository.is_shallow());
        result.warnings.push((
            format!("{deployed}, which was deployed before, is not in this repository ({reason}): issues since the last successful build are taken instead"),
            advice.to_owned(),
        ));
    }
    id
}

fn head(
    repository: &Repository<'_>,
    wanted: &Wanted,
    result: &mut Commits,
) -> Result<String, GitError> {
    if let Some(named) = &wanted.head {
        if let Some(head) = repository.resolve(named.as_str()) {
            return Ok(head);
        }
        result.lacks_head = true;
        result.warnings.push((
            format!(
                "commit {named} is not in this repository: what is checked out was read instead"
            ),
            "run it in the folder of the repository, or name that folder with --repository-dir"
                .to_owned(),
        ));
    }
    let head = repository.resolve("HEAD");
    head.ok_or_else(|| GitError::Failed("the repository has no commit yet".to_owned()))
}

/// Why a commit is not in the repository, and what can be done about it.
fn why_missing(shallow: bool) -> (&'static str, &'static str) {
    if shallow {
        ("this clone is shallow", DEEPEN)
    } else {
        (
            "history was rewritten, or it was never fetched",
            "name the start of the range with --since REV",
        )
    }
}

/// The id of the commit that the range starts after, if it can be used.
fn start(
    repository: &Repository<'_>,
    since: &Revision,
    head: &str,
    result: &mut Commits,
) -> Option<String> {
    let shallow = repository.is_shallow();
    let Some(id) = repository.resolve(since.as_str()) else {
        let (reason, advice) = why_missing(shallow);
        result.warnings.push((
            format!("{since} is not in this repository ({reason}): only the newest commit was searched for issue keys"),
            advice.to_owned(),
        ));
        return None;
    };
    if shallow && !repository.is_ancestor(&id, head) {
        result.warnings.push((
            format!(
                "the clone is shallow: commits between {since} and the newest ones are missing"
            ),
            DEEPEN.to_owned(),
        ));
    }
    Some(id)
}

impl Repository<'_> {
    /// The commits that lead to `head` and to none of the excluded ones; one more than the limit at most.
    fn log(&self, head: &str, excluded: &[&str]) -> Result<Vec<Commit>, GitError> {
        let count = format!("--max-count={}", MAX_COMMITS + 1);
        self.read_log(&[&[count.as_str(), head, "--not"], excluded].concat())
    }

    fn one(&self, commit: &str) -> Result<Vec<Commit>, GitError> {
        self.read_log(&["--max-count=1", commit])
    }

    fn read_log(&self, selection: &[&str]) -> Result<Vec<Commit>, GitError> {
        let format = ["log", "-z", "--format=%H%n%B", "--encoding=UTF-8"];
        let output = self.run(&[&format, selection, &["--"]].concat())?;
        Ok(parse_log(&output))
    }

    /// The newest commit; for a merge also what it brought in.
    fn head_commits(&self, head: &str, pull_request: bool) -> Result<Vec<Commit>, GitError> {
        let parents: Vec<String> = (1..=2)
            .map_while(|number| self.resolve(&format!("{head}^{number}")))
            .collect();
        let [first, second] = parents.as_slice() else {
            return self.one(head);
        };
        if !pull_request {
            return self.log(head, &[first]);
        }
        // The merge was made by Jenkins or the git server, and the target branch is not here to compare with.
        let mut commits = self.one(head)?;
        let merge = commits
            .first()
            .map(|commit| commit.message.clone())
            .unwrap_or_default();
        commits.extend(self.one(pull_request_tip(&merge, first, second))?);
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

/// Records of `git log -z --format=%H%n%B`.
pub(super) fn parse_log(output: &str) -> Vec<Commit> {
    output
        .split('\0')
        .filter_map(|record| {
            let (id, message) = record.split_once('\n').unwrap_or((record, ""));
            let id = id.trim();
            (!id.is_empty()).then(|| Commit {
                id: id.to_owned(),
                message: message.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
