//! Options of `jira-send deployment`.

use clap::Args;

use super::options::{
    IdentityOptions, JiraOptions, KeyOptions, MAX_NUMBER, OutputOptions, RunOptions,
};
use super::words::Words;
use super::wrap::WrapOptions;
use crate::domain::association::{CommitReference, ServiceId};
use crate::domain::entity_ids::RepositoryId;
use crate::domain::environment::EnvironmentType;
use crate::domain::revision::Revision;
use crate::domain::stage_pattern::StagePattern;
use crate::domain::state::{DeploymentState, parse_rollback_as};
use crate::domain::web_url::WebUrl;

/// Where it is deployed to.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct EnvironmentOptions {
    /// Id of the environment, the same in every run [else: made from its name]
    #[arg(long, value_name = "ID")]
    pub(crate) environment_id: Option<String>,
    /// Name of the environment that people see [else: its id]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment_name: Option<String>,
    /// What the names of deploying stages look like; the group `envName` is the environment, when nothing else names it
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
    /// Number of the deployment to this environment [else: the build number]
    #[arg(long, value_name = "NUMBER", help_heading = "Deployment", value_parser = clap::value_parser!(i64).range(0..=MAX_NUMBER))]
    pub(crate) deployment_sequence_number: Option<i64>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeploymentOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// development, testing, staging, production or unmapped [else: guessed from the name]
    #[arg(long, value_name = "TYPE", help_heading = "Environment")]
    pub(crate) environment_type: Option<EnvironmentType>,
    #[command(flatten)]
    pub(crate) run: RunOptions,
    /// Number of the deployment to this environment [else: the build number]
    #[arg(long, value_name = "NUMBER", help_heading = "Deployment", value_parser = clap::value_parser!(i64).range(0..=MAX_NUMBER))]
    pub(crate) deployment_sequence_number: Option<i64>,
    /// The commit that runs in this environment now: issues of all commits since then are sent, unless --since is given
    /// [else: what the pipeline steps remember]
    #[arg(long, value_name = "REV", help_heading = "Deployment")]
    pub(crate) deployed_commit: Option<Revision>,
    /// What a successful deployment of an older commit than that becomes, with the issues that it takes back:
    /// `rolled_back` or `successful`
    #[arg(
        long,
        value_name = "STATE",
        help_heading = "Deployment",
        default_value = "rolled_back",
        value_parser = parse_rollback_as
    )]
    pub(crate) rollback_as: DeploymentState,
    /// How long it took, in seconds
    #[arg(long, value_name = "SECONDS", help_heading = "Deployment")]
    pub(crate) duration: Option<u32>,
    /// Name of the pipeline that people see [else: made from `JOB_NAME`]
    #[arg(long, value_name = "TEXT", help_heading = "Deployment")]
    pub(crate) pipeline_name: Option<String>,
    /// Address of the pipeline's page [else: `JOB_URL`]
    #[arg(long, value_name = "URL", help_heading = "Deployment")]
    pub(crate) pipeline_url: Option<WebUrl>,
    /// Services of Jira Service Management, by id
    #[arg(long, value_name = "IDS", help_heading = "Deployment")]
    pub(crate) service_ids: Vec<Words<ServiceId>>,
    /// Ask Jira Service Management whether the deployment may go on
    #[arg(long, help_heading = "Deployment")]
    pub(crate) enable_gating: bool,
    /// Commit that was sent as development information; may be repeated
    #[arg(long, value_name = "REPOSITORY_ID:COMMIT", help_heading = "Deployment")]
    pub(crate) commit_association: Vec<CommitReference>,
    /// Repository that was sent as development information; may be repeated
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
