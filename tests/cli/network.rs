//! Proxies between the agent and Jira.

use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};

use crate::peers::{Behaviour, Peer, ProxyDouble, Wish};
use crate::support::Agent;
use crate::tls::{Authority, BUILD, NAME, Server, assert_unreachable, port_of};

/// A Jira that only a proxy reaches.
struct Company {
    jira: Sandbox,
    authority: Authority,
    front: Peer,
}

impl Company {
    fn new() -> Self {
        let (jira, authority) = (Sandbox::start(), Authority::new());
        let front = authority.front(&jira);
        Self {
            jira,
            authority,
            front,
        }
    }

    fn agent(&self, variable: &str, proxy: &str) -> Agent {
        let mut agent = self.authority.agent(&self.jira, NAME, self.front.port);
        agent.set(variable, proxy);
        agent
    }

    fn proxy(&self) -> ProxyDouble {
        ProxyDouble::start(Behaviour::Tunnel(self.front.port))
    }

    fn target(&self) -> String {
        format!("{NAME}:{}", self.front.port)
    }
}

#[test]
fn every_way_to_name_a_proxy_works() {
    let company = Company::new();
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        for scheme in ["http://", "", "HTTP://"] {
            let proxy = company.proxy();
            let run = company
                .agent(name, &format!("{scheme}127.0.0.1:{}", proxy.port))
                .run(&BUILD);
            assert_eq!(run.code, 0, "{name} {scheme}: {}", run.stderr);
            let wish = Wish {
                target: company.target(),
                account: None,
            };
            // One for the look-up, one for token and submission.
            assert_eq!(proxy.wishes(), [wish.clone(), wish]);
        }
    }
}

#[test]
fn the_account_reaches_the_proxy_and_nobody_else() {
    let company = Company::new();
    let proxy = company.proxy();
    let address = format!(
        "http://build-agent:p%40ss%2Fw0rd%21@127.0.0.1:{}",
        proxy.port
    );
    for options in [&["-v"][..], &["-v", "--format=json"], &["-v", "--budget=2"]] {
        let refuse = options.contains(&"--budget=2");
        if refuse {
            company.jira.fail(Endpoint::Token, Fault::status(503));
        }
        let run = company
            .agent("HTTPS_PROXY", &address)
            .run(&[&BUILD[..], options].concat());
        assert_eq!(run.code, if refuse { 4 } else { 0 }, "{}", run.stderr);
        assert!(
            run.stderr.contains("is the proxy (HTTPS_PROXY)"),
            "{}",
            run.stderr
        );
        // printf '%s' 'build-agent:p@ss/w0rd!' | base64
        let basic = "YnVpbGQtYWdlbnQ6cEBzcy93MHJkIQ==";
        let wishes = proxy.wishes();
        let account = wishes.last().unwrap().account.as_deref();
        assert_eq!(account, Some(format!("Basic {basic}").as_str()));
        for form in ["p@ss/w0rd!", "p%40ss", "w0rd", basic, "cEBzcy93MHJk"] {
            let shown = run.stdout.contains(form) || run.stderr.contains(form);
            assert!(!shown, "{form}: {}{}", run.stdout, run.stderr);
        }
    }
    for request in company.jira.requests() {
        assert_eq!(request.header("proxy-authorization"), None);
    }
}

#[test]
fn proxies_may_speak_tls_and_socks() {
    let company = Company::new();
    let behind = company.proxy();
    let tls = company
        .authority
        .try_front(behind.port, &Server::default())
        .unwrap();
    let socks = ProxyDouble::socks(company.front.port);
    for (scheme, port, proxy) in [
        ("https", tls.port, &behind),
        ("socks5h", socks.port, &socks),
    ] {
        let run = company
            .agent(
                "ALL_PROXY",
                &format!("{scheme}://ci:secret@localhost:{port}"),
            )
            .run(&BUILD);
        assert_eq!(run.code, 0, "{scheme}: {}", run.stderr);
        let wishes = proxy.wishes();
        assert!(wishes.iter().all(|wish| wish.target == company.target()));
        let account = wishes[0].account.as_deref();
        // printf ci:secret | base64
        assert!(
            matches!(account, Some("Basic Y2k6c2VjcmV0" | "ci:secret")),
            "{account:?}"
        );
    }
}

#[test]
fn this_machine_and_no_proxy_are_reached_directly() {
    let company = Company::new();
    let proxy = ProxyDouble::start(Behaviour::Close);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    for host in ["localhost", "127.0.0.1"] {
        let mut agent = company
            .authority
            .agent(&company.jira, host, company.front.port);
        let run = agent.set("HTTPS_PROXY", &address).run(&BUILD);
        assert_eq!(run.code, 0, "{host}: {}", run.stderr);
        let plain = agent
            .set("JIRA_SITE", company.jira.url())
            .set("JIRA_API_URL", company.jira.url())
            .set("http_proxy", &address)
            .run(&BUILD);
        assert_eq!(plain.code, 0, "{}", plain.stderr);
    }
    // Nobody but the proxy knows the name.
    let mut agent = company.agent("HTTPS_PROXY", &address);
    agent.set("NO_PROXY", "10.0.0.0/8, .test");
    let run = agent.run(&[&BUILD[..], &["--budget=1"]].concat());
    assert_unreachable(&run, "DNS", "HTTPS_PROXY");
    assert_eq!(proxy.wishes(), []);
}

#[test]
fn an_unusable_proxy_loses_nothing_and_shows_no_password() {
    let company = Company::new();
    for value in [
        "http://ci:s3cret@proxy:port",
        "gopher://ci:s3cret@proxy",
        "http://ci:1/s3cret@proxy:3128",
    ] {
        let agent = company.agent("https_proxy", value);
        let run = agent.run(&[&BUILD[..], &["-v", "--format=json"]].concat());
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(run.stderr.contains("caused by: https_proxy cannot be used"));
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
        assert!(!run.stderr.contains("s3cret") && !run.stdout.contains("s3cret"));
        assert_eq!(run.json()["outcome"], "unreachable");
        assert!(!agent.waiting()[0].to_string().contains("s3cret"));
        let run = agent.run(&["build", "--dry-run"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

#[test]
fn every_bad_proxy_is_told_within_the_budget() {
    const PORTAL: &str = "HTTP/1.1 302 Found\r\nLocation: http://portal.test/\r\n\r\n<html>";
    let cases = [
        (
            Behaviour::Answer(
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
            ),
            "status 407",
            "USER:PASSWORD",
        ),
        (
            Behaviour::Answer("HTTP/1.1 403 Forbidden\r\n\r\n"),
            "it refuses the connection",
            "owner",
        ),
        (
            Behaviour::Answer("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
            "reach the host",
            "owner",
        ),
        (Behaviour::Answer(PORTAL), "login", "owner"),
        (
            Behaviour::Answer("220 mail.test ready\r\n"),
            "does not speak HTTP",
            "HTTPS_PROXY",
        ),
        (Behaviour::Page, "does not speak TLS", "login page"),
        (Behaviour::Close, "through the proxy", "HTTPS_PROXY"),
        (Behaviour::CutTls, "through the proxy", "HTTPS_PROXY"),
        (
            Behaviour::Hang,
            "no answer in time through the proxy",
            "HTTPS_PROXY",
        ),
        (
            Behaviour::Drip,
            "no answer in time through the proxy",
            "HTTPS_PROXY",
        ),
    ];
    let company = &Company::new();
    std::thread::scope(|scope| {
        for (behaviour, words, hint) in cases {
            scope.spawn(move || {
                let proxy = ProxyDouble::start(behaviour);
                let address = format!("http://ci:s3cret@127.0.0.1:{}", proxy.port);
                let agent = company.agent("HTTPS_PROXY", &address);
                let begin = Instant::now();
                let run = agent.run(&[&BUILD[..], &["--budget=4", "-v"]].concat());
                let took = begin.elapsed();
                assert_unreachable(&run, words, hint);
                assert!(took < Duration::from_secs(15), "{words}: {took:?}");
                assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
                let named = format!("http://127.0.0.1:{}", proxy.port);
                assert!(run.stderr.contains(&named), "{}", run.stderr);
            });
        }
    });
    assert!(company.jira.requests().is_empty());
}

#[test]
fn a_proxy_that_is_not_there_is_told() {
    let company = Company::new();
    let nobody = port_of(&Sandbox::start());
    let refused = format!("http://127.0.0.1:{nobody}");
    let socks = format!("socks5://127.0.0.1:{nobody}");
    for (proxy, words, hint) in [
        (
            refused.as_str(),
            "the connection was refused",
            "HTTPS_PROXY",
        ),
        (
            "http://proxy.invalid:3128",
            "the name of the proxy http://proxy.invalid:3128",
            "HTTPS_PROXY",
        ),
        (
            socks.as_str(),
            "the name jira.test has no address",
            "socks5h://",
        ),
    ] {
        let run = company.agent("HTTPS_PROXY", proxy).run(&BUILD);
        assert_unreachable(&run, words, hint);
    }
}
