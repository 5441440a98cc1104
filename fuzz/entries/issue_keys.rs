//! The search for issue keys.

use std::collections::HashSet;

use crate::cli::words::Words;
use crate::domain::issue_key::{
    Findings, IssueKey, KeyPattern, KeyRules, MAX_ISSUE_KEYS, ProjectKey, Text, TextKind, find,
};

/// Four lines at most: the projects to take, those to leave, a pattern, a template. After an empty line texts, each behind a line of its
/// own that begins with `---` and the name of its kind.
///
/// # Panics
/// When something that must hold does not.
pub fn issue_keys(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = super::head_and_body(&text);
    let line = |number: usize| head.get(number).copied().unwrap_or_default();
    let projects = |text: &str| {
        let words: Result<Words<ProjectKey>, _> = text.parse();
        words.map(|words| Words::all(&[words])).unwrap_or_default()
    };
    let pattern = Some(line(2)).filter(|pattern| !pattern.is_empty());
    let rules = KeyRules {
        projects: projects(line(0)),
        deny: projects(line(1)),
        pattern: pattern
            .and_then(|pattern| pattern.parse().ok())
            .map(|pattern: KeyPattern| pattern.with_template(line(3).parse().ok())),
    };
    let texts = texts(body);
    let findings = find(&texts, &rules);
    check(&findings, &rules);
    if rules.pattern.is_none() {
        check_places(&findings, body);
    }
    let keys: Vec<IssueKey> = findings.keys().cloned().collect();
    let half = &keys[keys.len() / 2..];
    check_shape(&find(&texts, &KeyRules::default()).after(half));
}

fn texts(body: &str) -> Vec<Text> {
    let parts = body.split("---").enumerate();
    parts
        .map(|(number, part)| {
            let (name, text) = part.split_once('\n').unwrap_or(("", part));
            let source = number.to_string();
            match name.trim() {
                "explicit" => Text::new(TextKind::Explicit, source, text),
                "branch" => Text::new(TextKind::Branch, source, text),
                "change" => Text::change_branch(source, text),
                "title" => Text::new(TextKind::Title, source, text),
                "tag" => Text::new(TextKind::Tag, source, text),
                _ => Text::new(TextKind::Commit, source, text),
            }
        })
        .collect()
}

/// What holds of every search.
pub(crate) fn check(findings: &Findings, rules: &KeyRules) {
    check_shape(findings);
    let of = |key: &IssueKey, projects: &[ProjectKey]| {
        let named =
            |project: &ProjectKey| key.as_str().starts_with(&format!("{}-", project.as_str()));
        projects.iter().any(named)
    };
    for (number, found) in findings.found.iter().enumerate() {
        let key = &found.key;
        if found.place.kind != TextKind::Explicit {
            assert!(
                rules.projects.is_empty() || of(key, &rules.projects),
                "{key}"
            );
            assert!(!of(key, &rules.deny), "{key}");
        }
        if rules.pattern.is_none() && number < 20 {
            let itself = Text::new(TextKind::Explicit, "key", key.as_str());
            let again = find(&[itself], &KeyRules::default());
            assert!(again.keys().eq([key]), "{key} is not found in itself");
        }
    }
    for dropped in &findings.dropped {
        assert!(!dropped.reason.explanation().is_empty() && !dropped.candidate.is_empty());
        assert!(dropped.place.line.len() <= 250 && !dropped.place.line.contains('\n'));
    }
}

fn check_shape(findings: &Findings) {
    let keys: Vec<&IssueKey> = findings.keys().collect();
    assert!(keys.len() <= MAX_ISSUE_KEYS);
    assert_eq!(
        keys.iter().collect::<HashSet<_>>().len(),
        keys.len(),
        "{keys:?}"
    );
    for key in keys {
        assert_eq!(key.as_str().parse().as_ref(), Ok(key));
        assert_eq!(key.as_str(), key.as_str().to_ascii_uppercase());
    }
}

/// Every key stands where it is said to stand, as far as nothing was decoded before the search.
fn check_places(findings: &Findings, body: &str) {
    let parts: Vec<&str> = body.split("---").collect();
    for found in &findings.found {
        let place = &found.place;
        let line = place.line.to_ascii_uppercase();
        let number: usize = place.source.parse().unwrap_or_default();
        if matches!(place.kind, TextKind::Branch | TextKind::Tag) {
            continue;
        }
        let text = parts[number]
            .split_once('\n')
            .map_or(parts[number], |(_, text)| text);
        let from: String = text.chars().skip(place.position).collect();
        let from = from.to_ascii_uppercase();
        assert!(
            from.starts_with(found.key.as_str()),
            "{} at {from:?}",
            found.key
        );
        // The line is cut on either side when it is long.
        assert!(
            line.contains(found.key.as_str()) || found.key.as_str().len() > 100,
            "{} in {line:?}",
            found.key
        );
    }
}
