//! What waits, from agent to agent: an agent that vanishes takes its outbox with it.

use super::Context;
use super::connection::Destination;
use super::payload::Payload;
use super::store::Store;
use crate::jira::CloudId;
use crate::outbox::{Entity, HandedOver, TakenOver};
use crate::report::WaitingReport;
use crate::variables::JIRA_SEND_WAITING;

/// What a pipeline step brought along.
pub(crate) struct Relay<'a> {
    lines: &'a str,
    taken: TakenOver,
}

impl<'a> Relay<'a> {
    /// Puts it into the outbox, where the step asks for that. Never more than a warning.
    pub(crate) fn take_over(store: &Store<'_>, context: &Context<'a>) -> Option<Self> {
        let lines = context.variables.get(JIRA_SEND_WAITING)?;
        // A step that brings nothing says so with a word that is no entry.
        let lines = if lines.trim() == NOTHING { "" } else { lines };
        let taken = store.as_ref().map(|outbox| outbox.take_over(lines));
        let taken = taken.unwrap_or_default();
        for warning in &taken.warnings {
            context.output.warn(&format!(
                "something that waited elsewhere was not taken over from {}: {warning}",
                JIRA_SEND_WAITING.name
            ));
        }
        Some(Self { lines, taken })
    }

    /// What waits now of what was brought along and of the payload.
    pub(crate) fn hand_over(
        mut self,
        store: &Store<'_>,
        destinations: &[Destination],
        payload: &Payload,
    ) -> WaitingReport {
        let Ok(outbox) = store else {
            // Nothing of it was touched.
            return WaitingReport {
                waiting: self.lines.lines().map(ToOwned::to_owned).collect(),
                waiting_left_out: 0,
            };
        };
        let own = destinations.iter().map(|destination| {
            let cloud_id = destination.cloud_id().map(CloudId::as_str);
            let place = destination.site().or(cloud_id).unwrap_or_default();
            Entity::new(place, payload.data.name(), &payload.key)
        });
        self.taken.entities.extend(own);
        let HandedOver { lines, left_out } = outbox.hand_over(&self.taken.entities);
        WaitingReport {
            waiting: lines,
            waiting_left_out: left_out,
        }
    }
}

/// The value of the variable when nothing is brought along: a blank one counts as not set.
const NOTHING: &str = "none";
