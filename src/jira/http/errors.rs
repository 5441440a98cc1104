//! From the errors of the HTTP and TLS crates to ours. `network.rs` knows no others.

use std::io::ErrorKind;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::TransportError;
use super::proxy::Proxy;
use crate::domain::timestamp::Timestamp;
use crate::error::plain;
use crate::jira::transport_error::{CertificateProblem, ProxyProblem};

/// What Windows answers when a name has no address: its numbers from `WSAHOST_NOT_FOUND` to `WSANO_DATA`.
const NAME_NOT_FOUND: std::ops::RangeInclusive<i32> = 11_001..=11_004;

/// Windows' number for a chain that leads to no root that is trusted (`CERT_E_CHAINING`).
const NO_CHAIN: &str = "(os error -2146762486)";

/// The TLS crate's word for a server that shows the certificate of an authority.
const CA_AS_SERVER: &str = "CaUsedAsEndEntity";

/// The machine has no certificates of its own. The platform verifier says this only in a text.
pub(super) fn has_no_roots(error: &ureq::Error) -> bool {
    error.to_string().contains("No CA certificates were loaded")
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
    let problem = match plain {
        TransportError::Certificate(_) => return plain,
        TransportError::Tls(text) => {
            return TransportError::Tls(format!("through the proxy {proxy}: {text}"));
        }
        // The HTTP crate looks up the host first.
        TransportError::UnknownHost if proxy.protocol.looks_up_here() => {
            ProxyProblem::UnknownTarget {
                host: host.to_owned(),
                or_proxy: !proxy.has_address(),
            }
        }
        TransportError::UnknownHost => ProxyProblem::UnknownHost,
        TransportError::Timeout => ProxyProblem::Timeout,
        TransportError::Refused(text) => ProxyProblem::Refused(text),
        TransportError::Connection(text) => match error {
            ureq::Error::ConnectProxyFailed(text) => refusal(text),
            _ => ProxyProblem::Connection(text),
        },
        TransportError::Proxy { problem, .. } => problem,
    };
    let proxy = proxy.to_string();
    TransportError::Proxy { proxy, problem }
}

/// `proxy server responded 407/407`
fn refusal(text: &str) -> ProxyProblem {
    let mut numbers = text.split(|character: char| !character.is_ascii_digit());
    let status = numbers.find_map(|number| number.parse().ok());
    status.map_or_else(
        || ProxyProblem::Connection("the connection was closed without an answer".to_owned()),
        ProxyProblem::Status,
    )
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
            return TransportError::Certificate(certificate_problem(error));
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

fn certificate_problem(error: &CertificateError) -> CertificateProblem {
    let time = |time: &UnixTime| {
        let milliseconds = time.as_secs().saturating_mul(1_000);
        let milliseconds = i64::try_from(milliseconds).ok();
        milliseconds.map(Timestamp::from_millisecond)
    };
    match error {
        // An issuer of a known name with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            CertificateProblem::UnknownIssuer
        }
        CertificateError::Expired => CertificateProblem::Expired {
            until: None,
            now: None,
        },
        CertificateError::ExpiredContext {
            time: now,
            not_after,
        } => CertificateProblem::Expired {
            until: time(not_after),
            now: time(now),
        },
        CertificateError::NotValidYet => CertificateProblem::NotYetValid {
            from: None,
            now: None,
        },
        CertificateError::NotValidYetContext {
            time: now,
            not_before,
        } => CertificateProblem::NotYetValid {
            from: time(not_before),
            now: time(now),
        },
        CertificateError::NotValidForName => CertificateProblem::WrongName {
            wanted: None,
            named: Vec::new(),
        },
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => CertificateProblem::WrongName {
            wanted: Some(expected.to_str().into_owned()),
            named: presented.iter().map(|name| plain_name(name)).collect(),
        },
        // What the system's verifier has no kind for is in its text.
        CertificateError::Other(other) => {
            let text = other.0.to_string();
            if text.contains(NO_CHAIN) {
                return CertificateProblem::UnknownIssuer;
            }
            if text.contains(CA_AS_SERVER) {
                return CertificateProblem::CaAsServer;
            }
            CertificateProblem::Other(format!("the certificate of the server: {text}"))
        }
        other => CertificateProblem::Other(format!("the certificate of the server: {other}")),
    }
}

/// `DnsName("a.example")` as `a.example`.
fn plain_name(shown: &str) -> String {
    let inside = shown
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(shown).trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::sync::Arc;

    use super::{
        CertificateError, CertificateProblem, ProxyProblem, TransportError, certificate_problem,
        io_error, plain_name, refusal,
    };

    #[test]
    fn errors_hidden_in_others_are_found() {
        let timeout = ureq::Error::Timeout(ureq::Timeout::Global);
        let connection = |words: &str| TransportError::Connection(words.to_owned());
        let cases = [
            (Error::other(timeout), TransportError::Timeout),
            (Error::from(ErrorKind::TimedOut), TransportError::Timeout),
            (
                Error::other("failed to lookup address information: x"),
                TransportError::UnknownHost,
            ),
            (
                Error::from(ErrorKind::ConnectionRefused),
                TransportError::Refused("the connection was refused".to_owned()),
            ),
            (
                Error::from(ErrorKind::NetworkUnreachable),
                TransportError::Refused("this network has no route to the host".to_owned()),
            ),
            (
                Error::from(ErrorKind::ConnectionReset),
                connection("the connection was reset"),
            ),
            (
                Error::from_raw_os_error(11_001),
                TransportError::UnknownHost,
            ),
            (Error::other("odd"), connection("odd")),
        ];
        for (error, expected) in cases {
            assert_eq!(io_error(&error), expected);
        }
        let inner = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let found = io_error(&Error::new(ErrorKind::InvalidData, inner));
        assert!(matches!(found, TransportError::Certificate(_)), "{found:?}");
    }

    #[test]
    fn what_the_systems_verifier_says_is_told() {
        let problem = |text: &str| {
            let other = rustls::OtherError(Arc::new(Error::other(text.to_owned())));
            certificate_problem(&CertificateError::Other(other))
        };
        assert_eq!(
            problem("A certificate chain could not be built. (os error -2146762486)"),
            CertificateProblem::UnknownIssuer
        );
        assert_eq!(problem("CaUsedAsEndEntity"), CertificateProblem::CaAsServer);
        assert_eq!(
            problem("weak (os error -1)"),
            CertificateProblem::Other("the certificate of the server: weak (os error -1)".into())
        );
    }

    #[test]
    fn the_words_of_the_crates_are_read() {
        let status = ProxyProblem::Status(407);
        assert_eq!(refusal("proxy server responded 407/407"), status);
        let closed = refusal("proxy server did not respond");
        assert!(matches!(closed, ProxyProblem::Connection(_)));
        assert_eq!(plain_name("DnsName(\"a.example\")"), "a.example");
        assert_eq!(plain_name("a.example"), "a.example");
    }
}
