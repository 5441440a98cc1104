//! What is in the outbox and for whom. A flush and every send look here for what is due.

use std::cmp::Reverse;
use std::fs;
use std::time::Duration;

use super::name::{self, FileKind, Name, Pause, Place, SiteHash};
use super::{ItemHash, Outbox, folder};
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
    pub(super) place: Place,
}

impl Due {
    pub(crate) fn is_for(&self, site: &str) -> bool {
        self.name.item.site == name::site_hash(site)
    }

    pub(super) fn file(&self) -> String {
        self.name.file(&self.place)
    }

    pub(super) fn pause(&self) -> Option<Pause> {
        match self.place {
            Place::Paused(pause) => Some(pause),
            _ => None,
        }
    }

    /// When it is tried again, in milliseconds since 1970; nothing when it never failed alone.
    pub(crate) fn next_try(&self) -> Option<i64> {
        self.pause().map(|pause| pause.until)
    }
}

pub(crate) type Places = Vec<(Option<String>, Option<String>)>;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Of each build or deployment only the last one.
    pub(crate) due: Vec<Due>,
    /// What failed alone and is not tried again yet.
    pub(crate) paused: Vec<Due>,
    /// What other processes are about to deliver.
    pub(crate) held: usize,
    pub(crate) newer: usize,
    /// What is no longer needed, since a later update of the same build or deployment waits as well.
    superseded: Vec<Due>,
    /// Names of files that are not entries, and may be left over.
    pub(super) leftovers: Vec<String>,
}

impl Listing {
    /// How many wait, the superseded ones too.
    pub(crate) fn waiting(&self) -> usize {
        self.due.len() + self.paused.len() + self.superseded.len()
    }

    /// In the order of sending.
    pub(super) fn sorted(mut self, now: i64) -> Self {
        // Of each build or deployment the last one, then those before it.
        self.due.sort_unstable_by_key(|due| {
            let Name {
                sequence,
                created,
                item,
            } = due.name;
            (item, Reverse((sequence, created)))
        });
        let mut last = None;
        let is_older = |due: &mut Due| last.replace(due.name.item) == Some(due.name.item);
        self.superseded = self.due.extract_if(.., is_older).collect();
        let is_paused = |due: &mut Due| due.next_try().is_some_and(|until| until > now);
        self.paused = self.due.extract_if(.., is_paused).collect();
        let failures = |due: &Due| due.pause().map_or(0, |pause| pause.failures);
        self.due
            .sort_unstable_by_key(|due| (failures(due), due.name));
        self
    }
}

impl Outbox<'_> {
    /// The entries of a site, or of all sites.
    pub(crate) fn list(&self, site: Option<&str>) -> Listing {
        self.scan(site).sorted(self.now())
    }

    /// All that the folder holds, in any order.
    pub(super) fn scan(&self, site: Option<&str>) -> Listing {
        let site = site.map(name::site_hash);
        let now = self.now();
        let mut listing = Listing::default();
        for file in folder::files(&self.folder) {
            match name::kind(&file) {
                FileKind::Entry(name, _) if site.is_some_and(|site| name.item.site != site) => {}
                FileKind::Entry(_, place) if self.is_held(&place, now) => listing.held += 1,
                FileKind::Entry(name, place) => listing.due.push(Due { name, place }),
                FileKind::Newer => listing.newer += 1,
                FileKind::Temporary | FileKind::Other => listing.leftovers.push(file),
            }
        }
        listing
    }

    /// Every entry, one after the other, whoever has it.
    pub(super) fn entries(&self) -> impl Iterator<Item = Due> {
        folder::files(&self.folder).filter_map(|file| match name::kind(&file) {
            FileKind::Entry(name, place) => Some(Due { name, place }),
            _ => None,
        })
    }

    /// Removes what the listing found to be superseded; says how many were.
    pub(crate) fn drop_superseded(&self, listing: &Listing) -> usize {
        self.drop_all(&listing.superseded)
    }

    /// Removes what waits of a build or deployment of which Jira has a later update; says how many entries it was.
    pub(crate) fn drop_older(&self, item: &ItemHash, delivered: SequenceNumber) -> usize {
        let is_older = |due: &Due| {
            let waits = !matches!(due.place, Place::Held { .. });
            waits && due.name.item == *item && due.name.sequence <= delivered.as_i64()
        };
        let older: Vec<Due> = self.entries().filter(is_older).collect();
        self.drop_all(&older)
    }

    fn drop_all(&self, entries: &[Due]) -> usize {
        let files = entries.iter().map(|due| self.path(&due.file()));
        files.filter(|path| fs::remove_file(path).is_ok()).count()
    }

    /// Every place that something of these waits for: its site, or its cloud id where it has no site. Sets aside what nobody
    /// can read, and says so.
    pub(crate) fn places(&self, due: &[Due]) -> (Places, Vec<String>) {
        let (mut places, mut warnings) = (Vec::new(), Vec::new());
        let mut known: Vec<SiteHash> = Vec::new();
        for due in due {
            if known.contains(&due.name.item.site) {
                continue;
            }
            if let Ok(entry) = Self::parse(&self.path(&due.file()))
                && entry.item() == due.name.item
            {
                known.push(due.name.item.site);
                places.push((entry.site, entry.cloud_id));
            } else {
                match self.claim(due, Duration::ZERO) {
                    Ok(held) => drop(held.put_back()),
                    Err(warning) => warnings.extend(warning),
                }
            }
        }
        (places, warnings)
    }

    /// Whether somebody holds the entry who has not given it up: he is not dead, and still has time.
    fn is_held(&self, place: &Place, now: i64) -> bool {
        let Place::Held { until, process } = place else {
            return false;
        };
        let too_long = until.saturating_sub(now) > LONGEST_HOLD;
        let is_over = now > until.saturating_add(GRACE);
        !is_over && !too_long && !self.system.is_gone(process)
    }
}
