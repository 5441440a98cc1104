//! Options of `jira-send backfill`.

use std::path::PathBuf;

use clap::Args;

use super::options::{JiraOptions, KeyRules, OutputOptions};
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::ids::PipelineIdStyle;
use crate::domain::properties::Property;
use crate::domain::state::{BuildState, parse_unstable_as};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// Sends what a controller remembers of its runs: builds, and the deployments that the steps of the pipeline library
/// noted in them.
///
/// Reads the controller's home folder, or its REST API with the user in `JENKINS_USER_ID` and the token in
/// `JENKINS_API_TOKEN` or in the file `JENKINS_API_TOKEN_FILE`. What was or will be sent while a run goes on always wins.
/// Resumes after an interruption; later calls send what is new. --budget applies to each request.
#[derive(Clone, Debug, Args)]
pub(crate) struct BackfillOptions {
    #[command(flatten)]
    pub(crate) history: HistoryOptions,
    #[command(flatten)]
    pub(crate) builds: PastBuildOptions,
    #[command(flatten)]
    pub(crate) rules: KeyRules,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// Which runs.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The history")]
pub(crate) struct HistoryOptions {
    /// Home folder of the controller, or its URL to use the REST API [default: `JENKINS_HOME`]
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) from: Option<String>,
    /// URL of the controller for links to its pages [default: as configured in Jenkins, else `JENKINS_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) jenkins_url: Option<WebUrl>,
    /// Only jobs with such a full name; * stands for any characters, as in 'acme/*'; can be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) jobs: Vec<String>,
    /// Only runs that ended at this time or later: a date such as 2026-01-31, RFC 3339 or milliseconds since 1970
    #[arg(long, value_name = "TIME", value_parser = date_or_time)]
    pub(crate) since: Option<Timestamp>,
    /// Clone to search for the commits of each run, in addition to its change log; can be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) repository: Vec<PathBuf>,
    /// Send everything again, regardless of what was sent before
    #[arg(long)]
    pub(crate) restart: bool,
}

impl HistoryOptions {
    /// Whether it is read from the controller itself.
    pub(crate) fn is_remote(&self) -> bool {
        self.from.as_deref().is_some_and(is_url)
    }
}

/// Whether the text is an address rather than a folder.
pub(crate) fn is_url(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("https://") || text.starts_with("http://")
}

/// What is sent of them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Builds and deployments")]
pub(crate) struct PastBuildOptions {
    /// How ids are derived from names
    #[arg(long, value_name = "STYLE", default_value = "safe")]
    pub(crate) pipeline_id_style: PipelineIdStyle,
    /// Make the address of the controller part of the pipeline id, for jobs of the same name on several controllers
    #[arg(long)]
    pub(crate) per_controller: bool,
    /// State to send for the Jenkins result UNSTABLE: successful, failed, cancelled or unknown
    #[arg(long, value_name = "STATE", default_value = "failed", value_parser = parse_unstable_as)]
    pub(crate) unstable_as: BuildState,
    /// Types of environments by their names or words of them, for names that say nothing: pantheon=production,
    /// olymp=staging
    #[arg(long, value_name = "NAME=TYPE")]
    pub(crate) environment_types: Vec<EnvironmentTypes>,
    /// Label for later deletion, KEY=VALUE; at most five
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
}

/// A day begins at midnight UTC.
fn date_or_time(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let of_day = || format!("{text}T00:00:00Z").parse();
    text.parse().or_else(|_: String| of_day()).map_err(|_: String| {
        "expected a date such as 2026-01-31, a time with its zone, such as 2026-01-31T00:00:00Z, or milliseconds since 1970".to_owned()
    })
}
