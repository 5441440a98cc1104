//! Flags in the requests that carry them: `feature-flag` hands these to `send.rs`.

use super::Numbered;
use crate::cli::FeatureFlagOptions;
use crate::commands::key_rules::are_named;
use crate::commands::payload::Payload;
use crate::domain::distinct_keys::DistinctKeys;
use crate::domain::properties::Properties;
use crate::domain::sequence::Origin;
use crate::domain::text::Line;
use crate::jira::builds::ProviderMetadata;
use crate::jira::feature_flags::FeatureFlags;
use crate::jira::{Body, DataType, MAX_ITEMS};

/// What holds for all requests of a call.
pub(super) struct FlagRequests<'a> {
    pub(super) properties: Properties,
    pub(super) product: Option<Line>,
    /// Whether the flags are those of a file.
    pub(super) has_file: bool,
    pub(super) options: &'a FeatureFlagOptions,
}

impl FlagRequests<'_> {
    /// As many requests as it takes. Flags with a number of their own keep it, so that they travel apart from those
    /// whose number may grow.
    pub(super) fn payloads(&self, flags: Vec<Numbered>) -> Vec<Payload> {
        let update = &self.options.update;
        let origin = Origin::of(update.update_sequence_number, update.event_time);
        let (given, others): (Vec<_>, Vec<_>) =
            flags.into_iter().partition(|flag| flag.has_own_number);
        let mut payloads = Vec::new();
        for (flags, origin) in [(given, Origin::Given), (others, origin)] {
            let mut flags = flags.into_iter().peekable();
            while flags.peek().is_some() {
                let chunk = flags.by_ref().take(MAX_ITEMS).collect();
                payloads.push(self.payload(chunk, origin));
            }
        }
        payloads
    }

    fn payload(&self, flags: Vec<Numbered>, origin: Origin) -> Payload {
        let name = match flags.as_slice() {
            [only] => format!("flag {}", only.body.id.as_str()),
            several => format!("{} flags", several.len()),
        };
        let issue_keys = flags.iter().flat_map(|flag| &flag.issue_keys);
        let issue_keys: DistinctKeys = issue_keys.cloned().collect();
        let body = FeatureFlags {
            properties: self.properties.clone(),
            flags: flags.into_iter().map(|flag| flag.body).collect(),
            provider_metadata: ProviderMetadata::new(self.product.as_ref()),
        };
        let keys = &self.options.keys;
        Payload {
            name,
            status: None,
            body: Body::new(DataType::FeatureFlags, &body),
            issue_keys: issue_keys.into_vec(),
            names_issues: self.has_file || are_named(keys),
            origin,
            keeps_issue_keys: !self.has_file && !keys.only_issue_keys,
            may_wait: true,
        }
    }
}
