//! Why there is no answer, explained to people, and what to do about it.

use crate::domain::timestamp::Timestamp;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransportError {
    /// The host name has no address.
    UnknownHost,
    /// No answer in time.
    Timeout,
    /// The certificate of the server is not accepted.
    Certificate(CertificateProblem),
    /// TLS failed otherwise.
    Tls(String),
    /// The way through the proxy is barred; the proxy is named without its account.
    Proxy {
        proxy: String,
        problem: ProxyProblem,
    },
    /// Nobody takes connections there.
    Refused(String),
    /// Cut off, or not HTTP.
    Connection(String),
}

/// Whether the same request may succeed a little later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// A wrong certificate stays wrong, and so does a proxy that forbids.
    Never,
    /// What is not there now will hardly be there in a few seconds.
    Once,
    /// After pauses that grow.
    Backoff,
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateProblem {
    UnknownIssuer,
    Expired {
        until: Option<Timestamp>,
        now: Option<Timestamp>,
    },
    NotYetValid {
        from: Option<Timestamp>,
        now: Option<Timestamp>,
    },
    WrongName {
        /// The host that was asked for, where it is known.
        wanted: Option<String>,
        /// The names in the certificate.
        named: Vec<String>,
    },
    /// A certificate authority's own, which no server may use.
    CaAsServer,
    Other(String),
}

/// What is wrong with the way through a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyProblem {
    /// It answered the wish for a connection with this status.
    Status(u16),
    UnknownHost,
    /// The host behind it has no address here, where a proxy of this kind wants it to be looked up; or the proxy has
    /// none, where that is a name as well.
    UnknownTarget {
        host: String,
        or_proxy: bool,
    },
    Timeout,
    /// Nobody takes connections there.
    Refused(String),
    /// Cut off, or neither HTTP nor SOCKS.
    Connection(String),
}

/// The hosts that have to be reached.
const HOSTS: &str = "*.atlassian.net:443 and api.atlassian.com:443";

/// Most names of a certificate that are shown.
const MAX_NAMES: usize = 3;

impl TransportError {
    pub(crate) fn retry(&self) -> Retry {
        match self {
            Self::UnknownHost | Self::Refused(_) => Retry::Once,
            Self::Timeout | Self::Connection(_) => Retry::Backoff,
            Self::Certificate(_) | Self::Tls(_) => Retry::Never,
            Self::Proxy { problem, .. } => match problem {
                ProxyProblem::UnknownHost
                | ProxyProblem::UnknownTarget { .. }
                | ProxyProblem::Refused(_) => Retry::Once,
                ProxyProblem::Status(502..=504)
                | ProxyProblem::Timeout
                | ProxyProblem::Connection(_) => Retry::Backoff,
                ProxyProblem::Status(_) => Retry::Never,
            },
        }
    }

    /// Whether there was somebody to talk to.
    pub(crate) fn is_after_connecting(&self) -> bool {
        match self {
            Self::Timeout | Self::Connection(_) => true,
            Self::Proxy { problem, .. } => {
                matches!(problem, ProxyProblem::Timeout | ProxyProblem::Connection(_))
            }
            _ => false,
        }
    }

    /// What happened.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::UnknownHost => "the name of the host has no address (DNS)".to_owned(),
            Self::Timeout => "there was no answer in time".to_owned(),
            Self::Certificate(problem) => problem.words(),
            Self::Tls(text) | Self::Refused(text) | Self::Connection(text) => text.clone(),
            Self::Proxy { proxy, problem } => problem.words(proxy),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::UnknownHost => "check JIRA_SITE, and whether this agent resolves *.atlassian.net and api.atlassian.com, or needs HTTPS_PROXY".to_owned(),
            Self::Timeout | Self::Refused(_) | Self::Connection(_) => format!(
                "check that this agent may open connections to {HOSTS}, or needs HTTPS_PROXY"
            ),
            Self::Certificate(problem) => problem.hint().to_owned(),
            Self::Tls(_) => format!(
                "a firewall, a proxy or a login page of the network may be in the way: let it pass {HOSTS}, or check HTTPS_PROXY and NO_PROXY"
            ),
            Self::Proxy { problem, .. } => problem.hint(),
        }
    }
}

impl CertificateProblem {
    fn words(&self) -> String {
        let time = |label: &str, time: &Option<Timestamp>| {
            time.map(|time| format!("{label}{time}"))
                .unwrap_or_default()
        };
        match self {
            Self::UnknownIssuer => {
                "the certificate of the server has an issuer that is not trusted here".to_owned()
            }
            Self::Expired { until, now } => format!(
                "the certificate of the server has expired{}{}",
                time(": it was valid until ", until),
                time("; the clock here says ", now)
            ),
            Self::NotYetValid { from, now } => format!(
                "the certificate of the server is not valid yet{}{}",
                time(": it is valid from ", from),
                time("; the clock here says ", now)
            ),
            Self::WrongName { wanted, named } => {
                let wanted = wanted.as_deref().unwrap_or("this host");
                let named = match named.as_slice() {
                    [] => "nobody".to_owned(),
                    names if names.len() > MAX_NAMES => {
                        let (shown, others) = names.split_at(MAX_NAMES);
                        format!("{} and {} others", shown.join(", "), others.len())
                    }
                    names => names.join(", "),
                };
                format!("the certificate of the server is not for {wanted} but for {named}")
            }
            Self::CaAsServer => {
                "the certificate of the server is that of a certificate authority (CaUsedAsEndEntity)"
                    .to_owned()
            }
            Self::Other(text) => text.clone(),
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => {
                "a proxy that inspects TLS? Name the file of its CA certificate with --ca-file, or put it into the system's store or SSL_CERT_FILE"
            }
            Self::Expired { .. } => {
                "is the clock of this machine right? If so, the server, or the proxy that answers in its place, needs a new certificate"
            }
            Self::NotYetValid { .. } => "set the clock of this machine: it seems to be slow",
            Self::WrongName { .. } => {
                "check the address; a proxy or a login page of the network may be answering in Jira's place"
            }
            Self::CaAsServer => {
                "give the server a certificate of its own, without CA:TRUE (openssl req -x509 -addext basicConstraints=CA:FALSE), and name that file with --ca-file; or one that your CA has signed"
            }
            Self::Other(_) => {
                "a proxy that inspects TLS? Its owner has to make certificates that Jira's clients accept"
            }
        }
    }
}

impl ProxyProblem {
    fn words(&self, proxy: &str) -> String {
        match self {
            Self::Status(407) => {
                format!(
                    "the proxy {proxy} answered with status 407: it requires another user or password"
                )
            }
            Self::Status(status @ 300..=399) => format!(
                "the proxy {proxy} answered with status {status}: it requires a login, as in a browser"
            ),
            Self::Status(status @ 400..=499) => {
                format!(
                    "the proxy {proxy} answered with status {status}: it refuses the connection"
                )
            }
            Self::Status(status) => {
                format!("the proxy {proxy} answered with status {status}: it cannot reach the host")
            }
            Self::UnknownHost => format!("the name of the proxy {proxy} has no address (DNS)"),
            Self::UnknownTarget { host, or_proxy } => {
                let proxy = if *or_proxy {
                    format!(", or that of the proxy {proxy},")
                } else {
                    String::new()
                };
                format!("the name {host}{proxy} has no address (DNS)")
            }
            Self::Timeout => format!("there was no answer in time through the proxy {proxy}"),
            Self::Refused(text) | Self::Connection(text) => {
                format!("through the proxy {proxy}: {text}")
            }
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Status(407) => "put user and password into HTTPS_PROXY: http://USER:PASSWORD@host:port, with characters such as @ : / # % percent-encoded".to_owned(),
            Self::Status(_) => format!(
                "ask the owner of the proxy to let {HOSTS} through, or name these hosts in NO_PROXY if they can be reached directly"
            ),
            Self::UnknownTarget { .. } => "socks5:// and socks4:// look names up on this machine: write socks5h:// or socks4a:// to have the proxy look them up".to_owned(),
            Self::UnknownHost | Self::Timeout | Self::Refused(_) | Self::Connection(_) => format!(
                "check HTTPS_PROXY and that the proxy lets {HOSTS} through; hosts in NO_PROXY are reached directly"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
