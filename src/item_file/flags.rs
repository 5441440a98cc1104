//! The file of feature flags.

use super::told::{Told, ToldStatus};
use super::{
    Defaults, Given, ItemFile, MAX_VALUES, belongings, line, optional_line, parse, schema_version,
    sequence, texts, whole,
};
use crate::domain::environment::{EnvironmentType, MappedType};
use crate::domain::text::Line;
use crate::error::Failure;
use crate::jira::feature_flags::{Detail, Details, FlagEnvironment, Summary};
use crate::json::{Fields, Node};

/// The environment of a flag that names none: Jira wants one.
pub(crate) const ONLY_ENVIRONMENT: &str = "all environments";

/// What is said of one flag.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) key: Line,
    pub(crate) display_name: Option<Line>,
    pub(crate) summary: Summary,
    pub(crate) details: Details,
}

/// Reads the text of the file `name`.
///
/// # Errors
/// All that is wrong with it, with the places.
pub(crate) fn read_flags(
    name: &str,
    bytes: &[u8],
    defaults: &Defaults,
) -> Result<ItemFile<Flag>, Failure> {
    parse(name, bytes, "feature-flag", |root| {
        whole(root, &["flags", "properties", "providerMetadata"], |node| {
            flag(node, defaults)
        })
    })
}

fn flag(node: &Node<'_>, defaults: &Defaults) -> Option<Given<Flag>> {
    let fields = node.fields(&[
        "id",
        "key",
        "displayName",
        "description",
        "issueKeys",
        "url",
        "lastUpdated",
        "enabled",
        "defaultValue",
        "rollout",
        "environments",
        "summary",
        "details",
        "associations",
        "updateSequenceId",
        "schemaVersion",
    ])?;
    schema_version(&fields);
    let name = match (fields.get("id"), fields.get("key")) {
        (None, None) => {
            fields.missing("id", "missing; expected id or key");
            None
        }
        (Some(id), Some(key)) => id.parsed().zip(line(key)),
        (Some(only), None) | (None, Some(only)) => {
            only.parsed().and_then(|id| Some((id, line(only)?)))
        }
    };
    let display_name = fields.get("displayName").and_then(optional_line);
    let sequence = fields.get("updateSequenceId").and_then(sequence);
    let belongings = belongings(&fields, &["issueIdOrKeys", "issueKeys"]);
    if let Some(description) = fields.get("description") {
        // Searched, not sent.
        description.text();
    }
    let texts = texts(&fields, "flag", &["key", "displayName", "description"]);

    let of_flag = Told::read(&fields);
    let of_summary = fields.get("summary").and_then(summary).unwrap_or_default();
    let base = of_flag.clone().or(&of_summary).or(&Told {
        url: defaults.url.clone(),
        last_updated: Some(defaults.time),
        ..Told::default()
    });
    let details = details(&fields, &base);
    let (id, key) = name?;
    let details = Details::new(details?)?;
    let rolled_up = details.roll_up();
    let of_pages = Told {
        status: ToldStatus::default(),
        ..of_flag
    };
    let summary = of_summary
        .or(&of_pages)
        .or(&Told::from(rolled_up))
        .summary()?;
    Some(Given {
        id,
        sequence,
        belongings,
        texts,
        content: Flag {
            key,
            display_name,
            summary,
            details,
        },
    })
}

fn summary(node: &Node<'_>) -> Option<Told> {
    let fields = node.fields(&[
        "url",
        "lastUpdated",
        "status",
        "enabled",
        "defaultValue",
        "rollout",
    ])?;
    Some(Told::read(&fields))
}

/// The environments; nothing when something is wrong with one of them.
fn details(fields: &Fields<'_>, base: &Told) -> Option<Vec<Detail>> {
    let list = match (fields.get("environments"), fields.get("details")) {
        (Some(_), Some(details)) => {
            details.wrong("environments is set as well; use one of the two");
            return None;
        }
        (list, None) | (None, list) => list,
    };
    let nodes = list.map_or(Some(Vec::new()), |list| list.items(MAX_VALUES))?;
    if nodes.is_empty() {
        let environment = FlagEnvironment {
            name: Line::required(ONLY_ENVIRONMENT),
            environment_type: None,
        };
        let detail = base.clone().detail(Some(environment), fields)?;
        return Some(vec![detail]);
    }
    // All of them are read before a wrong one ends it.
    let details: Vec<Option<Detail>> = nodes.iter().map(|node| detail(node, base)).collect();
    details.into_iter().collect()
}

/// One environment: our fields, or Jira's objects `environment` and `status`.
fn detail(node: &Node<'_>, base: &Told) -> Option<Detail> {
    let fields = node.fields(&[
        "name",
        "type",
        "url",
        "lastUpdated",
        "enabled",
        "defaultValue",
        "rollout",
        "environment",
        "status",
    ])?;
    let told = Told::read(&fields).or(base);
    let environment = match fields.get("environment") {
        Some(node) => node
            .fields(&["name", "type"])
            .and_then(|fields| environment(&fields)),
        None => environment(&fields),
    };
    told.detail(environment, &fields)
}

fn environment(fields: &Fields<'_>) -> Option<FlagEnvironment> {
    let name = fields.required("name").and_then(line);
    let given = fields.get("type").map(Node::parsed::<EnvironmentType>);
    let name = name?;
    let environment_type = match given {
        Some(given) => given?,
        None => EnvironmentType::guess(name.as_str()),
    };
    Some(FlagEnvironment {
        name,
        environment_type: MappedType::new(environment_type),
    })
}
