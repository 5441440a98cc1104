//! The values of fields that are read by rules of their own, with what is wrong with one that is refused.

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::place::{Fields, Wrong, parse, read};
use crate::domain::association::IssueId;
use crate::domain::feature_flag::{Percentage, Rollout};
use crate::domain::issue_key::IssueKey;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;

const ROLLOUT: &str = "expected a percentage from 0 to 100, a text, or an object with one of percentage, text and rules, which is a whole number of at least 0";

/// A number is a percentage, a text a text; or an object with one of the three.
pub(super) fn rollout(fields: &mut Fields<'_>) -> Result<Option<Rollout>, Wrong> {
    let Some(given) = fields.take::<&RawValue>("rollout")? else {
        return Ok(None);
    };
    let (given, path) = (given.get(), fields.path_of("rollout"));
    let refused = |words| Wrong::new(path.as_str(), words);
    let of_kind = |name: &str, value: Value| match (name, value) {
        ("text", Value::String(text)) => Ok(Line::optional(&text).map(Rollout::Text)),
        ("percentage", Value::Number(number)) => {
            let percentage = number.as_f64().map(Percentage::new);
            let percentage = percentage.and_then(Result::ok).map(Rollout::Percentage);
            percentage.map(Some).ok_or_else(|| refused(ROLLOUT))
        }
        ("rules", Value::Number(number)) => {
            let rules = number.as_u64().and_then(|rules| rules.try_into().ok());
            let rules = rules.map(Rollout::Rules);
            rules.map(Some).ok_or_else(|| refused(ROLLOUT))
        }
        _ => Err(refused(ROLLOUT)),
    };
    if !given.starts_with('{') {
        let kind = if given.starts_with('"') {
            "text"
        } else {
            "percentage"
        };
        return of_kind(kind, read(given, &path)?);
    }
    let rollouts = Fields::of(given, path.clone(), |fields| {
        let mut rollouts = Vec::new();
        for name in ["percentage", "text", "rules"] {
            if let Some(value) = fields.take(name)? {
                rollouts.extend(of_kind(name, value)?);
            }
        }
        Ok(rollouts)
    });
    let mut rollouts = rollouts?;
    if rollouts.len() > 1 {
        return Err(refused("expected only one of percentage, text and rules"));
    }
    Ok(rollouts.pop())
}

/// A text, or a number of milliseconds.
pub(super) fn time(fields: &mut Fields<'_>) -> Result<Option<Timestamp>, Wrong> {
    let found = fields.take::<Value>("lastUpdated")?;
    let time = found.map(|found| {
        let text = found
            .as_str()
            .map_or_else(|| found.to_string(), ToOwned::to_owned);
        let refused = |words| {
            Wrong::new(
                fields.path_of("lastUpdated"),
                format!("{words}, got {found}"),
            )
        };
        text.parse().map_err(refused)
    });
    time.transpose()
}

/// Whether the field is there; with another text than these it is refused.
fn is_one_of(fields: &mut Fields<'_>, name: &'static str, known: &[&str]) -> Result<bool, Wrong> {
    match fields.take::<String>(name)? {
        Some(found) if !known.contains(&&*found) => {
            let words = format!("expected {}, got {found:?}", known.join(" or "));
            Err(Wrong::new(fields.path_of(name), words))
        }
        found => Ok(found.is_some()),
    }
}

/// There is only one version of Jira's schemas.
pub(super) fn check_schema(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    is_one_of(fields, "schemaVersion", &["1.0"]).map(drop)
}

/// Ids may stand where keys do.
#[derive(Default)]
pub(super) struct Issues {
    pub(super) keys: Vec<IssueKey>,
    pub(super) ids: Vec<IssueId>,
}

impl Issues {
    /// Adds those of a list.
    pub(super) fn add<'a>(
        &mut self,
        list: impl Iterator<Item = (String, &'a str)>,
    ) -> Result<(), Wrong> {
        for (path, raw) in list {
            let text: String = read(raw, &path)?;
            let text = text.trim();
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                self.ids.push(parse(text, &path)?);
            } else {
                self.keys.push(parse(text, &path)?);
            }
        }
        Ok(())
    }

    /// Adds those of Jira's list `associations`.
    pub(super) fn add_associated<'a>(
        &mut self,
        list: impl Iterator<Item = (String, &'a str)>,
    ) -> Result<(), Wrong> {
        for (path, raw) in list {
            let values = Fields::of(raw, path, |fields| {
                let known = ["issueIdOrKeys", "issueKeys"];
                let has_type = is_one_of(fields, "associationType", &known)?;
                let values = fields.list("values")?;
                fields.refuse_others()?;
                let missing = if has_type {
                    "values"
                } else {
                    "associationType"
                };
                let missing = || Wrong::new(fields.path_of(missing), "missing");
                values.filter(|_| has_type).ok_or_else(missing)
            });
            self.add(values?)?;
        }
        Ok(())
    }
}
