//! Bodies of submissions as JSON: what is changed just before sending, and several bodies as one request.

use serde_json::{Value, json};

use super::submission::entities;
use super::{DataType, deletions};
use crate::domain::association::MAX_VALUES;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::timestamp::Timestamp;

/// Most items in one request.
pub(crate) const MAX_ITEMS: usize = 100;

/// Lists of entities in a repository of development information.
const ENTITIES: [&str; 3] = ["commits", "branches", "pullRequests"];

/// Sets the number of every item; of a repository also that of all its entities, so that a commit has the same one
/// wherever it appears.
pub(crate) fn set_sequence(body: &mut Value, data: DataType, number: SequenceNumber) {
    let field = data.sequence_field();
    for item in items_mut(body, data) {
        for list in ENTITIES {
            let entities = item.get_mut(list).and_then(Value::as_array_mut);
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
pub(crate) fn end(body: &mut Value, data: DataType, state: &str, number: i64, at: Timestamp) {
    for item in items_mut(body, data) {
        let begun: Option<Timestamp> = item["lastUpdated"].as_str().and_then(|it| it.parse().ok());
        let took = begun.map(|begun| at.as_millisecond().saturating_sub(begun.as_millisecond()));
        if let Some(took @ 0..) = took.filter(|_| data == DataType::Deployments) {
            item["duration"] = json!(took / 1000);
        }
        item["state"] = json!(state);
        item["lastUpdated"] = json!(at);
    }
    set_sequence(body, data, SequenceNumber::new(number));
}

/// The number of the first item.
pub(crate) fn sequence(body: &Value, data: DataType) -> Option<SequenceNumber> {
    let number = body[data.list()][0][data.sequence_field()].as_i64()?;
    Some(SequenceNumber::new(number))
}

/// The number of every item, and the issues that it names by key.
pub(crate) fn numbers_and_issues(
    body: &Value,
    data: DataType,
) -> Vec<(Option<SequenceNumber>, Vec<String>)> {
    let items = body.get(data.list()).and_then(Value::as_array);
    let of_item = |item: &Value| {
        let number = item[data.sequence_field()].as_i64();
        let blocks = item["associations"].as_array().into_iter().flatten();
        let issues = blocks.filter(|block| block["associationType"] == "issueIdOrKeys");
        let values = issues.flat_map(|block| block["values"].as_array().into_iter().flatten());
        let keys = values.filter_map(Value::as_str);
        let keys = keys.filter(|value| value.parse::<IssueKey>().is_ok());
        let keys = keys.map(ToOwned::to_owned).collect();
        (number.map(SequenceNumber::new), keys)
    };
    items.into_iter().flatten().map(of_item).collect()
}

/// Adds issues to every item, as far as Jira's limit allows; says which were added.
pub(crate) fn add_issue_keys(body: &mut Value, data: DataType, keys: &[IssueKey]) -> Vec<IssueKey> {
    let mut added = Vec::new();
    for item in items_mut(body, data) {
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

/// A body without its items: only bodies that are alike otherwise can be sent in one request.
pub(crate) fn frame(body: &Value, data: DataType) -> Value {
    let mut frame = body.clone();
    frame[data.list()] = json!([]);
    frame
}

/// Whether it may be sent together with others: it is one item, and Jira says of it alone what became of it.
pub(crate) fn is_single(body: &Value, data: DataType) -> bool {
    let items = body.get(data.list()).and_then(Value::as_array);
    data != DataType::DevInfo && items.is_some_and(|items| items.len() == 1)
}

/// One body with the items of all. They must have the same frame.
pub(crate) fn together<'a>(
    bodies: impl IntoIterator<Item = &'a Value>,
    data: DataType,
) -> Option<Value> {
    let mut bodies = bodies.into_iter();
    let mut whole = bodies.next()?.clone();
    for body in bodies {
        let items = body[data.list()].as_array().into_iter().flatten().cloned();
        whole[data.list()].as_array_mut()?.extend(items);
    }
    Some(whole)
}

/// Two bodies with half of the items each; nothing when there is only one, which cannot be sent in parts.
pub(crate) fn halves(body: &Value, data: DataType) -> Option<(Value, Value)> {
    let list = data.list();
    let items = body.get(list)?.as_array()?;
    if items.len() > 1 {
        let (first, second) = items.split_at(items.len() / 2);
        return Some((with(body, list, first), with(body, list, second)));
    }
    let repository = items.first().filter(|_| data == DataType::DevInfo)?;
    let count = |list: &str| repository[list].as_array().map_or(0, Vec::len);
    let total: usize = ENTITIES.into_iter().map(count).sum();
    if total < 2 {
        return None;
    }
    let (mut left, mut first, mut second) = (total / 2, repository.clone(), repository.clone());
    for list in ENTITIES {
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
    Some((with(body, list, &[first]), with(body, list, &[second])))
}

/// Whether a repository of a body has anything that Jira takes.
pub(super) fn has_entities(repository: &Value) -> bool {
    let is_there = |list: &str| repository[list].as_array().is_some_and(|it| !it.is_empty());
    ENTITIES.into_iter().any(is_there)
}

fn with(body: &Value, list: &str, items: &[Value]) -> Value {
    let mut part = body.clone();
    part[list] = json!(items);
    part
}

/// The identities of what is in a body, as Jira repeats them in its answer.
pub(crate) fn keys(body: &Value, data: DataType) -> Vec<Value> {
    let items = body.get(data.list()).and_then(Value::as_array);
    let items = items.into_iter().flatten();
    match data {
        DataType::Builds => items
            .map(|item| json!({"pipelineId": item["pipelineId"], "buildNumber": item["buildNumber"]}))
            .collect(),
        DataType::Deployments => items
            .map(|item| {
                json!({
                    "pipelineId": item["pipeline"]["id"],
                    "environmentId": item["environment"]["id"],
                    "deploymentSequenceNumber": item["deploymentSequenceNumber"],
                })
            })
            .collect(),
        DataType::FeatureFlags => {
            items.map(|item| item["id"].clone()).collect()
        }
        DataType::DevInfo => items
            .flat_map(|item| {
                let entities = entities(item["id"].as_str().unwrap_or_default(), item);
                entities.map(|(key, _)| key).chain(deletions::keys(item))
            })
            .collect(),
    }
}

/// Whether the entity of a repository with this key names issues, and none but these.
pub(crate) fn names_only(body: &Value, key: &Value, issues: &[String]) -> bool {
    let repositories = body[DataType::DevInfo.list()].as_array();
    let mut entities = repositories.into_iter().flatten().flat_map(|repository| {
        let id = repository["id"].as_str().unwrap_or_default();
        entities(id, repository)
    });
    let Some((_, entity)) = entities.find(|(found, _)| found == key) else {
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

fn items_mut(body: &mut Value, data: DataType) -> impl Iterator<Item = &mut Value> {
    let items = body.get_mut(data.list()).and_then(Value::as_array_mut);
    items.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        DataType, add_issue_keys, frame, halves, is_single, keys, names_only, numbers_and_issues,
        sequence, set_sequence, together,
    };
    use crate::domain::issue_key::IssueKey;
    use crate::domain::sequence::SequenceNumber;

    fn issues(names: &[&str]) -> Vec<IssueKey> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn numbers_and_keys_are_changed_in_place() {
        let data = DataType::Builds;
        let mut body = json!({"builds": [{
            "updateSequenceNumber": 1,
            "associations": [{"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1"]}],
        }]});
        set_sequence(&mut body, data, SequenceNumber::new(7));
        assert_eq!(sequence(&body, data), Some(SequenceNumber::new(7)));
        let added = add_issue_keys(&mut body, data, &issues(&["ABC-1", "ABC-2"]));
        assert_eq!(added, issues(&["ABC-2"]));
        let values = &body["builds"][0]["associations"][0]["values"];
        assert_eq!(*values, json!(["10042", "ABC-1", "ABC-2"]));
    }

    #[test]
    fn the_issues_of_an_entity_are_told_apart() {
        let body = json!({"repositories": [{"id": "r", "commits": [
            {"id": "c1", "issueKeys": ["ABC-1", "ABC-2"]},
            {"id": "c2"},
            {"id": "c4", "associations": [{"associationType": "issueIdOrKeys", "values": ["ABC-1"]}]},
        ]}]});
        let cases: [(&str, &[&str], bool); 6] = [
            ("c1", &["ABC-2", "ABC-1", "ABC-3"], true),
            ("c1", &["ABC-1"], false),
            ("c2", &["ABC-1"], false),
            ("c3", &["ABC-1"], false),
            ("c4", &["ABC-1"], true),
            ("c4", &["ABC-2"], false),
        ];
        for (commit, issues, expected) in cases {
            let key = json!({"repositoryId": "r", "commit": commit});
            let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
            assert_eq!(names_only(&body, &key, &issues), expected, "{commit}");
        }
    }

    #[test]
    fn every_item_has_its_own_number_and_issues() {
        let data = DataType::FeatureFlags;
        let body = json!({"flags": [
            {"updateSequenceId": 3, "associations": [
                {"associationType": "issueIdOrKeys", "values": ["10042", "ABC-1"]},
            ]},
            {"associations": [{"associationType": "serviceIdOrKeys", "values": ["ABC-2"]}]},
        ]});
        let expected = [
            (Some(SequenceNumber::new(3)), vec!["ABC-1".to_owned()]),
            (None, vec![]),
        ];
        assert_eq!(numbers_and_issues(&body, data), expected);
        assert!(numbers_and_issues(&json!({}), data).is_empty());
    }

    #[test]
    fn no_more_than_jira_takes() {
        let data = DataType::Deployments;
        let many: Vec<String> = (1..=498).map(|number| format!("ABC-{number}")).collect();
        let mut body = json!({"deployments": [{"associations": [
            {"associationType": "issueIdOrKeys", "values": many},
            {"associationType": "serviceIdOrKeys", "values": ["s"]},
        ]}]});
        let added = add_issue_keys(&mut body, data, &issues(&["X1-1", "X1-2"]));
        assert_eq!(added, issues(&["X1-1"]));
        let mut without = json!({"deployments": [{"associations": []}]});
        assert!(add_issue_keys(&mut without, data, &issues(&["X1-1"])).is_empty());
    }

    #[test]
    fn bodies_of_one_frame_are_sent_together() {
        let data = DataType::Builds;
        let bodies = [1, 2].map(|n| json!({"properties": {"job": "x"}, "builds": [n]}));
        assert_eq!(frame(&bodies[0], data), frame(&bodies[1], data));
        let whole = json!({"properties": {"job": "x"}, "builds": [1, 2]});
        assert_eq!(together(&bodies, data), Some(whole));
        assert_eq!(together([], data), None);
    }

    fn repository(commits: &[&str], branches: &[&str]) -> serde_json::Value {
        let commits: Vec<_> = commits.iter().map(|id| json!({ "id": id })).collect();
        let branches = branches
            .iter()
            .map(|id| json!({"id": id, "lastCommit": {"id": "c"}}));
        let mut repository = json!({"id": "r", "commits": commits});
        let branches: Vec<_> = branches.collect();
        if !branches.is_empty() {
            repository["branches"] = json!(branches);
        }
        json!({"preventTransitions": true, "repositories": [repository]})
    }

    #[test]
    fn a_repository_and_its_entities_have_one_number() {
        let data = DataType::DevInfo;
        let mut body = repository(&["c"], &["b"]);
        set_sequence(&mut body, data, SequenceNumber::new(7));
        let commit = json!({"id": "c", "updateSequenceId": 7});
        let expected = json!({"preventTransitions": true, "repositories": [{
            "id": "r",
            "updateSequenceId": 7,
            "commits": [commit],
            "branches": [{"id": "b", "updateSequenceId": 7, "lastCommit": commit}],
        }]});
        assert_eq!(body, expected);
        assert_eq!(sequence(&body, data), Some(SequenceNumber::new(7)));
        assert!(!is_single(&body, data));
    }

    #[test]
    fn what_is_too_much_is_halved() {
        let data = DataType::DevInfo;
        let halves_of =
            |commits: &[&str], branches: &[&str]| halves(&repository(commits, branches), data);
        assert_eq!(halves_of(&["c"], &[]), None);
        let halved = halves_of(&["c1", "c2"], &["b"]);
        let first = repository(&["c1"], &[]);
        assert_eq!(halved, Some((first, repository(&["c2"], &["b"]))));
        let (_, second) = halves_of(&["c1"], &["b"]).unwrap();
        assert_eq!(
            keys(&second, data),
            [json!({"repositoryId": "r", "branch": "b"})]
        );

        let flags = |ids: &[&str]| {
            let flags: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
            json!({ "flags": flags })
        };
        let data = DataType::FeatureFlags;
        let parts = (flags(&["a"]), flags(&["b", "c"]));
        assert_eq!(halves(&flags(&["a", "b", "c"]), data), Some(parts));
        assert_eq!(halves(&flags(&["a"]), data), None);
        assert_eq!(keys(&flags(&["a", "b"]), data), [json!("a"), json!("b")]);
        assert_eq!(halves(&json!({}), data), None);
    }

    #[test]
    fn identities_are_those_of_the_answer() {
        let build = json!({"builds": [{"pipelineId": "p", "buildNumber": 1, "state": "failed"}]});
        assert_eq!(
            keys(&build, DataType::Builds),
            [json!({"pipelineId": "p", "buildNumber": 1})]
        );
        let deployment = json!({"deployments": [{
            "deploymentSequenceNumber": 2, "pipeline": {"id": "p"}, "environment": {"id": "e"},
        }]});
        assert_eq!(
            keys(&deployment, DataType::Deployments),
            [json!({"pipelineId": "p", "environmentId": "e", "deploymentSequenceNumber": 2})]
        );
    }
}
