use super::{Retry, TransportError};

const PROXY: &str = "http://proxy:3128";

fn through(error: TransportError) -> TransportError {
    TransportError::Through {
        proxy: PROXY.to_owned(),
        error: Box::new(error),
    }
}

fn status(status: u16) -> TransportError {
    let proxy = PROXY.to_owned();
    TransportError::ProxyStatus { proxy, status }
}

fn unknown_target(proxy: Option<&str>) -> TransportError {
    TransportError::UnknownTarget {
        host: "a.example".to_owned(),
        proxy: proxy.map(ToOwned::to_owned),
    }
}

/// Error, part of its words, part of its hint, how it is tried again.
#[test]
fn every_error_has_words_and_a_hint_of_its_own() {
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
            TransportError::UnknownIssuer,
            "issuer",
            "--ca-file",
            Retry::Never,
        ),
        (
            TransportError::Certificate {
                words: "revoked".to_owned(),
                hint: "ask",
            },
            "revoked",
            "ask",
            Retry::Never,
        ),
        (status(407), "user", "USER:PASSWORD", Retry::Never),
        (status(302), "login", "owner", Retry::Never),
        (
            status(403),
            "it refuses the connection",
            "owner",
            Retry::Never,
        ),
        (status(502), "reach the host", "owner", Retry::Backoff),
        (
            through(TransportError::UnknownHost),
            "DNS",
            "HTTPS_PROXY",
            Retry::Once,
        ),
        (
            unknown_target(None),
            "the name a.example has no address",
            "socks5h://",
            Retry::Once,
        ),
        (
            unknown_target(Some(PROXY)),
            "the name a.example, or that of the proxy http://proxy:3128, has no address",
            "socks4a://",
            Retry::Once,
        ),
        (
            through(TransportError::Refused("refused".to_owned())),
            "http://proxy:3128: refused",
            "NO_PROXY",
            Retry::Once,
        ),
        (
            through(TransportError::Timeout),
            "in time",
            "HTTPS_PROXY",
            Retry::Backoff,
        ),
        (
            through(TransportError::Connection("reset".to_owned())),
            "http://proxy:3128: reset",
            "NO_PROXY",
            Retry::Backoff,
        ),
        (
            through(TransportError::Tls("no TLS".to_owned())),
            "http://proxy:3128: no TLS",
            "firewall",
            Retry::Never,
        ),
    ];
    for (error, words, hint, again) in cases {
        assert!(error.words().contains(words), "{}", error.words());
        assert!(error.hint().contains(hint), "{words}: {}", error.hint());
        assert_eq!(error.retry(), again, "{words}");
    }
}
