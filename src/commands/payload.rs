//! One build or deployment on its way.

use serde::Serialize;
use serde_json::Value;

use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::Origin;
use crate::jira::DataType;
use crate::outbox::Entity;

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

    pub(crate) fn body(body: &impl Serialize) -> Value {
        serde_json::json!(body)
    }
}
