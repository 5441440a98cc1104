//! The wire. Only the files of this folder name the HTTP crate.

mod connector;
mod crypto_provider;
mod errors;
#[cfg(any(test, fuzzing))]
#[path = "../../fuzz/entries/proxy.rs"]
pub(crate) mod fuzz_entry;
mod names;
mod network;
mod no_proxy;
mod proxy;
mod roots;
mod trust;
mod way;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) use self::network::{Network, Settings};
pub(crate) use super::transport_error::TransportError;

/// Longest body that is read, in bytes. A repository with its 1200 entities is the longest that Jira sends.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// What is to be done with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    /// With a body of JSON.
    Post,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// One request. Redirects are never followed: a token belongs to one host.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    pub(crate) body: Option<&'a str>,
    /// The bearer token.
    pub(crate) token: Option<&'a str>,
    /// User and password in Base64, where there is no token.
    pub(crate) account: Option<&'a str>,
    /// Set once nobody wants the answer any more.
    pub(crate) unwanted: Option<&'a AtomicBool>,
}

impl<'a> Request<'a> {
    pub(crate) fn get(url: &'a str) -> Self {
        Self::new(Method::Get, url, None)
    }

    pub(crate) fn post(url: &'a str, body: &'a str) -> Self {
        Self::new(Method::Post, url, Some(body))
    }

    pub(crate) fn delete(url: &'a str) -> Self {
        Self::new(Method::Delete, url, None)
    }

    fn new(method: Method, url: &'a str, body: Option<&'a str>) -> Self {
        Self {
            method,
            url,
            body,
            token: None,
            account: None,
            unwanted: None,
        }
    }

    pub(crate) fn with_token(self, token: &'a str) -> Self {
        Self {
            token: Some(token),
            ..self
        }
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
