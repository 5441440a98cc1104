//! A certificate authority of one's own, and servers with its certificates before the stand-in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use jira_sandbox::Sandbox;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::peers::{Peer, unwrap_tls};
use crate::support::{Agent, Run};

/// A name that only a proxy can look up.
pub(crate) const NAME: &str = "jira.test";

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A server's certificate and what TLS it speaks.
pub(crate) struct Server {
    pub(crate) names: Vec<&'static str>,
    /// First and last year.
    pub(crate) years: (i32, i32),
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) address: IpAddr,
    /// Whether its certificate is that of an authority.
    pub(crate) is_ca: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            names: vec!["localhost", NAME, "127.0.0.1", "::1"],
            years: (2000, 4000),
            versions: rustls::ALL_VERSIONS,
            address: Ipv4Addr::LOCALHOST.into(),
            is_ca: false,
        }
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(parameters, key),
            pem,
        }
    }

    /// The stand-in behind TLS.
    pub(crate) fn front(&self, jira: &Sandbox) -> Peer {
        self.try_front(port_of(jira), &Server::default()).unwrap()
    }

    /// A server that takes TLS off and passes the rest on.
    pub(crate) fn try_front(&self, port: u16, server: &Server) -> std::io::Result<Peer> {
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = server.names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.not_before = date_time_ymd(server.years.0, 1, 1);
        parameters.not_after = date_time_ymd(server.years.1, 1, 1);
        if server.is_ca {
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(server.versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        Peer::start_on(server.address, move |stream| {
            unwrap_tls(stream, config.clone(), port);
        })
    }

    /// An agent that trusts this authority by `--ca-file=ca.pem` and finds Jira at this address.
    pub(crate) fn agent(&self, jira: &Sandbox, host: &str, port: u16) -> Agent {
        let mut agent = Agent::of("multibranch-declarative-pull-request").with_jira(jira);
        agent.write("ca.pem", &self.pem);
        for name in ["JIRA_SITE", "JIRA_API_URL"] {
            agent.set(name, &format!("https://{host}:{port}"));
        }
        agent
    }
}

pub(crate) fn port_of(jira: &Sandbox) -> u16 {
    jira.url().rsplit_once(':').unwrap().1.parse().unwrap()
}

/// Sends a build and trusts the authority.
pub(crate) const BUILD: [&str; 3] = ["build", "--state=SUCCESS", "--ca-file=ca.pem"];

/// Exit code 4 with the three parts of an error.
pub(crate) fn assert_unreachable(run: &Run, words: &str, hint: &str) {
    let lines = &run.stderr;
    assert_eq!(run.code, 4, "{lines}");
    let said = |label: &str, words: &str| {
        let mut lines = lines.lines();
        lines.any(|line| line.starts_with(label) && line.contains(words))
    };
    assert!(said("error: ", " not sent to "), "{lines}");
    assert!(said("  caused by: ", words), "{words}: {lines}");
    assert!(said("hint: ", hint), "{hint}: {lines}");
}
