//! Which candidates are kept, which are dropped and why.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;

use super::scan::{Shape, candidates};
use super::{IssueKey, KeyPattern, MAX_ISSUE_KEYS, ProjectKey, deny_list};

/// Where a text comes from, in the order in which texts are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextKind {
    /// Keys that the user gives: the filters do not apply.
    Explicit,
    Branch,
    /// Title of a pull request: prose.
    Title,
    Tag,
    /// Whole commit message: prose.
    Commit,
}

impl TextKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Branch => "branch",
            Self::Title => "title",
            Self::Tag => "tag",
            Self::Commit => "commit",
        }
    }

    fn is_prose(self) -> bool {
        matches!(self, Self::Title | Self::Commit)
    }

    fn may_be_percent_encoded(self) -> bool {
        matches!(self, Self::Branch | Self::Tag)
    }
}

/// One text to search. No key ever spans two of them.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    kind: TextKind,
    source: String,
    text: String,
    /// Whether Jenkins may have made this branch name up (`PR-7`).
    jenkins_made: bool,
}

impl Text {
    /// `source` names the option, variable or commit, for the report.
    pub(crate) fn new(kind: TextKind, source: impl Into<String>, text: &str) -> Self {
        let decoded = if kind.may_be_percent_encoded() {
            percent_decoded(text)
        } else {
            None
        };
        Self {
            kind,
            source: source.into(),
            text: decoded.unwrap_or_else(|| text.to_owned()),
            jenkins_made: kind == TextKind::Branch,
        }
    }

    pub(crate) fn kind(&self) -> TextKind {
        self.kind
    }

    /// The source branch of a pull request, whose name people chose: `PR-7` may be a key there.
    pub(crate) fn change_branch(source: impl Into<String>, text: &str) -> Self {
        Self {
            jenkins_made: false,
            ..Self::new(TextKind::Branch, source, text)
        }
    }
}

/// The text decoded once, if it holds an escape and the result is UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let escaped = text.as_bytes().windows(3).any(|window| {
        window[0] == b'%' && window[1].is_ascii_hexdigit() && window[2].is_ascii_hexdigit()
    });
    let decoded = escaped.then(|| percent_decode_str(text).decode_utf8().ok());
    decoded.flatten().map(std::borrow::Cow::into_owned)
}

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

/// Why a candidate was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Duplicate,
    Boundary,
    Version,
    Number,
    LowerCase,
    /// With the entry of the built-in list.
    DenyList(&'static str),
    /// Named by `--deny`.
    Denied,
    NotAllowed,
    JenkinsBranchName,
    Limit,
}

impl Reason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Boundary => "boundary",
            Self::Version => "version",
            Self::Number => "number",
            Self::LowerCase => "lower case",
            Self::DenyList(_) | Self::Denied => "deny-list",
            Self::NotAllowed => "not in the allow-list",
            Self::JenkinsBranchName => "Jenkins branch name",
            Self::Limit => "limit",
        }
    }

    /// One sentence for people, with the way out where there is one.
    pub(crate) fn explanation(self) -> String {
        match self {
            Self::Duplicate => "already found in an earlier place".to_owned(),
            Self::Boundary => "a letter or number stands right after it".to_owned(),
            Self::Version => "it is part of a version number".to_owned(),
            Self::Number => "no issue has such a number".to_owned(),
            Self::LowerCase => {
                "in prose only upper case counts; with --projects any case does".to_owned()
            }
            Self::DenyList(entry) => format!(
                "{entry} is on the list of words that are no projects; if yours is called so, name it with --projects or give the key with --issue-keys"
            ),
            Self::Denied => "its project is named by --deny".to_owned(),
            Self::NotAllowed => "its project is not among --projects".to_owned(),
            Self::JenkinsBranchName => {
                "Jenkins gives this name to the branch of a pull request".to_owned()
            }
            Self::Limit => {
                format!("Jira takes {MAX_ISSUE_KEYS} issue keys, and it comes after them")
            }
        }
    }
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// In order of first appearance, without duplicates, at most [`MAX_ISSUE_KEYS`].
    pub(crate) found: Vec<Found>,
    pub(crate) dropped: Vec<Dropped>,
}

impl Findings {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &IssueKey> {
        self.found.iter().map(|found| &found.key)
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
        let candidates = match &self.rules.pattern {
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
            let place = Place {
                kind: text.kind,
                source: text.source.clone(),
                line: line_around(&text.text, range.start).to_owned(),
                position,
            };
            let dropped = match self.judge(text, candidate, &shape) {
                Ok(key) => {
                    self.seen.insert(key.clone());
                    self.findings.found.push(Found { key, place });
                    continue;
                }
                Err(reason) => reason,
            };
            self.findings.dropped.push(Dropped {
                candidate: candidate.to_owned(),
                place,
                reason: dropped,
            });
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
        if text.jenkins_made && is_jenkins_branch_name(&text.text) {
            return Err(Reason::JenkinsBranchName);
        }
        let key: IssueKey = candidate.parse().map_err(|_| Reason::Number)?;
        if text.kind != TextKind::Explicit {
            self.filter(text.kind, candidate, &key)?;
        }
        if self.seen.contains(&key) {
            return Err(Reason::Duplicate);
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

/// `PR-7`, `MR-7-head`: names that Jenkins' branch sources give to pull requests.
fn is_jenkins_branch_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("PR-").or(name.strip_prefix("MR-")) else {
        return false;
    };
    let number = rest
        .strip_suffix("-head")
        .or(rest.strip_suffix("-merge"))
        .unwrap_or(rest);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
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
