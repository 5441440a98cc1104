//! The values of fields that are read by rules of their own, with what is wrong with one that is refused.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::association::IssueId;
use crate::domain::environment::EnvironmentType;
use crate::domain::feature_flag::{Percentage, Rollout};
use crate::domain::issue_key::IssueKey;
use crate::domain::sequence::SequenceNumber;
use crate::domain::text::Line;
use crate::domain::timestamp::Timestamp;
use crate::domain::web_url::WebUrl;

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a percentage from 0 to 100, a text, or an object with one of percentage, text and rules, which is a whole number of at least 0"
)]
enum RolloutField {
    Percentage(Percentage),
    Text(String),
    Fields(RolloutFields),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct RolloutFields {
    percentage: Option<Percentage>,
    text: Option<String>,
    rules: Option<u32>,
}

/// A number is a percentage, a text a text; or an object with one of the three.
pub(super) fn rollout<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Rollout>, D::Error> {
    let fields = match Option::deserialize(from)? {
        None => return Ok(None),
        Some(RolloutField::Percentage(percentage)) => {
            return Ok(Some(Rollout::Percentage(percentage)));
        }
        Some(RolloutField::Text(text)) => return Ok(Line::optional(&text).map(Rollout::Text)),
        Some(RolloutField::Fields(fields)) => fields,
    };
    let text = fields.text.as_deref().and_then(Line::optional);
    match (fields.percentage, text, fields.rules) {
        (None, None, None) => Ok(None),
        (Some(percentage), None, None) => Ok(Some(Rollout::Percentage(percentage))),
        (None, Some(text), None) => Ok(Some(Rollout::Text(text))),
        (None, None, Some(rules)) => Ok(Some(Rollout::Rules(rules))),
        _ => Err(D::Error::custom(
            "expected only one of percentage, text and rules",
        )),
    }
}

/// A text that may be empty, which counts as not given.
pub(super) fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Line>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.as_deref().and_then(Line::optional))
}

/// The only version of Jira's schemas that there is.
#[derive(Deserialize)]
pub(super) enum SchemaVersion {
    #[serde(rename = "1.0")]
    V1,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object", rename_all = "camelCase")]
pub(super) struct Association {
    #[serde(rename = "associationType")]
    _type: AssociationType,
    pub(super) values: Vec<Issue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum AssociationType {
    IssueIdOrKeys,
    IssueKeys,
}

/// Ids of issues stand where keys do.
pub(super) enum Issue {
    Id(IssueId),
    Key(IssueKey),
}

impl FromStr for Issue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            id if id.bytes().all(|byte| byte.is_ascii_digit()) => id.parse().map(Self::Id),
            key => key.parse().map(Self::Key),
        }
    }
}

/// Values that stand in such JSON and are read by their own rules.
macro_rules! read_from {
    ($($json:ty => $($type:ty),+;)+) => {$($(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let found = <$json>::deserialize(from)?;
                let refused = |words| D::Error::custom(format_args!("{words}, got {found:?}"));
                found.to_string().parse().map_err(refused)
            }
        }
    )+)+};
}

read_from! {
    String => WebUrl, EnvironmentType, Issue;
    i64 => SequenceNumber;
    f64 => Percentage;
}

/// A text, or a number of milliseconds.
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let found = Value::deserialize(from)?;
    let text = found
        .as_str()
        .map_or_else(|| found.to_string(), ToOwned::to_owned);
    let refused = |words| D::Error::custom(format_args!("{words}, got {found}"));
    let time = (!found.is_null()).then(|| text.parse().map_err(refused));
    time.transpose()
}
