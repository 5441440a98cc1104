//! The body of one request on its way, with what people call it: a build, a deployment, some flags, a part of a
//! repository. Commands make it, and `send.rs` takes it.

use super::connection::Destination;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::Origin;
use crate::domain::test_info::TestInfo;
use crate::domain::timestamp::Timestamp;
use crate::jira::{Body, CloudId};
use crate::outbox::{Entry, ItemHash};

/// What is to be sent.
pub(crate) struct Payload {
    /// `build shop » main #42`
    pub(crate) name: String,
    /// Of builds and deployments.
    pub(crate) status: Option<Status>,
    pub(crate) body: Body,
    pub(crate) issue_keys: Vec<IssueKey>,
    /// Whether the user named issues by hand, rather than that all were found in texts.
    pub(crate) names_issues: bool,
    /// Where the sequence number in the body comes from.
    pub(crate) origin: Origin,
    /// Whether issues of the update before are named again.
    pub(crate) keeps_issue_keys: bool,
    /// Whether it is queued in the outbox when it cannot be delivered. What its command can send again by itself is not.
    pub(crate) may_wait: bool,
}

/// How a build or deployment stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    /// Jira's word, such as `in_progress`.
    pub(crate) state: &'static str,
    pub(crate) tests: Option<TestInfo>,
}

impl Payload {
    /// Of what is past: its number stands, and its command can send it again by itself.
    pub(crate) fn of_past(name: String, body: Body, issue_keys: Vec<IssueKey>) -> Self {
        Self {
            name,
            status: None,
            body,
            issue_keys,
            names_issues: false,
            origin: Origin::Given,
            keeps_issue_keys: false,
            may_wait: false,
        }
    }

    /// `build shop » main #42 failed (120 passed, 3 failed)`
    pub(crate) fn title(&self) -> String {
        let name = &self.name;
        match self.state_and_tests() {
            None => name.clone(),
            Some((state, None)) => format!("{name} {state}"),
            Some((state, Some(tests))) => format!("{name} {state} ({tests})"),
        }
    }

    /// The same where a verb follows that would be read with the state: `build shop » main #42 (failed) not sent to acme`.
    pub(crate) fn subject(&self) -> String {
        let name = &self.name;
        match self.state_and_tests() {
            None => name.clone(),
            Some((state, None)) => format!("{name} ({state})"),
            Some((state, Some(tests))) => format!("{name} ({state}: {tests})"),
        }
    }

    fn state_and_tests(&self) -> Option<(String, Option<String>)> {
        let Status { state, tests } = self.status.as_ref()?;
        let tests = tests.as_ref().and_then(TestInfo::words);
        Some((state.replace('_', " "), tests))
    }

    /// Jira's word for how it stands.
    pub(crate) fn state(&self) -> Option<&'static str> {
        self.status.as_ref().map(|status| status.state)
    }

    /// What has a number of its own at one site.
    pub(crate) fn numbered(&self, site: &str) -> Vec<ItemHash> {
        let keys = self.body.numbered().into_iter();
        let name = self.body.kind.name();
        keys.map(|key| ItemHash::new(site, name, &key)).collect()
    }

    /// As the outbox keeps it for one site; nothing when the body has no sequence number.
    pub(crate) fn entry(&self, destination: &Destination, now: Timestamp) -> Option<Entry> {
        let cloud_id = destination.cloud_id().map(CloudId::as_str);
        let place = (destination.site(), cloud_id);
        Entry::new(self.title(), place, &self.body, now)
    }
}
