//! The wire. Only the files of this folder name the HTTP crate.

mod errors;
mod network;
mod no_proxy;
mod proxy;
mod trust;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) use self::network::{Network, Settings};
pub(crate) use super::transport_error::TransportError;

/// Longest body that is read; what Jira answers to one request is far shorter.
const MAX_BODY: u64 = 4 * 1024 * 1024;

/// One request. Redirects are never followed: a token belongs to one host.
#[derive(Clone, Copy, Default)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    /// A GET without, a POST of JSON with a body.
    pub(crate) body: Option<&'a str>,
    /// The bearer token.
    pub(crate) token: Option<&'a str>,
    /// Set once nobody wants the answer any more.
    pub(crate) unwanted: Option<&'a AtomicBool>,
}

impl Request<'_> {
    pub(crate) fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }

    pub(crate) fn is_unwanted(&self) -> bool {
        self.unwanted
            .is_some_and(|unwanted| unwanted.load(Ordering::Relaxed))
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

/// Sends requests. Passed in, so that tests need no network.
pub(crate) trait Transport: Sync {
    /// # Errors
    /// When there is no whole answer within `timeout`, or before it is unwanted.
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError>;
}
