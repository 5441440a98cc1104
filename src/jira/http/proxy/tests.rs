use super::{PROTOCOLS, Proxies, Proxy};
use crate::error::FailureKind;
use crate::variables::Variables;

fn chosen(variables: &Variables, host: &str) -> Option<String> {
    let proxies = Proxies::read(variables).ok().unwrap();
    proxies.toward(host, 443).map(ToString::to_string)
}

#[test]
fn a_proxy_may_be_written_in_many_ways() {
    let cases = [
        (
            "http://proxy.example.com:3128",
            "http://proxy.example.com:3128",
        ),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy.example.com", "http://proxy.example.com:1080"),
        (" HTTP://Proxy:8080/ ", "http://proxy:8080"),
        ("https://proxy", "https://proxy:443"),
        ("https://proxy:8443/path?x", "https://proxy:8443"),
        ("socks5h://proxy", "socks5h://proxy:1080"),
        ("socks4a://10.0.0.1:9", "socks4a://10.0.0.1:9"),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
        ("[::1]", "http://[::1]:1080"),
        ("ci_1:pw@my_proxy:3128", "http://my_proxy:3128"),
    ];
    for (text, shown) in cases {
        let proxy = Proxy::parse(text, "HTTPS_PROXY");
        assert_eq!(
            proxy.map(|proxy| proxy.to_string()),
            Ok(shown.to_owned()),
            "{text}"
        );
    }
    for (name, _) in PROTOCOLS {
        let proxy = Proxy::parse(&format!("{name}://proxy:1"), "HTTPS_PROXY");
        assert_eq!(proxy.ok().unwrap().to_string(), format!("{name}://proxy:1"));
    }
}

#[test]
fn user_and_password_are_decoded() {
    let cases = [
        ("http://ci:secret@proxy", Some(("ci", "secret"))),
        ("ci:p%40ss%3Aw%2Frd%25@proxy:1", Some(("ci", "p@ss:w/rd%"))),
        ("http://CORP%5Cci:a:b@proxy", Some(("CORP\\ci", "a:b"))),
        ("http://CORP\\ci:a+b@proxy", Some(("CORP\\ci", "a+b"))),
        ("http://ci:p@ss@proxy", Some(("ci", "p@ss"))),
        ("http://ci@proxy", Some(("ci", ""))),
        ("http://:token@proxy", Some(("", "token"))),
        ("http://proxy", None),
    ];
    for (text, expected) in cases {
        let proxy = Proxy::parse(text, "HTTPS_PROXY").ok().unwrap();
        let account = proxy.account.as_ref();
        let found = account.map(|account| (account.user.as_str(), account.password.reveal()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_unusable_value_names_its_variable_and_not_its_password() {
    for value in [
        "http://ci:s3cret@",
        "http://ci:s3cret@proxy:x",
        "http://ci:s3cret@proxy:0",
        "http://ci:s3cret@proxy:70000",
        "http://ci:s3cret@proxy:",
        "http://ci:1/s3cret@proxy:3128",
        "http://ci:1#s3cret@proxy:3128",
        "ftp://ci:s3cret@proxy",
        "http://ci:s3cret%FF@proxy",
        "http://ci:s3cret%0A@proxy",
        "http://ci:s3cret@pro xy",
        "http://ci:s3cret@[::g]:1",
        "://s3cret",
    ] {
        let failure = Proxies::read(&Variables::from([("https_proxy", value)]));
        let failure = failure.err().unwrap();
        assert_eq!(failure.kind, FailureKind::Usage, "{value}");
        let lines = format!("{:?}", failure.lines());
        assert!(lines.contains("https_proxy cannot be used"), "{lines}");
        assert!(!lines.contains("s3cret"), "{lines}");
    }
}

#[test]
fn the_first_variable_that_is_set_wins() {
    let order = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    for (index, name) in order.iter().enumerate() {
        let set = order[index..].iter().map(|name| {
            let port = if *name == order[index] { 1 } else { 2 };
            (name.into(), format!("proxy:{port}").into())
        });
        let found = chosen(&Variables::new(set), "acme.atlassian.net");
        assert_eq!(found.as_deref(), Some("http://proxy:1"), "{name}");
    }
    for name in ["http_proxy", "HTTP_PROXY"] {
        let variables = Variables::from([(name, "proxy:1")]);
        assert_eq!(Proxies::read(&variables).ok().unwrap().notes().len(), 1);
        assert_eq!(chosen(&variables, "acme.atlassian.net"), None);
    }
    let blank = Variables::from([("https_proxy", ""), ("HTTPS_PROXY", "proxy:1")]);
    assert!(chosen(&blank, "acme.atlassian.net").is_some());
}

#[test]
fn some_hosts_are_reached_directly() {
    let direct = |name, list, host| {
        let variables = Variables::from([("HTTPS_PROXY", "proxy:1"), (name, list)]);
        chosen(&variables, host).is_none()
    };
    assert!(!direct("NO_PROXY", "example.com", "acme.atlassian.net"));
    assert!(direct("NO_PROXY", "atlassian.net", "acme.atlassian.net"));
    assert!(direct("no_proxy", "atlassian.net", "acme.atlassian.net"));
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        assert!(direct("NO_PROXY", "", host), "{host}");
    }
    let both = Variables::from([
        ("HTTPS_PROXY", "proxy:1"),
        ("NO_PROXY", "*"),
        ("no_proxy", "example.com"),
    ]);
    assert!(chosen(&both, "acme.atlassian.net").is_some());
}

#[test]
fn notes_tell_the_proxy_without_its_account() {
    let variables = Variables::from([
        ("all_proxy", "ci:s3cret@proxy:1"),
        ("NO_PROXY", "example.com,10.*"),
    ]);
    let proxies = Proxies::read(&variables).ok().unwrap();
    let notes = proxies.notes().join("\n");
    assert!(
        notes.contains("http://proxy:1 is the proxy (all_proxy)"),
        "{notes}"
    );
    assert!(notes.contains("\"10.*\""), "{notes}");
    assert!(
        !notes.contains("s3cret") && !notes.contains("ci:"),
        "{notes}"
    );
    let secrets = proxies.proxy().unwrap().secrets();
    assert!(secrets.iter().all(|secret| secret.reveal() == "s3cret"));
}
