//! One way to a host: through a proxy or not, with the certificates that are trusted on it. Nothing of it is made or read
//! before the first request that takes it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};

use super::connector::OneConfiguration;
use super::crypto_provider;
use super::names::Names;
use super::roots::Roots;
use crate::jira::PRODUCT;

/// Longest time for a name look-up, and for a connection with its TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Room for what is sent and received at a time, in bytes: most requests and answers fit.
const BUFFER: usize = 16 * 1024;

pub(super) struct Way {
    proxy: Option<ureq::Proxy>,
    roots: Arc<Roots>,
    agent: OnceLock<ureq::Agent>,
    /// Where nothing is encrypted.
    plain: OnceLock<ureq::Agent>,
}

impl Way {
    pub(super) fn new(proxy: Option<ureq::Proxy>, roots: Arc<Roots>) -> Self {
        Self {
            proxy,
            roots,
            agent: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// Whether it trusts the certificates that come with the program.
    pub(super) fn is_bundled(&self) -> bool {
        self.roots.are_bundled()
    }

    /// What asks this address. No certificate is read where none is asked for.
    pub(super) fn agent(&self, url: &str) -> &ureq::Agent {
        if self.proxy.is_none() && url.starts_with("http:") {
            return self.plain.get_or_init(|| self.trusting(RootCerts::WebPki));
        }
        self.agent
            .get_or_init(|| self.trusting(self.roots.read().clone()))
    }

    fn trusting(&self, roots: RootCerts) -> ureq::Agent {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(crypto_provider::shared())
            .root_certs(roots)
            .build();
        let config = ureq::Agent::config_builder()
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
            .proxy(self.proxy.clone())
            .tls_config(tls)
            .build();
        ureq::Agent::with_parts(config, OneConfiguration::default(), Names)
    }
}
