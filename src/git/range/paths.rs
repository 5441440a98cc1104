//! What of a range changes one part of a repository. `range.rs` and what reads the commits of submodules ask for it.

use std::collections::HashSet;

use super::super::process::MAX_WORD;
use super::super::{Commit, GitError, Repository};

impl Repository<'_> {
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
        let arguments = [
            "diff-tree",
            "-z",
            "--stdin",
            "-r",
            "--root",
            "--name-only",
            "--",
        ];
        let arguments: Vec<&str> = arguments.into_iter().chain(paths).collect();
        let mut process = self.start(&arguments, Some(input.collect()))?;
        let ids: HashSet<&[u8]> = commits.iter().map(|it| it.id.as_bytes()).collect();
        // The id of a commit precedes the files that it changes, if there are any. These are not held: a commit that
        // imports a library changes thousands.
        let mut touching = HashSet::new();
        while let Some(word) = process.word(MAX_WORD)? {
            if ids.contains(word.as_slice()) {
                touching.insert(word);
            }
        }
        let is_touching = |commit: &Commit| touching.contains(commit.id.as_bytes());
        Ok(commits.into_iter().filter(is_touching).collect())
    }

    /// Those of the paths that a commit does not have; of patterns nothing is known.
    pub(super) fn unknown_paths(&self, commit: &str, paths: &[String]) -> Vec<String> {
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
}
