//! An entry from the moment that it is ours to the moment that it is delivered, waits again or is refused. Sends and
//! deliveries hold one while they send it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::entry::NoEntry;
use super::name::{Name, Pause, Place, VERSION};
use super::{CORRUPT, Due, Entry, Outbox, REFUSED, file, folder};
use crate::domain::sequence::SequenceNumber;

/// Longest file that is taken for an entry, in bytes. A body with 500 issues has less than a hundredth of it.
const MAX_ENTRY: u64 = 16 * 1024 * 1024;

/// An entry that is ours until the time is up.
pub(crate) struct Held<'a> {
    outbox: &'a Outbox<'a>,
    name: Name,
    pub(super) path: PathBuf,
    pause: Option<Pause>,
    pub(crate) entry: Entry,
    /// Whether it was tried meanwhile.
    is_changed: bool,
}

impl<'a> Outbox<'a> {
    /// Writes an entry before it is sent, so that nothing is lost when this process is killed.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written to.
    pub(crate) fn hold(&'a self, entry: Entry, time: Duration) -> anyhow::Result<Held<'a>> {
        let name = entry.file_name();
        let path = self.path_while_held(&name, time);
        self.write(&path, &entry)?;
        Ok(Held {
            outbox: self,
            name,
            path,
            pause: None,
            entry,
            is_changed: false,
        })
    }

    /// Takes an entry.
    ///
    /// # Errors
    /// A warning, where it cannot be read now and waits again, or is none and was set aside. Nothing where somebody else was
    /// faster, or where a later version of this program is needed.
    pub(crate) fn claim(&'a self, due: &Due, time: Duration) -> Result<Held<'a>, Option<String>> {
        let path = self.path_while_held(&due.name, time);
        // Windows lets two rename it one after the other, who both had found it: the last one has it.
        let taken = fs::rename(self.path(&due.file()), &path).is_ok()
            && (cfg!(not(windows)) || path.exists());
        if !taken {
            return Err(None);
        }
        Ok(Held {
            outbox: self,
            name: due.name,
            entry: self.read(due, &path)?,
            path,
            pause: due.pause(),
            is_changed: false,
        })
    }

    /// Reads an entry that is ours.
    fn read(&self, due: &Due, path: &Path) -> Result<Entry, Option<String>> {
        let waiting = due.name.file(&Place::Waiting);
        let put_back = || fs::rename(path, self.path(&waiting_file(&due.name, due.pause())));
        let none = match Self::parse(path) {
            Ok(entry) if entry.item() == due.name.item => return Ok(entry),
            Ok(_) => NoEntry::Corrupt("it is named like another build or deployment".to_owned()),
            Err(none) => none,
        };
        match none {
            NoEntry::Newer(version) => {
                let newer = waiting.replace(&format!(".v{VERSION}."), &format!(".v{version}."));
                let _ = fs::rename(path, self.path(&newer));
                Err(Some(format!(
                    "{newer} in the outbox was written by a later version of jira-send and is left for it"
                )))
            }
            NoEntry::OtherKind => {
                let _ = put_back();
                Err(None)
            }
            NoEntry::Gone => Err(None),
            NoEntry::Unreadable(problem) => {
                let _ = put_back();
                Err(Some(format!(
                    "{waiting} in the outbox cannot be read and stays queued: {problem}"
                )))
            }
            NoEntry::Corrupt(problem) => {
                let aside = self.path(&format!("{waiting}.{CORRUPT}"));
                let _ = fs::rename(path, &aside);
                Err(Some(format!(
                    "{} is not a valid outbox entry and was set aside: {problem}",
                    aside.display()
                )))
            }
        }
    }

    /// What is in a file that is named like an entry.
    pub(super) fn parse(path: &Path) -> Result<Entry, NoEntry> {
        Entry::parse(&file::read(path, MAX_ENTRY)?)
    }

    fn path_while_held(&self, name: &Name, time: Duration) -> PathBuf {
        let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let place = Place::Held {
            until: self.now().saturating_add(time),
            process: self.system.process().to_owned(),
        };
        self.path(&name.file(&place))
    }
}

impl Held<'_> {
    /// Whether it has failed alone before, or may have.
    pub(crate) fn has_failed(&self) -> bool {
        self.pause.is_some()
    }

    /// Takes down why it could not be delivered.
    pub(crate) fn fail(&mut self, reason: &str) {
        self.entry.tries += 1;
        reason.clone_into(&mut self.entry.reason);
        self.is_changed = true;
    }

    /// It is delivered, or told to somebody.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }

    /// It waits again, with what was learnt in the meantime. On a full disk it waits as it was.
    ///
    /// # Errors
    /// When not even that is possible. Whoever looks later takes it over.
    pub(crate) fn put_back(&self) -> anyhow::Result<()> {
        let waiting = self.outbox.path(&waiting_file(&self.name, self.pause));
        if self.is_changed && self.outbox.write(&waiting, &self.entry).is_ok() {
            self.remove();
            folder::sync(&self.outbox.folder);
            return Ok(());
        }
        // Should this name be lost with the power of the machine, the other one is taken over.
        fs::rename(&self.path, &waiting)
            .with_context(|| format!("{} cannot be written", waiting.display()))
    }

    /// It failed alone while others went through: it waits longer each time, and says how long, in milliseconds.
    pub(crate) fn postpone(&mut self) -> anyhow::Result<i64> {
        let now = self.outbox.now();
        let pause = Pause::longer(self.pause, now);
        self.pause = Some(pause);
        self.put_back()?;
        Ok(pause.until.saturating_sub(now))
    }

    /// It failed alone, and nothing went through: from now on it comes behind the others.
    pub(crate) fn put_behind(&mut self) -> anyhow::Result<()> {
        self.pause = Some(Pause::none(self.pause, self.outbox.now()));
        self.put_back()
    }

    /// It is of no use to try again: it is kept for people to look at, with the reason.
    pub(crate) fn refuse(&self) -> PathBuf {
        let folder = self.outbox.path(REFUSED);
        let path = folder.join(self.name.file(&Place::Waiting));
        let kept = folder::make(&folder).and_then(|()| self.outbox.write(&path, &self.entry));
        if kept.is_ok() || fs::rename(&self.path, &path).is_err() {
            self.remove();
        }
        path
    }

    /// Jira has it: removes what else waits of the same build or deployment and is older; says how many entries it was.
    pub(crate) fn drop_older(&self) -> usize {
        let sequence = SequenceNumber::new(self.entry.sequence);
        self.outbox.drop_older(&self.name.item, sequence)
    }
}

/// The name of an entry's file while it waits.
fn waiting_file(name: &Name, pause: Option<Pause>) -> String {
    name.file(&pause.map_or(Place::Waiting, Place::Paused))
}
