//! A remote link as Jira takes it (Remote Links API, submitRemoteLinks).

use serde::Serialize;

use super::builds::{ProviderMetadata, SchemaVersion};
use crate::domain::association::Associations;
use crate::domain::ids::ItemId;
use crate::domain::properties::Properties;
use crate::domain::remote_link::{LinkStatus, LinkType};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// One link.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoteLink {
    pub(crate) schema_version: SchemaVersion,
    pub(crate) id: ItemId,
    pub(crate) update_sequence_number: SequenceNumber,
    pub(crate) display_name: Line,
    pub(crate) url: WebUrl,
    #[serde(rename = "type")]
    pub(crate) link_type: LinkType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Line>,
    pub(crate) last_updated: Timestamp,
    pub(crate) associations: Associations,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<LinkStatus>,
}

/// The body of a submission of remote links.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoteLinks {
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub(crate) properties: Properties,
    pub(crate) remote_links: Vec<RemoteLink>,
    pub(crate) provider_metadata: ProviderMetadata,
}
