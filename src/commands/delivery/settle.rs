//! What Jira's answer says about each entry that was sent: a delivery settles its entries here.

use super::Delivery;
use crate::commands::answer;
use crate::commands::connection::label;
use crate::commands::notices::warn_each;
use crate::jira::{Rejected, Submitted};
use crate::outbox::Held;

impl<'a> Delivery<'a> {
    /// Gives back those items of several that Jira's answer says nothing of.
    pub(super) fn settle(&mut self, items: Vec<Held<'a>>, submitted: &Submitted) -> Vec<Held<'a>> {
        let accepted = submitted.accepted.as_deref().unwrap_or_default();
        let rejected = submitted.rejected.as_slice();
        let alone = items.len() == 1;
        let nothing_said = submitted.is_silent();
        let mut unclear = Vec::new();
        for item in items {
            if alone && !accepted.is_empty() {
                self.warn_rejected(&item, rejected);
            }
            let key = &item.entry.key;
            let refusal = rejected
                .iter()
                .find(|rejected| rejected.key == *key || alone);
            if accepted.contains(key) || nothing_said || (alone && !accepted.is_empty()) {
                item.remove();
                self.counts.deliver(&item.entry.name);
            } else if refusal.is_some() && self.is_wrong_guess(&item, submitted, alone) {
                item.remove();
                let (name, site) = (&item.entry.name, label(self.site));
                let unknown = submitted.unknown_issues().join(", ");
                self.context.output.advise(
                    &format!("{name} was queued, and was not sent: {site} does not know {unknown}"),
                    answer::GUESSES,
                );
            } else if let Some(refusal) = refusal {
                self.refuse(item, &reasons(refusal));
            } else if alone {
                self.refuse(item, "Jira accepted none of it");
            } else {
                unclear.push(item);
            }
        }
        unclear
    }

    /// Whether all its issues were found in texts and the site knows none of them: our guess is not the user's mistake.
    fn is_wrong_guess(&self, item: &Held<'_>, submitted: &Submitted, alone: bool) -> bool {
        let unknown = submitted.unknown_issues();
        let Some((_, record)) = self.outbox.memory().last(&item.entry.item()) else {
            return false;
        };
        let keys = &record.issue_keys;
        // It may write them in another way than we do: as many as were sent are all of them, unless others sent some as well.
        let knows_none =
            alone && unknown.len() >= keys.len() || keys.iter().all(|key| unknown.contains(key));
        record.is_guessed && !keys.is_empty() && knows_none
    }

    /// Most of a request was taken: what was not is said, since it is kept nowhere.
    fn warn_rejected(&self, item: &Held<'_>, rejected: &[Rejected]) {
        let lines = rejected.iter().map(|rejected| {
            let (name, key, reasons) = (&item.entry.name, &rejected.key, reasons(rejected));
            format!("{name} was queued, and Jira rejected {key} of it: {reasons}")
        });
        warn_each(lines, self.context.output);
    }

    pub(super) fn refuse(&mut self, mut item: Held<'_>, reason: &str) {
        let output = self.context.output;
        item.fail(&output.without_secrets(reason));
        let path = item.refuse();
        self.counts.refused += 1;
        let (name, site) = (&item.entry.name, label(self.site));
        output.advise(
            &format!("{name} was queued, and is rejected by {site}: {reason}"),
            &format!("see {}", path.display()),
        );
    }
}

fn reasons(rejected: &Rejected) -> String {
    let reasons = rejected.errors.iter().map(|error| error.message.as_str());
    reasons.collect::<Vec<_>>().join("; ")
}
