//! Options of `jira-send build`.

use clap::{Arg, Args};

use super::numbers::count;
use super::options::{JiraOptions, KeyOptions, OutputOptions, RunOptions};
use super::wrap::WrapOptions;
use crate::domain::reference::Reference;
use crate::domain::state::parse_state_of_build;
use crate::domain::web_url::WebUrl;
use crate::test_reports::Patterns;

/// A build is never rolled back.
fn without_rollback(option: Arg) -> Arg {
    if option.get_id() != "state" {
        return option;
    }
    let help = option.get_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    option
        .help(help.replace(", for a deployment also `rolled_back`", ""))
        .value_parser(parse_state_of_build)
}

#[derive(Clone, Debug, Args)]
#[command(mut_args(without_rollback))]
pub(crate) struct BuildOptions {
    #[command(flatten)]
    pub(crate) run: RunOptions,
    /// Count the tests in these report files (JUnit, xUnit.net, NUnit, TRX), unless counts are given: patterns such as
    /// `**/target/surefire-reports/*.xml`, relative to the current folder, separated by commas; can be repeated
    #[arg(long, value_name = "PATTERNS", help_heading = "Tests")]
    pub(crate) test_reports: Vec<Patterns>,
    /// Number of tests
    #[arg(long, value_name = "COUNT", help_heading = "Tests", value_parser = count())]
    pub(crate) tests_total: Option<u32>,
    /// Number of tests that passed
    #[arg(long, value_name = "COUNT", help_heading = "Tests", value_parser = count())]
    pub(crate) tests_passed: Option<u32>,
    /// Number of tests that failed
    #[arg(long, value_name = "COUNT", help_heading = "Tests", value_parser = count())]
    pub(crate) tests_failed: Option<u32>,
    /// Number of tests that were skipped
    #[arg(long, value_name = "COUNT", help_heading = "Tests", value_parser = count())]
    pub(crate) tests_skipped: Option<u32>,
    /// URL of the repository's page [default: derived from `GIT_URL`]
    #[arg(long, value_name = "URL", help_heading = "References")]
    pub(crate) repository_url: Option<WebUrl>,
    /// Branch or tag that was built [default: from Jenkins or git]
    #[arg(long, value_name = "NAME", help_heading = "References")]
    pub(crate) ref_name: Option<String>,
    /// URL of the page of that branch or tag [default: derived from the repository's]
    #[arg(long, value_name = "URL", help_heading = "References")]
    pub(crate) ref_url: Option<WebUrl>,
    /// Complete reference as JSON, instead of the one that is found; at most five
    #[arg(long, value_name = "JSON", help_heading = "References")]
    pub(crate) reference: Vec<Reference>,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(flatten)]
    pub(crate) wrap: WrapOptions,
}
