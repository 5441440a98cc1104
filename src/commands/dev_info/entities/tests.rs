use serde_json::{Value, json};

use super::{ChangedFile, Details, Maker, OpenRequest, PullRequestFacts, PullRequestStatus};
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
                change: 'M',
                lines_added: 3,
                lines_removed: u32::MAX,
            },
            ChangedFile {
                path: b"old\xFF".to_vec(),
                change: 'D',
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

/// Another type of file is a change of the file.
#[test]
fn changes_have_jiras_words() {
    let hosting = hosting();
    let maker = maker(&hosting);
    let words = ["A", "C", "D", "M", "T", "R", "X"].map(|letter| {
        let mut details = details();
        details.files[0].change = letter.parse().unwrap();
        json!(maker.commit(&details, &[]))["files"][0]["changeType"].clone()
    });
    let expected = [
        "ADDED", "COPIED", "DELETED", "MODIFIED", "MODIFIED", "MOVED", "UNKNOWN",
    ];
    assert_eq!(words, expected);
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
        status: PullRequestStatus::Open,
        request: OpenRequest {
            at: 1_767_225_600_000,
            title: Some("ABC-1:\nfix".to_owned()),
            author_name: Some("Ada".to_owned()),
            source: "f/x".to_owned(),
            target: Some("main".to_owned()),
            ..OpenRequest::default()
        },
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
        status: PullRequestStatus::Declined,
        request: OpenRequest {
            title: None,
            author_name: None,
            target: None,
            is_from_fork: true,
            ..facts.request
        },
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
