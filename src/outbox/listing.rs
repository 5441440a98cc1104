//! What is in the outbox and for whom.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use super::entry::Parsed;
use super::name::{self, Hold, Kind, Name};
use super::{Entity, Opened, Outbox};
use crate::domain::sequence::SequenceNumber;

/// How long after its time an entry may still be in the works, in milliseconds. Clocks of several machines differ.
const GRACE: i64 = 60_000;

/// No process holds an entry longer than this, in milliseconds: `flush` takes a day at most.
const LONGEST_HOLD: i64 = 25 * 60 * 60 * 1_000;

/// An entry that anybody may claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    pub(super) name: Name,
    pub(super) file: String,
}

/// Sites with their cloud ids.
pub(crate) type Places = Vec<(Option<String>, Option<String>)>;

impl Due {
    /// The same for an entry, whoever holds it.
    pub(crate) fn id(&self) -> String {
        self.name.to_string()
    }
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The oldest event first, and of each build or deployment only the last one.
    pub(crate) due: Vec<Due>,
    /// What other processes are about to deliver.
    pub(crate) held: usize,
    /// Entries that a later version of this program wrote.
    pub(crate) newer: usize,
    /// What is no longer needed, since a later update of the same build or deployment waits as well.
    pub(super) superseded: Vec<Due>,
}

impl Outbox<'_> {
    /// The entries of a site, or of all sites.
    pub(crate) fn list(&self, site: Option<&str>) -> Listing {
        let site = site.map(name::site_hash);
        let wanted = |name: &Name| {
            let site = site.as_deref();
            site.is_none_or(|site| name.entity.is_of(site))
        };
        let now = self.now();
        let mut listing = Listing::default();
        let mut last: BTreeMap<Entity, Due> = BTreeMap::new();
        for file in super::folder::files(&self.folder) {
            let name = match name::kind(&file) {
                Kind::Waiting(name) if wanted(&name) => name,
                Kind::Held(name, hold) if wanted(&name) => {
                    if !self.is_over(&hold, now) {
                        listing.held += 1;
                        continue;
                    }
                    name
                }
                Kind::Newer => {
                    listing.newer += 1;
                    continue;
                }
                _ => continue,
            };
            let due = Due { name, file };
            let entity = due.name.entity.clone();
            match last.get_mut(&entity) {
                None => drop(last.insert(entity, due)),
                Some(known) if *known < due => {
                    listing.superseded.push(std::mem::replace(known, due));
                }
                Some(_) => listing.superseded.push(due),
            }
        }
        listing.due = last.into_values().collect();
        listing.due.sort();
        listing
    }

    /// Removes what the listing found to be superseded; says how many were.
    pub(crate) fn drop_superseded(&self, listing: &Listing) -> usize {
        let removed = listing.superseded.iter();
        removed
            .filter(|due| fs::remove_file(self.path(&due.file)).is_ok())
            .count()
    }

    /// Removes what waits of a build or deployment of which Jira has a later update; says how many entries it was.
    pub(crate) fn drop_older(&self, entity: &Entity, delivered: SequenceNumber) -> usize {
        let files = super::folder::files(&self.folder);
        let is_older = |file: &&String| {
            let Kind::Waiting(name) = name::kind(file) else {
                return false;
            };
            name.entity == *entity && name.sequence <= delivered.as_i64()
        };
        let older = files.iter().filter(is_older);
        older
            .filter(|file| fs::remove_file(self.path(file)).is_ok())
            .count()
    }

    /// Every place that something waits for: its site, or its cloud id where it has no site. Sets aside what nobody
    /// can read, and says so.
    pub(crate) fn places(&self) -> (Places, Vec<String>) {
        let (mut places, mut warnings) = (Vec::new(), Vec::new());
        let mut known: Vec<Entity> = Vec::new();
        for due in self.list(None).due {
            if known.iter().any(|known| known.same_site(&due.name.entity)) {
                continue;
            }
            let path = self.path(&due.file);
            let named = &due.name.entity;
            if let Ok(Parsed::Entry(entry)) = Self::parse(&path)
                && entry.entity() == *named
            {
                known.push(due.name.entity);
                places.push((entry.site, entry.cloud_id));
            } else if let Some(held) = self.claim(&due, Duration::ZERO) {
                match self.read(&held) {
                    Opened::SetAside(warning) | Opened::Unreadable(warning) => {
                        warnings.push(warning);
                    }
                    Opened::Entry(_) => drop(self.put_back(&held, None)),
                    Opened::Gone => {}
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
