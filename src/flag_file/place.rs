//! JSON read by serde, with the place of what is wrong: line, column and field.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Longest value or path in an error, in characters.
const MAX_SHOWN: usize = 60;

/// What is wrong with a field.
#[derive(Debug)]
pub(super) struct Wrong {
    /// `environments[3].rollout`; empty for the whole.
    path: String,
    words: String,
}

impl Wrong {
    pub(super) fn new(path: impl Into<String>, words: impl Into<String>) -> Self {
        let (path, words) = (path.into(), words.into());
        Self { path, words }
    }

    /// For people, in a `part` of the text that has this path.
    pub(super) fn at(&self, text: &str, part: &str, path_of_part: &str) -> String {
        let parts = [path_of_part, &self.path];
        let path = parts.map(|part| part.trim_matches('.')).join(".");
        let path = match path.trim_matches('.') {
            "" => String::new(),
            path => format!("{}: ", cut(path)),
        };
        let position = offset(text, find(part, &self.path));
        format!("{}: {path}{}", line_and_column(text, position), self.words)
    }
}

/// Reads JSON whose form is known to be right.
pub(super) fn read<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, Wrong> {
    let mut reader = serde_json::Deserializer::from_str(raw);
    let read = serde_path_to_error::deserialize(&mut reader);
    read.map_err(|error| Wrong::new(error.path().to_string(), words(error.inner())))
}

/// `expected a boolean, got string "yes"`.
fn words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(&*words, |(it, _)| it);
    let types = ["invalid type: ", "invalid value: "];
    let types = types.iter().find_map(|start| words.strip_prefix(start));
    match types.and_then(|types| types.rsplit_once(", expected ")) {
        Some((found, wanted)) => {
            let said = |word| match word {
                "i64" => "a whole number",
                "a sequence" | "sequence" => "a list",
                "map" => "an object",
                other => other,
            };
            format!("expected {}, got {}", said(wanted), cut(said(found)))
        }
        None => words.to_owned(),
    }
}

/// Where reading stopped, as a sentence.
pub(super) fn not_json(text: &str, error: &serde_json::Error) -> String {
    // A column of 0 is the end of the line before.
    let before = text.split_inclusive('\n').take(error.line() - 1);
    let end = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let place = line_and_column(text, text.floor_char_boundary(end.min(text.len())));
    format!("{place}: invalid JSON: {}", words(error))
}

pub(super) fn not_utf8(bytes: &[u8], valid: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..valid]);
    let place = line_and_column(&text, text.len());
    format!("{place}: this is not UTF-8 text")
}

/// Where a part of the text stands in it, in bytes.
pub(super) fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// Both counted from 1, the column in characters.
fn line_and_column(text: &str, position: usize) -> String {
    let before = &text[..position];
    let (line, start) = (before.matches('\n').count() + 1, before.rfind('\n'));
    let column = before[start.map_or(0, |newline| newline + 1)..].chars();
    format!("line {line}, column {}", column.count() + 1)
}

/// The value at the end of a path, as far as there is one.
fn find<'a>(raw: &'a str, path: &str) -> &'a str {
    let names = path.split(['.', '[', ']']).filter(|name| !name.is_empty());
    let value = names.fold(raw, |value, name| {
        let items: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
        let fields: HashMap<String, &RawValue> = serde_json::from_str(value).unwrap_or_default();
        let item = name
            .parse::<usize>()
            .ok()
            .and_then(|index| items.get(index));
        item.or(fields.get(name)).map_or(value, |found| found.get())
    });
    value.trim_start()
}

/// Cut to what can be shown.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
