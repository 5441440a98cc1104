//! `jira-send keys`: what was searched, which issue keys are found where, and what was dropped.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::identity::given_text;
use super::key_rules::{find, find_also};
use super::notices::{say_notes, warn_findings};
use super::{Context, upstream};
use crate::cli::{Format, KeysOptions, OutboxOptions};
use crate::domain::issue_key::{
    Dropped, Findings, FoundKey, IssueKey, Place, Reason, Text, TextKind, by_kind,
};
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::output::{Output, visible};
use crate::phrases::counted;
use crate::system::Deadline;

/// Most commits that are listed for people, who read the newest ones.
const MAX_COMMITS: usize = 20;

/// Most commits that are listed for programs.
const MAX_TEXTS: usize = 1_000;

/// Longest first line of a text that is shown, in characters.
const MAX_LINE: usize = 120;

/// Explains the texts that are given, or those of the run when none is.
///
/// # Errors
/// A file of changes that cannot be used.
pub(crate) fn run(options: &KeysOptions, context: &Context<'_>) -> Result<Explained, Failure> {
    let keys = &options.keys;
    let texts = [&keys.branch, &keys.title, &keys.tag];
    let given = texts
        .into_iter()
        .any(|text| given_text(text.as_deref()).is_some())
        || !keys.message.is_empty()
        || !keys.issue_keys.is_empty();
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let question = super::question(keys, context)?;
    let facts = if given {
        facts::given_only(&question)
    } else {
        let time = deadline.remaining(context.system);
        let facts = facts::gather(&question, context.variables, context.system, time);
        say_notes(&facts, context.output);
        // Why a place was not searched is what is asked for.
        for detail in facts
            .notes
            .details
            .iter()
            .filter(|it| !context.output.is_verbose() && !facts.notes.lines.contains(it))
        {
            context.output.say(detail);
        }
        facts
    };
    let mut searched = Searched::of(&facts.texts);
    // A log may be long, and is read only once.
    let mut commits = facts.log.texts().inspect(|text| searched.add(text));
    let mut findings = find_also(&facts.texts, &mut commits, keys);
    drop(commits);
    let has_none = findings.found.is_empty();
    if (has_none || upstream::is_unchanged(&facts.run, None)) && !given && !keys.only_issue_keys {
        let outbox = OutboxOptions::default_for_reading(context.variables);
        if let Some(upstream) = upstream::find(&outbox, &facts.run, deadline, context) {
            let of_upstream = find(&[upstream.text()], keys);
            let names: Vec<&str> = of_upstream.keys().map(IssueKey::as_str).collect();
            let (label, names) = (upstream.label(), names.join(", "));
            context.output.say(&format!(
                "a deployment of this run has the issues of {label}: {names}"
            ));
            if has_none {
                findings = of_upstream;
            }
        }
    }
    warn_findings(&findings, &facts, keys, context.output);
    Ok(Explained {
        findings,
        searched,
        facts,
    })
}

/// What is to be explained.
pub(crate) struct Explained {
    findings: Findings,
    searched: Searched,
    facts: Facts,
}

impl Explained {
    pub(super) fn print(&self, format: Format, output: &Output) -> Result<(), Failure> {
        match format {
            Format::Json => output.result(&self.to_json().to_string()),
            Format::Text => output.result(&self.to_text()),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let Self {
            findings,
            searched,
            facts,
        } = self;
        let place = |place: &Place, mut entry: Value| {
            entry["kind"] = json!(place.kind.name());
            entry["source"] = json!(place.source);
            entry["text"] = json!(place.line);
            entry["position"] = json!(place.position);
            entry
        };
        let found = findings
            .found
            .iter()
            .map(|found| place(&found.place, json!({"key": found.key})));
        let dropped = findings.dropped.iter().map(|dropped| {
            let entry = json!({
                "candidate": dropped.candidate,
                "reason": dropped.reason.name(),
                "explanation": dropped.reason.explanation(),
            });
            place(&dropped.place, entry)
        });
        let texts = searched.held.iter().map(|text| {
            json!({"kind": text.kind.name(), "source": text.source, "text": first_line(text)})
        });
        json!({
            "issue_keys": findings.keys().collect::<Vec<_>>(),
            "found": found.collect::<Vec<_>>(),
            "dropped": dropped.collect::<Vec<_>>(),
            "dropped_beyond": findings.dropped_beyond,
            "searched": texts.collect::<Vec<_>>(),
            "searched_beyond": searched.beyond(searched.held.len()),
            "commits_left_out": facts.commits_left_out,
            "ranges": super::ranges(facts),
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let Self {
            findings,
            searched,
            facts,
        } = self;
        let mut text = String::new();
        if findings.found.is_empty() {
            text.push_str("no issue keys found\n");
        } else {
            let keys: Vec<&str> = findings.keys().map(IssueKey::as_str).collect();
            let _ = writeln!(text, "issue keys: {}", keys.join(", "));
            text.push_str("\nfound:\n");
        }
        let is_again = |dropped: &&Dropped, found: &FoundKey| {
            dropped.reason == Reason::Duplicate && dropped.key.as_ref() == Some(&found.key)
        };
        let too_long = findings.dropped.iter();
        let is_too_long = too_long.map(|it| it.reason).any(|it| it == Reason::TooMany);
        let at_least = if is_too_long { "at least " } else { "" };
        for found in &findings.found {
            let (source, line) = (visible(&found.place.source), visible(&found.place.line));
            let again = match found.again {
                0 => String::new(),
                1 => " (and once more)".to_owned(),
                times => format!(" (and {at_least}{times} more times)"),
            };
            let _ = writeln!(text, "  {:<14} {source}: {line}{again}", found.key.as_str());
        }
        let dropped = findings.dropped.iter();
        let dropped = dropped.filter(|it| !findings.found.iter().any(|found| is_again(it, found)));
        let dropped: Vec<&Dropped> = dropped.collect();
        let again: usize = findings.found.iter().map(|found| found.again).sum();
        let again_beyond = again.saturating_sub(findings.dropped.len() - dropped.len());
        let beyond = findings.dropped_beyond.saturating_sub(again_beyond);
        let is_dropped = !dropped.is_empty();
        if is_dropped {
            text.push_str("\ndropped:\n");
        }
        for dropped in dropped {
            let source = visible(&dropped.place.source);
            let reason = dropped.reason.explanation();
            let name = dropped.reason.name();
            let _ = writeln!(
                text,
                "  {:<14} {source}: {name}: {reason}",
                visible(&dropped.candidate)
            );
        }
        if beyond > 0 {
            let _ = writeln!(text, "  and {beyond} more");
        }
        list_searched(searched, &mut text);
        if !facts.ranges.is_empty() {
            text.push_str("\nranges:\n");
        }
        for (folder, range) in &facts.ranges {
            let _ = writeln!(
                text,
                "  {:<14} {}",
                visible(folder),
                visible(&range.searched())
            );
        }
        if let Some(line) = facts::left_out(facts.commits_left_out) {
            let _ = write!(text, "\n{line}");
        }
        text.trim_end().to_owned()
    }
}

/// The texts whose keys count, in the order in which they are searched.
#[derive(Default)]
pub(super) struct Searched {
    /// All but those of commits, and the first of these.
    held: Vec<Text>,
    /// How many there are of each kind, with those that are not held.
    counts: Vec<(TextKind, usize)>,
}

impl Searched {
    pub(super) fn of(texts: &[Text]) -> Self {
        let mut searched = Self::default();
        for text in by_kind(texts) {
            searched.add(text);
        }
        searched
    }

    /// One more, behind the others.
    pub(super) fn add(&mut self, text: &Text) {
        if text.left_out.is_some() {
            return;
        }
        let kind = text.kind;
        let is_commit = kind == TextKind::Commit;
        // Several variables have the same branch.
        if is_commit || !self.held.iter().any(|it| it.is_same(text)) {
            match self.count(kind) {
                _ if !is_commit => self.held.push(text.clone()),
                // A message may be long, and its first line is what is shown.
                ..=MAX_TEXTS => {
                    let line = first_line(text);
                    self.held.push(Text::new(kind, text.source.as_str(), &line));
                }
                _ => {}
            }
        }
    }

    /// How many there are of this kind, with this one.
    fn count(&mut self, kind: TextKind) -> usize {
        match self.counts.last_mut() {
            Some((last, count)) if *last == kind => {
                *count += 1;
                *count
            }
            _ => {
                self.counts.push((kind, 1));
                1
            }
        }
    }

    /// How many texts of each kind were searched; nothing where there were none.
    pub(super) fn counted(&self) -> Option<String> {
        let counts = self.counts.iter();
        let counts: Vec<String> = counts.map(|(kind, count)| kind.counted(*count)).collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    }

    /// How many there are besides so many.
    fn beyond(&self, shown: usize) -> usize {
        let counts = self.counts.iter().map(|(_, count)| count);
        counts.sum::<usize>() - shown
    }
}

/// How many texts of each kind were searched, then each by its first line.
fn list_searched(searched: &Searched, list: &mut String) {
    let Some(counts) = searched.counted() else {
        list.push_str("\nsearched: nothing, since there is no branch, title, tag or commit\n");
        return;
    };
    let _ = writeln!(list, "\nsearched: {counts}");
    let held = searched.held.iter();
    let others = held.take_while(|text| text.kind != TextKind::Commit);
    let shown = searched.held.len().min(others.count() + MAX_COMMITS);
    for text in &searched.held[..shown] {
        let (source, line) = (visible(&text.source), first_line(text));
        let _ = writeln!(list, "  {source}: {}", visible(&line));
    }
    let beyond = searched.beyond(shown);
    if beyond > 0 {
        let _ = writeln!(list, "  and {}", counted(beyond, "more commit message"));
    }
}

/// What a text is known by.
fn first_line(text: &Text) -> String {
    let line = text.first_line();
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
