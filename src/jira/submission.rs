//! The answer to a submission. 202 is not success: the body says what was accepted, rejected and unknown. The
//! client parses it, and `commands/answer.rs` says what it means.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::item::EntityKind;

/// What Jira did with a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Submitted {
    /// The identities of what was accepted, as Jira writes them; nothing when the answer has no such list.
    pub(crate) accepted: Option<Vec<Value>>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) unknown_issue_keys: Vec<String>,
    pub(crate) unknown_associations: Vec<UnknownAssociation>,
}

/// One item that Jira refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rejected {
    pub(crate) key: Value,
    pub(crate) errors: Vec<RejectionError>,
}

/// Why Jira refused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectionError {
    pub(crate) message: String,
    /// Helps Atlassian's support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_trace_id: Option<String>,
}

/// Associations that the site does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnknownAssociation {
    pub(crate) association_type: String,
    /// Texts, or objects for commits and repositories.
    pub(crate) values: Vec<Value>,
}

/// What an answer may hold; each kind of data has some of it.
const FIELDS: [&str; 10] = [
    "acceptedBuilds",
    "rejectedBuilds",
    "acceptedDeployments",
    "rejectedDeployments",
    "acceptedFeatureFlags",
    "failedFeatureFlags",
    "acceptedDevinfoEntities",
    "failedDevinfoEntities",
    "unknownIssueKeys",
    "unknownAssociations",
];

impl Submitted {
    /// Reads the body of a 2xx. An empty one means accepted, details unknown; nothing for what is not a JSON object, or has
    /// fields but none of Jira's: somebody else answered.
    ///
    /// No field is required and each is read by itself, so that one odd value does not hide the rest.
    pub(crate) fn parse(body: &str) -> Option<Self> {
        if body.trim().is_empty() {
            return Some(Self::default());
        }
        let fields: Map<String, Value> = serde_json::from_str(body).ok()?;
        let is_known = |name: &String| FIELDS.contains(&name.as_str());
        if !fields.is_empty() && !fields.keys().any(is_known) {
            return None;
        }
        let items = |name: &str| fields.get(name).and_then(Value::as_array);
        let each = |name: &str| items(name).into_iter().flatten();
        let objects = |name: &str| fields.get(name).and_then(Value::as_object);
        let listed = [
            "acceptedBuilds",
            "acceptedDeployments",
            "acceptedFeatureFlags",
        ];
        let listed = listed.into_iter().find_map(items).cloned();
        let accepted_entities = || {
            let repositories = objects("acceptedDevinfoEntities")?.iter();
            let entities = repositories
                .flat_map(|(repository, kinds)| entities(repository, kinds).map(|(key, _)| key));
            Some(entities.collect())
        };
        let refused = ["rejectedBuilds", "rejectedDeployments"].into_iter();
        let refused = refused.flat_map(each).map(rejected);
        let by_id = objects("failedFeatureFlags").into_iter().flatten();
        let by_id = by_id.map(|(id, errors)| Rejected {
            key: Value::from(id.as_str()),
            errors: rejection_errors(Some(errors)),
        });
        let of_repositories = objects("failedDevinfoEntities").into_iter().flatten();
        let of_repositories =
            of_repositories.flat_map(|(repository, failed)| failed_entities(repository, failed));
        Some(Self {
            accepted: listed.or_else(accepted_entities),
            rejected: refused.chain(by_id).chain(of_repositories).collect(),
            unknown_issue_keys: each("unknownIssueKeys").filter_map(text).collect(),
            unknown_associations: each("unknownAssociations").map(association).collect(),
        })
    }

    /// Takes in the answer to another part of the same submission.
    pub(crate) fn add(&mut self, other: Self) {
        match (&mut self.accepted, other.accepted) {
            (Some(accepted), Some(more)) => accepted.extend(more),
            (accepted @ None, more) => *accepted = more,
            (Some(_), None) => {}
        }
        self.rejected.extend(other.rejected);
        self.unknown_issue_keys.extend(other.unknown_issue_keys);
        self.unknown_associations.extend(other.unknown_associations);
    }

    /// Whether Jira says nothing at all of what it did.
    pub(crate) fn is_silent(&self) -> bool {
        self.accepted.is_none()
            && self.rejected.is_empty()
            && self.unknown_issue_keys.is_empty()
            && self.unknown_associations.is_empty()
    }

    /// Unknown issues, in whichever of the two lists Jira put them.
    pub(crate) fn unknown_issues(&self) -> Vec<String> {
        let of_issues = |block: &&UnknownAssociation| block.is_of_issues();
        let associated = self.unknown_associations.iter().filter(of_issues);
        let associated = associated.flat_map(|block| &block.values).filter_map(text);
        let mut seen = HashSet::new();
        let all = self.unknown_issue_keys.iter().cloned().chain(associated);
        all.filter(|issue| seen.insert(issue.clone())).collect()
    }

    /// Unknown services, commits and repositories, as people would name them.
    pub(crate) fn other_unknowns(&self) -> Vec<String> {
        let others = self
            .unknown_associations
            .iter()
            .filter(|block| !block.is_of_issues());
        let named = others.flat_map(|block| {
            let kind = match block.association_type.as_str() {
                "serviceIdOrKeys" => "service",
                other => other,
            };
            let values = block.values.iter();
            values.map(move |value| {
                format!(
                    "{kind} {}",
                    text(value).unwrap_or_else(|| value.to_string())
                )
            })
        });
        named.collect()
    }
}

impl UnknownAssociation {
    /// With so many values at most.
    pub(crate) fn cut(mut self, most: usize) -> Self {
        self.values.truncate(most);
        self
    }

    fn is_of_issues(&self) -> bool {
        matches!(
            self.association_type.as_str(),
            "issueKeys" | "issueIdOrKeys"
        )
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

/// The entities of one repository with what is said about them: their ids, or objects that hold them.
fn entities<'a>(
    repository: &'a str,
    kinds: &'a Value,
) -> impl Iterator<Item = (Value, &'a Value)> + 'a {
    EntityKind::ALL.into_iter().flat_map(move |kind| {
        let items = kinds.get(kind.list()).and_then(Value::as_array);
        items.into_iter().flatten().map(move |item| {
            let id = item.get("id").unwrap_or(item);
            (json!({"repositoryId": repository, kind.key(): id}), item)
        })
    })
}

/// What failed of one repository: the whole of it, or single entities.
fn failed_entities(repository: &str, failed: &Value) -> Vec<Rejected> {
    let errors = rejection_errors(failed.get("errorMessages"));
    let whole = (!errors.is_empty()).then(|| Rejected {
        key: json!({ "repositoryId": repository }),
        errors,
    });
    let single = entities(repository, failed).map(|(key, item)| Rejected {
        key,
        errors: rejection_errors(item.get("errorMessages")),
    });
    whole.into_iter().chain(single).collect()
}

fn rejected(item: &Value) -> Rejected {
    Rejected {
        key: item.get("key").cloned().unwrap_or_default(),
        errors: rejection_errors(item.get("errors")),
    }
}

fn rejection_errors(errors: Option<&Value>) -> Vec<RejectionError> {
    let errors = errors.and_then(Value::as_array).into_iter().flatten();
    let errors = errors.map(|error| RejectionError {
        // The description says objects; texts are read as well.
        message: error
            .get("message")
            .and_then(text)
            .or_else(|| text(error))
            .unwrap_or_default(),
        error_trace_id: error.get("errorTraceId").and_then(text),
    });
    errors.collect()
}

fn association(item: &Value) -> UnknownAssociation {
    let values = item.get("values").and_then(Value::as_array);
    UnknownAssociation {
        association_type: item
            .get("associationType")
            .and_then(text)
            .unwrap_or_default(),
        values: values.cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
