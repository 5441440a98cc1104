use std::io::{Error, ErrorKind};
use std::sync::Arc;

use rustls::pki_types::{ServerName, UnixTime};

use super::{CertificateError, TransportError, certificate_error, io_error, names, refusal};

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
    let inner = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let found = io_error(&Error::new(ErrorKind::InvalidData, inner));
    assert_eq!(found, TransportError::UnknownIssuer);
}

/// The error, the end of its words behind `the certificate of the server`, part of its hint.
#[test]
fn every_certificate_has_words_and_a_hint_of_its_own() {
    let time = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let (one, other) = (time(1_735_689_600), time(1_767_225_600));
    let names = |presented: &[&str]| CertificateError::NotValidForNameContext {
        expected: ServerName::try_from("a.example").unwrap(),
        presented: presented.iter().map(ToString::to_string).collect(),
    };
    let verifier = |text: &str| {
        let other = Arc::new(Error::other(text.to_owned()));
        CertificateError::Other(rustls::OtherError(other))
    };
    let cases = [
        (CertificateError::Expired, " has expired", "needs a new"),
        (
            CertificateError::ExpiredContext {
                time: other,
                not_after: one,
            },
            " has expired: it was valid until 2025-01-01T00:00:00.000Z; the clock here says 2026-01-01T00:00:00.000Z",
            "is the clock",
        ),
        (
            CertificateError::NotValidYet,
            " is not valid yet",
            "set the clock",
        ),
        (
            CertificateError::NotValidYetContext {
                time: one,
                not_before: other,
            },
            " is not valid yet: it is valid from 2026-01-01T00:00:00.000Z; the clock here says 2025-01-01T00:00:00.000Z",
            "set the clock",
        ),
        (
            CertificateError::ExpiredContext {
                time: time(u64::MAX),
                not_after: one,
            },
            " has expired: it was valid until 2025-01-01T00:00:00.000Z",
            "is the clock",
        ),
        (
            CertificateError::NotValidForName,
            " is not for this host but for nobody",
            "login page",
        ),
        (
            names(&["DnsName(\"b.example\")", "c.example"]),
            " is not for a.example but for b.example, c.example",
            "login page",
        ),
        (
            verifier("CaUsedAsEndEntity"),
            " is that of a certificate authority (CaUsedAsEndEntity)",
            "CA:FALSE",
        ),
        (
            verifier("weak (os error -1)"),
            ": weak (os error -1)",
            "inspects",
        ),
        (CertificateError::Revoked, ": Revoked", "inspects"),
    ];
    for (error, end, hint) in cases {
        let found = certificate_error(&error);
        let words = format!("the certificate of the server{end}");
        assert_eq!(found.words(), words);
        assert!(found.hint().contains(hint), "{words}: {}", found.hint());
        assert_eq!(found.retry(), crate::jira::transport_error::Retry::Never);
    }
    for unknown in [
        CertificateError::UnknownIssuer,
        CertificateError::BadSignature,
        verifier("A certificate chain could not be built. (os error -2146762486)"),
    ] {
        assert_eq!(certificate_error(&unknown), TransportError::UnknownIssuer);
    }
}

#[test]
fn the_words_of_the_crates_are_read() {
    let refusal = |text| refusal("http://proxy:3128".to_owned(), text);
    let found = refusal("proxy server responded 407/407");
    assert!(matches!(
        found,
        TransportError::ProxyStatus { status: 407, .. }
    ));
    assert_eq!(
        refusal("proxy server did not respond").words(),
        "through the proxy http://proxy:3128: the connection was closed without an answer"
    );
    let named = ["DnsName(\"a\")", "b", "c", "d", "e"].map(ToOwned::to_owned);
    for (count, expected) in [
        (0, "nobody"),
        (1, "a"),
        (3, "a, b, c"),
        (5, "a, b, c and 2 others"),
    ] {
        assert_eq!(names(&named[..count]), expected);
    }
}
