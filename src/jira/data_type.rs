//! The kinds of data that Jira takes, each with its addresses, its permission and the words of its bodies.

use serde::{Deserialize, Serialize};

/// A group of Jira's API ("Base URL differences" of the API's introduction).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DataType {
    Builds,
    Deployments,
    // Development information: repositories with their commits, branches and pull requests.
    DevInfo,
    FeatureFlags,
}

impl DataType {
    pub(crate) const ALL: [Self; 4] = [
        Self::Builds,
        Self::Deployments,
        Self::DevInfo,
        Self::FeatureFlags,
    ];

    /// The name of the group of addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Builds => "builds",
            Self::Deployments => "deployments",
            Self::DevInfo => "devinfo",
            Self::FeatureFlags => "featureflags",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data| data.name() == name)
    }

    /// The name of the list in the body of a submission.
    pub(crate) fn list(self) -> &'static str {
        match self {
            Self::Builds => "builds",
            Self::Deployments => "deployments",
            Self::DevInfo => "repositories",
            Self::FeatureFlags => "flags",
        }
    }

    /// The name of the field that orders updates.
    pub(crate) fn sequence_field(self) -> &'static str {
        match self {
            Self::Builds | Self::Deployments => "updateSequenceNumber",
            Self::DevInfo | Self::FeatureFlags => "updateSequenceId",
        }
    }

    /// Path of the group below the API's address, with a slash at its end.
    pub(crate) fn path(self, cloud_id: &str) -> String {
        // Development information is 0.10 on the site's own host, but 0.1 here.
        format!("/jira/{}/0.1/cloud/{cloud_id}/", self.name())
    }

    /// Where submissions go.
    pub(crate) fn bulk_path(self, cloud_id: &str) -> String {
        format!("{}bulk", self.path(cloud_id))
    }

    /// Path of an item that nobody has sent, since jobs have no number 0 and ids of ours no such name.
    pub(crate) fn missing_item_path(self, cloud_id: &str) -> String {
        let item = match self {
            Self::Builds => "pipelines/jira-send-check/builds/0",
            Self::Deployments => {
                "pipelines/jira-send-check/environments/jira-send-check/deployments/0"
            }
            Self::DevInfo => "repository/jira-send-check",
            Self::FeatureFlags => "flag/jira-send-check",
        };
        format!("{}{item}", self.path(cloud_id))
    }

    /// The box to tick on the page of the OAuth credential.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::Builds => "Builds",
            Self::Deployments => "Deployments",
            Self::DevInfo => "Development information",
            Self::FeatureFlags => "Feature flags",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataType;

    #[test]
    fn every_group_has_its_addresses() {
        let cases = [
            (DataType::Builds, "/jira/builds/0.1/cloud/c/bulk"),
            (DataType::Deployments, "/jira/deployments/0.1/cloud/c/bulk"),
            (DataType::DevInfo, "/jira/devinfo/0.1/cloud/c/bulk"),
            (
                DataType::FeatureFlags,
                "/jira/featureflags/0.1/cloud/c/bulk",
            ),
        ];
        assert_eq!(cases.len(), DataType::ALL.len());
        for (data, path) in cases {
            assert_eq!(data.bulk_path("c"), path);
            assert_eq!(DataType::from_name(data.name()), Some(data));
            assert_eq!(serde_json::json!(data), data.name());
            let missing = data.missing_item_path("c");
            assert!(missing.starts_with(&data.path("c")), "{missing}");
        }
        assert_eq!(DataType::from_name("repositories"), None);
    }
}
