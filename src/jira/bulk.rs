//! Bodies of submissions as JSON: what is changed just before sending, and several bodies as one request.

use serde_json::{Value, json};

use super::DataType;
use crate::domain::association::MAX_VALUES;
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;

/// Most items in one request.
pub(crate) const MAX_ITEMS: usize = 100;

/// Sets the number of every item.
pub(crate) fn set_sequence(body: &mut Value, data: DataType, number: SequenceNumber) {
    for item in items_mut(body, data) {
        item["updateSequenceNumber"] = json!(number);
    }
}

/// The number of the first item.
pub(crate) fn sequence(body: &Value, data: DataType) -> Option<SequenceNumber> {
    let number = body[data.name()][0]["updateSequenceNumber"].as_i64()?;
    Some(SequenceNumber::new(number))
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
    frame[data.name()] = json!([]);
    frame
}

/// One body with the items of all. They must have the same frame.
pub(crate) fn together<'a>(
    bodies: impl IntoIterator<Item = &'a Value>,
    data: DataType,
) -> Option<Value> {
    let mut bodies = bodies.into_iter();
    let mut whole = bodies.next()?.clone();
    for body in bodies {
        let items = body[data.name()].as_array().into_iter().flatten().cloned();
        whole[data.name()].as_array_mut()?.extend(items);
    }
    Some(whole)
}

fn items_mut(body: &mut Value, data: DataType) -> impl Iterator<Item = &mut Value> {
    let items = body.get_mut(data.name()).and_then(Value::as_array_mut);
    items.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{DataType, add_issue_keys, frame, sequence, set_sequence, together};
    use crate::domain::issue_key::IssueKey;
    use crate::domain::sequence::SequenceNumber;

    fn keys(names: &[&str]) -> Vec<IssueKey> {
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
        let added = add_issue_keys(&mut body, data, &keys(&["ABC-1", "ABC-2"]));
        assert_eq!(added, keys(&["ABC-2"]));
        let values = &body["builds"][0]["associations"][0]["values"];
        assert_eq!(*values, json!(["10042", "ABC-1", "ABC-2"]));
    }

    #[test]
    fn no_more_than_jira_takes() {
        let data = DataType::Deployments;
        let many: Vec<String> = (1..=498).map(|number| format!("ABC-{number}")).collect();
        let mut body = json!({"deployments": [{"associations": [
            {"associationType": "issueIdOrKeys", "values": many},
            {"associationType": "serviceIdOrKeys", "values": ["s"]},
        ]}]});
        let added = add_issue_keys(&mut body, data, &keys(&["X1-1", "X1-2"]));
        assert_eq!(added, keys(&["X1-1"]));
        let mut without = json!({"deployments": [{"associations": []}]});
        assert!(add_issue_keys(&mut without, data, &keys(&["X1-1"])).is_empty());
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
}
