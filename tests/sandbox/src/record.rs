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
    /// Every operation on deployments but the question for the gating status.
    Deployments,
    /// The gating status of a deployment.
    GatingStatus,
    /// Every operation on development information.
    DevelopmentInformation,
    /// Every operation on feature flags.
    FeatureFlags,
    /// Everything else.
    Other,
}

impl Endpoint {
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("tenant_info", Self::TenantInfo),
        ("token", Self::Token),
        ("builds", Self::Builds),
        ("deployments", Self::Deployments),
        ("gating_status", Self::GatingStatus),
        ("development_information", Self::DevelopmentInformation),
        ("feature_flags", Self::FeatureFlags),
        ("other", Self::Other),
    ];

    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/_edge/tenant_info" => Self::TenantInfo,
            "/oauth/token" => Self::Token,
            _ => match path
                .strip_prefix("/jira/")
                .and_then(|path| path.split('/').next())
            {
                Some("builds") => Self::Builds,
                Some("deployments") if path.ends_with("/gating-status") => Self::GatingStatus,
                Some("deployments") => Self::Deployments,
                Some("devinfo") => Self::DevelopmentInformation,
                Some("featureflags") => Self::FeatureFlags,
                _ => Self::Other,
            },
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
        let is_data = !matches!(
            self.endpoint,
            Endpoint::TenantInfo | Endpoint::Token | Endpoint::Other
        );
        self.method == "POST" && is_data && self.path.ends_with("/bulk")
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
