//! What another agent could not deliver: a pipeline step carries it, since an agent that vanishes takes its outbox
//! with it.

use std::collections::HashSet;

use serde_json::Value;

use super::entry::{Entry, NoEntry};
use super::name::{self, FileKind, Name, Place};
use super::{ItemHash, Outbox};
use crate::domain::timestamp::Timestamp;
use crate::error::plain;

impl Outbox<'_> {
    /// Puts in what is brought along, unless it is here already; says what could not be put in. One that was delivered
    /// meanwhile does no harm: Jira ignores a number that it has.
    pub(crate) fn take_over<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Vec<String> {
        let here = self.names();
        let mut problems = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            if here.contains(&name) {
                continue;
            }
            if let Err(error) = self.write(&self.path(&name.file(&Place::Waiting)), entry) {
                problems.push(plain(error));
            }
        }
        problems
    }

    /// Whether each of these waits here, or is on its way from here.
    pub(crate) fn waits<'a>(&self, entries: impl IntoIterator<Item = &'a Entry>) -> Vec<bool> {
        let here = self.names();
        let entries = entries.into_iter();
        entries
            .map(|entry| here.contains(&entry.file_name()))
            .collect()
    }

    fn names(&self) -> HashSet<Name> {
        self.entries().map(|due| due.name).collect()
    }
}

impl Entry {
    /// One that a run remembered, where everybody can write.
    pub(crate) fn from_value(value: Value) -> Result<Self, String> {
        let entry = Self::of_value(value).map_err(|none| match none {
            NoEntry::Corrupt(problem) => problem,
            _ => "a later version of jira-send wrote it".to_owned(),
        })?;
        let name = entry.file_name();
        match name::kind(&name.file(&Place::Waiting)) {
            FileKind::Entry(read, _) if read == name => Ok(entry),
            _ => Err(format!("{} has an invalid number or time", entry.name)),
        }
    }

    /// What makes it the same build or deployment of the same site as another.
    pub(crate) fn item(&self) -> ItemHash {
        ItemHash::new(self.place(), self.body.kind.name(), &self.key)
    }

    /// The same build or deployment once it has ended: in this state, at this moment, and after what it says now.
    #[must_use]
    pub(crate) fn ended(mut self, state: &str, at: Timestamp) -> Self {
        self.sequence = at.as_millisecond().max(self.sequence.saturating_add(1));
        self.created = at;
        let ended = format!(" {}", state.replace('_', " "));
        self.name = self.name.replacen(" in progress", &ended, 1);
        self.tries = 0;
        self.reason.clear();
        self.body.end(state, self.sequence, at);
        self
    }
}
