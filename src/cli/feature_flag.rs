//! Options of `jira-send feature-flag`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::numbers::count;
use super::options::{JiraOptions, KeyOptions, OutputOptions, UpdateOptions};
use crate::domain::environment::EnvironmentType;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::feature_flag::Percentage;
use crate::domain::web_url::WebUrl;

/// What a file of flags looks like.
pub(super) const FILE_HELP: &str = r#"A file of flags. Each flag needs an id, a key or both; each environment needs a name:

  {"flags": [
    {"key": "new-cart", "displayName": "New cart", "issueKeys": ["ABC-1"],
     "url": "https://flags.example.com/new-cart",
     "environments": [{"name": "production", "enabled": true, "rollout": 25},
                      {"name": "staging", "enabled": true}]},
    {"key": "old-search", "description": "Goes with ABC-2", "enabled": false}]}

The fields url, lastUpdated, enabled, defaultValue and rollout of a flag apply to environments that do not set their own;
a rollout is a percentage, a text, or {"rules": 3}. A flag belongs to the issues in issueKeys, in its key, displayName and
description, and in the options. The issue shows the field "summary", which has the same fields; without it the
production environments, or else all: on if one of them is on. A request body of Jira's Feature Flags API works as well."#;

#[derive(Clone, Debug, Args)]
pub(crate) struct FeatureFlagOptions {
    #[command(flatten)]
    pub(crate) flag: FlagStateOptions,
    #[command(flatten)]
    pub(crate) environment: FlagEnvironmentOptions,
    #[command(flatten, next_help_heading = "Sending")]
    pub(crate) update: UpdateOptions,
    /// File with many of them, or - for standard input; its format is at the end of this help
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}

/// The flag, and how it stands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Flag")]
pub(crate) struct FlagStateOptions {
    /// Flag id, the same in every update [default: its key]
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    pub(crate) flag_id: Option<String>,
    /// Name of the flag in source code [default: its id]
    #[arg(long, value_name = "KEY", conflicts_with = "file")]
    pub(crate) flag_key: Option<String>,
    /// Name shown in Jira [default: the id]
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) display_name: Option<String>,
    /// Whether the flag is on, fully or partly; `--enabled` alone means true
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        conflicts_with_all = ["disabled", "file"]
    )]
    pub(crate) enabled: Option<bool>,
    /// The flag is off
    #[arg(long, conflicts_with = "file")]
    pub(crate) disabled: bool,
    /// Value that is served while the flag is off
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) default_value: Option<String>,
    /// Rollout as a percentage, 0 to 100
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with_all = ["rollout_text", "rollout_rules", "file"]
    )]
    pub(crate) rollout_percentage: Option<Percentage>,
    /// Rollout as text, such as the name of a cohort
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with_all = ["rollout_rules", "file"]
    )]
    pub(crate) rollout_text: Option<String>,
    /// Rollout as the number of active rules
    #[arg(long, value_name = "COUNT", value_parser = count(), conflicts_with = "file")]
    pub(crate) rollout_rules: Option<u32>,
    /// URL of the flag's page, also for flags in a file that have none [default: `BUILD_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<WebUrl>,
}

/// The environments in which it has this status.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct FlagEnvironmentOptions {
    /// Environment that has this status; can be repeated [default: all environments]
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub(crate) environment_name: Vec<String>,
    /// Environment type: development, testing, staging, production or unmapped [default: guessed from the name]
    #[arg(long, value_name = "TYPE", conflicts_with = "file")]
    pub(crate) environment_type: Option<EnvironmentType>,
    /// Types of environments by their names or words of them, also for flags in a file: pantheon=production. Best set once
    /// for a controller or a folder, as `JIRA_SEND_ENVIRONMENT_TYPES`
    #[arg(long, value_name = "NAME=TYPE")]
    pub(crate) environment_types: Vec<EnvironmentTypes>,
}
