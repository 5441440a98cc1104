//! From credentials to an authorised client, and from there to Jira's answer.

use super::auth::{self, Credentials};
use super::error::{Asked, JiraError};
use super::http::{Answer, Request, Transport, TransportError};
use super::retry::pause_after;
use super::tenant;
use super::{CloudId, DataType, Site, Submitted};
use crate::secret::Secret;
use crate::system::{Deadline, System};

/// Most tries of one request, all within the time budget.
const MAX_TRIES: u32 = 5;

/// Where the API lives. Other clouds and tests have other addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// Without a slash at the end.
    pub(crate) api_url: String,
    pub(crate) token_url: String,
    pub(crate) audience: String,
}

/// One request with its retries.
pub(super) struct Exchange<'a> {
    transport: &'a dyn Transport,
    system: &'a dyn System,
    deadline: Deadline,
}

impl Exchange<'_> {
    /// The answer with a status from 200 to 299.
    pub(super) fn send(&self, asked: Asked, request: Request<'_>) -> Result<Answer, JiraError> {
        let mut tried = 0;
        loop {
            let remaining = self.deadline.remaining(self.system);
            if remaining.is_zero() {
                return Err(JiraError::no_time(asked));
            }
            let result = self.transport.send(request, remaining);
            tried += 1;
            let pause = pause_after(&result, tried, self.system.random(), self.system.now());
            let left = self.deadline.remaining(self.system);
            match pause {
                Some(pause) if tried < MAX_TRIES && pause < left => self.system.sleep(pause),
                _ => return finished(asked, result),
            }
        }
    }
}

fn finished(asked: Asked, result: Result<Answer, TransportError>) -> Result<Answer, JiraError> {
    match result {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(answer),
        Ok(answer) => Err(JiraError::status(asked, answer)),
        Err(error) => Err(JiraError::transport(asked, error)),
    }
}

impl Answer {
    /// For a body that may hold a secret.
    pub(super) fn without_body(self) -> Self {
        Self {
            body: String::new(),
            ..self
        }
    }
}

/// Whom the data is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Its cloud id has to be looked up.
    Site(Site),
    CloudId(CloudId),
}

/// A site with a credential that is not yet proven.
pub(crate) struct Jira<'a> {
    exchange: Exchange<'a>,
    endpoints: &'a Endpoints,
    credentials: &'a Credentials,
}

impl<'a> Jira<'a> {
    pub(crate) fn new(
        transport: &'a dyn Transport,
        system: &'a dyn System,
        deadline: Deadline,
        endpoints: &'a Endpoints,
        credentials: &'a Credentials,
    ) -> Self {
        Self {
            exchange: Exchange {
                transport,
                system,
                deadline,
            },
            endpoints,
            credentials,
        }
    }

    /// Gets a token and, at the same time, the cloud id where it is not given.
    pub(crate) fn authorize(self, target: &Target) -> Result<AuthorizedJira<'a>, JiraError> {
        let (token, cloud_id) = std::thread::scope(|scope| {
            let cloud_id = match target {
                Target::CloudId(given) => Ok(given.clone()),
                Target::Site(site) => {
                    let look_up = scope.spawn(|| tenant::cloud_id(&self.exchange, site));
                    let token = self.token();
                    let died = |_| Err(JiraError::no_time(Asked::CloudId));
                    return (token, look_up.join().unwrap_or_else(died));
                }
            };
            (self.token(), cloud_id)
        });
        match (token, cloud_id) {
            (Ok(token), Ok(cloud_id)) => Ok(AuthorizedJira {
                jira: self,
                token,
                cloud_id,
            }),
            // A wrong credential is the better news: it is certain, and the look-up may fail for a passing reason.
            (Err(token), Err(_)) if token.blames_credential() => Err(token),
            (_, Err(error)) | (Err(error), _) => Err(error),
        }
    }

    fn token(&self) -> Result<Secret, JiraError> {
        let Endpoints {
            token_url,
            audience,
            ..
        } = self.endpoints;
        auth::token(&self.exchange, token_url, audience, self.credentials)
    }
}

/// A client that may send.
pub(crate) struct AuthorizedJira<'a> {
    jira: Jira<'a>,
    token: Secret,
    cloud_id: CloudId,
}

impl AuthorizedJira<'_> {
    /// Sends one body. Repeating it is harmless, since its sequence numbers stay the same.
    pub(crate) fn submit(&mut self, data: DataType, body: &str) -> Result<Submitted, JiraError> {
        let asked = Asked::Submission(data.permission());
        let path = data.bulk_path(self.cloud_id.as_str());
        let url = format!("{}{path}", self.jira.endpoints.api_url);
        let answer = match self.post(asked, &url, body) {
            // The token may have run out in the meantime: once more with a new one.
            Err(error) if error.is_unauthorized() => {
                self.token = self.jira.token()?;
                self.post(asked, &url, body)
            }
            result => result,
        }?;
        Submitted::parse(&answer.body).ok_or_else(|| JiraError::not_jira(asked, answer))
    }

    fn post(&self, asked: Asked, url: &str, body: &str) -> Result<Answer, JiraError> {
        let request = Request {
            url,
            body: Some(body),
            token: Some(self.token.reveal()),
        };
        self.jira.exchange.send(asked, request)
    }
}

#[cfg(test)]
mod tests;
