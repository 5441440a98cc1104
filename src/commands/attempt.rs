//! One attempt to send a payload to one site, and its result: written to the outbox, sent, settled.
//! `send.rs` makes one for each payload and site.

use super::Context;
use super::answer;
use super::connection::Destination;
use super::payload::Payload;
use super::session::Session;
use super::store::{NoOutbox, Store};
use super::verify::{Pending, verify};
use crate::cli::turned_off_by;
use crate::error::{Failure, FailureKind, plain};
use crate::jira::{Jira, Submitted};
use crate::outbox::Held;
use crate::output::Output;
use crate::policy::{OnError, exit_code};
use crate::report::{Outcome, SiteReport};
use crate::side_by_side::both;
use crate::system::Deadline;

/// What all sites and payloads of one call share.
pub(crate) struct SendCall<'a> {
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
    session: Session<'a>,
    /// What keeps everything from it: nothing more is tried then.
    failure: Option<Failure>,
    /// How many payloads were not tried for that reason.
    untried: usize,
    pending: Pending,
}

impl<'a> Station<'a> {
    pub(crate) fn new(session: Session<'a>) -> Self {
        Self {
            session,
            failure: None,
            untried: 0,
            pending: Pending::default(),
        }
    }

    /// The site, when Jira answered, for what waits from before.
    pub(crate) fn answering(&mut self) -> Option<(&'a str, &mut Jira<'a>)> {
        let name = self.session.destination.name.as_str();
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
        let site = &self.session.destination.name;
        let jira = self.session.jira().filter(|_| !pending.is_empty())?;
        let (system, output) = (context.system, context.output);
        Some(verify(jira, site, pending, deadline, system, output))
    }

    /// Says how many payloads came to nothing for the reason that was already told.
    pub(crate) fn warn_untried(&self, output: &Output) {
        if self.untried > 0 {
            let (untried, site) = (self.untried, &self.session.destination.name);
            output.warn(&format!("{site}: {untried} more were not tried after that"));
        }
    }
}

/// What the outbox has of a payload, or why it has nothing.
type Kept<'a> = Result<Held<'a>, NoOutbox>;

pub(crate) struct Attempt<'a> {
    /// It was written down before it was sent, or why it was not.
    kept: Kept<'a>,
    result: Result<Submitted, Failure>,
    is_tried: bool,
}

impl<'a> SendCall<'a> {
    /// Writes the payload into the outbox, so that it survives whatever happens to this process, and sends it.
    pub(crate) fn attempt(
        &'a self,
        station: &mut Station<'a>,
        payload: &Payload,
        deadline: Deadline,
    ) -> Attempt<'a> {
        let site = station.session.destination.label();
        let watchdog = self.context.system.watchdog();
        if let Some(watchdog) = watchdog {
            // Until it is written down, it is not.
            watchdog.begins(&payload.title(), site);
        }
        let keep = || {
            let kept = self.keep(station.session.destination, payload);
            if let (Some(watchdog), Ok(outbox), Ok(_)) = (watchdog, self.store, &kept) {
                watchdog.keeps(&payload.title(), site, outbox.folder());
            }
            kept
        };
        let (phase, name) = (self.context.phase, &station.session.destination.name);
        let deadline = phase.end_for(name, deadline, self.context.system);
        // The drive takes its time, and so does the network; nothing of the payload is sent before it is written down.
        let is_open = station.session.jira().is_some() || station.failure.is_some();
        let (opened, mut kept) = if is_open {
            (Ok(()), keep())
        } else {
            let session = &mut station.session;
            both(move || session.open_named(deadline).map(|_| ()), keep)
        };
        if let Some(failure) = &station.failure {
            return Attempt {
                kept,
                result: Err(failure.clone()),
                is_tried: false,
            };
        }
        let submit = || -> Result<Submitted, Failure> {
            opened?;
            let jira = station.session.open_named(deadline)?;
            if let Ok(held) = &mut kept {
                held.entry.cloud_id = Some(jira.opened.cloud_id.as_str().to_owned());
            }
            let submitted = jira.submit_in_parts(&payload.body);
            submitted.map_err(|error| error.explain())
        };
        let result = submit();
        Attempt {
            kept,
            result,
            is_tried: true,
        }
    }

    fn keep(&self, destination: &Destination, payload: &Payload) -> Kept<'a> {
        if !payload.may_wait {
            return Err(NoOutbox::Off);
        }
        let outbox = self.store.as_ref().map_err(Clone::clone)?;
        let system = self.context.system;
        let entry = payload.entry(destination, system.now());
        let entry = entry.ok_or_else(|| NoOutbox::Broken("it has no number".to_owned()))?;
        let held = outbox.hold(entry, self.deadline.remaining(system));
        held.map_err(|error| NoOutbox::Broken(plain(error)))
    }

    /// Reports the result, and lets the watchdog know.
    pub(crate) fn settle(
        &self,
        station: &mut Station<'a>,
        attempt: Attempt<'a>,
        payload: &Payload,
    ) -> SiteReport {
        let Attempt {
            kept,
            result,
            is_tried,
        } = attempt;
        let report = match result {
            Ok(submitted) => self.answered(station, submitted, &kept, payload),
            Err(failure) => {
                if failure.kind != FailureKind::Refused {
                    station.failure.get_or_insert_with(|| failure.clone());
                }
                station.untried += usize::from(!is_tried);
                self.fail(station, &failure, kept, is_tried, payload)
            }
        };
        if let Some(watchdog) = self.context.system.watchdog() {
            let code = exit_code(report.outcome, report.queued, self.on_error);
            let site = station.session.destination.label();
            watchdog.settles(&payload.title(), site, code);
        }
        report
    }

    fn answered(
        &self,
        station: &mut Station<'_>,
        submitted: Submitted,
        kept: &Kept<'_>,
        payload: &Payload,
    ) -> SiteReport {
        if let Ok(held) = kept {
            held.remove();
        }
        let (destination, output) = (station.session.destination, self.context.output);
        let report = answer::read(payload, destination, submitted, self.on_error, output);
        if self.verifies {
            station.pending.add(&payload.body, &report);
        }
        // Jira has this update: older ones of the same build or deployment need not wait any longer.
        let is_new = !matches!(report.outcome, Outcome::Rejected | Outcome::NothingToSend);
        let dropped = kept.as_ref().ok().filter(|_| is_new).map(Held::drop_older);
        if let Some(dropped @ 1..) = dropped {
            let text = "older updates of it were queued and are no longer needed";
            output.detail(&format!("{dropped} {text}"));
        }
        report
    }

    /// Reports why a site did not get it, and where it is kept. The reason for what was not even tried is known.
    fn fail(
        &self,
        station: &Station<'_>,
        failure: &Failure,
        kept: Kept<'_>,
        is_tried: bool,
        payload: &Payload,
    ) -> SiteReport {
        let destination = station.session.destination;
        let done = match failure.kind {
            FailureKind::Refused => "rejected by",
            _ => "not sent to",
        };
        let (subject, site) = (payload.subject(), destination.label());
        let failure =
            Failure::new(failure.kind, format!("{subject} {done} {site}")).caused_by(failure);
        let mut report = SiteReport {
            state: payload.state(),
            ..SiteReport::failed(destination.name.clone(), &failure)
        };
        let failure = station.session.hinted(failure, self.several_sites);
        let kept = self.wait(kept, &failure);
        report.queued = matches!(kept, Ok(true));
        let is_step = self.context.phase.step.is_some();
        // Around a command a hint is given once, and the line before it twice.
        let (fate, mark, hint) = match (&kept, self.store) {
            (Ok(true), Ok(outbox)) => {
                let folder = outbox.folder().display();
                let hint = format!(
                    "queued in {folder}; it is sent with the next update, or run jira-send flush"
                );
                ("queued in the outbox".to_owned(), " (queued)", Some(hint))
            }
            (Err(why), _) => {
                let fate = if is_step {
                    "kept with the run only"
                } else {
                    "not queued"
                };
                let fate = format!("{fate}: the outbox cannot be used: {why}");
                (fate, "", None)
            }
            (Ok(false), Err(NoOutbox::Off)) if may_wait(&failure) && payload.may_wait => {
                let (what, remedy) = turned_off_by(self.context.variables);
                let hint = format!("{remedy} to have it queued and sent later");
                (format!("not queued, because of {what}"), "", Some(hint))
            }
            _ => (String::new(), "", None),
        };
        if !fate.is_empty() {
            report.message = format!("{}; {fate}", report.message);
        }
        let output = self.context.output;
        if is_tried {
            let failure = hint.into_iter().fold(failure.and(mark), Failure::hint);
            let code = exit_code(report.outcome, report.queued, self.on_error);
            output.failure_for(&failure, code);
        }
        if let Err(why) = kept
            && !is_step
        {
            output.advise(
                &format!("{subject} is lost: it could not be written to the outbox: {why}"),
                "set JIRA_SEND_OUTBOX to a folder that can be written to",
            );
        }
        report
    }

    /// Whether it waits; an error is why it does not, though it should.
    fn wait(&self, kept: Kept<'_>, failure: &Failure) -> Result<bool, String> {
        let may_wait = may_wait(failure);
        match kept {
            Ok(mut held) if may_wait => {
                held.fail(&self.context.output.without_secrets(&failure.message()));
                held.put_back().map(|()| true).map_err(plain)
            }
            Ok(held) => {
                held.remove();
                Ok(false)
            }
            Err(NoOutbox::Broken(why)) if may_wait => Err(why),
            Err(_) => Ok(false),
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
