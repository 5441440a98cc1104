//! The references of a repository, and what only some of them lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Walk, Walked};
use super::process::{MAX_WORD, text};
use super::{GitError, LOG, Repository};

/// Most tips that references are asked for.
const MAX_COMPARED: usize = 100;

impl Repository<'_> {
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
        commits: &[&str],
    ) -> Result<BTreeMap<String, (String, String)>, GitError> {
        if commits.is_empty() {
            return Ok(BTreeMap::new());
        }
        let parents = self.parents(commits)?;
        let second = |commit: &str| parents.get(commit).and_then(|ids| ids.get(1)).cloned();
        let written: Vec<String> = commits
            .iter()
            .map(|commit| second(commit).unwrap_or_else(|| (*commit).to_owned()))
            .collect();
        let format = "--format=%aN%x00%aE%x00";
        let arguments = ["log", "--no-walk=unsorted", format, "--no-color", "--stdin"];
        let mut process = self.start(&arguments, Some(written.join("\n") + "\n"))?;
        let mut authors = BTreeMap::new();
        let mut seen = BTreeSet::new();
        // Git says each commit once.
        let distinct = written.iter().filter(|id| seen.insert(id.as_str()));
        let mut by_id = BTreeMap::new();
        for id in distinct {
            let Some(name) = process.word(MAX_WORD)? else {
                break;
            };
            let email = process.word(MAX_WORD)?.unwrap_or_default();
            by_id.insert(id, (text(&name).trim().to_owned(), text(&email)));
        }
        for (commit, id) in commits.iter().zip(&written) {
            let author = by_id.get(id).cloned();
            authors.extend(author.map(|author| ((*commit).to_owned(), author)));
        }
        Ok(authors)
    }

    /// The commits that these lead to, and neither these older ones nor any other branch or tag.
    ///
    /// `changed` are the full names of the references that do not count; those that have one of `moved` do not either:
    /// a later push may have brought it there, before this one was looked at.
    pub(crate) fn only_in(
        &self,
        tips: Vec<String>,
        older: Vec<String>,
        moved: &[String],
        changed: impl Fn(&str) -> bool,
    ) -> Result<Walked, GitError> {
        let mut excluded = older;
        let others = self.tips_of(&["refs/heads", "refs/tags"], |name| !changed(name))?;
        let moved = &moved[..moved.len().min(MAX_COMPARED)];
        let own = self.beyond(moved, others.clone())?;
        // Nearly always another push has not come to them yet. To ask all references whether they have one takes long.
        let shared = moved.iter().filter(|tip| !own.contains(*tip));
        let lacking: Vec<String> = shared.map(|tip| format!("--no-contains={tip}")).collect();
        if lacking.is_empty() {
            excluded.extend(others);
        } else {
            let lacking: Vec<&str> = lacking.iter().map(String::as_str).collect();
            let branches = [&lacking[..], &["refs/heads"]].concat();
            excluded.extend(self.tips_of(&branches, |name| !changed(name))?);
            // Where there are thousands, this way of asking is faster.
            let tags = [&["tag", "--no-column"], &lacking[..]].concat();
            excluded.extend(self.listed_tips(&tags, |name| !changed(name))?);
        }
        excluded.sort_unstable();
        excluded.dedup();
        Ok(Walked { tips, excluded })
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
        while let Some(reference) = process.word(MAX_WORD)? {
            let reference = text(&reference);
            let names = reference.trim_start().split_once(' ');
            let wanted = names.filter(|(_, name)| is_wanted(name));
            tips.extend(wanted.map(|(id, _)| id.to_owned()));
        }
        process.finish()?;
        Ok(tips)
    }

    /// Those of the tips to which none of the others leads.
    pub(crate) fn beyond(
        &self,
        tips: &[String],
        others: Vec<String>,
    ) -> Result<BTreeSet<String>, GitError> {
        let mut left: BTreeSet<&str> = tips.iter().map(String::as_str).collect();
        let mut beyond = BTreeSet::new();
        let walked = Walked {
            tips: tips.to_vec(),
            excluded: others,
        };
        if left.is_empty() {
            return Ok(beyond);
        }
        let arguments = ["log", "-z", "--format=%H", "--no-color", "--stdin"];
        let mut process = self.start(&arguments, Some(walked.input()))?;
        while let Some(id) = process.word(MAX_WORD)? {
            let id = text(&id);
            if left.remove(id.as_str()) {
                beyond.insert(id);
            }
            if left.is_empty() {
                return Ok(beyond);
            }
        }
        process.finish()?;
        Ok(beyond)
    }

    /// The commits themselves, without what leads to them, in their order; each with its whole message.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn each(&self, ids: &[String]) -> Result<Walk<'_>, GitError> {
        if ids.is_empty() {
            return Ok(Walk::none());
        }
        let arguments = [&LOG[..], &["--no-walk=unsorted", "--stdin"]].concat();
        let mut input = ids.join("\n");
        input.push('\n');
        Ok(Walk::of(self.start(&arguments, Some(input))?))
    }
}
