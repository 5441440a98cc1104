//! The references of a repository, and what only some of them lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::history::revisions;
use super::{GitError, Repository};
use crate::ordered::ordered;

/// Most tips that references are asked for.
const MAX_COMPARED: usize = 100;

/// A branch or tag, and the commit that it is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) name: String,
    pub(crate) tip: String,
}

impl Reference {
    /// The remote and the branch; nothing for what is no branch of a server.
    pub(super) fn of_remote(&self) -> Option<(&str, &str)> {
        let (remote, branch) = self.name.strip_prefix("refs/remotes/")?.split_once('/')?;
        let upper = branch.to_ascii_uppercase();
        let mut requests = ["PR-", "MR-", "PR/", "PULL/", "MERGE-REQUESTS/"].iter();
        let is_request = requests.any(|start| {
            let number = upper.strip_prefix(start);
            number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        });
        (branch != "HEAD" && !is_request).then_some((remote, branch))
    }
}

impl Repository<'_> {
    /// Branches or tags; `selection` says which. Their names are whole, but for those of tags.
    pub(super) fn named(&self, selection: &[&str]) -> Result<Vec<Reference>, GitError> {
        let format = "--format=%(refname) %(objectname) %(*objectname)";
        let output = self.run(&[&["for-each-ref", format], selection].concat())?;
        let named = output.lines().filter_map(|line| {
            let (name, ids) = line.split_once(' ')?;
            // An annotated tag has an id of its own.
            let tip = ids.split_whitespace().last()?;
            Some(Reference {
                name: name.strip_prefix("refs/tags/").unwrap_or(name).to_owned(),
                tip: tip.to_owned(),
            })
        });
        Ok(named.collect())
    }

    /// The newest commit of a branch as it was last fetched, or of the repository's own branch if it has no remotes.
    pub(crate) fn branch_tip(&self, name: &str) -> Option<String> {
        let place = self.remote().map_or_else(
            || "refs/heads".to_owned(),
            |remote| format!("refs/remotes/{remote}"),
        );
        self.resolve(&format!("{place}/{name}"))
    }

    /// The branch that a server shows first: what it was called when it was cloned, or is in a bare repository.
    pub(crate) fn default_branch(&self) -> Option<String> {
        let Some(remote) = self.remote() else {
            return self.branch().filter(|_| self.is_bare());
        };
        let head = format!("refs/remotes/{remote}/HEAD");
        let branch = self.line(&["symbolic-ref", "--quiet", &head])?;
        let branch = branch.strip_prefix(&format!("refs/remotes/{remote}/"))?;
        Some(branch.to_owned())
    }

    /// The parents that a commit names, whether or not they were cut off when the repository was cloned.
    pub(crate) fn named_parents(&self, id: &str) -> Vec<String> {
        let commit = self.run(&["cat-file", "commit", id]).unwrap_or_default();
        let head = commit.lines().take_while(|line| !line.is_empty());
        let parents = head.filter_map(|line| line.strip_prefix("parent "));
        parents.map(ToOwned::to_owned).collect()
    }

    /// Whether a commit merges one of these branches, as they were fetched with it, with something else: such a merge was
    /// made for a build alone. The branch's own newest commit.
    pub(crate) fn merged_beyond(&self, head: &str, branches: &[String]) -> Option<String> {
        let parents = self.named_parents(head);
        let tips = branches.iter().filter_map(|name| self.branch_tip(name));
        let mut tips = tips.filter(|tip| tip != head && parents.contains(tip));
        tips.next().filter(|_| parents.len() == 2)
    }

    /// Whether every branch of the server is here, as of the last fetch.
    pub(crate) fn fetches_all_branches(&self) -> bool {
        let Some(remote) = self.remote() else {
            return true;
        };
        let name = format!("remote.{remote}.fetch");
        let refspecs = self.run(&["config", "--get-all", &name]);
        refspecs.is_ok_and(|refspecs| {
            let mut sources = refspecs.lines().filter_map(|line| line.split(':').next());
            sources.any(|it| matches!(it.trim_start_matches('+'), "refs/heads/*" | "refs/*"))
        })
    }

    /// Who wrote what these commits have merged, by their ids: the author of the second parent, else of the commit.
    pub(crate) fn merged_authors(
        &self,
        commits: &[String],
    ) -> Result<BTreeMap<String, (String, String)>, GitError> {
        if commits.is_empty() {
            return Ok(BTreeMap::new());
        }
        let parents = self.parents(commits)?;
        let written = commits.iter().map(|commit| {
            let second = parents.get(commit).and_then(|ids| ids.get(1));
            second.unwrap_or(commit).clone()
        });
        let written: Vec<String> = written.collect();
        let format = "--format=%H%x00%aN%x00%aE%x00";
        let arguments = ["log", "--no-walk=unsorted", format, "--no-color", "--stdin"];
        let mut process = self.start(&arguments, Some(revisions(&written, &[])))?;
        let mut by_id = BTreeMap::new();
        while let (Some(id), Some(name), Some(email)) =
            (process.text()?, process.text()?, process.text()?)
        {
            by_id.insert(id.trim_start().to_owned(), (name, email));
        }
        let authors = commits.iter().zip(&written);
        let authors = authors.filter_map(|(it, id)| Some((it.clone(), by_id.get(id)?.clone())));
        Ok(authors.collect())
    }

    /// What does not count as new: these older commits, and what any other branch or tag leads to.
    ///
    /// `is_other` says by their full names which those are; those that have one of `moved` are not:
    /// a later push may have brought it there, before this one was looked at.
    pub(crate) fn not_new(
        &self,
        older: Vec<String>,
        moved: &[String],
        is_other: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, GitError> {
        let mut excluded = older;
        let others = self.tips_of(&["refs/heads", "refs/tags"], &is_other)?;
        let moved = &moved[..moved.len().min(MAX_COMPARED)];
        let own = self.beyond(moved, &others)?;
        // Nearly always another push has not come to them yet. To ask all references whether they have one takes long.
        let shared = moved.iter().filter(|tip| !own.contains(*tip));
        let lacking: Vec<String> = shared.map(|tip| format!("--no-contains={tip}")).collect();
        if lacking.is_empty() {
            excluded.extend(others);
        } else {
            let lacking: Vec<&str> = lacking.iter().map(String::as_str).collect();
            let branches = [&lacking[..], &["refs/heads"]].concat();
            excluded.extend(self.tips_of(&branches, &is_other)?);
            // Where there are thousands, this way of asking is faster.
            let tags = [&["tag", "--no-column"], &lacking[..]].concat();
            excluded.extend(self.listed_tips(&tags, &is_other)?);
        }
        excluded.sort_unstable();
        excluded.dedup();
        Ok(excluded)
    }

    /// What the references that are selected lead to, but for those whose full names are not wanted.
    pub(crate) fn tips_of(
        &self,
        selection: &[&str],
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, GitError> {
        self.listed_tips(&[&["for-each-ref"], selection].concat(), is_wanted)
    }

    /// The same, of a command that lists references.
    fn listed_tips(
        &self,
        command: &[&str],
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, GitError> {
        let format = "--format=%(objectname) %(refname)%00";
        let mut process = self.start(&[command, &[format]].concat(), None)?;
        let mut tips = Vec::new();
        while let Some(reference) = process.text()? {
            let names = reference.trim_start().split_once(' ');
            let wanted = names.filter(|(_, name)| is_wanted(name));
            tips.extend(wanted.map(|(id, _)| id.to_owned()));
        }
        Ok(tips)
    }

    /// Those of the tips to which none of the others leads.
    pub(crate) fn beyond(
        &self,
        tips: &[String],
        others: &[String],
    ) -> Result<BTreeSet<String>, GitError> {
        let mut left: BTreeSet<&str> = ordered(tips.iter().map(String::as_str));
        let mut beyond = BTreeSet::new();
        if left.is_empty() {
            return Ok(beyond);
        }
        let arguments = ["log", "-z", "--format=%H", "--no-color", "--stdin"];
        let mut process = self.start(&arguments, Some(revisions(tips, others)))?;
        while !left.is_empty()
            && let Some(id) = process.text()?
        {
            if left.remove(id.as_str()) {
                beyond.insert(id);
            }
        }
        Ok(beyond)
    }
}
