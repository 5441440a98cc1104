//! A `POST …/bulk`: what costs the whole request, what costs one item, and the answer.

use serde_json::{Map, Value, json};

use crate::associations::{self, Unknown};
use crate::data::errors;
use crate::rules::{Field, check_object, forbidden_character, utf16_length};
use crate::store::{Key, Kind, Properties, Store};
use crate::{Config, builds, deployments};

const MAX_ITEMS: usize = 100;
const MAX_PROPERTIES: usize = 5;
const MAX_PROPERTY: usize = 255;

impl Kind {
    fn list(self) -> &'static str {
        match self {
            Self::Build => "builds",
            Self::Deployment => "deployments",
        }
    }

    fn fields(self) -> &'static [Field] {
        match self {
            Self::Build => builds::FIELDS,
            Self::Deployment => deployments::FIELDS,
        }
    }

    fn nothing_known(self) -> &'static str {
        match self {
            Self::Build => "No valid issues found for build",
            Self::Deployment => "No valid associations found for deployment",
        }
    }

    /// The identity in the form of the answer; parts that the item lacks are left out.
    fn identity(self, item: &Value) -> Value {
        let parts = match self {
            Self::Build => vec![
                ("pipelineId", &item["pipelineId"]),
                ("buildNumber", &item["buildNumber"]),
            ],
            Self::Deployment => vec![
                ("pipelineId", &item["pipeline"]["id"]),
                ("environmentId", &item["environment"]["id"]),
                (
                    "deploymentSequenceNumber",
                    &item["deploymentSequenceNumber"],
                ),
            ],
        };
        let parts = parts.into_iter().filter(|(_, part)| !part.is_null());
        parts
            .map(|(name, part)| (name.to_owned(), part.clone()))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Of a valid item.
    fn key(self, item: &Value) -> Key {
        let text = |part: &Value| part.as_str().unwrap_or_default().to_owned();
        let number = |part: &Value| part.as_i64().unwrap_or_default();
        match self {
            Self::Build => Key::build(&text(&item["pipelineId"]), number(&item["buildNumber"])),
            Self::Deployment => {
                let (pipeline, environment) = (
                    text(&item["pipeline"]["id"]),
                    text(&item["environment"]["id"]),
                );
                Key::deployment(
                    &pipeline,
                    &environment,
                    number(&item["deploymentSequenceNumber"]),
                )
            }
        }
    }
}

/// The body of the 202, or the message of the 400.
pub(crate) fn submit(
    config: &Config,
    store: &mut Store,
    kind: Kind,
    body: &[u8],
) -> Result<Value, String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    let (items, properties) = check_request(kind, &body)?;
    let mut accepted = Vec::new();
    let mut rejected = Vec::new();
    let mut unknown = Unknown::default();
    for item in items {
        let identity = kind.identity(item);
        match check_item(config, kind, item, &mut unknown) {
            Ok(item) => {
                // An update that comes too late is listed as accepted all the same.
                store.put(kind.key(&item), sequence(&item), item, &properties);
                accepted.push(identity);
            }
            Err(messages) => rejected.push(json!({ "key": identity, "errors": errors(messages) })),
        }
    }
    let associations = unknown.associations.into_iter();
    let associations =
        associations.map(|(name, values)| json!({ "associationType": name, "values": values }));
    let (accepted_name, rejected_name) = match kind {
        Kind::Build => ("acceptedBuilds", "rejectedBuilds"),
        Kind::Deployment => ("acceptedDeployments", "rejectedDeployments"),
    };
    Ok(json!({
        accepted_name: accepted,
        rejected_name: rejected,
        "unknownIssueKeys": unknown.issue_keys,
        "unknownAssociations": associations.collect::<Vec<_>>(),
    }))
}

fn sequence(item: &Value) -> i64 {
    item["updateSequenceNumber"].as_i64().unwrap_or_default()
}

fn check_request(kind: Kind, body: &Value) -> Result<(&[Value], Properties), String> {
    if let Some(message) = forbidden_character(body) {
        return Err(message);
    }
    let name = kind.list();
    let object = body.as_object().ok_or("The body must be a JSON object")?;
    let known = [name, "properties", "providerMetadata"];
    if let Some(field) = object.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(format!("Unknown field '{field}'"));
    }
    let items = object
        .get(name)
        .ok_or_else(|| format!("'{name}' is required"))?;
    let items = items
        .as_array()
        .ok_or_else(|| format!("'{name}' must be an array"))?;
    if items.is_empty() {
        return Err(format!("'{name}' must have at least 1 element"));
    }
    if items.len() > MAX_ITEMS {
        return Err(format!(
            "'{name}' can have a maximum of {MAX_ITEMS} elements"
        ));
    }
    let properties = object
        .get("properties")
        .map_or_else(|| Ok(Properties::new()), check_properties)?;
    if let Some(metadata) = object.get("providerMetadata") {
        check_metadata(metadata)?;
    }
    let mut fatal = items
        .iter()
        .filter_map(Value::as_object)
        .filter_map(associations::fatal_error);
    fatal
        .next()
        .map_or(Ok((items, properties)), |message| Err(message.to_owned()))
}

fn check_properties(value: &Value) -> Result<Properties, String> {
    let given = value.as_object().ok_or("'properties' must be an object")?;
    if given.len() > MAX_PROPERTIES {
        return Err(format!(
            "'properties' can have a maximum of {MAX_PROPERTIES} elements"
        ));
    }
    let mut properties = Properties::new();
    for (name, value) in given {
        if name.contains(':') || name.starts_with('_') {
            return Err(format!(
                "Property key '{name}' must not contain ':' nor start with '_'"
            ));
        }
        let value = value
            .as_str()
            .filter(|value| utf16_length(value) <= MAX_PROPERTY);
        let value = value.ok_or_else(|| {
            format!("The value of property '{name}' must be a string of at most {MAX_PROPERTY} characters")
        })?;
        properties.insert(name.clone(), value.to_owned());
    }
    Ok(properties)
}

fn check_metadata(value: &Value) -> Result<(), String> {
    let metadata = value
        .as_object()
        .ok_or("'providerMetadata' must be an object")?;
    let valid = metadata
        .iter()
        .all(|(name, value)| name == "product" && value.is_string());
    if valid {
        Ok(())
    } else {
        Err("'providerMetadata' holds only 'product', a string".to_owned())
    }
}

/// The item as it is to be stored, or what is wrong with it.
fn check_item(
    config: &Config,
    kind: Kind,
    item: &Value,
    unknown: &mut Unknown,
) -> Result<Value, Vec<String>> {
    let Some(object) = item.as_object() else {
        return Err(vec!["The item must be an object".to_owned()]);
    };
    let mut errors = Vec::new();
    check_object("", object, kind.fields(), &mut errors);
    associations::check(kind, object, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut kept = object.clone();
    if associations::keep_known(config, &mut kept, unknown) {
        Ok(Value::Object(kept))
    } else {
        Err(vec![kind.nothing_known().to_owned()])
    }
}
