//! What a run remembers for its later steps and for later runs: lines `NAME JSON` in one variable of the run.
//!
//! Each step sees the lines of its own run and of those around it. The newest line of a name counts, whichever run has
//! it, and every step carries on what is still needed, so that nothing is lost with a discarded run. A line that
//! is settled leaves a mark for as long as another run still has it.

pub(super) mod line;
mod open;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::MemoryChange;
use super::request::{OtherRun, ThisRun};
use crate::domain::deployed::{Deployed, RepositoryName};
use crate::domain::issue_key::IssueKey;
use crate::ordered::ordered;
use crate::outbox::Entry;
use crate::report::DeployedReport;
use line::lines;
pub(super) use line::{Line, Topic};
pub(super) use open::end_of;

/// Longest memory, in characters, line feeds included. It is in the environment of everything that the run does, and on
/// a Windows agent no process starts with more than 32767 characters in one variable.
const MAX_LENGTH: usize = 30_000;

/// Longest line, so that none takes the room of all others.
const MAX_LINE: usize = 12_000;

/// Most repositories that are remembered of one place.
const MAX_REPOSITORIES: usize = 64;

/// All that is remembered, and what is to become of it.
pub(super) struct Memory {
    now: i64,
    own: BTreeMap<String, Line>,
    /// The newest line of each name, of all runs.
    newest: BTreeMap<String, Line>,
    /// What was deployed, as each run has it.
    deployed: Vec<(String, Line)>,
    /// Names of lines that other runs have and that are not settled there.
    elsewhere: Vec<String>,
}

impl Memory {
    pub(super) fn new(run: &ThisRun) -> Self {
        let own: BTreeMap<String, Line> = ordered(lines(&run.memory));
        let mut memory = Self {
            now: run.now,
            newest: own.clone(),
            deployed: own.clone().into_iter().collect(),
            own,
            elsewhere: Vec::new(),
        };
        for other in &run.others {
            for (name, line) in lines(&other.memory) {
                memory.take_in(name, line, other);
            }
        }
        memory
            .deployed
            .retain(|(name, _)| Topic::of(name) == Some(Topic::Deployed));
        for other in run.others.iter().filter(|other| other.is_completed) {
            memory.end_what_is_open(other);
        }
        memory
    }

    fn take_in(&mut self, name: String, mut line: Line, other: &OtherRun) {
        match Topic::of(&name) {
            Some(Topic::Gate | Topic::Keys | Topic::Outage) | None => return,
            // A run that goes on sends these itself.
            Some(Topic::Open | Topic::Request) if !line.is_settled() && !other.is_completed => {
                return;
            }
            Some(Topic::Request) if !line.is_settled() => {
                let result = line.fields.entry("result").or_insert(Value::Null);
                if result.is_null() {
                    *result = json!(other.result);
                    line.fields.insert("ended".to_owned(), json!(other.ended));
                }
            }
            Some(Topic::Deployed) => self.deployed.push((name.clone(), line.clone())),
            _ => {}
        }
        if !line.is_settled() {
            self.elsewhere.push(name.clone());
        }
        if Topic::of(&name) == Some(Topic::Open) && !line.is_settled() {
            // Whether it needs an end is known once everything is.
            return;
        }
        let known = self.newest.get(&name);
        let is_newer = known
            .is_none_or(|known| line.at > known.at || line.at == known.at && line.is_settled());
        if is_newer {
            self.newest.insert(name, line);
        }
    }

    /// The lines about a topic, by name, those that are settled left out.
    pub(super) fn about(&self, topic: Topic) -> impl Iterator<Item = (&str, &Line)> {
        let lines = self.newest.iter();
        let lines =
            lines.filter(move |(name, line)| Topic::of(name) == Some(topic) && !line.is_settled());
        lines.map(|(name, line)| (name.as_str(), line))
    }

    /// Puts a line in the place of what was known by this name.
    pub(super) fn keep(&mut self, name: String, fields: Value) {
        // The clock of the controller may have stepped back.
        let before = self.newest.get(&name).map_or(i64::MIN, |line| line.at);
        self.newest
            .insert(name, Line::new(self.now.max(before), fields));
    }

    /// Says that the line of this name is needed no more.
    pub(super) fn settle(&mut self, name: &str) {
        if let Some(line) = self.newest.get_mut(name) {
            *line = Line::settled(line.at);
        }
    }

    /// Says that what was known by this name up to a moment is needed no more.
    pub(super) fn settle_until(&mut self, name: String, at: i64) {
        let known = self.newest.get(&name);
        if known.is_none_or(|known| known.at <= at) {
            self.newest.insert(name, Line::settled(at));
        }
    }

    /// Keeps what could not be delivered, unless a newer state of the same thing waits already.
    pub(super) fn wait(&mut self, entry: &Entry) {
        let name = Topic::Waiting.name(&entry.item().folder());
        let known = self.newest.get(&name);
        if known.is_none_or(|known| known.at < entry.sequence) {
            let line = Line::new(entry.sequence, json!({"entry": entry}));
            self.newest.insert(name, line);
        }
    }

    /// What waits, by the name of its line; or why that cannot be read.
    pub(super) fn waiting(&self) -> Vec<(String, Result<Entry, String>)> {
        let lines = self.about(Topic::Waiting);
        let entries = lines.map(|(name, line)| (name.to_owned(), entry(line)));
        entries.collect()
    }

    /// What ran where at that moment, in milliseconds since 1970.
    pub(super) fn deployed(&self, until: i64) -> BTreeMap<String, Deployed> {
        let older = self.deployed.iter().map(|(name, line)| (&**name, line));
        let lines = older.chain(self.about(Topic::Deployed));
        let mut last: BTreeMap<&str, &Line> = BTreeMap::new();
        for (name, line) in lines.filter(|(_, line)| line.at <= until) {
            let when = |line: &Line| (line.at, line.is_settled());
            if last.get(name).is_none_or(|last| when(last) <= when(line)) {
                last.insert(name, line);
            }
        }
        let places = last.into_iter().filter(|(_, line)| !line.is_settled());
        ordered(places.filter_map(|(name, line)| {
            let (_, place) = name.split_once(':')?;
            Some((place.to_owned(), deployed(line)))
        }))
    }

    /// Remembers that this runs there now, or that it did `then`, unless a later deployment is known. Repositories that
    /// were not checked out this time stay as they were.
    pub(super) fn remember_deployed(&mut self, report: &DeployedReport, then: Option<i64>) {
        let name = Topic::Deployed.name(&report.place);
        let before = self.newest.get(&name).filter(|line| !line.is_settled());
        if before.is_some_and(|before| then.is_some_and(|then| before.at > then)) {
            return;
        }
        let before = before.map(deployed).unwrap_or_default();
        let fields = json!(report.record(&before));
        if let Some(then) = then {
            self.newest.insert(name, Line::new(then, fields));
        } else {
            self.keep(name, fields);
        }
    }

    /// The issues that a run remembers, and its commit.
    pub(super) fn keys_in(memory: &str) -> (Vec<IssueKey>, Option<String>) {
        let name = Topic::Keys.name("");
        let line = lines(memory).find(|(known, _)| *known == name);
        let Some((_, line)) = line else {
            return (Vec::new(), None);
        };
        let commit = line.fields.get("commit").and_then(Value::as_str);
        (keys(&line), commit.map(ToOwned::to_owned))
    }

    /// Remembers issues of the run, as long as there are no more than `most`.
    pub(super) fn add_keys(&mut self, added: &[IssueKey], most: usize, commit: Option<&str>) {
        let name = Topic::Keys.name("");
        let line = self.newest.get(&name);
        let before = line.and_then(|line| line.fields.get("commit")).cloned();
        let mut known = line.map(keys).unwrap_or_default();
        let count = known.len();
        for key in added {
            if known.len() < most && !known.contains(key) {
                known.push(key.clone());
            }
        }
        if known.len() > count {
            let mut fields = json!({"issueKeys": known});
            if let Some(commit) = commit.map(Value::from).or(before) {
                fields["commit"] = commit;
            }
            self.keep(name, fields);
        }
    }

    /// What the library is to do, and how many lines had no room.
    pub(super) fn finish(mut self) -> (MemoryChange, usize) {
        let elsewhere = std::mem::take(&mut self.elsewhere);
        self.newest
            .retain(|name, line| !line.is_settled() || elsewhere.contains(name));
        let mut lines: Vec<(&String, &Line)> = self.newest.iter().collect();
        // What must not be lost comes first, and of that the newest.
        lines.sort_unstable_by_key(|(name, line)| {
            (
                Reverse((!line.is_settled(), Topic::of(name), line.at)),
                *name,
            )
        });
        let mut kept: Vec<&String> = Vec::new();
        let (mut length, mut left_out) = (0, 0);
        for (name, line) in lines {
            let room = line.text(name).len();
            if room > MAX_LINE || length + room + 1 > MAX_LENGTH {
                left_out += usize::from(!line.is_settled());
                continue;
            }
            length += room + 1;
            kept.push(name);
        }
        let gone = self.own.keys().filter(|name| !kept.contains(name));
        let forget = gone.cloned().collect();
        let news = self.newest.iter();
        let news =
            news.filter(|(name, line)| kept.contains(name) && self.own.get(*name) != Some(line));
        let keep = news.map(|(name, line)| line.text(name)).collect();
        (MemoryChange { keep, forget }, left_out)
    }
}

fn entry(line: &Line) -> Result<Entry, String> {
    Entry::from_value(line.fields.get("entry").cloned().unwrap_or_default())
}

fn keys(line: &Line) -> Vec<IssueKey> {
    let keys = line.fields.get("issueKeys").and_then(Value::as_array);
    let keys = keys.into_iter().flatten();
    keys.filter_map(|key| key.as_str()?.parse().ok()).collect()
}

/// A commit; or of several repositories that of the first and those of all.
pub(super) fn deployed(line: &Line) -> Deployed {
    let revision = |value: &Value| value.as_str().and_then(|commit| commit.parse().ok());
    let repositories = line.fields.get("repositories").and_then(Value::as_object);
    let repositories = repositories.into_iter().flatten();
    let repositories = repositories
        .filter_map(|(name, commit)| Some((RepositoryName::remembered(name), revision(commit)?)));
    Deployed {
        commit: line.fields.get("commit").and_then(revision),
        repositories: ordered(repositories.take(MAX_REPOSITORIES)),
        is_given: false,
        at: line.at,
    }
}

#[cfg(test)]
mod tests;
