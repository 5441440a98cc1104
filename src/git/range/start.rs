//! Where the range of a run begins: the first of some that is known. `git::commits` asks, and people read the words.

use std::collections::HashSet;

use super::{Asked, MAX_COMMITS};
use crate::domain::revision::short;
use crate::domain::series;
use crate::git::{Commit, GitError, Repository};
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
    Unrelated(String),
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
            Start::Unrelated(_) | Start::NoneOfBranch(_) | Start::Newest { .. } => "newest_commit",
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
            Start::Branch(_)
            | Start::Unrelated(_)
            | Start::ChangeLog
            | Start::NoneOfBranch(_)
            | Start::Newest { .. }
            | Start::Nothing => None,
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
        match &self.start {
            Start::Since(from) => format!("searched {commits} since {}", short(from)),
            Start::Deployed(id) => {
                format!(
                    "searched {commits} since the last deployment ({})",
                    short(id)
                )
            }
            Start::LastSuccess(id) => format!(
                "searched {commits} since the last successful build ({})",
                short(id)
            ),
            Start::Target(target) => format!("searched {commits} that {target} does not have"),
            Start::Tag(tag) => format!("searched {commits} since the tag {tag}"),
            Start::Release(branch) => {
                format!("searched {commits} that the release before, {branch}, does not have")
            }
            Start::LastBuild(id) => format!(
                "no build has succeeded yet: searched {commits} since the build of {}, and its own",
                short(id)
            ),
            Start::Branch(branch) => {
                format!("no earlier build: searched {commits} of {branch} that no other branch has")
            }
            Start::Moved(id) => {
                format!(
                    "searched {commits} since {}, where the submodule was before",
                    short(id)
                )
            }
            Start::MovedBack(id) => format!(
                "searched {commits} that the submodule no longer has: it was moved back from {}",
                short(id)
            ),
            Start::ChangeLog => format!("searched {commits} since those in Jenkins' change log"),
            Start::Unrelated(_) | Start::NoneOfBranch(_) | Start::Newest { .. }
                if self.commits > 1 =>
            {
                format!("searched only the newest commit, a merge, and what it brought ({commits})")
            }
            Start::Unrelated(_) | Start::NoneOfBranch(_) | Start::Newest { .. } => {
                "searched only the newest commit for issue keys".to_owned()
            }
            Start::Nothing => "nothing new was found".to_owned(),
        }
    }
}

/// A branch or tag, and the commit that it is at.
struct Named {
    /// Without `refs/tags/`, or the whole of another.
    name: String,
    id: String,
}

impl Named {
    /// The remote and the branch; nothing for what is no branch of a server.
    fn of_remote(&self) -> Option<(&str, &str)> {
        let remote = self.name.strip_prefix("refs/remotes/")?.split_once('/')?;
        let is_request = |name: &str| {
            let upper = name.to_ascii_uppercase();
            ["PR-", "MR-", "PR/", "PULL/", "MERGE-REQUESTS/"]
                .iter()
                .any(|start| {
                    let number = upper.strip_prefix(start);
                    number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
                })
        };
        (remote.1 != "HEAD" && !is_request(remote.1)).then_some(remote)
    }
}

impl Asked<'_> {
    /// The commits since the first start that is known, and which it was.
    pub(super) fn since_start(&self) -> Result<(Start, Vec<Commit>), GitError> {
        let (wanted, known) = (self.wanted, self.known);
        let target = self.target()?;
        let targets: Vec<String> = target.iter().flat_map(|(_, ids)| ids.clone()).collect();
        let log = |start: Start, id: &str| {
            let excluded = [&[id.to_owned()], targets.as_slice()].concat();
            Ok((start, self.repository.log(self.head, &excluded)?))
        };
        if let Some(id) = known.id(wanted.since.as_ref()) {
            return log(Start::Since(id.clone()), id);
        }
        let deployed = wanted.deployed.as_ref().filter(|_| wanted.since.is_none());
        if let Some(id) = known.id(deployed) {
            return log(Start::Deployed(id.clone()), id);
        }
        if wanted.is_deployment {
            if let Some((tag, commits)) = self.since_tag()? {
                return Ok((Start::Tag(tag), commits));
            }
            if let Some((branch, commits)) = self.since_release()? {
                return Ok((Start::Release(branch), commits));
            }
        }
        // A tag that is built again is no less than the first time.
        let is_again = |id: &&String| wanted.tag.is_some() && *id == self.head;
        let last_success = known.id(wanted.last_success.as_ref());
        if let Some(id) = last_success.filter(|id| !is_again(id)) {
            return log(Start::LastSuccess(id.clone()), id);
        }
        if let Some((name, ids)) = target {
            return Ok((Start::Target(name), self.repository.log(self.head, &ids)?));
        }
        if let Some((tag, commits)) = self.since_tag()? {
            return Ok((Start::Tag(tag), commits));
        }
        self.without_success()
    }

    /// Nothing is known to have succeeded.
    fn without_success(&self) -> Result<(Start, Vec<Commit>), GitError> {
        let (wanted, head) = (self.wanted, self.head);
        let last_build = self.known.id(wanted.last_build.as_ref());
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

    /// The target of a pull request with the commits that it is at, whatever the remote is called.
    fn target(&self) -> Result<Option<(String, Vec<String>)>, GitError> {
        let Some(target) = &self.wanted.target else {
            return Ok(None);
        };
        let named = self.repository.named(&["refs/remotes", "refs/heads"])?;
        let named = named.into_iter().filter(|it| it.id != self.head);
        let (remote, local): (Vec<Named>, Vec<Named>) =
            named.partition(|it| it.name.starts_with("refs/remotes/"));
        let of_remote = remote.into_iter().filter(|it| {
            let branch = it.of_remote().map(|(_, branch)| branch);
            branch == Some(target)
        });
        let of_remote: Vec<Named> = of_remote.collect();
        let name = format!("refs/heads/{target}");
        let of_clone = local.into_iter().filter(|it| it.name == name);
        let found = if of_remote.is_empty() {
            of_clone.collect()
        } else {
            of_remote
        };
        let ids: Vec<String> = found.into_iter().map(|it| it.id).collect();
        Ok((!ids.is_empty()).then(|| (target.clone(), ids)))
    }

    /// What the tag before the one that is built does not have: the one before in its series that leads to it. Where
    /// branches of releases are never merged back, that may be years old; a later release on such a branch counts then.
    fn since_tag(&self) -> Result<Option<(String, Vec<Commit>)>, GitError> {
        let Some(tag) = &self.wanted.tag else {
            return Ok(None);
        };
        let repository = self.repository;
        let all = self.tags(&["--sort=-creatordate", "refs/tags"])?;
        let merged = format!("--merged={}", self.head);
        let older = self.tags(&["--sort=-creatordate", &merged, "refs/tags"])?;
        let older = before(&older, |names| series::previous(tag, names));
        let near = before(&all, |names| series::lower(tag, names));
        let is_of_older = |near: &Named| {
            older.is_some_and(|it| it.id == near.id || series::mends(&near.name, &it.name, tag))
        };
        let near = near.filter(|near| !is_of_older(near));
        let near = near.filter(|near| repository.are_related(&near.id, self.head));
        let mut since = None;
        if let Some(older) = older {
            let commits = repository.log(self.head, std::slice::from_ref(&older.id))?;
            since = Some((older.name.clone(), commits));
        }
        if let Some(near) = near {
            let ids: Vec<String> = older
                .into_iter()
                .chain([near])
                .map(|it| it.id.clone())
                .collect();
            let commits = repository.log(self.head, &ids)?;
            let has_fewer = since
                .as_ref()
                .is_none_or(|(_, all)| commits.len() < all.len());
            if has_fewer && !commits.is_empty() {
                since = Some((near.name.clone(), commits));
            }
        }
        Ok(since)
    }

    /// These tags, but for those of the commit that is built.
    fn tags(&self, selection: &[&str]) -> Result<Vec<Named>, GitError> {
        let tags = self.repository.named(selection)?.into_iter();
        Ok(tags.filter(|it| it.id != self.head).collect())
    }

    /// Of the first deployment of a release branch, what the release before does not have.
    fn since_release(&self) -> Result<Option<(String, Vec<Commit>)>, GitError> {
        let is_branch = self.wanted.target.is_none() && self.wanted.tag.is_none();
        let Some(branch) = self.wanted.branch.as_ref().filter(|_| is_branch) else {
            return Ok(None);
        };
        let refs = self.repository.named(&["refs/remotes"])?;
        let of_remote = refs
            .iter()
            .filter_map(|it| Some((it.of_remote()?.1, &it.id)));
        let branches: Vec<(&str, &String)> = of_remote.collect();
        let names: Vec<&str> = branches.iter().map(|(name, _)| *name).collect();
        let Some(before) = series::previous_release(branch, &names) else {
            return Ok(None);
        };
        let ids = branches.iter().filter(|(name, _)| *name == before);
        let ids: Vec<String> = ids.map(|(_, id)| (*id).clone()).collect();
        let commits = self.repository.log(self.head, &ids)?;
        Ok((!commits.is_empty()).then(|| (before.to_owned(), commits)))
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
        let ids: Vec<String> = others.into_iter().map(|(_, it)| it.id.clone()).collect();
        let most = MAX_OF_BRANCH + 1;
        let commits = self.repository.log_of(self.head, &ids, most)?;
        Ok((commits.len() < most).then(|| (name.to_owned(), commits)))
    }
}

/// The one of the tags whose name is chosen.
fn before<'a>(
    tags: &'a [Named],
    choose: impl for<'b> Fn(&[&'b str]) -> Option<&'b str>,
) -> Option<&'a Named> {
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    let name = choose(&names)?;
    tags.iter().find(|tag| tag.name == name)
}

impl Repository<'_> {
    /// Branches or tags; `selection` says which.
    fn named(&self, selection: &[&str]) -> Result<Vec<Named>, GitError> {
        let format = "--format=%(refname) %(objectname) %(*objectname)";
        let output = self.run(&[&["for-each-ref", format], selection].concat())?;
        let named = output.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let (name, id) = (words.next()?, words.next()?);
            // An annotated tag has an id of its own.
            let commit = words.next().filter(|id| !id.is_empty()).unwrap_or(id);
            Some(Named {
                name: name.strip_prefix("refs/tags/").unwrap_or(name).to_owned(),
                id: commit.to_owned(),
            })
        });
        Ok(named.collect())
    }
}
