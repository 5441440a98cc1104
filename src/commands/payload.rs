//! One build or deployment on its way.

use serde::Serialize;
use serde_json::Value;

use super::connection::Destination;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::Origin;
use crate::domain::timestamp::Timestamp;
use crate::jira::{CloudId, DataType, bulk};
use crate::outbox::{Entity, Entry, Sending};

/// What is to be sent.
pub(crate) struct Payload {
    pub(crate) data: DataType,
    /// `build shop » main #42`
    pub(crate) name: String,
    pub(crate) body: Value,
    /// The identity as Jira would repeat it.
    pub(crate) key: Value,
    pub(crate) issue_keys: Vec<IssueKey>,
    /// Where the sequence number in the body comes from.
    pub(crate) origin: Origin,
    /// Whether issues of the update before are named again.
    pub(crate) keeps_issue_keys: bool,
}

impl Payload {
    /// What it is at one site.
    pub(crate) fn entity(&self, site: &str) -> Entity {
        Entity::new(site, self.data.name(), &self.key)
    }

    /// As the outbox keeps it for one site; nothing when the body has no sequence number.
    pub(crate) fn entry(&self, destination: &Destination, now: Timestamp) -> Option<Entry> {
        let sending = Sending {
            name: &self.name,
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
