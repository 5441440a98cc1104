//! The names of files in the outbox. They say enough to sort, to claim, to supersede and to expire without reading.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::digest;

/// The version of the format that this program writes; files of later versions are left alone.
pub(super) const VERSION: u32 = 1;

/// Bytes of the hash of a site.
const SITE: usize = 4;

/// Bytes of the hash of a build or deployment at a site.
const ITEM: usize = 12;

/// What makes two entries the same build or deployment of the same site. Small, since an outbox may hold very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemHash {
    site: Hash<SITE>,
    item: Hash<ITEM>,
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The first bytes of a hash, shown in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Hash<const N: usize>([u8; N]);

impl<const N: usize> Hash<N> {
    fn of(text: &str) -> Self {
        Self(digest::first_bytes(text))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        let digits = text.as_bytes();
        if digits.len() != 2 * N {
            return None;
        }
        let digit = |letter: u8| DIGITS.iter().position(|digit| *digit == letter);
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let value = digit(pair[0])? * 16 + digit(pair[1])?;
            *byte = u8::try_from(value).ok()?;
        }
        Some(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hash<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
        let mut bytes = self.0.iter();
        bytes.try_for_each(|byte| {
            formatter.write_char(digit(byte >> 4))?;
            formatter.write_char(digit(byte & 15))
        })
    }
}

impl ItemHash {
    /// `site` as the report names it, `data` as Jira names the list, `key` as Jira writes the identity.
    pub(crate) fn new(site: &str, data: &str, key: &serde_json::Value) -> Self {
        Self {
            site: site_hash(site),
            item: Hash::of(&format!("{site}\n{data}\n{key}")),
        }
    }

    /// As the name of a folder.
    pub(crate) fn folder(&self) -> String {
        format!("{}-{}", self.site, self.item)
    }

    pub(super) fn site(&self) -> SiteHash {
        self.site
    }
}

pub(super) type SiteHash = Hash<SITE>;

/// A place that is deployed to, as the name of a folder.
pub(super) fn of_place(place: &str) -> String {
    Hash::<ITEM>::of(place).to_string()
}

pub(super) fn site_hash(site: &str) -> SiteHash {
    Hash::of(site)
}

/// One entry. Sorted by the time of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(super) sequence: i64,
    /// When it was written, in milliseconds since 1970.
    pub(super) created: i64,
    pub(super) item: ItemHash,
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sequence, created) = (self.sequence, self.created);
        let ItemHash { site, item } = &self.item;
        write!(
            formatter,
            "{sequence:016}-{created:013}-{site}-{item}.v{VERSION}"
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
    /// After one more failure.
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

/// What a file of the folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Waiting(Name),
    /// Waits as well, and not before its time.
    Paused(Name, Pause),
    Held(Name, Hold),
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

pub(super) fn waiting(name: &Name) -> String {
    format!("{name}{WAITING}")
}

pub(super) fn paused(name: &Name, pause: &Pause) -> String {
    let Pause { failures, until } = pause;
    format!("{name}{PAUSED}{until:013}-{failures}{WAITING}")
}

pub(super) fn held(name: &Name, hold: &Hold) -> String {
    format!("{name}{HELD}{:013}-{}", hold.until, hold.process)
}

/// `number` distinguishes the files of one process, `chance` processes of machines that have the same name.
pub(super) fn temporary(process: &str, number: u64, chance: f64) -> String {
    format!(".{process}-{number}-{:x}{TEMPORARY}", chance.to_bits())
}

pub(super) fn kind(file: &str) -> FileKind {
    if file.starts_with('.') {
        let ours = file.ends_with(TEMPORARY);
        return if ours {
            FileKind::Temporary
        } else {
            FileKind::Other
        };
    }
    parsed(file).unwrap_or(FileKind::Other)
}

fn parsed(file: &str) -> Option<FileKind> {
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
            site: Hash::parse(parts.next()?)?,
            item: Hash::parse(parts.next()?)?,
        },
    };
    if parts.next().is_some() || version < VERSION {
        return None;
    }
    if state == WAITING {
        return Some(FileKind::Waiting(name));
    }
    if let Some(pause) = state.strip_prefix(PAUSED) {
        let (until, failures) = pause.strip_suffix(WAITING)?.split_once('-')?;
        let pause = Pause {
            until: number(until, 13)?,
            failures: number(failures, 1)?,
        };
        return Some(FileKind::Paused(name, pause));
    }
    let (until, process) = state.strip_prefix(HELD)?.split_once('-')?;
    let hold = Hold {
        until: number(until, 13)?,
        process: process.to_owned(),
    };
    Some(FileKind::Held(name, hold))
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
