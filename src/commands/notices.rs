//! What a command says about its facts and its issue keys: what was noticed, what is wrong, what there was no room for.

use std::collections::HashSet;

use super::key_rules;
use crate::cli::KeyOptions;
use crate::domain::association::Cut;
use crate::domain::issue_key::{Findings, IssueKey, MAX_CUT, MAX_ISSUE_KEYS, Reason};
use crate::error::Warning;
use crate::facts::Facts;
use crate::output::Output;
use crate::phrases::named;

/// Passes on what was noticed while the facts were read.
pub(super) fn say_notes(facts: &Facts, output: &Output) {
    for detail in &facts.notes.details {
        output.detail(detail);
    }
    for line in &facts.notes.lines {
        output.say(line);
    }
    for warning in &facts.notes.warnings {
        output.warning(warning);
    }
}

/// The same, and what was noticed about the issue keys of one update.
pub(super) fn report_found(
    facts: &Facts,
    findings: &Findings,
    cut: &Cut,
    options: &KeyOptions,
    output: &Output,
) {
    say_notes(facts, output);
    warn_findings(findings, facts, options, output);
    warn_cut(cut, output);
}

/// Most lines about one kind of trouble: strangers write the texts, and nobody reads more.
const MAX_LINES: usize = 10;

/// Warns once for each of the lines, and counts those beyond the limit.
pub(super) fn warn_each(lines: impl IntoIterator<Item = String>, output: &Output) {
    let mut seen = HashSet::new();
    let distinct: Vec<String> = lines
        .into_iter()
        .filter(|line| seen.insert(line.clone()))
        .collect();
    for line in distinct.iter().take(MAX_LINES) {
        output.warn(line);
    }
    if let Some(more @ 1..) = distinct.len().checked_sub(MAX_LINES) {
        output.warn(&format!("and {more} more like these"));
    }
}

/// Warns of explicit keys that are none, of keys in commits that no repository has, and of keys beyond Jira's limit.
pub(super) fn warn_findings(
    findings: &Findings,
    facts: &Facts,
    options: &KeyOptions,
    output: &Output,
) {
    warn_each(key_rules::wrong_words(options), output);
    match left_out(findings) {
        // There was a warning that another repository was named.
        Some(warning) if facts.is_elsewhere => output.say(&warning.what),
        Some(warning) => output.warning(&warning),
        None => {}
    }
    let half_searched = findings.dropped.iter();
    let half_searched = half_searched.filter(|dropped| dropped.reason == Reason::TooMany);
    let lines = half_searched.map(|dropped| {
        let (place, why) = (&dropped.place.source, dropped.reason.explanation());
        format!("{place}: {why}")
    });
    warn_each(lines, output);
    warn_each(cut_keys_line(&findings.cut), output);
}

const MAX_NAMED: usize = 10;

/// The keys that are lost with the commits of the change log which no repository of the workspace has.
fn left_out(findings: &Findings) -> Option<Warning> {
    let found: HashSet<&IssueKey> = findings.keys().collect();
    let dropped = findings.dropped.iter();
    let dropped = dropped.filter(|dropped| dropped.reason == Reason::OtherRepository);
    let mut seen = HashSet::new();
    let lost: Vec<IssueKey> = dropped
        .filter_map(|dropped| dropped.candidate.parse().ok())
        .filter(|key: &IssueKey| !found.contains(key) && seen.insert(key.clone()))
        .collect();
    if lost.is_empty() {
        return None;
    }
    Some(Warning::new(
        format!(
            "not linked: {} (named only by commits of the change log that no repository in the workspace has, such as those of a shared library)",
            named(lost.iter().map(IssueKey::as_str), MAX_NAMED)
        ),
        "if they belong to this run, name the folder of their repository with --repositories, or take all with --all-changes; for a library, untick \"Include @Library changes in job recent changes\" where Jenkins has it configured",
    ))
}

/// Warns of what there was no room for besides the issue keys that were found.
pub(super) fn warn_cut(cut: &Cut, output: &Output) {
    warn_each(cut_lines(cut), output);
}

pub(super) fn cut_lines(cut: &Cut) -> impl Iterator<Item = String> {
    let others = (cut.others > 0).then(|| {
        format!(
            "{} issue ids, services, commits or repositories were left out, because Jira accepts {MAX_ISSUE_KEYS} associations in all",
            cut.others
        )
    });
    cut_keys_line(&cut.issue_keys).into_iter().chain(others)
}

fn cut_keys_line(keys: &[IssueKey]) -> Option<String> {
    let number = match keys.len() {
        0 => return None,
        1 => "1 issue key was".to_owned(),
        // Nobody counts further.
        many if many >= MAX_CUT => format!("at least {many} issue keys were"),
        many => format!("{many} issue keys were"),
    };
    let shown = named(keys.iter().map(IssueKey::as_str), MAX_NAMED);
    Some(format!(
        "{number} cut, because Jira accepts {MAX_ISSUE_KEYS}: {shown}"
    ))
}
