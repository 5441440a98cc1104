//! The requests that arrived, for tests to look at.

use serde_json::{Value, json};

use crate::http::Request;

/// A group of addresses that is recorded and disturbed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `/_edge/tenant_info`.
    TenantInfo,
    /// `/oauth/token`.
    Token,
    /// Every operation on builds.
    Builds,
    /// Every operation on deployments.
    Deployments,
    /// Everything else.
    Other,
}

impl Endpoint {
    const NAMES: [(&'static str, Self); 5] = [
        ("tenant_info", Self::TenantInfo),
        ("token", Self::Token),
        ("builds", Self::Builds),
        ("deployments", Self::Deployments),
        ("other", Self::Other),
    ];

    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/_edge/tenant_info" => Self::TenantInfo,
            "/oauth/token" => Self::Token,
            _ if path.starts_with("/jira/builds/") => Self::Builds,
            _ if path.starts_with("/jira/deployments/") => Self::Deployments,
            _ => Self::Other,
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, endpoint)| *endpoint)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, endpoint)| *endpoint == self)
            .map_or("other", |(name, _)| name)
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// The path as sent, still percent-encoded, without the query.
    pub path: String,
    /// What followed the `?`.
    pub query: Option<String>,
    /// Headers in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body, freed of chunked framing; empty when it was over the size limit.
    pub body: Vec<u8>,
    /// Number of the TCP connection that carried it.
    pub connection: u64,
    /// The group it belongs to.
    pub endpoint: Endpoint,
}

impl RecordedRequest {
    pub(crate) fn new(request: &Request, connection: u64) -> Self {
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            connection,
            endpoint: Endpoint::of(&request.path),
        }
    }

    /// The body, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The first header of this name, in whatever case it was sent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_submission(&self) -> bool {
        self.method == "POST"
            && matches!(self.endpoint, Endpoint::Builds | Endpoint::Deployments)
            && self.path.ends_with("/bulk")
    }

    /// For other processes; header names in lower case so that they can be looked up.
    pub(crate) fn to_json(&self) -> Value {
        let mut headers = serde_json::Map::new();
        for (name, value) in &self.headers {
            let entry = headers
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| json!(""));
            let before = entry.as_str().unwrap_or_default();
            *entry = if before.is_empty() {
                json!(value)
            } else {
                json!(format!("{before}, {value}"))
            };
        }
        json!({
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": headers,
            "body": String::from_utf8_lossy(&self.body),
            "json": self.json(),
            "connection": self.connection,
            "endpoint": self.endpoint.name(),
        })
    }
}
