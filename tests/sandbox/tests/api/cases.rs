//! Tables of changed items and what becomes of them.

use crate::client::{Client, with};
use jira_sandbox::Sandbox;
use serde_json::Value;

/// Sends every changed item and expects it rejected with this message, or accepted when the message is empty.
pub(crate) fn check(group: &str, item: &Value, cases: Vec<(&str, Value, &str)>) {
    let sandbox = Sandbox::start();
    let mut client = Client::new(&sandbox);
    let (accepted, rejected) = match group {
        "builds" => ("acceptedBuilds", "rejectedBuilds"),
        _ => ("acceptedDeployments", "rejectedDeployments"),
    };
    for (pointer, value, message) in cases {
        let item = with(item, pointer, value.clone());
        let result = client.submit_item(group, &item);
        let found = result[rejected][0]["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            result[accepted].as_array().map(Vec::len),
            Some(usize::from(message.is_empty())),
            "{pointer} {result}"
        );
        let named = found.iter().any(|error| {
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains(message))
        });
        assert!(
            named != message.is_empty(),
            "{pointer} {value}: {message} not in {found:?}"
        );
    }
}
