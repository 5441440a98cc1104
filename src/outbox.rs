//! What waits to be sent: one file for each build or deployment that Jira did not get.
//!
//! Any number of processes share the folder, also from several machines. There are no locks: an entry belongs to
//! whoever renames it to their own name, and what a killed process held is taken over. An entry may be delivered
//! twice that way, which is harmless, since its sequence number stays the same.

mod entry;
mod expiry;
mod file;
mod folder;
#[cfg(any(test, fuzzing))]
#[path = "../fuzz/entries/outbox.rs"]
pub(crate) mod fuzz_entry;
mod held;
mod history;
mod listing;
mod memory;
mod name;
mod notes;
mod relay;
mod requests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::error::Warning;
use crate::system::System;

pub(crate) use entry::Entry;
pub(crate) use expiry::{Expired, Limits};
pub(crate) use folder::default_folder;
pub(crate) use held::Held;
pub(crate) use history::{Progress, UnderWay};
pub(crate) use listing::{Due, Listing};
pub(crate) use memory::{
    Changed, DeployedRecord, Memory, Moved, PushRecord, Record, Reserved, RunRecord,
};
pub(crate) use name::ItemHash;
pub(crate) use notes::Notes;
pub(crate) use requests::{OpenRequest, OpenRequests, add_request};

/// How long a folder may take to answer; a local one takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

/// Folder of what Jira refused for good.
const REFUSED: &str = "refused";

/// End of the name of a file that is named like an entry but is not one.
const CORRUPT: &str = "corrupt";

/// An outbox that can be used.
pub(crate) struct Outbox<'a> {
    folder: PathBuf,
    limits: Limits,
    system: &'a dyn System,
    /// Makes the names of temporary files unique in this process.
    written: AtomicU64,
}

impl<'a> Outbox<'a> {
    /// Makes the folder, when it is going to be written to.
    ///
    /// # Errors
    /// When it can neither be found nor made, or does not answer, as a network volume whose server is gone.
    pub(crate) fn open(
        folder: &Path,
        limits: Limits,
        is_written: bool,
        system: &'a dyn System,
    ) -> anyhow::Result<Self> {
        let outbox = Self {
            folder: folder.to_owned(),
            limits,
            system,
            written: AtomicU64::new(0),
        };
        let (folder, trial) = (folder.to_owned(), outbox.temporary());
        let ready = crate::side_by_side::in_time(PATIENCE, move || {
            if is_written {
                folder::make(&folder)?;
                // Whether it can be written to is found out later; here it is about those that never say.
                let _ = file::write_new(&trial, "").and_then(|_| fs::remove_file(&trial));
            }
            folder::files(&folder).next();
            anyhow::Ok(())
        });
        match ready {
            Some(ready) => ready.map(|()| outbox),
            None => bail!("{} does not answer", outbox.folder.display()),
        }
    }

    /// Why the folder is not as safe as it should be; nothing when it is.
    pub(crate) fn exposure(&self) -> Option<Warning> {
        folder::exposure(&self.folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether entries can be written.
    pub(crate) fn try_writing(&self) -> anyhow::Result<()> {
        let temporary = self.temporary();
        file::write_durably(&temporary, "")
            .and_then(|()| fs::remove_file(&temporary))
            .with_context(|| format!("{} cannot be written to", self.folder.display()))
    }

    /// How many entries Jira refused for good.
    pub(crate) fn refused(&self) -> usize {
        folder::files(&self.path(REFUSED)).count()
    }

    /// What is remembered of the builds and deployments that were sent from here.
    pub(crate) fn memory(&self) -> Memory<'_> {
        Memory::new(self, "sent", memory::MAX_AGE)
    }

    /// What is remembered of the places that were deployed to from here.
    pub(crate) fn environments(&self) -> Memory<'_> {
        Memory::new(self, "deployed", memory::MAX_AGE_DEPLOYED)
    }

    /// What is remembered of pushes a moment ago.
    pub(crate) fn pushes(&self) -> Memory<'_> {
        Memory::new(self, "pushed", memory::MIN_AGE)
    }

    /// What is remembered of repositories whose whole history was sent from here.
    pub(crate) fn histories(&self) -> Notes<'_> {
        Notes::new(self, "history")
    }

    /// What is remembered of controllers whose history was sent from here.
    pub(crate) fn backfills(&self) -> Notes<'_> {
        Notes::new(self, "backfill")
    }

    /// What is remembered of the pull requests that were sent from here.
    pub(crate) fn open_requests(&self) -> Notes<'_> {
        Notes::new(self, "requests")
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn now(&self) -> i64 {
        self.system.now().as_millisecond()
    }

    /// The file is there as a whole or not at all.
    fn write(&self, path: &Path, entry: &Entry) -> anyhow::Result<()> {
        file::replace(path, &self.temporary(), &entry.to_text())
            .with_context(|| format!("{} cannot be written to", self.folder.display()))
    }

    /// A file that nobody else writes.
    fn temporary(&self) -> PathBuf {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let (process, chance) = (self.system.process(), self.system.random());
        self.path(&name::temporary(process, number, chance))
    }
}

#[cfg(test)]
mod tests;
