//! "Development Information API": repositories with commits, branches and pull requests.

mod fields;

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::Config;
use crate::associations::{self, Unknown};
use crate::rules::{check_count, check_object};
use crate::store::{Key, Kind, Properties, Store};
use crate::submission::{check_item, errors, list, read};
use fields::{ENTITIES, Entity, REPOSITORY, REQUEST};

const MAX_ENTITIES_OF_A_KIND: usize = 400;
const MAX_ENTITIES: usize = 1000;
const MAX_ENTITIES_SHOWN: usize = 400;

/// The body of the 202, or the message of the 400.
pub(crate) fn submit(config: &Config, store: &mut Store, body: &[u8]) -> Result<Value, String> {
    let (body, properties) = read(body, REQUEST)?;
    let repositories = list(&body, "repositories");
    check_for_the_whole(repositories)?;
    let mut accepted = Map::new();
    let mut failed = Map::new();
    let mut unknown = Unknown::default();
    for repository in repositories {
        let id = repository["id"].as_str().unwrap_or_default();
        if let Err(messages) = store_repository(store, id, repository, &properties) {
            failed.insert(id.to_owned(), json!({ "errorMessages": errors(messages) }));
            continue;
        }
        for entity in &ENTITIES {
            for item in list(repository, entity.list) {
                let entity_id = &item["id"];
                match check_entity(config, store, entity, item, &mut unknown) {
                    Ok(item) => {
                        let ids = [id, entity_id.as_str().unwrap_or_default()];
                        store.put(Key::new(entity.item.kind, &ids), item, &Properties::new());
                        add(&mut accepted, id, entity.list, entity_id.clone());
                    }
                    Err(messages) => {
                        let error = json!({ "id": entity_id, "errorMessages": errors(messages) });
                        add(&mut failed, id, entity.list, error);
                    }
                }
            }
        }
    }
    Ok(json!({
        "acceptedDevinfoEntities": accepted,
        "failedDevinfoEntities": failed,
        "unknownAssociations": unknown.associations(),
        "unknownIssueKeys": unknown.issue_keys,
    }))
}

/// The repository as it was sent, with the entities in it that are stored now: no more than the newest 400.
pub(crate) fn repository(store: &Store, id: &str) -> Option<Value> {
    let mut repository = store.get(&Key::new(Kind::Repository, &[id]))?.clone();
    let mut entities: Vec<_> = store.within(id).collect();
    entities.sort_by_key(|(_, sequence, _)| Reverse(*sequence));
    entities.truncate(MAX_ENTITIES_SHOWN);
    for entity in &ENTITIES {
        let items = entities
            .iter()
            .filter(|(kind, ..)| *kind == entity.item.kind);
        let items: Vec<&Value> = items.map(|(.., item)| *item).collect();
        if !items.is_empty() {
            repository[entity.list] = json!(items);
        }
    }
    Some(repository)
}

/// Of an entity type in an address.
pub(crate) fn kind_of(entity_type: &str) -> Option<Kind> {
    let entity = ENTITIES.iter().find(|entity| entity.segment == entity_type);
    entity.map(|entity| entity.item.kind)
}

/// Empty lists are left out of the answer.
fn add(repositories: &mut Map<String, Value>, repository: &str, list: &str, value: Value) {
    let repository = repositories.entry(repository).or_insert_with(|| json!({}));
    match repository[list].as_array_mut() {
        Some(values) => values.push(value),
        None => repository[list] = json!([value]),
    }
}

/// Without its entities, which live and age by themselves.
fn store_repository(
    store: &mut Store,
    id: &str,
    repository: &Value,
    properties: &Properties,
) -> Result<(), Vec<String>> {
    let mut repository = repository.as_object().cloned().unwrap_or_default();
    let mut errors = Vec::new();
    check_object("", &repository, REPOSITORY, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    for entity in &ENTITIES {
        repository.remove(entity.list);
    }
    let key = Key::new(Kind::Repository, &[id]);
    store.put(key, Value::Object(repository), properties);
    Ok(())
}

fn check_entity(
    config: &Config,
    store: &Store,
    entity: &Entity,
    item: &Value,
    unknown: &mut Unknown,
) -> Result<Value, Vec<String>> {
    let item = check_item(config, store, &entity.item, item, unknown)?;
    associations::note_unknown_keys(config, &item["lastCommit"]["issueKeys"], unknown);
    Ok(item)
}

/// What costs the whole request: numbers, duplicates, and what the answer could not name.
fn check_for_the_whole(repositories: &[Value]) -> Result<(), String> {
    check_ids("repositories", repositories)?;
    let mut count = 0;
    for (index, repository) in repositories.iter().enumerate() {
        for entity in &ENTITIES {
            let path = format!("repositories[{index}].{}", entity.list);
            let mut errors = Vec::new();
            if let Some(given) = repository.get(entity.list) {
                check_count(&path, given, 0..=MAX_ENTITIES_OF_A_KIND, &mut errors);
            }
            if let Some(error) = errors.into_iter().next() {
                return Err(error);
            }
            let entities = list(repository, entity.list);
            check_ids(&path, entities)?;
            for item in entities.iter().filter_map(Value::as_object) {
                check_associations(entity, item)?;
            }
            count += entities.len();
        }
    }
    match count {
        0 => Err("At least one development information entity is required".to_owned()),
        1..=MAX_ENTITIES => Ok(()),
        _ => Err(format!(
            "A request can have a maximum of {MAX_ENTITIES} development information entities. Found {count}."
        )),
    }
}

fn check_ids(path: &str, items: &[Value]) -> Result<(), String> {
    let mut seen = HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let id = item["id"].as_str().filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| format!("'{path}[{index}].id' is required"))?;
        if !seen.insert(id) {
            return Err(format!("'{path}' has the id '{id}' more than once"));
        }
    }
    Ok(())
}

fn check_associations(entity: &Entity, item: &Map<String, Value>) -> Result<(), String> {
    if associations::has_both_forms(item) {
        // The key was recorded from the live service.
        return Err(format!(
            "devInformation.repository.{}.issueKeysOrAssociationsOrNone.invalid: \
             'issueKeys' and 'associations' are mutually exclusive",
            entity.word
        ));
    }
    if associations::has_empty_block(item) {
        return Err(associations::NO_VALUES.to_owned());
    }
    Ok(())
}
