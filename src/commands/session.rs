//! A site as a command asks it: its credential is read once and hidden from then on, and it is opened (token, cloud id) at
//! the first request. Sends, `flush`, `gate`, `show` and `delete` ask through here; `check` asks step by step instead.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Context;
use super::connection::Destination;
use super::credentials::{credentials, own_credential_hint};
use crate::error::{Failure, FailureKind};
use crate::jira::{Credentials, Jira, JiraError, Opened};
use crate::system::Deadline;

/// One site.
pub(crate) struct Session<'a> {
    pub(crate) destination: &'a Destination,
    credentials: Result<Arc<Credentials>, Failure>,
    jira: Option<Jira<'a>>,
    context: &'a Context<'a>,
}

/// The sites that one command line has opened, with whose credential: what it sends later opens none of them again.
#[derive(Default)]
pub(crate) struct OpenedSites(Mutex<Vec<OpenedSite>>);

struct OpenedSite {
    destination: Destination,
    client_id: String,
    opened: Arc<Opened>,
}

impl OpenedSites {
    fn keep(&self, destination: &Destination, client_id: &str, opened: Opened) {
        let site = OpenedSite {
            destination: destination.clone(),
            client_id: client_id.to_owned(),
            opened: Arc::new(opened),
        };
        self.sites().push(site);
    }

    fn get(&self, destination: &Destination, client_id: &str) -> Option<Arc<Opened>> {
        let sites = self.sites();
        let mut sites = sites.iter();
        let site =
            sites.find(|site| site.destination == *destination && site.client_id == client_id);
        site.map(|site| Arc::clone(&site.opened))
    }

    fn sites(&self) -> MutexGuard<'_, Vec<OpenedSite>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a site did not do what it was asked.
pub(crate) enum SessionError {
    /// It could not even be asked.
    Barred(Failure),
    Jira(JiraError),
}

impl From<JiraError> for SessionError {
    fn from(error: JiraError) -> Self {
        Self::Jira(error)
    }
}

impl SessionError {
    /// As people see it below a line that names the site.
    pub(crate) fn explain(self) -> Failure {
        match self {
            Self::Barred(failure) => failure,
            Self::Jira(error) => error.explain(),
        }
    }

    /// As people see it, with the site.
    pub(crate) fn explain_for(self, site: &str) -> Failure {
        match self {
            Self::Barred(failure) => failure,
            Self::Jira(error) => error.explain_for(site),
        }
    }
}

impl<'a> Session<'a> {
    pub(crate) fn new(destination: &'a Destination, context: &'a Context<'a>) -> Self {
        Self {
            destination,
            credentials: credentials(context, &destination.endings).map(Arc::new),
            jira: None,
            context,
        }
    }

    /// The open site; from now on everything must be done by the deadline.
    ///
    /// # Errors
    /// What keeps it from being opened. The next call tries again.
    pub(crate) fn open(&mut self, deadline: Deadline) -> Result<&mut Jira<'a>, SessionError> {
        let jira = match self.jira.take() {
            Some(jira) => jira,
            None => self.begin(deadline)?,
        };
        let jira = self.jira.insert(jira);
        jira.end_at(deadline);
        Ok(jira)
    }

    fn begin(&self, deadline: Deadline) -> Result<Jira<'a>, SessionError> {
        let barred = |failure: &Failure| SessionError::Barred(failure.clone());
        let credentials = Arc::clone(self.credentials.as_ref().map_err(barred)?);
        let Context {
            transport,
            system,
            opened: sites,
            ..
        } = *self.context;
        if let Some(failure) = self.context.network_failure {
            let what = "invalid connection settings";
            let failure = Failure::new(FailureKind::Unreachable, what).caused_by(failure);
            return Err(SessionError::Barred(failure));
        }
        let Destination {
            target, endpoints, ..
        } = self.destination;
        let client_id = credentials.client_id.clone();
        if let Some(opened) = sites.get(self.destination, &client_id) {
            let jira = Jira::reopen(transport, system, deadline, endpoints, credentials, &opened);
            return Ok(jira);
        }
        let jira = Jira::authorize(transport, system, deadline, target, endpoints, credentials)?;
        sites.keep(self.destination, &client_id, jira.opened());
        Ok(jira)
    }

    /// The site where it is open.
    pub(crate) fn jira(&mut self) -> Option<&mut Jira<'a>> {
        self.jira.as_mut()
    }

    /// With what to do when one of several sites does not take the credential for all.
    pub(crate) fn hinted(&self, failure: Failure, several_sites: bool) -> Failure {
        let wanted = several_sites && failure.kind == FailureKind::Credentials;
        let hint = own_credential_hint(self.context.variables, &self.destination.endings);
        match hint.filter(|_| wanted) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
