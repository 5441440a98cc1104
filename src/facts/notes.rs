//! What people should know about how facts were found. Whatever reads a part of them returns some; the commands pass
//! them on.

use crate::error::Warning;

/// What people should know about how facts were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) warnings: Vec<Warning>,
    /// What is worth a line.
    pub(crate) lines: Vec<String>,
    /// What only `--verbose` prints.
    pub(crate) details: Vec<String>,
}

impl Notes {
    pub(super) fn warning(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Warning::new(what, advice).into()
    }

    pub(super) fn detail(line: String) -> Self {
        Self {
            details: vec![line],
            ..Self::default()
        }
    }

    /// The same of one of several repositories.
    pub(super) fn in_folder(&self, folder: &str) -> Self {
        let inside = |text: &String| format!("{folder}: {text}");
        let warnings = self.warnings.iter();
        let warnings = warnings.map(|it| Warning::new(inside(&it.what), it.advice.as_str()));
        Self {
            warnings: warnings.collect(),
            lines: self.lines.iter().map(inside).collect(),
            details: self.details.iter().map(inside).collect(),
        }
    }

    pub(super) fn and(mut self, others: Self) -> Self {
        self.warnings.extend(others.warnings);
        self.lines.extend(others.lines);
        self.details.extend(others.details);
        self
    }
}

impl From<Warning> for Notes {
    fn from(warning: Warning) -> Self {
        Self {
            warnings: vec![warning],
            ..Self::default()
        }
    }
}

/// Parts of a run that were found, and what people should know about that.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) all: Vec<T>,
    /// Whether there may be others that belong to the run.
    pub(super) is_uncertain: bool,
    pub(super) notes: Notes,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            is_uncertain: false,
            notes: Notes::default(),
        }
    }
}
