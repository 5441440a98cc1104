//! What goes in one request of a backfill, until it is full. Only its source fills one.

use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::issue_key::IssueKey;
use crate::jira::Body;

/// Bodies that go in one request.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) bodies: Vec<Body>,
    pub(super) issue_keys: DistinctKeys,
}

impl Batch {
    pub(super) fn add(&mut self, body: Body, issue_keys: Vec<IssueKey>) {
        self.bodies.push(body);
        self.issue_keys.extend(issue_keys);
    }
}
