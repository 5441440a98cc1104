//! The client-credentials exchange. Source: "Integrate Jira Software Cloud with on-premises tools".

use serde_json::{Value, json};

use super::Endpoints;
use super::error::{Asked, JiraError};
use super::exchange::Exchange;
use super::http::Request;
use crate::secret::Secret;

/// The OAuth credential of a site.
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
}

/// What the credential is given.
pub(crate) struct Grant {
    pub(crate) token: Secret,
    /// What Jira says about the rights of the token. Not documented, so nothing is decided on it.
    pub(crate) scope: Option<String>,
}

/// Asks for a token. There is no refresh token: one asks again.
pub(super) fn token(
    exchange: &Exchange<'_>,
    endpoints: &Endpoints,
    credentials: &Credentials,
) -> Result<Grant, JiraError> {
    let request = json!({
        "audience": endpoints.audience,
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret.reveal(),
    });
    let url = &endpoints.token_url;
    let body = Secret::new(request.to_string());
    let answer = exchange.send(Asked::Token, Request::post(url, body.reveal()))?;
    let mut fields: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    match fields.get_mut("access_token").map(Value::take) {
        Some(Value::String(token)) if is_header_text(&token) => Ok(Grant {
            token: Secret::new(token),
            scope: fields["scope"].as_str().map(ToOwned::to_owned),
        }),
        _ => {
            let answer = answer.without_body();
            Err(JiraError::not_jira(Asked::Token, url, answer))
        }
    }
}

/// A token goes into a header, so it must be visible ASCII.
fn is_header_text(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}
