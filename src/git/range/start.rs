//! Where the range of a run begins: the first of some that is known. `git::commits` asks, and people read the words.

use std::collections::HashSet;

use super::{Asked, MAX_COMMITS};
use crate::domain::revision::short;
use crate::domain::series;
use crate::git::{Commit, GitError, Reference};
use crate::phrases::counted;

/// Most commits that the first build of a branch brings.
const MAX_OF_BRANCH: usize = 250;

/// Branches that others come from: a new job must not put years of history onto issues.
pub(crate) const PRIMARY: [&str; 4] = ["main", "master", "develop", "trunk"];

/// Where the range begins, and how long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: Start,
    pub(crate) commits: usize,
    /// Only commits that change these count.
    pub(crate) paths: Vec<String>,
    /// Nothing is new since then: a build run again, or the last commit reverted to.
    pub(crate) is_again: bool,
}

/// Behind what the range begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// What the user names.
    Since(String),
    Deployed(String),
    LastSuccess(String),
    /// Where a pull request left its target.
    Target(String),
    Tag(String),
    /// The branch of the release before.
    Release(String),
    /// Nothing has succeeded yet.
    LastBuild(String),
    /// What no other branch has.
    Branch(String),
    /// Where a submodule was before.
    Moved(String),
    /// The same of one that is at an older commit now: what is taken back.
    MovedBack(String),
    /// Only the newest commit, since a submodule was at one that has nothing to do with it.
    Unrelated,
    /// What Jenkins lists stands for it.
    ChangeLog,
    /// Only the newest commit, since this branch has none that no other branch has.
    NoneOfBranch(String),
    /// Only the newest commit, or the merge with what it brought; which may be all there is.
    Newest {
        is_whole: bool,
    },
    /// There is nothing new.
    Nothing,
}

impl Default for Start {
    fn default() -> Self {
        Self::Newest { is_whole: true }
    }
}

impl Range {
    /// For programs.
    pub(crate) fn word(&self) -> &'static str {
        match self.start {
            Start::Since(_) => "since",
            Start::Deployed(_) => "deployed",
            Start::LastSuccess(_) => "last_success",
            Start::Target(_) => "target_branch",
            Start::Tag(_) => "previous_tag",
            Start::Release(_) => "previous_release",
            Start::LastBuild(_) => "last_build",
            Start::Branch(_) => "own_commits_of_branch",
            Start::Moved(_) => "submodule_before",
            Start::MovedBack(_) => "submodule_moved_back",
            Start::ChangeLog => "change_log",
            Start::Unrelated | Start::NoneOfBranch(_) | Start::Newest { .. } => "newest_commit",
            Start::Nothing => "nothing_new",
        }
    }

    /// The commit, branch or tag behind which it begins.
    pub(crate) fn from(&self) -> Option<&str> {
        match &self.start {
            Start::Since(from)
            | Start::Deployed(from)
            | Start::LastSuccess(from)
            | Start::Target(from)
            | Start::Tag(from)
            | Start::Release(from)
            | Start::LastBuild(from)
            | Start::Moved(from)
            | Start::MovedBack(from) => Some(from),
            _ => None,
        }
    }

    /// Whether nobody named the start and Jenkins remembers none, so that people want to know it.
    pub(crate) fn is_told(&self) -> bool {
        matches!(
            self.start,
            Start::Target(_)
                | Start::Tag(_)
                | Start::Release(_)
                | Start::LastBuild(_)
                | Start::Branch(_)
        )
    }

    /// What was searched, as a sentence.
    pub(crate) fn searched(&self) -> String {
        let commits = match self.commits {
            _ if self.is_again => "the newest commit again: nothing is new".to_owned(),
            count => counted(count, "commit"),
        };
        let commits = if self.paths.is_empty() {
            commits
        } else {
            format!("{commits} in {}", self.paths.join(", "))
        };
        let which = match &self.start {
            Start::Since(from) => format!("since {}", short(from)),
            Start::Deployed(id) => format!("since the last deployment ({})", short(id)),
            Start::LastSuccess(id) => format!("since the last successful build ({})", short(id)),
            Start::Target(target) => format!("that {target} does not have"),
            Start::Tag(tag) => format!("since the tag {tag}"),
            Start::Release(branch) => {
                format!("that the release before, {branch}, does not have")
            }
            Start::LastBuild(id) => {
                let searched = format!("searched {commits} since the build of {}", short(id));
                return format!("no build has succeeded yet: {searched}, and its own");
            }
            Start::Branch(branch) => {
                let searched = format!("searched {commits} of {branch}");
                return format!("no earlier build: {searched} that no other branch has");
            }
            Start::Moved(id) => format!("since {}, where the submodule was before", short(id)),
            Start::MovedBack(id) => {
                let back = short(id);
                format!("that the submodule no longer has: it was moved back from {back}")
            }
            Start::ChangeLog => "since those in Jenkins' change log".to_owned(),
            Start::Unrelated | Start::NoneOfBranch(_) | Start::Newest { .. } => {
                return match self.commits {
                    0 | 1 => "searched only the newest commit for issue keys".to_owned(),
                    _ => format!(
                        "searched only the newest commit, a merge, and what it brought ({commits})"
                    ),
                };
            }
            Start::Nothing => return "nothing new was found".to_owned(),
        };
        format!("searched {commits} {which}")
    }
}

/// Behind what a range begins, and its commits.
type Since = (Start, Vec<Commit>);

impl Asked<'_> {
    /// The commits since the first start that is known, and which it was.
    pub(super) fn since_start(&self) -> Result<Since, GitError> {
        let wanted = self.wanted;
        let targets = self.target()?;
        let log = |start: fn(String) -> Start, id: &String| {
            let excluded = [std::slice::from_ref(id), targets.as_slice()].concat();
            Ok((
                start(id.clone()),
                self.repository.log(&self.head, &excluded)?,
            ))
        };
        if let Some(id) = self.id(wanted.since.as_ref()) {
            return log(Start::Since, id);
        }
        let deployed = wanted.deployed.as_ref().filter(|_| wanted.since.is_none());
        if let Some(id) = self.id(deployed) {
            return log(Start::Deployed, id);
        }
        if wanted.is_deployment {
            if let Some(found) = self.since_tag()? {
                return Ok(found);
            }
            if let Some(found) = self.since_release()? {
                return Ok(found);
            }
        }
        // A tag that is built again is no less than the first time.
        let is_again = |id: &&String| wanted.tag.is_some() && **id == self.head;
        let last_success = self.id(wanted.last_success.as_ref());
        if let Some(id) = last_success.filter(|id| !is_again(id)) {
            return log(Start::LastSuccess, id);
        }
        if let Some(name) = wanted.target.as_ref().filter(|_| !targets.is_empty()) {
            let commits = self.repository.log(&self.head, &targets)?;
            return Ok((Start::Target(name.clone()), commits));
        }
        match self.since_tag()? {
            Some(found) => Ok(found),
            None => self.without_success(),
        }
    }

    /// Nothing is known to have succeeded.
    fn without_success(&self) -> Result<Since, GitError> {
        let (wanted, head) = (self.wanted, self.head.as_str());
        let last_build = self.id(wanted.last_build.as_ref());
        let is_tracked = wanted.target.is_some() || wanted.tag.is_some();
        let is_first = last_build.is_some() || wanted.listed.is_empty();
        let mut without_own = None;
        if !is_tracked && !wanted.only_new && is_first {
            match self.of_branch()? {
                Some((branch, commits)) if commits.is_empty() => without_own = Some(branch),
                // What failed before is among it.
                Some((branch, commits)) => return Ok((Start::Branch(branch), commits)),
                None => {}
            }
        }
        if let Some(id) = last_build.filter(|_| !is_tracked) {
            let mut commits = self.repository.log(head, std::slice::from_ref(id))?;
            let own = self.repository.head_commits(id, false)?;
            let seen: HashSet<String> = commits.iter().map(|it| it.id.clone()).collect();
            commits.extend(own.into_iter().filter(|it| !seen.contains(&it.id)));
            commits.truncate(MAX_COMMITS + 1);
            return Ok((Start::LastBuild(id.clone()), commits));
        }
        if wanted.target.is_none() && !wanted.listed.is_empty() {
            let commits = self.repository.with_listed(head, &wanted.listed)?;
            if !commits.is_empty() {
                return Ok((Start::ChangeLog, commits));
            }
        }
        if wanted.only_new {
            return Ok((Start::Nothing, Vec::new()));
        }
        if let Some(branch) = without_own {
            return Ok((Start::NoneOfBranch(branch), Vec::new()));
        }
        // Whether that is all there is, the commit itself says.
        Ok((Start::Newest { is_whole: false }, Vec::new()))
    }

    /// The commits that the target of a pull request is at, whatever the remote is called.
    fn target(&self) -> Result<Vec<String>, GitError> {
        let Some(target) = &self.wanted.target else {
            return Ok(Vec::new());
        };
        let named = self.repository.named(&["refs/remotes", "refs/heads"])?;
        let tips = |is_target: &dyn Fn(&Reference) -> bool| -> Vec<String> {
            let named = named.iter().filter(|it| it.tip != self.head);
            let found = named.filter(|it| is_target(it));
            found.map(|it| it.tip.clone()).collect()
        };
        let of_remotes = tips(&|it| it.of_remote().is_some_and(|(_, branch)| branch == target));
        if !of_remotes.is_empty() {
            return Ok(of_remotes);
        }
        let name = format!("refs/heads/{target}");
        Ok(tips(&|it| it.name == name))
    }

    /// What the tag before the one that is built does not have: the one before in its series that leads to it. Where
    /// branches of releases are never merged back, that may be years old; a later release on such a branch counts then.
    fn since_tag(&self) -> Result<Option<Since>, GitError> {
        let Some(tag) = &self.wanted.tag else {
            return Ok(None);
        };
        let (repository, head) = (self.repository, self.head.as_str());
        let tags = |which: &[&str]| {
            let newest_first = ["--sort=-creatordate", "refs/tags"];
            let tags = repository.named(&[which, &newest_first].concat())?;
            Ok(tags.into_iter().filter(|it| it.tip != head).collect())
        };
        let all: Vec<Reference> = tags(&[])?;
        let older: Vec<Reference> = tags(&[&format!("--merged={head}")])?;
        let older = before(&older, tag, series::previous);
        let near = before(&all, tag, series::lower);
        let is_of_older = |near: &Reference| {
            older.is_some_and(|it| it.tip == near.tip || series::mends(&near.name, &it.name, tag))
        };
        let near = near.filter(|near| !is_of_older(near));
        let near = near.filter(|near| repository.are_related(&near.tip, head));
        let mut ids: Vec<String> = older.iter().map(|it| it.tip.clone()).collect();
        let mut found = match older {
            Some(older) => Some((older, repository.log(head, &ids)?)),
            None => None,
        };
        if let Some(near) = near {
            ids.push(near.tip.clone());
            let commits = repository.log(head, &ids)?;
            let all = found.as_ref().map_or(usize::MAX, |(_, all)| all.len());
            if !commits.is_empty() && commits.len() < all {
                found = Some((near, commits));
            }
        }
        Ok(found.map(|(tag, commits)| (Start::Tag(tag.name.clone()), commits)))
    }

    /// Of the first deployment of a release branch, what the release before does not have.
    fn since_release(&self) -> Result<Option<Since>, GitError> {
        let is_branch = self.wanted.target.is_none() && self.wanted.tag.is_none();
        let Some(branch) = self.wanted.branch.as_ref().filter(|_| is_branch) else {
            return Ok(None);
        };
        let remote = self.repository.named(&["refs/remotes"])?;
        let branches = remote
            .iter()
            .filter_map(|it| Some((it.of_remote()?.1, &it.tip)));
        let branches: Vec<(&str, &String)> = branches.collect();
        let names: Vec<&str> = branches.iter().map(|(name, _)| *name).collect();
        let Some(before) = series::previous_release(branch, &names) else {
            return Ok(None);
        };
        let ids = branches.iter().filter(|(name, _)| *name == before);
        let ids: Vec<String> = ids.map(|(_, id)| (*id).clone()).collect();
        let commits = self.repository.log(&self.head, &ids)?;
        Ok((!commits.is_empty()).then(|| (Start::Release(before.to_owned()), commits)))
    }

    /// What no other branch has, when there are others and it is not too much.
    fn of_branch(&self) -> Result<Option<(String, Vec<Commit>)>, GitError> {
        let of_git = || {
            let branch = self.repository.branch();
            branch.or_else(|| self.repository.remote_branch())
        };
        let Some(own) = self.wanted.branch.clone().or_else(of_git) else {
            return Ok(None);
        };
        let named = self.repository.named(&["refs/remotes"])?;
        let branches = named.iter().filter_map(|it| Some((it.of_remote()?, it)));
        let is_own = |(remote, branch): (&str, &str)| {
            branch == own
                || own.strip_prefix(remote).and_then(|it| it.strip_prefix('/')) == Some(branch)
        };
        let (mine, others): (Vec<_>, Vec<_>) = branches.partition(|(names, _)| is_own(*names));
        let name = mine
            .first()
            .map_or(own.as_str(), |((_, branch), _)| *branch);
        let is_primary = self.wanted.is_primary || PRIMARY.contains(&name);
        if is_primary || others.is_empty() {
            return Ok(None);
        }
        let ids: Vec<String> = others.into_iter().map(|(_, it)| it.tip.clone()).collect();
        let most = MAX_OF_BRANCH + 1;
        let commits = self.repository.log_of(&self.head, &ids, most)?;
        Ok((commits.len() < most).then(|| (name.to_owned(), commits)))
    }
}

/// The one of the tags whose name is chosen.
fn before<'a>(
    tags: &'a [Reference],
    tag: &str,
    choose: for<'b> fn(&str, &[&'b str]) -> Option<&'b str>,
) -> Option<&'a Reference> {
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    let name = choose(tag, &names)?;
    tags.iter().find(|tag| tag.name == name)
}
