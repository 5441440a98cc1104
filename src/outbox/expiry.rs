//! What is dropped, so that an outbox that nobody can empty does not fill the disk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::name::{self, Kind};
use super::{CORRUPT, Outbox, REFUSED, file, folder};

/// Temporary files that are older than this belong to a process that was killed, in milliseconds.
const MAX_TEMPORARY: i64 = 60 * 60 * 1_000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) age: Duration,
    pub(crate) entries: usize,
    pub(crate) bytes: u64,
}

impl Limits {
    fn age_in_milliseconds(&self) -> i64 {
        i64::try_from(self.age.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Outbox<'_> {
    /// Drops what is too old, and the oldest of what is too much; says how many entries it was. Also cleans away what
    /// killed processes left, and what was set aside long ago.
    pub(crate) fn expire(&self) -> usize {
        let now = self.now();
        let max_age = self.limits.age_in_milliseconds();
        let is_old = |file: &str, age: i64| {
            let modified = file::modified(&self.path(file));
            modified.is_some_and(|modified| now.saturating_sub(modified) > age)
        };
        let mut waiting = Vec::new();
        for file in folder::files(&self.folder) {
            match name::kind(&file) {
                Kind::Waiting(name) => waiting.push((name.created, file)),
                Kind::Held(name, hold) if self.is_over(&hold, now) => {
                    waiting.push((name.created, file));
                }
                Kind::Temporary if is_old(&file, MAX_TEMPORARY) => self.drop_file(&file),
                Kind::Other if file.ends_with(CORRUPT) && is_old(&file, max_age) => {
                    self.drop_file(&file);
                }
                _ => {}
            }
        }
        for file in folder::files(&self.path(REFUSED)) {
            let file = Path::new(REFUSED).join(file);
            let file = file.to_string_lossy();
            if is_old(&file, max_age) {
                self.drop_file(&file);
            }
        }
        // The youngest first: what goes beyond a limit is older than what stays.
        waiting.sort_unstable();
        let (mut kept, mut bytes, mut expired) = (0, 0, 0);
        for (created, file) in waiting.into_iter().rev() {
            let path = self.path(&file);
            let size = file::size(&path);
            let fits = now.saturating_sub(created) <= max_age
                && kept < self.limits.entries
                && bytes + size <= self.limits.bytes;
            if fits {
                kept += 1;
                bytes += size;
            } else if fs::remove_file(&path).is_ok() {
                expired += 1;
            }
        }
        expired
    }

    fn drop_file(&self, file: &str) {
        let _ = fs::remove_file(self.path(file));
    }
}
