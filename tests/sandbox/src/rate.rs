//! Jira's limit on bursts: a bucket of tokens for each operation, which fills up once a second.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::json;

use crate::http::{Request, Response};
use crate::record::Endpoint;

/// The buckets: how much is left, and since when.
#[derive(Debug, Default)]
pub(crate) struct Rates(HashMap<(&'static str, String), (f64, Instant)>);

impl Rates {
    /// The 429, when the bucket is empty. Tokens and cloud ids have none.
    pub(crate) fn refusal(
        &mut self,
        rate: u32,
        request: &Request,
        now: Instant,
    ) -> Option<Response> {
        let endpoint = Endpoint::of(&request.path);
        if matches!(
            endpoint,
            Endpoint::Token | Endpoint::TenantInfo | Endpoint::Other
        ) {
            return None;
        }
        let full = f64::from(rate);
        let key = (endpoint.name(), request.method.clone());
        let (left, since) = self.0.entry(key).or_insert((full, now));
        let more = now.saturating_duration_since(*since).as_secs_f64() * full;
        (*left, *since) = ((*left + more).min(full), now);
        if *left >= 1.0 {
            *left -= 1.0;
            return None;
        }
        let mut response = Response::json(429, &json!({ "message": "Rate limit exceeded" }));
        let headers = [
            ("Retry-After", "1".to_owned()),
            ("X-RateLimit-Limit", rate.to_string()),
            ("X-RateLimit-Remaining", "0".to_owned()),
            ("RateLimit-Reason", "jira-burst-based".to_owned()),
        ];
        let headers = headers.into_iter();
        response
            .headers
            .extend(headers.map(|(name, value)| (name.to_owned(), value)));
        Some(response)
    }
}
