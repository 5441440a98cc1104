//! Which candidates are kept, which are dropped and why.

use std::collections::{HashMap, HashSet};

use super::reason::Reason;
use super::scan::{Shape, candidates};
use super::text::{Text, TextKind};
use super::{IssueKey, KeyPattern, MAX_ISSUE_KEYS, ProjectKey, deny_list};

/// What the user says about keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// When not empty, only keys of these projects count, in any letter case.
    pub(crate) projects: Vec<ProjectKey>,
    /// Projects never to take, besides the built-in list.
    pub(crate) deny: Vec<ProjectKey>,
    pub(crate) pattern: Option<KeyPattern>,
}

/// A key that was kept, with the first place it was found in.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) key: IssueKey,
    pub(crate) place: Place,
}

/// A candidate that was not kept.
#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    pub(crate) candidate: String,
    pub(crate) place: Place,
    pub(crate) reason: Reason,
}

/// Where something stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) kind: TextKind,
    pub(crate) source: String,
    /// The line that it stands in.
    pub(crate) line: String,
    /// Characters before it, counted from the start of the whole text.
    pub(crate) position: usize,
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// In order of first appearance, without duplicates, at most [`MAX_ISSUE_KEYS`].
    pub(crate) found: Vec<Found>,
    /// At most [`MAX_DROPPED`] for each reason, so that a long text cannot fill the memory.
    pub(crate) dropped: Vec<Dropped>,
    /// How many candidates were dropped beyond those.
    pub(crate) dropped_beyond: usize,
    counts: HashMap<&'static str, usize>,
}

/// Most dropped candidates that are recorded for one reason.
const MAX_DROPPED: usize = 1_000;

impl Findings {
    fn drop(&mut self, candidate: &str, reason: Reason, place: impl FnOnce() -> Place) {
        let count = self.counts.entry(reason.name()).or_default();
        *count += 1;
        if *count > MAX_DROPPED {
            self.dropped_beyond += 1;
            return;
        }
        self.dropped.push(Dropped {
            candidate: candidate.to_owned(),
            place: place(),
            reason,
        });
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &IssueKey> {
        self.found.iter().map(|found| &found.key)
    }

    /// The same behind the keys that were found before; those stay when there are too many.
    pub(crate) fn after(mut self, before: &[IssueKey]) -> Self {
        self.found.retain(|found| !before.contains(&found.key));
        let earlier = before.iter().map(|key| Found {
            key: key.clone(),
            place: Place {
                kind: TextKind::Explicit,
                source: "the beginning of the run".to_owned(),
                line: key.to_string(),
                position: 0,
            },
        });
        self.found.splice(0..0, earlier);
        self.found.truncate(MAX_ISSUE_KEYS);
        self
    }
}

/// Searches the texts, explicit keys first and commits last.
pub(crate) fn find(texts: &[Text], rules: &Rules) -> Findings {
    let mut ordered: Vec<&Text> = texts.iter().collect();
    ordered.sort_by_key(|text| text.kind);
    let mut search = Search {
        rules,
        seen: HashSet::new(),
        findings: Findings::default(),
    };
    for text in ordered {
        search.text(text);
    }
    search.findings
}

struct Search<'a> {
    rules: &'a Rules,
    seen: HashSet<IssueKey>,
    findings: Findings,
}

impl Search<'_> {
    fn text(&mut self, text: &Text) {
        let identifiers = self.rules.projects.is_empty() && text.kind != TextKind::Explicit;
        let pattern = self.rules.pattern.as_ref();
        // What the user names by hand is sent as named.
        let candidates = match pattern.filter(|_| text.kind != TextKind::Explicit) {
            Some(pattern) => pattern
                .matches(&text.text)
                .into_iter()
                .map(|range| (range, Shape::Key))
                .collect(),
            None => candidates(&text.text, identifiers)
                .into_iter()
                .map(|candidate| (candidate.range, candidate.shape))
                .collect::<Vec<_>>(),
        };
        // The position in characters is counted on from candidate to candidate, to stay linear.
        let (mut counted_to, mut position) = (0, 0);
        for (range, shape) in candidates {
            position += text.text[counted_to..range.start].chars().count();
            counted_to = range.start;
            let candidate = &text.text[range.clone()];
            let place = || Place {
                kind: text.kind,
                source: text.source.clone(),
                line: line_around(&text.text, range.start).to_owned(),
                position,
            };
            match self.judge(text, candidate, &shape) {
                Ok(key) => {
                    self.seen.insert(key.clone());
                    self.findings.found.push(Found {
                        key,
                        place: place(),
                    });
                }
                Err(reason) => self.findings.drop(candidate, reason, place),
            }
        }
    }

    fn judge(&self, text: &Text, candidate: &str, shape: &Shape) -> Result<IssueKey, Reason> {
        match shape {
            Shape::Key => {}
            Shape::Boundary => return Err(Reason::Boundary),
            Shape::Version => return Err(Reason::Version),
            Shape::Number => return Err(Reason::Number),
            Shape::Identifier(entry) => return Err(Reason::DenyList(entry)),
        }
        if text.is_named_by_jenkins() {
            return Err(Reason::JenkinsBranchName);
        }
        let key: IssueKey = candidate.parse().map_err(|_| Reason::Number)?;
        if text.kind != TextKind::Explicit {
            self.filter(text.kind, candidate, &key)?;
        }
        if self.seen.contains(&key) {
            return Err(Reason::Duplicate);
        }
        if text.is_left_out() {
            return Err(Reason::OtherRepository);
        }
        if self.findings.found.len() >= MAX_ISSUE_KEYS {
            return Err(Reason::Limit);
        }
        Ok(key)
    }

    fn filter(&self, kind: TextKind, candidate: &str, key: &IssueKey) -> Result<(), Reason> {
        let names = |projects: &[ProjectKey]| {
            projects
                .iter()
                .any(|project| project.as_str() == key.project())
        };
        if names(&self.rules.deny) {
            return Err(Reason::Denied);
        }
        if !self.rules.projects.is_empty() {
            return if names(&self.rules.projects) {
                Ok(())
            } else {
                Err(Reason::NotAllowed)
            };
        }
        let lower_case = candidate.bytes().any(|byte| byte.is_ascii_lowercase());
        if kind.is_prose() && lower_case && self.rules.pattern.is_none() {
            return Err(Reason::LowerCase);
        }
        match deny_list::entry_for(key.project()) {
            Some(entry) => Err(Reason::DenyList(entry)),
            None => Ok(()),
        }
    }
}

/// Bytes shown on either side of a candidate. Bounded, since a line may be as long as the text.
const SHOWN_AROUND: usize = 120;

fn line_around(text: &str, position: usize) -> &str {
    let from = text.ceil_char_boundary(position.saturating_sub(SHOWN_AROUND));
    let to = text.floor_char_boundary(position.saturating_add(SHOWN_AROUND).min(text.len()));
    let start = text[from..position]
        .rfind('\n')
        .map_or(from, |newline| from + newline + 1);
    let end = text[position..to]
        .find('\n')
        .map_or(to, |length| position + length);
    text[start..end].trim_end_matches('\r')
}

#[cfg(test)]
mod tests;
