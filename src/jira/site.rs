//! The Jira site and its cloud id.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A Jira site, as the address of its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// `https://`, or `http://` for a server on this machine.
    scheme: &'static str,
    /// Host, with a port when there is one.
    authority: String,
}

impl Site {
    /// Address without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.scheme, self.authority)
    }

    /// Whether it is a server on this machine, which is its own API.
    pub(crate) fn is_local(&self) -> bool {
        is_of_this_machine(&self.authority)
    }

    /// How variables that are for this site alone end, the most exact first: `ACME_ATLASSIAN_NET`, `ACME`.
    pub(crate) fn variable_endings(&self) -> Vec<String> {
        let label = self.authority.split(['.', ':']).next().unwrap_or_default();
        let ending = |text: &str| text.to_ascii_uppercase().replace(not_in_names, "_");
        vec![ending(&self.authority), ending(label)]
    }
}

fn not_in_names(character: char) -> bool {
    !character.is_ascii_alphanumeric()
}

impl fmt::Display for Site {
    /// The host alone, or the whole address of a server on this machine.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scheme == HTTP {
            formatter.write_str(self.scheme)?;
        }
        formatter.write_str(&self.authority)
    }
}

/// Whether it has the sign after a user and password, plain or percent-encoded. Such a value is never repeated.
fn may_have_password(text: &str) -> bool {
    text.contains('@') || text.contains("%40")
}

const HTTPS: &str = "https://";
const HTTP: &str = "http://";

impl FromStr for Site {
    type Err = String;

    /// `acme`, `acme.atlassian.net`, or an address of the site, whose path is left out.
    fn from_str(text: &str) -> Result<Self, String> {
        if may_have_password(text) {
            return Err(
                "the address has a user or password in it: expected acme, acme.atlassian.net or https://acme.atlassian.net".to_owned(),
            );
        }
        let lower = text.trim().to_ascii_lowercase();
        let (scheme, rest) = match lower.split_once("://") {
            Some(("https", rest)) => (HTTPS, rest),
            Some(("http", rest)) => (HTTP, rest),
            Some(_) => return Err(wrong(text)),
            None => ("", lower.as_str()),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = host_and_port(authority).ok_or_else(|| wrong(text))?;
        let scheme = match scheme {
            "" if is_loopback(host) => HTTP,
            "" => HTTPS,
            given => given,
        };
        if scheme == HTTP && !is_loopback(host) {
            return Err(format!(
                "{text:?} would send the credential unencrypted: use https; http is for this machine only"
            ));
        }
        let is_name = !host.contains(['.', ':', '[']) && host != "localhost";
        let domain = if is_name && port.is_none() {
            ".atlassian.net"
        } else {
            ""
        };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            scheme,
            authority: format!("{host}{domain}{port}"),
        })
    }
}

fn wrong(text: &str) -> String {
    if text.trim().contains(char::is_whitespace) {
        return format!(
            "{text:?} is not a Jira site: a site's name has no blanks; use the part of its address before .atlassian.net"
        );
    }
    format!(
        "{text:?} is not a Jira site: expected acme, acme.atlassian.net or https://acme.atlassian.net"
    )
}

fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    if let Some(end) = authority.strip_prefix('[').and_then(|rest| rest.find(']')) {
        let (host, port) = authority.split_at(end + 2);
        let _: std::net::Ipv6Addr = host[1..=end].parse().ok()?;
        return Some((host, optional_port(port)?));
    }
    let colon = authority.find(':').unwrap_or(authority.len());
    let (host, port) = authority.split_at(colon);
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let valid = host.len() <= 253 && host.split('.').all(label);
    valid.then_some((host, optional_port(port)?))
}

/// `""` or `:443`; nothing for anything else.
#[expect(
    clippy::option_option,
    reason = "no port and a wrong port are two things"
)]
fn optional_port(text: &str) -> Option<Option<u16>> {
    match text.strip_prefix(':') {
        None if text.is_empty() => Some(None),
        None => None,
        Some(port) => port.parse().ok().map(Some),
    }
}

/// The same of a host with its port.
pub(super) fn is_of_this_machine(authority: &str) -> bool {
    host_and_port(authority).is_some_and(|(host, _)| is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// Whether this is the address of a host, with a path at most, and a request to it is encrypted or stays on this
/// machine.
pub(crate) fn is_safe_address(url: &str) -> bool {
    let (is_encrypted, rest) = match (url.strip_prefix(HTTPS), url.strip_prefix(HTTP)) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_path = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte));
    let host = host_and_port(authority).map(|(host, _)| host);
    is_path && host.is_some_and(|host| is_encrypted || is_loopback(host))
}

/// The id under which Jira Cloud knows a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloudId(String);

impl CloudId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CloudId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if may_have_password(text) {
            return Err(
                "it has a user or password in it: expected an id such as 11111111-2222-3333-4444-555555555555".to_owned(),
            );
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
            return Err(format!(
                "{text:?} is not a cloud id, which looks like 11111111-2222-3333-4444-555555555555"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{CloudId, Site, is_safe_address};

    #[test]
    fn a_site_may_be_written_in_many_ways() {
        let acme = Some("https://acme.atlassian.net");
        let cases = [
            ("acme", acme),
            (" ACME ", acme),
            ("acme.atlassian.net", acme),
            ("acme.atlassian.net/", acme),
            ("https://acme.atlassian.net", acme),
            ("https://Acme.Atlassian.net/jira/projects?x#y", acme),
            (
                "acme.atlassian-us-gov-mod.net",
                Some("https://acme.atlassian-us-gov-mod.net"),
            ),
            (
                "jira.example.com:8443",
                Some("https://jira.example.com:8443"),
            ),
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("localhost:8080", Some("http://localhost:8080")),
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("https://localhost:8443", Some("https://localhost:8443")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("http://acme.atlassian.net", None),
            ("ftp://acme.atlassian.net", None),
            ("https://user:secret@acme.atlassian.net", None),
            ("My Site", None),
            ("acme_1", None),
            ("-acme", None),
            ("acme..net", None),
            ("acme:port", None),
            ("[::1", None),
            ("", None),
            ("https://", None),
        ];
        for (text, url) in cases {
            let site = text.parse::<Site>().ok();
            assert_eq!(site.map(|site| site.url()).as_deref(), url, "{text:?}");
        }
        let local: Site = "http://127.0.0.1:8080".parse().unwrap();
        assert_eq!(local.to_string(), "http://127.0.0.1:8080");
        let cloud: Site = "acme".parse().unwrap();
        assert_eq!(cloud.to_string(), "acme.atlassian.net");
    }

    #[test]
    fn a_site_has_variables_of_its_own() {
        let cases = [
            ("acme", ["ACME_ATLASSIAN_NET", "ACME"]),
            ("my-site.example.com", ["MY_SITE_EXAMPLE_COM", "MY_SITE"]),
            ("http://localhost:8080", ["LOCALHOST_8080", "LOCALHOST"]),
        ];
        for (site, endings) in cases {
            let site: Site = site.parse().unwrap();
            assert_eq!(site.variable_endings(), endings);
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for safe in [
            "https://x.example",
            "http://127.0.0.1:1/x",
            "http://localhost",
            "http://[::1]:5",
        ] {
            assert!(is_safe_address(safe), "{safe}");
        }
        assert!(is_safe_address(
            "https://api.example.com:8443/base/oauth/token"
        ));
        for unsafe_address in [
            "https://user:secret@x.example",
            "https://exa mple",
            "https://x.example/?q",
            "https://x.example/a b",
            "https://[::",
            "https://",
            "http://x.example",
            "http://127.0.0.1.example.com",
            "ftp://x",
            "",
        ] {
            assert!(!is_safe_address(unsafe_address), "{unsafe_address}");
        }
    }

    #[test]
    fn cloud_ids_can_stand_in_a_path() {
        assert!(
            "11111111-2222-3333-4444-555555555555"
                .parse::<CloudId>()
                .is_ok()
        );
        for bad in ["", "a/b", "a b", "..", "{x}"] {
            assert!(bad.parse::<CloudId>().is_err(), "{bad}");
        }
    }
}
