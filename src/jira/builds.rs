//! A build as Jira takes it (Builds API, submitBuilds).

use serde::Serialize;

use super::PRODUCT;
use crate::domain::association::Associations;
use crate::domain::ids::PipelineId;
use crate::domain::properties::Properties;
use crate::domain::reference::Reference;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::BuildState;
use crate::domain::test_info::TestInfo;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// One build; together with the pipeline the number is its identity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Build {
    pub(crate) schema_version: &'static str,
    pub(crate) pipeline_id: PipelineId,
    pub(crate) build_number: i64,
    pub(crate) update_sequence_number: SequenceNumber,
    pub(crate) display_name: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Line>,
    pub(crate) url: WebUrl,
    pub(crate) state: BuildState,
    pub(crate) last_updated: Timestamp,
    pub(crate) associations: Associations,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_info: Option<TestInfo>,
    /// At most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<Reference>,
}

/// The only version there is.
pub(crate) const SCHEMA_VERSION: &str = "1.0";

/// The sender, for Atlassian's audit. No personal data.
#[derive(Debug, Serialize)]
pub(crate) struct ProviderMetadata {
    product: Line,
}

impl ProviderMetadata {
    pub(crate) fn new(product: Option<&Line>) -> Self {
        Self {
            product: product.cloned().unwrap_or_else(|| Line::required(PRODUCT)),
        }
    }
}

/// The body of a submission of builds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Builds {
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub(crate) properties: Properties,
    pub(crate) builds: Vec<Build>,
    pub(crate) provider_metadata: ProviderMetadata,
}
