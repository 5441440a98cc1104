//! Which issues each entity belongs to. Whoever fills a batch asks.

use std::collections::HashSet;

use crate::cli::KeyOptions;
use crate::commands::key_rules;
use crate::domain::issue_key::{Findings, IssueKey, Reason, Text, TextKind};
use crate::output::Output;

/// Searches texts for each entity by itself, by the same rules.
pub(super) struct KeyFinder<'a> {
    options: &'a KeyOptions,
    /// Keys that the user gives belong to every entity.
    explicit: Vec<Text>,
    /// What nearly was a key, each once.
    denied: Findings,
    seen: HashSet<String>,
    cut: usize,
}

impl<'a> KeyFinder<'a> {
    /// `texts` may be of any kind; only what the user gives by hand is taken of them.
    pub(super) fn new(options: &'a KeyOptions, texts: &[Text]) -> Self {
        let explicit = texts.iter().filter(|text| text.kind == TextKind::Explicit);
        Self {
            options,
            explicit: explicit.cloned().collect(),
            denied: Findings::default(),
            seen: HashSet::new(),
            cut: 0,
        }
    }

    /// The keys in the texts, behind those that belong to every entity.
    pub(super) fn keys(&mut self, texts: impl IntoIterator<Item = Text>) -> Vec<IssueKey> {
        let mut all = self.explicit.clone();
        if !self.options.only_issue_keys {
            all.extend(texts);
        }
        self.find(&all)
    }

    /// The keys in the texts of something that is not of this run.
    pub(super) fn own_keys(&mut self, texts: &[Text]) -> Vec<IssueKey> {
        if self.options.only_issue_keys {
            return Vec::new();
        }
        self.find(texts)
    }

    fn find(&mut self, texts: &[Text]) -> Vec<IssueKey> {
        let findings = key_rules::find(texts, self.options);
        self.cut += findings.cut.len();
        for dropped in findings.dropped {
            let has_room = self.seen.len() < MAX_DENIED;
            if matches!(dropped.reason, Reason::DenyList(_))
                && has_room
                && self.seen.insert(dropped.candidate.clone())
            {
                self.denied.dropped.push(dropped);
            }
        }
        findings.found.into_iter().map(|found| found.key).collect()
    }

    /// What was dropped, for the report that there is nothing to send.
    pub(super) fn denied(&self) -> &Findings {
        &self.denied
    }

    /// Warns of keys that there was no room for.
    pub(super) fn warn_cut(&self, output: &Output) {
        if self.cut > 0 {
            let cut = self.cut;
            output.warn(&format!(
                "{cut} issue keys were cut, because Jira accepts 500 for each commit, branch and pull request"
            ));
        }
    }
}

/// Most of what nearly was a key that is remembered.
const MAX_DENIED: usize = 100;
