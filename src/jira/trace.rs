//! Shows every request and answer (`--verbose`). Each call of a command has one around its network.

use std::time::Duration;

use super::http::{Answer, Request, Transport, TransportError};
use crate::output::Output;
use crate::secret::Secret;

/// A transport that prints what passes through it. Tokens are hidden from here on.
pub(crate) struct Traced<'a> {
    pub(crate) transport: &'a dyn Transport,
    pub(crate) output: &'a Output,
}

impl Transport for Traced<'_> {
    fn send(&self, request: Request<'_>, timeout: Duration) -> Result<Answer, TransportError> {
        if let Some(token) = request.token {
            self.output.hide(&Secret::new(token));
        }
        self.output
            .detail(&format!("> {} {}", request.method.name(), request.url));
        if let Some(body) = request.body {
            self.output.detail(&format!("> {body}"));
        }
        let result = self.transport.send(request, timeout);
        match &result {
            Ok(answer) => {
                self.hide_token_in(&answer.body);
                self.output
                    .detail(&format!("< {} from {}", answer.status, request.url));
                if !answer.body.is_empty() {
                    self.output.detail(&format!("< {}", answer.body));
                }
            }
            Err(error) => self.output.detail(&format!(
                "< no answer from {}: {}",
                request.url,
                error.words()
            )),
        }
        result
    }
}

impl Traced<'_> {
    /// The answer of the token endpoint is the first place where a token turns up.
    fn hide_token_in(&self, body: &str) {
        let json: Result<serde_json::Value, _> = serde_json::from_str(body);
        let token = json.as_ref().ok().and_then(|json| json.get("access_token"));
        if let Some(token) = token.and_then(serde_json::Value::as_str) {
            self.output.hide(&Secret::new(token));
        }
    }
}
