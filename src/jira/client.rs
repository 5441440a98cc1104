//! From a credential and a site to an open site, and from there to Jira's answers. The commands open it through a
//! session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::auth::{self, Credentials};
use super::error::{Asked, JiraError};
use super::error_body;
use super::exchange::Exchange;
use super::http::{Answer, Request, Transport};
use super::tenant;
use super::{Body, CloudId, DataType, Site, Submitted};
use crate::secret::Secret;
use crate::side_by_side::both;
use crate::system::{Deadline, System};

/// Where the API lives. Other clouds and tests have other addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// Without a slash at the end.
    pub(crate) api_url: String,
    pub(crate) token_url: String,
    pub(crate) audience: String,
}

/// Whom the data is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Its cloud id has to be looked up.
    Site(Site),
    CloudId(CloudId),
}

/// An open site: its cloud id is known, and its credential is proven by a token.
pub(crate) struct Jira<'a> {
    exchange: Exchange<'a>,
    endpoints: &'a Endpoints,
    credentials: Arc<Credentials>,
    pub(crate) opened: Opened,
}

/// What opens a site once more without asking for it. The token may have expired; then the first request gets another.
#[derive(Clone)]
pub(crate) struct Opened {
    token: Arc<Secret>,
    pub(crate) cloud_id: CloudId,
}

impl<'a> Jira<'a> {
    /// A site that was open before.
    pub(crate) fn reopen(
        transport: &'a dyn Transport,
        system: &'a dyn System,
        deadline: Deadline,
        endpoints: &'a Endpoints,
        credentials: Arc<Credentials>,
        opened: Opened,
    ) -> Self {
        Self {
            exchange: Exchange::new(transport, system, deadline),
            endpoints,
            credentials,
            opened,
        }
    }

    /// Gets a token and, at the same time, the cloud id where it is not given. A credential that is refused ends both.
    ///
    /// # Errors
    /// What keeps either from being known.
    pub(crate) fn authorize(
        transport: &'a dyn Transport,
        system: &'a dyn System,
        deadline: Deadline,
        target: &Target,
        endpoints: &'a Endpoints,
        credentials: Arc<Credentials>,
    ) -> Result<Self, JiraError> {
        let exchange = Exchange::new(transport, system, deadline);
        let unwanted = AtomicBool::default();
        let ask_token = || {
            let grant = auth::token(&exchange, endpoints, &credentials);
            let refused = grant.as_ref().is_err_and(JiraError::blames_credential);
            unwanted.store(refused, Ordering::Relaxed);
            grant
        };
        let (cloud_id, grant) = match target {
            Target::CloudId(given) => (Ok(given.clone()), ask_token()),
            Target::Site(site) => both(|| tenant::cloud_id(&exchange, site, &unwanted), ask_token),
        };
        let (token, cloud_id) = match (grant, cloud_id) {
            (Ok(grant), Ok(cloud_id)) => (Arc::new(grant.token), cloud_id),
            // A wrong credential is the better news: it is certain, and the look-up may fail for a passing reason.
            (Err(error), Err(_)) if error.blames_credential() => return Err(error),
            (_, Err(error)) | (Err(error), _) => return Err(error),
        };
        Ok(Self {
            exchange,
            endpoints,
            credentials,
            opened: Opened { token, cloud_id },
        })
    }

    /// From now on everything must be done by then.
    pub(crate) fn end_at(&mut self, deadline: Deadline) {
        self.exchange.deadline = deadline;
    }

    /// Whether a request that fails is tried again.
    pub(crate) fn retry(&mut self, retries: bool) {
        self.exchange.retry(retries);
    }

    /// Sends one body. Repeating it is harmless, since its sequence numbers stay the same.
    pub(crate) fn submit(&mut self, body: &Body) -> Result<Submitted, JiraError> {
        let asked = Asked::Submission(body.kind);
        let url = self.url(&body.kind.bulk_path(self.opened.cloud_id.as_str()));
        let answer = self.ask(asked, Request::post(&url, &body.json.to_string()))?;
        Submitted::parse(&answer.body).ok_or_else(|| JiraError::not_jira(asked, &url, answer))
    }

    /// What Jira has stored at a path below that of its kind of data; `parse` says what it must be.
    pub(super) fn read_as<T>(
        &mut self,
        data: DataType,
        path: &str,
        parse: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, JiraError> {
        let asked = Asked::Reading(data);
        let url = self.url(&format!(
            "{}{path}",
            data.path(self.opened.cloud_id.as_str())
        ));
        let answer = self.ask(asked, Request::get(&url))?;
        let json: Option<Value> = serde_json::from_str(&answer.body).ok();
        let parsed = json.as_ref().and_then(parse);
        parsed.ok_or_else(|| JiraError::not_jira(asked, &url, answer))
    }

    /// Deletes what is at a path below that of its kind of data. Jira takes it in at once, carries it out later, and
    /// answers the same whether or not there was anything. Repeating it is harmless.
    pub(super) fn delete_at(&mut self, data: DataType, path: &str) -> Result<(), JiraError> {
        let asked = Asked::Deletion(data);
        let url = self.url(&format!(
            "{}{path}",
            data.path(self.opened.cloud_id.as_str())
        ));
        let answer = self.ask(asked, Request::delete(&url))?;
        if error_body::is_page(&answer.body) {
            return Err(JiraError::not_jira(asked, &url, answer));
        }
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.endpoints.api_url)
    }

    /// The answer to a request with the token, which may have expired in the meantime: once more with a new one.
    fn ask(&mut self, asked: Asked, request: Request<'_>) -> Result<Answer, JiraError> {
        let (exchange, credentials) = (&self.exchange, &self.credentials);
        let send = |token: &Secret| exchange.send(asked, request.with_token(token.reveal()));
        match send(&self.opened.token) {
            Err(error) if error.is_unauthorized() => {
                let grant = auth::token(exchange, self.endpoints, credentials)?;
                self.opened.token = Arc::new(grant.token);
                send(&self.opened.token)
            }
            result => result,
        }
    }
}

#[cfg(test)]
mod tests;
