//! The answer to a submission. 202 is no success: what was accepted, rejected and unknown stands in the body.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};

/// The kinds of data, each with its path and its permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    Builds,
    Deployments,
}

impl DataType {
    const ALL: [Self; 2] = [Self::Builds, Self::Deployments];

    /// The name of the group of addresses and of the list in a body.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Builds => "builds",
            Self::Deployments => "deployments",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data| data.name() == name)
    }

    /// Path below the API's address ("Base URL differences" of the API's introduction).
    pub(crate) fn bulk_path(self, cloud_id: &str) -> String {
        format!("/jira/{}/0.1/cloud/{cloud_id}/bulk", self.name())
    }

    /// Path of an item that nobody has sent, since jobs have no number 0.
    pub(crate) fn missing_item_path(self, cloud_id: &str) -> String {
        let item = match self {
            Self::Builds => "builds/0",
            Self::Deployments => "environments/jira-send-check/deployments/0",
        };
        let bulk = self.bulk_path(cloud_id);
        let group = bulk.trim_end_matches("bulk");
        format!("{group}pipelines/jira-send-check/{item}")
    }

    /// The box to tick on the page of the OAuth credential.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::Builds => "Builds",
            Self::Deployments => "Deployments",
        }
    }
}

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

impl Submitted {
    /// Reads the body of a 2xx. An empty one means accepted, details unknown; nothing for what is no JSON object.
    ///
    /// No field is required and each is read by itself, so that one odd value does not hide the rest.
    pub(crate) fn parse(body: &str) -> Option<Self> {
        if body.trim().is_empty() {
            return Some(Self::default());
        }
        let fields: Map<String, Value> = serde_json::from_str(body).ok()?;
        let list = |names: &[&str]| {
            let mut found = names.iter().filter_map(|name| fields.get(*name));
            found.find_map(Value::as_array)
        };
        let items = |names: &[&str]| list(names).into_iter().flatten();
        Some(Self {
            accepted: list(&["acceptedBuilds", "acceptedDeployments"]).cloned(),
            rejected: items(&["rejectedBuilds", "rejectedDeployments"])
                .map(rejected)
                .collect(),
            unknown_issue_keys: items(&["unknownIssueKeys"]).filter_map(text).collect(),
            unknown_associations: items(&["unknownAssociations"]).map(association).collect(),
        })
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

fn rejected(item: &Value) -> Rejected {
    let errors = item.get("errors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten().map(|error| RejectionError {
        message: error.get("message").and_then(text).unwrap_or_default(),
        error_trace_id: error.get("errorTraceId").and_then(text),
    });
    Rejected {
        key: item.get("key").cloned().unwrap_or_default(),
        errors: errors.collect(),
    }
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
mod tests {
    use super::Submitted;

    /// The body; accepted, rejected, unknown issues, other unknowns.
    #[test]
    fn answers_of_all_shapes_are_read() {
        let cases = [
            ("", Some((None, 0, 0, 0))),
            ("{}", Some((None, 0, 0, 0))),
            (
                r#"{"acceptedBuilds":[{"pipelineId":"p","buildNumber":1}],"rejectedBuilds":[],"unknownIssueKeys":["X-1"]}"#,
                Some((Some(1), 0, 1, 0)),
            ),
            (
                r#"{"rejectedDeployments":[{"key":{},"errors":[{"message":"m"}]}],"unknownAssociations":[{"associationType":"issueIdOrKeys","values":["X-1","X-1"]},{"associationType":"serviceIdOrKeys","values":["s"]}]}"#,
                Some((None, 1, 1, 1)),
            ),
            (r#"{"acceptedDeployments":null}"#, Some((None, 0, 0, 0))),
            (
                r#"{"acceptedBuilds":[{}],"rejectedBuilds":[{"errors":[{"message":null}]},null],"unknownIssueKeys":[null,"X-1"],"unknownAssociations":[{"associationType":null,"values":null}]}"#,
                Some((Some(1), 2, 1, 0)),
            ),
            (r#"{"acceptedBuilds":5}"#, Some((None, 0, 0, 0))),
            ("<html>", None),
            ("[]", None),
        ];
        for (body, expected) in cases {
            let found = Submitted::parse(body).map(|submitted| {
                (
                    submitted.accepted.as_ref().map(Vec::len),
                    submitted.rejected.len(),
                    submitted.unknown_issues().len(),
                    submitted.other_unknowns().len(),
                )
            });
            assert_eq!(found, expected, "{body}");
        }
    }

    #[test]
    fn unknowns_are_named_for_people() {
        let body = r#"{"unknownAssociations":[{"associationType":"serviceIdOrKeys","values":["svc"]},{"associationType":"commit","values":[{"commitHash":"8a91"}]}]}"#;
        let unknowns = Submitted::parse(body).unwrap().other_unknowns();
        assert_eq!(unknowns, ["service svc", r#"commit {"commitHash":"8a91"}"#]);
    }
}
