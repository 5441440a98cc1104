//! The names of files in the outbox. They say enough to sort, to claim, to supersede and to expire without reading.

use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The version of the format that this program writes; files of later versions are left alone.
pub(super) const VERSION: u32 = 1;

/// Digits of the hash of a site.
const SITE_DIGITS: usize = 8;

/// Digits of the hash of a build or deployment at a site.
const ENTITY_DIGITS: usize = 24;

/// What makes two entries the same build or deployment of the same site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entity {
    site: String,
    entity: String,
}

impl Entity {
    /// `site` as the report names it, `data` as Jira names the list, `key` as Jira writes the identity.
    pub(crate) fn new(site: &str, data: &str, key: &serde_json::Value) -> Self {
        Self {
            site: site_hash(site),
            entity: hash(&format!("{site}\n{data}\n{key}"), ENTITY_DIGITS),
        }
    }

    /// As the name of a folder.
    pub(crate) fn folder(&self) -> String {
        format!("{}-{}", self.site, self.entity)
    }

    pub(super) fn same_site(&self, other: &Self) -> bool {
        self.site == other.site
    }

    pub(super) fn is_of(&self, site_hash: &str) -> bool {
        self.site == site_hash
    }
}

pub(super) fn site_hash(site: &str) -> String {
    hash(site, SITE_DIGITS)
}

fn hash(text: &str, digits: usize) -> String {
    let mut hash = String::with_capacity(digits);
    for byte in &Sha256::digest(text.as_bytes())[..digits / 2] {
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// One entry. Sorted by the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(super) sequence: i64,
    /// When it was written, in milliseconds since 1970.
    pub(super) created: i64,
    pub(super) entity: Entity,
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sequence, created) = (self.sequence, self.created);
        let Entity { site, entity } = &self.entity;
        write!(
            formatter,
            "{sequence:016}-{created:013}-{site}-{entity}.v{VERSION}"
        )
    }
}

/// Who delivers an entry, and until when nobody else should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    /// In milliseconds since 1970.
    pub(super) until: i64,
    pub(super) process: String,
}

/// What a file of the folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Waiting(Name),
    Held(Name, Hold),
    /// An entry of a later version of this program.
    Newer,
    /// Not yet whole, or never to be.
    Temporary,
    /// Not ours, or set aside.
    Other,
}

const WAITING: &str = ".json";
const HELD: &str = ".held-";
const TEMPORARY: &str = ".tmp";

pub(super) fn waiting(name: &Name) -> String {
    format!("{name}{WAITING}")
}

pub(super) fn held(name: &Name, hold: &Hold) -> String {
    format!("{name}{HELD}{:013}-{}", hold.until, hold.process)
}

/// `number` tells apart the files of one process, `chance` processes of machines that think they are the same.
pub(super) fn temporary(process: &str, number: u64, chance: f64) -> String {
    format!(".{process}-{number}-{:x}{TEMPORARY}", chance.to_bits())
}

pub(super) fn kind(file: &str) -> Kind {
    if file.starts_with('.') {
        let ours = file.ends_with(TEMPORARY);
        return if ours { Kind::Temporary } else { Kind::Other };
    }
    parsed(file).unwrap_or(Kind::Other)
}

fn parsed(file: &str) -> Option<Kind> {
    let (stem, rest) = file.split_once(".v")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let (version, state) = rest.split_at(digits);
    if version.parse::<u32>().ok()? > VERSION {
        let is_entry = state == WAITING || state.starts_with(HELD);
        return is_entry.then_some(Kind::Newer);
    }
    let [sequence, created, site, entity] = stem.split('-').collect::<Vec<_>>().try_into().ok()?;
    let is_hash = |text: &str, digits| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !is_hash(site, SITE_DIGITS) || !is_hash(entity, ENTITY_DIGITS) {
        return None;
    }
    let name = Name {
        sequence: sequence.parse().ok()?,
        created: created.parse().ok()?,
        entity: Entity {
            site: site.to_owned(),
            entity: entity.to_owned(),
        },
    };
    if state == WAITING {
        return Some(Kind::Waiting(name));
    }
    let (until, process) = state.strip_prefix(HELD)?.split_once('-')?;
    let hold = Hold {
        until: until.parse().ok()?,
        process: process.to_owned(),
    };
    Some(Kind::Held(name, hold))
}

#[cfg(test)]
mod tests {
    use super::{Entity, Hold, Kind, Name, held, kind, temporary, waiting};

    #[test]
    fn names_are_read_as_they_are_written() {
        let key = serde_json::json!({"pipelineId": "p", "buildNumber": 1});
        let name = Name {
            sequence: 1_767_268_800_123,
            created: 1_767_268_800_456,
            entity: Entity::new("acme.atlassian.net", "builds", &key),
        };
        let hold = Hold {
            until: 1_767_268_815_000,
            process: "42@agent-1-pid4026531836".to_owned(),
        };
        assert_eq!(kind(&waiting(&name)), Kind::Waiting(name.clone()));
        assert_eq!(kind(&held(&name, &hold)), Kind::Held(name.clone(), hold));
        assert_eq!(kind(&temporary("42@agent", 1, 0.5)), Kind::Temporary);
        assert!(waiting(&name).len() < 100);
        let newer = waiting(&name).replace(".v1.", ".v2.");
        assert_eq!(kind(&newer), Kind::Newer);
        for other in [
            "",
            "x",
            ".v1.json",
            "a-b-c-d.v1.json",
            "1-2-3-4.v1.json",
            "é.v1.json",
            ".x",
            ".v9",
        ] {
            assert_eq!(kind(other), Kind::Other, "{other}");
        }
        assert_eq!(kind(&format!("{}.corrupt", waiting(&name))), Kind::Other);
        let mut later = name.clone();
        later.sequence += 1;
        assert!(waiting(&name) < waiting(&later) && name < later);
    }
}
