//! The file of remote links.

use super::{
    Defaults, Given, ItemFile, belongings, line, optional_line, parse, schema_version, sequence,
    texts, time, whole,
};
use crate::domain::ids::ItemId;
use crate::domain::remote_link::{Appearance, LinkStatus, LinkType};
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::json::Node;

/// What is said of one link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) display_name: Line,
    pub(crate) url: WebUrl,
    pub(crate) link_type: LinkType,
    pub(crate) description: Option<Line>,
    pub(crate) last_updated: Timestamp,
    pub(crate) status: Option<LinkStatus>,
}

/// Reads the text of the file `name`.
///
/// # Errors
/// All that is wrong with it, with the places.
pub(crate) fn read_links(
    name: &str,
    bytes: &[u8],
    defaults: &Defaults,
) -> Result<ItemFile<Link>, Failure> {
    parse(name, bytes, "remote-link", |root| {
        whole(
            root,
            &["remoteLinks", "properties", "providerMetadata"],
            |node| link(node, defaults),
        )
    })
}

fn link(node: &Node<'_>, defaults: &Defaults) -> Option<Given<Link>> {
    let fields = node.fields(&[
        "id",
        "displayName",
        "url",
        "type",
        "description",
        "status",
        "lastUpdated",
        "issueKeys",
        "serviceIds",
        "associations",
        "updateSequenceNumber",
        "schemaVersion",
    ])?;
    schema_version(&fields);
    let url = fields.required("url").and_then(Node::parsed::<WebUrl>);
    let id = match fields.get("id") {
        Some(id) => id.parsed(),
        None => url.as_ref().map(ItemId::of_url),
    };
    let display_name = fields.required("displayName").and_then(line);
    let link_type = match fields.get("type") {
        Some(node) => node.parsed(),
        None => Some(LinkType::Other),
    };
    let description = fields.get("description").and_then(optional_line);
    let last_updated = match fields.get("lastUpdated") {
        Some(node) => time(node),
        None => Some(defaults.time),
    };
    let status = fields.get("status").and_then(status);
    let sequence = fields.get("updateSequenceNumber").and_then(sequence);
    let types = ["issueIdOrKeys", "issueKeys", "serviceIdOrKeys"];
    let belongings = belongings(&fields, &types);
    let texts = texts(&fields, "link", &["displayName", "description"]);
    Some(Given {
        id: id?,
        sequence,
        belongings,
        texts,
        content: Link {
            display_name: display_name?,
            url: url?,
            link_type: link_type?,
            description,
            last_updated: last_updated?,
            status,
        },
    })
}

/// A label alone, or Jira's object of label and appearance.
fn status(node: &Node<'_>) -> Option<LinkStatus> {
    if node.is_text() {
        return Some(LinkStatus {
            appearance: Appearance::Default,
            label: optional_line(node)?,
        });
    }
    let fields = node.fields(&["label", "appearance"])?;
    let label = fields.required("label").and_then(line);
    let appearance = match fields.get("appearance") {
        Some(node) => node.parsed(),
        None => Some(Appearance::Default),
    };
    Some(LinkStatus {
        appearance: appearance?,
        label: label?,
    })
}
