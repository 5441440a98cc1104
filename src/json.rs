//! JSON that people write: every value knows where it stands, so that an error names line, column and field, and one
//! reading finds all of them.

mod lossy;
mod node;

use std::cell::{OnceCell, RefCell};
use std::fmt;

use serde_json::value::RawValue;

pub(crate) use lossy::{LossyText, whole_characters};
pub(crate) use node::{Fields, Node};

/// Most errors that are told; nobody mends more in one go.
pub(crate) const MAX_PROBLEMS: usize = 10;

/// Line feeds are counted once for each so many bytes, so that a line's number is known without a look at all before it.
const BLOCK: usize = 4_096;

/// A text of JSON, and what is wrong with it.
pub(crate) struct Document<'a> {
    text: &'a str,
    /// How many line feeds stand before each block.
    lines: OnceCell<Vec<usize>>,
    problems: RefCell<Vec<Problem>>,
    /// How many there are besides those.
    beyond: RefCell<usize>,
}

/// One error, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Counted from 1.
    pub(crate) line: usize,
    /// In characters, counted from 1.
    pub(crate) column: usize,
    /// `flags[3].rollout.percentage`; empty for the whole.
    pub(crate) path: String,
    pub(crate) words: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.words)
    }
}

impl<'a> Document<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: OnceCell::new(),
            problems: RefCell::default(),
            beyond: RefCell::default(),
        }
    }

    /// The outermost value; nothing when the text is no JSON, which is a problem.
    pub(crate) fn root(&'a self) -> Option<Node<'a>> {
        match serde_json::from_str::<&RawValue>(self.text) {
            Ok(raw) => Some(Node::root(self, raw.get())),
            Err(error) => {
                let words = error.to_string();
                let words = words.split(" at line ").next().unwrap_or_default();
                // The place is where reading stopped; a column of 0 is the end of the line before.
                let line_start = self.text.split_inclusive('\n');
                let before: usize = line_start.take(error.line() - 1).map(str::len).sum();
                let end = before + error.column().saturating_sub(1);
                let position = self.text.floor_char_boundary(end.min(self.text.len()));
                self.problem(position, String::new(), format!("invalid JSON: {words}"));
                None
            }
        }
    }

    /// All problems in the order of their places, at most [`MAX_PROBLEMS`], and how many more there are.
    pub(crate) fn problems(&self) -> (Vec<Problem>, usize) {
        let mut problems = self.problems.borrow().clone();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        (problems, *self.beyond.borrow())
    }

    /// How many there are so far.
    fn problem_count(&self) -> usize {
        self.problems.borrow().len() + *self.beyond.borrow()
    }

    fn problem(&self, position: usize, path: String, words: String) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() == MAX_PROBLEMS {
            *self.beyond.borrow_mut() += 1;
            return;
        }
        let before = &self.text[..position];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        problems.push(Problem {
            line: self.line(position),
            column: before[line_start..].chars().count() + 1,
            path,
            words,
        });
    }

    /// The line of a byte, counted from 1.
    fn line(&self, position: usize) -> usize {
        let before = self.lines.get_or_init(|| {
            let blocks = self.text.as_bytes().chunks(BLOCK);
            let counts = blocks.scan(0, |before, block| {
                *before += line_feeds(block);
                Some(*before)
            });
            std::iter::once(0).chain(counts).collect()
        });
        let block = position / BLOCK;
        let rest = &self.text.as_bytes()[block * BLOCK..position];
        before[block] + line_feeds(rest) + 1
    }

    /// Where a part of the text stands in it, in bytes.
    fn position(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

#[cfg(test)]
mod tests;
