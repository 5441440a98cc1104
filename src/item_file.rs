//! Files of feature flags and of remote links: JSON that people or programs write, with fields of our own beside those
//! of Jira's API, so that a body of that API is such a file too.

mod flags;
mod links;
mod told;

use std::collections::HashMap;
use std::path::Path;

use crate::domain::association::{IssueId, ServiceId};
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{IssueKey, Text, TextKind};
use crate::domain::properties::Property;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::files;
use crate::json::{Document, Fields, Node};

pub(crate) use flags::{Flag, ONLY_ENVIRONMENT, read_flags};
pub(crate) use links::{Link, read_links};

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Most flags or links in one file.
const MAX_ITEMS: usize = 10_000;

/// Most keys, ids or services in one list: Jira takes no more on one item.
const MAX_VALUES: usize = 500;

/// What holds for the items that do not say it themselves.
#[derive(Clone, Debug)]
pub(crate) struct Defaults {
    /// The page of the flag.
    pub(crate) url: Option<WebUrl>,
    /// When it last changed.
    pub(crate) time: Timestamp,
}

/// What such a file holds.
#[derive(Clone, Debug)]
pub(crate) struct ItemFile<T> {
    pub(crate) items: Vec<Given<T>>,
    /// Labels on all of them.
    pub(crate) properties: Vec<Property>,
    /// Name of the sending product.
    pub(crate) product: Option<String>,
}

impl<T> ItemFile<T> {
    /// One item, with nothing beside it.
    pub(crate) fn of_one(item: Given<T>) -> Self {
        Self {
            items: vec![item],
            properties: Vec::new(),
            product: None,
        }
    }
}

/// One item, complete but for what is found in the run.
#[derive(Clone, Debug)]
pub(crate) struct Given<T> {
    pub(crate) id: ItemId,
    /// The number that the file gives it.
    pub(crate) sequence: Option<SequenceNumber>,
    pub(crate) belongings: Belongings,
    /// What is searched for issue keys.
    pub(crate) texts: Vec<Text>,
    pub(crate) content: T,
}

/// What an item belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Belongings {
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) issue_ids: Vec<IssueId>,
    pub(crate) services: Vec<ServiceId>,
}

/// The file of this path, or standard input for `-`.
///
/// # Errors
/// When it cannot be read or is too long.
pub(crate) fn read(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let (name, bytes) = if path == Path::new("-") {
        ("standard input".to_owned(), files::read_stdin(MAX_FILE))
    } else {
        let bytes = files::read_bytes(path, MAX_FILE);
        (path.display().to_string(), bytes)
    };
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Failure::usage(format!("{name} cannot be used"))
            .chain(&error)
            .hint("pass a JSON file with --file, or - for standard input")),
    }
}

/// Reads the text of a file with `from`; all that is wrong with it makes one failure.
fn parse<T>(
    name: &str,
    bytes: &[u8],
    command: &str,
    from: impl FnOnce(&Node<'_>) -> Option<T>,
) -> Result<T, Failure> {
    let failure = Failure::usage(format!("{name} cannot be used, and nothing was sent"));
    let hint = format!("jira-send {command} --help shows what such a file looks like");
    // Editors on Windows put a mark before the first character.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, last) = (valid.split('\n').count(), valid.split('\n').next_back());
            let column = last.map_or(0, |last| last.chars().count()) + 1;
            return Err(failure
                .cause(format!(
                    "line {line}, column {column}: this is not UTF-8 text"
                ))
                .hint(hint));
        }
    };
    let document = Document::new(text);
    let found = document.root().and_then(|root| from(&root));
    let (problems, beyond) = document.problems();
    match found {
        Some(found) if problems.is_empty() => Ok(found),
        _ => {
            let mut failure = problems.iter().fold(failure, Failure::cause);
            if beyond > 0 {
                failure = failure.cause(format!("and {beyond} more like these"));
            }
            Err(failure.hint(hint))
        }
    }
}

/// The list of items, alone or in an object with this name, and what stands beside it.
fn whole<T>(
    root: &Node<'_>,
    names: &'static [&'static str],
    item: impl Fn(&Node<'_>) -> Option<Given<T>>,
) -> Option<ItemFile<T>> {
    let (list, fields) = if root.is_list() {
        (root.clone(), None)
    } else {
        let fields = root.fields(names)?;
        (fields.required(names[0])?.clone(), Some(fields))
    };
    let mut lines: HashMap<ItemId, usize> = HashMap::new();
    let mut items = Vec::new();
    for node in list.items(MAX_ITEMS)? {
        let Some(found) = item(&node) else {
            continue;
        };
        if let Some(line) = lines.get(&found.id) {
            node.wrong(format!(
                "the id {:?} is given twice, first in line {line}",
                found.id.as_str()
            ));
        } else {
            lines.insert(found.id.clone(), node.line());
            items.push(found);
        }
    }
    let of_all = |name: &str| fields.as_ref().and_then(|fields| fields.get(name).cloned());
    Some(ItemFile {
        items,
        properties: of_all("properties").map_or_else(Vec::new, |node| properties(&node)),
        product: of_all("providerMetadata").and_then(|node| {
            let fields = node.fields(&["product"])?;
            fields.get("product")?.text()
        }),
    })
}

fn properties(node: &Node<'_>) -> Vec<Property> {
    let pairs = node.pairs(5).into_iter().flatten();
    let property = |(key, value): (String, Node<'_>)| {
        let text = value.text()?;
        value.check(Property::new(&key, &text))
    };
    pairs.filter_map(property).collect()
}

/// A text that must say something.
fn line(node: &Node<'_>) -> Option<Line> {
    let text = node.text()?;
    if text.trim().is_empty() {
        node.wrong("it is empty");
        return None;
    }
    Some(Line::required(&text))
}

/// A text that may be empty, which counts as not given.
fn optional_line(node: &Node<'_>) -> Option<Line> {
    Line::optional(&node.text()?)
}

/// A time as a text, or as a number of milliseconds.
fn time(node: &Node<'_>) -> Option<Timestamp> {
    if node.is_number() {
        let number = node.number::<i64>("a whole number of milliseconds since 1970")?;
        return node.check(number.to_string().parse());
    }
    node.parsed()
}

fn sequence(node: &Node<'_>) -> Option<SequenceNumber> {
    let number = node.number::<i64>("a whole number from 0 to 9007199254740991")?;
    node.check(number.to_string().parse())
}

/// What people say of the item, whole: it is searched for issue keys.
fn texts(fields: &Fields<'_>, what: &str, names: &[&str]) -> Vec<Text> {
    let text = |name: &&str| {
        let node = fields.get(name)?;
        // Whoever needs it tells what is no text.
        let text = node.is_text().then(|| node.text()).flatten()?;
        let source = format!("{name} of the {what} in line {}", node.line());
        Some(Text::new(TextKind::Title, source, &text))
    };
    names.iter().filter_map(text).collect()
}

/// The only version of Jira's schemas that there is.
fn schema_version(fields: &Fields<'_>) {
    if let Some(node) = fields.get("schemaVersion")
        && node.text().is_some_and(|version| version != "1.0")
    {
        node.wrong("expected \"1.0\"");
    }
}

/// `issueKeys` and `serviceIds`, lists of texts, and Jira's `associations`, blocks of these types. Ids of issues stand
/// where keys do.
fn belongings(fields: &Fields<'_>, types: &[&str]) -> Belongings {
    let mut found = Belongings::default();
    if let Some(keys) = fields.get("issueKeys") {
        for node in keys.items(MAX_VALUES).into_iter().flatten() {
            found.add_issue(&node);
        }
    }
    if let Some(services) = fields.get("serviceIds") {
        for node in services.items(MAX_VALUES).into_iter().flatten() {
            found.services.extend(node.parsed::<ServiceId>());
        }
    }
    let blocks = fields.get("associations");
    let blocks = blocks.and_then(|blocks| blocks.items(types.len()));
    for block in blocks.into_iter().flatten() {
        let Some(block) = block.fields(&["associationType", "values"]) else {
            continue;
        };
        let kind = block.required("associationType");
        let kind = kind.and_then(|node| {
            let text = node.text()?;
            let known = types.contains(&text.as_str());
            if !known {
                node.wrong(format!("expected one of {}", types.join(", ")));
            }
            known.then_some(text)
        });
        let values = block.required("values");
        let values = values.and_then(|values| values.items(MAX_VALUES));
        for node in values.into_iter().flatten() {
            if kind.as_deref() == Some("serviceIdOrKeys") {
                found.services.extend(node.parsed::<ServiceId>());
            } else if kind.is_some() {
                found.add_issue(&node);
            }
        }
    }
    found
}

impl Belongings {
    fn add_issue(&mut self, node: &Node<'_>) {
        let Some(text) = node.text() else { return };
        if text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
            self.issue_ids.extend(node.check(text.parse()));
        } else {
            self.issue_keys.extend(node.check(text.trim().parse()));
        }
    }
}

#[cfg(test)]
mod tests;
