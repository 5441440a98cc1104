//! "Integrate Jira Software Cloud with on-premises tools": tokens by client credentials.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Instant;

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::routes::form_pairs;
use crate::{Config, Permission};

/// The tokens given out and when they end.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    until: HashMap<String, Instant>,
}

impl Tokens {
    fn issue(&mut self, config: &Config) -> String {
        // The standard library's only source of randomness: the keys of its hash maps.
        let random = || RandomState::new().build_hasher().finish();
        let token = format!("sandbox-{:016x}{:016x}", random(), random());
        self.until
            .insert(token.clone(), Instant::now() + config.token_lifetime);
        token
    }

    /// Whether an `Authorization` header carries a token that still holds.
    pub(crate) fn accept(&self, authorization: Option<&str>) -> bool {
        let Some((scheme, token)) = authorization.and_then(|value| value.split_once(' ')) else {
            return false;
        };
        let until = self.until.get(token.trim());
        scheme.eq_ignore_ascii_case("bearer") && until.is_some_and(|until| Instant::now() < *until)
    }
}

/// `POST /oauth/token`.
pub(crate) fn answer(config: &Config, tokens: &mut Tokens, request: &Request) -> Response {
    if request.method != "POST" {
        return Response::empty(405);
    }
    let (fields, needed) = match fields(request) {
        Ok(found) => found,
        Err(message) => return refuse(400, "invalid_request", message),
    };
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    if let Some(missing) = needed.iter().find(|name| field(name).is_empty()) {
        return refuse(
            400,
            "invalid_request",
            &format!("Missing required parameter: {missing}"),
        );
    }
    if field("grant_type") != "client_credentials" {
        return refuse(
            400,
            "unsupported_grant_type",
            "Only client_credentials is supported",
        );
    }
    if field("client_id") != config.client_id || field("client_secret") != config.client_secret {
        return refuse(401, "access_denied", "Unauthorized");
    }
    let answer = json!({
        "access_token": tokens.issue(config),
        "expires_in": config.token_lifetime.as_secs(),
        "token_type": "Bearer",
        "scope": scope(&config.permissions),
    });
    Response::json(200, &answer)
}

type Fields = (HashMap<String, String>, &'static [&'static str]);

/// The fields sent and those needed: the documented JSON form, or the form of Atlassian's former Jenkins plugin.
fn fields(request: &Request) -> Result<Fields, &'static str> {
    let content_type = request.header("content-type").unwrap_or_default();
    match content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "application/json" => {
            let body: Value =
                serde_json::from_slice(&request.body).map_err(|_| "The body is not JSON")?;
            let object = body.as_object().ok_or("The body is not a JSON object")?;
            let texts = object
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            Ok((
                texts.collect(),
                &["grant_type", "client_id", "client_secret", "audience"],
            ))
        }
        "application/x-www-form-urlencoded" => {
            let pairs = form_pairs(&String::from_utf8_lossy(&request.body));
            Ok((
                pairs.into_iter().collect(),
                &["grant_type", "client_id", "client_secret"],
            ))
        }
        _ => Err("Send JSON or a form"),
    }
}

fn scope(permissions: &[Permission]) -> String {
    let names = permissions.iter().flat_map(|permission| {
        let data = match permission {
            Permission::Builds => "build-info",
            Permission::Deployments => "deployment-info",
            Permission::DevelopmentInformation => "dev-info",
            Permission::FeatureFlags => "feature-flag-info",
        };
        ["read", "write", "delete"].map(|right| format!("{right}:{data}:jira"))
    });
    names.collect::<Vec<_>>().join(" ")
}

fn refuse(status: u16, error: &str, description: &str) -> Response {
    Response::json(
        status,
        &json!({ "error": error, "error_description": description }),
    )
}
