//! The ways to hosts with some certificates that are trusted, through the proxy and past it. Nothing of them is made or
//! read before the first request that takes one.

use std::sync::OnceLock;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::connector::OneConfiguration;
use super::crypto_provider;
use super::names::Names;
use super::roots::Source;
use crate::jira::PRODUCT;

/// Longest time for a name look-up, and for a connection with its TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Room for what is sent and received at a time, in bytes: most requests and answers fit.
const BUFFER: usize = 16 * 1024;

pub(super) struct Way {
    pub(super) roots: Source,
    proxy: Option<ureq::Proxy>,
    read: OnceLock<RootCerts>,
    direct: OnceLock<Agent>,
    proxied: OnceLock<Agent>,
    /// Where nothing is encrypted.
    plain: OnceLock<Agent>,
}

impl Way {
    pub(super) fn new(roots: Source, proxy: Option<ureq::Proxy>) -> Self {
        Self {
            roots,
            proxy,
            read: OnceLock::new(),
            direct: OnceLock::new(),
            proxied: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// What asks this address, through the proxy or not. No certificate is read where none is asked for.
    pub(super) fn agent(&self, url: &str, is_proxied: bool) -> &Agent {
        let roots = || self.read.get_or_init(|| self.roots.read()).clone();
        if is_proxied {
            let made = || agent(roots(), self.proxy.clone());
            self.proxied.get_or_init(made)
        } else if url.starts_with("http:") {
            self.plain.get_or_init(|| agent(RootCerts::WebPki, None))
        } else {
            self.direct.get_or_init(|| agent(roots(), None))
        }
    }
}

fn agent(roots: RootCerts, proxy: Option<ureq::Proxy>) -> Agent {
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(crypto_provider::shared())
        .root_certs(roots)
        .build();
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(PRODUCT)
        .accept("application/json")
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER)
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        // Never from the environment: the crate's own rules for its variables are not curl's.
        .proxy(proxy)
        .tls_config(tls)
        .build();
    Agent::with_parts(config, OneConfiguration::default(), Names)
}
