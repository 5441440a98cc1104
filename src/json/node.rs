//! The values of a document, and their fields and items.

use std::fmt;
use std::str::FromStr;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Document, LossyText};

/// Longest excerpt of a value or name in an error, in characters.
const MAX_SHOWN: usize = 40;

/// One value.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    document: &'a Document<'a>,
    /// A part of the document's text.
    raw: &'a str,
    path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(document: &'a Document<'a>, raw: &'a str) -> Self {
        Self {
            document,
            raw,
            path: String::new(),
        }
    }

    /// Notes that something is wrong with this value.
    pub(crate) fn wrong(&self, words: impl Into<String>) {
        let position = self.document.position(self.raw);
        self.document
            .problem(position, self.path.clone(), words.into());
    }

    /// Passes on what is right, and notes what is not.
    pub(crate) fn check<T>(&self, result: Result<T, String>) -> Option<T> {
        result.map_err(|words| self.wrong(words)).ok()
    }

    /// Where it stands: `line 4`.
    pub(crate) fn line(&self) -> usize {
        self.document.line(self.document.position(self.raw))
    }

    fn not(&self, wanted: &str) {
        let shown = match self.raw.as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "a list".to_owned(),
            _ => excerpt(self.raw),
        };
        self.wrong(format!("expected {wanted}, got {shown}"));
    }

    pub(crate) fn is_object(&self) -> bool {
        self.raw.starts_with('{')
    }

    pub(crate) fn is_list(&self) -> bool {
        self.raw.starts_with('[')
    }

    pub(crate) fn is_text(&self) -> bool {
        self.raw.starts_with('"')
    }

    pub(crate) fn is_number(&self) -> bool {
        self.raw
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// A text; halves of surrogate pairs become replacement characters.
    pub(crate) fn text(&self) -> Option<String> {
        let text = serde_json::from_str::<LossyText>(self.raw).ok();
        let text = text.filter(|_| self.is_text());
        if text.is_none() {
            self.not("a string");
        }
        text.map(|text| text.0)
    }

    /// A text that says something.
    pub(crate) fn parsed<T: FromStr<Err = String>>(&self) -> Option<T> {
        let text = self.text()?;
        let shown = excerpt(self.raw);
        self.check(
            text.parse()
                .map_err(|words| format!("{words}, got {shown}")),
        )
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        let value = serde_json::from_str(self.raw).ok();
        if value.is_none() {
            self.not("true or false");
        }
        value
    }

    /// `wanted` says what kind of number is, such as `a number from 0 to 100`.
    pub(crate) fn number<T: for<'de> serde::Deserialize<'de>>(&self, wanted: &str) -> Option<T> {
        let value = serde_json::from_str(self.raw).ok();
        if value.is_none() {
            self.not(wanted);
        }
        value
    }

    /// The fields of an object. Fields of other names and such as are given twice are problems.
    pub(crate) fn fields(&self, names: &'static [&'static str]) -> Option<Fields<'a>> {
        let mut known: Vec<(&'static str, Node<'a>)> = Vec::new();
        let is_object = self.each_field(|name, key, value| {
            let field = self.at(value, format!("{}{name}", self.prefix()));
            let key = self.at(key, field.path.clone());
            match names.iter().find(|known| **known == name) {
                None => key.wrong(format!(
                    "unknown field; expected one of {}",
                    names.join(", ")
                )),
                Some(name) if known.iter().any(|(known, _)| known == name) => {
                    key.wrong("duplicate field");
                }
                Some(name) => known.push((name, field)),
            }
        });
        if !is_object {
            self.not("an object");
            return None;
        }
        Some(Fields {
            owner: self.clone(),
            known,
        })
    }

    /// All fields of an object whose names are not known before, at most so many.
    pub(crate) fn pairs(&self, most: usize) -> Option<Vec<(String, Node<'a>)>> {
        let (mut pairs, mut count) = (Vec::new(), 0);
        let is_object = self.each_field(|name, _, value| {
            count += 1;
            if count <= most {
                let path = format!("{}{}", self.prefix(), excerpt(&name));
                pairs.push((name, self.at(value, path)));
            }
        });
        self.counted(is_object, "an object", pairs, count, most)
    }

    /// The items of a list, at most so many.
    pub(crate) fn items(&self, most: usize) -> Option<Vec<Node<'a>>> {
        let (mut items, mut count) = (Vec::new(), 0);
        let visitor = Items(|value| {
            if count < most {
                items.push(self.at(value, format!("{}[{count}]", self.path)));
            }
            count += 1;
        });
        let mut reader = serde_json::Deserializer::from_str(self.raw);
        let is_list = reader.deserialize_seq(visitor).is_ok();
        self.counted(is_list, "a list", items, count, most)
    }

    fn counted<T>(
        &self,
        is_right: bool,
        wanted: &str,
        found: T,
        count: usize,
        most: usize,
    ) -> Option<T> {
        if !is_right {
            self.not(wanted);
            return None;
        }
        if count > most {
            self.wrong(format!("expected at most {most}, got {count}"));
        }
        Some(found)
    }

    /// Whether it is an object.
    fn each_field(&self, visit: impl FnMut(String, &'a str, &'a str)) -> bool {
        let mut reader = serde_json::Deserializer::from_str(self.raw);
        reader.deserialize_map(Pairs(visit)).is_ok()
    }

    fn at(&self, raw: &'a str, path: String) -> Self {
        Self {
            document: self.document,
            raw,
            path,
        }
    }

    fn prefix(&self) -> String {
        if self.path.is_empty() {
            String::new()
        } else {
            format!("{}.", self.path)
        }
    }
}

/// The fields of one object.
pub(crate) struct Fields<'a> {
    owner: Node<'a>,
    known: Vec<(&'static str, Node<'a>)>,
}

impl<'a> Fields<'a> {
    /// The value of the field; null counts as not given.
    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        let mut known = self.known.iter();
        let (_, node) = known.find(|(known, node)| *known == name && node.raw != "null")?;
        Some(node)
    }

    /// The same; that it is missing is a problem.
    pub(crate) fn required(&self, name: &str) -> Option<&Node<'a>> {
        let node = self.get(name);
        if node.is_none() {
            self.missing(name, "missing");
        }
        node
    }

    /// Notes that a field is missing.
    pub(crate) fn missing(&self, name: &str, words: &str) {
        let path = format!("{}{name}", self.owner.prefix());
        self.owner.at(self.owner.raw, path).wrong(words);
    }

    /// How many problems the whole document has so far.
    pub(crate) fn problem_count(&self) -> usize {
        self.owner.document.problem_count()
    }
}

/// The value as it stands there, cut.
fn excerpt(raw: &str) -> String {
    let mut shown: String = raw.chars().take(MAX_SHOWN).collect();
    if shown.len() < raw.len() {
        shown.push('…');
    }
    shown
}

struct Pairs<F>(F);

impl<'de, F: FnMut(String, &'de str, &'de str)> Visitor<'de> for Pairs<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let name = serde_json::from_str::<LossyText>(key.get());
            let name = name.map(|name| name.0).unwrap_or_default();
            (self.0)(name, key.get(), value.get());
        }
        Ok(())
    }
}

struct Items<F>(F);

impl<'de, F: FnMut(&'de str)> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&RawValue>()? {
            (self.0)(value.get());
        }
        Ok(())
    }
}
