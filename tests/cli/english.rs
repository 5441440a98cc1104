//! Messages and pages are plain, idiomatic English: phrases that read as if translated are found here. Each names what to
//! write instead.

use std::path::{Path, PathBuf};

use regex::Regex;

use crate::docs::{files, pages, project};

/// What to look for, and what to write instead.
const PHRASES: &[(&str, &str)] = &[
    (r"\b(is|are) wanted\b", "expected X, got Y"),
    (
        r#"(\b(it|this|which|that)|["'`}]) is no [a-z]"#,
        "is not a …",
    ),
    (r"(^|[^a-z])no JSON\b", "invalid JSON"),
    (r"\bno text in UTF-8", "not UTF-8 text"),
    (
        r"\b(could|can|cannot) be had\b",
        "could not get X from HOST",
    ),
    (
        r"\btells\b|\b(is|are|was|were)( not)? told\b",
        "says, reports, shows, determines",
    ),
    (r"\bcannot be asked\b", "could not run X"),
    (r"\b(waits?|goes on waiting) in\b", "is queued in"),
    (r"\bmended\b", "fixed"),
    (r"\btakes? one for the moment\b", "briefly allocates one"),
    (r"\bset wrongly\b", "invalid"),
    (r"\baccepted to\b", "accepted the request"),
    (
        r"\b(that|which) cannot be\b[^ a-z]|values that cannot be$",
        "invalid",
    ),
    (
        r"\bwith a Jenkins of their own\b",
        "that run their own Jenkins",
    ),
    (r"\b(late|newer) news\b", "older updates, newer updates"),
    (r"\b(has|have) one subject\b", "covers one topic"),
    (r"\bgoes on unchanged\b", "is rethrown"),
    (r"\bpassed over\b", "skipped"),
    (r"\bfor certain\b", "explicit"),
    (r"\bis not well( |$)", "problem"),
    (
        r"\b(refused|rejected) with words\b",
        "rejected with an explanation",
    ),
    (r"\bthat was meant\b", "a suggestion"),
    (r"\bspoken to over\b", "used for"),
    (r"\bthe web's roots\b", "bundled root certificates"),
    (r"\boutlives? trouble\b", "tolerates failures"),
    (r"\bnever knows a\b", "never depends on"),
    (r"\ba[n]? [A-Za-z ]+ of his\b", "their …"),
    (r"\bComing from\b", "Migrating from"),
    (r"\bfacts are missing\b", "missing required values"),
    (
        r"\bwhat (became|becomes|comes|came) of\b",
        "the result, what happened to",
    ),
    (
        r"\b(brings?|took|takes?) [a-z ]{0,12}along\b",
        "delivers, also sends",
    ),
    (
        r"\bmay be (repeated|left out|several)\b",
        "can be repeated, is optional",
    ),
    (r"\bas far as they\b", "if they"),
    (r"\b(stands?) in (the|its|a|an|front)\b", "is in"),
    (r"\[else: ", "[default: "),
    (r"\blets (it|them) be\b|\bis left alone\b", "is skipped"),
    (r"\b(makes?|made) anew\b|\bbegins? anew\b", "again, new"),
    (r"\bin words\b", "explained"),
    (
        r"\bcannot be (made|found out)\b",
        "could not create, could not determine",
    ),
    (r"\bat the moment of\b", "when"),
    (r"\b(is|are) looked at\b", "is searched, is checked"),
    (r"\b(went|gone) well\b", "succeeded"),
    (r"\b(which|what) it was is said\b", "the log says which"),
    (
        r"[.;:] of (a|an|the|these|those|several|other|what|one|each)\b",
        "for several, in the others",
    ),
    (r"\bsurest\b", "most reliable"),
    (
        r"\bgive (--|the option|the parameter|more time)",
        "pass, allow",
    ),
    (r"\bso (long|often) an? ", "how long, how often"),
    (r"\bwhat answers\b", "the server"),
    (r"\bha(s|ve) no use for\b", "cannot be used with"),
    (
        r"\bgive (it|them|the [a-z ]+) (with|in) --",
        "pass X with --…",
    ),
    (r"\bcannot be remembered\b", "could not remember"),
    (r"\bha(s|ve) run out\b", "has expired"),
    (
        r"\bgoes on (after|where)\b|\bhow it goes on\b",
        "continues, resumes",
    ),
    (
        r"\bhas no more\b|\b(is|are) no more\.",
        "no longer has, no longer exists",
    ),
    (r"\bgiven out\b", "issued"),
    (r"\b(proxy|server|Jira|git) wants?\b", "requires"),
    (r"\b(says?|said) of\b", "says about"),
    (
        r"\bstands? (right|beside|behind|before|there)\b",
        "is, follows, precedes",
    ),
    (r"\bup wrongly\b", "invalid settings, problems"),
    (r"\ball the same\b", "anyway"),
];

/// Every Rust file below a folder, but tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        let name = name.display().to_string();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs")
            && !name.ends_with("tests.rs")
            && !name.contains("/tests/")
        {
            found.push(path);
        }
    }
}

/// The texts of a source: its literals and its comments, among them the help of the command line.
fn texts(source: &str, token: &Regex) -> Vec<String> {
    let shipped = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let found = token.captures_iter(shipped);
    let texts = found.filter_map(|found| (1..=3).find_map(|group| found.get(group)));
    // A literal in several lines is one text.
    let lines = Regex::new(r"\\\n\s*").unwrap();
    texts
        .map(|text| lines.replace_all(text.as_str(), "").into_owned())
        .collect()
}

/// The phrases, compiled once.
fn phrases() -> Vec<(Regex, &'static str)> {
    let compile = |pattern: &str| Regex::new(&format!("(?i){pattern}")).unwrap();
    let phrases = PHRASES.iter();
    phrases
        .map(|(pattern, instead)| (compile(pattern), *instead))
        .collect()
}

fn check(name: &str, text: &str, phrases: &[(Regex, &str)], problems: &mut Vec<String>) {
    for (pattern, instead) in phrases {
        for line in text.lines().filter(|line| pattern.is_match(line)) {
            problems.push(format!("{name}: {line}\n  write: {instead}"));
        }
    }
}

#[test]
fn pages_and_messages_are_plain_english() {
    let phrases = phrases();
    let mut problems = Vec::new();
    let mut names = pages();
    names.extend(files("vars", ".txt"));
    names.push("CHANGELOG.md".to_owned());
    for name in names {
        let text = project(&name);
        if !text.starts_with("Private:") {
            check(&name, &text, &phrases, &mut problems);
        }
    }
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 100, "{}", found.len());
    // Raw and usual literals, characters, which may be quotes, and comments.
    let token = r##"(?s)r#"(.*?)"#|"((?:[^"\\]|\\.)*)"|'(?:[^'\\]|\\[^'\n]*|\\')'|(//[^\n]*)"##;
    let token = Regex::new(token).unwrap();
    for path in found {
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        for text in texts(&source, &token) {
            check(&name, &text, &phrases, &mut problems);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_phrase_is_found() {
    let phrases = phrases();
    for (text, number) in [
        ("one of a, b is wanted", 1),
        ("\"x\" is no issue key", 1),
        ("there is no credential 'x'", 0),
        ("no token could be had", 1),
        ("what it tells", 1),
        ("it waits in the outbox", 1),
        ("until that is mended", 1),
        ("the way to it is set wrongly", 1),
        ("usage: options or values that cannot be", 1),
        ("an API token of his", 1),
        ("another version is told and passed over", 2),
        ("as before; of several the first", 1),
        ("pass --site; see that folder", 0),
        ("what answers does not speak TLS", 1),
        ("give it with --from", 1),
        ("what Jira says of a gate", 1),
        ("expected true or false, got \"yes\"", 0),
    ] {
        let mut problems = Vec::new();
        check("text", text, &phrases, &mut problems);
        assert_eq!(problems.len(), number, "{text}: {problems:?}");
    }
}
