//! What ties a build to a commit or branch that another tool sent.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::text::Line;
use super::web_url::WebUrl;

/// Most references of a build.
pub(crate) const MAX_REFERENCES: usize = 5;

/// `references[]` of a build: a commit, a ref, or both.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(crate) struct Reference {
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<BuiltCommit>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    built_ref: Option<BuiltRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an object", rename_all = "camelCase")]
pub(crate) struct BuiltCommit {
    #[serde(deserialize_with = "line")]
    pub(crate) id: Line,
    #[serde(deserialize_with = "url")]
    pub(crate) repository_uri: WebUrl,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(crate) struct BuiltRef {
    #[serde(deserialize_with = "line")]
    pub(crate) name: Line,
    #[serde(deserialize_with = "url")]
    pub(crate) uri: WebUrl,
}

impl Reference {
    /// Nothing when there is neither.
    pub(crate) fn new(commit: Option<BuiltCommit>, built_ref: Option<BuiltRef>) -> Option<Self> {
        (commit.is_some() || built_ref.is_some()).then_some(Self { commit, built_ref })
    }
}

/// A text that says something.
fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Line, D::Error> {
    let text = String::deserialize(from)?;
    Line::optional(&text).ok_or_else(|| D::Error::custom("a text is empty"))
}

fn url<'de, D: Deserializer<'de>>(from: D) -> Result<WebUrl, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(D::Error::custom)
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let given: Self = serde_json::from_str(text).map_err(|error| {
            let words = error.to_string().replace('`', "\"");
            let words = words.split(" at line ").next();
            // What is wrong with the text as JSON, an example says better.
            let problem = words.filter(|it| error.is_data() && !it.starts_with("invalid "));
            let problem = problem.map(|words| format!(": {words}"));
            format!(
                r#"expected JSON such as {{"ref":{{"name":"main","uri":"https://git.example.com/shop/tree/main"}}}}{}"#,
                problem.unwrap_or_default()
            )
        })?;
        Self::new(given.commit, given.built_ref)
            .ok_or_else(|| "expected a commit, a ref or both".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn references_are_written_as_jira_reads_them() {
        let text = r#"{"commit":{"id":"8a91","repositoryUri":"https://g/x"},"ref":{"name":"main","uri":"https://g/x/tree/main"}}"#;
        let reference: Reference = text.parse().unwrap();
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(reference).unwrap(), json);
    }

    #[test]
    fn half_references_are_refused() {
        let cases = [
            "",
            "{}",
            "[]",
            r#"{"commit":{"id":"8a91"}}"#,
            r#"{"commit":{"id":" ","repositoryUri":"https://g/x"}}"#,
            r#"{"ref":{"name":"main","uri":"main"}}"#,
            r#"{"ref":{"name":"main","url":"https://g"}}"#,
        ];
        for text in cases {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
