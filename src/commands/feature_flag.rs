//! `jira-send feature-flag`: the state of one flag from the options, or of many from a file.

use serde_json::Value;

use super::items::{ItemCommand, Kind, Shared};
use super::missing::Missing;
use super::payload::Payload;
use super::run_facts::{given_text, jenkins_url};
use crate::cli::FeatureFlagOptions;
use crate::domain::association::Associations;
use crate::domain::environment::{EnvironmentType, MappedType};
use crate::domain::feature_flag::{FlagStatus, Rollout};
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::properties::Properties;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::facts::Facts;
use crate::item_file::{Belongings, Defaults, Flag, Given, ItemFile, ONLY_ENVIRONMENT, read_flags};
use crate::jira::DataType;
use crate::jira::builds::{ProviderMetadata, SchemaVersion};
use crate::jira::feature_flags::{Detail, Details, FeatureFlag, FeatureFlags, FlagEnvironment};

impl ItemCommand for FeatureFlagOptions {
    type Content = Flag;
    type Body = FeatureFlag;

    const KIND: Kind = Kind {
        data: DataType::FeatureFlags,
        words: ["flag", "flags"],
        missing_for: "a feature flag",
    };

    fn shared(&self) -> Shared<'_> {
        Shared {
            item: &self.item,
            keys: &self.keys,
            jira: &self.jira,
            services: &[],
        }
    }

    /// The page of a flag that has none of its own.
    fn page(&self, facts: &Facts) -> Result<Option<WebUrl>, Failure> {
        match (&self.url, &facts.run.url) {
            (Some(url), _) => Ok(Some(url.clone())),
            (None, Some(url)) => jenkins_url("BUILD_URL", url).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn of_file(name: &str, bytes: &[u8], defaults: &Defaults) -> Result<ItemFile<Flag>, Failure> {
        read_flags(name, bytes, defaults)
    }

    fn of_options(&self, defaults: &Defaults, missing: &mut Missing) -> Option<Given<Flag>> {
        of_options(self, defaults, missing)
    }

    fn body(
        flag: Flag,
        id: ItemId,
        number: SequenceNumber,
        associations: Associations,
    ) -> FeatureFlag {
        FeatureFlag {
            schema_version: SchemaVersion::V1,
            id,
            key: flag.key,
            update_sequence_id: number,
            display_name: flag.display_name,
            associations,
            summary: flag.summary,
            details: flag.details,
        }
    }

    fn page_of(flag: &FeatureFlag) -> Option<&WebUrl> {
        flag.summary.url.as_ref()
    }

    fn request(
        flags: Vec<FeatureFlag>,
        properties: Properties,
        provider_metadata: ProviderMetadata,
    ) -> Value {
        Payload::body(&FeatureFlags {
            properties,
            flags,
            provider_metadata,
        })
    }
}

/// The one flag of the options. What they do not give is noted in `missing`.
fn of_options(
    options: &FeatureFlagOptions,
    defaults: &Defaults,
    missing: &mut Missing,
) -> Option<Given<Flag>> {
    let key = given_text(options.flag_key.as_deref());
    let id = given_text(options.flag_id.as_deref());
    let id = missing.want(id.or(key), "the flag", "--flag-id or --flag-key", "");
    let off = options.disabled.then_some(false);
    let enabled = missing.want(
        options.enabled.or(off),
        "whether the flag is on",
        "--enabled or --disabled",
        "",
    );
    let url = missing.want(
        defaults.url.clone(),
        "the address of the flag's page",
        "--url",
        "BUILD_URL",
    );
    let id = id?;
    let key = key.unwrap_or(id);
    let given = |text: &Option<String>| text.as_deref().and_then(Line::optional);
    let rollout = match (options.rollout_percentage, options.rollout_rules) {
        (Some(percentage), _) => Some(Rollout::Percentage(percentage)),
        (None, Some(rules)) => Some(Rollout::Rules(rules)),
        (None, None) => given(&options.rollout_text).map(Rollout::Text),
    };
    let status = FlagStatus {
        enabled: enabled?,
        default_value: given(&options.default_value),
        rollout,
    };
    let url = url?;
    let detail = |environment| Detail {
        url: url.clone(),
        last_updated: defaults.time,
        environment,
        status: status.clone(),
    };
    let details = Details::new(environments(options).into_iter().map(detail).collect())?;
    let text = |source: &str, text: &str| Text::new(TextKind::Title, source, text);
    let name = options.display_name.as_deref();
    let texts = std::iter::once(text("--flag-key", key));
    Some(Given {
        id: id.parse().ok()?,
        sequence: None,
        belongings: Belongings::default(),
        texts: texts
            .chain(name.map(|name| text("--display-name", name)))
            .collect(),
        content: Flag {
            key: Line::required(key),
            display_name: given(&options.display_name),
            summary: details.roll_up(),
            details,
        },
    })
}

fn environments(options: &FeatureFlagOptions) -> Vec<FlagEnvironment> {
    let names = options.environment_name.iter();
    let mut names: Vec<&str> = names
        .map(String::as_str)
        .filter(|name| !name.trim().is_empty())
        .collect();
    if names.is_empty() {
        names.push(ONLY_ENVIRONMENT);
    }
    let environment = |name: &str| {
        let given = options.environment_type;
        FlagEnvironment {
            name: Line::required(name),
            environment_type: MappedType::new(
                given.unwrap_or_else(|| EnvironmentType::guess(name)),
            ),
        }
    };
    names.into_iter().map(environment).collect()
}
