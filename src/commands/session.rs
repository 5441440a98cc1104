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

/// With the client id of the credential.
type OpenedSite = (Destination, String, Opened);

impl OpenedSites {
    fn get(&self, destination: &Destination, client_id: &str) -> Option<Opened> {
        let sites = self.sites();
        let mut sites = sites.iter();
        let site = sites.find(|(site, id, _)| site == destination && id == client_id);
        site.map(|(.., opened)| opened.clone())
    }

    fn sites(&self) -> MutexGuard<'_, Vec<OpenedSite>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// What keeps it from being opened, with the site. The next call tries again.
    pub(crate) fn open(&mut self, deadline: Deadline) -> Result<&mut Jira<'a>, Failure> {
        self.open_as(deadline, JiraError::explain_for)
    }

    /// The same for an error below a line that names the site.
    pub(crate) fn open_named(&mut self, deadline: Deadline) -> Result<&mut Jira<'a>, Failure> {
        self.open_as(deadline, |error, _| error.explain())
    }

    fn open_as(
        &mut self,
        deadline: Deadline,
        explain: fn(&JiraError, &str) -> Failure,
    ) -> Result<&mut Jira<'a>, Failure> {
        let jira = match self.jira.take() {
            Some(jira) => jira,
            None => self.begin(deadline, explain)?,
        };
        let jira = self.jira.insert(jira);
        jira.end_at(deadline);
        Ok(jira)
    }

    fn begin(
        &self,
        deadline: Deadline,
        explain: fn(&JiraError, &str) -> Failure,
    ) -> Result<Jira<'a>, Failure> {
        let credentials = Arc::clone(self.credentials.as_ref().map_err(Clone::clone)?);
        let Context {
            transport,
            system,
            opened: sites,
            ..
        } = *self.context;
        if let Some(failure) = self.context.network_failure {
            let what = "invalid connection settings";
            return Err(Failure::new(FailureKind::Unreachable, what).caused_by(failure));
        }
        let Destination {
            name,
            target,
            endpoints,
            ..
        } = self.destination;
        let client_id = credentials.client_id.clone();
        if let Some(opened) = sites.get(self.destination, &client_id) {
            let jira = Jira::reopen(transport, system, deadline, endpoints, credentials, opened);
            return Ok(jira);
        }
        let jira = Jira::authorize(transport, system, deadline, target, endpoints, credentials);
        let jira = jira.map_err(|error| explain(&error, name))?;
        let site = (self.destination.clone(), client_id, jira.opened.clone());
        sites.sites().push(site);
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
