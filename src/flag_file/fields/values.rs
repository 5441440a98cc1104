//! The values of fields that are read by rules of their own, with what is wrong with one that is refused.

use serde_json::Value;

use super::super::place::{Fields, Wrong, parse, read};
use crate::domain::association::IssueId;
use crate::domain::feature_flag::Rollout;
use crate::domain::issue_key::IssueKey;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;

const ROLLOUT: &str = "expected a percentage from 0 to 100, a text, or an object with one of percentage, text and rules, which is a whole number of at least 0";

/// A number is a percentage, a text a text; or an object with one of the three.
pub(super) fn rollout(fields: &mut Fields<'_>) -> Result<Option<Rollout>, Wrong> {
    let given = match fields.take("rollout")? {
        None => return Ok(None),
        Some(Value::Object(given)) => given,
        Some(text @ Value::String(_)) => [("text".to_owned(), text)].into_iter().collect(),
        Some(value) => [("percentage".to_owned(), value)].into_iter().collect(),
    };
    let refused = |words| Wrong::new(fields.path_of("rollout"), words);
    let mut rollouts = Vec::new();
    for (name, value) in given {
        let rollout = match (name.as_str(), &value) {
            (_, Value::Null) => continue,
            ("text", Value::String(text)) => match Line::optional(text) {
                Some(text) => Some(Rollout::Text(text)),
                None => continue,
            },
            ("percentage", Value::Number(number)) => {
                number.to_string().parse().ok().map(Rollout::Percentage)
            }
            ("rules", Value::Number(number)) => number.to_string().parse().ok().map(Rollout::Rules),
            _ => None,
        };
        rollouts.push(rollout.ok_or_else(|| refused(ROLLOUT))?);
    }
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

/// Refuses a text of which there are other words.
fn one_of(fields: &mut Fields<'_>, name: &'static str, known: &[&str]) -> Result<(), Wrong> {
    match fields.take::<String>(name)? {
        Some(found) if !known.contains(&&*found) => {
            let words = format!("expected {}, got {found:?}", known.join(" or "));
            Err(Wrong::new(fields.path_of(name), words))
        }
        _ => Ok(()),
    }
}

/// There is only one version of Jira's schemas.
pub(super) fn check_schema(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    one_of(fields, "schemaVersion", &["1.0"])
}

type Items<'a> = Option<Vec<(String, &'a str)>>;

/// The issues of the list of a flag and of Jira's list `associations`. Ids may stand where keys do.
pub(super) fn issues_of(
    issues: Items<'_>,
    associations: Items<'_>,
) -> Result<(Vec<IssueKey>, Vec<IssueId>), Wrong> {
    let mut issues = issues.unwrap_or_default();
    for (path, raw) in associations.into_iter().flatten() {
        issues.extend(Fields::of(raw, path, |fields| {
            one_of(fields, "associationType", &["issueIdOrKeys", "issueKeys"])?;
            let values = fields.list("values")?;
            values.ok_or_else(|| Wrong::new(fields.path_of("values"), "missing"))
        })?);
    }
    let (mut keys, mut ids) = (Vec::new(), Vec::new());
    for (path, raw) in issues {
        let text: String = read(raw, &path)?;
        if text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
            ids.push(parse(&text, &path)?);
        } else {
            keys.push(parse(&text, &path)?);
        }
    }
    Ok((keys, ids))
}
