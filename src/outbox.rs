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
pub(crate) use history::{Progress, UnderWay};
pub(crate) use listing::{Count, Due};
pub(crate) use memory::{
    Changed, DeployedRecord, Memory, Moved, PushRecord, Record, Reserved, RunRecord,
};
pub(crate) use name::Entity;
pub(crate) use notes::Notes;
pub(crate) use requests::{OpenRequest, OpenRequests};

use entry::Parsed;
use file::Content;
use name::{Hold, Name, Pause};

/// Longest file that is taken for an entry, in bytes. A body with 500 issues has less than a hundredth of it.
const MAX_ENTRY: u64 = 16 * 1024 * 1024;

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

/// An entry that is ours until the time is up.
#[derive(Debug)]
pub(crate) struct Held {
    name: Name,
    path: PathBuf,
    /// When it has failed alone before.
    pause: Option<Pause>,
}

impl Held {
    pub(crate) fn entity(&self) -> &Entity {
        &self.name.entity
    }

    /// Whether it has failed alone before, or may have.
    pub(crate) fn has_failed(&self) -> bool {
        self.pause.is_some()
    }

    /// The name of its file while it waits.
    fn waiting(&self) -> String {
        match &self.pause {
            Some(pause) => name::paused(&self.name, pause),
            None => name::waiting(&self.name),
        }
    }
}

/// What an entry turned out to be.
#[derive(Debug)]
pub(crate) enum Opened {
    Entry(Box<Entry>),
    /// Somebody else has it, or a later version of this program is needed.
    NotOurs,
    /// It waits again, since it cannot be read now; says why.
    Unreadable(String),
    /// No entry, and no longer in the way; says what it is and where.
    SetAside(String),
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
        Memory::new(&self.folder, self.system)
    }

    /// What is remembered of the places that were deployed to from here.
    pub(crate) fn environments(&self) -> Memory<'_> {
        Memory::of_places(&self.folder, self.system)
    }

    /// What is remembered of pushes a moment ago.
    pub(crate) fn pushes(&self) -> Memory<'_> {
        Memory::of_pushes(&self.folder, self.system)
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

    /// Writes an entry before it is sent, so that nothing is lost when this process is killed.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written to.
    pub(crate) fn hold_new(&self, entry: &Entry, time: Duration) -> anyhow::Result<Held> {
        let name = entry.file_name();
        let path = self.path(&name::held(&name, &self.hold(time)));
        self.write(&path, entry)?;
        Ok(Held {
            name,
            path,
            pause: None,
        })
    }

    /// Takes an entry, unless somebody else was faster.
    pub(crate) fn claim(&self, due: &Due, time: Duration) -> Option<Held> {
        let path = self.path(&name::held(&due.name, &self.hold(time)));
        // Windows lets two rename it one after the other, who both had found it: the last one has it.
        let taken = fs::rename(self.path(&due.file()), &path).is_ok()
            && (cfg!(not(windows)) || path.exists());
        taken.then_some(Held {
            name: due.name,
            path,
            pause: due.pause(),
        })
    }

    /// Reads an entry that is ours.
    pub(crate) fn read(&self, held: &Held) -> Opened {
        let waiting = name::waiting(&held.name);
        let problem = match Self::parse(&held.path) {
            Ok(Parsed::Entry(entry)) if entry.entity() == held.name.entity => {
                return Opened::Entry(entry);
            }
            Ok(Parsed::Entry(_)) => "it is named like another build or deployment".to_owned(),
            Ok(Parsed::Newer(version)) => {
                let newer =
                    waiting.replace(&format!(".v{}.", name::VERSION), &format!(".v{version}."));
                let _ = fs::rename(&held.path, self.path(&newer));
                return Opened::SetAside(format!(
                    "{newer} in the outbox was written by a later version of jira-send and is left for it"
                ));
            }
            Ok(Parsed::OtherKind) => {
                let _ = self.put_back(held, None);
                return Opened::NotOurs;
            }
            Err(Content::Gone) => return Opened::NotOurs,
            Err(Content::Unreadable(problem)) => {
                let _ = self.put_back(held, None);
                return Opened::Unreadable(format!(
                    "{waiting} in the outbox cannot be read and stays queued: {problem}"
                ));
            }
            Ok(Parsed::Corrupt(problem))
            | Err(Content::Text(problem) | Content::Wrong(problem)) => problem,
        };
        let aside = self.path(&format!("{waiting}.{CORRUPT}"));
        let _ = fs::rename(&held.path, &aside);
        Opened::SetAside(format!(
            "{} is not a valid outbox entry and was set aside: {problem}",
            aside.display()
        ))
    }

    /// What is in a file that is named like an entry.
    fn parse(path: &Path) -> Result<Parsed, Content> {
        match file::read(path, MAX_ENTRY) {
            Content::Text(text) => Ok(Entry::parse(&text)),
            other => Err(other),
        }
    }

    /// It is delivered, or told to somebody.
    #[expect(
        clippy::unused_self,
        reason = "what is done to an entry is done by its outbox"
    )]
    pub(crate) fn remove(&self, held: &Held) {
        let _ = fs::remove_file(&held.path);
    }

    /// It waits again, with what was learnt in the meantime. On a full disk it waits as it was.
    ///
    /// # Errors
    /// When not even that is possible. Whoever looks later takes it over.
    pub(crate) fn put_back(&self, held: &Held, entry: Option<&Entry>) -> anyhow::Result<()> {
        let waiting = self.path(&held.waiting());
        let rewritten = entry.is_some_and(|entry| self.write(&waiting, entry).is_ok());
        if rewritten {
            let _ = fs::remove_file(&held.path);
            folder::sync(&self.folder);
        } else {
            // Should this name be lost with the power of the machine, the other one is taken over.
            fs::rename(&held.path, &waiting)
                .with_context(|| format!("{} cannot be written", waiting.display()))?;
        }
        Ok(())
    }

    /// It failed alone while others went through: it waits longer each time, and says how long, in milliseconds.
    pub(crate) fn postpone(&self, held: &mut Held, entry: &Entry) -> anyhow::Result<i64> {
        let now = self.now();
        let pause = Pause::longer(held.pause, now);
        held.pause = Some(pause);
        self.put_back(held, Some(entry))?;
        Ok(pause.until.saturating_sub(now))
    }

    /// It failed alone, and nothing went through: from now on it comes behind the others.
    pub(crate) fn put_behind(&self, held: &mut Held, entry: &Entry) -> anyhow::Result<()> {
        held.pause = Some(Pause::none(held.pause, self.now()));
        self.put_back(held, Some(entry))
    }

    /// It is of no use to try again: it is kept for people to look at, with the reason.
    pub(crate) fn refuse(&self, held: &Held, entry: &Entry) -> PathBuf {
        let folder = self.path(REFUSED);
        let path = folder.join(name::waiting(&held.name));
        let kept = folder::make(&folder).and_then(|()| self.write(&path, entry));
        if kept.is_ok() || fs::rename(&held.path, &path).is_err() {
            let _ = fs::remove_file(&held.path);
        }
        path
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn hold(&self, time: Duration) -> Hold {
        let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Hold {
            until: self.now().saturating_add(time),
            process: self.system.process().to_owned(),
        }
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
