//! Files of the outbox. See [`crate::fuzz_entries`].

use serde_json::Value;

use super::Record;
use super::entry::{Entry, Parsed};
use super::name::{self, Kind};
use crate::jira::{DataType, bulk};

/// The name of a file in the first line, its text behind that.
pub(crate) fn outbox(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (file, text) = text.split_once('\n').unwrap_or((&text, ""));
    match name::kind(file) {
        Kind::Waiting(name) => {
            assert_eq!(name::kind(&name::waiting(&name)), Kind::Waiting(name));
        }
        Kind::Paused(name, pause) => {
            let file = name::paused(&name, &pause);
            assert_eq!(name::kind(&file), Kind::Paused(name, pause));
        }
        Kind::Held(name, hold) => {
            assert_eq!(
                name::kind(&name::held(&name, &hold)),
                Kind::Held(name, hold)
            );
        }
        Kind::Newer | Kind::Temporary | Kind::Other => {}
    }
    let _: Option<Record> = serde_json::from_str(text).ok();
    match Entry::parse(text) {
        Parsed::Entry(entry) => check(*entry),
        Parsed::Newer(version) => assert!(version > name::VERSION),
        Parsed::Corrupt(why) => assert!(!why.is_empty()),
    }
}

fn check(entry: Entry) {
    assert!(!entry.place().is_empty());
    let folder = entry.entity().folder();
    assert!(
        folder
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    );
    if let Some(data) = DataType::from_name(&entry.data) {
        let frame = bulk::frame(&entry.body, data);
        assert_eq!(frame[data.list()], serde_json::json!([]));
        let bodies = [&entry.body, &entry.body];
        let together = bulk::together(bodies, data);
        let items = together
            .as_ref()
            .and_then(|body| body[data.list()].as_array());
        assert!(items.is_some_and(|items| items.len() >= 2 && items.len() % 2 == 0));
        let _ = bulk::sequence(&entry.body, data);
    }
    // We write no fractions, and those that others write may lose their last digit.
    if !has_fraction(&entry.body) && !has_fraction(&entry.key) {
        let parsed = Entry::parse(&entry.to_text());
        assert_eq!(parsed, Parsed::Entry(Box::new(entry)));
    }
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        _ => false,
    }
}
