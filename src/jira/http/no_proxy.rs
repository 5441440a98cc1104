//! The hosts that are reached without a proxy (`NO_PROXY`), by curl's rules and with ports besides.

use std::net::IpAddr;

/// A host as it is written in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Address(IpAddr),
    /// In lower case, without a dot at the end.
    Name(String),
}

impl Host {
    /// IPv6 addresses may stand in brackets.
    pub(super) fn new(text: &str) -> Self {
        let bare = text.trim_matches(['[', ']']);
        match bare.parse::<IpAddr>() {
            Ok(address) => Self::Address(address.to_canonical()),
            Err(_) => Self::Name(bare.trim_end_matches('.').to_ascii_lowercase()),
        }
    }

    pub(super) fn is_this_machine(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

/// The parsed list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NoProxy {
    entries: Vec<Entry>,
    /// What stands for no host, domain or network, and is left out.
    pub(super) not_understood: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    All,
    /// An address, or a domain with everything below it; on one port or on all.
    Host(Host, Option<u16>),
    /// The first so many bits of an address.
    Network(IpAddr, u8),
}

impl NoProxy {
    /// Entries are separated by commas or white space.
    pub(super) fn parse(text: &str) -> Self {
        let mut list = Self::default();
        let words = text.split(|character: char| character == ',' || character.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            match entry(word) {
                Some(entry) => list.entries.push(entry),
                None => list.not_understood.push(word.to_owned()),
            }
        }
        list
    }

    pub(super) fn covers(&self, host: &Host, port: u16) -> bool {
        self.entries.iter().any(|entry| match (entry, host) {
            (Entry::All, _) => true,
            (Entry::Host(_, Some(only)), _) if *only != port => false,
            (Entry::Host(Host::Name(domain), _), Host::Name(name)) => {
                let before = name.strip_suffix(domain.as_str());
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            (Entry::Host(known, _), host) => known == host,
            (Entry::Network(network, bits), Host::Address(address)) => {
                is_within(*address, *network, *bits)
            }
            (Entry::Network(..), Host::Name(_)) => false,
        })
    }
}

fn entry(word: &str) -> Option<Entry> {
    if word == "*" {
        return Some(Entry::All);
    }
    if let Some((address, bits)) = word.split_once('/') {
        let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= most)?;
        return Some(Entry::Network(address, bits));
    }
    // Curl takes a dot at the start for nothing; other programs want a star before it.
    let word = word.strip_prefix("*.").unwrap_or(word);
    let word = word.strip_prefix('.').unwrap_or(word);
    if word.parse::<IpAddr>().is_ok() {
        return Some(Entry::Host(Host::new(word), None));
    }
    let (host, port) = match word.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (word, None),
    };
    let host = Host::new(host);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match &host {
        Host::Name(name) if name.is_empty() || !name.bytes().all(plain) => None,
        _ => Some(Entry::Host(host, port)),
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.leading_zeros() >= bits
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, NoProxy};

    #[test]
    fn hosts_are_covered_as_curl_covers_them() {
        let cases = [
            ("*", "jira.example.com", true),
            ("other, *", "10.1.2.3", true),
            ("example.com", "example.com", true),
            ("example.com", "jira.Example.COM", true),
            ("example.com", "jira.example.com.", true),
            ("Example.Com", "jira.example.com", true),
            ("example.com.", "jira.example.com", true),
            (".example.com", "jira.example.com", true),
            (".example.com", "example.com", true),
            ("*.example.com", "jira.example.com", true),
            ("example.com", "notexample.com", false),
            ("jira.example.com", "example.com", false),
            ("a.org b.org\tc.org,d.org", "c.org", true),
            (",, ,d.org,", "d.org", true),
            ("example.com:443", "example.com", true),
            ("example.com:8443", "example.com", false),
            (".example.com:443", "jira.example.com", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:80", "10.1.2.3", false),
            ("2.3", "10.1.2.3", false),
            ("10.1.2.3", "x.10.1.2.3", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.0/23", "10.1.3.255", true),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.2", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("10.0.0.0/8", "example.com", false),
            ("::1", "[::1]", true),
            ("[2001:db8::1]", "2001:db8:0::1", true),
            ("[2001:db8::1]:443", "[2001:db8::1]", true),
            ("[2001:db8::1]:80", "[2001:db8::1]", false),
            ("2001:db8::/32", "[2001:db8:ffff::1]", true),
            ("2001:db8::/32", "[2001:db9::1]", false),
            ("::/0", "[2001:db9::1]", true),
            ("10.1.2.3", "[::ffff:10.1.2.3]", true),
            ("", "example.com", false),
        ];
        for (list, host, covered) in cases {
            let found = NoProxy::parse(list).covers(&Host::new(host), 443);
            assert_eq!(found, covered, "{list:?} {host}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for word in [
            "10.*",
            "10.0.0.0/33",
            "::/129",
            "example.com/8",
            "10.0.0.0/x",
            "example.com:x",
            "http://example.com",
            "a|b",
            ".",
        ] {
            let list = NoProxy::parse(&format!("example.org,{word}"));
            assert_eq!(list.not_understood, [word]);
            assert!(list.covers(&Host::new("example.org"), 1));
        }
    }

    #[test]
    fn this_machine_has_many_names() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "jira.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(Host::new(host).is_this_machine(), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "mylocalhost", "[::2]"] {
            assert!(!Host::new(host).is_this_machine(), "{host}");
        }
    }
}
