//! What is dropped, so that an outbox that nobody can empty does not fill the disk.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use super::listing::Listing;
use super::name::{self, FileKind, Place};
use super::{CORRUPT, Due, Outbox, REFUSED, file, folder};

/// Temporary files that are older than this belong to a process that was killed, in milliseconds.
const MAX_TEMPORARY: i64 = 60 * 60 * 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) age: Duration,
    pub(crate) entries: usize,
    pub(crate) bytes: u64,
}

/// What was taken out of the way.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    pub(crate) dropped: usize,
    pub(crate) set_aside: usize,
    /// What people call the first of these.
    pub(crate) names: Vec<String>,
    pub(crate) folder: PathBuf,
}

const MAX_NAMED: usize = 10;

impl Outbox<'_> {
    /// Sets aside what is too old, and drops the oldest of what is too much. Also cleans away what killed processes
    /// left, and what was set aside long ago. Gives what is left as well.
    pub(crate) fn expire(&self) -> (Expired, Listing) {
        let now = self.now();
        let max_age = i64::try_from(self.limits.age.as_millis()).unwrap_or(i64::MAX);
        let refused = self.path(REFUSED);
        for path in folder::files(&refused).map(|file| refused.join(file)) {
            if file::is_older(&path, max_age, now) {
                let _ = fs::remove_file(path);
            }
        }
        let mut listing = self.scan(None);
        for file in &listing.leftovers {
            let age = match name::kind(file) {
                FileKind::Temporary => MAX_TEMPORARY,
                _ if file.ends_with(CORRUPT) => max_age,
                _ => continue,
            };
            let path = self.path(file);
            if file::is_older(&path, age, now) {
                let _ = fs::remove_file(path);
            }
        }
        let mut expired = Expired {
            folder: refused,
            ..Expired::default()
        };
        listing.due.retain(|due| {
            let is_too_old = now.saturating_sub(due.name.created) > max_age;
            if is_too_old {
                self.set_aside(due, &mut expired);
            }
            !is_too_old
        });
        expired.dropped = self.drop_oldest(&mut listing.due);
        (expired, listing.sorted(now))
    }

    /// It keeps its reason, and its time starts again.
    fn set_aside(&self, due: &Due, expired: &mut Expired) {
        let (path, folder) = (self.path(&due.file()), self.path(REFUSED));
        let name = Self::parse(&path).ok().map(|entry| entry.name);
        let _ = folder::make(&folder);
        let aside = folder.join(due.name.file(&Place::Waiting));
        if fs::rename(&path, &aside).is_err() {
            return;
        }
        // Nothing but a file was read.
        if name.is_some() {
            let now = Duration::from_millis(u64::try_from(self.now()).unwrap_or(0));
            let file = File::options().write(true).open(&aside);
            let _ = file.and_then(|file| file.set_modified(std::time::UNIX_EPOCH + now));
        }
        expired.set_aside += 1;
        if expired.names.len() < MAX_NAMED {
            expired.names.push(name.unwrap_or_else(|| due.file()));
        }
    }

    /// Drops the oldest of what is too much; says how many entries it was.
    fn drop_oldest(&self, entries: &mut Vec<Due>) -> usize {
        // The youngest first: what goes beyond a limit is older than what stays.
        entries.sort_unstable_by_key(|due| Reverse((due.name.created, due.name)));
        let before = entries.len();
        let (mut kept, mut bytes) = (0, 0_u64);
        entries.retain(|due| {
            let path = self.path(&due.file());
            let with_this = bytes.saturating_add(file::size(&path));
            let is_kept = kept < self.limits.entries && with_this <= self.limits.bytes;
            if is_kept {
                (kept, bytes) = (kept + 1, with_this);
            } else {
                let _ = fs::remove_file(path);
            }
            is_kept
        });
        before - entries.len()
    }
}
