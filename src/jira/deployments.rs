//! A deployment as Jira takes it (Deployments API, submitDeployments).

use serde::Serialize;

use super::builds::ProviderMetadata;
use crate::domain::association::Associations;
use crate::domain::environment::EnvironmentType;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::properties::Properties;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::DeploymentState;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// One deployment; pipeline, environment and number are its identity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) schema_version: &'static str,
    /// The same for all states of one deployment.
    pub(crate) deployment_sequence_number: i64,
    pub(crate) update_sequence_number: SequenceNumber,
    pub(crate) associations: Associations,
    pub(crate) display_name: Line,
    pub(crate) url: WebUrl,
    /// Required, other than on builds.
    pub(crate) description: Line,
    pub(crate) last_updated: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Line>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<u32>,
    pub(crate) state: DeploymentState,
    pub(crate) pipeline: Pipeline,
    pub(crate) environment: Environment,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pipeline {
    pub(crate) id: PipelineId,
    pub(crate) display_name: Line,
    pub(crate) url: WebUrl,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) display_name: Line,
    #[serde(rename = "type")]
    pub(crate) environment_type: EnvironmentType,
}

/// What Jira is asked to do with the deployment.
#[derive(Debug, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    /// A change request of Jira Service Management decides whether the deployment may go on.
    InitiateDeploymentGating,
}

/// The body of a submission of deployments.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployments {
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub(crate) properties: Properties,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) provider_metadata: ProviderMetadata,
}
