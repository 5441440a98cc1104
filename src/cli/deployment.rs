//! Options of `jira-send deployment`.

use clap::Args;

use super::numbers::seconds;
use super::options::{IdentityOptions, JiraOptions, KeyOptions, OutputOptions, RunOptions};
use super::words::Words;
use super::wrap::WrapOptions;
use crate::domain::association::{CommitReference, ServiceId};
use crate::domain::build_number::BuildNumber;
use crate::domain::entity_ids::RepositoryId;
use crate::domain::environment::EnvironmentType;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::revision::Revision;
use crate::domain::stage_pattern::StagePattern;
use crate::domain::state::{DeploymentState, parse_rollback_as};
use crate::domain::web_url::WebUrl;

/// Longest deployment in seconds: a year.
const MAX_DURATION: u32 = 365 * 24 * 3600;

/// Where it is deployed to.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct EnvironmentOptions {
    /// Environment id, the same in every run [default: derived from its name]
    #[arg(long, value_name = "ID")]
    pub(crate) environment_id: Option<String>,
    /// Environment name shown in Jira [default: its id]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment_name: Option<String>,
    /// Pattern for the names of deploying stages; its group `envName` is the environment, if nothing else names one
    #[arg(
        long,
        value_name = "PATTERN",
        default_value = "^deploy to (?<envName>.*)$"
    )]
    pub(crate) stage_pattern: StagePattern,
}

/// Which deployment it is, once it was sent.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeploymentKeyOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    #[command(flatten)]
    pub(crate) identity: IdentityOptions,
    /// Number of the deployment to this environment [default: the build number]
    #[arg(long, value_name = "NUMBER", help_heading = "Deployment")]
    pub(crate) deployment_sequence_number: Option<BuildNumber>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeploymentOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// Environment type: development, testing, staging, production or unmapped [default: guessed from the name]
    #[arg(long, value_name = "TYPE", help_heading = "Environment")]
    pub(crate) environment_type: Option<EnvironmentType>,
    /// Types of environments by their names or words of them, for names that say nothing: pantheon=production,
    /// olymp=staging. Best set once for a controller or a folder, as `JIRA_SEND_ENVIRONMENT_TYPES`
    #[arg(long, value_name = "NAME=TYPE", help_heading = "Environment")]
    pub(crate) environment_types: Vec<EnvironmentTypes>,
    #[command(flatten)]
    pub(crate) run: RunOptions,
    /// Number of the deployment to this environment [default: the build number]
    #[arg(long, value_name = "NUMBER", help_heading = "Deployment")]
    pub(crate) deployment_sequence_number: Option<BuildNumber>,
    /// Commit that runs in this environment now: the issues of all commits after it are sent, unless --since is given
    /// [default: what earlier runs and the outbox remember]
    #[arg(long, value_name = "REV", help_heading = "Deployment")]
    pub(crate) deployed_commit: Option<Revision>,
    /// State to send when an older commit is deployed successfully, with the issues that this takes back:
    /// `rolled_back` or `successful`
    #[arg(
        long,
        value_name = "STATE",
        help_heading = "Deployment",
        default_value = "rolled_back",
        value_parser = parse_rollback_as
    )]
    pub(crate) rollback_as: DeploymentState,
    /// Duration, in seconds or with a unit, such as '5 min'
    #[arg(long, value_name = "DURATION", help_heading = "Deployment", value_parser = seconds(0..=MAX_DURATION))]
    pub(crate) duration: Option<u32>,
    /// Pipeline name shown in Jira [default: derived from `JOB_NAME`]
    #[arg(long, value_name = "TEXT", help_heading = "Deployment")]
    pub(crate) pipeline_name: Option<String>,
    /// URL of the pipeline's page [default: `JOB_URL`]
    #[arg(long, value_name = "URL", help_heading = "Deployment")]
    pub(crate) pipeline_url: Option<WebUrl>,
    /// Ids of services in Jira Service Management
    #[arg(long, value_name = "IDS", help_heading = "Deployment")]
    pub(crate) service_ids: Vec<Words<ServiceId>>,
    /// Let Jira Service Management decide whether the deployment may proceed
    #[arg(long, help_heading = "Deployment")]
    pub(crate) enable_gating: bool,
    /// Commit that was sent as development information; can be repeated
    #[arg(long, value_name = "REPOSITORY_ID:COMMIT", help_heading = "Deployment")]
    pub(crate) commit_association: Vec<CommitReference>,
    /// Repository that was sent as development information; can be repeated
    #[arg(long, value_name = "REPOSITORY_ID", help_heading = "Deployment")]
    pub(crate) repository_association: Vec<RepositoryId>,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(flatten)]
    pub(crate) wrap: WrapOptions,
}
