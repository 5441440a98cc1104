//! An entry from the moment that it is ours to the moment that it is delivered, waits again or is refused. Sends and
//! deliveries hold one while they send it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::entry::NoEntry;
use super::name::{ItemHash, Name, Pause, Place, VERSION};
use super::{CORRUPT, Due, Entry, Outbox, REFUSED, file, folder};

/// Longest file that is taken for an entry, in bytes. A body with 500 issues has less than a hundredth of it.
const MAX_ENTRY: u64 = 16 * 1024 * 1024;

/// An entry that is ours until the time is up.
#[derive(Debug)]
pub(crate) struct Held {
    name: Name,
    pub(super) path: PathBuf,
    /// When it has failed alone before.
    pause: Option<Pause>,
}

impl Held {
    pub(crate) fn item(&self) -> &ItemHash {
        &self.name.item
    }

    /// Whether it has failed alone before, or may have.
    pub(crate) fn has_failed(&self) -> bool {
        self.pause.is_some()
    }

    /// The name of its file while it waits.
    fn waiting(&self) -> String {
        let place = self.pause.map_or(Place::Waiting, Place::Paused);
        self.name.file(&place)
    }
}

impl Outbox<'_> {
    /// Writes an entry before it is sent, so that nothing is lost when this process is killed.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written to.
    pub(crate) fn hold_new(&self, entry: &Entry, time: Duration) -> anyhow::Result<Held> {
        let name = entry.file_name();
        let path = self.path_while_held(&name, time);
        self.write(&path, entry)?;
        Ok(Held {
            name,
            path,
            pause: None,
        })
    }

    /// Takes an entry, unless somebody else was faster.
    pub(crate) fn claim(&self, due: &Due, time: Duration) -> Option<Held> {
        let path = self.path_while_held(&due.name, time);
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
    ///
    /// # Errors
    /// A warning, where it cannot be read now and waits again, or is none and was set aside. Nothing where somebody else has
    /// it, or where a later version of this program is needed.
    pub(crate) fn read(&self, held: &Held) -> Result<Entry, Option<String>> {
        let waiting = held.name.file(&Place::Waiting);
        let none = match Self::parse(&held.path) {
            Ok(entry) if entry.item() == held.name.item => return Ok(entry),
            Ok(_) => NoEntry::Corrupt("it is named like another build or deployment".to_owned()),
            Err(none) => none,
        };
        match none {
            NoEntry::Newer(version) => {
                let newer = waiting.replace(&format!(".v{VERSION}."), &format!(".v{version}."));
                let _ = fs::rename(&held.path, self.path(&newer));
                Err(Some(format!(
                    "{newer} in the outbox was written by a later version of jira-send and is left for it"
                )))
            }
            NoEntry::OtherKind => {
                let _ = self.put_back(held, None);
                Err(None)
            }
            NoEntry::Gone => Err(None),
            NoEntry::Unreadable(problem) => {
                let _ = self.put_back(held, None);
                Err(Some(format!(
                    "{waiting} in the outbox cannot be read and stays queued: {problem}"
                )))
            }
            NoEntry::Corrupt(problem) => {
                let aside = self.path(&format!("{waiting}.{CORRUPT}"));
                let _ = fs::rename(&held.path, &aside);
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
        let path = folder.join(held.name.file(&Place::Waiting));
        let kept = folder::make(&folder).and_then(|()| self.write(&path, entry));
        if kept.is_ok() || fs::rename(&held.path, &path).is_err() {
            let _ = fs::remove_file(&held.path);
        }
        path
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
