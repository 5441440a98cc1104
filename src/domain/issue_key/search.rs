//! Which candidates are kept, which are dropped and why.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::branch;
use super::reason::Reason;
use super::scan::{Candidate, Candidates, candidates};
use super::text::{Text, TextKind};
use super::{IssueKey, KeyPattern, MAX_ISSUE_KEYS, ProjectKey, deny_list};

mod findings;

pub(crate) use findings::{Dropped, Findings, FoundKey, MAX_CUT, MAX_IN_TEXT, Place};

/// What the user says about keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRules {
    /// When not empty, only keys of these projects count, in any letter case.
    pub(crate) projects: Vec<ProjectKey>,
    /// Projects never to take, besides the built-in list.
    pub(crate) deny: Vec<ProjectKey>,
    pub(crate) pattern: Option<KeyPattern>,
}

/// Searches the texts, explicit keys first and commits last.
pub(crate) fn find(texts: &[Text], rules: &KeyRules) -> Findings {
    find_also(texts, &mut std::iter::empty(), rules)
}

/// The texts in the order in which they are searched.
pub(crate) fn by_kind(texts: &[Text]) -> Vec<&Text> {
    let mut texts: Vec<&Text> = texts.iter().collect();
    texts.sort_by_key(|text| text.kind);
    texts
}

/// The same, and then the texts of further commits, of which there may be any number.
pub(crate) fn find_also(
    texts: &[Text],
    commits: &mut dyn Iterator<Item = Text>,
    rules: &KeyRules,
) -> Findings {
    let ordered = by_kind(texts);
    let named = rules.projects.iter().chain(&rules.deny);
    let unusual = named.filter(|project| !project.is_plain());
    let mut unusual: Vec<&str> = unusual.map(ProjectKey::as_str).collect();
    unusual.sort_unstable_by_key(|project| std::cmp::Reverse(project.len()));
    let mut search = KeySearch {
        rules,
        unusual: &unusual,
        seen: HashMap::new(),
        reverted: HashMap::new(),
        cut: HashSet::new(),
        findings: Findings::default(),
    };
    for text in ordered {
        search.text(text);
    }
    for text in commits {
        search.text(&text);
    }
    search.finish()
}

/// The places of the words of what the user gives: separated by commas, semicolons or white space.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let separates = |c: char| c == ',' || c == ';' || c.is_whitespace();
    let mut at = 0;
    let pieces = text.split_inclusive(separates).map(move |piece| {
        let start = at;
        at += piece.len();
        start..start + piece.trim_end_matches(separates).len()
    });
    pieces.filter(|word| !word.is_empty())
}

struct KeySearch<'a> {
    rules: &'a KeyRules,
    /// Named projects that have no usual key, the longest first.
    unusual: &'a [&'a str],
    /// The keys that were found, with their places in the findings.
    seen: HashMap<IssueKey, usize>,
    /// How often a key stands in what was taken back.
    reverted: HashMap<IssueKey, usize>,
    cut: HashSet<IssueKey>,
    findings: Findings,
}

/// A part of a text that is searched by itself.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a Text,
    kind: TextKind,
    part: &'a str,
    /// Whether it is a branch that a bot or a git server named.
    is_by_machine: bool,
    /// What the texts name that it takes back, in upper case.
    taken_back: &'a HashSet<String>,
}

impl<'a> Part<'a> {
    fn new(
        text: &'a Text,
        kind: TextKind,
        range: Range<usize>,
        taken_back: &'a HashSet<String>,
    ) -> Self {
        let part = &text.text[range];
        Self {
            text,
            kind,
            part,
            is_by_machine: !kind.is_prose() && branch::is_made_by_machine(part),
            taken_back,
        }
    }

    /// What names the issue.
    fn named(self, seen: &'a Candidate) -> &'a str {
        let candidate = || &self.part[seen.range.clone()];
        seen.made.as_deref().unwrap_or_else(candidate)
    }
}

impl<'a> KeySearch<'a> {
    fn text(&mut self, text: &Text) {
        // The position in characters is counted on from place to place, to stay linear.
        let (mut counted_to, mut position) = (0, 0);
        let taken_back = self.named_in(&text.taken_back);
        // One more than is judged says that there are more.
        let mut room = MAX_IN_TEXT + 1;
        for (kind, range) in text.parts() {
            let start = range.start;
            let part = Part::new(text, kind, range, &taken_back);
            for seen in self.look(part).take(room) {
                room -= 1;
                let at = start + seen.range.start;
                let mut place = || {
                    position += text.text[counted_to..at].chars().count();
                    counted_to = at;
                    Place {
                        kind,
                        source: text.source.clone(),
                        line: line_around(&text.text, at).to_owned(),
                        position,
                    }
                };
                let verdict = if room > 0 {
                    self.judge(part, &seen)
                } else {
                    Err(Reason::TooMany)
                };
                match verdict {
                    Ok(key) => {
                        self.seen.insert(key.clone(), self.findings.found.len());
                        self.findings.found.push(FoundKey {
                            key,
                            place: place(),
                            again: 0,
                        });
                    }
                    Err(reason) => {
                        let candidate = &part.part[seen.range.clone()];
                        let named = part.named(&seen);
                        self.findings.drop(candidate, named, reason, place);
                    }
                }
            }
        }
    }

    /// What these texts name, in upper case.
    fn named_in(&self, texts: &[Text]) -> HashSet<String> {
        let none = HashSet::new();
        let mut named = HashSet::new();
        for text in texts {
            let parts = text.parts().into_iter();
            let parts = parts.map(|(kind, range)| Part::new(text, kind, range, &none));
            let seen = parts.flat_map(|part| self.look(part).map(move |seen| (part, seen)));
            let seen = seen.take(MAX_IN_TEXT);
            named.extend(seen.map(|(part, seen)| part.part[seen.range].to_ascii_uppercase()));
        }
        named
    }

    /// Everything in the part that may be a key, from left to right.
    fn look<'b>(&self, part: Part<'b>) -> Box<dyn Iterator<Item = Candidate> + 'b>
    where
        'a: 'b,
    {
        let text = part.part;
        if part.kind == TextKind::Explicit {
            // What the user names by hand is sent as named, or not at all.
            return Box::new(words(text).map(|word| Candidate::new(word, None)));
        }
        if let Some(pattern) = &self.rules.pattern {
            return Box::new(pattern.matches(text));
        }
        let wanted = Candidates {
            identifiers: self.rules.projects.is_empty(),
            projects: self.unusual,
        };
        Box::new(candidates(text, wanted))
    }

    fn judge(&mut self, part: Part<'_>, seen: &Candidate) -> Result<IssueKey, Reason> {
        if let Some(reason) = seen.wrong {
            return Err(reason);
        }
        if part.text.is_named_by_jenkins() {
            return Err(Reason::JenkinsBranchName);
        }
        let candidate = &part.part[seen.range.clone()];
        if self.is_word(part, candidate) {
            return Err(Reason::LowerCase);
        }
        let named = part.named(seen);
        let key: IssueKey = named.parse().map_err(|_| Reason::NotAKey)?;
        if part.kind != TextKind::Explicit {
            self.filter(part, seen, &key)?;
        }
        if let Some(found) = self.seen.get(&key) {
            self.findings.found[*found].again += 1;
            return Err(Reason::Duplicate);
        }
        if let Some(reason) = part.text.left_out {
            if reason == Reason::Reverted {
                self.count_reverted(key);
            }
            return Err(reason);
        }
        if !part.taken_back.is_empty() && part.taken_back.contains(&candidate.to_ascii_uppercase())
        {
            self.count_reverted(key);
            return Err(Reason::Reverted);
        }
        if self.findings.found.len() >= MAX_ISSUE_KEYS {
            if self.cut.contains(&key) {
                return Err(Reason::Duplicate);
            }
            if self.cut.len() < MAX_CUT {
                self.cut.insert(key.clone());
                self.findings.cut.push(key);
            }
            return Err(Reason::Limit);
        }
        Ok(key)
    }

    /// It may be found in a later text.
    fn count_reverted(&mut self, key: IssueKey) {
        if self.reverted.len() < MAX_CUT || self.reverted.contains_key(&key) {
            *self.reverted.entry(key).or_default() += 1;
        }
    }

    /// Whether it is dropped for its letters alone, as most of what is dropped in prose.
    fn is_word(&self, part: Part<'_>, candidate: &str) -> bool {
        let rules = self.rules;
        let has_no_rules =
            rules.pattern.is_none() && rules.deny.is_empty() && rules.projects.is_empty();
        has_no_rules && part.kind.is_prose() && has_lower_case(candidate)
    }

    fn filter(&self, part: Part<'_>, seen: &Candidate, key: &IssueKey) -> Result<(), Reason> {
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
        if seen.made.is_some() {
            return Ok(());
        }
        let candidate = &part.part[seen.range.clone()];
        let lower_case = has_lower_case(candidate);
        if part.kind.is_prose() && lower_case && self.rules.pattern.is_none() {
            return Err(Reason::LowerCase);
        }
        if let Some(entry) = deny_list::entry_for(key.project(), key.number()) {
            return Err(Reason::DenyList(entry));
        }
        if deny_list::is_period(key.project(), key.number()) {
            return Err(Reason::Date);
        }
        if lower_case && !part.kind.is_prose() {
            return no_word(part, candidate, seen.range.end, key);
        }
        Ok(())
    }

    fn finish(self) -> Findings {
        let mut findings = self.findings;
        for (key, times) in &self.reverted {
            if let Some(found) = self.seen.get(key) {
                findings.found[*found].again += times;
            }
        }
        for dropped in &mut findings.dropped {
            // What comes later and counts is found before it is known.
            let is_found = |key: &IssueKey| self.seen.contains_key(key);
            if dropped.reason == Reason::Reverted && dropped.key.as_ref().is_some_and(is_found) {
                dropped.reason = Reason::Duplicate;
            }
        }
        findings
    }
}

fn has_lower_case(candidate: &str) -> bool {
    candidate.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Whether a candidate in lower case in a branch or tag is more than an ordinary word with a number.
fn no_word(part: Part<'_>, candidate: &str, end: usize, key: &IssueKey) -> Result<(), Reason> {
    if part.is_by_machine {
        return Err(Reason::MachineBranch);
    }
    if let Some(word) = branch::word(key.project(), key.number()) {
        return Err(Reason::DenyList(word));
    }
    let number = candidate.rsplit('-').next().unwrap_or_default();
    branch::other_number(number, &part.part[end..]).map_or(Ok(()), Err)
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
