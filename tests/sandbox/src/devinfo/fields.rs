//! Fields of repositories, commits, branches and pull requests.

use crate::associations::{Allowed, ISSUE_TYPES, NO_ISSUE_KEYS, is_id};
use crate::rules::Rule::{
    Any, Between, Boolean, CutText, Date, Id, Integer, List, Object, ObjectOrEmpty, OneOf, Pattern,
    Text, Url,
};
use crate::rules::{Field, Rule, TEXT, optional, required};
use crate::store::Kind;
use crate::submission::{Item, PROPERTIES, PROVIDER_METADATA, items};

pub(super) const REQUEST: &[Field] = &[
    items("repositories"),
    optional("preventTransitions", Boolean),
    optional("operationType", OneOf(&["NORMAL", "BACKFILL"])),
    PROPERTIES,
    PROVIDER_METADATA,
];

/// The lists of entities are checked apart.
pub(super) const REPOSITORY: &[Field] = &[
    required("name", TEXT),
    optional("description", Text(1024)),
    optional("forkOf", Id),
    required("url", Url),
    optional("commits", Any),
    optional("branches", Any),
    optional("pullRequests", Any),
    optional("avatar", Url),
    optional("avatarDescription", Text(1024)),
    required("id", Id),
    required("updateSequenceId", Integer),
];

/// One kind of entity within a repository.
pub(super) struct Entity {
    pub(super) item: Item,
    /// Where a repository has them.
    pub(super) list: &'static str,
    /// The word for one in Jira's messages.
    pub(super) word: &'static str,
    /// The word for one in an address.
    pub(super) segment: &'static str,
}

pub(super) const ENTITIES: [Entity; 3] = [
    Entity {
        item: Item {
            kind: Kind::Commit,
            fields: COMMIT,
            associations: allowed("No valid issues found for commit"),
        },
        list: "commits",
        word: "commit",
        segment: "commit",
    },
    Entity {
        item: Item {
            kind: Kind::Branch,
            fields: BRANCH,
            associations: allowed("No valid issues found for branch"),
        },
        list: "branches",
        word: "branch",
        segment: "branch",
    },
    Entity {
        item: Item {
            kind: Kind::PullRequest,
            fields: PULL_REQUEST,
            associations: allowed("No valid issues found for pull request"),
        },
        list: "pullRequests",
        word: "pullRequest",
        segment: "pull_request",
    },
];

const fn allowed(nothing_known: &'static str) -> Allowed {
    Allowed {
        types: ISSUE_TYPES,
        max_blocks: usize::MAX,
        missing: NO_ISSUE_KEYS,
        nothing_known,
    }
}

/// More of them than elsewhere, and of a narrower form.
const ISSUE_KEYS: Rule = List {
    min: 1,
    max: 500,
    of: &Pattern {
        matches: is_key,
        expression: r"^\p{L}[\p{L}\p{Digit}_]{1,255}-\p{Digit}{1,255}$",
    },
};

fn is_key(text: &str) -> bool {
    let word = |c: char| c.is_alphabetic() || c.is_ascii_digit() || c == '_';
    text.split_once('-').is_some_and(|(project, number)| {
        project.starts_with(char::is_alphabetic)
            && (2..=256).contains(&project.chars().count())
            && project.chars().all(word)
            && is_id(number)
    })
}

/// A number of files or lines, an `int32`.
const COUNT: Rule = Between(0, i32::MAX as i64);

const COMMIT: &[Field] = &[
    required("id", Id),
    optional("issueKeys", ISSUE_KEYS),
    optional("associations", Any),
    required("updateSequenceId", Integer),
    optional("hash", TEXT),
    optional("flags", FLAGS),
    required("message", CutText(1024)),
    required("author", AUTHOR),
    required("fileCount", COUNT),
    required("url", Url),
    optional("files", FILES),
    required("authorTimestamp", Date),
    required("displayId", TEXT),
];

/// Here the old form is the only one, and required.
const LAST_COMMIT: &[Field] = &[
    required("id", Id),
    required("issueKeys", ISSUE_KEYS),
    required("updateSequenceId", Integer),
    optional("hash", TEXT),
    optional("flags", FLAGS),
    required("message", CutText(1024)),
    required("author", AUTHOR),
    required("fileCount", COUNT),
    required("url", Url),
    optional("files", FILES),
    required("authorTimestamp", Date),
    required("displayId", TEXT),
];

/// No duplicates, and there is only one.
const FLAGS: Rule = List {
    min: 0,
    max: 1,
    of: &OneOf(&["MERGE_COMMIT"]),
};

const FILES: Rule = List {
    min: 0,
    max: 10,
    of: &Object(&[
        required("path", Text(1024)),
        required("url", Url),
        required("changeType", OneOf(CHANGE_TYPES)),
        required("linesAdded", COUNT),
        required("linesRemoved", COUNT),
    ]),
};

const CHANGE_TYPES: &[&str] = &["ADDED", "COPIED", "DELETED", "MODIFIED", "MOVED", "UNKNOWN"];

/// Its addresses, like those of branches, have a limit but no format.
const AUTHOR: Rule = ObjectOrEmpty(&[
    optional("name", TEXT),
    optional("email", TEXT),
    optional("username", TEXT),
    optional("url", Text(2000)),
    optional("avatar", Text(2000)),
]);

const BRANCH: &[Field] = &[
    required("id", Id),
    optional("issueKeys", ISSUE_KEYS),
    optional("associations", Any),
    required("updateSequenceId", Integer),
    required("name", Text(512)),
    required("lastCommit", Object(LAST_COMMIT)),
    optional("createPullRequestUrl", Text(2000)),
    required("url", Text(2000)),
];

const PULL_REQUEST: &[Field] = &[
    required("id", Id),
    optional("issueKeys", ISSUE_KEYS),
    optional("associations", Any),
    required("updateSequenceId", Integer),
    required("status", OneOf(&["OPEN", "MERGED", "DECLINED", "UNKNOWN"])),
    required("title", Text(1024)),
    required("author", AUTHOR),
    required("commentCount", Between(i32::MIN as i64, i32::MAX as i64)),
    required("sourceBranch", TEXT),
    optional("sourceBranchUrl", Url),
    required("lastUpdate", Date),
    optional("destinationBranch", TEXT),
    optional("destinationBranchUrl", Url),
    optional(
        "reviewers",
        List {
            min: 0,
            max: usize::MAX,
            of: &REVIEWER,
        },
    ),
    required("url", Url),
    required("displayId", TEXT),
];

const REVIEWER: Rule = ObjectOrEmpty(&[
    optional("name", TEXT),
    optional("approvalStatus", OneOf(&["APPROVED", "UNAPPROVED"])),
    optional("url", Url),
    optional("avatar", Url),
    optional("email", Text(254)),
    optional("accountId", Text(128)),
]);
