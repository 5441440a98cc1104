//! What waits, from agent to agent: an agent that vanishes takes its outbox with it.

use super::Context;
use super::connection::Destination;
use super::payload::Payload;
use super::store::{NoOutbox, Store};
use crate::jira::CloudId;
use crate::outbox::{Brought, HandedOver, TakenOver};
use crate::report::{Outcome, SiteReport, WaitingReport};
use crate::variables::JIRA_SEND_WAITING;

/// What a pipeline step brought along, and what is added to it.
pub(crate) struct Relay<'a> {
    brought: Brought<'a>,
    taken: TakenOver,
    /// Of this call, where there is no outbox that it could wait in.
    own: Vec<String>,
}

impl<'a> Relay<'a> {
    /// Puts it into the outbox, where the step asks for that. Never more than a warning.
    pub(crate) fn take_over(store: &Store<'_>, context: &Context<'a>) -> Option<Self> {
        let lines = context.variables.get(JIRA_SEND_WAITING)?;
        let brought = Brought::parse(lines);
        let taken = store
            .as_ref()
            .map(|outbox| outbox.take_over(&brought.lines));
        let taken = taken.unwrap_or_default();
        for warning in &taken.warnings {
            context.output.warn(&format!(
                "something that waited elsewhere was not taken over from {}: {warning}",
                JIRA_SEND_WAITING.name
            ));
        }
        Some(Self {
            brought,
            taken,
            own: Vec::new(),
        })
    }

    /// Takes in a payload, whatever became of it.
    pub(crate) fn add(
        &mut self,
        store: &Store<'_>,
        destinations: &[Destination],
        sites: &[SiteReport],
        payload: &Payload,
        context: &Context<'_>,
    ) {
        if !payload.may_wait {
            return;
        }
        match store {
            Ok(_) => {
                let own = destinations.iter().map(|destination| {
                    let cloud_id = destination.cloud_id().map(CloudId::as_str);
                    payload.entity(destination.site().or(cloud_id).unwrap_or_default())
                });
                self.taken.entities.extend(own);
            }
            Err(NoOutbox::Broken(_)) => {
                let failed = destinations
                    .iter()
                    .zip(sites)
                    .filter(|(_, site)| waits(site));
                let now = context.system.now();
                let entries = failed.filter_map(|(place, _)| payload.entry(place, now));
                self.own.extend(entries.map(|entry| entry.to_line()));
            }
            Err(NoOutbox::Off) => {}
        }
    }

    /// What waits now of what was brought along and of the payloads.
    pub(crate) fn hand_over(self, store: &Store<'_>) -> WaitingReport {
        match store {
            Ok(outbox) => {
                let HandedOver { lines, left_out } = outbox.hand_over(&self.taken);
                let marks = self.brought.marks.iter().map(ToString::to_string);
                WaitingReport {
                    waiting: marks.chain(lines).collect(),
                    waiting_left_out: left_out,
                }
            }
            // What was brought is as it was; the payloads have no other place to wait.
            Err(_) => WaitingReport {
                waiting: self
                    .brought
                    .marks
                    .into_iter()
                    .chain(self.brought.lines)
                    .map(ToOwned::to_owned)
                    .chain(self.own)
                    .collect(),
                waiting_left_out: 0,
            },
        }
    }
}

/// Whether Jira may take it later.
fn waits(site: &SiteReport) -> bool {
    matches!(site.outcome, Outcome::Unreachable | Outcome::Unauthorized)
}
