//! A `POST …/bulk`: what costs the whole request, what costs one item, and the answer.

use serde_json::{Map, Value, json};

use crate::Config;
use crate::associations::{self, Allowed, Unknown};
use crate::rules::{Field, Rule, check_object, cut_texts, forbidden_character, utf16_length};
use crate::rules::{optional, required};
use crate::store::{Key, Kind, Properties, Store};

const MAX_ITEMS: usize = 100;
const MAX_PROPERTIES: usize = 5;
const MAX_PROPERTY: usize = 255;

/// How one kind of item is checked.
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) fields: &'static [Field],
    pub(crate) associations: Allowed,
}

/// A data type whose submission is one list of items that stand for themselves.
pub(crate) struct Bulk {
    pub(crate) item: Item,
    /// Where the body has the items.
    pub(crate) list: &'static str,
    /// The fields of the body.
    pub(crate) request: &'static [Field],
    /// The parts of the identity: name in the answer, and place in the item.
    pub(crate) identity: &'static [(&'static str, &'static str)],
    /// Where the answer has the items.
    pub(crate) accepted: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) refusals: Refusals,
    /// Whether the answer has `unknownIssueKeys`.
    pub(crate) tells_unknown_issue_keys: bool,
}

/// How an answer lists refused items.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusals {
    /// `[{"key": {…}, "errors": […]}]`, and accepted items by their whole identity.
    List,
    /// `{id: […]}`, and accepted items by their id alone.
    ById,
}

pub(crate) const fn items(list: &'static str) -> Field {
    let items = Rule::List {
        min: 1,
        max: MAX_ITEMS,
        of: &Rule::Any,
    };
    required(list, items)
}

/// Checked apart.
pub(crate) const PROPERTIES: Field = optional("properties", Rule::Any);

pub(crate) const PROVIDER_METADATA: Field = optional(
    "providerMetadata",
    Rule::ObjectOrEmpty(&[optional("product", Rule::Text(usize::MAX))]),
);

/// The body of the 202, or the message of the 400.
pub(crate) fn submit(
    config: &Config,
    store: &mut Store,
    bulk: &Bulk,
    body: &[u8],
) -> Result<Value, String> {
    let (body, properties) = read(body, bulk.request)?;
    let items = list(&body, bulk.list);
    for (index, item) in items.iter().enumerate() {
        check_for_the_whole(bulk, &format!("{}[{index}]", bulk.list), item)?;
    }
    let mut accepted = Vec::new();
    let mut refused = Vec::new();
    let mut unknown = Unknown::default();
    for item in items {
        let identity = identity(bulk, item);
        match check_item(config, store, &bulk.item, item, &mut unknown) {
            Ok(item) => {
                // An update that comes too late is listed as accepted all the same.
                store.put(key(bulk, &item), item, &properties);
                accepted.push(identity);
            }
            Err(messages) => refused.push((identity, errors(messages))),
        }
    }
    Ok(answer(bulk, accepted, refused, unknown))
}

fn answer(
    bulk: &Bulk,
    accepted: Vec<Value>,
    refused: Vec<(Value, Value)>,
    unknown: Unknown,
) -> Value {
    let refused: Value = match bulk.refusals {
        Refusals::List => refused
            .into_iter()
            .map(|(key, errors)| json!({ "key": key, "errors": errors }))
            .collect(),
        Refusals::ById => refused
            .into_iter()
            .map(|(id, errors)| (id.as_str().unwrap_or_default().to_owned(), errors))
            .collect::<Map<_, _>>()
            .into(),
    };
    let mut answer = json!({ "unknownAssociations": unknown.associations() });
    answer[bulk.accepted] = accepted.into();
    answer[bulk.refused] = refused;
    if bulk.tells_unknown_issue_keys {
        answer["unknownIssueKeys"] = unknown.issue_keys.into();
    }
    answer
}

/// A body that is well-formed as a whole, and its properties.
pub(crate) fn read(body: &[u8], fields: &[Field]) -> Result<(Value, Properties), String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    if let Some(message) = forbidden_character(&body) {
        return Err(message);
    }
    let object = body.as_object().ok_or("The body must be a JSON object")?;
    let mut errors = Vec::new();
    check_object("", object, fields, &mut errors);
    if let Some(first) = errors.into_iter().next() {
        return Err(first);
    }
    let properties = object
        .get("properties")
        .map_or_else(|| Ok(Properties::new()), check_properties)?;
    Ok((body, properties))
}

/// The elements of a list, none when it is missing.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
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
        // Stated for development information only; nobody needs longer ones elsewhere.
        if utf16_length(name) > MAX_PROPERTY {
            return Err(format!(
                "Property keys can have a maximum of {MAX_PROPERTY} characters"
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

/// Mistakes of one item that cost the whole request.
fn check_for_the_whole(bulk: &Bulk, path: &str, item: &Value) -> Result<(), String> {
    // The answer could not name it.
    if bulk.refusals == Refusals::ById && !item["id"].is_string() {
        return Err(format!("'{path}.id' must be a string"));
    }
    let Some(object) = item.as_object() else {
        return Ok(());
    };
    if associations::has_both_forms(object) {
        return Err("'issueKeys' and 'associations' are mutually exclusive".to_owned());
    }
    if associations::has_empty_block(object) {
        return Err(associations::NO_VALUES.to_owned());
    }
    Ok(())
}

/// The item as it is to be stored, or what is wrong with it.
pub(crate) fn check_item(
    config: &Config,
    store: &Store,
    rules: &Item,
    item: &Value,
    unknown: &mut Unknown,
) -> Result<Value, Vec<String>> {
    let Some(object) = item.as_object() else {
        return Err(vec!["The item must be an object".to_owned()]);
    };
    let mut errors = Vec::new();
    check_object("", object, rules.fields, &mut errors);
    associations::check(&rules.associations, object, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut kept = object.clone();
    cut_texts(&mut kept, rules.fields);
    if associations::keep_known(config, store, &mut kept, unknown) {
        Ok(Value::Object(kept))
    } else {
        Err(vec![rules.associations.nothing_known.to_owned()])
    }
}

/// The identity in the form of the answer; parts that the item lacks are left out.
fn identity(bulk: &Bulk, item: &Value) -> Value {
    if bulk.refusals == Refusals::ById {
        return item["id"].clone();
    }
    let parts = bulk.identity.iter();
    let parts = parts.filter_map(|(name, place)| Some((*name, item.pointer(place)?.clone())));
    parts
        .map(|(name, part)| (name.to_owned(), part))
        .collect::<Map<_, _>>()
        .into()
}

/// Of a valid item.
fn key(bulk: &Bulk, item: &Value) -> Key {
    let id = |place: &str| match item.pointer(place) {
        Some(Value::String(text)) => text.clone(),
        Some(number) => number.to_string(),
        None => String::new(),
    };
    let ids: Vec<String> = bulk.identity.iter().map(|(_, place)| id(place)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Key::new(bulk.item.kind, &ids)
}

/// The form of errors in this API family.
pub(crate) fn errors(messages: impl IntoIterator<Item = String>) -> Value {
    messages
        .into_iter()
        .map(|message| json!({ "message": message }))
        .collect()
}
