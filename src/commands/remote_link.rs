//! `jira-send remote-link`: one link from the options, or many from a file.

use super::items::{self, Common, Item, Kind};
use super::missing::Missing;
use super::payload::Payload;
use super::run_facts::tell_local;
use super::{Context, send, tell};
use crate::cli::RemoteLinkOptions;
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::remote_link::{Appearance, LinkStatus, LinkType};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::item_file::{self, Belongings, Defaults, GivenLink, ItemFile, read_links};
use crate::jira::DataType;
use crate::jira::builds::{ProviderMetadata, SchemaVersion};
use crate::jira::remote_links::{RemoteLink, RemoteLinks};
use crate::report::Report;

const KIND: Kind = Kind {
    data: DataType::RemoteLinks,
    words: ["link", "links"],
};

/// Reads the options or the file, sends the links and reports.
pub(crate) fn run(options: &RemoteLinkOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let deadline = super::deadline(&options.jira, context);
    let facts = items::gather(&options.item, &options.keys, deadline, context)?;
    let destinations = super::destinations(&options.jira, context)?;
    let event = items::event(&options.item, context.system);
    let time = options.item.last_updated.unwrap_or(event);

    let mut missing = Missing::default();
    let file = match &options.item.file {
        Some(path) => {
            let (name, bytes) = item_file::read(path)?;
            Some(read_links(&name, &bytes, &Defaults { url: None, time })?)
        }
        None => of_options(options, time, &mut missing).map(|link| ItemFile {
            items: vec![link],
            properties: Vec::new(),
            product: None,
        }),
    };
    if !options.jira.dry_run {
        missing.want(
            destinations.first(),
            "the Jira site",
            "--site or JIRA_SITE",
            "",
        );
    }
    let Some(file) = file.filter(|_| missing.is_empty()) else {
        return Err(missing.into_failure("a remote link"));
    };
    let properties = items::properties(&options.item, &file.properties, &facts)?;
    let product = items::product(&options.item, file.product.as_deref());

    tell(&facts, context.output);
    let common = Common::new(&options.keys, &facts, &options.service_ids);
    let number = options.item.update_sequence_number;
    let number = number.unwrap_or_else(|| SequenceNumber::at(event));
    let (mut links, mut cut, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for link in file.items {
        match common.associate(&link.belongings, &link.texts, &mut cut) {
            Some((associations, issue_keys)) => {
                links.push(Item {
                    id: link.id.clone(),
                    sequence: link.sequence,
                    issue_keys,
                    body: RemoteLink {
                        schema_version: SchemaVersion::V1,
                        id: link.id,
                        update_sequence_number: link.sequence.unwrap_or(number),
                        display_name: link.display_name,
                        url: link.url,
                        link_type: link.link_type,
                        description: link.description,
                        last_updated: link.last_updated,
                        associations,
                        status: link.status,
                    },
                });
            }
            None => alone.push(link.id),
        }
    }
    items::tell(&common, cut, context.output);
    if links.is_empty() {
        return Ok(send::nothing(
            &common.findings,
            options.item.require_issue_keys,
            context.output,
        ));
    }
    items::tell_alone(&KIND, &alone, context.output);
    if let Some(link) = links.iter().find(|link| link.body.url.is_local()) {
        tell_local(&link.body.url, context.output);
    }
    let keeps_issue_keys = options.item.file.is_none() && !options.keys.only_issue_keys;
    let payloads = KIND.payloads(links, &options.item, keeps_issue_keys, |remote_links| {
        Payload::body(&RemoteLinks {
            properties: properties.clone(),
            remote_links,
            provider_metadata: ProviderMetadata::new(product.as_ref()),
        })
    });
    let mut source = send::Ready::from(payloads);
    send::send(&options.jira, &destinations, &mut source, deadline, context)
}

/// The one link of the options. What they do not give is noted in `missing`.
fn of_options(
    options: &RemoteLinkOptions,
    time: Timestamp,
    missing: &mut Missing,
) -> Option<GivenLink> {
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
    Some(GivenLink {
        id: id.unwrap_or_else(|| ItemId::of_url(&url)),
        display_name: Line::required(name),
        url,
        link_type: options.r#type.unwrap_or(LinkType::Other),
        description: given(&options.description),
        last_updated: time,
        status: given(&options.status_label).map(|label| LinkStatus {
            appearance: options.status_appearance.unwrap_or(Appearance::Default),
            label,
        }),
        sequence: None,
        belongings: Belongings::default(),
        texts: texts
            .chain(description.map(|words| text("--description", words)))
            .collect(),
    })
}
