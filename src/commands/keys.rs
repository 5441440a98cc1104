//! `jira-send keys`: which issue keys are found where, and what was dropped.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::identity::given_text;
use super::key_rules::find;
use super::notices::{say_notes, warn_findings};
use super::{Context, upstream};
use crate::cli::{Format, KeysOptions, OutboxOptions};
use crate::domain::issue_key::{Findings, IssueKey, Place};
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::output::{Output, visible};
use crate::system::Deadline;

/// Explains the texts that are given, or those of the run when none is.
///
/// # Errors
/// A file of changes that cannot be used.
pub(super) fn run(options: &KeysOptions, context: &Context<'_>) -> Result<Explained, Failure> {
    let keys = &options.keys;
    let texts = [&keys.branch, &keys.title, &keys.tag];
    let given = texts
        .into_iter()
        .any(|text| given_text(text.as_deref()).is_some())
        || !keys.message.is_empty()
        || !keys.issue_keys.is_empty();
    let budget = Duration::from_secs(options.budget.into());
    let deadline = Deadline::after(context.system, budget);
    let facts = if given {
        facts::given_only(&super::question(keys, context)?)
    } else {
        let facts = facts::gather(
            &super::question(keys, context)?,
            context.variables,
            context.system,
            deadline.remaining(context.system),
        );
        say_notes(&facts, context.output);
        // Why a place was not searched is what is asked for.
        for detail in facts
            .notes
            .details
            .iter()
            .filter(|_| !context.output.is_verbose())
        {
            context.output.say(detail);
        }
        facts
    };
    let mut findings = find(&facts.texts, keys);
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
    warn_findings(&findings, keys, context.output);
    Ok(Explained { findings, facts })
}

/// What is to be explained.
pub(crate) struct Explained {
    findings: Findings,
    facts: Facts,
}

impl Explained {
    /// # Errors
    /// It cannot be written.
    pub(super) fn print(&self, format: Format, output: &Output) -> Result<(), Failure> {
        match format {
            Format::Json => output.result(&self.to_json().to_string()),
            Format::Text => output.result(&self.to_text()),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        as_json(&self.findings, &self.facts)
    }

    pub(crate) fn to_text(&self) -> String {
        as_text(&self.findings, &self.facts)
    }
}

fn as_json(findings: &Findings, facts: &Facts) -> Value {
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
    json!({
        "issue_keys": findings.keys().collect::<Vec<_>>(),
        "found": found.collect::<Vec<_>>(),
        "dropped": dropped.collect::<Vec<_>>(),
        "dropped_beyond": findings.dropped_beyond,
        "commits_left_out": facts.commits_left_out,
        "ranges": super::ranges(facts),
    })
}

fn as_text(findings: &Findings, facts: &Facts) -> String {
    let texts = facts.texts.iter().filter(|text| !text.is_left_out());
    let texts = texts.count();
    let mut text = String::new();
    if findings.found.is_empty() {
        let plural = if texts == 1 { "" } else { "s" };
        let _ = writeln!(text, "no issue keys in {texts} text{plural}");
    } else {
        let keys: Vec<&str> = findings.keys().map(IssueKey::as_str).collect();
        let _ = writeln!(text, "issue keys: {}", keys.join(", "));
        text.push_str("\nfound:\n");
    }
    for found in &findings.found {
        let (source, line) = (visible(&found.place.source), visible(&found.place.line));
        let _ = writeln!(text, "  {:<14} {source}: {line}", found.key.as_str());
    }
    if !findings.dropped.is_empty() {
        text.push_str("\ndropped:\n");
    }
    for dropped in &findings.dropped {
        let source = visible(&dropped.place.source);
        let reason = dropped.reason.explanation();
        let name = dropped.reason.name();
        let _ = writeln!(
            text,
            "  {:<14} {source}: {name}: {reason}",
            visible(&dropped.candidate)
        );
    }
    if findings.dropped_beyond > 0 {
        let _ = writeln!(text, "  and {} more", findings.dropped_beyond);
    }
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
