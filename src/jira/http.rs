//! The wire. The only file that names the HTTP crate.

use std::io::Read as _;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};

use super::PRODUCT;

/// Longest body that is read; what Jira answers to one request is far shorter.
const MAX_BODY: u64 = 4 * 1024 * 1024;

/// Longest time for a name look-up, and for a connection with its TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// One request. Redirects are never followed: a token belongs to one host.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    /// A GET without, a POST of JSON with a body.
    pub(crate) body: Option<&'a str>,
    /// The bearer token.
    pub(crate) token: Option<&'a str>,
}

impl Request<'_> {
    pub(crate) fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }
}

/// Any answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// At most [`MAX_BODY`] bytes; what is not UTF-8 is replaced.
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransportError {
    /// The host name has no address.
    UnknownHost,
    /// No answer in time.
    Timeout,
    /// The certificate is not trusted, or TLS failed otherwise.
    Tls(String),
    /// A proxy refused to connect.
    Proxy(String),
    /// Refused, cut off, or not HTTP.
    Connection(String),
}

/// Sends requests. Passed in, so that tests need no network.
pub(crate) trait Transport: Sync {
    /// # Errors
    /// When there is no whole answer within `timeout`.
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError>;
}

/// The real network. Connections are kept and used again.
pub(crate) struct Network {
    agent: ureq::Agent,
    /// For machines that have no certificates of their own, such as minimal container images.
    with_bundled_roots: ureq::Agent,
}

impl Network {
    pub(crate) fn new() -> Self {
        Self {
            agent: agent(RootCerts::PlatformVerifier),
            with_bundled_roots: agent(RootCerts::WebPki),
        }
    }
}

fn agent(roots: RootCerts) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(PRODUCT)
        .accept("application/json")
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build()
        .new_agent()
}

impl Transport for Network {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        match exchange(&self.agent, request, timeout) {
            Err(error) if has_no_roots(&error) => {
                exchange(&self.with_bundled_roots, request, timeout)
            }
            result => result,
        }
        .map_err(|error| transport_error(&error))
    }
}

fn exchange(
    agent: &ureq::Agent,
    request: Request<'_>,
    timeout: Duration,
) -> Result<Answer, ureq::Error> {
    let authorization = request.token.map(|token| format!("Bearer {token}"));
    let response = match request.body {
        None => {
            let mut get = agent.get(request.url);
            if let Some(value) = &authorization {
                get = get.header("Authorization", value);
            }
            get.config().timeout_global(Some(timeout)).build().call()?
        }
        Some(body) => {
            let mut post = agent
                .post(request.url)
                .content_type("application/json; charset=utf-8");
            if let Some(value) = &authorization {
                post = post.header("Authorization", value);
            }
            post.config()
                .timeout_global(Some(timeout))
                .build()
                .send(body)?
        }
    };
    let status = response.status().as_u16();
    let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), text.into_owned())
    };
    let headers = response.headers().iter().map(header).collect();
    let mut bytes = Vec::new();
    let mut reader = response.into_body().into_reader().take(MAX_BODY);
    reader.read_to_end(&mut bytes).map_err(ureq::Error::from)?;
    Ok(Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// The platform verifier says this in words only.
fn has_no_roots(error: &ureq::Error) -> bool {
    error.to_string().contains("No CA certificates were loaded")
}

fn transport_error(error: &ureq::Error) -> TransportError {
    match error {
        ureq::Error::HostNotFound => TransportError::UnknownHost,
        ureq::Error::Timeout(_) => TransportError::Timeout,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => {
            TransportError::Tls(error.to_string())
        }
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            TransportError::Proxy(error.to_string())
        }
        ureq::Error::Io(io) => io_error(io),
        other => TransportError::Connection(other.to_string()),
    }
}

/// The HTTP crate hides TLS and time-outs in input/output errors when they come up while a body is read.
fn io_error(error: &std::io::Error) -> TransportError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(inner) = inner {
        return transport_error(inner);
    }
    let text = error.to_string();
    if text.contains("certificate") || text.contains("CA certificates") {
        TransportError::Tls(text)
    } else if error.kind() == std::io::ErrorKind::TimedOut {
        TransportError::Timeout
    } else {
        TransportError::Connection(text)
    }
}
