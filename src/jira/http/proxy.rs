//! Which proxy is taken, by curl's rules: pure, from a map of variables.
//!
//! `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, in this order. `HTTP_PROXY` is not read: plain http goes to
//! this machine only, and this machine is never reached through a proxy.

use std::fmt;
use std::net::Ipv6Addr;

use ureq::ProxyProtocol;

use super::no_proxy::{Host, NoProxy};
use crate::error::Failure;
use crate::secret::Secret;
use crate::variables::{self, Variables};

/// What is spoken with a proxy, by the names of curl.
const PROTOCOLS: [(&str, ProxyProtocol); 6] = [
    ("http", ProxyProtocol::Http),
    ("https", ProxyProtocol::Https),
    ("socks4", ProxyProtocol::Socks4),
    ("socks4a", ProxyProtocol::Socks4A),
    ("socks5", ProxyProtocol::Socks5),
    ("socks5h", ProxyProtocol::Socks5h),
];

/// The user who asks the proxy.
struct Account {
    user: String,
    password: Secret,
    /// As it is written in the variable, which may be percent-encoded.
    written: Secret,
}

/// One proxy. Its words for people hold neither user nor password.
pub(super) struct Proxy {
    protocol: ProxyProtocol,
    /// An IPv6 address stands in brackets.
    pub(super) host: String,
    pub(super) port: u16,
    account: Option<Account>,
    /// The variable that names it.
    variable: String,
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut protocols = PROTOCOLS.iter();
        let protocol = protocols.find(|(_, protocol)| *protocol == self.protocol);
        let protocol = protocol.map_or("http", |(name, _)| name);
        let (host, port) = (&self.host, self.port);
        write!(formatter, "{protocol}://{host}:{port}")
    }
}

impl Proxy {
    /// The same in the words of the HTTP crate, which takes every proxy that we take.
    pub(super) fn for_agent(&self) -> Option<ureq::Proxy> {
        let mut builder = ureq::Proxy::builder(self.protocol)
            .host(&self.host)
            .port(self.port);
        if let Some(account) = &self.account {
            builder = builder
                .username(&account.user)
                .password(account.password.reveal());
        }
        builder.build().ok()
    }

    /// Whether it gets an address, so that this machine has to look up the name.
    pub(super) fn looks_up_here(&self) -> bool {
        matches!(self.protocol, ProxyProtocol::Socks4 | ProxyProtocol::Socks5)
    }

    /// Whether it is named by its address, which needs no look-up.
    pub(super) fn has_address(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host.parse::<std::net::IpAddr>().is_ok()
    }

    /// What must never be seen.
    pub(super) fn secrets(&self) -> Vec<&Secret> {
        let account = self.account.iter();
        let secrets = account.flat_map(|account| [&account.password, &account.written]);
        secrets.collect()
    }

    /// `[PROTOCOL://][USER[:PASSWORD]@]HOST[:PORT]`, http where no protocol is named, port 1080 (https: 443) where
    /// none is named, as curl has it.
    ///
    /// # Errors
    /// Words that repeat nothing of the text, since it may hold a password.
    fn parse(text: &str, variable: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (protocol, rest) = text.split_once("://").unwrap_or(("http", text));
        let mut protocols = PROTOCOLS.into_iter();
        let protocol = protocols
            .find(|(name, _)| name.eq_ignore_ascii_case(protocol))
            .map(|(_, protocol)| protocol)
            .ok_or("expected one of the protocols http, https, socks4, socks4a, socks5, socks5h")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if path.contains('@') {
            return Err("a user or a password with / ? or # has to be percent-encoded");
        }
        let (account, place) = match authority.rsplit_once('@') {
            Some((account, place)) => (Some(account), place),
            None => (None, authority),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (place, None),
        };
        if !is_host(host) {
            return Err("it has no host");
        }
        let default = if protocol == ProxyProtocol::Https {
            443
        } else {
            1080
        };
        let port = port.map_or(Ok(default), str::parse);
        Ok(Self {
            protocol,
            host: host.to_ascii_lowercase(),
            port: port
                .ok()
                .filter(|port| *port > 0)
                .ok_or("its port is not a number from 1 to 65535")?,
            account: account.map(self::account).transpose()?,
            variable: variable.to_owned(),
        })
    }
}

fn account(text: &str) -> Result<Account, &'static str> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let decoded = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        let plain = decoded.ok().filter(|text| !text.contains(char::is_control));
        plain
            .ok_or("its user or password is not text")
            .map(std::borrow::Cow::into_owned)
    };
    Ok(Account {
        user: decoded(user)?,
        password: Secret::new(decoded(password)?),
        written: Secret::new(password),
    })
}

fn is_host(text: &str) -> bool {
    let inside = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match inside {
        Some(inside) => inside.parse::<Ipv6Addr>().is_ok(),
        None => !text.is_empty() && text.bytes().all(plain),
    }
}

/// The proxy and who is reached without it.
#[derive(Default)]
pub(super) struct Proxies {
    proxy: Option<Proxy>,
    no_proxy: NoProxy,
    /// `http_proxy` is set and nothing else.
    only_for_http: bool,
}

impl Proxies {
    /// # Errors
    /// A value that names no proxy; the failure names the variable and nothing of its value.
    pub(super) fn read(variables: &Variables) -> Result<Self, Failure> {
        let set = variables
            .in_either_case(variables::HTTPS_PROXY)
            .or_else(|| variables.in_either_case(variables::ALL_PROXY));
        let parsed = |(name, value): (String, &str)| {
            Proxy::parse(value, &name).map_err(|cause| {
                Failure::usage(format!("{name} cannot be used"))
                    .cause(cause)
                    .hint(format!("write it as {name}=http://USER:PASSWORD@proxy.example.com:3128, with characters such as @ : / # % in user and password percent-encoded, or unset it"))
            })
        };
        let no_proxy = variables.in_either_case(variables::NO_PROXY);
        let proxy = set.map(parsed).transpose()?;
        let http_proxy = ["http_proxy", "HTTP_PROXY"];
        let http_proxy = http_proxy
            .iter()
            .any(|name| variables.by_name(name).is_some());
        Ok(Self {
            only_for_http: http_proxy && proxy.is_none(),
            proxy,
            no_proxy: no_proxy.map_or_else(NoProxy::default, |(_, list)| NoProxy::parse(list)),
        })
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// The proxy on the way to this host; this machine has none.
    pub(super) fn toward(&self, host: &str, port: u16) -> Option<&Proxy> {
        let host = Host::new(host);
        let direct = host.is_this_machine() || self.no_proxy.covers(&host, port);
        self.proxy.as_ref().filter(|_| !direct)
    }

    /// What was made of the variables, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(proxy) = &self.proxy {
            notes.push(format!("{} is the proxy ({})", proxy, proxy.variable));
            let words = self.no_proxy.not_understood.iter();
            let hosts = words.map(|word| word.rsplit('@').next().unwrap_or_default());
            notes.extend(hosts.map(|word| {
                format!("{word:?} in NO_PROXY is not a host, domain or network, and is ignored")
            }));
        }
        if self.only_for_http {
            notes.push(
                "HTTP_PROXY is for plain http; HTTPS_PROXY names the proxy for Jira".to_owned(),
            );
        }
        notes
    }
}

#[cfg(test)]
mod tests;
