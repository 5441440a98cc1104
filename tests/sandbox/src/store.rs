//! What is stored, and the order of updates.

use std::collections::BTreeMap;

use serde_json::Value;

/// The two data types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Build,
    Deployment,
}

/// What makes two submissions the same build or deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: Kind,
    pub(crate) pipeline: String,
    /// Empty for builds.
    pub(crate) environment: String,
    pub(crate) number: i64,
}

impl Key {
    pub(crate) fn build(pipeline: &str, number: i64) -> Self {
        Self {
            kind: Kind::Build,
            pipeline: pipeline.to_owned(),
            environment: String::new(),
            number,
        }
    }

    pub(crate) fn deployment(pipeline: &str, environment: &str, number: i64) -> Self {
        let (pipeline, environment) = (pipeline.to_owned(), environment.to_owned());
        Self {
            kind: Kind::Deployment,
            pipeline,
            environment,
            number,
        }
    }
}

pub(crate) type Properties = BTreeMap<String, String>;

#[derive(Debug)]
struct Stored {
    item: Value,
    sequence: i64,
    /// For deletes by property; never returned.
    properties: Properties,
}

#[derive(Debug, Default)]
pub(crate) struct Store {
    items: BTreeMap<Key, Stored>,
}

impl Store {
    /// Replaces the whole item when the number is higher than the stored one, else does nothing, in silence.
    pub(crate) fn put(&mut self, key: Key, sequence: i64, item: Value, properties: &Properties) {
        if self
            .items
            .get(&key)
            .is_some_and(|stored| stored.sequence >= sequence)
        {
            return;
        }
        self.items.insert(
            key,
            Stored {
                item,
                sequence,
                properties: properties.clone(),
            },
        );
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Value> {
        self.items.get(key).map(|stored| &stored.item)
    }

    pub(crate) fn delete(&mut self, key: &Key) {
        self.items.remove(key);
    }

    /// Deletes what carries all of these properties.
    pub(crate) fn delete_by(&mut self, kind: Kind, properties: &Properties) {
        let carries = |stored: &Stored| {
            properties
                .iter()
                .all(|(name, value)| stored.properties.get(name) == Some(value))
        };
        self.items
            .retain(|key, stored| key.kind != kind || !carries(stored));
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.items
            .iter()
            .filter(move |(key, _)| key.kind == kind)
            .map(|(_, stored)| &stored.item)
    }
}
