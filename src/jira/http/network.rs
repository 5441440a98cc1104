//! The real network: proxies, trust, time limits, connections that are kept and used again.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ureq::http::Uri;

use super::errors::{lacks_roots, transport_error};
use super::proxy::{Proxies, Proxy};
use super::trust::Trust;
use super::way::Way;
use super::{Answer, MAX_BODY, Request, Transport, TransportError};
use crate::error::Failure;
use crate::output::Output;
use crate::secret::Secret;
use crate::side_by_side::begin;
use crate::system::System;
use crate::variables::Variables;
use crate::watchdog::Watchdog;

/// The HTTP crate gets so much longer to give up by itself, since it knows what it waited for.
const GRACE: Duration = Duration::from_millis(200);

/// How often a waiting request checks whether its answer is still needed, and whether a signal asked us to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How Jira is reached.
#[derive(Default)]
pub(crate) struct Settings {
    proxies: Proxies,
    trust: Trust,
}

impl Settings {
    /// # Errors
    /// A variable that names no proxy, or a file without certificates.
    pub(crate) fn read(ca_file: Option<&Path>, variables: &Variables) -> Result<Self, Failure> {
        Ok(Self {
            proxies: Proxies::read(variables)?,
            trust: Trust::read(ca_file, variables)?,
        })
    }
}

/// The real network. Connections are kept and used again.
pub(crate) struct Network<'a> {
    proxies: Proxies,
    /// Each trusts what the one before it does not; the next is for a server whose certificate nobody knows.
    ways: Vec<Arc<Way>>,
    /// Which of them servers are known on.
    known: AtomicUsize,
    /// Whether it was said that the certificates that come with the program are used.
    is_said: AtomicBool,
    output: &'a Output,
    system: &'a dyn System,
}

impl<'a> Network<'a> {
    /// The password of the proxy is hidden from here on.
    pub(crate) fn new(settings: Settings, output: &'a Output, system: &'a dyn System) -> Self {
        let Settings { proxies, trust } = settings;
        let secrets = proxies.proxy().map(Proxy::secrets).unwrap_or_default();
        for secret in secrets {
            output.hide(secret);
        }
        for note in proxies.notes().iter().chain(&trust.notes) {
            output.detail(note);
        }
        let proxy = proxies.proxy().and_then(Proxy::for_agent);
        let ways = trust.roots.into_iter();
        let ways = ways.map(|roots| Arc::new(Way::new(roots, proxy.clone())));
        Self {
            ways: ways.collect(),
            proxies,
            known: AtomicUsize::new(0),
            is_said: AtomicBool::new(false),
            output,
            system,
        }
    }

    fn exchange(
        &self,
        request: Request<'_>,
        is_proxied: bool,
        timeout: Duration,
    ) -> Result<Answer, ureq::Error> {
        let mut index = self.known.load(Ordering::Relaxed);
        loop {
            let result = bounded(&self.ways[index], request, is_proxied, timeout, self.system);
            if !result.as_ref().is_err_and(lacks_roots) {
                self.known.fetch_max(index, Ordering::Relaxed);
                return result;
            }
            index += 1;
            let Some(next) = self.ways.get(index) else {
                return result;
            };
            if next.roots.is_bundled() && !self.is_said.swap(true, Ordering::Relaxed) {
                self.output.detail(
                    "this machine has no root certificates; those bundled with jira-send are used",
                );
            }
        }
    }
}

impl Transport for Network<'_> {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        let (host, port) = place(request.url);
        let proxy = self.proxies.toward(&host, port);
        self.exchange(request, proxy.is_some(), timeout)
            .map_err(|error| transport_error(&error, &host, proxy))
    }
}

/// Host and port of an address.
fn place(url: &str) -> (String, u16) {
    let uri: Uri = url.parse().unwrap_or_default();
    let default = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    let host = uri.host().unwrap_or_default().to_owned();
    (host, uri.port_u16().unwrap_or(default))
}

/// One exchange that ends in time whatever happens. A look-up that hangs, and a proxy that sends its answer byte by
/// byte, begin the crate's time anew with every step; what still waits then ends with the process.
fn bounded(
    way: &Arc<Way>,
    request: Request<'_>,
    is_proxied: bool,
    timeout: Duration,
    system: &dyn System,
) -> Result<Answer, ureq::Error> {
    let (way, method) = (Arc::clone(way), request.method);
    let url = request.url.to_owned();
    let body = request.body.map(Secret::new);
    let token = request.token.map(Secret::new);
    let account = request.account.map(Secret::new);
    let answer = begin(move || {
        let request = Request {
            method,
            url: &url,
            body: body.as_ref().map(Secret::reveal),
            token: token.as_ref().map(Secret::reveal),
            account: account.as_ref().map(Secret::reveal),
            unwanted: None,
        };
        exchange(way.agent(request.url, is_proxied), request, timeout)
    });
    let is_over = || {
        let curfew = system.watchdog().and_then(Watchdog::curfew);
        curfew.is_some_and(|curfew| curfew <= system.elapsed())
    };
    let mut left = timeout.saturating_add(GRACE);
    while !left.is_zero() && !request.is_unwanted() && !is_over() {
        let slice = left.min(LOOK_AGAIN);
        if let Some(result) = answer.within(slice) {
            return result;
        }
        left = left.saturating_sub(slice);
    }
    Err(ureq::Error::Timeout(ureq::Timeout::Global))
}

fn exchange(
    agent: &ureq::Agent,
    request: Request<'_>,
    timeout: Duration,
) -> Result<Answer, ureq::Error> {
    let bearer = request.token.map(|token| format!("Bearer {token}"));
    let basic = || Some(format!("Basic {}", request.account?));
    let mut builder = ureq::http::Request::builder()
        .method(request.method.name())
        .uri(request.url);
    if request.body.is_some() {
        builder = builder.header("Content-Type", "application/json; charset=utf-8");
    }
    if let Some(value) = bearer.or_else(basic) {
        builder = builder.header("Authorization", value);
    }
    let config = agent.configure_request(builder.body(())?);
    let plain = config.timeout_global(Some(timeout)).build();
    let response = match request.body {
        Some(body) => agent.run(plain.map(|()| body)),
        None => agent.run(plain),
    }?;
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
