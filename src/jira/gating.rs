//! What Jira Service Management says about a deployment (getDeploymentGatingStatusByKey).

use serde::Serialize;
use serde_json::Value;

use super::item::DeploymentKey;
use super::{DataType, Jira, JiraError};

/// A change request that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeRequest {
    pub(crate) issue_key: String,
    pub(crate) issue_link: String,
}

/// What is known of a gate, as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Gate {
    /// Jira's word in small letters: `allowed`, `awaiting`, `prevented` or `invalid`. Atlassian's plugin knows `expired` as
    /// well.
    #[serde(rename = "gating_status")]
    pub(crate) status: String,
    /// When it changed last, as Jira writes it.
    #[serde(rename = "gating_updated", skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    pub(crate) change_requests: Vec<ChangeRequest>,
}

impl Gate {
    /// No field is required but the status itself.
    fn parse(answer: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| {
            let text = value.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let status = answer.get("gatingStatus")?.as_str()?;
        let updated = text(answer, "updatedTimestamp");
        let details = answer.get("details").and_then(Value::as_array);
        let requests = details.into_iter().flatten().map(|detail| ChangeRequest {
            issue_key: text(detail, "issueKey"),
            issue_link: text(detail, "issueLink"),
        });
        Some(Self {
            status: status.to_ascii_lowercase(),
            updated: (!updated.is_empty()).then_some(updated),
            change_requests: requests
                .filter(|request| !request.issue_key.is_empty())
                .collect(),
        })
    }
}

impl Jira<'_> {
    /// # Errors
    /// 404 as long as Jira has no gate for this deployment, which takes a moment after it was sent.
    pub(crate) fn gate(&mut self, deployment: &DeploymentKey) -> Result<Gate, JiraError> {
        self.read_as(
            DataType::Deployments,
            &deployment.gating_path(),
            Gate::parse,
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ChangeRequest, Gate};

    #[test]
    fn nothing_but_the_status_is_required() {
        let whole = json!({
            "gatingStatus": "awaiting", "updatedTimestamp": "2026-01-01T00:00:00Z",
            "details": [{"type": "issue", "issueKey": "CHG-1", "issueLink": "https://acme/CHG-1"}, {"type": "issue"}, 5],
        });
        let gate = Gate::parse(&whole).unwrap();
        assert_eq!(gate.status, "awaiting");
        assert_eq!(gate.updated.as_deref(), Some("2026-01-01T00:00:00Z"));
        let request = ChangeRequest {
            issue_key: "CHG-1".to_owned(),
            issue_link: "https://acme/CHG-1".to_owned(),
        };
        assert_eq!(gate.change_requests, [request]);
        for (word, status) in [
            ("allowed", "allowed"),
            ("ALLOWED", "allowed"),
            ("paused", "paused"),
        ] {
            let gate = Gate::parse(&json!({"gatingStatus": word, "details": null})).unwrap();
            assert_eq!(gate.status, status);
        }
        assert_eq!(Gate::parse(&json!({"details": []})), None);
        assert_eq!(Gate::parse(&json!({"gatingStatus": null})), None);
    }
}
