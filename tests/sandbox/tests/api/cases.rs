//! Tables of changed items and what becomes of them.

use crate::bodies::with;
use crate::client::Client;
use jira_sandbox::Sandbox;
use serde_json::Value;

/// Sends every changed item and expects it refused with this message, or accepted when the message is empty.
/// `list` is where a body has such items.
pub(crate) fn check(list: &str, item: &Value, cases: Vec<(&str, Value, &str)>) {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    for (pointer, value, message) in cases {
        let item = with(item, pointer, value.clone());
        let result = client.submit_item(list, &item);
        let found = messages(&result);
        assert_eq!(
            accepted(&result),
            usize::from(message.is_empty()),
            "{pointer} {value}: {result}"
        );
        let named = found.iter().any(|text| text.contains(message));
        assert!(
            named != message.is_empty(),
            "{pointer} {value}: {message} not in {found:?}"
        );
    }
}

/// How many items a result lists as accepted.
pub(crate) fn accepted(result: &Value) -> usize {
    fn count(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.len(),
            Value::Object(lists) => lists.values().map(count).sum(),
            _ => 0,
        }
    }
    let lists = result.as_object().into_iter().flatten();
    let lists = lists.filter(|(name, _)| name.starts_with("accepted"));
    lists.map(|(_, list)| count(list)).sum()
}

/// All messages in an answer, wherever they stand.
pub(crate) fn messages(answer: &Value) -> Vec<String> {
    match answer {
        Value::Array(values) => values.iter().flat_map(messages).collect(),
        Value::Object(fields) => match fields.get("message") {
            Some(Value::String(message)) => vec![message.clone()],
            _ => fields.values().flat_map(messages).collect(),
        },
        _ => Vec::new(),
    }
}

/// That these fields are required: an item without one is refused.
pub(crate) fn check_required(list: &str, item: &Value, pointers: &[&str]) {
    let cases = pointers.iter();
    check(
        list,
        item,
        cases
            .map(|pointer| (*pointer, Value::Null, "is required"))
            .collect(),
    );
}

/// The longest text that a field takes, and one more.
pub(crate) fn check_lengths(list: &str, item: &Value, limits: &[(&str, usize)]) {
    let mut cases = Vec::new();
    let messages: Vec<String> = limits
        .iter()
        .map(|(_, limit)| format!("can have a maximum of {limit} characters"))
        .collect();
    for ((pointer, limit), message) in limits.iter().zip(&messages) {
        // An address where one is needed, and of the alphabet of ids.
        let is_address = pointer.ends_with("rl") || pointer.ends_with("/avatar");
        let text = |length: usize| {
            if is_address {
                format!("https://h.example/{:x<1$}", "", length - 18)
            } else {
                "x".repeat(length)
            }
        };
        cases.push((*pointer, text(*limit).into(), ""));
        cases.push((*pointer, text(limit + 1).into(), message.as_str()));
    }
    check(list, item, cases);
}
