//! What is stored, the order of updates, and what is accepted but not visible yet.

use std::collections::BTreeMap;
use std::mem;
use std::time::{Duration, Instant};

use serde_json::Value;

/// What can be stored; commits, branches and pull requests belong to a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Build,
    Deployment,
    Repository,
    Commit,
    Branch,
    PullRequest,
    FeatureFlag,
}

/// What makes two submissions the same item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    kind: Kind,
    /// Ids from the outermost to the innermost, numbers in decimal.
    ids: Vec<String>,
}

impl Key {
    pub(crate) fn new(kind: Kind, ids: &[&str]) -> Self {
        let ids = ids.iter().map(ToString::to_string).collect();
        Self { kind, ids }
    }

    /// The repository that it is or is in.
    fn repository(&self) -> Option<&str> {
        let in_repository = matches!(
            self.kind,
            Kind::Repository | Kind::Commit | Kind::Branch | Kind::PullRequest
        );
        let first = self.ids.first().map(String::as_str);
        first.filter(|_| in_repository)
    }

    pub(crate) fn build(pipeline: &str, number: i64) -> Self {
        Self::new(Kind::Build, &[pipeline, &number.to_string()])
    }

    pub(crate) fn deployment(pipeline: &str, environment: &str, number: i64) -> Self {
        let number = number.to_string();
        Self::new(Kind::Deployment, &[pipeline, environment, &number])
    }
}

/// What a delete is about.
#[derive(Debug)]
pub(crate) enum Selection {
    Item(Key),
    /// A repository and all that is in it.
    Repository(String),
    /// What carries all of these properties, repositories with all that is in them.
    Carrying(Kind, Properties),
}

pub(crate) type Properties = BTreeMap<String, String>;

#[derive(Debug)]
struct Stored {
    item: Value,
    sequence: i64,
    /// For deletes by property; never returned.
    properties: Properties,
}

impl Stored {
    fn is_up_to(&self, limit: Option<i64>) -> bool {
        limit.is_none_or(|limit| self.sequence <= limit)
    }

    fn carries(&self, properties: &Properties) -> bool {
        properties
            .iter()
            .all(|(name, value)| self.properties.get(name) == Some(value))
    }
}

/// What a request asks for, carried out when it is due.
#[derive(Debug)]
enum Change {
    Put(Key, Value, Properties),
    Delete(Selection, Option<i64>),
}

#[derive(Debug, Default)]
pub(crate) struct Store {
    items: BTreeMap<Key, Stored>,
    /// With the time when each is due, if ever; in order of arrival.
    pending: Vec<(Option<Instant>, Change)>,
    delay: Duration,
}

impl Store {
    /// How long changes stay out of sight from now on. Without a delay all that is pending comes true.
    pub(crate) fn delay(&mut self, delay: Duration) {
        self.delay = delay;
        if delay.is_zero() {
            for (_, change) in mem::take(&mut self.pending) {
                self.apply(change);
            }
        }
    }

    /// Carries out what is due.
    pub(crate) fn settle(&mut self, now: Instant) {
        let changes = mem::take(&mut self.pending).into_iter();
        let (mut due, pending): (Vec<_>, _) =
            changes.partition(|(at, _)| at.is_some_and(|at| at <= now));
        self.pending = pending;
        due.sort_by_key(|(at, _)| *at);
        for (_, change) in due {
            self.apply(change);
        }
    }

    /// Replaces the whole item when the number is higher than the stored one, else does nothing, in silence.
    pub(crate) fn put(&mut self, key: Key, item: Value, properties: &Properties) {
        self.submit(Change::Put(key, item, properties.clone()));
    }

    /// Deletes the selected items whose number is not above `up_to`.
    pub(crate) fn delete(&mut self, selection: Selection, up_to: Option<i64>) {
        self.submit(Change::Delete(selection, up_to));
    }

    fn submit(&mut self, change: Change) {
        if self.delay.is_zero() {
            self.apply(change);
        } else {
            let due = Instant::now().checked_add(self.delay);
            self.pending.push((due, change));
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Put(key, item, properties) => self.replace(key, item, properties),
            Change::Delete(selection, up_to) => self.remove(&selection, up_to),
        }
    }

    fn replace(&mut self, key: Key, item: Value, properties: Properties) {
        let sequence = sequence(&item);
        let stored = self.items.get(&key);
        if stored.is_some_and(|stored| stored.sequence >= sequence) {
            return;
        }
        let stored = Stored {
            item,
            sequence,
            properties,
        };
        self.items.insert(key, stored);
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Value> {
        self.items.get(key).map(|stored| &stored.item)
    }

    fn remove(&mut self, selection: &Selection, up_to: Option<i64>) {
        let repositories = match selection {
            Selection::Item(_) => Vec::new(),
            Selection::Repository(id) => vec![id.clone()],
            // Only repositories carry properties; what is in them goes along.
            Selection::Carrying(kind, properties) => self
                .items
                .iter()
                .filter(|(key, stored)| key.kind == *kind && stored.carries(properties))
                .filter_map(|(key, _)| key.repository().map(str::to_owned))
                .collect(),
        };
        self.items.retain(|key, stored| {
            let within = |id: &String| key.repository() == Some(id.as_str());
            let selected = match selection {
                Selection::Item(selected) => key == selected,
                Selection::Repository(_) => false,
                Selection::Carrying(kind, properties) => {
                    key.kind == *kind && stored.carries(properties)
                }
            };
            let selected = selected || repositories.iter().any(within);
            !selected || !stored.is_up_to(up_to)
        });
    }

    /// Whether something carries all of these properties.
    pub(crate) fn has_any(&self, kind: Kind, properties: &Properties, up_to: Option<i64>) -> bool {
        let mut items = self.items.iter();
        items.any(|(key, stored)| {
            key.kind == kind && stored.carries(properties) && stored.is_up_to(up_to)
        })
    }

    /// What is stored in a repository, with its kind and number.
    pub(crate) fn within(&self, repository: &str) -> impl Iterator<Item = (Kind, i64, &Value)> {
        let items = self.items.iter();
        let within = items.filter(move |(key, _)| {
            key.kind != Kind::Repository && key.repository() == Some(repository)
        });
        within.map(|(key, stored)| (key.kind, stored.sequence, &stored.item))
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Value)> {
        let items = self.items.iter().filter(move |(key, _)| key.kind == kind);
        items.map(|(key, stored)| (key, &stored.item))
    }

    /// The repository that an item is in.
    pub(crate) fn repository_of(&self, key: &Key) -> Option<&Value> {
        self.get(&Key::new(Kind::Repository, &[key.repository()?]))
    }
}

/// Orders the updates of one item; the types name it differently.
fn sequence(item: &Value) -> i64 {
    let number = ["updateSequenceNumber", "updateSequenceId"]
        .iter()
        .find_map(|name| item[*name].as_i64());
    number.unwrap_or_default()
}
