//! What ties a build to a commit or branch that another tool sent.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::Line;
use super::web_url::WebUrl;

/// Most references of a build.
pub(crate) const MAX_REFERENCES: usize = 5;

/// `references[]` of a build: a commit, a ref, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reference {
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<BuiltCommit>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    built_ref: Option<BuiltRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BuiltCommit {
    pub(crate) id: Line,
    pub(crate) repository_uri: WebUrl,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BuiltRef {
    pub(crate) name: Line,
    pub(crate) uri: WebUrl,
}

impl Reference {
    /// Nothing when there is neither.
    pub(crate) fn new(commit: Option<BuiltCommit>, built_ref: Option<BuiltRef>) -> Option<Self> {
        (commit.is_some() || built_ref.is_some()).then_some(Self { commit, built_ref })
    }
}

/// The JSON that people write for `--reference`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    commit: Option<GivenCommit>,
    #[serde(rename = "ref")]
    built_ref: Option<GivenRef>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GivenCommit {
    id: String,
    repository_uri: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenRef {
    name: String,
    uri: String,
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let given: Given = serde_json::from_str(text).map_err(|error| {
            let text = error.to_string();
            let problem = text.split(" at line ").next();
            let problem = problem.filter(|text| text.contains(" field "));
            let problem = problem.map_or_else(String::new, |text| format!(": {}", text.replace('`', "\"")));
            format!(
                r#"expected JSON such as {{"ref":{{"name":"main","uri":"https://git.example.com/shop/tree/main"}}}}{problem}"#
            )
        })?;
        let line =
            |name: &str, text: &str| Line::optional(text).ok_or_else(|| format!("{name} is empty"));
        let commit = given.commit.map(|commit| {
            Ok::<_, String>(BuiltCommit {
                id: line("commit.id", &commit.id)?,
                repository_uri: commit.repository_uri.parse()?,
            })
        });
        let built_ref = given.built_ref.map(|given| {
            Ok::<_, String>(BuiltRef {
                name: line("ref.name", &given.name)?,
                uri: given.uri.parse()?,
            })
        });
        Self::new(commit.transpose()?, built_ref.transpose()?)
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
