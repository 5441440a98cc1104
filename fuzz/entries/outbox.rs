//! Files of the outbox. See [`crate::fuzz_entries`].

use serde_json::Value;

use super::Record;
use super::entry::{Entry, NoEntry};
use super::name::{self, FileKind};
use crate::jira::Body;

/// The name of a file in the first line, its text behind that.
pub(crate) fn outbox(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (file, text) = text.split_once('\n').unwrap_or((&text, ""));
    if let FileKind::Entry(name, place) = name::kind(file) {
        // Names are made again from what they say.
        assert_eq!(name.file(&place), file);
    }
    let _: Option<Record> = serde_json::from_str(text).ok();
    match Entry::parse(text) {
        Ok(entry) => check(entry),
        Err(NoEntry::Newer(version)) => assert!(version > name::VERSION),
        Err(NoEntry::Corrupt(why)) => assert!(!why.is_empty()),
        Err(_) => {}
    }
}

fn check(entry: Entry) {
    assert!(!entry.place().is_empty());
    let folder = entry.item().folder();
    assert!(
        folder
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    );
    let body = &entry.body;
    let list = body.kind.list();
    assert_eq!(body.frame()[list], serde_json::json!([]));
    let together = Body::together([body, body]);
    let items = together.and_then(|body| Some(body.json[list].as_array()?.len()));
    assert!(items.is_some_and(|items| items >= 2 && items % 2 == 0));
    let _ = (body.sequence(), body.identity(), body.sent());
    // We write no fractions, and those that others write may lose their last digit.
    if !has_fraction(&entry.body.json) && !has_fraction(&entry.key) {
        let parsed = Entry::parse(&entry.to_text());
        assert_eq!(parsed, Ok(entry));
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
