//! Options that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::outbox::OutboxOptions;
use super::words::Words;
use crate::domain::association::IssueId;
use crate::domain::deployed::Deployed;
use crate::domain::ids::PipelineIdStyle;
use crate::domain::issue_key::{IssueKey, KeyPattern, ProjectKey};
use crate::domain::properties::Property;
use crate::domain::revision::Revision;
use crate::domain::sequence::SequenceNumber;
use crate::domain::state::{BuildState, State, parse_running_as, parse_unstable_as};
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::policy::OnError;

/// Numbers stay exact in every JSON reader.
pub(super) const MAX_NUMBER: i64 = (1 << 53) - 1;

/// Seconds for everything that one call does. Jenkins looks ever less often whether a shell has ended, so that 15.2 s
/// cost a step 18.
pub(super) const DEFAULT_BUDGET: u32 = 14;

/// What is printed, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// `json` puts one JSON object on stdout; lines for people go to stderr in any case, and with a command to run
    /// the object is the last line there
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Say nothing when all is well; --verbose is stronger
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show every request and answer, without secrets
    #[arg(long, short)]
    pub(crate) verbose: bool,
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
    /// The Jira site: acme, acme.atlassian.net or its address; several with commas between them or by repeating the
    /// option [else: `JIRA_SITE`]
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    pub(crate) site: Vec<String>,
    /// Cloud id of the site, which saves the look-up [else: `JIRA_CLOUD_ID`]
    #[arg(long, value_name = "ID")]
    pub(crate) cloud_id: Option<String>,
    /// File of certificates (PEM) to trust besides the system's, such as the CA of a proxy that inspects TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds for everything, retries included
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_BUDGET, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) budget: u32,
}

/// Where it is sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Jira")]
pub(crate) struct JiraOptions {
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    /// What is left of it, where some of it is spent already
    #[arg(skip)]
    pub(crate) time_left: Option<Duration>,
    /// What a refusal, a wrong credential or an unreachable Jira does to the exit code
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub(crate) on_error: OnError,
    /// Print what would be sent; no credential is needed and nothing is sent
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read back what Jira has accepted until it is stored, within --budget, and fail when it is not
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) outbox: OutboxOptions,
}

/// Where issue keys come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Issue keys")]
pub(crate) struct KeyOptions {
    /// Issue keys to send besides those that are found; may be repeated
    #[arg(long, value_name = "KEYS")]
    pub(crate) issue_keys: Vec<String>,
    /// Numeric ids of issues
    #[arg(long, value_name = "IDS")]
    pub(crate) issue_ids: Vec<Words<IssueId>>,
    /// Search nothing: send --issue-keys and --issue-ids only
    #[arg(long)]
    pub(crate) only_issue_keys: bool,
    /// Branch to search, instead of the one that Jenkins and git name
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Title of the pull request [else: `CHANGE_TITLE`]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Tag to search [else: `TAG_NAME`]
    #[arg(long, value_name = "NAME")]
    pub(crate) tag: Option<String>,
    /// Commit message to search, instead of those that git has; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Vec<String>,
    /// Search the messages of all commits after this one [else: `GIT_PREVIOUS_SUCCESSFUL_COMMIT`]
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<Revision>,
    /// The commit that was built [else: `GIT_COMMIT`, else what is checked out]
    #[arg(long, value_name = "REV")]
    pub(crate) commit: Option<Revision>,
    /// Folder of the repository [else: `GIT_CHECKOUT_DIR` in the workspace, else the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository_dir: Option<PathBuf>,
    /// Folder of a further repository of the run, in the workspace; may be repeated [else: found by the commits of the
    /// change log]
    #[arg(long, value_name = "PATH")]
    pub(crate) repositories: Vec<PathBuf>,
    /// File of commits to search besides git's, one JSON object a line: {"commit":"…","message":"…"}
    #[arg(long, value_name = "FILE")]
    pub(crate) changes: Option<PathBuf>,
    /// The file of commits is Jenkins' change log, which has those of shared libraries, too; said by pipeline steps
    #[arg(long, hide = true)]
    pub(crate) changes_of_jenkins: bool,
    /// Search all commits of Jenkins' change log, also those that no repository of the workspace has
    #[arg(long)]
    pub(crate) all_changes: bool,
    /// Take keys of these projects only, in any letter case
    #[arg(long, value_name = "PROJECTS")]
    pub(crate) projects: Vec<Words<ProjectKey>>,
    /// Never take keys of these projects
    #[arg(long, value_name = "PROJECTS")]
    pub(crate) deny: Vec<Words<ProjectKey>>,
    /// Regular expression for keys; its group `key`, or its first group, is the key
    #[arg(long, value_name = "REGEX")]
    pub(crate) key_pattern: Option<KeyPattern>,
    /// What was deployed to the same place before, of a deployment; `--deployed-commit` or a pipeline step names it
    #[arg(skip)]
    pub(crate) deployed_before: Option<Deployed>,
    /// Keys that an earlier update of the same run carries; nobody types them
    #[arg(skip)]
    pub(crate) found_before: Vec<IssueKey>,
}

/// Which run of which pipeline it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The run")]
pub(crate) struct IdentityOptions {
    /// Id of the pipeline [else: made from `JOB_NAME`]
    #[arg(long, value_name = "ID")]
    pub(crate) pipeline_id: Option<String>,
    /// How ids are made from names
    #[arg(long, value_name = "STYLE", default_value = "safe")]
    pub(crate) pipeline_id_style: PipelineIdStyle,
    /// Name of the job, folders included [else: `JOB_NAME`]
    #[arg(long, value_name = "NAME")]
    pub(crate) job_name: Option<String>,
    /// Number of the build [else: `BUILD_NUMBER`]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..=MAX_NUMBER))]
    pub(crate) build_number: Option<i64>,
}

/// What is said of an update, whatever is updated.
#[derive(Clone, Debug, Args)]
pub(crate) struct UpdateOptions {
    /// When it happened, RFC 3339 or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) event_time: Option<Timestamp>,
    /// Time that people see [default: the time of the event]
    #[arg(long, value_name = "TIME")]
    pub(crate) last_updated: Option<Timestamp>,
    /// Number that orders updates; only a greater one replaces [default: milliseconds of the event]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) update_sequence_number: Option<SequenceNumber>,
    /// Label for later deletes, KEY=VALUE; five at most
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<Property>,
    /// Name of the sending product
    #[arg(long, value_name = "NAME")]
    pub(crate) product: Option<String>,
    /// Exit with 5 when there is no issue key
    #[arg(long)]
    pub(crate) require_issue_keys: bool,
}

/// What builds and deployments have in common.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The run")]
pub(crate) struct RunOptions {
    /// successful, failed, cancelled, `in_progress`, pending, unknown, or a result of Jenkins [default: `in_progress`]
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<State>,
    /// What Jenkins' UNSTABLE becomes: successful, failed, cancelled or unknown
    #[arg(long, value_name = "STATE", default_value = "failed", value_parser = parse_unstable_as)]
    pub(crate) unstable_as: BuildState,
    /// What a run without a state becomes: `in_progress`, or successful or unknown where nothing is sent at its end
    #[arg(long, value_name = "STATE", default_value = "in_progress", value_parser = parse_running_as)]
    pub(crate) running_as: State,
    #[command(flatten)]
    pub(crate) identity: IdentityOptions,
    /// Name that people see
    #[arg(long, value_name = "TEXT")]
    pub(crate) display_name: Option<String>,
    /// Short text about it
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Further text, such as a version
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    /// Address of its page [else: `BUILD_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<WebUrl>,
    #[command(flatten)]
    pub(crate) update: UpdateOptions,
    /// Whether the time of the event is no more than what a clock showed, which may step back
    #[arg(skip)]
    pub(crate) event_by_clock: bool,
    /// The time of the event is what the controller's clock showed, which may step back; said by pipeline steps
    #[arg(long, hide = true)]
    pub(crate) event_time_by_controller: bool,
}

impl RunOptions {
    /// The state that is given, else what stands for it.
    pub(crate) fn state(&self) -> State {
        self.state.unwrap_or(self.running_as)
    }
}
