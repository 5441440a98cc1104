//! Addresses with placeholders.

use std::fmt::Write as _;
use std::str::FromStr;

use percent_encoding::{AsciiSet, percent_encode};

use crate::domain::web_url::{UNSAFE_IN_PATH, WebUrl};

/// What must be escaped in the value of a query; `/` stays.
const UNSAFE_IN_QUERY: &AsciiSet = &UNSAFE_IN_PATH.add(b'&').add(b'+').add(b'=');

/// What a page is about: the values of placeholders. A path need not be UTF-8.
pub(super) type Values<'a> = &'a [(&'static str, &'a [u8])];

/// An address such as `{repository}/commit/{commit}`, whose placeholders are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(String);

impl Template {
    /// The address; nothing when it is too long.
    pub(crate) fn fill(&self, repository: &WebUrl, values: Values<'_>) -> Option<WebUrl> {
        let mut address = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            address.push_str(before);
            rest = behind;
            if name == "repository" {
                address.push_str(repository.to_string().trim_end_matches('/'));
                continue;
            }
            let value = values.iter().find(|(known, _)| *known == name);
            let value = value.map_or(&[][..], |(_, value)| *value);
            let set = if address.contains('?') {
                UNSAFE_IN_QUERY
            } else {
                UNSAFE_IN_PATH
            };
            let _ = write!(address, "{}", percent_encode(value, set));
        }
        address.push_str(rest);
        address.parse().ok()
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: &str = "{repository}, {commit}, {branch}, {path} and {number}";
        let text = text.trim();
        let starts = ["https://", "http://", "{repository}"];
        if !starts.iter().any(|start| text.starts_with(start)) {
            return Err(
                "expected a URL that starts with https://, http:// or {repository}".to_owned(),
            );
        }
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("unclosed brace; the placeholders are {NAMES}"))?;
            if !["repository", "commit", "branch", "path", "number"].contains(&name) {
                return Err(format!(
                    "unknown placeholder {{{name}}}; the placeholders are {NAMES}"
                ));
            }
            rest = behind;
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, Values};

    #[test]
    fn placeholders_are_filled_and_escaped() {
        let repository = "https://git.example.com/a/".parse().unwrap();
        let values: Values<'_> = &[
            ("commit", b"8a91"),
            ("branch", "feature/é #1&2".as_bytes()),
            ("path", b"src/a\xFF\n?.rs"),
            ("number", b"7"),
        ];
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
            let filled = template.fill(&repository, values).unwrap();
            assert_eq!(filled.to_string(), expected);
        }
        let long = "x".repeat(2_000);
        let values: Values<'_> = &[("branch", long.as_bytes())];
        let template: Template = "{repository}/{branch}".parse().unwrap();
        assert_eq!(template.fill(&repository, values), None);
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
