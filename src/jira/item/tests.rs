use serde_json::json;

use super::{DeploymentKey, EntityKind, Item, Presence, query};
use crate::domain::ids::{EnvironmentId, PipelineId, PipelineIdStyle};
use crate::domain::properties::Properties;
use crate::jira::DataType;

fn entity(kind: EntityKind, id: &str) -> Item {
    Item::Entity {
        repository: "r/1".parse().unwrap(),
        kind,
        id: id.parse().unwrap(),
    }
}

/// The item; what people see, where it is deleted, and where it is read when that is elsewhere.
#[test]
fn every_item_has_its_place() {
    let key = DeploymentKey {
        pipeline: PipelineId::given("shop"),
        environment: EnvironmentId::new("eu", PipelineIdStyle::Safe),
        number: 7,
    };
    let build = Item::Build {
        pipeline: PipelineId::given("shop"),
        number: 7,
    };
    let id = || "a/b".parse().unwrap();
    let cases = [
        (
            build,
            DataType::Builds,
            "build 7 of shop",
            "pipelines/shop/builds/7",
            None,
        ),
        (
            Item::Deployment(key),
            DataType::Deployments,
            "deployment 7 of shop to eu",
            "pipelines/shop/environments/eu/deployments/7",
            None,
        ),
        (
            Item::Repository(id()),
            DataType::DevInfo,
            "repository a/b",
            "repository/a%2Fb",
            None,
        ),
        (
            entity(EntityKind::PullRequest, "7"),
            DataType::DevInfo,
            "pull request 7 of r/1",
            "repository/r%2F1/pull_request/7",
            Some("repository/r%2F1"),
        ),
        (
            entity(EntityKind::Branch, "a b"),
            DataType::DevInfo,
            "branch a b of r/1",
            "repository/r%2F1/branch/a%20b",
            Some("repository/r%2F1"),
        ),
        (
            Item::FeatureFlag(id()),
            DataType::FeatureFlags,
            "feature flag a/b",
            "flag/a%2Fb",
            None,
        ),
    ];
    for (item, data, words, path, read) in cases {
        assert_eq!(item.to_string(), words);
        assert_eq!((item.data(), item.path().as_str()), (data, path));
        assert_eq!(item.read_path(), read.unwrap_or(path));
    }
}

#[test]
fn entities_are_picked_out_of_their_repository() {
    let branch = json!({"id": "x", "name": "b"});
    let read = json!({"id": "r", "commits": [{"id": "x"}, {}], "branches": [branch]});
    let find = |kind, id: &str, read: &serde_json::Value| match entity(kind, id).find(read) {
        Presence::Stored(found) => found.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(find(EntityKind::Branch, "x", &read), branch.to_string());
    assert_eq!(find(EntityKind::Branch, "y", &read), "Absent");
    assert_eq!(find(EntityKind::PullRequest, "x", &read), "Absent");
    assert_eq!(
        find(EntityKind::Commit, "x", &json!({"commits": 5})),
        "Absent"
    );
    let many: Vec<_> = (0..399).map(|id| json!({"id": id.to_string()})).collect();
    let full = json!({"commits": many, "branches": [branch]});
    assert_eq!(find(EntityKind::PullRequest, "x", &full), "OutOfSight");
    let repository = Item::Repository("r".parse().unwrap());
    assert_eq!(repository.find(&full), Presence::Stored(&full));
}

#[test]
fn labels_are_a_query() {
    let labels = ["b=x y&z=1", "a+1=ü/%"].map(|label| label.parse().unwrap());
    let labels = Properties::new(&labels, []).unwrap();
    assert_eq!(query(&labels), "a%2B1=%C3%BC%2F%25&b=x%20y%26z%3D1");
}

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
