//! JSON read by serde, with the place of what is wrong: line, column and field.

use std::collections::HashMap;
use std::fmt::{self, Debug};
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
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

/// An object whose fields are taken one by one. What is null counts as not given.
pub(super) struct Fields<'a> {
    path: String,
    left: HashMap<String, &'a RawValue>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Takes the fields of the object that has this path. What is left then is refused.
    pub(super) fn of<T>(
        raw: &'a str,
        path: String,
        take: impl FnOnce(&mut Self) -> Result<T, Wrong>,
    ) -> Result<T, Wrong> {
        let Object(left) = read(raw, &path)?;
        let known = Vec::new();
        let mut fields = Self { path, left, known };
        let taken = take(&mut fields)?;
        fields.refuse_others()?;
        Ok(taken)
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        let path = [self.path.as_str(), name].join(".");
        path.trim_start_matches('.').to_owned()
    }

    pub(super) fn take<T: Deserialize<'a>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, Wrong> {
        self.known.push(name);
        let raw = self.left.remove(name);
        raw.map_or(Ok(None), |raw| read(raw.get(), &self.path_of(name)))
    }

    /// Takes a field that is read by rules of its own.
    pub(super) fn parse<J, T>(&mut self, name: &'static str) -> Result<Option<T>, Wrong>
    where
        J: Deserialize<'a> + ToString + Debug,
        T: FromStr<Err = String>,
    {
        let found = self.take::<J>(name)?;
        found
            .map(|found| parse(&found, &self.path_of(name)))
            .transpose()
    }

    pub(super) fn object<T>(
        &mut self,
        name: &'static str,
        take: impl FnOnce(&mut Self) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        let raw = self.take::<&RawValue>(name)?;
        raw.map(|raw| Self::of(raw.get(), self.path_of(name), take))
            .transpose()
    }

    /// The items of a list, each with its path.
    pub(super) fn list(
        &mut self,
        name: &'static str,
    ) -> Result<Option<impl Iterator<Item = (String, &'a str)> + use<'a>>, Wrong> {
        let items = self.take::<Vec<&RawValue>>(name)?;
        let path = self.path_of(name);
        Ok(items.map(|items| {
            let items = items.into_iter().enumerate();
            items.map(move |(index, raw)| (format!("{path}[{index}]"), raw.get()))
        }))
    }

    /// Refuses what was not taken: a misspelt name explains what is missing.
    pub(super) fn refuse_others(&self) -> Result<(), Wrong> {
        let first = self.left.iter().min_by_key(|(_, raw)| raw.get().as_ptr());
        first.map_or(Ok(()), |(name, _)| {
            let known = self.known.join("`, `");
            let (one_of, known) = match self.known.len() {
                1 | 2 => ("", known.replace(", ", " or ")),
                _ => ("one of ", known),
            };
            let words = format!("unknown field `{name}`, expected {one_of}`{known}`");
            Err(Wrong::new(self.path_of(name), words))
        })
    }
}

/// An object in which no field stands twice.
#[derive(Default)]
pub(super) struct Object<'a>(pub(super) HashMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Object<'de> {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<Self, M::Error> {
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if self.0.contains_key(&name) {
                return Err(M::Error::custom(format_args!("duplicate field `{name}`")));
            }
            self.0.insert(name, value);
        }
        Ok(self)
    }
}

/// Reads the value that has this path, in JSON whose form is known to be right.
pub(super) fn read<'a, T: Deserialize<'a>>(raw: &'a str, path: &str) -> Result<T, Wrong> {
    serde_json::from_str(raw).map_err(|error| Wrong::new(path, words(&error)))
}

/// Reads a value by the rules of its own.
pub(super) fn parse<T: FromStr<Err = String>>(
    found: &(impl ToString + Debug + ?Sized),
    path: &str,
) -> Result<T, Wrong> {
    let read = found.to_string().parse();
    read.map_err(|words| Wrong::new(path, format!("{words}, got {found:?}")))
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
        let Object(fields) = serde_json::from_str(value).unwrap_or_default();
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
