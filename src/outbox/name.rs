//! The names of files in the outbox. They say enough to sort, to claim, to supersede and to expire without reading.

use std::str::FromStr;

use crate::digest::{digits_of, first_bytes};

/// The version of the format that this program writes; files of later versions are left alone.
pub(super) const VERSION: u32 = 1;

/// The first bytes of a hash of a site.
pub(super) type SiteHash = [u8; 4];

/// What makes two entries the same build or deployment of the same site. Small, since an outbox may hold very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemHash {
    pub(super) site: SiteHash,
    item: [u8; 12],
}

fn bytes_of<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let is_ours = |digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.bytes().all(is_ours) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16);
    Some(std::array::from_fn(|at| byte(at).unwrap_or_default()))
}

impl ItemHash {
    /// `site` as the report names it, `data` as Jira names the list, `key` as Jira writes the identity.
    pub(crate) fn new(site: &str, data: &str, key: &serde_json::Value) -> Self {
        Self {
            site: site_hash(site),
            item: first_bytes(&format!("{site}\n{data}\n{key}")),
        }
    }

    /// As the name of a folder.
    pub(crate) fn folder(&self) -> String {
        format!("{}-{}", digits_of(&self.site), digits_of(&self.item))
    }
}

/// A place that is deployed to, as the name of a folder.
pub(super) fn of_place(place: &str) -> String {
    digits_of(&first_bytes::<12>(place))
}

pub(super) fn site_hash(site: &str) -> SiteHash {
    first_bytes(site)
}

/// One entry. Sorted by the time of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(super) sequence: i64,
    /// When it was written, in milliseconds since 1970.
    pub(super) created: i64,
    pub(super) item: ItemHash,
}

/// How often an entry failed alone, and when it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(super) failures: u32,
    /// In milliseconds since 1970.
    pub(super) until: i64,
}

/// The pause after the first failure, in milliseconds; every later one is four times as long.
const FIRST_PAUSE: i64 = 60_000;

/// The longest one, in milliseconds: one try more for each hour.
const LONGEST_PAUSE: i64 = 60 * 60 * 1_000;

impl Pause {
    pub(super) fn longer(before: Option<Self>, now: i64) -> Self {
        let failures = before.map_or(0, |pause| pause.failures).saturating_add(1);
        let growth = 4_i64.saturating_pow(failures - 1);
        let pause = FIRST_PAUSE.saturating_mul(growth).min(LONGEST_PAUSE);
        Self {
            failures,
            until: now.saturating_add(pause),
        }
    }

    /// After a failure that may be the site's as well: it comes behind the others, and alone.
    pub(super) fn none(before: Option<Self>, now: i64) -> Self {
        let failures = before.map_or(0, |pause| pause.failures).max(1);
        Self {
            failures,
            until: now,
        }
    }
}

/// Where an entry is, as the end of its file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Waiting,
    /// Waits as well, and not before its time.
    Paused(Pause),
    /// A process delivers it, and until then nobody else should; in milliseconds since 1970.
    Held {
        until: i64,
        process: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Entry(Name, Place),
    /// An entry of a later version of this program.
    Newer,
    /// Not yet whole, or never to be.
    Temporary,
    /// Not ours, or set aside.
    Other,
}

const WAITING: &str = ".json";
const PAUSED: &str = ".later-";
const HELD: &str = ".held-";
const TEMPORARY: &str = ".tmp";

impl Name {
    pub(super) fn file(&self, place: &Place) -> String {
        let (sequence, created, item) = (self.sequence, self.created, self.item.folder());
        let name = format!("{sequence:016}-{created:013}-{item}.v{VERSION}");
        match place {
            Place::Waiting => format!("{name}{WAITING}"),
            Place::Paused(Pause { failures, until }) => {
                format!("{name}{PAUSED}{until:013}-{failures}{WAITING}")
            }
            Place::Held { until, process } => format!("{name}{HELD}{until:013}-{process}"),
        }
    }
}

/// `number` distinguishes the files of one process, `chance` processes of machines that have the same name.
pub(super) fn temporary(process: &str, number: u64, chance: f64) -> String {
    format!(".{process}-{number}-{:x}{TEMPORARY}", chance.to_bits())
}

pub(super) fn kind(file: &str) -> FileKind {
    match file.starts_with('.') {
        true if file.ends_with(TEMPORARY) => FileKind::Temporary,
        true => FileKind::Other,
        false => entry(file).unwrap_or(FileKind::Other),
    }
}

fn entry(file: &str) -> Option<FileKind> {
    let (stem, rest) = file.split_once(".v")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let (version, state) = rest.split_at(digits);
    let version: u32 = number(version, 1)?;
    if version > VERSION {
        let is_entry = state.ends_with(WAITING) || state.starts_with(HELD);
        return is_entry.then_some(FileKind::Newer);
    }
    let mut parts = stem.split('-');
    let name = Name {
        sequence: number(parts.next()?, 16)?,
        created: number(parts.next()?, 13)?,
        item: ItemHash {
            site: bytes_of(parts.next()?)?,
            item: bytes_of(parts.next()?)?,
        },
    };
    if parts.next().is_some() || version < VERSION {
        return None;
    }
    let place = if state == WAITING {
        Place::Waiting
    } else if let Some(pause) = state.strip_prefix(PAUSED) {
        let (until, failures) = pause.strip_suffix(WAITING)?.split_once('-')?;
        Place::Paused(Pause {
            until: number(until, 13)?,
            failures: number(failures, 1)?,
        })
    } else {
        let (until, process) = state.strip_prefix(HELD)?.split_once('-')?;
        Place::Held {
            until: number(until, 13)?,
            process: process.to_owned(),
        }
    };
    Some(FileKind::Entry(name, place))
}

/// A number of at least so many digits, written as we write it: names are made again from what they say, so nothing else
/// counts.
fn number<T: FromStr>(text: &str, digits: usize) -> Option<T> {
    let is_ours = text.len() == digits || text.len() > digits && !text.starts_with('0');
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_ours && is_number)
}

#[cfg(test)]
mod tests;
