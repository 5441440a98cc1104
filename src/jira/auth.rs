//! The client-credentials exchange. Source: "Integrate Jira Software Cloud with on-premises tools".

use serde::{Deserialize, Serialize};

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

#[derive(Serialize)]
struct TokenRequest<'a> {
    audience: &'a str,
    grant_type: &'static str,
    client_id: &'a str,
    client_secret: &'a str,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    scope: Option<String>,
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
    let request = TokenRequest {
        audience: &endpoints.audience,
        grant_type: "client_credentials",
        client_id: &credentials.client_id,
        client_secret: credentials.client_secret.reveal(),
    };
    let url = &endpoints.token_url;
    let body = Secret::new(serde_json::json!(request).to_string());
    let answer = exchange.send(Asked::Token, Request::post(url, body.reveal()))?;
    let grant = serde_json::from_str(&answer.body).map(|answer: TokenAnswer| Grant {
        token: Secret::new(answer.access_token),
        scope: answer.scope,
    });
    match grant {
        Ok(grant) if is_header_text(&grant.token) => Ok(grant),
        _ => {
            let answer = answer.without_body();
            Err(JiraError::not_jira(Asked::Token, url, answer))
        }
    }
}

/// A token goes into a header, so it must be visible ASCII.
fn is_header_text(token: &Secret) -> bool {
    !token.is_empty() && token.reveal().bytes().all(|byte| byte.is_ascii_graphic())
}
