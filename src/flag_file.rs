//! Files of feature flags: JSON that people or programs write, with fields of our own beside those of Jira's API, so that
//! a body of that API is such a file too. `jira-send feature-flag` reads them, and the step that is given flags.

mod fields;
mod place;

use std::collections::HashMap;
use std::path::Path;

use serde_json::value::RawValue;

use crate::domain::association::IssueId;
use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::ids::ItemId;
use crate::domain::issue_key::{IssueKey, Text};
use crate::domain::properties::Property;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;
use crate::error::Failure;
use crate::files;
use crate::jira::feature_flags::{Detail, Summary};
use crate::json::whole_characters;
use place::{Fields, Object, Wrong, not_json, not_utf8, offset};

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Most flags in one file.
const MAX_FLAGS: usize = 10_000;

/// Most errors that are reported; nobody fixes more at once.
const MAX_ERRORS: usize = 10;

/// The environment of a flag that names none: Jira requires one.
pub(crate) const ONLY_ENVIRONMENT: &str = "all environments";

/// What holds for the flags that do not say it themselves.
#[derive(Clone, Debug)]
pub(crate) struct Defaults {
    /// The page of the flag.
    pub(crate) url: Option<WebUrl>,
    /// When it last changed.
    pub(crate) time: Timestamp,
    /// The types of environments that name none.
    pub(crate) types: EnvironmentTypes,
}

/// What such a file holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlagFile {
    pub(crate) flags: Vec<GivenFlag>,
    /// Labels on all of them.
    pub(crate) properties: Vec<Property>,
    /// Name of the sending product.
    pub(crate) product: Option<String>,
}

/// One flag, complete but for what is found in the run.
#[derive(Clone, Debug)]
pub(crate) struct GivenFlag {
    pub(crate) id: ItemId,
    /// The number that the file gives it.
    pub(crate) sequence: Option<SequenceNumber>,
    pub(crate) issue_keys: Vec<IssueKey>,
    pub(crate) issue_ids: Vec<IssueId>,
    /// What is searched for issue keys.
    pub(crate) texts: Vec<Text>,
    pub(crate) key: Line,
    pub(crate) display_name: Option<Line>,
    pub(crate) summary: Summary,
    pub(crate) details: Vec<Detail>,
}

/// The file of this path, or standard input for `-`: its name and its bytes.
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

/// Reads the text of the file `name`.
///
/// # Errors
/// What is wrong with it, of each flag the first error, with the places.
pub(crate) fn parse(name: &str, bytes: &[u8], defaults: &Defaults) -> Result<FlagFile, Failure> {
    let found = match std::str::from_utf8(bytes) {
        Ok(text) => whole(&whole_characters(text), defaults),
        Err(error) => Err(vec![not_utf8(bytes, error.valid_up_to())]),
    };
    found.map_err(|errors| {
        let failure = Failure::usage(format!("{name} cannot be used, and nothing was sent"));
        let mut failure = errors.iter().take(MAX_ERRORS).fold(failure, Failure::cause);
        if let Some(more @ 1..) = errors.len().checked_sub(MAX_ERRORS) {
            failure = failure.cause(format!("and {more} more like these"));
        }
        failure.hint("jira-send feature-flag --help shows what such a file looks like")
    })
}

/// All flags, or what is wrong.
fn whole(text: &str, defaults: &Defaults) -> Result<FlagFile, Vec<String>> {
    serde_json::from_str::<&RawValue>(text).map_err(|error| vec![not_json(text, &error)])?;
    let whole = Whole::read(text).map_err(|wrong| vec![wrong.at(text, text, "")])?;
    let (mut flags, mut errors, mut lines) = (Vec::new(), Vec::new(), HashMap::new());
    let (mut counted, mut line) = (0, 1);
    for (index, part) in whole.flags.into_iter().map(RawValue::get).enumerate() {
        let start = offset(text, part);
        line += text[counted..start].matches('\n').count();
        counted = start;
        let flag = fields::flag(part, defaults, line);
        let flag = flag.and_then(|flag| match lines.insert(flag.id.clone(), line) {
            Some(first) => {
                let id = flag.id.as_str();
                let words = format!("the id {id:?} is given twice, first in line {first}");
                Err(Wrong::new("", words))
            }
            None => Ok(flag),
        });
        match flag {
            Ok(flag) => flags.push(flag),
            // The others are only counted, since each look for a place takes time.
            Err(_) if errors.len() >= MAX_ERRORS => errors.push(String::new()),
            Err(wrong) => errors.push(wrong.at(text, part, &format!("{}[{index}]", whole.list))),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(FlagFile {
        flags,
        properties: whole.properties,
        product: whole.product,
    })
}

/// The list of flags, and what is beside it.
struct Whole<'a> {
    /// The path of the list.
    list: &'static str,
    flags: Vec<&'a RawValue>,
    properties: Vec<Property>,
    product: Option<String>,
}

impl<'a> Whole<'a> {
    fn read(text: &'a str) -> Result<Self, Wrong> {
        let whole = if text.trim_start().starts_with('[') {
            Self {
                list: "",
                flags: place::read(text, "")?,
                properties: Vec::new(),
                product: None,
            }
        } else {
            Fields::of(text, String::new(), Self::take)?
        };
        if whole.flags.len() > MAX_FLAGS {
            let words = format!("expected at most {MAX_FLAGS}, got {}", whole.flags.len());
            return Err(Wrong::new(whole.list, words));
        }
        Ok(whole)
    }

    fn take(fields: &mut Fields<'a>) -> Result<Self, Wrong> {
        let flags = fields.take("flags")?;
        let Object(properties) = fields.take("properties")?.unwrap_or_default();
        let mut properties: Vec<_> = properties.into_iter().collect();
        properties.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let properties = properties.into_iter().map(|(name, raw)| {
            let path = format!("properties.{name}");
            let value: String = place::read(raw.get(), &path)?;
            Property::new(&name, &value).map_err(|words| Wrong::new(path, words))
        });
        let properties = properties.collect::<Result<_, _>>()?;
        let product = fields.object("providerMetadata", |fields| fields.take("product"))?;
        // A flag may stand where a list is expected.
        fields.refuse_others()?;
        Ok(Self {
            list: "flags",
            flags: flags.ok_or_else(|| Wrong::new("flags", "missing"))?,
            properties,
            product: product.flatten(),
        })
    }
}

#[cfg(test)]
mod tests;
