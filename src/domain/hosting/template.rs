//! Addresses with placeholders.

use std::fmt::Write as _;
use std::str::FromStr;

use percent_encoding::{AsciiSet, percent_encode};

use crate::domain::web_url::{UNSAFE_IN_PATH, WebUrl};

/// What must be escaped in the value of a query; `/` stays.
const UNSAFE_IN_QUERY: &AsciiSet = &UNSAFE_IN_PATH.add(b'&').add(b'+').add(b'=');

/// What a page is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Values<'a> {
    pub(crate) commit: &'a str,
    /// A branch or tag.
    pub(crate) branch: &'a str,
    /// As git has it, which need not be UTF-8.
    pub(crate) path: &'a [u8],
    pub(crate) number: &'a str,
}

/// An address such as `{repository}/commit/{commit}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Repository,
    Commit,
    Branch,
    Path,
    Number,
}

impl Template {
    /// The address; nothing when it is too long.
    pub(crate) fn fill(&self, repository: &WebUrl, values: &Values<'_>) -> Option<WebUrl> {
        let mut address = String::new();
        for part in &self.0 {
            let value = match part {
                Part::Text(text) => {
                    address.push_str(text);
                    continue;
                }
                Part::Repository => {
                    address.push_str(repository.to_string().trim_end_matches('/'));
                    continue;
                }
                Part::Commit => values.commit.as_bytes(),
                Part::Branch => values.branch.as_bytes(),
                Part::Path => values.path,
                Part::Number => values.number.as_bytes(),
            };
            let set = if address.contains('?') {
                UNSAFE_IN_QUERY
            } else {
                UNSAFE_IN_PATH
            };
            let _ = write!(address, "{}", percent_encode(value, set));
        }
        address.parse().ok()
    }
}

impl Default for Template {
    /// The repository's page.
    fn default() -> Self {
        Self(vec![Part::Repository])
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: &str = "{repository}, {commit}, {branch}, {path} and {number}";
        let mut parts = Vec::new();
        let mut rest = text.trim();
        let starts = ["https://", "http://", "{repository}"];
        if !starts.iter().any(|start| rest.starts_with(start)) {
            return Err(
                "expected a URL that starts with https://, http:// or {repository}".to_owned(),
            );
        }
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("unclosed brace; the placeholders are {NAMES}"))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(match name {
                "repository" => Part::Repository,
                "commit" => Part::Commit,
                "branch" => Part::Branch,
                "path" => Part::Path,
                "number" => Part::Number,
                _ => {
                    return Err(format!(
                        "unknown placeholder {{{name}}}; the placeholders are {NAMES}"
                    ));
                }
            });
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, Values};

    #[test]
    fn placeholders_are_filled_and_escaped() {
        let repository = "https://git.example.com/a/".parse().unwrap();
        let values = Values {
            commit: "8a91",
            branch: "feature/é #1&2",
            path: b"src/a\xFF\n?.rs",
            number: "7",
        };
        let cases = [
            (
                "{repository}/c/{commit}",
                "https://git.example.com/a/c/8a91",
            ),
            (
                "{repository}/t/{branch}",
                "https://git.example.com/a/t/feature/%C3%A9%20%231&2",
            ),
            (
                "https://x/?b={branch}&n={number}",
                "https://x/?b=feature/%C3%A9%20%231%262&n=7",
            ),
            (
                "{repository}/f/{commit}/{path}",
                "https://git.example.com/a/f/8a91/src/a%FF%0A%3F.rs",
            ),
        ];
        for (template, expected) in cases {
            let template: Template = template.parse().unwrap();
            let filled = template.fill(&repository, &values).unwrap();
            assert_eq!(filled.to_string(), expected);
        }
        let long = "x".repeat(2_000);
        let values = Values {
            branch: &long,
            ..Values::default()
        };
        let template: Template = "{repository}/{branch}".parse().unwrap();
        assert_eq!(template.fill(&repository, &values), None);
    }

    #[test]
    fn wrong_templates_are_refused() {
        for wrong in [
            "",
            "ftp://x/{commit}",
            "{commit}",
            "https://x/{sha}",
            "https://x/{commit",
        ] {
            assert!(wrong.parse::<Template>().is_err(), "{wrong}");
        }
    }
}
