//! Looks names of hosts up: the one place that does so by itself.

use std::net::{IpAddr, ToSocketAddrs as _};
use std::time::Duration;

use crate::domain::web_url::authority;
use crate::error::plain;
use crate::side_by_side::in_time;

/// The addresses of the host in an address such as `https://acme.atlassian.net/x`, each once.
///
/// # Errors
/// A sentence, when the host has no address or there is no answer within `timeout`.
pub(crate) fn look_up(url: &str, timeout: Duration) -> Result<Vec<IpAddr>, String> {
    let host = with_port(url);
    // The system's look-up knows no time limit.
    let found = in_time(timeout, move || {
        let found = host.to_socket_addrs();
        found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>())
    });
    let found = found.ok_or("there was no answer in time")?;
    let mut found = found.map_err(|error| reason(&error.to_string()))?;
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        return Err("DNS has no address for it".to_owned());
    }
    Ok(found)
}

/// What the system says, the same on all systems.
fn reason(error: &str) -> String {
    let said = error.rsplit(": ").next().unwrap_or(error);
    match said {
        "Temporary failure in name resolution" | "Try again" => "no DNS server answered".to_owned(),
        "Name or service not known"
        | "Name does not resolve"
        | "No address associated with hostname"
        | "nodename nor servname provided, or not known" => "DNS has no address for it".to_owned(),
        _ if said.starts_with("No such host is known") => "DNS has no address for it".to_owned(),
        _ => plain(said),
    }
}

/// `host:port` of an address.
fn with_port(url: &str) -> String {
    let authority = authority(url);
    let (_, after_address) = authority.rsplit_once(']').unwrap_or(("", authority));
    if after_address.contains(':') {
        return authority.to_owned();
    }
    let port = if url.starts_with("http://") { 80 } else { 443 };
    format!("{authority}:{port}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{look_up, reason, with_port};

    #[test]
    fn ports_follow_the_scheme() {
        for (url, host) in [
            ("https://acme.atlassian.net", "acme.atlassian.net:443"),
            ("https://api.example.com:8443/x", "api.example.com:8443"),
            ("http://localhost/oauth/token", "localhost:80"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:8080/x", "[::1]:8080"),
        ] {
            assert_eq!(with_port(url), host);
        }
    }

    #[test]
    fn this_machine_has_an_address_and_nowhere_has_none() {
        let second = Duration::from_secs(10);
        let found = look_up("http://127.0.0.1:8080", second).unwrap();
        assert_eq!(found, ["127.0.0.1".parse::<std::net::IpAddr>().unwrap()]);
        assert!(look_up("https://nowhere.invalid", second).is_err());
    }

    #[test]
    fn no_reason_is_in_the_words_of_a_library() {
        for (said, expected) in [
            ("Name or service not known", "DNS has no address for it"),
            (
                "Temporary failure in name resolution",
                "no DNS server answered",
            ),
            ("System error", "System error"),
        ] {
            let error = format!("failed to lookup address information: {said}");
            assert_eq!(reason(&error), expected);
        }
        let of_windows = "No such host is known. (os error 11001)";
        assert_eq!(reason(of_windows), "DNS has no address for it");
    }
}
