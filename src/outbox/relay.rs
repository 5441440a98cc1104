//! What waits, on its way from one agent to the next: a pipeline step takes it along, line by line, in a variable.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::entry::{Entry, Parsed};
use super::name::{self, Kind, Name};
use super::{Entity, Outbox};

/// The value of the variable when nothing is brought along: a blank one counts as not set.
const NOTHING: &str = "none";

/// Most that is taken along, in bytes. The variable is in the environment of everything that a run does afterwards, and
/// on a Windows agent no process starts with more than 32767 characters in one.
const MAX_BYTES: usize = 30_000;

/// Begins a line that says: this one waits no more.
const DONE: &str = "done ";

/// What is brought along: the oldest run's lines first. Runs overlap, so that one of them may have delivered what
/// another still carries; it leaves a mark behind its line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Brought<'a> {
    /// One entry each, without what is marked.
    pub(crate) lines: Vec<&'a str>,
    /// Those that are still needed, since what they mark is still carried.
    pub(crate) marks: Vec<&'a str>,
}

impl<'a> Brought<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut brought = Self::default();
        for line in text.lines().map(str::trim) {
            if line.starts_with(DONE) {
                let before = brought.lines.len();
                brought.lines.retain(|other| mark(other) != line);
                if brought.lines.len() < before && !brought.marks.contains(&line) {
                    brought.marks.push(line);
                }
            } else if !line.is_empty() && line != NOTHING && !brought.lines.contains(&line) {
                brought.lines.push(line);
            }
        }
        brought
    }
}

/// The line that says that this one waits no more.
fn mark(line: &str) -> String {
    let digest = Sha256::digest(line.as_bytes());
    let digits = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    digits.fold(DONE.to_owned(), |mark, digit| mark + &digit)
}

/// What was taken over.
#[derive(Debug, Default)]
pub(crate) struct TakenOver {
    pub(crate) entities: BTreeSet<Entity>,
    /// As they were brought.
    lines: Vec<String>,
    /// Why lines were not.
    pub(crate) warnings: Vec<String>,
}

/// What is to be taken along.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct HandedOver {
    /// Marks, and one entry each, the oldest event first: JSON of ASCII alone, so that its length is that of the variable.
    pub(crate) lines: Vec<String>,
    /// The oldest, for which there was no room.
    pub(crate) left_out: usize,
}

impl Outbox<'_> {
    /// Puts in what another agent could not deliver, unless it is here already. One that was delivered meanwhile does
    /// no harm: Jira ignores a number that it has.
    pub(crate) fn take_over(&self, lines: &[&str]) -> TakenOver {
        let mut taken = TakenOver::default();
        let here: Vec<Name> = super::folder::files(&self.folder)
            .iter()
            .filter_map(|file| match name::kind(file) {
                Kind::Waiting(name) | Kind::Held(name, _) => Some(name),
                _ => None,
            })
            .collect();
        for line in lines {
            let entry = match Entry::parse(line) {
                Parsed::Entry(entry) => entry,
                Parsed::Newer(_) => {
                    let problem = "it was written by a later version of jira-send";
                    taken.warnings.push(problem.to_owned());
                    continue;
                }
                Parsed::Corrupt(problem) => {
                    taken.warnings.push(problem);
                    continue;
                }
            };
            let name = entry.file_name();
            let file = name::waiting(&name);
            if name::kind(&file) != Kind::Waiting(name.clone()) {
                let problem = format!("{} has an impossible number or time", entry.name);
                taken.warnings.push(problem);
                continue;
            }
            if !here.contains(&name)
                && let Err(error) = self.write(&self.path(&file), &entry)
            {
                taken.warnings.push(format!("{error:#}"));
                continue;
            }
            taken.entities.insert(name.entity);
            taken.lines.push((*line).to_owned());
        }
        taken
    }

    /// The last state of each of these builds and deployments that waits, behind marks for what was taken over and
    /// waits no more, or not like this.
    pub(crate) fn hand_over(&self, taken: &TakenOver) -> HandedOver {
        let mut handed = HandedOver::default();
        let mut room = MAX_BYTES;
        // The newest events first: when there is no room for all, they are what people look for.
        for due in self.list(None).due.iter().rev() {
            if !taken.entities.contains(&due.name.entity) {
                continue;
            }
            let Ok(Parsed::Entry(entry)) = Self::parse(&self.path(&due.file)) else {
                continue;
            };
            let line = entry.to_line();
            match room.checked_sub(line.len() + 1) {
                Some(rest) => {
                    room = rest;
                    handed.lines.push(line);
                }
                None => handed.left_out += 1,
            }
        }
        handed.lines.reverse();
        // Where there is no room for all, what is left out is still carried by the runs before.
        if handed.left_out == 0 {
            let done = taken.lines.iter();
            let done = done.filter(|line| !handed.lines.contains(line));
            let marks: Vec<String> = done.map(|line| mark(line)).collect();
            handed.lines.splice(0..0, marks);
        }
        handed
    }
}

impl Entry {
    /// As one line of ASCII.
    pub(crate) fn to_line(&self) -> String {
        let mut line = String::new();
        for character in serde_json::json!(self).to_string().chars() {
            if character.is_ascii() {
                line.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
        line
    }
}

#[cfg(test)]
mod tests;
