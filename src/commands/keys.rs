//! `jira-send keys`: which issue keys are found where, and what was dropped.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;

use super::{Context, tell, tell_findings};
use crate::cli::{Format, KeysOptions};
use crate::domain::issue_key::{Findings, IssueKey, Place};
use crate::error::Failure;
use crate::facts::{self, Facts};
use crate::output::visible;

/// Explains the texts that are given, or those of the run when none is.
pub(crate) fn run(options: &KeysOptions, context: &Context<'_>) -> Result<(), Failure> {
    let keys = &options.keys;
    let given = keys.branch.is_some()
        || keys.title.is_some()
        || keys.tag.is_some()
        || !keys.message.is_empty()
        || !keys.issue_keys.is_empty();
    let facts = if given {
        facts::given_only(keys)?
    } else {
        let patience = Duration::from_secs(options.budget.into());
        let facts = facts::gather(keys, context.variables, context.system, patience)?;
        tell(&facts, context.output);
        facts
    };
    let findings = facts::find_keys(&facts.texts, keys);
    tell_findings(&findings, keys, context.output);
    match options.output.format {
        Format::Json => {
            let left_out = facts.commits_left_out;
            context.output.result(&as_json(&findings, left_out))
        }
        Format::Text => context.output.result(&as_text(&findings, &facts)),
    }
}

fn as_json(findings: &Findings, commits_left_out: usize) -> String {
    let place = |place: &Place, mut entry: serde_json::Value| {
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
        "commits_left_out": commits_left_out,
    })
    .to_string()
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
            dropped.candidate
        );
    }
    if findings.dropped_beyond > 0 {
        let _ = writeln!(text, "  and {} more", findings.dropped_beyond);
    }
    if let Some(line) = facts.left_out() {
        let _ = write!(text, "\n{line}");
    }
    text.trim_end().to_owned()
}
