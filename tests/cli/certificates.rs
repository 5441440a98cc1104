//! Whom the program trusts, and what it says when it does not.

use std::net::Ipv6Addr;
use std::time::{Duration, Instant};

use jira_sandbox::{Endpoint, Fault, Sandbox};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::peers::Peer;
use crate::tls::{Authority, BUILD, Server, assert_unreachable, port_of};

#[test]
fn token_and_submission_share_one_tls_connection_and_the_look_up_runs_beside() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let (site, api) = (authority.front(&jira), authority.front(&jira));
    let mut agent = authority.agent(&jira, "localhost", api.port);
    agent.set("JIRA_SITE", &format!("https://localhost:{}", site.port));
    let slow = Duration::from_secs(2);
    jira.fail(Endpoint::Token, Fault::SlowHeaders(slow));
    jira.fail(Endpoint::TenantInfo, Fault::SlowHeaders(slow));
    let begin = Instant::now();
    let run = agent.run(&BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(begin.elapsed() < slow * 2, "{:?}", begin.elapsed());
    assert_eq!((site.connections(), api.connections()), (1, 1));
    let connection = |endpoint| {
        let requests = jira.requests();
        let found = requests.iter().find(|request| request.endpoint == endpoint);
        found.unwrap().connection
    };
    assert_eq!(connection(Endpoint::Token), connection(Endpoint::Builds));
    assert_ne!(
        connection(Endpoint::Token),
        connection(Endpoint::TenantInfo)
    );
}

#[test]
fn both_versions_of_tls_work() {
    static ONE_EACH: [&[&SupportedProtocolVersion]; 2] = [&[&TLS12], &[&TLS13]];
    for versions in ONE_EACH {
        let jira = Sandbox::start();
        let authority = Authority::new();
        let server = Server {
            versions,
            ..Server::default()
        };
        let front = authority.try_front(port_of(&jira), &server).unwrap();
        let run = authority.agent(&jira, "localhost", front.port).run(&BUILD);
        assert_eq!(run.code, 0, "{versions:?}: {}", run.stderr);
    }
}

#[test]
fn addresses_may_stand_for_names() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let front = authority.front(&jira);
    let run = authority.agent(&jira, "127.0.0.1", front.port).run(&BUILD);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let server = Server {
        address: Ipv6Addr::LOCALHOST.into(),
        ..Server::default()
    };
    // Not every machine that runs tests has IPv6.
    if let Ok(front) = authority.try_front(port_of(&jira), &server) {
        let run = authority.agent(&jira, "[::1]", front.port).run(&BUILD);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

#[test]
fn certificates_may_be_named_in_three_ways() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let front = authority.front(&jira);
    let build = &BUILD[..2];
    for (name, value) in [
        ("SSL_CERT_FILE", "ca.pem"),
        ("SSL_CERT_DIR", "nowhere:certificates"),
        ("JIRA_SEND_CA_FILE", "ca.pem"),
    ] {
        let mut agent = authority.agent(&jira, "localhost", front.port);
        std::fs::create_dir(agent.path().join("certificates")).unwrap();
        agent.write("certificates/ours.pem", &authority.pem);
        agent.set(name, value);
        let run = agent.run(&[build, &["-v"]].concat());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(run.stderr.contains("1 certificates of "), "{}", run.stderr);
    }
    // What --ca-file names is trusted besides what the variable names, be it an older authority of the same name.
    let mut agent = authority.agent(&jira, "localhost", front.port);
    agent.write("other.pem", &Authority::new().pem);
    agent.set("SSL_CERT_FILE", "other.pem");
    assert_eq!(agent.run(&BUILD).code, 0);
    assert_unreachable(&agent.run(build), "issuer", "--ca-file");
}

#[test]
fn files_without_certificates_are_told_and_nothing_is_lost() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let front = authority.front(&jira);
    for (variable, value, option) in [
        ("SSL_CERT_FILE", "gone.pem", None),
        ("SSL_CERT_FILE", "empty.pem", None),
        ("SSL_CERT_DIR", "gone", None),
        ("--ca-file", "", Some("--ca-file=gone.pem")),
        ("--ca-file", "", Some("--ca-file=empty.pem")),
    ] {
        let mut agent = authority.agent(&jira, "localhost", front.port);
        agent.write("empty.pem", "# nothing\n");
        agent.set(variable, value);
        let options: Vec<_> = BUILD[..2].iter().copied().chain(option).collect();
        let run = agent.run(&options);
        assert_eq!(run.code, 4, "{value} {option:?}: {}", run.stderr);
        let cause = format!("caused by: {variable} cannot be used");
        assert!(run.stderr.contains(&cause), "{}", run.stderr);
        assert!(run.stderr.contains("hint: ") && run.stderr.contains("PEM"));
        assert_eq!(agent.waiting().len(), 1, "{}", run.stderr);
        let warned: Vec<_> = options.iter().copied().chain(["--on-error=warn"]).collect();
        assert_eq!(agent.run(&warned).code, 0);
        // What is not lost by it may be mended before it is tried again.
        let flush: Vec<_> = ["flush"].into_iter().chain(option).collect();
        assert_eq!(agent.run(&flush).code, 2);
        // What sends nothing needs no certificates.
        let dry: Vec<_> = options.into_iter().chain(["--dry-run"]).collect();
        assert_eq!(agent.run(&dry).code, 0);
    }
    assert!(jira.requests().is_empty());
}

#[test]
fn flags_wait_for_the_certificates_as_well() {
    let jira = Sandbox::start();
    let agent = crate::support::Agent::of("freestyle-no-scm").with_jira(&jira);
    let run = agent.run(&[
        "feature-flag",
        "--flag-id=cart",
        "--enabled",
        "--issue-keys=ABC-1",
        "--ca-file=gone.pem",
    ]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert_eq!(agent.waiting().len(), 1, "{}", run.stderr);
    assert_eq!(agent.run(&["flush"]).code, 0);
    assert_eq!(jira.submissions().len(), 1);
}

/// A store that cannot be read stands in for an image that has none.
#[test]
fn a_machine_without_certificates_has_those_of_the_program() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let front = authority.front(&jira);
    let mut agent = authority.agent(&jira, "localhost", front.port);
    agent.set("SSL_CERT_FILE", " ");
    let run = agent.run(&["build", "--state=SUCCESS", "-v"]);
    assert_unreachable(&run, "issuer", "--ca-file");
    let said = run.stderr.matches("this machine has no root certificates");
    assert_eq!(said.count(), 1, "{}", run.stderr);
    assert_eq!(agent.run(&BUILD).code, 0);
}

#[test]
fn every_bad_certificate_is_told_in_words() {
    let jira = Sandbox::start();
    let authority = Authority::new();
    let server = |names: &[&'static str], years| Server {
        names: names.to_vec(),
        years,
        ..Server::default()
    };
    let cases = [
        (
            server(&["localhost"], (2000, 2001)),
            "expired: it was valid until 2001-01-01",
            "clock",
        ),
        (
            server(&["localhost"], (3000, 3001)),
            "valid from 3000-01-01",
            "set the clock",
        ),
        (
            server(&["other.test", "10.0.0.1"], (2000, 4000)),
            "not for localhost but for other.test, 10.0.0.1",
            "login page",
        ),
        (
            Server {
                is_ca: true,
                ..Server::default()
            },
            "that of a certificate authority",
            "CA:FALSE",
        ),
    ];
    for (server, words, hint) in cases {
        let front = authority.try_front(port_of(&jira), &server).unwrap();
        let run = authority.agent(&jira, "localhost", front.port).run(&BUILD);
        assert_unreachable(&run, words, hint);
        assert_eq!(front.connections(), 2, "nothing is tried again");
    }
    let front = Authority::named("another").front(&jira);
    let run = authority.agent(&jira, "localhost", front.port).run(&BUILD);
    assert_unreachable(&run, "issuer that is not trusted", "--ca-file");
    assert!(jira.requests().is_empty());
}

#[test]
fn what_is_no_tls_is_told() {
    use std::io::{Read as _, Write as _};
    let jira = Sandbox::start();
    let authority = Authority::new();
    let closing = Peer::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    let run = authority.agent(&jira, "localhost", closing.port);
    let run = run.run(&[&BUILD[..], &["--budget=5"]].concat());
    assert_unreachable(&run, "the connection was", ":443");
    let page = Peer::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>");
    });
    let run = authority.agent(&jira, "localhost", page.port).run(&BUILD);
    assert_unreachable(&run, "does not speak TLS", "login page");
}
