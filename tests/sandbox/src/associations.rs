//! What an item belongs to: issues, and for some types services, commits and repositories.

use serde_json::{Map, Value, json};

use crate::Config;
use crate::rules::{Field, Rule, TEXT, check_count, check_object, check_value, required};
use crate::store::{Key, Kind, Store};

const MAX_VALUES: usize = 500;

pub(crate) const ISSUE_TYPES: &[&str] = &["issueKeys", "issueIdOrKeys"];

/// The old form of builds, deployments and feature flags.
pub(crate) const ISSUE_KEYS: Rule = Rule::List {
    min: 1,
    max: 100,
    of: &Rule::Pattern {
        matches: is_key,
        expression: r"^\w{1,255}-\d{1,255}$",
    },
};

/// The allowed types depend on the data type, the form of the values on the type: both are checked by hand.
const BLOCK: &[Field] = &[
    required("associationType", TEXT),
    required("values", Rule::Any),
];
const COMMIT: &[Field] = &[required("commitHash", TEXT), required("repositoryId", TEXT)];
const REPOSITORY: &[Field] = &[required("repositoryId", TEXT)];

/// What a data type takes as `associations`.
pub(crate) struct Allowed {
    pub(crate) types: &'static [&'static str],
    pub(crate) max_blocks: usize,
    /// The message for an item without any; a recorded one for most types.
    pub(crate) missing: &'static str,
    /// The message for an item of which nothing is known.
    pub(crate) nothing_known: &'static str,
}

/// Recorded for an empty list of keys.
pub(crate) const NO_ISSUE_KEYS: &str = "At least one 'issueKeys' is required";

/// Both forms on one item: Jira refuses the whole request.
pub(crate) fn has_both_forms(item: &Map<String, Value>) -> bool {
    item.contains_key("issueKeys") && item.contains_key("associations")
}

/// Recorded for a block without values, for which Jira refuses the whole request.
pub(crate) const NO_VALUES: &str = "Associations must provide at least one value.";

pub(crate) fn has_empty_block(item: &Map<String, Value>) -> bool {
    let empty = |block: &Value| block["values"].as_array().is_some_and(Vec::is_empty);
    let blocks = item.get("associations").and_then(Value::as_array);
    blocks.is_some_and(|blocks| blocks.iter().any(empty))
}

/// Mistakes for which the item is rejected, beside those of [`ISSUE_KEYS`].
pub(crate) fn check(allowed: &Allowed, item: &Map<String, Value>, errors: &mut Vec<String>) {
    let given = item.get("associations").or_else(|| item.get("issueKeys"));
    if given.is_none_or(|list| list.as_array().is_some_and(Vec::is_empty)) {
        errors.push(allowed.missing.to_owned());
    } else if let Some(blocks) = item.get("associations") {
        check_blocks(allowed, blocks, errors);
    }
}

fn check_blocks(allowed: &Allowed, blocks: &Value, errors: &mut Vec<String>) {
    check_count("associations", blocks, 1..=allowed.max_blocks, errors);
    let blocks = || blocks.as_array().into_iter().flatten();
    let values = |block: &Value| block["values"].as_array().map_or(0, Vec::len);
    let sum: usize = blocks().map(values).sum();
    if sum > MAX_VALUES {
        errors.push(format!(
            "Sum of Association values across all association types can have a maximum of {MAX_VALUES} elements. Found {sum}."
        ));
    }
    for (index, block) in blocks().enumerate() {
        let path = format!("associations[{index}]");
        let Some(object) = block.as_object() else {
            errors.push(format!("'{path}' must be an object"));
            continue;
        };
        check_object(&format!("{path}."), object, BLOCK, errors);
        let name = block["associationType"].as_str().unwrap_or_default();
        if !name.is_empty() && !allowed.types.contains(&name) {
            errors.push(format!(
                "'{path}.associationType' must be one of {}",
                allowed.types.join(", ")
            ));
            continue;
        }
        if let Some(list) = object.get("values") {
            check_count(&format!("{path}.values"), list, 1..=usize::MAX, errors);
        }
        for (index, value) in block["values"].as_array().into_iter().flatten().enumerate() {
            check_association_value(&format!("{path}.values[{index}]"), name, value, errors);
        }
    }
}

fn check_association_value(
    path: &str,
    association_type: &str,
    value: &Value,
    errors: &mut Vec<String>,
) {
    match association_type {
        "commit" => check_value(path, value, &Rule::Object(COMMIT), errors),
        "repository" => check_value(path, value, &Rule::Object(REPOSITORY), errors),
        "serviceIdOrKeys" => check_value(path, value, &TEXT, errors),
        _ if value
            .as_str()
            .is_some_and(|text| is_key(text) || is_id(text)) => {}
        _ => errors.push(format!(
            "'{path}' must match \"(\\w{{1,255}}-\\d{{1,255}}|\\d{{1,255}})\""
        )),
    }
}

fn is_key(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let parts = text.split_once('-');
    parts.is_some_and(|(project, number)| {
        (1..=255).contains(&project.len()) && project.chars().all(word) && is_id(number)
    })
}

pub(crate) fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the site does not know, over all items of a request, each once.
#[derive(Default)]
pub(crate) struct Unknown {
    pub(crate) issue_keys: Vec<Value>,
    /// By association type, in order of appearance.
    associations: Vec<(String, Vec<Value>)>,
}

impl Unknown {
    /// In the form of the submission.
    pub(crate) fn associations(&self) -> Value {
        let blocks = self.associations.iter();
        blocks
            .map(|(name, values)| json!({ "associationType": name, "values": values }))
            .collect()
    }
}

/// Takes what is unknown out of a valid item; `false` when nothing known is left.
pub(crate) fn keep_known(
    config: &Config,
    store: &Store,
    item: &mut Map<String, Value>,
    unknown: &mut Unknown,
) -> bool {
    if let Some(Value::Array(keys)) = item.get_mut("issueKeys") {
        split(keys, &mut unknown.issue_keys, |key| {
            is_known_issue(config, key)
        });
        return !keys.is_empty();
    }
    let Some(Value::Array(blocks)) = item.get_mut("associations") else {
        return false;
    };
    for block in blocks.iter_mut() {
        let name = block["associationType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let Some(Value::Array(values)) = block.get_mut("values") else {
            continue;
        };
        let mut dropped = Vec::new();
        split(values, &mut dropped, |value| match name.as_str() {
            "issueKeys" | "issueIdOrKeys" => is_known_issue(config, value),
            "serviceIdOrKeys" => config.services.iter().any(|service| value == service),
            // These two point to development information that was sent before.
            "commit" => is_known_commit(store, value),
            "repository" => is_stored(store, Kind::Repository, &[&value["repositoryId"]]),
            _ => false,
        });
        if dropped.is_empty() {
            continue;
        }
        let seen = unknown.associations.iter_mut();
        match seen.into_iter().find(|(known, _)| *known == name) {
            Some((_, seen)) => add_each_once(seen, dropped),
            None => unknown.associations.push((name, dropped)),
        }
    }
    blocks.retain(|block| {
        block["values"]
            .as_array()
            .is_some_and(|values| !values.is_empty())
    });
    !blocks.is_empty()
}

fn is_known_commit(store: &Store, value: &Value) -> bool {
    is_stored(
        store,
        Kind::Commit,
        &[&value["repositoryId"], &value["commitHash"]],
    )
}

fn is_stored(store: &Store, kind: Kind, ids: &[&Value]) -> bool {
    let ids: Option<Vec<&str>> = ids.iter().map(|id| id.as_str()).collect();
    ids.is_some_and(|ids| store.get(&Key::new(kind, &ids)).is_some())
}

/// The keys that this site does not know, put on the list.
pub(crate) fn note_unknown_keys(config: &Config, keys: &Value, unknown: &mut Unknown) {
    let keys = keys.as_array().into_iter().flatten();
    let keys = keys.filter(|key| !is_known_issue(config, key));
    add_each_once(&mut unknown.issue_keys, keys.cloned().collect());
}

fn split(values: &mut Vec<Value>, dropped: &mut Vec<Value>, known: impl Fn(&Value) -> bool) {
    let (kept, rest) = std::mem::take(values).into_iter().partition(known);
    *values = kept;
    add_each_once(dropped, rest);
}

fn add_each_once(list: &mut Vec<Value>, values: Vec<Value>) {
    for value in values {
        if !list.contains(&value) {
            list.push(value);
        }
    }
}

fn is_known_issue(config: &Config, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match text.split_once('-') {
        Some((project, _)) => config
            .projects
            .iter()
            .any(|known| known.eq_ignore_ascii_case(project)),
        None => text.parse::<u64>().is_ok_and(|id| id < 100_000),
    }
}

/// The issues that a stored item is shown on, in upper case.
pub(crate) fn issues(item: &Value) -> Vec<String> {
    let blocks = item["associations"].as_array().into_iter().flatten();
    let blocks = blocks.filter(|block| {
        block["associationType"]
            .as_str()
            .is_some_and(|name| ISSUE_TYPES.contains(&name))
    });
    let lists = blocks
        .map(|block| &block["values"])
        .chain([&item["issueKeys"]]);
    let values = lists.filter_map(Value::as_array).flatten();
    values
        .filter_map(Value::as_str)
        .map(str::to_ascii_uppercase)
        .collect()
}
