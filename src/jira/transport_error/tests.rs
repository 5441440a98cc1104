use super::{CertificateProblem, ProxyProblem, Retry, TransportError};

fn through(problem: ProxyProblem) -> TransportError {
    let proxy = "http://proxy:3128".to_owned();
    TransportError::Proxy { proxy, problem }
}

/// Error, part of its words, part of its hint, how it is tried again.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_error_has_words_and_a_hint_of_its_own() {
    let time = |text: &str| Some(text.parse().unwrap());
    let certificate = TransportError::Certificate;
    let cases = [
        (TransportError::UnknownHost, "DNS", "JIRA_SITE", Retry::Once),
        (
            TransportError::Timeout,
            "in time",
            "HTTPS_PROXY",
            Retry::Backoff,
        ),
        (
            TransportError::Refused("refused".to_owned()),
            "refused",
            ":443",
            Retry::Once,
        ),
        (
            TransportError::Connection("reset".to_owned()),
            "reset",
            ":443",
            Retry::Backoff,
        ),
        (
            TransportError::Tls("no TLS".to_owned()),
            "no TLS",
            "firewall",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::UnknownIssuer),
            "issuer",
            "--ca-file",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::Expired {
                until: time("2025-01-01T00:00:00Z"),
                now: None,
            }),
            "valid until 2025-01-01",
            "clock",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::NotYetValid {
                from: None,
                now: time("2025-01-01T00:00:00Z"),
            }),
            "clock here says 2025-01-01",
            "set the clock",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::WrongName {
                wanted: Some("a.example".to_owned()),
                named: vec!["b.example".to_owned(), "c.example".to_owned()],
            }),
            "not for a.example but for b.example, c.example",
            "login page",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::CaAsServer),
            "certificate authority",
            "CA:FALSE",
            Retry::Never,
        ),
        (
            certificate(CertificateProblem::Other("revoked".to_owned())),
            "revoked",
            "inspects",
            Retry::Never,
        ),
        (
            through(ProxyProblem::Status(407)),
            "user",
            "USER:PASSWORD",
            Retry::Never,
        ),
        (
            through(ProxyProblem::Status(302)),
            "login",
            "owner",
            Retry::Never,
        ),
        (
            through(ProxyProblem::Status(403)),
            "it refuses the connection",
            "owner",
            Retry::Never,
        ),
        (
            through(ProxyProblem::Status(502)),
            "reach the host",
            "owner",
            Retry::Backoff,
        ),
        (
            through(ProxyProblem::UnknownHost),
            "DNS",
            "HTTPS_PROXY",
            Retry::Once,
        ),
        (
            through(ProxyProblem::UnknownTarget {
                host: "a.example".to_owned(),
                or_proxy: false,
            }),
            "the name a.example has no address",
            "socks5h://",
            Retry::Once,
        ),
        (
            through(ProxyProblem::UnknownTarget {
                host: "a.example".to_owned(),
                or_proxy: true,
            }),
            "the name a.example, or that of the proxy http://proxy:3128, has no address",
            "socks4a://",
            Retry::Once,
        ),
        (
            through(ProxyProblem::Refused("refused".to_owned())),
            "http://proxy:3128: refused",
            "NO_PROXY",
            Retry::Once,
        ),
        (
            through(ProxyProblem::Timeout),
            "in time",
            "HTTPS_PROXY",
            Retry::Backoff,
        ),
        (
            through(ProxyProblem::Connection("reset".to_owned())),
            "http://proxy:3128: reset",
            "NO_PROXY",
            Retry::Backoff,
        ),
    ];
    for (error, words, hint, again) in cases {
        assert!(error.words().contains(words), "{}", error.words());
        assert!(error.hint().contains(hint), "{words}: {}", error.hint());
        assert_eq!(error.retry(), again, "{words}");
    }
}

#[test]
fn a_certificate_of_many_names_shows_a_few() {
    let named = ["a", "b", "c", "d", "e"].map(ToOwned::to_owned).to_vec();
    let wanted = Some("x".to_owned());
    let error = TransportError::Certificate(CertificateProblem::WrongName { wanted, named });
    assert!(
        error
            .words()
            .ends_with("not for x but for a, b, c and 2 others")
    );
}
