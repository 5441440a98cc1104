//! From the errors of the HTTP and TLS crates to ours. `network.rs` knows no others.

use std::io::ErrorKind;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::TransportError;
use super::proxy::Proxy;
use crate::domain::timestamp::Timestamp;
use crate::error::plain;

/// What Windows answers when a name has no address: its numbers from `WSAHOST_NOT_FOUND` to `WSANO_DATA`.
const NAME_NOT_FOUND: std::ops::RangeInclusive<i32> = 11_001..=11_004;

/// Windows' number for a chain that leads to no root that is trusted (`CERT_E_CHAINING`).
const NO_CHAIN: &str = "(os error -2146762486)";

/// The TLS crate's word for a server that shows the certificate of an authority.
const CA_AS_SERVER: &str = "CaUsedAsEndEntity";

/// Most names of a certificate that are shown.
const MAX_NAMES: usize = 3;

/// Whether the certificate of the server leads to none of these roots, or the machine has none of its own. The platform
/// verifier says the latter only in a text.
pub(super) fn lacks_roots(error: &ureq::Error) -> bool {
    without_proxy(error) == TransportError::UnknownIssuer
        || error.to_string().contains("No CA certificates were loaded")
}

/// The error of a request to this host that took this way.
pub(super) fn transport_error(
    error: &ureq::Error,
    host: &str,
    proxy: Option<&Proxy>,
) -> TransportError {
    let plain = without_proxy(error);
    let Some(proxy) = proxy else {
        return plain;
    };
    let name = proxy.to_string();
    match (plain, error) {
        (plain @ (TransportError::UnknownIssuer | TransportError::Certificate { .. }), _) => plain,
        // The HTTP crate looks up the host first.
        (TransportError::UnknownHost, _) if proxy.looks_up_here() => {
            TransportError::UnknownTarget {
                host: host.to_owned(),
                proxy: (!proxy.has_address()).then_some(name),
            }
        }
        (_, ureq::Error::ConnectProxyFailed(text)) => refusal(name, text),
        (plain, _) => through(name, plain),
    }
}

fn through(proxy: String, error: TransportError) -> TransportError {
    let error = Box::new(error);
    TransportError::Through { proxy, error }
}

/// `proxy server responded 407/407`
fn refusal(proxy: String, text: &str) -> TransportError {
    let mut numbers = text.split(|character: char| !character.is_ascii_digit());
    match numbers.find_map(|number| number.parse().ok()) {
        Some(status) => TransportError::ProxyStatus { proxy, status },
        None => through(
            proxy,
            TransportError::Connection("the connection was closed without an answer".to_owned()),
        ),
    }
}

fn without_proxy(error: &ureq::Error) -> TransportError {
    match error {
        ureq::Error::HostNotFound => TransportError::UnknownHost,
        ureq::Error::Timeout(_) => TransportError::Timeout,
        ureq::Error::Rustls(error) => tls_error(error),
        ureq::Error::Tls(_) | ureq::Error::Pem(_) => TransportError::Tls(error.to_string()),
        ureq::Error::Io(error) => io_error(error),
        ureq::Error::Protocol(error) => {
            TransportError::Connection(format!("the server does not speak HTTP: {error}"))
        }
        other => TransportError::Connection(other.to_string()),
    }
}

/// The HTTP crate hides TLS and time-outs in input/output errors when they come up within a read.
fn io_error(error: &std::io::Error) -> TransportError {
    if let Some(inner) = error.get_ref() {
        if let Some(inner) = inner.downcast_ref::<ureq::Error>() {
            return without_proxy(inner);
        }
        if let Some(inner) = inner.downcast_ref::<rustls::Error>() {
            return tls_error(inner);
        }
    }
    let text = error.to_string();
    let words = match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => return TransportError::Timeout,
        // The standard library has no kind for this.
        _ if text.starts_with("failed to lookup address")
            || matches!(error.raw_os_error(), Some(number) if NAME_NOT_FOUND.contains(&number)) =>
        {
            return TransportError::UnknownHost;
        }
        ErrorKind::ConnectionRefused => {
            return TransportError::Refused("the connection was refused".to_owned());
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            return TransportError::Refused("this network has no route to the host".to_owned());
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was reset"
        }
        ErrorKind::UnexpectedEof => "the connection was closed before there was an answer",
        _ => return TransportError::Connection(plain(text)),
    };
    TransportError::Connection(words.to_owned())
}

fn tls_error(error: &rustls::Error) -> TransportError {
    let words = match error {
        rustls::Error::InvalidCertificate(error) => {
            return certificate_error(error);
        }
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => "the server does not speak TLS".to_owned(),
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(_) => {
            format!("the server supports neither TLS 1.2 nor 1.3: {error}")
        }
        rustls::Error::AlertReceived(alert) => {
            format!("the server ended TLS with the alert {alert:?}")
        }
        other => format!("TLS failed: {other}"),
    };
    TransportError::Tls(words)
}

fn certificate_error(error: &CertificateError) -> TransportError {
    let moment = |label: &str, time: &UnixTime| {
        let milliseconds = i64::try_from(time.as_secs().saturating_mul(1_000));
        milliseconds.map_or_else(
            |_| String::new(),
            |time| format!("{label}{}", Timestamp::from_millisecond(time)),
        )
    };
    let now = |now| moment("; the clock here says ", now);
    let (words, hint) = match error {
        // An issuer of a known name with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            return TransportError::UnknownIssuer;
        }
        CertificateError::Expired => (" has expired".to_owned(), EXPIRED),
        CertificateError::ExpiredContext { time, not_after } => {
            let until = moment(": it was valid until ", not_after);
            (format!(" has expired{until}{}", now(time)), EXPIRED)
        }
        CertificateError::NotValidYet => (" is not valid yet".to_owned(), NOT_YET_VALID),
        CertificateError::NotValidYetContext { time, not_before } => {
            let from = moment(": it is valid from ", not_before);
            (
                format!(" is not valid yet{from}{}", now(time)),
                NOT_YET_VALID,
            )
        }
        CertificateError::NotValidForName => (
            " is not for this host but for nobody".to_owned(),
            WRONG_NAME,
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let (wanted, named) = (expected.to_str(), names(presented));
            (format!(" is not for {wanted} but for {named}"), WRONG_NAME)
        }
        // What the system's verifier has no kind for is in its text.
        CertificateError::Other(other) => {
            let text = other.0.to_string();
            if text.contains(NO_CHAIN) {
                return TransportError::UnknownIssuer;
            }
            if text.contains(CA_AS_SERVER) {
                let words = format!(" is that of a certificate authority ({CA_AS_SERVER})");
                (words, OF_AUTHORITY)
            } else {
                (format!(": {text}"), NOT_ACCEPTED)
            }
        }
        other => (format!(": {other}"), NOT_ACCEPTED),
    };
    TransportError::Certificate {
        words: format!("the certificate of the server{words}"),
        hint,
    }
}

const EXPIRED: &str = "is the clock of this machine right? If so, the server, or the proxy that answers in its place, needs a new certificate";
const NOT_YET_VALID: &str = "set the clock of this machine: it seems to be slow";
const WRONG_NAME: &str =
    "check the address; a proxy or a login page of the network may be answering in Jira's place";
const OF_AUTHORITY: &str = "give the server a certificate of its own, without CA:TRUE (openssl req -x509 -addext basicConstraints=CA:FALSE), and name that file with --ca-file; or one that your CA has signed";
const NOT_ACCEPTED: &str =
    "a proxy that inspects TLS? Its owner has to make certificates that Jira's clients accept";

/// The names in a certificate: `DnsName("a.example")` as `a.example`.
fn names(shown: &[String]) -> String {
    let plain = shown.iter().map(|name| {
        let inside = name
            .split_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(')'));
        inside.unwrap_or(name).trim_matches('"')
    });
    let plain: Vec<&str> = plain.collect();
    match plain.split_at_checked(MAX_NAMES) {
        _ if plain.is_empty() => "nobody".to_owned(),
        Some((first, others @ [_, ..])) => {
            format!("{} and {} others", first.join(", "), others.len())
        }
        _ => plain.join(", "),
    }
}

#[cfg(test)]
mod tests;
