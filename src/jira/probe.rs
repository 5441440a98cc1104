//! Questions that send no data: what works, and what does not. Only `check` asks them.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::auth::{self, Credentials, Grant};
use super::clock::Clocked;
use super::error::{Asked, JiraError};
use super::exchange::Exchange;
use super::http::{Request, Transport};
use super::tenant;
use super::{CloudId, DataType, Endpoints, Site};
use crate::secret::Secret;
use crate::system::{Deadline, System};

/// With less time than this an answer would be chance, and nothing is asked.
const MIN_TIME: Duration = Duration::from_millis(200);

/// Asks one thing each, until a deadline.
pub(crate) struct Probe<'a> {
    transport: Clocked<'a>,
    system: &'a dyn System,
}

impl<'a> Probe<'a> {
    pub(crate) fn new(transport: &'a dyn Transport, system: &'a dyn System) -> Self {
        Self {
            transport: Clocked::of_any(transport, system),
            system,
        }
    }

    fn exchange(&self, asked: Asked, deadline: Deadline) -> Result<Exchange<'_>, JiraError> {
        if deadline.remaining(self.system) < MIN_TIME {
            return Err(JiraError::no_time(asked, ""));
        }
        Ok(Exchange::new(&self.transport, self.system, deadline))
    }

    /// # Errors
    /// When the site does not answer with its cloud id.
    pub(crate) fn cloud_id(&self, site: &Site, deadline: Deadline) -> Result<CloudId, JiraError> {
        let exchange = self.exchange(Asked::CloudId, deadline)?;
        tenant::cloud_id(&exchange, site, &AtomicBool::default())
    }

    /// # Errors
    /// When no token is given.
    pub(crate) fn token(
        &self,
        endpoints: &Endpoints,
        credentials: &Credentials,
        deadline: Deadline,
    ) -> Result<Grant, JiraError> {
        let exchange = self.exchange(Asked::Token, deadline)?;
        auth::token(&exchange, endpoints, credentials)
    }

    /// Whether the token endpoint can be reached at all; a refusal is an answer too.
    pub(crate) fn reach_token_endpoint(
        &self,
        endpoints: &Endpoints,
        deadline: Deadline,
    ) -> Result<(), JiraError> {
        let exchange = self.exchange(Asked::Token, deadline)?;
        let request = Request::get(&endpoints.token_url);
        match exchange.send(Asked::Token, request) {
            Err(error) if error.answered_with().is_none_or(|status| status >= 500) => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether the token may send data of this kind: asks for something that is not there, and to be told so is the
    /// permission.
    ///
    /// # Errors
    /// When it may not, or there is no telling.
    pub(crate) fn may_send(
        &self,
        data: DataType,
        endpoints: &Endpoints,
        cloud_id: &CloudId,
        token: &Secret,
        deadline: Deadline,
    ) -> Result<(), JiraError> {
        let asked = Asked::Permission(data);
        let exchange = self.exchange(asked, deadline)?;
        let path = data.missing_item_path(cloud_id.as_str());
        let url = format!("{}{path}", endpoints.api_url);
        let request = Request::get(&url).with_token(token.reveal());
        match exchange.send(asked, request) {
            Err(error) if error.status() != Some(404) => Err(error),
            _ => Ok(()),
        }
    }

    /// Milliseconds that this machine's clock is ahead of the last answer.
    pub(crate) fn clock_ahead(&self) -> Option<i64> {
        self.transport.ahead()
    }
}
