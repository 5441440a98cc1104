//! Commits, branches and pull requests as Jira takes them, from what git and Jenkins know. Pure; whoever fills a batch
//! makes them here.

use crate::domain::association::{Associations, IssueId, OtherAssociations};
use crate::domain::entity_ids::EntityId;
use crate::domain::hosting::Hosting;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::{Line, LongText};
use crate::domain::timestamp::Timestamp;
use crate::git::{ChangedFile, Details};
use crate::jira::dev_info::{
    Author, Branch, ChangeType, Commit, File, Flag, Issues, PullRequest, PullRequestStatus,
};
use crate::outbox::OpenRequest;

/// Digits of a commit's id that people see.
const SHORT: usize = 7;

/// Most lines of a file, a 32-bit number with a sign there.
const MAX_LINES: u32 = i32::MAX.unsigned_abs();

/// Makes the entities of one repository.
pub(super) struct Maker<'a> {
    pub(super) hosting: &'a Hosting,
    /// Only a place for the number that the whole request gets when it is sent.
    pub(super) sequence: SequenceNumber,
    /// Issues that every entity belongs to besides those that it names.
    pub(super) issue_ids: Vec<IssueId>,
}

/// A pull request as options and Jenkins have it.
#[derive(Clone, Debug)]
pub(super) struct PullRequestFacts {
    pub(super) number: String,
    pub(super) status: PullRequestStatus,
    /// All else, as it is remembered.
    pub(super) request: OpenRequest,
}

impl Maker<'_> {
    pub(super) fn commit(&self, details: &Details, keys: &[IssueKey]) -> Commit {
        self.with_issues(details, self.associations(keys))
    }

    /// A branch with its newest commit; nothing without an issue key, which Jira requires of the commit.
    pub(super) fn branch(
        &self,
        name: &str,
        last: &Details,
        keys: &[IssueKey],
        keys_of_last: &[IssueKey],
    ) -> Option<Branch> {
        let keys = if keys.is_empty() { keys_of_last } else { keys };
        let keys_of_last = if keys_of_last.is_empty() {
            keys
        } else {
            keys_of_last
        };
        if keys.is_empty() {
            return None;
        }
        Some(Branch {
            id: EntityId::of(name),
            issues: self.associations(keys)?,
            update_sequence_id: self.sequence,
            name: LongText::of_line(name, "\u{FFFD}"),
            last_commit: self.with_issues(last, Some(Issues::IssueKeys(keys_of_last.to_vec()))),
            create_pull_request_url: self.hosting.create_pull_request(name),
            url: self.hosting.branch(name),
        })
    }

    pub(super) fn pull_request(&self, facts: &PullRequestFacts, keys: &[IssueKey]) -> PullRequest {
        let (number, request) = (facts.number.as_str(), &facts.request);
        let name = self.hosting.pull_request_name(number);
        let title = request.title.as_deref().unwrap_or_default();
        let page = |branch: &str| self.hosting.branch(branch);
        let url = || request.url.as_deref()?.parse().ok();
        let target = request.target.as_deref();
        let line = |text: &Option<String>| text.as_deref().and_then(Line::optional);
        PullRequest {
            id: EntityId::of(number),
            issues: self.associations(keys),
            update_sequence_id: self.sequence,
            status: facts.status,
            title: LongText::of_line(title, &format!("Pull request {number}")),
            author: Author {
                name: line(&request.author_name),
                email: line(&request.author_email),
            },
            comment_count: 0,
            source_branch: Line::required(&request.source),
            source_branch_url: (!request.is_from_fork).then(|| page(&request.source)),
            last_update: Timestamp::from_millisecond(request.at),
            destination_branch: target.and_then(Line::optional),
            destination_branch_url: target.map(page),
            url: url().unwrap_or_else(|| self.hosting.pull_request(number)),
            display_id: Line::required(&name),
        }
    }

    /// Nothing rather than an empty block, for which Jira refuses the whole request.
    fn associations(&self, keys: &[IssueKey]) -> Option<Issues> {
        let others = OtherAssociations {
            issue_ids: self.issue_ids.clone(),
            ..OtherAssociations::default()
        };
        let (associations, _) = Associations::new(&mut keys.iter(), &others);
        (!associations.is_empty()).then_some(Issues::Associations(associations))
    }

    fn with_issues(&self, details: &Details, issues: Option<Issues>) -> Commit {
        let id = details.id.as_str();
        let file = |file: &ChangedFile| self.file(details, file);
        let short: String = id.chars().take(SHORT).collect();
        Commit {
            id: EntityId::of(id),
            issues,
            update_sequence_id: self.sequence,
            flags: if details.parents.len() > 1 {
                vec![Flag::MergeCommit]
            } else {
                Vec::new()
            },
            message: LongText::of_lines(&details.message, "(no message)"),
            author: Author {
                name: Line::optional(&details.author_name),
                email: Line::optional(&details.author_email),
            },
            file_count: u32::try_from(details.file_count)
                .unwrap_or(MAX_LINES)
                .min(MAX_LINES),
            url: self.hosting.commit(id),
            files: details.files.iter().map(file).collect(),
            author_timestamp: details.author_time,
            display_id: Line::required(&short),
        }
    }

    fn file(&self, details: &Details, file: &ChangedFile) -> File {
        // What was deleted is found in the commit before.
        let before = details.parents.first();
        let before = before.filter(|_| file.change == 'D');
        let commit = before.unwrap_or(&details.id);
        File {
            path: LongText::of_lines(&String::from_utf8_lossy(&file.path), "\u{FFFD}"),
            url: self.hosting.file(commit, &file.path),
            change_type: match file.change {
                'A' => ChangeType::Added,
                'C' => ChangeType::Copied,
                'D' => ChangeType::Deleted,
                'M' | 'T' => ChangeType::Modified,
                'R' => ChangeType::Moved,
                _ => ChangeType::Unknown,
            },
            lines_added: file.lines_added.min(MAX_LINES),
            lines_removed: file.lines_removed.min(MAX_LINES),
        }
    }
}

#[cfg(test)]
mod tests;
