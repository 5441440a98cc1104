//! Options of `jira-send feature-flag`.

use clap::Args;
use clap::builder::BoolishValueParser;

use super::items::ItemOptions;
use super::options::{JiraOptions, KeyOptions, OutputOptions};
use crate::domain::environment::EnvironmentType;
use crate::domain::feature_flag::Percentage;
use crate::domain::web_url::WebUrl;

/// What a file of flags looks like.
pub(super) const FILE_HELP: &str = r#"A file of flags, each with an id, a key or both; of the environments only the name is needed:

  {"flags": [
    {"key": "new-cart", "displayName": "New cart", "issueKeys": ["ABC-1"],
     "url": "https://flags.example.com/new-cart",
     "environments": [{"name": "production", "enabled": true, "rollout": 25},
                      {"name": "staging", "enabled": true}]},
    {"key": "old-search", "description": "Goes with ABC-2", "enabled": false}]}

What stands on the flag (url, lastUpdated, enabled, defaultValue, rollout) holds for the environments that do not say it;
a rollout is a percentage, a text, or {"rules": 3}. Issues are those in issueKeys, those that key, displayName and
description name, and those of the options. The issue shows what "summary" says, in the same fields; without it the
production environments, else all: on when one is on. A body of Jira's Feature Flags API is such a file as well."#;

#[derive(Clone, Debug, Args)]
pub(crate) struct FeatureFlagOptions {
    /// Id of the flag, the same in every update [else: its key]
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Flag",
        conflicts_with = "file"
    )]
    pub(crate) flag_id: Option<String>,
    /// What the flag is called in source code [else: its id]
    #[arg(
        long,
        value_name = "KEY",
        help_heading = "Flag",
        conflicts_with = "file"
    )]
    pub(crate) flag_key: Option<String>,
    /// Name that people see [else: the id]
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Flag",
        conflicts_with = "file"
    )]
    pub(crate) display_name: Option<String>,
    /// Whether the flag is on, wholly or partly; `--enabled` alone means true
    #[arg(
        long,
        value_name = "BOOL",
        help_heading = "Flag",
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        conflicts_with_all = ["disabled", "file"]
    )]
    pub(crate) enabled: Option<bool>,
    /// The flag is off
    #[arg(long, help_heading = "Flag", conflicts_with = "file")]
    pub(crate) disabled: bool,
    /// What is served while the flag is off
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Flag",
        conflicts_with = "file"
    )]
    pub(crate) default_value: Option<String>,
    /// How far it is rolled out, 0 to 100
    #[arg(
        long,
        value_name = "NUMBER",
        help_heading = "Flag",
        conflicts_with_all = ["rollout_text", "rollout_rules", "file"]
    )]
    pub(crate) rollout_percentage: Option<Percentage>,
    /// The same in words, such as the name of a cohort
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Flag",
        conflicts_with_all = ["rollout_rules", "file"]
    )]
    pub(crate) rollout_text: Option<String>,
    /// The same as the number of active rules
    #[arg(
        long,
        value_name = "COUNT",
        help_heading = "Flag",
        conflicts_with = "file"
    )]
    pub(crate) rollout_rules: Option<u32>,
    /// Address of the flag's page, also of flags in a file that have none [else: `BUILD_URL`]
    #[arg(long, value_name = "URL", help_heading = "Flag")]
    pub(crate) url: Option<WebUrl>,
    /// Environment in which the flag is so; may be repeated [else: all environments]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Environment",
        conflicts_with = "file"
    )]
    pub(crate) environment_name: Vec<String>,
    /// development, testing, staging, production, or unmapped for none [else: guessed from the name]
    #[arg(
        long,
        value_name = "TYPE",
        help_heading = "Environment",
        conflicts_with = "file"
    )]
    pub(crate) environment_type: Option<EnvironmentType>,
    #[command(flatten)]
    pub(crate) item: ItemOptions,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
