//! Options of `jira-send remote-link`.

use clap::Args;

use super::items::ItemOptions;
use super::options::{JiraOptions, KeyOptions, OutputOptions};
use super::words::Words;
use crate::domain::association::ServiceId;
use crate::domain::remote_link::{Appearance, LinkType};
use crate::domain::web_url::WebUrl;

/// What a file of links looks like.
pub(super) const FILE_HELP: &str = r#"A file of links; url and displayName are needed:

  {"remoteLinks": [
    {"url": "https://ci.example.com/job/shop/42/coverage/", "displayName": "Coverage", "type": "coverage",
     "status": {"label": "87 %", "appearance": "success"}, "issueKeys": ["ABC-1"]}]}

Issues are those in issueKeys, those that displayName and description name, and those of the options; serviceIds are
services of Jira Service Management. A body of Jira's Remote Links API is such a file as well.

Atlassian does not confirm that OAuth credentials may send remote links: a site may refuse them (status 401, 403, 404)."#;

#[derive(Clone, Debug, Args)]
pub(crate) struct RemoteLinkOptions {
    /// URL that the link leads to
    #[arg(
        long,
        value_name = "URL",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) url: Option<WebUrl>,
    /// Name shown in Jira
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) display_name: Option<String>,
    /// Id of the link, the same in every update [default: derived from its URL]
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) link_id: Option<String>,
    /// Type of the link: document, alert, test, security, logFile, prototype, coverage, bugReport or other [default: other]
    #[arg(
        long,
        value_name = "TYPE",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) r#type: Option<LinkType>,
    /// Short description
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) description: Option<String>,
    /// Text of the status shown beside the link
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Link",
        conflicts_with = "file"
    )]
    pub(crate) status_label: Option<String>,
    /// Colour of the status: default, inprogress, moved, new, removed, prototype or success [default: default]
    #[arg(
        long,
        value_name = "APPEARANCE",
        help_heading = "Link",
        requires = "status_label",
        conflicts_with = "file"
    )]
    pub(crate) status_appearance: Option<Appearance>,
    /// Ids of services in Jira Service Management
    #[arg(long, value_name = "IDS", help_heading = "Link")]
    pub(crate) service_ids: Vec<Words<ServiceId>>,
    #[command(flatten)]
    pub(crate) item: ItemOptions,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) jira: JiraOptions,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
}
