//! The lines that a run remembers, `NAME JSON`: what each is about, how it is read and written.

use serde_json::{Map, Value, json};

use crate::json::{escaped, whole_characters};

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::step) enum Topic {
    /// What was said about a gate; of this run alone.
    Gate,
    /// The issues of this run, for a run that it starts.
    Keys,
    /// A site could not be reached; of this run alone.
    Outage,
    /// What is in progress, as it was sent.
    Open,
    /// Which commit runs where.
    Deployed,
    /// What could not be delivered.
    Waiting,
    /// A call of a step that never reached the program.
    Request,
}

impl Topic {
    const WORDS: &[(&str, Topic)] = &[
        ("gate", Self::Gate),
        ("keys", Self::Keys),
        ("outage", Self::Outage),
        ("open", Self::Open),
        ("deployed", Self::Deployed),
        ("waiting", Self::Waiting),
        ("request", Self::Request),
    ];

    pub(in crate::step) fn of(name: &str) -> Option<Self> {
        let word = name.split_once(':').map_or(name, |(word, _)| word);
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, topic)| *topic)
    }

    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, topic)| *topic == self);
        found.map_or("", |(word, _)| word)
    }

    pub(in crate::step) fn name(self, of: &str) -> String {
        if of.is_empty() {
            return self.word().to_owned();
        }
        let of = of.replace(|it: char| it.is_whitespace() || !it.is_ascii(), "_");
        format!("{}:{of}", self.word())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::step) struct Line {
    /// Milliseconds since 1970.
    pub(in crate::step) at: i64,
    pub(in crate::step) fields: Map<String, Value>,
}

impl Line {
    pub(super) fn new(at: i64, fields: Value) -> Self {
        let fields = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self { at, fields }
    }

    /// Says that the line of this name is needed no more.
    pub(super) fn settled(at: i64) -> Self {
        Self::new(at, json!({"gone": true}))
    }

    pub(in crate::step) fn is_settled(&self) -> bool {
        self.fields.get("gone") == Some(&Value::Bool(true))
    }

    /// Everybody can set the variable: what is not a line is skipped.
    fn parse(text: &str) -> Option<(String, Self)> {
        let (name, json) = text.trim().split_once(' ')?;
        Topic::of(name)?;
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut fields: Map<String, Value> = serde_json::from_str(&whole_characters(json)).ok()?;
        let own = fields.remove("at").as_ref().and_then(Value::as_i64);
        // The library writes requests, which have their time inside.
        let inner = || fields.get("request")?.get("run")?.get("now")?.as_i64();
        let at = own.or_else(inner)?;
        Some((name.to_owned(), Self { at, fields }))
    }

    /// ASCII alone, so that the length of the text is that of the variable. Of control characters, JSON leaves only DEL as
    /// it is.
    pub(super) fn text(&self, name: &str) -> String {
        let mut fields = self.fields.clone();
        fields.insert("at".to_owned(), self.at.into());
        let json = Value::Object(fields).to_string();
        format!(
            "{name} {}",
            escaped(&json, |it| !it.is_ascii() || it.is_control())
        )
    }
}

pub(in crate::step) fn lines(text: &str) -> impl Iterator<Item = (String, Line)> {
    text.lines().filter_map(Line::parse)
}
