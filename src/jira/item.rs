//! What Jira stores under one key, and where it is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::DataType;
use crate::domain::ids::{EnvironmentId, PipelineId};

/// What stands for itself in a part of a path.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The identity of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeploymentKey {
    pub(crate) pipeline: PipelineId,
    pub(crate) environment: EnvironmentId,
    pub(crate) number: i64,
}

impl DeploymentKey {
    /// Path below that of the deployments (getDeploymentByKey).
    pub(crate) fn path(&self) -> String {
        let (pipeline, environment) = (self.pipeline.as_str(), self.environment.as_str());
        format!(
            "pipelines/{}/environments/{}/deployments/{}",
            segment(pipeline),
            segment(environment),
            self.number
        )
    }

    /// Path below that of the deployments (getDeploymentGatingStatusByKey).
    pub(crate) fn gating_path(&self) -> String {
        format!("{}/gating-status", self.path())
    }

    pub(crate) const DATA: DataType = DataType::Deployments;
}

/// One segment of a path, whatever is in it.
fn segment(id: &str) -> String {
    match id {
        // What stands between slashes like this is no name, and some servers go up a folder for it.
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        id => utf8_percent_encode(id, UNRESERVED).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::DeploymentKey;
    use crate::domain::ids::{EnvironmentId, PipelineId, PipelineIdStyle};

    #[test]
    fn ids_are_one_segment_each() {
        let cases = [
            (
                "shop",
                "eu-prod",
                "pipelines/shop/environments/eu-prod/deployments/7",
            ),
            (
                "multi/feature%2FTEST-1",
                "a/b?",
                "pipelines/multi%2Ffeature%252FTEST-1/environments/a%2Fb%3F/deployments/7",
            ),
            (
                "..",
                "é",
                "pipelines/%2E%2E/environments/%C3%A9/deployments/7",
            ),
        ];
        for (pipeline, environment, path) in cases {
            let style = PipelineIdStyle::Name;
            let key = DeploymentKey {
                pipeline: PipelineId::of_job(pipeline, style),
                environment: EnvironmentId::new(environment, style),
                number: 7,
            };
            assert_eq!(key.path(), path);
            assert_eq!(key.gating_path(), format!("{path}/gating-status"));
        }
    }
}
