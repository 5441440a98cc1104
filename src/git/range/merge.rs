//! Merges at the head of a range: which of their parents are the run's own commits.

use super::super::{Commit, GitError, Repository};

impl Repository<'_> {
    /// The newest commit; for a merge also what it brought in.
    pub(in crate::git) fn head_commits(
        &self,
        head: &str,
        pull_request: bool,
    ) -> Result<Vec<Commit>, GitError> {
        let mut commits = self.log_of(head, &[], 1)?;
        let newest = commits.first().cloned().unwrap_or_default();
        let [first, second] = newest.parents.as_slice() else {
            return Ok(commits);
        };
        if !pull_request {
            return self.log(head, std::slice::from_ref(first));
        }
        // The merge was made by Jenkins or the git server, and the target branch is not here to compare with.
        let tip = pull_request_tip(&newest.message, first, second);
        commits.extend(self.log_of(tip, &[], 1)?);
        Ok(commits)
    }

    /// The pull request's own newest commit, when `head` is a merge that was made for its build alone and that no
    /// branch has: by Jenkins, by GitHub (`refs/pull/7/merge`) or by GitLab (`refs/merge-requests/7/merge`).
    pub(crate) fn merged_for_build(
        &self,
        head: &Commit,
        source: Option<&str>,
        target: Option<&str>,
    ) -> Option<String> {
        let parents = self.named_parents(&head.id);
        let [first, second] = parents.as_slice() else {
            return None;
        };
        let subject = head.message.lines().next()?.trim_end();
        // GitHub names both, also where the clone was cut off just there.
        if subject == format!("Merge {second} into {first}") {
            return Some(second.clone());
        }
        let by_gitlab = source.zip(target);
        let by_gitlab =
            by_gitlab.map(|(source, target)| format!("Merge branch '{source}' into '{target}'"));
        let own = if subject == by_jenkins(second) {
            first
        } else if by_gitlab.as_deref() == Some(subject) {
            second
        } else {
            return None;
        };
        self.resolve(own)
    }
}

/// What Jenkins calls the merge of a pull request with the target's commit.
fn by_jenkins(target: &str) -> String {
    format!("Merge commit '{target}' into HEAD")
}

/// The parent that is the pull request's own commit. Jenkins merges the target into the pull request
/// ("Merge commit '…' into HEAD"), git servers merge the pull request into the target.
pub(crate) fn pull_request_tip<'a>(message: &str, first: &'a str, second: &'a str) -> &'a str {
    if message.trim() == by_jenkins(second) {
        first
    } else {
        second
    }
}
