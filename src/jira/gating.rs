//! What Jira Service Management says about a deployment (getDeploymentGatingStatusByKey).

use serde::Serialize;
use serde_json::Value;

use super::item::DeploymentKey;
use super::{DataType, Jira, JiraError};

/// The decision. The API's description knows four; Atlassian's plugin knows `expired` as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GatingStatus {
    Allowed,
    Awaiting,
    Prevented,
    Expired,
    Invalid,
    /// A word that nobody has documented.
    Other(String),
}

impl From<&str> for GatingStatus {
    fn from(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "allowed" => Self::Allowed,
            "awaiting" => Self::Awaiting,
            "prevented" => Self::Prevented,
            "expired" => Self::Expired,
            "invalid" => Self::Invalid,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl GatingStatus {
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Allowed => "allowed",
            Self::Awaiting => "awaiting",
            Self::Prevented => "prevented",
            Self::Expired => "expired",
            Self::Invalid => "invalid",
            Self::Other(word) => word,
        }
    }

    /// Whether it may still change. A word that is not known is no decision.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Awaiting | Self::Other(_))
    }
}

/// A change request that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeRequest {
    pub(crate) issue_key: String,
    pub(crate) issue_link: String,
}

/// What is known of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) status: GatingStatus,
    /// When it changed last, as Jira writes it.
    pub(crate) updated: Option<String>,
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
            status: status.into(),
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

    use super::{ChangeRequest, Gate, GatingStatus};

    #[test]
    fn nothing_but_the_status_is_required() {
        let whole = json!({
            "gatingStatus": "awaiting", "updatedTimestamp": "2026-01-01T00:00:00Z",
            "details": [{"type": "issue", "issueKey": "CHG-1", "issueLink": "https://acme/CHG-1"}, {"type": "issue"}, 5],
        });
        let gate = Gate::parse(&whole).unwrap();
        assert!(gate.status.is_open());
        assert_eq!(gate.updated.as_deref(), Some("2026-01-01T00:00:00Z"));
        let request = ChangeRequest {
            issue_key: "CHG-1".to_owned(),
            issue_link: "https://acme/CHG-1".to_owned(),
        };
        assert_eq!(gate.change_requests, [request]);
        for (word, status, open) in [
            ("allowed", GatingStatus::Allowed, false),
            ("ALLOWED", GatingStatus::Allowed, false),
            ("prevented", GatingStatus::Prevented, false),
            ("expired", GatingStatus::Expired, false),
            ("invalid", GatingStatus::Invalid, false),
            ("paused", GatingStatus::Other("paused".to_owned()), true),
        ] {
            let gate = Gate::parse(&json!({"gatingStatus": word, "details": null})).unwrap();
            assert_eq!(gate.status, status);
            assert_eq!(gate.status.is_open(), open, "{word}");
        }
        assert_eq!(Gate::parse(&json!({"details": []})), None);
        assert_eq!(Gate::parse(&json!({"gatingStatus": null})), None);
    }
}
