//! What goes in one request.

use std::collections::HashSet;

use crate::domain::issue_key::IssueKey;
use crate::jira::Body;

/// Bodies that go in one request.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) bodies: Vec<Body>,
    pub(super) issue_keys: Vec<IssueKey>,
    pub(super) seen: HashSet<IssueKey>,
}

impl Batch {
    pub(super) fn add(&mut self, body: Body, issue_keys: Vec<IssueKey>) {
        self.bodies.push(body);
        for key in issue_keys {
            if self.seen.insert(key.clone()) {
                self.issue_keys.push(key);
            }
        }
    }
}
