//! Commits, branches and pull requests as Jira takes them, from what git and Jenkins know. Pure.

use crate::domain::association::{Associations, IssueId, Others};
use crate::domain::entity_ids::EntityId;
use crate::domain::hosting::Hosting;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::{Line, LongText};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::git::{Change, ChangedFile, Details};
use crate::jira::dev_info::{
    Author, Branch, ChangeType, Commit, File, Flag, Issues, PullRequest, PullRequestStatus,
};

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
    pub(super) url: Option<WebUrl>,
    pub(super) title: Option<String>,
    pub(super) author_name: Option<String>,
    pub(super) author_email: Option<String>,
    pub(super) source: String,
    pub(super) target: Option<String>,
    pub(super) is_from_fork: bool,
    pub(super) status: PullRequestStatus,
    pub(super) updated: Timestamp,
}

impl Maker<'_> {
    pub(super) fn commit(&self, details: &Details, keys: &[IssueKey]) -> Commit {
        self.with_issues(details, self.associations(keys))
    }

    /// A branch with its newest commit; nothing without an issue key, which Jira wants of the commit.
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
            id: EntityId::of_branch(name),
            issues: self.associations(keys)?,
            update_sequence_id: self.sequence,
            name: LongText::of_line(name, "\u{FFFD}"),
            last_commit: self.with_issues(last, Some(Issues::IssueKeys(keys_of_last.to_vec()))),
            create_pull_request_url: self.hosting.create_pull_request(name),
            url: self.hosting.branch(name),
        })
    }

    pub(super) fn pull_request(&self, facts: &PullRequestFacts, keys: &[IssueKey]) -> PullRequest {
        let number = facts.number.as_str();
        let name = self.hosting.pull_request_name(number);
        let title = facts.title.as_deref().unwrap_or_default();
        let page = |branch: &str| self.hosting.branch(branch);
        let target = facts.target.as_deref();
        let line = |text: &Option<String>| text.as_deref().and_then(Line::optional);
        PullRequest {
            id: EntityId::of_pull_request(number),
            issues: self.associations(keys),
            update_sequence_id: self.sequence,
            status: facts.status,
            title: LongText::of_line(title, &format!("Pull request {number}")),
            author: Author {
                name: line(&facts.author_name),
                email: line(&facts.author_email),
            },
            comment_count: 0,
            source_branch: Line::required(&facts.source),
            source_branch_url: (!facts.is_from_fork).then(|| page(&facts.source)),
            last_update: facts.updated,
            destination_branch: target.and_then(Line::optional),
            destination_branch_url: target.map(page),
            url: facts
                .url
                .clone()
                .unwrap_or_else(|| self.hosting.pull_request(number)),
            display_id: Line::required(&name),
        }
    }

    /// Nothing rather than an empty block, for which Jira refuses the whole request.
    fn associations(&self, keys: &[IssueKey]) -> Option<Issues> {
        let others = Others {
            issue_ids: self.issue_ids.clone(),
            ..Others::default()
        };
        let (associations, _) = Associations::new(keys, &others);
        (!associations.is_empty()).then_some(Issues::Associations(associations))
    }

    fn with_issues(&self, details: &Details, issues: Option<Issues>) -> Commit {
        let id = details.id.as_str();
        let file = |file: &ChangedFile| self.file(details, file);
        let short: String = id.chars().take(SHORT).collect();
        Commit {
            id: EntityId::of_commit(id),
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
        let before = before.filter(|_| file.change == Change::Deleted);
        let commit = before.unwrap_or(&details.id);
        File {
            path: LongText::of_lines(&String::from_utf8_lossy(&file.path), "\u{FFFD}"),
            url: self.hosting.file(commit, &file.path),
            change_type: match file.change {
                Change::Added => ChangeType::Added,
                Change::Copied => ChangeType::Copied,
                Change::Deleted => ChangeType::Deleted,
                Change::Modified => ChangeType::Modified,
                Change::Moved => ChangeType::Moved,
                Change::Unknown => ChangeType::Unknown,
            },
            lines_added: file.lines_added.min(MAX_LINES),
            lines_removed: file.lines_removed.min(MAX_LINES),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Change, ChangedFile, Details, Maker, PullRequestFacts, PullRequestStatus};
    use crate::domain::hosting::{CloneUrl, Hosting};
    use crate::domain::issue_key::IssueKey;
    use crate::domain::sequence::SequenceNumber;
    use crate::domain::timestamp::Timestamp;

    const HASH: &str = "a7727ee6350c33cdf90826dc21abaa26a5704370";

    fn hosting() -> Hosting {
        let clone = CloneUrl::parse("git@git.example.com:acme/shop.git").unwrap();
        Hosting::of_clone(&clone, None).unwrap()
    }

    fn maker(hosting: &Hosting) -> Maker<'_> {
        Maker {
            hosting,
            sequence: SequenceNumber::new(7),
            issue_ids: Vec::new(),
        }
    }

    fn keys(names: &[&str]) -> Vec<IssueKey> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn details() -> Details {
        Details {
            id: HASH.to_owned(),
            parents: vec!["b".repeat(40)],
            author_name: "Ada".to_owned(),
            author_email: "ada@example.com".to_owned(),
            author_time: Timestamp::from_second(1_767_225_600),
            message: "ABC-1 fix\n\nbody\n".to_owned(),
            file_count: 12,
            files: vec![
                ChangedFile {
                    path: b"src/main.rs".to_vec(),
                    change: Change::Modified,
                    lines_added: 3,
                    lines_removed: u32::MAX,
                },
                ChangedFile {
                    path: b"old\xFF".to_vec(),
                    change: Change::Deleted,
                    lines_added: 0,
                    lines_removed: 0,
                },
            ],
        }
    }

    fn commit(issues: &Value) -> Value {
        let mut commit = json!({
            "id": HASH,
            "updateSequenceId": 7,
            "message": "ABC-1 fix\n\nbody",
            "author": {"name": "Ada", "email": "ada@example.com"},
            "fileCount": 12,
            "url": format!("https://git.example.com/acme/shop/commit/{HASH}"),
            "files": [
                {
                    "path": "src/main.rs",
                    "url": format!("https://git.example.com/acme/shop/blob/{HASH}/src/main.rs"),
                    "changeType": "MODIFIED",
                    "linesAdded": 3,
                    "linesRemoved": i32::MAX,
                },
                {
                    "path": "old\u{FFFD}",
                    "url": format!("https://git.example.com/acme/shop/blob/{}/old%FF", "b".repeat(40)),
                    "changeType": "DELETED",
                    "linesAdded": 0,
                    "linesRemoved": 0,
                },
            ],
            "authorTimestamp": "2026-01-01T00:00:00.000Z",
            "displayId": "a7727ee",
        });
        for (name, value) in issues.as_object().unwrap() {
            commit[name] = value.clone();
        }
        commit
    }

    fn associations(names: &[&str]) -> Value {
        json!([{"associationType": "issueIdOrKeys", "values": names}])
    }

    #[test]
    fn a_commit_has_all_that_git_knows() {
        let hosting = hosting();
        let maker = maker(&hosting);
        let found = json!(maker.commit(&details(), &keys(&["ABC-1"])));
        assert_eq!(
            found,
            commit(&json!({"associations": associations(&["ABC-1"])}))
        );
        let without = json!(maker.commit(&details(), &[]));
        assert_eq!(without, commit(&json!({})));
    }

    /// What is required is there, and what is optional and unknown is not.
    #[test]
    fn a_commit_of_nobody_with_nothing_is_complete() {
        let nobody = Details {
            parents: vec!["b".repeat(40), "c".repeat(40)],
            author_name: " ".to_owned(),
            author_email: String::new(),
            message: "\n🚀".to_owned(),
            file_count: usize::MAX,
            files: Vec::new(),
            ..details()
        };
        let hosting = hosting();
        let found = json!(maker(&hosting).commit(&nobody, &[]));
        assert_eq!(found["author"], json!({}));
        assert_eq!(found["message"], "(no message)");
        assert_eq!(found["flags"], json!(["MERGE_COMMIT"]));
        assert_eq!(found["fileCount"], i32::MAX);
        assert_eq!(found.get("files"), None);
    }

    /// Keys of the name and of the newest commit; those of the branch and of its commit.
    #[test]
    fn a_branch_and_its_newest_commit_have_keys() {
        let hosting = hosting();
        let maker = maker(&hosting);
        let cases: [[&[&str]; 4]; 3] = [
            [&["ABC-1"], &["ABC-2"], &["ABC-1"], &["ABC-2"]],
            [&["ABC-1"], &[], &["ABC-1"], &["ABC-1"]],
            [&[], &["ABC-2"], &["ABC-2"], &["ABC-2"]],
        ];
        for [of_name, of_last, of_branch, of_commit] in cases {
            let branch = maker.branch("f/x", &details(), &keys(of_name), &keys(of_last));
            let expected = json!({
                "id": "f~2Fx",
                "associations": associations(of_branch),
                "updateSequenceId": 7,
                "name": "f/x",
                "lastCommit": commit(&json!({"issueKeys": of_commit})),
                "createPullRequestUrl": "https://git.example.com/acme/shop/pull/new/f/x",
                "url": "https://git.example.com/acme/shop/tree/f/x",
            });
            assert_eq!(json!(branch), expected);
        }
        assert!(maker.branch("f/x", &details(), &[], &[]).is_none());
    }

    #[test]
    fn a_pull_request_has_all_that_jenkins_knows() {
        let hosting = hosting();
        let facts = PullRequestFacts {
            number: "7".to_owned(),
            url: None,
            title: Some("ABC-1:\nfix".to_owned()),
            author_name: Some("Ada".to_owned()),
            author_email: None,
            source: "f/x".to_owned(),
            target: Some("main".to_owned()),
            is_from_fork: false,
            status: PullRequestStatus::Open,
            updated: Timestamp::from_second(1_767_225_600),
        };
        let found = json!(maker(&hosting).pull_request(&facts, &keys(&["ABC-1"])));
        let expected = json!({
            "id": "7",
            "associations": associations(&["ABC-1"]),
            "updateSequenceId": 7,
            "status": "OPEN",
            "title": "ABC-1: fix",
            "author": {"name": "Ada"},
            "commentCount": 0,
            "sourceBranch": "f/x",
            "sourceBranchUrl": "https://git.example.com/acme/shop/tree/f/x",
            "lastUpdate": "2026-01-01T00:00:00.000Z",
            "destinationBranch": "main",
            "destinationBranchUrl": "https://git.example.com/acme/shop/tree/main",
            "url": "https://git.example.com/acme/shop/pull/7",
            "displayId": "#7",
        });
        assert_eq!(found, expected);
        let bare = PullRequestFacts {
            title: None,
            author_name: None,
            target: None,
            is_from_fork: true,
            status: PullRequestStatus::Declined,
            ..facts
        };
        let found = json!(maker(&hosting).pull_request(&bare, &[]));
        assert_eq!(found["title"], "Pull request 7");
        assert_eq!(found["status"], "DECLINED");
        for absent in [
            "associations",
            "sourceBranchUrl",
            "destinationBranch",
            "destinationBranchUrl",
        ] {
            assert_eq!(found.get(absent), None, "{absent}");
        }
    }

    #[test]
    fn ids_of_issues_go_along_with_keys() {
        let hosting = hosting();
        let maker = Maker {
            issue_ids: vec!["10042".parse().unwrap()],
            ..maker(&hosting)
        };
        let found = json!(maker.commit(&details(), &keys(&["ABC-1"])));
        assert_eq!(found["associations"], associations(&["10042", "ABC-1"]));
        let alone = json!(maker.commit(&details(), &[]));
        assert_eq!(alone["associations"], associations(&["10042"]));
    }
}
