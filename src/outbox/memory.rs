//! What was sent last of each build and deployment, so that numbers grow and issue keys stay.
//!
//! Each has a folder with one file for each number that was used. Whoever makes the file has the number: a file is
//! made only once, so there are no locks that a killed process could leave behind.

mod pushes;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ItemHash, Outbox, file, folder, name};
use crate::domain::sequence::SequenceNumber;
use crate::error::plain;
use crate::json;
use crate::system::Deadline;
pub(crate) use pushes::{Changed, Moved, PushRecord};

/// Longest file that is read, in bytes.
const MAX_RECORD: u64 = 1024 * 1024;

/// What was sent longer ago is forgotten, in milliseconds.
pub(super) const MAX_AGE: i64 = 14 * DAY;

/// What was deployed longer ago is forgotten, in milliseconds.
pub(super) const MAX_AGE_DEPLOYED: i64 = 400 * DAY;

/// Most builds and deployments that are searched for those of a run.
const MAX_LOOKED_AT: usize = 20_000;

/// Old folders are looked for once a day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Records before the last one stay this long, so that whoever lists the folder meanwhile finds one, in milliseconds.
pub(super) const MIN_AGE: i64 = 60_000;

/// What was sent under a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    pub(crate) issue_keys: Vec<String>,
    /// What the site did not know.
    pub(crate) unknown: Vec<String>,
    /// Shows whether another update says the same.
    pub(crate) fingerprint: String,
    /// Whether all issues were found in texts, rather than that the user named some.
    pub(crate) is_guessed: bool,
    pub(crate) name: String,
    /// Whether its state is an end.
    pub(crate) is_over: bool,
    pub(crate) run: Option<RunRecord>,
}

/// A run of a job, for one that deploys what it has built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RunRecord {
    pub(crate) job: String,
    pub(crate) number: i64,
    pub(crate) jenkins_url: Option<String>,
    pub(crate) commit: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DeployedRecord {
    pub(crate) commit: Option<String>,
    /// Of each repository by its name, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) repositories: BTreeMap<String, String>,
}

/// Whether a number is ours.
#[derive(Debug)]
pub(crate) enum Reserved {
    Ours,
    Taken,
    Impossible(io::Error),
}

/// A folder of what was sent or deployed.
pub(crate) struct Memory<'a> {
    outbox: &'a Outbox<'a>,
    folder: PathBuf,
    max_age: i64,
}

impl<'a> Memory<'a> {
    /// What is older than `max_age`, in milliseconds, is forgotten.
    pub(super) fn new(outbox: &'a Outbox<'a>, folder: &str, max_age: i64) -> Self {
        Self {
            outbox,
            folder: outbox.path(folder),
            max_age,
        }
    }

    /// The greatest number that was used, and what was sent under it.
    pub(crate) fn last(&self, item: &ItemHash) -> Option<(SequenceNumber, Record)> {
        let (number, record) = self.newest(&item.folder())?;
        Some((SequenceNumber::new(number), record.unwrap_or_default()))
    }

    /// What was deployed to the place last, and when, in milliseconds since 1970.
    pub(crate) fn deployed(&self, place: &str) -> Option<(i64, DeployedRecord)> {
        let (at, record) = self.newest(&name::of_place(place))?;
        Some((at, record?))
    }

    /// Remembers what was deployed to the place at that moment.
    pub(crate) fn remember_deployed(
        &self,
        place: &str,
        at: i64,
        record: &DeployedRecord,
    ) -> Reserved {
        let reserved = self.write(&name::of_place(place), at, record);
        self.clean();
        reserved
    }

    /// What was sent of builds and deployments of certain runs, if it can be read until then.
    pub(crate) fn of_runs(
        &self,
        is_wanted: impl Fn(&RunRecord) -> bool,
        deadline: Deadline,
    ) -> Vec<(RunRecord, Record)> {
        let folders = folder::files(&self.folder).take(MAX_LOOKED_AT);
        let folders = folders.take_while(|_| !deadline.remaining(self.outbox.system).is_zero());
        let records = folders.filter_map(|name| self.newest::<Record>(&name)?.1);
        let of_runs = records.filter_map(|record| Some((record.run.clone()?, record)));
        of_runs.filter(|(run, _)| is_wanted(run)).collect()
    }

    /// The greatest number, and the newest record that can be read: one that is being written at this moment is empty,
    /// and the one before it is nearly as good.
    fn newest<T: DeserializeOwned>(&self, name: &str) -> Option<(i64, Option<T>)> {
        let folder = self.folder.join(name);
        let mut numbers = numbers(&folder);
        numbers.sort_unstable();
        let last = *numbers.last()?;
        let mut records = numbers.iter().rev();
        Some((
            last,
            records.find_map(|number| self.record(&folder, *number)),
        ))
    }

    fn record<T: DeserializeOwned>(&self, folder: &Path, number: i64) -> Option<T> {
        let path = folder.join(number.to_string());
        let age = self.outbox.now().saturating_sub(file::modified(&path)?);
        let record = json::parsed(&file::read(&path, MAX_RECORD).ok()?)?;
        (age <= self.max_age).then_some(record)
    }

    pub(crate) fn reserve(
        &self,
        item: &ItemHash,
        number: SequenceNumber,
        record: &Record,
    ) -> Reserved {
        self.write(&item.folder(), number.as_i64(), record)
    }

    fn write<T: Serialize>(&self, name: &str, number: i64, record: &T) -> Reserved {
        let own = self.folder.join(name);
        if let Err(error) = folder::make(&own) {
            return Reserved::Impossible(io::Error::other(plain(error)));
        }
        let path = own.join(number.to_string());
        let text = serde_json::json!(record).to_string();
        match file::write_new(&path, &text) {
            Ok(_) => {
                self.forget_older(&own, number);
                Reserved::Ours
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Reserved::Taken,
            Err(error) => Reserved::Impossible(error),
        }
    }

    /// Forgets issues of the last update that Jira does not know, so that the next one neither names them again nor warns
    /// of them.
    pub(crate) fn forget_issues(&self, item: &ItemHash, unknown: &[String]) {
        let Some((number, mut record)) = self.last(item) else {
            return;
        };
        let is_known = |key: &String| !unknown.contains(key);
        if record.unknown == unknown && record.issue_keys.iter().all(is_known) {
            return;
        }
        record.issue_keys.retain(is_known);
        record.unknown = unknown.to_vec();
        let own = self.folder.join(item.folder());
        let path = own.join(number.as_i64().to_string());
        let text = serde_json::json!(record).to_string();
        // The worst that can happen is that they are named once more.
        let _ = file::replace(&path, &self.outbox.temporary(), &text);
    }

    fn forget_older(&self, folder: &Path, number: i64) {
        let older = numbers(folder).into_iter().filter(|other| *other < number);
        let mut older: Vec<i64> = older.collect();
        older.sort_unstable();
        // The one before the last says what was sent while the last one is being written.
        older.pop();
        for other in older {
            let path = folder.join(other.to_string());
            if file::is_older(&path, MIN_AGE, self.outbox.now()) {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Forgets, once a day, what nobody will send again.
    pub(crate) fn clean(&self) {
        let mark = self.folder.join("cleaned");
        if file::modified(&mark).is_some() && !file::is_older(&mark, DAY, self.outbox.now()) {
            return;
        }
        if folder::make(&self.folder).is_err()
            || file::replace(&mark, &self.outbox.temporary(), "").is_err()
        {
            return;
        }
        for name in folder::files(&self.folder) {
            let folder = self.folder.join(name);
            if !folder::is_real(&folder) {
                continue;
            }
            for number in numbers(&folder) {
                let path = folder.join(number.to_string());
                if file::is_older(&path, self.max_age, self.outbox.now()) {
                    let _ = fs::remove_file(path);
                }
            }
            // Only an empty folder goes away.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn numbers(folder: &Path) -> Vec<i64> {
    let names = folder::files(folder);
    names.filter_map(|name| name.parse().ok()).collect()
}
