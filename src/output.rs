//! The only file that prints. What it prints holds no secret and no control character of a stranger.

mod secrets;
mod visible;
mod wrapped;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::error::{Failure, Warning};
use crate::secret::Secret;
use crate::wording::Wording;

pub(crate) use visible::{escaped_json, log_line, readable_json, visible};
pub(crate) use wrapped::broken;

use secrets::Secrets;
use visible::cut_visible;
use wrapped::wrapped;

/// Longest line for people, in characters.
const MAX_LINE: usize = 2_000;

/// Longest line that changes, in characters: it must not wrap.
const MAX_BAR: usize = 78;

/// Longest line that only `--verbose` shows: a whole request.
const MAX_DETAIL: usize = 64 * 1024;

/// Longest secret in any form, in bytes: a token of two KiB may be escaped once or more often.
const MAX_WRITTEN_SECRET: usize = 64 * 1024;

/// How much is printed for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Warnings and errors.
    Quiet,
    #[default]
    Normal,
    /// Every request and answer as well.
    Verbose,
}

type Stream = Arc<Mutex<Box<dyn Write + Send>>>;

/// Lines for people that were not printed yet.
#[derive(Clone, Default)]
pub(crate) struct KeptLines(Arc<Mutex<Vec<u8>>>);

impl KeptLines {
    /// What came since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bytes.clear();
        text.lines().map(ToOwned::to_owned).collect()
    }
}

impl Write for KeptLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// People's lines go to one stream, the result for programs to the other. Clones share everything but the verbosity.
#[derive(Clone)]
pub(crate) struct Output {
    people: Stream,
    result: Stream,
    verbosity: Verbosity,
    /// Whether labels have colours.
    has_colors: bool,
    wording: Wording,
    /// Many may read it at once: the last words of the program wait for nobody who hides them in a long text.
    secrets: Arc<RwLock<Secrets>>,
    /// The warnings that were given.
    warned: Arc<Mutex<HashSet<String>>>,
    /// Where people's lines are read as they come: the width of their terminal, in characters.
    terminal: Option<usize>,
    /// Length of the line that stands below the others there and changes, in characters.
    bar: Arc<Mutex<usize>>,
}

impl Output {
    pub(crate) fn new(
        people: impl Write + Send + 'static,
        result: impl Write + Send + 'static,
    ) -> Self {
        Self {
            people: Arc::new(Mutex::new(Box::new(people))),
            result: Arc::new(Mutex::new(Box::new(result))),
            verbosity: Verbosity::default(),
            has_colors: false,
            wording: Wording::default(),
            secrets: Arc::default(),
            warned: Arc::default(),
            terminal: None,
            bar: Arc::default(),
        }
    }

    /// The same where people's lines go to a terminal of this width, or to none.
    #[must_use]
    pub(crate) fn on_terminal(self, terminal: Option<usize>) -> Self {
        Self { terminal, ..self }
    }

    /// The same with people's lines kept instead of printed, for a step that says them in its own way.
    pub(crate) fn kept(&self) -> (Self, KeptLines) {
        let lines = KeptLines::default();
        let kept = Self {
            people: Arc::new(Mutex::new(Box::new(lines.clone()))),
            warned: Arc::default(),
            has_colors: false,
            terminal: None,
            ..self.clone()
        };
        (kept, lines)
    }

    pub(crate) fn set_verbosity(&mut self, verbosity: Verbosity) {
        self.verbosity = verbosity;
    }

    pub(crate) fn set_colors(&mut self, has_colors: bool) {
        self.has_colors = has_colors;
    }

    pub(crate) fn set_wording(&mut self, wording: Wording) {
        self.wording = wording;
    }

    pub(crate) fn wording(&self) -> &Wording {
        &self.wording
    }

    /// Leaves the stream for results to a command that we run: results go where people's lines go.
    pub(crate) fn leave_results(&mut self) {
        self.result = Arc::clone(&self.people);
    }

    /// The same without lines that say that all is well, unless every request is shown.
    pub(crate) fn quieter(&self) -> Self {
        let mut quieter = self.clone();
        if !self.is_verbose() {
            quieter.verbosity = Verbosity::Quiet;
        }
        quieter
    }

    /// From now on the secret is hidden in all its forms.
    pub(crate) fn hide(&self, secret: &Secret) {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.add(secret);
    }

    /// A line that says how it went.
    pub(crate) fn say(&self, line: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.people("", line);
        }
    }

    /// Whether a line that changes can be shown.
    pub(crate) fn has_bar(&self) -> bool {
        self.terminal.is_some() && self.verbosity == Verbosity::Normal
    }

    /// A line in the place of the last one like it, below all others; it goes when it is empty.
    pub(crate) fn bar(&self, line: &str) {
        if !self.has_bar() {
            return;
        }
        let line = cut_visible(&self.without_secrets(line), MAX_BAR);
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let length = line.chars().count();
        let rest = " ".repeat(bar.saturating_sub(length));
        let end = if length == 0 { "\r" } else { "" };
        let _ = write!(people, "\r{line}{rest}{end}").and_then(|()| people.flush());
        *bar = length;
    }

    /// A line that says how it went; a warning when something about it `is_wrong`.
    pub(crate) fn say_or_warn(&self, line: &str, is_wrong: bool) {
        if is_wrong {
            self.people("warning: ", line);
        } else {
            self.say(line);
        }
    }

    /// Whether one of these was not warned of before; from now on it was.
    pub(crate) fn are_news(&self, topics: &[String]) -> bool {
        let news = topics.iter().filter(|topic| self.is_news(topic));
        news.count() > 0
    }

    /// The same warning is given once: the end of a run finds what its beginning has found.
    pub(crate) fn warn(&self, line: &str) {
        if self.is_news(line) {
            self.people("warning: ", line);
        }
    }

    /// A warning with what can be done about it.
    pub(crate) fn advise(&self, line: &str, advice: &str) {
        if self.is_news(line) {
            self.people("warning: ", line);
            self.people("hint: ", advice);
        }
    }

    fn is_news(&self, line: &str) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.insert(line.to_owned())
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    /// A warning with its advice, as [`advise`](Self::advise).
    pub(crate) fn warning(&self, warning: &Warning) {
        self.advise(&warning.what, &warning.advice);
    }

    /// A line that only `--verbose` shows.
    pub(crate) fn detail(&self, line: &str) {
        if self.is_verbose() {
            self.print("", line, MAX_DETAIL, None);
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        for (label, line) in failure.lines() {
            self.labelled(label, line);
        }
    }

    /// The same, as a warning where it does no harm to the exit code.
    pub(crate) fn failure_for(&self, failure: &Failure, exit_code: u8) {
        if exit_code == 0 {
            self.failure_as_warning(failure);
        } else {
            self.failure(failure);
        }
    }

    /// The same failure where the policy makes it a warning.
    pub(crate) fn failure_as_warning(&self, failure: &Failure) {
        if !self.is_news(&failure.message()) {
            return;
        }
        // Around a command the beginning and the end meet the same trouble, whose causes are given once.
        let lines = failure.lines();
        let causes = lines.iter().filter(|(label, _)| *label == "caused by");
        let causes: Vec<&str> = causes.map(|(_, line)| *line).collect();
        let is_known = !causes.is_empty() && !self.is_news(&causes.join("\n"));
        for (label, line) in lines
            .into_iter()
            .take(if is_known { 1 } else { usize::MAX })
        {
            let label = if label == "error" { "warning" } else { label };
            self.labelled(label, line);
        }
    }

    /// The result for programs, or the page that was asked for. A line feed is added.
    ///
    /// # Errors
    /// When it cannot be written, which is also reported. A reader that has gone away is not a failure.
    pub(crate) fn result(&self, text: &str) -> Result<(), Failure> {
        let text = self.without_secrets(text);
        let mut result = self.result.lock().unwrap_or_else(PoisonError::into_inner);
        match writeln!(result, "{text}").and_then(|()| result.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::usage("could not write the result to stdout")
                    .cause(error)
                    .hint("redirect stdout to a file or a program that accepts it"))
            }
            _ => Ok(()),
        }
    }

    /// A line of a failure.
    fn labelled(&self, label: &str, line: &str) {
        let indent = if label == "caused by" { "  " } else { "" };
        self.people(&format!("{indent}{label}: "), line);
    }

    fn people(&self, label: &str, line: &str) {
        self.print(label, &self.wording.apply(line), MAX_LINE, self.terminal);
    }

    /// As it is: whole requests are shown with what strangers wrote in them.
    fn print(&self, label: &str, line: &str, longest: usize, width: Option<usize>) {
        let mut line = cut_visible(&self.beginning_without_secrets(line, longest), longest);
        if let Some(width) = width {
            line = wrapped(&line, label.len(), width);
        }
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let label = self.painted(label);
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if *bar > 0 {
            let _ = write!(people, "\r{}\r", " ".repeat(*bar));
            *bar = 0;
        }
        let _ = writeln!(people, "{label}{line}").and_then(|()| people.flush());
    }

    /// The label in bold and in its colour. Causes belong to the line above them.
    fn painted<'a>(&self, label: &'a str) -> Cow<'a, str> {
        let word = label.trim_end_matches([':', ' ']);
        let color = match word.trim_start() {
            "error" | "caused by" => 31,
            "warning" => 33,
            "hint" => 36,
            _ => return label.into(),
        };
        if !self.has_colors {
            return label.into();
        }
        let text = label.trim();
        let painted = format!("\x1b[1;{color}m{text}\x1b[0m");
        label.replace(text, &painted).into()
    }

    /// The same of the beginning of a text, of which only so many characters are shown: an answer may have megabytes.
    fn beginning_without_secrets(&self, text: &str, longest: usize) -> String {
        let end = text.floor_char_boundary(longest.saturating_mul(4) + 2 * MAX_WRITTEN_SECRET);
        let mut line = self.without_secrets(&text[..end]);
        if end < text.len() {
            // Of a secret that is cut, nothing shows what it was.
            line.truncate(line.floor_char_boundary(line.len().saturating_sub(MAX_WRITTEN_SECRET)));
            line.push('…');
        }
        line
    }

    /// The text without the secrets that are known, for what is written to files.
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.hidden_in(text)
    }
}

#[cfg(test)]
mod tests;
