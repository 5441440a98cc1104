//! `jira-send feature-flag`: the state of one flag from the options, or of many from a file.

use super::items::{self, Common, Item, Kind};
use super::missing::Missing;
use super::payload::Payload;
use super::run_facts::{given_text, jenkins_url, tell_local};
use super::{Context, send, tell};
use crate::cli::FeatureFlagOptions;
use crate::domain::environment::{EnvironmentType, MappedType};
use crate::domain::feature_flag::{FlagStatus, Rollout};
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{Text, TextKind};
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::facts::Facts;
use crate::item_file::{
    self, Belongings, Defaults, GivenFlag, ItemFile, ONLY_ENVIRONMENT, read_flags,
};
use crate::jira::DataType;
use crate::jira::builds::{ProviderMetadata, SchemaVersion};
use crate::jira::feature_flags::{Detail, Details, FeatureFlag, FeatureFlags, FlagEnvironment};
use crate::report::Report;

const KIND: Kind = Kind {
    data: DataType::FeatureFlags,
    words: ["flag", "flags"],
};

/// Reads the options or the file, sends the flags and reports.
pub(crate) fn run(options: &FeatureFlagOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let deadline = super::deadline(&options.jira, context);
    let facts = items::gather(&options.item, &options.keys, deadline, context)?;
    let destinations = super::destinations(&options.jira, context)?;
    let event = items::event(&options.item, context.system);
    let defaults = Defaults {
        url: page(options, &facts)?,
        time: options.item.last_updated.unwrap_or(event),
    };

    let mut missing = Missing::default();
    let file = match &options.item.file {
        Some(path) => {
            let (name, bytes) = item_file::read(path)?;
            Some(read_flags(&name, &bytes, &defaults)?)
        }
        None => of_options(options, &defaults, &mut missing).map(|flag| ItemFile {
            items: vec![flag],
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
        return Err(missing.into_failure("a feature flag"));
    };
    let properties = items::properties(&options.item, &file.properties, &facts)?;
    let product = items::product(&options.item, file.product.as_deref());

    tell(&facts, context.output);
    let common = Common::new(&options.keys, &facts, &[]);
    let number = options.item.update_sequence_number;
    let number = number.unwrap_or_else(|| SequenceNumber::at(event));
    let (mut flags, mut cut, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for flag in file.items {
        match common.associate(&flag.belongings, &flag.texts, &mut cut) {
            Some((associations, issue_keys)) => flags.push(Item {
                id: flag.id.clone(),
                sequence: flag.sequence,
                issue_keys,
                body: FeatureFlag {
                    schema_version: SchemaVersion::V1,
                    id: flag.id,
                    key: flag.key,
                    update_sequence_id: flag.sequence.unwrap_or(number),
                    display_name: flag.display_name,
                    associations,
                    summary: flag.summary,
                    details: flag.details,
                },
            }),
            None => alone.push(flag.id),
        }
    }
    items::tell(&common, cut, context.output);
    if flags.is_empty() {
        return Ok(send::nothing(
            &common.findings,
            options.item.require_issue_keys,
            context.output,
        ));
    }
    items::tell_alone(&KIND, &alone, context.output);
    let mut pages = flags
        .iter()
        .filter_map(|flag| flag.body.summary.url.as_ref());
    if let Some(url) = pages.find(|url| url.is_local()) {
        tell_local(url, context.output);
    }
    let keeps_issue_keys = options.item.file.is_none() && !options.keys.only_issue_keys;
    let payloads = KIND.payloads(flags, &options.item, keeps_issue_keys, |flags| {
        Payload::body(&FeatureFlags {
            properties: properties.clone(),
            flags,
            provider_metadata: ProviderMetadata::new(product.as_ref()),
        })
    });
    let mut source = send::Ready::from(payloads);
    send::send(&options.jira, &destinations, &mut source, deadline, context)
}

/// The page of a flag that has none of its own.
fn page(options: &FeatureFlagOptions, facts: &Facts) -> Result<Option<WebUrl>, Failure> {
    match (&options.url, &facts.run.url) {
        (Some(url), _) => Ok(Some(url.clone())),
        (None, Some(url)) => jenkins_url("BUILD_URL", url).map(Some),
        (None, None) => Ok(None),
    }
}

/// The one flag of the options. What they do not give is noted in `missing`.
fn of_options(
    options: &FeatureFlagOptions,
    defaults: &Defaults,
    missing: &mut Missing,
) -> Option<GivenFlag> {
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
    Some(GivenFlag {
        id: id.parse::<ItemId>().ok()?,
        key: Line::required(key),
        display_name: given(&options.display_name),
        sequence: None,
        summary: details.roll_up(),
        details,
        belongings: Belongings::default(),
        texts: texts
            .chain(name.map(|name| text("--display-name", name)))
            .collect(),
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
