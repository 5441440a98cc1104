//! Options that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::globals::GlobalOptions;
use super::numbers::seconds;
use super::outbox::OutboxOptions;
use super::words::Words;
use crate::domain::association::IssueId;
use crate::domain::build_number::BuildNumber;
use crate::domain::ids::PipelineIdStyle;
use crate::domain::issue_key::{KeyPattern, KeyTemplate, ProjectKey};
use crate::domain::properties::Property;
use crate::domain::revision::Revision;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::{BuildState, RunState, parse_running_as, parse_unstable_as};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::policy::OnError;

/// Seconds for everything that one call does. Jenkins checks less and less often whether a shell has ended: 15.2 s cost a
/// step 18.
pub(super) const DEFAULT_BUDGET: u32 = 14;

/// What is printed, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// `json` prints one JSON object to stdout; lines for people always go to stderr. With a command to run, the
    /// object is the last line on stderr
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) globals: GlobalOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Which Jira it is, and how long it may take.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Jira")]
pub(crate) struct ConnectionOptions {
    /// Jira site: acme, acme.atlassian.net or its URL; separate several with commas or repeat the option [default:
    /// `JIRA_SITE`]
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    pub(crate) site: Vec<String>,
    /// Cloud id of the site, which saves a look-up [default: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID")]
    pub(crate) cloud_id: Option<String>,
    /// File of certificates (PEM) to trust in addition to the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Time limit for the whole call, in seconds or with a unit, such as '2 min', retries included
    #[arg(long, value_name = "DURATION", default_value_t = DEFAULT_BUDGET, value_parser = seconds(1..=3600))]
    pub(crate) budget: u32,
}

/// Where it is sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Jira")]
pub(crate) struct JiraOptions {
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    /// How a rejection, a wrong credential or an unreachable Jira affects the exit code
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub(crate) on_error: OnError,
    /// Print what would be sent and send nothing; needs no credential
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read accepted data back until Jira has stored it, within --budget, and fail if it has not
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) outbox: OutboxOptions,
}

/// Where issue keys come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Issue keys")]
pub(crate) struct KeyOptions {
    /// Issue keys to send in addition to those that are found; can be repeated
    #[arg(long, value_name = "KEYS")]
    pub(crate) issue_keys: Vec<String>,
    /// Numeric issue ids
    #[arg(long, value_name = "IDS")]
    pub(crate) issue_ids: Vec<Words<IssueId>>,
    /// Search nothing; send only --issue-keys and --issue-ids
    #[arg(long)]
    pub(crate) only_issue_keys: bool,
    /// Branch name to search, instead of the one from Jenkins or git
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Pull request title to search [default: `CHANGE_TITLE`]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Tag name to search [default: `TAG_NAME`]
    #[arg(long, value_name = "NAME")]
    pub(crate) tag: Option<String>,
    /// Commit message to search, instead of those in git; can be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Vec<String>,
    /// Search the messages of all commits after this one [default: `GIT_PREVIOUS_SUCCESSFUL_COMMIT`]
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<Revision>,
    /// Commit that was built [default: `GIT_COMMIT`, else the commit that is checked out]
    #[arg(long, value_name = "REV")]
    pub(crate) commit: Option<Revision>,
    /// Folder of the repository [default: `GIT_CHECKOUT_DIR` in the workspace, else the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository_dir: Option<PathBuf>,
    /// Folder of another repository of the run, in the workspace; can be repeated [default: found by the commits in
    /// the change log]
    #[arg(long, value_name = "PATH")]
    pub(crate) repositories: Vec<PathBuf>,
    /// Search only commits that change files below this path of the repository, as in a monorepo; can be repeated, or a
    /// list with commas
    #[arg(long, visible_alias = "path", value_name = "PATH", value_delimiter = ',', value_parser = path_in_repository)]
    pub(crate) paths: Vec<String>,
    /// File of commits to search in addition to git's, one JSON object per line: {"commit":"…","message":"…"}
    #[arg(long, value_name = "FILE")]
    pub(crate) changes: Option<PathBuf>,
    /// Search all commits in Jenkins' change log, including those that no repository in the workspace has
    #[arg(long)]
    pub(crate) all_changes: bool,
    #[command(flatten)]
    pub(crate) rules: KeyRules,
}

/// What counts as an issue key.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Issue keys")]
pub(crate) struct KeyRules {
    /// Take keys of these projects only, in any letter case
    #[arg(long, value_name = "PROJECTS")]
    pub(crate) projects: Vec<Words<ProjectKey>>,
    /// Never take keys of these projects
    #[arg(long, value_name = "PROJECTS")]
    pub(crate) deny: Vec<Words<ProjectKey>>,
    /// Regular expression for keys; its group `key`, or its first group, is the key
    #[arg(long, value_name = "REGEX")]
    pub(crate) key_pattern: Option<KeyPattern>,
    /// What the key is made of, with the groups of --key-pattern: 'ABC-$1' for branches such as 5539-login
    #[arg(long, value_name = "TEMPLATE", requires = "key_pattern")]
    pub(crate) key_template: Option<KeyTemplate>,
}

/// The run and its pipeline.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The run")]
pub(crate) struct IdentityOptions {
    /// Pipeline id [default: derived from `JOB_NAME`]
    #[arg(long, value_name = "ID")]
    pub(crate) pipeline_id: Option<String>,
    /// How ids are derived from names
    #[arg(long, value_name = "STYLE", default_value = "safe")]
    pub(crate) pipeline_id_style: PipelineIdStyle,
    /// Full name of the job, including its folders [default: `JOB_NAME`]
    #[arg(long, value_name = "NAME")]
    pub(crate) job_name: Option<String>,
    /// Part of the product that is built or deployed, where one run does so with several: part of the pipeline id, and
    /// shown in its name
    #[arg(long, value_name = "NAME")]
    pub(crate) component: Option<String>,
    /// Make the address of the controller (`JENKINS_URL`) part of the pipeline id, for jobs of the same name on several
    /// controllers
    #[arg(long)]
    pub(crate) per_controller: bool,
    /// Build number, also with up to three dots, such as 1.0.17 [default: `BUILD_NUMBER`]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build_number: Option<BuildNumber>,
}

/// What every update has.
#[derive(Clone, Debug, Args)]
pub(crate) struct UpdateOptions {
    /// Time of the event, RFC 3339 or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) event_time: Option<Timestamp>,
    /// Time shown in Jira [default: the time of the event]
    #[arg(long, value_name = "TIME")]
    pub(crate) last_updated: Option<Timestamp>,
    /// Number that orders updates; a higher one replaces a lower one [default: the time of the event in milliseconds]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) update_sequence_number: Option<SequenceNumber>,
    /// Label for later deletion, KEY=VALUE; at most five
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
    /// Name of the sending product
    #[arg(long, value_name = "NAME")]
    pub(crate) product: Option<String>,
    /// Exit with code 5 if there is no issue key
    #[arg(long)]
    pub(crate) require_issue_keys: bool,
}

/// What builds and deployments have in common.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The run")]
pub(crate) struct RunOptions {
    /// State to send: successful, failed, cancelled, `in_progress`, pending, unknown, for a deployment also `rolled_back`,
    /// or a result of Jenkins or another tool, such as SUCCESS or passed [default: `in_progress`, see --running-as]
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<RunState>,
    /// State to send for the Jenkins result UNSTABLE: successful, failed, cancelled or unknown
    #[arg(long, value_name = "STATE", default_value = "failed", value_parser = parse_unstable_as)]
    pub(crate) unstable_as: BuildState,
    /// State to send for a run without a state: `in_progress`; or successful or unknown, if nothing is sent at its end
    #[arg(long, value_name = "STATE", default_value = "in_progress", value_parser = parse_running_as)]
    pub(crate) running_as: RunState,
    #[command(flatten)]
    pub(crate) identity: IdentityOptions,
    /// Name shown in Jira
    #[arg(long, value_name = "TEXT")]
    pub(crate) display_name: Option<String>,
    /// Short description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Additional text, such as a version
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    /// URL of its page [default: `BUILD_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<WebUrl>,
    #[command(flatten)]
    pub(crate) update: UpdateOptions,
}

impl RunOptions {
    /// The state that was passed, else its default.
    pub(crate) fn state(&self) -> RunState {
        self.state.unwrap_or(self.running_as)
    }
}

/// A path below the top folder of a repository, written as git lists it; `.` is all of it.
fn path_in_repository(text: &str) -> Result<String, String> {
    let path = text.trim();
    let is_outside = path.starts_with('/') || path.split('/').any(|folder| folder == "..");
    if path.is_empty() || is_outside {
        return Err(
            "expected a path below the top folder of the repository, such as api".to_owned(),
        );
    }
    if path.starts_with(':') {
        // A pattern of git's with words of its own.
        return Ok(path.to_owned());
    }
    let folders = path.split('/').filter(|it| !matches!(*it, "" | "."));
    let folders: Vec<&str> = folders.collect();
    Ok(if folders.is_empty() {
        ".".to_owned()
    } else {
        folders.join("/")
    })
}
