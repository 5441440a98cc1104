//! Reading back what Jira has accepted, until it is stored (`--verify`): 202 does not say that it is.
//! `send.rs` does so at its end.

use serde_json::Value;

use super::pauses::Pauses;
use crate::error::{Failure, FailureKind};
use crate::jira::{Body, DataType, Fate, Jira, Sent};
use crate::output::Output;
use crate::report::{Outcome, SiteReport};
use crate::system::{Deadline, System};

/// Of one request that many questions are asked at most: each item has an address of its own. A repository is read once
/// for all that is in it.
const MAX_QUESTIONS: usize = 20;

/// So much of the last requests is remembered, when there are many.
const MAX_PENDING: usize = 2_000;

/// Most items that one line names.
const MAX_NAMED: usize = 5;

/// What a site has accepted and may not have stored yet.
#[derive(Default)]
pub(crate) struct Pending(Vec<Sent>);

impl Pending {
    /// Takes in what a site has accepted of one request.
    pub(crate) fn add(&mut self, body: &Body, report: &SiteReport) {
        if !matches!(report.outcome, Outcome::Accepted | Outcome::PartlyAccepted) {
            return;
        }
        let is_refused = |sent: &Sent| {
            let (mut refused, key) = (report.rejected.iter(), sent.item.key());
            refused.any(|refused| refused.key == key || is_repository_of(&refused.key, &key))
        };
        let questions = match body.kind {
            DataType::DevInfo => usize::MAX,
            _ => MAX_QUESTIONS,
        };
        let accepted = body.sent().into_iter().filter(|sent| !is_refused(sent));
        self.0.extend(accepted.take(questions));
        let beyond = self.0.len().saturating_sub(MAX_PENDING);
        self.0.drain(..beyond);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a whole repository was refused, with the entity of the other key.
fn is_repository_of(refused: &Value, key: &Value) -> bool {
    let is_whole = refused.as_object().is_some_and(|fields| fields.len() == 1);
    is_whole
        && refused
            .get("repositoryId")
            .is_some_and(|id| key.get("repositoryId") == Some(id))
}

/// Asks until all of it is stored, or the time is up. Says what is worth a word.
///
/// # Errors
/// Why it is not known to be stored.
pub(crate) fn verify(
    client: &mut Jira<'_>,
    site: &str,
    pending: Pending,
    deadline: Deadline,
    system: &dyn System,
    output: &Output,
) -> Result<(), Failure> {
    client.end_at(deadline);
    let mut pauses = Pauses::new(deadline, system);
    let mut open = pending.0;
    loop {
        let mut read: Vec<((DataType, String), Option<Value>)> = Vec::new();
        let mut waiting: Vec<(Sent, Fate)> = Vec::new();
        for sent in open {
            let place = (sent.item.data(), sent.item.read_path());
            let known = read.iter().position(|(known, _)| *known == place);
            if known.is_none() {
                let found = client.read(&sent.item);
                let found = found.map_err(|error| unread(&error.explain_for(site)))?;
                read.push((place, found));
            }
            let (_, found) = &read[known.unwrap_or(read.len() - 1)];
            let fate = sent.fate(found.as_ref());
            if let Fate::Newer(number) = fate {
                output.say(&format!(
                    "{site} has a newer update of {} already: {number}, and {} was sent",
                    sent.item, sent.sequence
                ));
            }
            if !fate.is_final() {
                waiting.push((sent, fate));
            }
        }
        if waiting.is_empty() {
            output.say(&format!("{site} has stored it"));
            return Ok(());
        }
        if !pauses.wait() {
            return Err(unstored(site, &waiting));
        }
        open = waiting.into_iter().map(|(sent, _)| sent).collect();
    }
}

fn unread(failure: &Failure) -> Failure {
    let unread = Failure::new(
        FailureKind::Refused,
        "it was accepted, but could not be read back",
    );
    let hints = failure.hints();
    hints
        .fold(unread.cause(failure.message()), Failure::hint)
        .hint("Jira has accepted it, so it need not be sent again; jira-send show reads it later")
}

fn unstored(site: &str, waiting: &[(Sent, Fate)]) -> Failure {
    let count = waiting.len();
    let failure = Failure::new(
        FailureKind::Refused,
        format!("{site} has accepted it, but has not stored it yet"),
    );
    let causes = waiting.iter().take(MAX_NAMED).map(|(sent, fate)| {
        let (item, sequence) = (&sent.item, sent.sequence);
        match fate {
            Fate::Older(number) => {
                format!("{item} is still at update {number}, and {sequence} was sent")
            }
            _ => format!("{item} is not there"),
        }
    });
    let more = count.checked_sub(MAX_NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more"));
    let failure = causes.chain(more).fold(failure, Failure::cause);
    failure.hint("Jira stores nothing whose issues are all unknown, and takes longer at busy times: check the issue keys, look again with jira-send show, or wait longer with --budget")
}

#[cfg(test)]
mod tests;
