//! A feature flag as Jira takes it (Feature Flags API, submitFeatureFlags).

use serde::Serialize;

use super::builds::ProviderMetadata;
use crate::domain::association::Associations;
use crate::domain::environment::EnvironmentType;
use crate::domain::feature_flag::FlagStatus;
use crate::domain::ids::ItemId;
use crate::domain::properties::Properties;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

/// One flag over all its environments.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeatureFlag {
    pub(crate) schema_version: &'static str,
    pub(crate) id: ItemId,
    /// What the flag is called in source code.
    pub(crate) key: Line,
    pub(crate) update_sequence_id: SequenceNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<Line>,
    pub(crate) associations: Associations,
    pub(crate) summary: Summary,
    /// One environment at least.
    pub(crate) details: Vec<Detail>,
}

/// What the issue shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<WebUrl>,
    pub(crate) status: FlagStatus,
    pub(crate) last_updated: Timestamp,
}

/// The flag in one environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    pub(crate) url: WebUrl,
    pub(crate) last_updated: Timestamp,
    pub(crate) environment: FlagEnvironment,
    pub(crate) status: FlagStatus,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FlagEnvironment {
    pub(crate) name: Line,
    /// Other than that of a deployment, it is never `unmapped`.
    #[serde(rename = "type", skip_serializing_if = "EnvironmentType::is_unmapped")]
    pub(crate) environment_type: EnvironmentType,
}

impl Summary {
    /// What the issue shows, when nobody says it: the production environments where there are any, else all. Its
    /// address is that of the first of them, its time the latest.
    pub(crate) fn of_all(details: &[Detail]) -> Self {
        let is_production =
            |detail: &&Detail| detail.environment.environment_type == EnvironmentType::Production;
        let mut counted: Vec<&Detail> = details.iter().filter(is_production).collect();
        if counted.is_empty() {
            counted = details.iter().collect();
        }
        let statuses: Vec<&FlagStatus> = counted.iter().map(|detail| &detail.status).collect();
        let times = counted.iter().map(|detail| detail.last_updated);
        Self {
            url: counted.first().map(|detail| detail.url.clone()),
            status: FlagStatus::of_all(&statuses),
            last_updated: times
                .max()
                .unwrap_or_else(|| Timestamp::from_millisecond(0)),
        }
    }
}

/// The body of a submission of feature flags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeatureFlags {
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub(crate) properties: Properties,
    pub(crate) flags: Vec<FeatureFlag>,
    pub(crate) provider_metadata: ProviderMetadata,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Detail, EnvironmentType, FlagEnvironment, FlagStatus, Line, Summary};

    fn detail(name: &str, enabled: bool, second: u32) -> Detail {
        Detail {
            url: format!("https://flags/{name}").parse().unwrap(),
            last_updated: format!("2026-01-01T00:00:{second:02}Z").parse().unwrap(),
            environment: FlagEnvironment {
                name: Line::required(name),
                environment_type: EnvironmentType::guess(name),
            },
            status: FlagStatus {
                enabled,
                default_value: None,
                rollout: None,
            },
        }
    }

    #[test]
    fn production_counts_before_all_others() {
        let cases = [
            (vec![detail("dev", true, 1)], "dev", true, 1),
            (
                vec![detail("dev", true, 9), detail("prod", false, 2)],
                "prod",
                false,
                2,
            ),
            (
                vec![
                    detail("dev", true, 9),
                    detail("eu-prod", true, 3),
                    detail("us-prod", true, 4),
                ],
                "eu-prod",
                true,
                4,
            ),
            (
                vec![detail("red", false, 5), detail("qa", false, 2)],
                "red",
                false,
                5,
            ),
        ];
        for (details, name, enabled, second) in cases {
            let summary = Summary::of_all(&details);
            let expected = json!({
                "url": format!("https://flags/{name}"),
                "status": {"enabled": enabled},
                "lastUpdated": format!("2026-01-01T00:00:0{second}.000Z"),
            });
            assert_eq!(json!(summary), expected);
        }
        let some = [detail("eu-prod", true, 3), detail("us-prod", false, 4)];
        let summary = json!(Summary::of_all(&some));
        let rollout = json!({"text": "on in 1 of 2 environments"});
        assert_eq!(summary["status"]["rollout"], rollout);
    }

    #[test]
    fn a_type_that_is_not_known_is_left_out() {
        let found = json!(detail("red", true, 0).environment);
        assert_eq!(found, json!({"name": "red"}));
        let found = json!(detail("qa", true, 0).environment);
        assert_eq!(found, json!({"name": "qa", "type": "testing"}));
    }
}
