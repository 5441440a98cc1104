//! What is in the outbox and for whom. A flush and every send look here for what is due.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::iter::Sum;
use std::time::Duration;

use super::entry::Parsed;
use super::name::{self, FileKind, Hold, Name, Pause, SiteHash};
use super::{ItemHash, Opened, Outbox};
use crate::domain::sequence::SequenceNumber;

/// How long after its time an entry may still be in the works, in milliseconds. Clocks of several machines differ.
const GRACE: i64 = 60_000;

/// No process holds an entry longer than this, in milliseconds: `flush` takes a day at most.
const LONGEST_HOLD: i64 = 25 * 60 * 60 * 1_000;

/// An entry that anybody may claim. Those that failed alone come behind the others, and of equals the oldest event
/// comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(super) name: Name,
    place: Place,
}

/// Where an entry is, as the end of its file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Waiting,
    Paused(Box<Pause>),
    Held(Box<Hold>),
}

impl Due {
    /// Whether it is for this site.
    pub(crate) fn is_for(&self, site: &str) -> bool {
        self.name.item.site() == name::site_hash(site)
    }

    pub(super) fn file(&self) -> String {
        match &self.place {
            Place::Waiting => name::waiting(&self.name),
            Place::Paused(pause) => name::paused(&self.name, pause),
            Place::Held(hold) => name::held(&self.name, hold),
        }
    }

    pub(super) fn pause(&self) -> Option<Pause> {
        match &self.place {
            Place::Paused(pause) => Some(**pause),
            _ => None,
        }
    }

    /// When it is tried again, in milliseconds since 1970; nothing when it never failed alone.
    pub(crate) fn next_try(&self) -> Option<i64> {
        self.pause().map(|pause| pause.until)
    }

    fn failures(&self) -> u32 {
        self.pause().map_or(0, |pause| pause.failures)
    }
}

/// Sites with their cloud ids.
pub(crate) type Places = Vec<(Option<String>, Option<String>)>;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Of each build or deployment only the last one.
    pub(crate) due: Vec<Due>,
    /// What failed alone and is not tried again yet.
    pub(crate) paused: Vec<Due>,
    /// What other processes are about to deliver.
    pub(crate) held: usize,
    /// Entries that a later version of this program wrote.
    pub(crate) newer: usize,
    /// What is no longer needed, since a later update of the same build or deployment waits as well.
    pub(super) superseded: Vec<Due>,
}

/// How many entries there are.
#[derive(Default)]
pub(crate) struct Counts {
    by_site: BTreeMap<SiteHash, Count>,
    /// Those that a later version of this program wrote.
    pub(crate) newer: usize,
}

/// How many of one site, or of several.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) waiting: usize,
    /// What other processes are about to deliver.
    pub(crate) held: usize,
}

impl Counts {
    pub(crate) fn of(&self, site: &str) -> Count {
        let count = self.by_site.get(&name::site_hash(site));
        count.copied().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Count {
        self.by_site.values().copied().sum()
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, count| Self {
            waiting: all.waiting + count.waiting,
            held: all.held + count.held,
        })
    }
}

/// All that the folder holds.
#[derive(Default)]
pub(super) struct Scan {
    /// What anybody may claim.
    pub(super) entries: Vec<Due>,
    /// What other processes are about to deliver.
    held: usize,
    newer: usize,
    /// Names of files that are not entries, and may be left over.
    pub(super) leftovers: Vec<String>,
}

impl Scan {
    /// In the order of sending.
    pub(super) fn listing(self, now: i64) -> Listing {
        let mut due = self.entries;
        // Of each build or deployment the last one, then those before it.
        due.sort_unstable_by_key(|due| {
            let Name {
                sequence,
                created,
                item,
            } = due.name;
            (item, Reverse((sequence, created)))
        });
        let mut last = None;
        let superseded =
            due.extract_if(.., |due| last.replace(due.name.item) == Some(due.name.item));
        let superseded = superseded.collect();
        let is_paused = |due: &mut Due| due.pause().is_some_and(|pause| pause.until > now);
        let paused = due.extract_if(.., is_paused).collect();
        due.sort_unstable_by_key(|due| (due.failures(), due.name));
        Listing {
            due,
            paused,
            held: self.held,
            newer: self.newer,
            superseded,
        }
    }
}

impl Outbox<'_> {
    /// The entries of a site, or of all sites.
    pub(crate) fn list(&self, site: Option<&str>) -> Listing {
        self.scan(site).listing(self.now())
    }

    pub(super) fn scan(&self, site: Option<&str>) -> Scan {
        let site = site.map(name::site_hash);
        let wanted = |name: &Name| site.is_none_or(|site| name.item.site() == site);
        let now = self.now();
        let mut scan = Scan::default();
        for file in super::folder::files(&self.folder) {
            let (name, place) = match name::kind(&file) {
                FileKind::Waiting(name) => (name, Place::Waiting),
                FileKind::Paused(name, pause) => (name, Place::Paused(Box::new(pause))),
                FileKind::Held(name, hold) if wanted(&name) && !self.is_over(&hold, now) => {
                    scan.held += 1;
                    continue;
                }
                FileKind::Held(name, hold) => (name, Place::Held(Box::new(hold))),
                FileKind::Newer => {
                    scan.newer += 1;
                    continue;
                }
                FileKind::Temporary | FileKind::Other => {
                    scan.leftovers.push(file);
                    continue;
                }
            };
            if wanted(&name) {
                scan.entries.push(Due { name, place });
            }
        }
        scan
    }

    /// How many there are for each site. Takes little memory, however many there are.
    pub(crate) fn counts(&self) -> Counts {
        let now = self.now();
        let mut counts = Counts::default();
        for file in super::folder::files(&self.folder) {
            let (name, is_held) = match name::kind(&file) {
                FileKind::Waiting(name) | FileKind::Paused(name, _) => (name, false),
                FileKind::Held(name, hold) => (name, !self.is_over(&hold, now)),
                FileKind::Newer => {
                    counts.newer += 1;
                    continue;
                }
                FileKind::Temporary | FileKind::Other => continue,
            };
            let count = counts.by_site.entry(name.item.site()).or_default();
            if is_held {
                count.held += 1;
            } else {
                count.waiting += 1;
            }
        }
        counts
    }

    /// Removes what the listing found to be superseded; says how many were.
    pub(crate) fn drop_superseded(&self, listing: &Listing) -> usize {
        let removed = listing.superseded.iter();
        removed
            .filter(|due| fs::remove_file(self.path(&due.file())).is_ok())
            .count()
    }

    /// Removes what waits of a build or deployment of which Jira has a later update; says how many entries it was.
    pub(crate) fn drop_older(&self, item: &ItemHash, delivered: SequenceNumber) -> usize {
        let files = super::folder::files(&self.folder);
        let is_older = |file: &String| {
            let (FileKind::Waiting(name) | FileKind::Paused(name, _)) = name::kind(file) else {
                return false;
            };
            name.item == *item && name.sequence <= delivered.as_i64()
        };
        let older: Vec<String> = files.filter(is_older).collect();
        older
            .iter()
            .filter(|file| fs::remove_file(self.path(file)).is_ok())
            .count()
    }

    /// Every place that something of these waits for: its site, or its cloud id where it has no site. Sets aside what nobody
    /// can read, and says so.
    pub(crate) fn places(&self, due: &[Due]) -> (Places, Vec<String>) {
        let (mut places, mut warnings) = (Vec::new(), Vec::new());
        let mut known: Vec<ItemHash> = Vec::new();
        for due in due {
            let is_same = |known: &ItemHash| known.site() == due.name.item.site();
            if known.iter().any(is_same) {
                continue;
            }
            let path = self.path(&due.file());
            let named = &due.name.item;
            if let Ok(Parsed::Entry(entry)) = Self::parse(&path)
                && entry.item() == *named
            {
                known.push(due.name.item);
                places.push((entry.site, entry.cloud_id));
            } else if let Some(held) = self.claim(due, Duration::ZERO) {
                match self.read(&held) {
                    Opened::SetAside(warning) | Opened::Unreadable(warning) => {
                        warnings.push(warning);
                    }
                    Opened::Entry(_) => drop(self.put_back(&held, None)),
                    Opened::NotOurs => {}
                }
            }
        }
        (places, warnings)
    }

    /// Whether whoever held the entry has given it up: he is dead, or had his time.
    pub(super) fn is_over(&self, hold: &Hold, now: i64) -> bool {
        let too_long = hold.until.saturating_sub(now) > LONGEST_HOLD;
        now > hold.until.saturating_add(GRACE) || too_long || self.system.is_gone(&hold.process)
    }
}
