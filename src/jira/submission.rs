//! The answer to a submission. 202 is no success: what was accepted, rejected and unknown stands in the body.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kinds of data, each with its path and its permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    Builds,
    Deployments,
}

impl DataType {
    /// Path below the API's address ("Base URL differences" of the API's introduction).
    pub(crate) fn bulk_path(self, cloud_id: &str) -> String {
        let group = match self {
            Self::Builds => "builds",
            Self::Deployments => "deployments",
        };
        format!("/jira/{group}/0.1/cloud/{cloud_id}/bulk")
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

/// What Jira did with a submission. Any list may be missing in the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Submitted {
    /// The identities of what was accepted, as Jira writes them.
    #[serde(alias = "acceptedBuilds", alias = "acceptedDeployments")]
    pub(crate) accepted: Option<Vec<Value>>,
    #[serde(alias = "rejectedBuilds", alias = "rejectedDeployments")]
    pub(crate) rejected: Option<Vec<Rejected>>,
    pub(crate) unknown_issue_keys: Option<Vec<String>>,
    pub(crate) unknown_associations: Option<Vec<UnknownAssociation>>,
}

/// One item that Jira refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Rejected {
    pub(crate) key: Value,
    pub(crate) errors: Vec<RejectionError>,
}

/// Why Jira refused it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RejectionError {
    pub(crate) message: String,
    /// Helps Atlassian's support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_trace_id: Option<String>,
}

/// Associations that the site does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UnknownAssociation {
    pub(crate) association_type: String,
    /// Texts, or objects for commits and repositories.
    pub(crate) values: Vec<Value>,
}

impl Submitted {
    /// Reads the body of a 2xx. An empty one means accepted, details unknown; nothing for what Jira never sends.
    pub(super) fn parse(body: &str) -> Option<Self> {
        if body.trim().is_empty() {
            return Some(Self::default());
        }
        // A list would be read as the fields in their order.
        let fields: serde_json::Map<String, Value> = serde_json::from_str(body).ok()?;
        serde_json::from_value(fields.into()).ok()
    }

    /// Unknown issues, in whichever of the two lists Jira put them.
    pub(crate) fn unknown_issues(&self) -> Vec<String> {
        let named = self.unknown_issue_keys.iter().flatten().cloned();
        let associated = self
            .unknown_associations
            .iter()
            .flatten()
            .filter(|block| {
                matches!(
                    block.association_type.as_str(),
                    "issueKeys" | "issueIdOrKeys"
                )
            })
            .flat_map(|block| &block.values)
            .filter_map(|value| value.as_str().map(ToOwned::to_owned));
        let mut issues: Vec<String> = Vec::new();
        for issue in named.chain(associated) {
            if !issues.contains(&issue) {
                issues.push(issue);
            }
        }
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::Submitted;

    #[test]
    fn answers_of_all_shapes_are_read() {
        let cases = [
            ("", Some((None, None, 0))),
            ("{}", Some((None, None, 0))),
            (
                r#"{"acceptedBuilds":[{"pipelineId":"p","buildNumber":1}],"rejectedBuilds":[],"unknownIssueKeys":["X-1"]}"#,
                Some((Some(1), Some(0), 1)),
            ),
            (
                r#"{"rejectedDeployments":[{"key":{},"errors":[{"message":"m"}]}],"unknownAssociations":[{"associationType":"issueIdOrKeys","values":["X-1","X-1"]},{"associationType":"serviceIdOrKeys","values":["s"]}]}"#,
                Some((None, Some(1), 1)),
            ),
            (r#"{"acceptedDeployments":null}"#, Some((None, None, 0))),
            ("<html>", None),
            ("[]", None),
            (r#"{"acceptedBuilds":5}"#, None),
        ];
        for (body, expected) in cases {
            let found = Submitted::parse(body).map(|submitted| {
                (
                    submitted.accepted.as_ref().map(Vec::len),
                    submitted.rejected.as_ref().map(Vec::len),
                    submitted.unknown_issues().len(),
                )
            });
            assert_eq!(found, expected, "{body}");
        }
    }
}
