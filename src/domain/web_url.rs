//! Addresses of pages, as Jira takes them.

use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

/// An absolute `http` or `https` address of at most 2000 characters, in ASCII, without user and password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct WebUrl(String);

/// What must be escaped in an address that is otherwise taken as it is.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What must be escaped in the path of a branch or tag; `/` stays.
pub(crate) const UNSAFE_IN_PATH: &AsciiSet =
    &UNSAFE.add(b'#').add(b'?').add(b'%').add(b'[').add(b']');

impl WebUrl {
    const MAX: usize = 2000;

    /// The host with its port, in lower case.
    pub(crate) fn host(&self) -> String {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        host_in(rest).to_ascii_lowercase()
    }

    /// Whether only this machine can open it, which makes it useless on an issue.
    pub(crate) fn is_local(&self) -> bool {
        let host = self.host();
        let name = host
            .rsplit_once(':')
            .map_or(host.as_str(), |(name, _)| name);
        name == "localhost" || name == "[::1]" || name.starts_with("127.")
    }
}

/// The host of an address, with its port, where it has no user and password.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// The URL without the user and password that may precede its host.
pub(crate) fn without_account(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // Without a protocol, what precedes an `@` may be the user of a clone, who is no secret.
        let account = url
            .rsplit_once('@')
            .filter(|(account, _)| account.contains(':'));
        return account.map_or(url, |(_, rest)| rest).to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // Where a port would be, something else is a password with one of these.
    let account = rest[..end].rfind('@');
    let account = account.or_else(|| rest.rfind('@').filter(|_| !has_port(&rest[..end])));
    let host = account.map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[host..])
}

/// Whether what follows the host, if anything does, is a port.
fn has_port(authority: &str) -> bool {
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    port.ends_with(']') || port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The host with its port, in what follows `://`: neither user and password before it nor a path behind it.
fn host_in(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

shown_as_text!(WebUrl);

impl FromStr for WebUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = without_account(text.trim());
        let lower = text.to_ascii_lowercase();
        let rest = lower
            .strip_prefix("https://")
            .or_else(|| lower.strip_prefix("http://"))
            .ok_or("expected a URL that starts with https:// or http://")?;
        let host = host_in(rest);
        if host.is_empty() || host.starts_with(':') {
            return Err("the URL has no host".to_owned());
        }
        let url = utf8_percent_encode(&text, UNSAFE).to_string();
        if url.len() > Self::MAX {
            let limit = Self::MAX;
            return Err(format!("the URL is longer than {limit} characters"));
        }
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::WebUrl;

    #[test]
    fn addresses_are_absolute_and_ascii() {
        let cases = [
            (
                "https://ci.example.com/job/a%252Fb/1/",
                Some("https://ci.example.com/job/a%252Fb/1/"),
            ),
            (" http://ci:8080/ ", Some("http://ci:8080/")),
            (
                "https://ci/job/é b/\"x\"",
                Some("https://ci/job/%C3%A9%20b/%22x%22"),
            ),
            ("ci.example.com/job/1", None),
            ("ftp://ci/x", None),
            ("https://", None),
            ("https:///x", None),
            ("https://user@", None),
            ("https://user:password@:80/x", None),
            ("https://user@ci/x@y", Some("https://ci/x@y")),
            ("https://user:p@ss@ci?x", Some("https://ci?x")),
            ("https://user:p@ss@ci/x@y", Some("https://ci/x@y")),
            ("https://user:p/s#s@ci:80/x", Some("https://ci:80/x")),
            ("https://ci:80/x@y", Some("https://ci:80/x@y")),
            ("https://[::1]:80/x@y", Some("https://[::1]:80/x@y")),
            ("https://[::1]/x@y", Some("https://[::1]/x@y")),
            ("user:password@ci/x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let url = text.parse::<WebUrl>().ok();
            assert_eq!(url.as_ref().map(|url| url.0.as_str()), expected, "{text}");
        }
        let long = format!("https://ci/{}", "x".repeat(2000));
        assert!(long.parse::<WebUrl>().is_err());
    }

    #[test]
    fn local_addresses_are_known() {
        let cases = [
            ("http://localhost:8080/job", true),
            ("http://127.0.0.1/", true),
            ("http://[::1]:8080/", true),
            ("https://localhost.example.com/", false),
            ("https://ci.example.com/", false),
        ];
        for (text, local) in cases {
            assert_eq!(text.parse::<WebUrl>().unwrap().is_local(), local, "{text}");
        }
    }
}
