//! `jira-send remote-link`: one link from the options, or many from a file.

use serde_json::Value;

use super::items::{ItemCommand, Kind, Shared};
use super::missing::Missing;
use super::payload::Payload;
use crate::cli::RemoteLinkOptions;
use crate::domain::association::Associations;
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::properties::Properties;
use crate::domain::remote_link::{Appearance, LinkStatus, LinkType};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::item_file::{Belongings, Defaults, Given, ItemFile, Link, read_links};
use crate::jira::DataType;
use crate::jira::builds::{ProviderMetadata, SchemaVersion};
use crate::jira::remote_links::{RemoteLink, RemoteLinks};

impl ItemCommand for RemoteLinkOptions {
    type Content = Link;
    type Body = RemoteLink;

    const KIND: Kind = Kind {
        data: DataType::RemoteLinks,
        words: ["link", "links"],
        missing_for: "a remote link",
    };

    fn shared(&self) -> Shared<'_> {
        Shared {
            item: &self.item,
            keys: &self.keys,
            jira: &self.jira,
            services: &self.service_ids,
        }
    }

    fn of_file(name: &str, bytes: &[u8], defaults: &Defaults) -> Result<ItemFile<Link>, Failure> {
        read_links(name, bytes, defaults)
    }

    fn of_options(&self, defaults: &Defaults, missing: &mut Missing) -> Option<Given<Link>> {
        of_options(self, defaults.time, missing)
    }

    fn body(
        link: Link,
        id: ItemId,
        number: SequenceNumber,
        associations: Associations,
    ) -> RemoteLink {
        RemoteLink {
            schema_version: SchemaVersion::V1,
            id,
            update_sequence_number: number,
            display_name: link.display_name,
            url: link.url,
            link_type: link.link_type,
            description: link.description,
            last_updated: link.last_updated,
            associations,
            status: link.status,
        }
    }

    fn page_of(link: &RemoteLink) -> Option<&WebUrl> {
        Some(&link.url)
    }

    fn request(
        remote_links: Vec<RemoteLink>,
        properties: Properties,
        provider_metadata: ProviderMetadata,
    ) -> Value {
        Payload::body(&RemoteLinks {
            properties,
            remote_links,
            provider_metadata,
        })
    }
}

/// The one link of the options. What they do not give is noted in `missing`.
fn of_options(
    options: &RemoteLinkOptions,
    time: Timestamp,
    missing: &mut Missing,
) -> Option<Given<Link>> {
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let url = missing.want(
        options.url.clone(),
        "the address that the link leads to",
        "--url",
        "",
    );
    let name = options.display_name.as_deref();
    let name = name.filter(|name| !name.trim().is_empty());
    let name = missing.want(name, "the name of the link", "--display-name", "");
    let (url, name) = (url?, name?);
    let id = options.link_id.as_deref();
    let id = id.and_then(|id| id.parse().ok());
    let text = |source: &str, text: &str| Text::new(TextKind::Title, source, text);
    let description = options.description.as_deref();
    let texts = std::iter::once(text("--display-name", name));
    Some(Given {
        id: id.unwrap_or_else(|| ItemId::of_url(&url)),
        sequence: None,
        belongings: Belongings::default(),
        texts: texts
            .chain(description.map(|words| text("--description", words)))
            .collect(),
        content: Link {
            display_name: Line::required(name),
            url,
            link_type: options.r#type.unwrap_or(LinkType::Other),
            description: given(&options.description),
            last_updated: time,
            status: given(&options.status_label).map(|label| LinkStatus {
                appearance: options.status_appearance.unwrap_or(Appearance::Default),
                label,
            }),
        },
    })
}
