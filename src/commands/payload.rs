//! The body of one request on its way: a build, a deployment, some flags, a part of a repository.

use serde::Serialize;
use serde_json::Value;

use super::connection::Destination;
use crate::digest::hex;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::Origin;
use crate::domain::test_info::TestInfo;
use crate::domain::timestamp::Timestamp;
use crate::jira::{CloudId, DataType, bulk};
use crate::outbox::{Entity, Entry, Sending};

/// What is to be sent.
pub(crate) struct Payload {
    pub(crate) data: DataType,
    /// `build shop » main #42`
    pub(crate) name: String,
    /// Of builds and deployments.
    pub(crate) status: Option<Status>,
    pub(crate) body: Value,
    /// The identity as Jira would repeat it; see [`Payload::identity`]. In the outbox a
    /// later one takes the place of an earlier one with the same key.
    pub(crate) key: Value,
    /// The identities whose numbers must grow from update to update.
    pub(crate) numbered: Vec<Value>,
    pub(crate) issue_keys: Vec<IssueKey>,
    /// Whether the user named issues by hand, rather than that all were found in texts.
    pub(crate) names_issues: bool,
    /// Where the sequence number in the body comes from.
    pub(crate) origin: Origin,
    /// Whether issues of the update before are named again.
    pub(crate) keeps_issue_keys: bool,
    /// Whether it waits in the outbox when it cannot be delivered. What its command can send again by itself does not.
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
    pub(crate) fn numbered(&self, site: &str) -> impl Iterator<Item = Entity> {
        let keys = self.numbered.iter();
        keys.map(move |key| Entity::new(site, self.data.name(), key))
    }

    /// The identity of these items together: of a single one its own, of several a digest.
    pub(crate) fn identity(keys: &[Value]) -> Value {
        if let [only] = keys {
            return only.clone();
        }
        let digits = hex(&serde_json::json!(keys).to_string(), 32);
        serde_json::json!({ "digest": digits })
    }

    /// As the outbox keeps it for one site; nothing when the body has no sequence number.
    pub(crate) fn entry(&self, destination: &Destination, now: Timestamp) -> Option<Entry> {
        let sending = Sending {
            name: &self.title(),
            data: self.data.name(),
            site: destination.site(),
            cloud_id: destination.cloud_id().map(CloudId::as_str),
            key: &self.key,
            sequence: bulk::sequence(&self.body, self.data)?,
            body: &self.body,
        };
        Some(Entry::new(&sending, now))
    }

    pub(crate) fn body(body: &impl Serialize) -> Value {
        serde_json::json!(body)
    }
}
