//! `jira-send keys`: which issue keys are found where, and what was dropped.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Context, tell, tell_findings, upstream};
use crate::cli::words::{self, Words};
use crate::cli::{Format, KeyOptions, KeysOptions, OutboxOptions};
use crate::domain::issue_key::{self, Findings, IssueKey, Place, Rules, Text};
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::output::{Output, visible};
use crate::system::Deadline;

/// Refuses what cannot be right about keys before anything is done: words that are not keys, a template without its
/// groups. A pipeline step goes on and warns of such words: the rest of its update is right.
///
/// # Errors
/// What the options say wrongly.
pub(super) fn check(options: &KeyOptions, context: &Context<'_>) -> Result<(), Failure> {
    let is_step = context.phase.step.is_some();
    if let Some(wrong) = wrong_words(options).into_iter().next().filter(|_| !is_step) {
        return Err(Failure::usage(wrong).hint(
            "separate issue keys with commas or blanks; --message searches a text for keys",
        ));
    }
    let template = options.key_template.as_ref();
    let lacking = template.zip(options.key_pattern.as_ref());
    match lacking.and_then(|(template, pattern)| pattern.lacks_group_of(template)) {
        None => Ok(()),
        Some(group) => Err(Failure::usage(format!(
            "--key-template names the group {group:?}, which --key-pattern does not have"
        ))
        .hint("put parentheses around the part of --key-pattern that is meant, and write ${1}x where text follows a group")),
    }
}

/// Searches the texts by the user's rules.
pub(super) fn find(texts: &[Text], options: &KeyOptions) -> Findings {
    let rules = Rules {
        projects: Words::all(&options.projects),
        deny: Words::all(&options.deny),
        pattern: options
            .key_pattern
            .clone()
            .map(|pattern| pattern.with_template(options.key_template.clone())),
    };
    issue_key::find(texts, &rules)
}

/// Whether the user names issues by hand.
pub(super) fn are_named(options: &KeyOptions) -> bool {
    let mut given = options.issue_keys.iter();
    given.any(|keys| words::split(keys).next().is_some()) || !options.issue_ids.is_empty()
}

/// What is wrong with each word of --issue-keys that is not an issue key.
pub(super) fn wrong_words(options: &KeyOptions) -> Vec<String> {
    let given = options.issue_keys.iter();
    let words = given.flat_map(|keys| words::split(keys));
    let wrong = words.filter_map(|word| word.parse::<IssueKey>().err());
    wrong.map(|why| format!("--issue-keys: {why}")).collect()
}

/// Explains the texts that are given, or those of the run when none is.
///
/// # Errors
/// A file of changes that cannot be used.
pub(super) fn run(options: &KeysOptions, context: &Context<'_>) -> Result<Explained, Failure> {
    let keys = &options.keys;
    let given = keys.branch.is_some()
        || keys.title.is_some()
        || keys.tag.is_some()
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
        tell(&facts, context.output);
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
    tell_findings(&findings, keys, context.output);
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
