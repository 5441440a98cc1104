//! The body of a submission as JSON: what is in it, what is changed just before sending, and several bodies as one.
//! Commands make it, the outbox keeps it, and the client sends it; nothing else knows where identities and numbers
//! stand in it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DataType;
use super::deletions;
use super::item::{DeploymentKey, EntityKind, Item};
use crate::digest::hex;
use crate::domain::association::MAX_VALUES;
use crate::domain::ids::{EnvironmentId, PipelineId};
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;

/// Most items in one request.
pub(crate) const MAX_ITEMS: usize = 100;

/// What is sent in one request: data of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(rename = "data")]
    pub(crate) kind: DataType,
    #[serde(rename = "body")]
    pub(crate) json: Value,
}

impl Body {
    pub(crate) fn new(kind: DataType, content: &impl Serialize) -> Self {
        let json = json!(content);
        Self { kind, json }
    }

    /// Everything that Jira says something of, in its order: of development information the entities.
    pub(crate) fn items(&self) -> Vec<(Item, &Value)> {
        let items = self.list();
        if self.kind == DataType::DevInfo {
            return items.flat_map(entities).collect();
        }
        let known = items.filter_map(|item| Some((item_of(item, self.kind)?, item)));
        known.collect()
    }

    /// Their identities, as Jira repeats them in its answer; of development information also those of what is deleted.
    pub(crate) fn keys(&self) -> Vec<Value> {
        if self.kind != DataType::DevInfo {
            return self.numbered();
        }
        let keys = self.list().flat_map(|repository| {
            let entities = entities(repository).into_iter();
            let entities = entities.map(|(item, _)| item.key());
            entities.chain(deletions::keys(repository))
        });
        keys.collect()
    }

    /// What has a number of its own, which grows from update to update: of development information the repository.
    pub(crate) fn numbered(&self) -> Vec<Value> {
        let items = self.list().filter_map(|item| item_of(item, self.kind));
        items.map(|item| item.key()).collect()
    }

    /// The identity of all items together: that of a single one, or a digest of several.
    pub(crate) fn identity(&self) -> Value {
        match self.keys().as_slice() {
            [only] => only.clone(),
            several => json!({ "digest": hex(&json!(several).to_string(), 32) }),
        }
    }

    /// Whether there is anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.list().next().is_none()
    }

    /// As Jira shows the first item.
    pub(crate) fn shown_name(&self) -> String {
        let item = self.first();
        let names = [&item["pipeline"]["displayName"], &item["displayName"]];
        let names: Vec<&str> = names.iter().filter_map(|name| name.as_str()).collect();
        names.join(": ")
    }

    /// The number of the build or deployment.
    pub(crate) fn number(&self) -> Option<i64> {
        let item = self.first();
        let numbers = [&item["buildNumber"], &item["deploymentSequenceNumber"]];
        numbers.iter().find_map(|number| number.as_i64())
    }

    /// The commit that was built.
    pub(crate) fn commit(&self) -> Option<&str> {
        self.first()["references"][0]["commit"]["id"].as_str()
    }

    /// The value of a property that all items have.
    pub(crate) fn property(&self, name: &str) -> Option<&str> {
        self.json["properties"][name].as_str()
    }

    fn first(&self) -> &Value {
        &self.json[self.kind.list()][0]
    }

    fn list(&self) -> impl Iterator<Item = &Value> {
        let items = self.json.get(self.kind.list()).and_then(Value::as_array);
        items.into_iter().flatten()
    }

    pub(super) fn list_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let items = self.json.get_mut(self.kind.list());
        items.and_then(Value::as_array_mut).into_iter().flatten()
    }

    fn with(&self, items: &[Value]) -> Self {
        let mut part = self.clone();
        part.json[self.kind.list()] = json!(items);
        part
    }

    /// Sets the number of every item, and in a repository that of all its entities, so that a commit has the same one
    /// wherever it appears.
    pub(crate) fn set_sequence(&mut self, number: SequenceNumber) {
        let field = self.kind.sequence_field();
        for item in self.list_mut() {
            for kind in EntityKind::ALL {
                let entities = item.get_mut(kind.list()).and_then(Value::as_array_mut);
                for entity in entities.into_iter().flatten() {
                    entity[field] = json!(number);
                    if let Some(commit) = entity.get_mut("lastCommit") {
                        commit[field] = json!(number);
                    }
                }
            }
            item[field] = json!(number);
        }
    }

    /// Ends every build or deployment of the body: in this state, and with this number.
    pub(crate) fn end(&mut self, state: &str, number: i64, at: Timestamp) {
        let has_duration = self.kind == DataType::Deployments;
        for item in self.list_mut() {
            let begun: Option<Timestamp> =
                item["lastUpdated"].as_str().and_then(|it| it.parse().ok());
            let took =
                begun.map(|begun| at.as_millisecond().saturating_sub(begun.as_millisecond()));
            if let Some(took @ 0..) = took.filter(|_| has_duration) {
                item["duration"] = json!(took / 1000);
            }
            item["state"] = json!(state);
            item["lastUpdated"] = json!(at);
        }
        self.set_sequence(SequenceNumber::new(number));
    }

    /// The number of the first item.
    pub(crate) fn sequence(&self) -> Option<SequenceNumber> {
        let number = self.first()[self.kind.sequence_field()].as_i64()?;
        Some(SequenceNumber::new(number))
    }

    /// The number of every item, and the issues that it names by key.
    pub(crate) fn numbers_and_issues(&self) -> Vec<(Option<SequenceNumber>, Vec<String>)> {
        let of_item = |item: &Value| {
            let number = item[self.kind.sequence_field()].as_i64();
            let blocks = item["associations"].as_array().into_iter().flatten();
            let issues = blocks.filter(|block| block["associationType"] == "issueIdOrKeys");
            let values = issues.flat_map(|block| block["values"].as_array().into_iter().flatten());
            let keys = values.filter_map(Value::as_str);
            let keys = keys.filter(|value| value.parse::<IssueKey>().is_ok());
            let keys = keys.map(ToOwned::to_owned).collect();
            (number.map(SequenceNumber::new), keys)
        };
        self.list().map(of_item).collect()
    }

    /// Adds issues to every item, as far as Jira's limit allows; says which were added.
    pub(crate) fn add_issue_keys(&mut self, keys: &[IssueKey]) -> Vec<IssueKey> {
        let mut added = Vec::new();
        for item in self.list_mut() {
            let Some(blocks) = item["associations"].as_array_mut() else {
                continue;
            };
            let values = |block: &Value| block["values"].as_array().map_or(0, Vec::len);
            let used: usize = blocks.iter().map(values).sum();
            let issues = blocks
                .iter_mut()
                .find(|block| block["associationType"] == "issueIdOrKeys");
            let Some(issues) = issues.and_then(|block| block["values"].as_array_mut()) else {
                continue;
            };
            let new = keys
                .iter()
                .filter(|key| !issues.iter().any(|known| known == key.as_str()));
            let new: Vec<IssueKey> = new.take(MAX_VALUES.saturating_sub(used)).cloned().collect();
            issues.extend(new.iter().map(|key| json!(key)));
            added = new;
        }
        added
    }

    /// What is beside the items: only bodies that are alike in it can be sent in one request.
    pub(crate) fn frame(&self) -> Value {
        self.with(&[]).json
    }

    /// Whether it may be sent together with others: it is one item, and Jira answers for it alone.
    pub(crate) fn is_single(&self) -> bool {
        self.kind != DataType::DevInfo && self.list().count() == 1
    }

    /// One body with the items of all. They must have the same frame.
    pub(crate) fn together<'a>(bodies: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut bodies = bodies.into_iter();
        let mut whole = bodies.next()?.clone();
        let list = whole.kind.list();
        for body in bodies {
            let items = body.list().cloned();
            whole.json[list].as_array_mut()?.extend(items);
        }
        Some(whole)
    }

    /// Two bodies with half of the items each; nothing when there is only one, which cannot be sent in parts.
    pub(crate) fn halves(&self) -> Option<(Self, Self)> {
        let items = self.json.get(self.kind.list())?.as_array()?;
        if items.len() > 1 {
            let (first, second) = items.split_at(items.len() / 2);
            return Some((self.with(first), self.with(second)));
        }
        let repository = items.first().filter(|_| self.kind == DataType::DevInfo)?;
        let lists = EntityKind::ALL.map(EntityKind::list);
        let count = |list: &str| repository[list].as_array().map_or(0, Vec::len);
        let total: usize = lists.into_iter().map(count).sum();
        if total < 2 {
            return None;
        }
        let (mut left, mut first, mut second) = (total / 2, repository.clone(), repository.clone());
        for list in lists {
            let Some(entities) = repository[list].as_array() else {
                continue;
            };
            let (taken, rest) = entities.split_at(left.min(entities.len()));
            left -= taken.len();
            for (half, entities) in [(&mut first, taken), (&mut second, rest)] {
                if entities.is_empty() {
                    half.as_object_mut()?.remove(list);
                } else {
                    half[list] = json!(entities);
                }
            }
        }
        Some((self.with(&[first]), self.with(&[second])))
    }

    /// Whether the item with this key names issues, and none but these.
    pub(crate) fn names_only(&self, key: &Value, issues: &[String]) -> bool {
        let is_it = |(item, _): &(Item, &Value)| item.key() == *key;
        let mut items = self.items().into_iter();
        let Some((_, entity)) = items.find(is_it) else {
            return false;
        };
        let blocks = entity["associations"].as_array().into_iter().flatten();
        let lists = blocks
            .map(|block| &block["values"])
            .chain([&entity["issueKeys"]]);
        let named = lists.filter_map(Value::as_array).flatten();
        let mut named = named.filter_map(Value::as_str).peekable();
        named.peek().is_some() && named.all(|key| issues.iter().any(|issue| issue == key))
    }
}

fn item_of(item: &Value, kind: DataType) -> Option<Item> {
    Some(match kind {
        DataType::Builds => Item::Build {
            pipeline: PipelineId::of_body(item["pipelineId"].as_str()?),
            number: item["buildNumber"].as_i64()?,
        },
        DataType::Deployments => Item::Deployment(DeploymentKey {
            pipeline: PipelineId::of_body(item["pipeline"]["id"].as_str()?),
            environment: EnvironmentId::of_body(item["environment"]["id"].as_str()?),
            number: item["deploymentSequenceNumber"].as_i64()?,
        }),
        DataType::FeatureFlags => Item::FeatureFlag(item["id"].as_str()?.parse().ok()?),
        DataType::DevInfo => Item::Repository(item["id"].as_str()?.parse().ok()?),
    })
}

fn entities(repository: &Value) -> Vec<(Item, &Value)> {
    let of_kind = |kind: EntityKind| {
        let list = repository.get(kind.list()).and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(move |entity| {
            let item = Item::Entity {
                repository: repository["id"].as_str()?.parse().ok()?,
                kind,
                id: entity["id"].as_str()?.parse().ok()?,
            };
            Some((item, entity))
        })
    };
    EntityKind::ALL.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests;
