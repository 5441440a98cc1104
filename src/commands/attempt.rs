//! One try to send a payload to one site, and what becomes of it.

use super::Context;
use super::answer::{self, tell};
use super::connection::Destination;
use super::credentials::{credentials, own_credential_hint};
use super::payload::Payload;
use super::store::{NoOutbox, Store};
use crate::error::{Failure, Kind};
use crate::jira::http::Transport;
use crate::jira::{AuthorizedJira, Credentials, Jira, Submitted, bulk};
use crate::outbox::{Entry, Held, Outbox};
use crate::policy::{OnError, exit_code};
use crate::report::{Outcome, SiteReport};
use crate::system::Deadline;

/// What all sites of one call share.
pub(crate) struct Call<'a> {
    pub(crate) payload: &'a Payload,
    pub(crate) store: &'a Store<'a>,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) deadline: Deadline,
    pub(crate) on_error: OnError,
    pub(crate) several_sites: bool,
    /// Whether a pipeline step takes along what waits, even without an outbox.
    pub(crate) is_relayed: bool,
    pub(crate) context: &'a Context<'a>,
}

/// What was tried at one site.
pub(crate) struct Attempt<'a> {
    /// It was written down before it was sent, or why it was not.
    kept: Result<(&'a Outbox<'a>, Held, Entry), NoOutbox>,
    result: Result<Submitted, Failure>,
    client: Option<AuthorizedJira<'a>>,
}

impl<'a> Call<'a> {
    /// The credential of a site, hidden from now on.
    pub(crate) fn credentials(&self, destination: &Destination) -> Result<Credentials, Failure> {
        let found = credentials(self.context.variables, &destination.endings)?;
        self.context.output.hide(&found.client_secret);
        Ok(found)
    }

    /// Writes the payload into the outbox, so that it survives whatever happens to this process, and sends it.
    pub(crate) fn attempt(
        &'a self,
        destination: &'a Destination,
        credentials: &'a Result<Credentials, Failure>,
    ) -> Attempt<'a> {
        let mut kept = self.keep(destination);
        let credentials = match credentials {
            Ok(credentials) => credentials,
            Err(failure) => {
                return Attempt {
                    kept,
                    result: Err(failure.clone()),
                    client: None,
                };
            }
        };
        let (system, endpoints) = (self.context.system, &destination.endpoints);
        let jira = Jira::new(
            self.transport,
            system,
            self.deadline,
            endpoints,
            credentials,
        );
        let mut client = match jira.authorize(&destination.target) {
            Ok(client) => client,
            Err(error) => {
                return Attempt {
                    kept,
                    result: Err(error.explain(&destination.name)),
                    client: None,
                };
            }
        };
        if let Ok((_, _, entry)) = &mut kept {
            entry.cloud_id = Some(client.cloud_id().as_str().to_owned());
        }
        let body = self.payload.body.to_string();
        let result = client.submit(self.payload.data, &body);
        Attempt {
            kept,
            result: result.map_err(|error| error.explain(&destination.name)),
            client: Some(client),
        }
    }

    fn keep(&self, destination: &Destination) -> Result<(&'a Outbox<'a>, Held, Entry), NoOutbox> {
        let outbox = match self.store {
            Ok(outbox) => outbox,
            Err(NoOutbox::Off) => return Err(NoOutbox::Off),
            Err(NoOutbox::Broken(why)) => return Err(NoOutbox::Broken(why.clone())),
        };
        let system = self.context.system;
        let entry = self.payload.entry(destination, system.now());
        let entry = entry.ok_or_else(|| NoOutbox::Broken("it has no number".to_owned()))?;
        match outbox.hold_new(&entry, self.deadline.remaining(system)) {
            Ok(held) => Ok((outbox, held, entry)),
            Err(error) => Err(NoOutbox::Broken(format!("{error:#}"))),
        }
    }

    /// Reports what happened at a site. The client comes back when Jira answered, for what waits from before.
    pub(crate) fn settle(
        &self,
        destination: &Destination,
        attempt: Attempt<'a>,
    ) -> (SiteReport, Option<AuthorizedJira<'a>>) {
        let output = self.context.output;
        let name = destination.name.clone();
        match attempt.result {
            Ok(submitted) => {
                if let Ok((outbox, held, _)) = &attempt.kept {
                    outbox.remove(held);
                }
                let report = answer::read(self.payload, name, submitted, self.on_error, output);
                if report.outcome != Outcome::Rejected {
                    self.drop_older(&attempt.kept);
                }
                (report, attempt.client)
            }
            Err(failure) => {
                let mut report = SiteReport::failed(name, &failure);
                let wanted = self.several_sites && failure.kind == Kind::Credentials;
                let hint = own_credential_hint(self.context.variables, &destination.endings);
                let failure = match hint.filter(|_| wanted) {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                };
                let kept = self.wait(attempt.kept, &failure);
                report.queued = matches!(kept, Ok(true));
                let code = exit_code(report.outcome, report.queued, self.on_error);
                let answered = failure.kind == Kind::Refused;
                let failure = match (&kept, self.store) {
                    (Ok(true), Ok(outbox)) => {
                        report.message.push_str("; it waits in the outbox");
                        let folder = outbox.folder().display();
                        failure.hint(format!(
                            "it waits in {folder}: the next send from here delivers it, or jira-send flush"
                        ))
                    }
                    (Err(why), _) => {
                        let fate = if self.is_relayed {
                            "it waits with the run alone"
                        } else {
                            "it is lost"
                        };
                        let reason = format!("; {fate}, since the outbox cannot be used: {why}");
                        report.message.push_str(&reason);
                        failure
                    }
                    (Ok(false), Err(NoOutbox::Off)) if may_wait(&failure) => {
                        let lost = "it is lost, since --no-outbox keeps nothing";
                        report.message.push_str("; ");
                        report.message.push_str(lost);
                        failure.hint(lost)
                    }
                    _ => failure,
                };
                tell(&failure, code, output);
                if let Err(why) = kept
                    && !self.is_relayed
                {
                    output.advise(
                        &format!(
                            "it is lost, since it could not be written into the outbox: {why}"
                        ),
                        "name a folder for the outbox that can be written to with JIRA_SEND_OUTBOX",
                    );
                }
                (report, attempt.client.filter(|_| answered))
            }
        }
    }

    /// Whether it waits; an error is why it does not, though it should.
    fn wait(
        &self,
        kept: Result<(&Outbox<'_>, Held, Entry), NoOutbox>,
        failure: &Failure,
    ) -> Result<bool, String> {
        let may_wait = may_wait(failure);
        match kept {
            Ok((outbox, held, mut entry)) if may_wait => {
                entry.tries += 1;
                entry.reason = self.context.output.without_secrets(&failure.message());
                outbox
                    .put_back(&held, Some(&entry))
                    .map(|()| true)
                    .map_err(|error| format!("{error:#}"))
            }
            Ok((outbox, held, _)) => {
                outbox.remove(&held);
                Ok(false)
            }
            Err(NoOutbox::Broken(why)) if may_wait => Err(why),
            Err(_) => Ok(false),
        }
    }

    /// Jira has this update: older ones of the same build or deployment need not wait any longer.
    fn drop_older(&self, kept: &Result<(&Outbox<'_>, Held, Entry), NoOutbox>) {
        let payload = self.payload;
        let sequence = bulk::sequence(&payload.body, payload.data);
        if let (Ok((outbox, held, _)), Some(sequence)) = (kept, sequence) {
            let dropped = outbox.drop_older(held.entity(), sequence);
            if dropped > 0 {
                let text = "older updates of it were waiting and are not needed any more";
                self.context.output.detail(&format!("{dropped} {text}"));
            }
        }
    }
}

/// Whether Jira may take it later: a refusal is final.
fn may_wait(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Unreachable | Kind::Credentials)
}
