//! One attempt to send a payload to one site, and its result: written to the outbox, sent, settled.
//! `send.rs` makes one for each payload and site.

use super::Context;
use super::answer;
use super::connection::Destination;
use super::payload::Payload;
use super::session::{Session, SessionError};
use super::store::{NoOutbox, Store};
use super::verify::{Pending, verify};
use crate::cli::turned_off_by;
use crate::error::{Failure, FailureKind, plain};
use crate::jira::{Jira, Submitted};
use crate::outbox::{Entry, Held, Outbox};
use crate::output::Output;
use crate::policy::{OnError, exit_code};
use crate::report::{Outcome, SiteReport};
use crate::side_by_side::both;
use crate::system::Deadline;

/// What all sites and payloads of one call share.
pub(crate) struct Call<'a> {
    pub(crate) store: &'a Store<'a>,
    pub(crate) deadline: Deadline,
    pub(crate) on_error: OnError,
    pub(crate) several_sites: bool,
    /// Whether what is accepted is read back.
    pub(crate) verifies: bool,
    pub(crate) context: &'a Context<'a>,
}

/// A site while one payload after the other is sent to it.
pub(crate) struct Station<'a> {
    destination: &'a Destination,
    session: Session<'a>,
    /// What keeps everything from it: nothing more is tried then.
    failure: Option<Failure>,
    /// How many payloads were not tried for that reason.
    untried: usize,
    /// What is to be read back.
    pending: Pending,
}

impl<'a> Station<'a> {
    pub(crate) fn new(session: Session<'a>) -> Self {
        Self {
            destination: session.destination,
            session,
            failure: None,
            untried: 0,
            pending: Pending::default(),
        }
    }

    /// The site, when Jira answered, for what waits from before.
    pub(crate) fn answering(&mut self) -> Option<(&'a str, &mut Jira<'a>)> {
        let name = self.destination.name.as_str();
        let jira = self.session.jira().filter(|_| self.failure.is_none());
        jira.map(|jira| (name, jira))
    }

    /// Reads back what the site has accepted; nothing when that is nothing.
    pub(crate) fn verify(
        &mut self,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Option<Result<(), Failure>> {
        let pending = std::mem::take(&mut self.pending);
        let jira = self.session.jira().filter(|_| !pending.is_empty())?;
        let site = &self.destination.name;
        let (system, output) = (context.system, context.output);
        Some(verify(jira, site, pending, deadline, system, output))
    }

    /// Says how many payloads came to nothing for the reason that was already told.
    pub(crate) fn warn_untried(&self, output: &Output) {
        if self.untried > 0 {
            let (untried, site) = (self.untried, &self.destination.name);
            output.warn(&format!("{site}: {untried} more were not tried after that"));
        }
    }
}

/// What was tried at one site.
pub(crate) struct Attempt<'a> {
    /// It was written down before it was sent, or why it was not.
    kept: Result<(&'a Outbox<'a>, Held, Entry), NoOutbox>,
    result: Result<Submitted, Failure>,
    is_tried: bool,
}

impl<'a> Call<'a> {
    /// Writes the payload into the outbox, so that it survives whatever happens to this process, and sends it.
    pub(crate) fn attempt(
        &'a self,
        station: &mut Station<'a>,
        payload: &Payload,
        deadline: Deadline,
    ) -> Attempt<'a> {
        let site = station.destination.label();
        let watchdog = self.context.system.watchdog();
        if let Some(watchdog) = watchdog {
            // Until it is written down, it is not.
            watchdog.begins(&payload.title(), site);
        }
        let keep = || {
            let kept = self.keep(station.destination, payload);
            if let (Some(watchdog), Ok((outbox, ..))) = (watchdog, &kept) {
                watchdog.keeps(&payload.title(), site, outbox.folder());
            }
            kept
        };
        let (phase, name) = (self.context.phase, &station.destination.name);
        let deadline = phase.end_for(name, deadline, self.context.system);
        // The drive takes its time, and so does the network; nothing of the payload is sent before it is written down.
        let is_open = station.session.jira().is_some() || station.failure.is_some();
        let (opened, mut kept) = if is_open {
            (Ok(()), keep())
        } else {
            let session = &mut station.session;
            both(move || session.open(deadline).map(|_| ()), keep)
        };
        if let Some(failure) = &station.failure {
            return Attempt {
                kept,
                result: Err(failure.clone()),
                is_tried: false,
            };
        }
        let submit = || -> Result<Submitted, SessionError> {
            opened?;
            let jira = station.session.open(deadline)?;
            if let Ok((_, _, entry)) = &mut kept {
                entry.cloud_id = Some(jira.cloud_id().as_str().to_owned());
            }
            Ok(jira.submit_in_parts(&payload.body)?)
        };
        let result = submit().map_err(SessionError::explain);
        Attempt {
            kept,
            result,
            is_tried: true,
        }
    }

    fn keep(
        &self,
        destination: &Destination,
        payload: &Payload,
    ) -> Result<(&'a Outbox<'a>, Held, Entry), NoOutbox> {
        let outbox = match self.store {
            _ if !payload.may_wait => return Err(NoOutbox::Off),
            Ok(outbox) => outbox,
            Err(NoOutbox::Off) => return Err(NoOutbox::Off),
            Err(NoOutbox::Broken(why)) => return Err(NoOutbox::Broken(why.clone())),
        };
        let system = self.context.system;
        let entry = payload.entry(destination, system.now());
        let entry = entry.ok_or_else(|| NoOutbox::Broken("it has no number".to_owned()))?;
        match outbox.hold_new(&entry, self.deadline.remaining(system)) {
            Ok(held) => Ok((outbox, held, entry)),
            Err(error) => Err(NoOutbox::Broken(plain(error))),
        }
    }

    /// Reports what happened at a site.
    pub(crate) fn settle(
        &self,
        station: &mut Station<'a>,
        attempt: Attempt<'a>,
        payload: &Payload,
    ) -> SiteReport {
        let site = station.destination.label();
        let report = self.report(station, attempt, payload);
        if let Some(watchdog) = self.context.system.watchdog() {
            let code = exit_code(report.outcome, report.queued, self.on_error);
            watchdog.settles(&payload.title(), site, code);
        }
        report
    }

    fn report(
        &self,
        station: &mut Station<'a>,
        attempt: Attempt<'a>,
        payload: &Payload,
    ) -> SiteReport {
        let output = self.context.output;
        match attempt.result {
            Ok(submitted) => {
                if let Ok((outbox, held, _)) = &attempt.kept {
                    outbox.remove(held);
                }
                let on_error = self.on_error;
                let report =
                    answer::read(payload, station.destination, submitted, on_error, output);
                if self.verifies {
                    station.pending.add(&payload.body, &report);
                }
                if !matches!(report.outcome, Outcome::Rejected | Outcome::NothingToSend) {
                    self.drop_older(&attempt.kept, payload);
                }
                report
            }
            Err(failure) => {
                if failure.kind != FailureKind::Refused {
                    station.failure.get_or_insert_with(|| failure.clone());
                }
                station.untried += usize::from(!attempt.is_tried);
                let done = if failure.kind == FailureKind::Refused {
                    "rejected by"
                } else {
                    "not sent to"
                };
                let (subject, site) = (payload.subject(), station.destination.label());
                let what = format!("{subject} {done} {site}");
                let failure = Failure::new(failure.kind, what).caused_by(&failure);
                let mut report = SiteReport {
                    state: payload.state(),
                    ..SiteReport::failed(station.destination.name.clone(), &failure)
                };
                let failure = station.session.hinted(failure, self.several_sites);
                let kept = self.wait(attempt.kept, &failure);
                report.queued = matches!(kept, Ok(true));
                let code = exit_code(report.outcome, report.queued, self.on_error);
                let failure = match (&kept, self.store) {
                    (Ok(true), Ok(outbox)) => {
                        report.message.push_str("; queued in the outbox");
                        let folder = outbox.folder().display();
                        // Around a command the hint is given once, and this line twice.
                        failure.and(" (queued)").hint(format!(
                            "queued in {folder}; it is sent with the next update, or run jira-send flush"
                        ))
                    }
                    (Err(why), _) => {
                        let fate = if self.context.phase.step.is_some() {
                            "kept with the run only"
                        } else {
                            "not queued"
                        };
                        let reason = format!("; {fate}: the outbox cannot be used: {why}");
                        report.message.push_str(&reason);
                        failure
                    }
                    (Ok(false), Err(NoOutbox::Off)) if may_wait(&failure) && payload.may_wait => {
                        let (what, remedy) = turned_off_by(self.context.variables);
                        let reason = format!("; not queued, because of {what}");
                        report.message.push_str(&reason);
                        failure.hint(format!("{remedy} to have it queued and sent later"))
                    }
                    _ => failure,
                };
                if attempt.is_tried {
                    output.failure_for(&failure, code);
                }
                if let Err(why) = kept
                    && self.context.phase.step.is_none()
                {
                    output.advise(
                        &format!("{subject} is lost: it could not be written to the outbox: {why}"),
                        "set JIRA_SEND_OUTBOX to a folder that can be written to",
                    );
                }
                report
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
                    .map_err(plain)
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
    fn drop_older(&self, kept: &Result<(&Outbox<'_>, Held, Entry), NoOutbox>, payload: &Payload) {
        let sequence = payload.body.sequence();
        if let (Ok((outbox, held, _)), Some(sequence)) = (kept, sequence) {
            let dropped = outbox.drop_older(held.item(), sequence);
            if dropped > 0 {
                let text = "older updates of it were queued and are no longer needed";
                self.context.output.detail(&format!("{dropped} {text}"));
            }
        }
    }
}

/// Whether Jira may take it later: a refusal is final.
fn may_wait(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Unreachable | FailureKind::Credentials
    )
}
