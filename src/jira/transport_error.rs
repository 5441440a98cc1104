//! Why there is no answer, explained to people, and what to do about it.

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransportError {
    /// The host name has no address.
    UnknownHost,
    /// No answer in time.
    Timeout,
    /// The certificate of the server leads to nobody who is trusted here.
    UnknownIssuer,
    /// It is not accepted for another reason.
    Certificate { words: String, hint: &'static str },
    /// TLS failed otherwise.
    Tls(String),
    /// Nobody takes connections there.
    Refused(String),
    /// Cut off, or not HTTP.
    Connection(String),
    /// The host behind a proxy has no address here, where a proxy of this kind wants it to be looked up; or the proxy
    /// has none, where that is a name as well.
    UnknownTarget { host: String, proxy: Option<String> },
    /// The proxy answered the wish for a connection with this status.
    ProxyStatus { proxy: String, status: u16 },
    /// Any of the first ones on the way through this proxy, which is named without its account.
    Through { proxy: String, error: Box<Self> },
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

/// The hosts that have to be reached.
const HOSTS: &str = "*.atlassian.net:443 and api.atlassian.com:443";

impl TransportError {
    pub(crate) fn retry(&self) -> Retry {
        match self {
            Self::UnknownHost | Self::UnknownTarget { .. } | Self::Refused(_) => Retry::Once,
            Self::Timeout
            | Self::Connection(_)
            | Self::ProxyStatus {
                status: 502..=504, ..
            } => Retry::Backoff,
            Self::UnknownIssuer
            | Self::Certificate { .. }
            | Self::Tls(_)
            | Self::ProxyStatus { .. } => Retry::Never,
            Self::Through { error, .. } => error.retry(),
        }
    }

    /// Whether there was somebody to talk to.
    pub(crate) fn is_after_connecting(&self) -> bool {
        match self {
            Self::Timeout | Self::Connection(_) => true,
            Self::Through { error, .. } => error.is_after_connecting(),
            _ => false,
        }
    }

    /// What happened.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::UnknownHost => "the name of the host has no address (DNS)".to_owned(),
            Self::Timeout => "there was no answer in time".to_owned(),
            Self::UnknownIssuer => {
                "the certificate of the server has an issuer that is not trusted here".to_owned()
            }
            Self::Certificate { words, .. } => words.clone(),
            Self::Tls(text) | Self::Refused(text) | Self::Connection(text) => text.clone(),
            Self::UnknownTarget { host, proxy } => {
                let proxy = proxy.as_ref().map_or_else(String::new, |proxy| {
                    format!(", or that of the proxy {proxy},")
                });
                format!("the name {host}{proxy} has no address (DNS)")
            }
            Self::ProxyStatus { proxy, status } => {
                let meaning = match status {
                    407 => "requires another user or password",
                    300..=399 => "requires a login, as in a browser",
                    400..=499 => "refuses the connection",
                    _ => "cannot reach the host",
                };
                format!("the proxy {proxy} answered with status {status}: it {meaning}")
            }
            Self::Through { proxy, error } => match &**error {
                Self::UnknownHost => format!("the name of the proxy {proxy} has no address (DNS)"),
                Self::Timeout => format!("{} through the proxy {proxy}", error.words()),
                error => format!("through the proxy {proxy}: {}", error.words()),
            },
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::UnknownHost => "check JIRA_SITE, and whether this agent resolves *.atlassian.net and api.atlassian.com, or needs HTTPS_PROXY".to_owned(),
            Self::Timeout | Self::Refused(_) | Self::Connection(_) => format!(
                "check that this agent may open connections to {HOSTS}, or needs HTTPS_PROXY"
            ),
            Self::UnknownIssuer => "a proxy that inspects TLS? Name the file of its CA certificate with --ca-file, or put it into the system's store or SSL_CERT_FILE".to_owned(),
            Self::Certificate { hint, .. } => (*hint).to_owned(),
            Self::Tls(_) => format!(
                "a firewall, a proxy or a login page of the network may be in the way: let it pass {HOSTS}, or check HTTPS_PROXY and NO_PROXY"
            ),
            Self::UnknownTarget { .. } => "socks5:// and socks4:// look names up on this machine: write socks5h:// or socks4a:// to have the proxy look them up".to_owned(),
            Self::ProxyStatus { status: 407, .. } => "put user and password into HTTPS_PROXY: http://USER:PASSWORD@host:port, with characters such as @ : / # % percent-encoded".to_owned(),
            Self::ProxyStatus { .. } => format!(
                "ask the owner of the proxy to let {HOSTS} through, or name these hosts in NO_PROXY if they can be reached directly"
            ),
            Self::Through { error, .. } if matches!(**error, Self::Tls(_)) => error.hint(),
            Self::Through { .. } => format!(
                "check HTTPS_PROXY and that the proxy lets {HOSTS} through; hosts in NO_PROXY are reached directly"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
